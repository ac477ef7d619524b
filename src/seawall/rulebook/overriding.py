"""A team's own figure in place of a rule's: who set it, why, and from when. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from seawall.kernel.errors import InvalidInput
from seawall.rulebook.schema import ClockSpec, Rule
from seawall.rulebook.words import Certainty

_FIGURE = re.compile(r"(?:([a-z_:]+)=)?(?:(\d{1,4})/)?(\d{1,4})")
MOST = 3650
_COUNT = re.compile(r"[1-9]\d{0,8}")
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d\s*-\s*([01]\d|2[0-3]):[0-5]\d")


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


@dataclass(frozen=True)
class _Figure:
    """One figure: which clocks it is for (no words: all), when to warn, when it breaches."""

    words: frozenset[str]
    warn: int | None
    amount: int


def check_override(rule: Rule, value: str) -> None:
    """Whether a value can stand for this rule.

    A rule with clocks takes a whole number in the unit of its clocks, `7`, or `5/7` to warn after 5. A rule whose
    clocks differ needs to hear which is meant, by words that tell them apart: `confirm:mall=8, return_window=15`;
    those not named stay as they are. A rule of messages a day takes a whole number, one of wall times `21:00-08:00`:
    senders go by them.

    Raises InvalidInput(rule_value_missing, rule_value_not_a_figure, rule_value_needs_which, rule_value_not_a_count,
    rule_value_not_wall_times).
    """
    if not value.strip():
        raise InvalidInput("rule_value_missing", rule=rule.id)
    if rule.clocks:
        _figures(rule, value)
    elif rule.unit == "messages_a_day" and not _COUNT.fullmatch(value.strip()):
        raise InvalidInput("rule_value_not_a_count", rule=rule.id, value=value)
    elif rule.unit == "wall_times" and not _SPAN.fullmatch(value.strip()):
        raise InvalidInput("rule_value_not_wall_times", rule=rule.id, value=value)


def _figures(rule: Rule, value: str) -> list[_Figure]:
    found = []
    for part in value.split(","):
        match = _FIGURE.fullmatch(part.strip())
        if not match or int(match[3]) > MOST or (match[2] and int(match[2]) > int(match[3])):
            units = ", ".join(dict.fromkeys(spec.unit.value.replace("_", " ") for spec in rule.clocks))
            raise InvalidInput("rule_value_not_a_figure", rule=rule.id, value=value, unit=units)
        words = frozenset((match[1] or "").split(":")) - {""}
        found.append(_Figure(words, int(match[2]) if match[2] else None, int(match[3])))
    alike = len({(spec.kind, spec.unit, spec.amount) for spec in rule.clocks}) == 1
    for figure in found:
        is_clear = figure.words or (alike and len(found) == 1)
        if not is_clear or not any(figure.words <= words_of(spec) for spec in rule.clocks):
            which = "; ".join(dict.fromkeys(":".join(sorted(words_of(spec))) for spec in rule.clocks))
            raise InvalidInput("rule_value_needs_which", rule=rule.id, which=which)
    return found


def words_of(spec: ClockSpec) -> frozenset[str]:
    """The words by which a clock of a rule can be named."""
    words = {spec.kind.value, spec.anchor.value, spec.unit.value}
    return frozenset(words | {spec.when.value} if spec.when else words)


def overridden(rule: Rule, override: Override) -> Rule:
    """The rule with the team's figure in it and in the clocks it is for. Its certainty is the team's own word."""
    clocks = rule.clocks
    for figure in _figures(rule, override.value) if clocks else ():
        clocks = tuple(_with(spec, figure) if figure.words <= words_of(spec) else spec for spec in clocks)
    return rule.model_copy(
        update={
            "value": override.value, "clocks": clocks, "certainty": Certainty.OPERATOR, "is_weak": False,
            "certainty_note": override.reason, "overridden_by": override.by, "topic": "",
        }
    )  # fmt: skip


def _with(spec: ClockSpec, figure: _Figure) -> ClockSpec:
    warn, before = figure.warn, spec.warn_before_hours
    if warn is not None:
        before = None
    elif spec.warn_after is not None:
        warn = min(spec.warn_after, figure.amount)
    return spec.model_copy(update={"amount": figure.amount, "warn_after": warn, "warn_before_hours": before})
