"""Reads of the rulebook: the rules of a day with a team's own figures laid over them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q

from seawall.rulebook.book import RulesOn, rulebook
from seawall.rulebook.models import RuleOverride
from seawall.rulebook.overriding import Override
from seawall.tenancy.api import Actor, scoped


def own_figures(by: Actor) -> list[RuleOverride]:
    """The figures that stand now and that this member may see, by rule."""
    by.require("rules.read")
    rows = scoped(RuleOverride, by).filter(withdrawn_at__isnull=True).select_related("shop")
    return list(rows.order_by("rule_id", "shop__code"))


def rules_for(by: Actor, *, day: date, shop_id: int | None = None) -> RulesOn:
    """The rules of a day as this member's team goes by them; with a shop, that shop's own figures too."""
    by.require("rules.read")
    return rules_of_team(by.team_id, day=day, shop_id=shop_id)


def rules_of_team(team_id: int, *, day: date, shop_id: int | None = None) -> RulesOn:
    """As `rules_for`, for the product's own work, which no member asks for. `team_id` and `shop_id` belong together.

    A past day is seen with the figures that stood then: one taken back since still holds on the days before that.
    """
    next_day = datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)
    rows = RuleOverride.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=next_day), Q(shop__isnull=True) | Q(shop_id=shop_id),
        team_id=team_id,
    )  # fmt: skip
    return rulebook().as_of(day).with_overrides(values_of(rows.select_related("shop").order_by("set_at", "pk")))


def values_of(rows: Iterable[RuleOverride]) -> list[Override]:
    """Rows as plain values."""
    return [
        Override(
            rule_id=row.rule_id, value=row.value, reason=row.reason, by=row.set_by_name,
            effective_from=row.effective_from, effective_to=row.effective_to,
            shop=row.shop.code if row.shop else None,
        )
        for row in rows
    ]  # fmt: skip
