"""The golden window of a storm: how long until platforms or buyers act by themselves, by the rulebook's clocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from seawall.incidents.models import Incident
from seawall.incidents.states import CaseState
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Market, Platform
from seawall.orders.api import Order
from seawall.rulebook.api import ClockKind, Event, OrderFacts, StormKind, clocks_of, golden_window, rules_of_team

_GONE = {"shipped", "delivered", "completed", "return_requested", "failed_delivery", "returned", "damaged", "lost"}
"""States of an order that has left the warehouse, whether or not the export says when."""


@dataclass(frozen=True, kw_only=True)
class Golden:
    """The clock that closes the window first."""

    until: datetime
    clock: str
    rule_id: str
    must_check: bool
    """The rule is not sure: shown as "check with the platform"."""


def golden_of(incident: Incident, *, clock: Clock) -> Golden | None:
    """The earliest end, still to come, of the golden window of any open order. None: no clock of the rulebook runs.

    Orders of one shop whose times fall into the same hours are judged once, by the earliest of their times: the window
    comes out up to an hour early, never late.
    """
    if incident.kind not in list(StormKind):
        return None
    now = clock.now()
    found: list[Golden] = []
    for shop_id, facts in _facts(incident, now):
        rules = rules_of_team(incident.team_id, day=now.date(), shop_id=shop_id)
        clocks = [each for each in clocks_of(facts, rules, now) if each.breach_at > now]
        closing = golden_window(StormKind(incident.kind), clocks, rules)
        if closing is not None:
            found.append(
                Golden(
                    until=closing.breach_at.astimezone(UTC), clock=closing.kind.value, rule_id=closing.rule_id,
                    must_check=closing.must_check,
                )
            )  # fmt: skip
    return min(found, key=lambda each: each.until, default=None)


def set_golden(incident: Incident, *, clock: Clock) -> Golden | None:
    """Keep the end of the window with the storm."""
    golden = golden_of(incident, clock=clock)
    incident.golden_until = golden.until if golden else None
    Incident.objects.filter(pk=incident.pk).update(golden_until=incident.golden_until)
    return golden


def _facts(incident: Incident, now: datetime) -> Iterator[tuple[int, OrderFacts]]:
    fields = ("ordered_at", "paid_at", "shipped_at", "delivered_at", "ship_by")
    seen: dict[tuple[object, ...], list[datetime | None]] = {}
    orders = Order.objects.filter(cases__incident=incident, cases__state=CaseState.OPEN).order_by("pk")
    for platform, market, shop_id, status, last_seen, *times in orders.values_list(
        "shop__platform", "shop__market", "shop_id", "status", "last_seen_at", *fields
    ):
        if status in _GONE and times[2] is None:
            times[2] = last_seen
        hours = [at.replace(minute=0, second=0, microsecond=0) if at else None for at in times]
        seen.setdefault((platform, market, shop_id, *hours), hours)
    for key, (ordered, paid, shipped, delivered, ship_by) in seen.items():
        events = {
            Event.ORDERED: ordered, Event.PAID: paid, Event.SHIPPED: shipped, Event.DELIVERED: delivered,
        }  # fmt: skip
        platform, market, shop_id = key[:3]
        yield int(str(shop_id)), OrderFacts(
            ref="", platform=Platform(str(platform)), market=Market(str(market)),
            events={event: at for event, at in events.items() if at is not None and at <= now},
            platform_deadlines={ClockKind.SHIP_BY: ship_by} if ship_by else {},
        )  # fmt: skip
