"""What the risk sheet of a storm is made of, read from orders, plan and rulebook."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from seawall.incidents.models import Case, Incident
from seawall.incidents.risk.sheet import RiskFacts, ShopFacts, Threshold
from seawall.incidents.states import CaseState
from seawall.kernel.markets import Market, Platform
from seawall.kernel.texts import reader_language
from seawall.orders.api import Order, late_orders
from seawall.outreach.api import STEP_FIRST_CONTACT, standing_roll_out
from seawall.rulebook.api import ClockKind, Rule, RulesOn, rules_of_team
from seawall.shops.api import Shop
from seawall.tenancy.api import Actor, scoped

EXPOSED = 20
"""How many of the most exposed orders the sheet lists (ours)."""

_WINDOW: Mapping[Platform, int] = {Platform.SHOPEE: 7, Platform.LAZADA: 28, Platform.TIKTOK: 0}
"""Days of orders a rate is counted over: SHP-NFR-01 by week, LZD-OVL-01 by 4 weeks; for TikTok Shop nobody knows
(TTS-SFCR-02), so everything on hand. Counted by the day of the order, which is not always how the platform counts."""
_CANCEL_RULES: Mapping[Platform, tuple[str, ...]] = {
    Platform.SHOPEE: ("SHP-NFR-01",), Platform.LAZADA: ("LZD-OVL-01",), Platform.TIKTOK: ("TTS-SFCR-02",),
}  # fmt: skip
_LATE_RULES: Mapping[Platform, tuple[str, ...]] = {
    Platform.SHOPEE: ("SHP-LSR-01",), Platform.LAZADA: (), Platform.TIKTOK: ("TTS-LDR-01",),
}  # fmt: skip


def gather(incident: Incident, now: datetime) -> RiskFacts:
    """The facts of the storm's open cases at `now`."""
    cases = Case.objects.filter(incident=incident, state=CaseState.OPEN)
    sheet = incident.facts_sheets.order_by("-version").first()
    places = list(cases.values_list("order__shop_id", flat=True).distinct().order_by("order__shop_id"))
    shops = list(Shop.objects.filter(pk__in=places).order_by("platform", "code"))
    books = {shop.pk: _rules(incident.team_id, shop, now) for shop in shops}
    hours = [found for shop in shops if (found := _response(books[shop.pk], shop)) is not None]
    strictest = min(hours, default=None)
    return RiskFacts(
        kind=incident.kind,
        orders=cases.count(),
        sends_per_hour=_pace(incident),
        response_hours=strictest[0] if strictest else None,
        response_rule=strictest[1] if strictest else "",
        ceiling=sheet.ceiling_amount if sheet else Decimal(0),
        currency=sheet.ceiling_currency if sheet else "",
        shops=tuple(_shop(incident, shop, books[shop.pk], now) for shop in shops),
    )


def _rules(team_id: int, shop: Shop, now: datetime) -> RulesOn:
    return rules_of_team(team_id, day=now.astimezone(Market(shop.market).zone).date(), shop_id=shop.pk)


def _pace(incident: Incident) -> int:
    plan = standing_roll_out(incident.pk, STEP_FIRST_CONTACT)
    if plan is None:
        return 0
    return int(
        3600 * sum((lane.sends_per_second for lane in plan.lanes.select_related("connection__pace")), Decimal(0))
    )


def _response(rules: RulesOn, shop: Shop) -> tuple[int, str] | None:
    """The shortest chat clock in hours of a shop's platform and market, with its rule."""
    found = [
        (spec.amount, rule.id)
        for rule in rules.find(platform=Platform(shop.platform), market=Market(shop.market))
        for spec in rule.clocks
        if spec.kind is ClockKind.CHAT and spec.amount and spec.unit.value == "hours"
    ]
    return min(found, default=None)


def _shop(incident: Incident, shop: Shop, rules: RulesOn, now: datetime) -> ShopFacts:
    platform = Platform(shop.platform)
    days = _WINDOW[platform]
    rows = Order.objects.filter(shop=shop)
    if days:
        rows = rows.filter(ordered_at__gte=now - timedelta(days=days))
    storm = Exists(Case.objects.filter(incident=incident, order=OuterRef("pk"), state=CaseState.OPEN))
    late = late_orders(now)
    counted = rows.annotate(in_storm=storm).aggregate(
        on_hand=Count("pk"),
        cancelled=Count("pk", filter=Q(status="cancelled") & ~Q(cancel_by__icontains="buyer")),
        late=Count("pk", filter=late),
        concerned=Count("pk", filter=Q(in_storm=True)),
        concerned_late=Count("pk", filter=Q(in_storm=True) & late),
    )
    return ShopFacts(
        code=shop.code, platform=shop.platform, market=shop.market, window_days=days,
        cancel_limits=_limits(_CANCEL_RULES[platform], rules, shop),
        late_limits=_limits(_LATE_RULES[platform], rules, shop),
        **counted,
    )  # fmt: skip


def _limits(ids: tuple[str, ...], rules: RulesOn, shop: Shop) -> tuple[Threshold, ...]:
    found = rules.find(platform=Platform(shop.platform), market=Market(shop.market))
    return tuple(_threshold(rule) for rule in found if rule.id in ids)


def _threshold(rule: Rule) -> Threshold:
    number = re.fullmatch(r"\d+(?:\.\d+)?", rule.value.strip())
    is_percent = number is not None and rule.unit == "percent"
    return Threshold(
        rule_id=rule.id, percent=Decimal(rule.value) if is_percent else None, source=rule.source,
        certainty=rule.certainty.value, must_check=rule.must_check, words=rule.text(reader_language()),
    )  # fmt: skip


def most_exposed(by: Actor, incident: Incident, now: datetime) -> list[dict[str, Any]]:
    """The orders that hurt first: late already (CRIT-05), then the nearest ship-by, then the dearest."""
    rows = scoped(Case, by).filter(incident=incident, state=CaseState.OPEN).select_related("order__shop")
    rows = rows.annotate(is_late=Count("pk", filter=late_orders(now, "order__"))).order_by(
        "-is_late", F("order__ship_by").asc(nulls_last=True), F("order__total").desc(nulls_last=True), "pk"
    )
    return [
        {
            "case": case.pk, "order": case.order.platform_order_id, "shop": case.order.shop.code,
            "is_late": bool(case.is_late),
            "ship_by": case.order.ship_by, "total": case.order.total, "currency": case.order.currency,
        }
        for case in rows[:EXPOSED]
    ]  # fmt: skip
