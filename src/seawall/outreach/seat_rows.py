"""Which ledger rows a seat may work on, and why one may not go now."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from seawall.kernel.errors import Refused
from seawall.outreach.models import Approval, Recipient
from seawall.outreach.policy import PRESS_GOOD_FOR
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
    not stopped, to buyers whose door is open. Fails closed for any other mode or state."""
    standing = Approval.objects.filter(
        roll_out=OuterRef("roll_out"), is_approved=True, voided_at__isnull=True,
        binding_digest=OuterRef("roll_out__binding_digest"),
    )  # fmt: skip
    return rows.filter(
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
    ).filter(Q(door_until__isnull=True) | Q(door_until__gt=now))


def why_closed(row: Recipient, now: datetime) -> Refused:
    """Why a row in hand may not go now, in the words a person at a seat can act on."""
    order, lane = row.order.platform_order_id, row.lane
    if lane is not None:
        connection = lane.connection
        if connection.stopped_reason or not connection.is_active:
            return Refused("seat_shop_stopped", order=order, shop=connection.shop.code)
        if connection.mode != lane.mode:
            return Refused("seat_mode_changed", order=order, shop=connection.shop.code)
        if lane.is_stopped:
            return Refused("seat_lane_stopped", order=order, shop=connection.shop.code)
    return Refused("seat_closed", order=order)


def why_waits(row: Recipient, now: datetime) -> Refused | None:
    """The platform asked this row's shop to wait: a press now would grow old before it could leave."""
    until = row.lane.blocked_until if row.lane is not None else None
    if until is None or until <= now:
        return None
    return Refused("seat_shop_waits", order=row.order.platform_order_id, until=f"{until:%H:%M:%S}")
