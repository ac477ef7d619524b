"""A team sets its own figure for a rule, or goes back to the rule."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, NotFound
from seawall.rulebook.book import rulebook
from seawall.rulebook.models import RuleOverride
from seawall.rulebook.overriding import check_override
from seawall.shops.api import Shop
from seawall.tenancy.api import Actor, Team, get_scoped
from seawall.timeline.api import record

MOST_LETTERS = 120


@dataclass(frozen=True, kw_only=True)
class SetFigure:
    """A figure for one rule; without a shop for all shops of the team. `effective_from` None is today in UTC."""

    rule_id: str
    value: str
    reason: str
    shop_code: str = ""
    effective_from: date | None = None
    effective_to: date | None = None


def set_figure(cmd: SetFigure, *, by: Actor, clock: Clock) -> RuleOverride:
    """Set it, in place of the one that was there; the same again changes nothing.

    Raises NotFound(rule_not_found, not_found), InvalidInput(rule_value_missing, rule_value_not_a_figure,
    rule_value_too_long, rule_reason_missing, rule_dates_reversed).
    """
    by.require("rules.override")
    for version in rulebook().versions(cmd.rule_id):
        check_override(version, cmd.value)
    value, reason = cmd.value.strip(), cmd.reason.strip()
    if not reason:
        raise InvalidInput("rule_reason_missing", rule=cmd.rule_id)
    if len(value) > MOST_LETTERS:
        raise InvalidInput("rule_value_too_long", rule=cmd.rule_id, most=MOST_LETTERS)
    now = clock.now()
    begins = cmd.effective_from or now.date()
    if cmd.effective_to is not None and cmd.effective_to < begins:
        raise InvalidInput("rule_dates_reversed", rule=cmd.rule_id)
    with transaction.atomic():
        shop, old = _live(cmd.rule_id, cmd.shop_code, by)
        if old is not None:
            same = (old.value, old.reason, old.effective_to) == (value, reason, cmd.effective_to)
            if same and (cmd.effective_from is None or old.effective_from == begins):
                return old
            RuleOverride.objects.filter(pk=old.pk).update(withdrawn_at=now)
        made = RuleOverride.objects.create(
            team_id=by.team_id, shop=shop, rule_id=cmd.rule_id, value=value, reason=reason, effective_from=begins,
            effective_to=cmd.effective_to, set_by_id=by.user_id, set_by_name=by.name, set_at=now,
        )  # fmt: skip
        record(
            team_id=by.team_id, incident_id=None, verb="rule.override", clock=clock, by=by,
            subject=f"rule:{cmd.rule_id}", before=_said(old), after=_said(made), why=reason,
        )  # fmt: skip
    return made


def drop_figure(rule_id: str, *, shop_code: str = "", why: str, by: Actor, clock: Clock) -> None:
    """Go back to the rule. Raises NotFound(rule_not_overridden) when there is no own figure to take back."""
    by.require("rules.override")
    if not why.strip():
        raise InvalidInput("rule_reason_missing", rule=rule_id)
    with transaction.atomic():
        _shop, old = _live(rule_id, shop_code, by)
        if old is None:
            raise NotFound("rule_not_overridden", rule=rule_id)
        RuleOverride.objects.filter(pk=old.pk).update(withdrawn_at=clock.now())
        record(
            team_id=by.team_id, incident_id=None, verb="rule.restore", clock=clock, by=by,
            subject=f"rule:{rule_id}", before=_said(old), after={"rule": rule_id}, why=why.strip(),
        )  # fmt: skip


def _live(rule_id: str, shop_code: str, by: Actor) -> tuple[Shop | None, RuleOverride | None]:
    """The shop that is meant, and the figure that stands there now. Two members at once go one after the other."""
    Team.objects.select_for_update().get(pk=by.team_id)
    shop = get_scoped(Shop, by, code=shop_code) if shop_code else None
    rows = RuleOverride.objects.filter(team_id=by.team_id, shop=shop, rule_id=rule_id, withdrawn_at__isnull=True)
    return shop, rows.select_related("shop").first()


def _said(row: RuleOverride | None) -> dict[str, str]:
    if row is None:
        return {}
    return {
        "rule": row.rule_id, "value": row.value, "shop": row.shop.code if row.shop else "",
        "from": row.effective_from.isoformat(), "until": row.effective_to.isoformat() if row.effective_to else "",
    }  # fmt: skip
