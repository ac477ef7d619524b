"""Which ledger rows a seat may work on, and why one may not go now."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from seawall.kernel.errors import Refused
from seawall.kernel.markets import Market
from seawall.outreach.concern import OVER
from seawall.outreach.groups import named_with
from seawall.outreach.models import Approval, Recipient
from seawall.outreach.policy import PRESS_GOOD_FOR
from seawall.outreach.standing import standing_of
from seawall.outreach.states import RecipientState, RollOutState
from seawall.shops.api import SendMode
from seawall.tenancy.api import Actor, scoped


def in_hand(by: Actor, now: datetime) -> QuerySet[Recipient]:
    """What a seat holds and has still to press or to send."""
    return (
        scoped(Recipient, by)
        .filter(seat_id=by.membership_id, seat_until__gt=now, state=RecipientState.WAITING.value)
        .filter(Q(pressed_at__isnull=True) | Q(pressed_at__lte=now - PRESS_GOOD_FOR))
    )


def may_be_worked(rows: QuerySet[Recipient], now: datetime) -> QuerySet[Recipient]:
    """Messages of lanes worked by people, of roll-outs that may send now, in waves open for seats, of shops that are
    not stopped, to buyers whose door is open, about orders that all still concern the storm. Fails closed for any other
    mode or state."""
    gone = Recipient.objects.filter(rides_with=OuterRef("pk")).filter(
        Q(order__status__in=OVER) | ~Q(case__state="open")
    )
    standing = Approval.objects.filter(
        roll_out=OuterRef("roll_out"), is_approved=True, voided_at__isnull=True,
        binding_digest=OuterRef("roll_out__binding_digest"),
    )  # fmt: skip
    return (
        rows.filter(
            Q(roll_out__state=RollOutState.SAMPLING.value)
            | Q(Exists(standing), roll_out__state=RollOutState.RUNNING.value),
            Q(lane__mode=SendMode.CLICK.value, lane__connection__mode=SendMode.CLICK.value)
            | Q(lane__mode=SendMode.MANUAL.value, lane__connection__mode=SendMode.MANUAL.value),
            lane__is_stopped=False,
            lane__connection__is_active=True,
            lane__connection__stopped_reason="",
            wave__lte=F("roll_out__seat_wave"),
            state=RecipientState.WAITING.value,
            rides_with__isnull=True,
            roll_out__deadline_at__gt=now,
            case__state="open",
        )
        .exclude(order__status__in=OVER)
        .filter(~Exists(gone))
        .filter(Q(door_until__isnull=True) | Q(door_until__gt=now))
    )


def why_closed(row: Recipient, now: datetime) -> Refused:
    """Why a row in hand may not go now, in the words a person at a seat can act on."""
    order, lane = row.order.platform_order_id, row.lane
    named = named_with(row.pk).select_related("case")
    if any(each.order.status in OVER or each.case.state != "open" for each in named):
        return Refused("seat_order_over", order=order)
    if lane is not None:
        connection = lane.connection
        if connection.stopped_reason or not connection.is_active:
            return Refused("seat_shop_stopped", order=order, shop=connection.shop.code)
        if connection.mode != lane.mode:
            return Refused("seat_mode_changed", order=order, shop=connection.shop.code)
        if lane.is_stopped:
            return Refused("seat_lane_stopped", order=order, shop=connection.shop.code)
    return Refused("seat_closed", order=order)


def awake(rows: QuerySet[Recipient], now: datetime) -> QuerySet[Recipient]:
    """Those of the rows whose buyers are awake: no quiet hours of the shop's market hold. No seat is handed others."""
    pace = "lane__connection__pace__quiet"
    is_awake = (
        Q(roll_out__keeps_quiet_hours=False) | Q(**{f"{pace}_from": None}) | Q(**{f"{pace}_from": F(f"{pace}_until")})
    )
    for market in Market:
        there = now.astimezone(market.zone).time()
        before, after = Q(**{f"{pace}_from__gt": there}), Q(**{f"{pace}_until__lte": there})
        within_a_day = Q(**{f"{pace}_from__lt": F(f"{pace}_until")})
        is_awake |= Q(order__shop__market=market.value) & (
            (within_a_day & (before | after)) | (~within_a_day & before & after)
        )
    return rows.filter(is_awake)


def why_waits(row: Recipient, now: datetime) -> Refused | None:
    """Why a row must wait that could go otherwise: the buyers of its shop sleep; or, where a worker sends it, the
    platform asked the shop to wait or the day is used up, and a press now would grow old before it could leave."""
    if row.lane is None:
        return None
    order, market = row.order.platform_order_id, Market(row.order.shop.market)
    standing = standing_of(row.lane, now)
    if standing.sleeps_until is not None:
        there = standing.sleeps_until.astimezone(market.zone)
        return Refused("seat_buyers_sleep", order=order, until=f"{there:%H:%M}", market=market.value)
    until = None if row.lane.mode == SendMode.MANUAL else standing.waits_until or standing.full_until
    if until is None:
        return None
    return Refused("seat_shop_waits", order=order, until=f"{until:%H:%M:%S}")
