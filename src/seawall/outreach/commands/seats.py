"""Seat sends: a person takes a batch and lets each message go by a key press of its own (mode `click`).

The press is written into the ledger row; the worker sends pressed rows by the same claim, bucket and look-ups as all
others. The words are the approved ones: the press names the digest of what stood on the person's screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.outreach.models import Approval, Recipient
from seawall.outreach.policy import PRESS_GOOD_FOR, SEAT_SILENT_AFTER
from seawall.outreach.states import RecipientState, RollOutState
from seawall.shops.api import SendMode
from seawall.tenancy.api import Actor, get_scoped, scoped
from seawall.timeline.api import record

MOST_IN_HAND = 50
"""Messages one seat may have in hand (ours)."""


@dataclass(frozen=True, kw_only=True)
class TakeBatch:
    """A seat asks for work of one storm, in languages its person speaks (none named: any)."""

    incident_id: int
    size: int = 20
    languages: Sequence[str] = ()


def take_batch(cmd: TakeBatch, *, by: Actor, clock: Clock) -> list[Recipient]:
    """Messages to press, most exposed first: what this seat has in hand already, filled up to `size` with free ones.

    Two seats never get the same message; what a silent seat held is free again after a while.
    """
    by.require("seat.work")
    size, now = min(cmd.size, MOST_IN_HAND), clock.now()
    with transaction.atomic():
        until = now + SEAT_SILENT_AFTER
        mine = list(_in_hand(by, now).filter(incident_id=cmd.incident_id).values_list("pk", flat=True))
        # Asking is a sign of life: what is in hand stays there.
        Recipient.objects.filter(pk__in=mine).update(seat_until=until)
        taken = _take_free(cmd, size - len(mine), by, now, until) if len(mine) < size else []
        if taken:
            record(
                team_id=by.team_id, incident_id=cmd.incident_id, verb="seat.take", clock=clock, by=by,
                subject=f"member:{by.membership_id}",
                after={"count": len(taken), "orders": _orders_named(taken)},
            )  # fmt: skip
        rows = scoped(Recipient, by).filter(pk__in=[*mine, *(row.pk for row in taken)])
        return list(rows.select_related("order__shop", "lane").order_by("wave", "rank"))


def _take_free(cmd: TakeBatch, size: int, by: Actor, now: datetime, until: datetime) -> list[Recipient]:
    free = (
        _may_be_pressed(scoped(Recipient, by).filter(incident_id=cmd.incident_id))
        .filter(Q(seat__isnull=True) | Q(seat_until__lte=now))
        .filter(Q(pressed_at__isnull=True) | Q(pressed_at__lte=now - PRESS_GOOD_FOR))
    )
    if cmd.languages:
        free = free.filter(language__in=cmd.languages)
    picked = (
        free.order_by("wave", "rank").select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
    )
    pks = list(picked[:size])
    Recipient.objects.filter(pk__in=pks).update(seat_id=by.membership_id, seat_until=until)
    return list(Recipient.objects.filter(pk__in=pks).select_related("order").order_by("wave", "rank"))


def _orders_named(rows: Sequence[Recipient]) -> list[str]:
    """The order numbers that these messages name."""
    named = Recipient.objects.filter(Q(pk__in=[row.pk for row in rows]) | Q(rides_with__in=[row.pk for row in rows]))
    return list(named.order_by("wave", "rank").values_list("order__platform_order_id", flat=True))


def press(recipient_id: int, *, seen_sha256: str, by: Actor, clock: Clock) -> Recipient:
    """The key press: this message may go now. Pressing twice presses once.

    Raises NotFound for rows of other teams, Refused(seat_not_yours) for one another seat has or that is sent already,
    Refused(seat_words_differ) when other words stood on the screen, Refused(seat_closed) when nothing may go now.
    """
    by.require("seat.work")
    now = clock.now()
    with transaction.atomic():
        row = get_scoped(Recipient, by, lock=True, pk=recipient_id)
        if row.seat_id != by.membership_id or row.seat_until is None or row.seat_until <= now:
            raise Refused("seat_not_yours", order=row.order.platform_order_id)
        if seen_sha256 != row.text_sha256:
            raise Refused("seat_words_differ", order=row.order.platform_order_id)
        is_pressed = row.pressed_at is not None and row.pressed_at > now - PRESS_GOOD_FOR
        if is_pressed or row.state != RecipientState.WAITING:
            return row
        if not _may_be_pressed(Recipient.objects.filter(pk=row.pk)).exists():
            raise Refused("seat_closed", order=row.order.platform_order_id)
        Recipient.objects.filter(pk=row.pk, state=RecipientState.WAITING.value).update(
            pressed_by_id=by.membership_id, pressed_at=now
        )
        # A press is a sign of life for all that this seat has in hand.
        _in_hand(by, now).update(seat_until=now + SEAT_SILENT_AFTER)
    row.pressed_by_id, row.pressed_at = by.membership_id, now
    return row


def give_back(incident_id: int, *, by: Actor, clock: Clock) -> int:
    """Let go of what this seat has in hand and has not pressed; returns how many."""
    by.require("seat.work")
    with transaction.atomic():
        freed = _in_hand(by, clock.now()).filter(incident_id=incident_id).update(seat=None, seat_until=None)
        if freed:
            record(
                team_id=by.team_id, incident_id=incident_id, verb="seat.give_back", clock=clock, by=by,
                subject=f"member:{by.membership_id}", after={"count": freed},
            )  # fmt: skip
    return freed


def _in_hand(by: Actor, now: datetime) -> QuerySet[Recipient]:
    """What a seat holds and has still to press."""
    return (
        scoped(Recipient, by)
        .filter(seat_id=by.membership_id, seat_until__gt=now, state=RecipientState.WAITING.value)
        .filter(Q(pressed_at__isnull=True) | Q(pressed_at__lte=now - PRESS_GOOD_FOR))
    )


def _may_be_pressed(rows: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Click lanes of roll-outs that may send now, in waves that are open. Fails closed for any other mode or state."""
    standing = Approval.objects.filter(
        roll_out=OuterRef("roll_out"), is_approved=True, voided_at__isnull=True,
        binding_digest=OuterRef("roll_out__binding_digest"),
    )  # fmt: skip
    return rows.filter(
        Q(roll_out__state=RollOutState.SAMPLING.value)
        | Q(Exists(standing), roll_out__state=RollOutState.RUNNING.value),
        lane__mode=SendMode.CLICK.value,
        lane__is_stopped=False,
        lane__connection__is_active=True,
        lane__connection__mode=SendMode.CLICK.value,
        wave__lte=F("roll_out__open_wave"),
        state=RecipientState.WAITING.value,
        rides_with__isnull=True,
    )
