"""A team's own figure in place of a rule's: who set it, why, and from when. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from seawall.kernel.errors import InvalidInput
from seawall.rulebook.schema import Rule
from seawall.rulebook.words import Certainty

_FIGURE = re.compile(r"(?:(\d{1,4})/)?(\d{1,4})")
MOST = 3650


@dataclass(frozen=True, kw_only=True)
class Override:
    """A figure set for a team, or for one shop of it. `shop` is the shop's code; None means all its shops."""

    rule_id: str
    value: str
    reason: str
    by: str
    effective_from: date
    effective_to: date | None = None
    shop: str | None = None

    def is_in_effect(self, on: date) -> bool:
        """Whether it holds on a day, the last one included."""
        return self.effective_from <= on <= (self.effective_to or date.max)


def check_override(rule: Rule, value: str) -> None:
    """Whether a value can stand for this rule.

    A rule with clocks takes a whole number in the unit of its clocks, `7`, or `5/7` to warn after 5. Raises
    InvalidInput(rule_value_missing, rule_value_not_a_figure).
    """
    if not value.strip():
        raise InvalidInput("rule_value_missing", rule=rule.id)
    if rule.clocks:
        _figures(rule, value)


def _figures(rule: Rule, value: str) -> tuple[int | None, int]:
    found = _FIGURE.fullmatch(value.strip())
    if not found or int(found[2]) > MOST or (found[1] and int(found[1]) > int(found[2])):
        units = ", ".join(dict.fromkeys(spec.unit.value.replace("_", " ") for spec in rule.clocks))
        raise InvalidInput("rule_value_not_a_figure", rule=rule.id, value=value, unit=units)
    return (int(found[1]) if found[1] else None), int(found[2])


def overridden(rule: Rule, override: Override) -> Rule:
    """The rule with the team's figure in it and in all its clocks. Its certainty is the team's own word."""
    clocks = rule.clocks
    if clocks:
        warn, amount = _figures(rule, override.value)
        clocks = tuple(
            spec.model_copy(
                update={
                    "amount": amount,
                    "warn_after": warn if warn is not None else _capped(spec.warn_after, amount),
                    "warn_before_hours": None if warn is not None else spec.warn_before_hours,
                }
            )
            for spec in rule.clocks
        )
    return rule.model_copy(
        update={
            "value": override.value, "clocks": clocks, "certainty": Certainty.OPERATOR, "is_old": False,
            "certainty_note": override.reason, "overridden_by": override.by, "topic": "",
        }
    )  # fmt: skip


def _capped(warn_after: int | None, amount: int) -> int | None:
    return min(warn_after, amount) if warn_after is not None else None
