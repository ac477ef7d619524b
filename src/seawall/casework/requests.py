"""Buyers' requests to cancel in the tables: seen, warned of, gone."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from seawall.casework.models import BuyerRequest, Course, Watched
from seawall.casework.states import REQUEST, REQUEST_OPEN, RequestState
from seawall.casework.watching import look_soon
from seawall.connectors.contracts import CancelRequest
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Market, Platform
from seawall.rulebook.api import ClockKind, Event, OrderFacts, clocks_of, rules_of_team
from seawall.shops.api import Connection, Shop
from seawall.timeline.api import move_all, record

_OPEN = [s.value for s in REQUEST_OPEN]


def note_request(shop: Shop, seen: CancelRequest, *, listed_at: datetime, clock: Clock) -> BuyerRequest | None:
    """A request the platform lists as waiting. Stored once, with its clock, for an order of a live storm; seen again
    it only says so. `listed_at` is when the list was asked for. None for an order no storm is about."""
    with transaction.atomic():
        connection = Connection.objects.filter(shop=shop, is_active=True).first()
        if connection is None:
            return None
        watched = (
            Watched.objects.select_for_update(of=("self",))
            .filter(order__shop=shop, order__platform_order_id=seen.order_id)
            .exclude(incident__state="closed")
            .select_related("incident", "order")
            .order_by("-incident_id")
            .first()
        )
        if watched is None or (watched.incident.is_training and not connection.is_simulator):
            # A training storm answers nobody at a real platform.
            return None
        known = BuyerRequest.objects.filter(shop=shop, request_id=seen.request_id)
        standing = known.filter(state__in=_OPEN).first()
        if standing is not None:
            BuyerRequest.objects.filter(pk=standing.pk).update(last_seen_at=clock.now())
            return standing
        if known.exists() and (seen.request_id != seen.order_id or known.filter(state_at__gte=listed_at).exists()):
            # Answered before, and this list was read before that; only Shopee names a second request like the first.
            return None
        rounds = known.aggregate(top=Max("round"))["top"] or 0
        return _new(shop, watched, seen, rounds, is_simulator=connection.is_simulator, clock=clock)


def _new(
    shop: Shop, watched: Watched, seen: CancelRequest, rounds: int, *, is_simulator: bool, clock: Clock
) -> BuyerRequest:
    asked = seen.asked_at or clock.now()
    warn, breach, rule, must_check = _clock_of(shop, watched, seen, asked, clock)
    row = BuyerRequest.objects.create(
        team_id=watched.team_id, shop=shop, incident_id=watched.incident_id, order_id=watched.order_id,
        is_training=watched.incident.is_training,
        is_simulator=is_simulator,
        request_id=seen.request_id, round=rounds + 1, reason=seen.reason[:1000], first_seen_at=clock.now(),
        last_seen_at=clock.now(), asked_at=asked, is_asked_at_ours=seen.asked_at is None, warn_at=warn,
        breach_at=breach, clock_rule=rule, must_check=must_check, state_at=clock.now(),
    )  # fmt: skip
    record(
        team_id=row.team_id, incident_id=row.incident_id, verb="requests.new", clock=clock, by=None,
        subject=f"buyer_request:{row.pk}",
        after={"order": seen.order_id, "answer_by": breach.isoformat(timespec="minutes") if breach else ""},
    )  # fmt: skip
    _answer_by_itself(row, clock)
    return row


def _clock_of(
    shop: Shop, watched: Watched, seen: CancelRequest, asked: datetime, clock: Clock
) -> tuple[datetime | None, datetime | None, str, bool]:
    """(warn at, breach at, rule, must check): the platform's own deadline where it gave one, else the rulebook's."""
    events = {Event.CANCEL_REQUESTED: asked}
    if watched.order.ordered_at is not None:
        events[Event.ORDERED] = min(watched.order.ordered_at, asked)
    facts = OrderFacts(
        ref=seen.order_id, platform=Platform(shop.platform), market=Market(shop.market), events=events,
        platform_deadlines={ClockKind.CANCEL_REQUEST: seen.answer_by} if seen.answer_by else {},
    )  # fmt: skip
    found = clocks_of(facts, rules_of_team(shop.team_id, day=clock.now().date(), shop_id=shop.pk), clock.now())
    running = next((each for each in found if each.kind is ClockKind.CANCEL_REQUEST), None)
    if running is None:
        return None, None, "", True
    return running.warn_at, running.breach_at, running.rule_id, running.must_check


def _answer_by_itself(row: BuyerRequest, clock: Clock) -> None:
    """Where the storm's lead has decided so, buyers who ask to cancel are told yes."""
    course = Course.objects.filter(incident_id=row.incident_id, accepts_requests=True).first()
    if course is None:
        return
    moved = move_all(
        BuyerRequest.objects.filter(pk=row.pk), REQUEST, "decide", accept=True, why=course.accepts_why,
        decided_at=clock.now(), state_at=clock.now(),
    )  # fmt: skip
    if moved:
        record(
            team_id=row.team_id, incident_id=row.incident_id, verb="requests.accept_by_itself", clock=clock, by=None,
            subject=f"buyer_request:{row.pk}", after={"order": row.order.platform_order_id}, why=course.accepts_why,
        )  # fmt: skip


def accept_waiting(incident_id: int, *, clock: Clock) -> int:
    """The switch was just thrown: those that wait already are answered alike. Returns how many."""
    rows = BuyerRequest.objects.filter(incident_id=incident_id, state=RequestState.WAITING.value)
    for row in rows.select_related("order"):
        _answer_by_itself(row, clock)
    return rows.count()


def tell_clocks(*, clock: Clock) -> int:
    """Put marks that a waiting request has passed on the timeline, each once. Returns how many were told."""
    told, now = 0, clock.now()
    open_rows = BuyerRequest.objects.filter(state__in=[RequestState.WAITING.value, RequestState.NEEDS_PERSON.value])
    due = open_rows.filter(Q(warn_at__lte=now, told="") | Q(breach_at__lt=now, told__in=["", "warn"]))
    for row in due.select_related("order")[:200]:
        mark = "breach" if row.breach_at is not None and row.breach_at < now else "warn"
        with transaction.atomic():
            if not BuyerRequest.objects.filter(pk=row.pk, told=row.told).update(told=mark):
                continue
            said: dict[str, Any] = {
                "team_id": row.team_id, "incident_id": row.incident_id, "clock": clock, "by": None,
                "subject": f"buyer_request:{row.pk}",
                "after": {
                    "order": row.order.platform_order_id,
                    "answer_by": row.breach_at.isoformat(timespec="minutes") if row.breach_at else "",
                },
            }  # fmt: skip
            if mark == "breach":
                record(verb="requests.breach", **said)
            else:
                record(verb="requests.warn", **said)
            told += 1
            if mark == "breach":
                # The platform may have answered by itself by now: its record says so.
                look_soon(row.shop_id, [row.order.platform_order_id], clock=clock)
    return told
