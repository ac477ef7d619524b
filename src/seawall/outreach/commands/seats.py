"""Seat sends: a person takes a batch and lets each message go by a key press of its own (mode `click`), or sends it in
Seller Center (mode `manual`; see `by_hand`).

The press is written into the ledger row; the worker sends pressed rows by the same claim, bucket and look-ups as all
others. The words are the approved ones: the press names the digest of what stood on the person's screen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from seawall.kernel.clock import Clock
from seawall.kernel.errors import NotFound, Refused
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient
from seawall.outreach.policy import PRESS_GOOD_FOR, SEAT_SILENT_AFTER
from seawall.outreach.seat_rows import awake, in_hand, may_be_worked, why_closed, why_waits
from seawall.outreach.states import RecipientState
from seawall.shops.api import SendMode
from seawall.tenancy.api import Actor, Membership, scoped
from seawall.timeline.api import record

MOST_IN_HAND = 50
"""Messages one seat may have in hand (ours)."""

PRESS_TOLD_WITHIN = timedelta(minutes=1)
"""Presses told together are told within so long of the first (ours)."""


@dataclass(frozen=True, kw_only=True)
class TakeBatch:
    """A seat asks for work of one storm (or of any), in languages its person speaks and of certain shops.

    No language named: those of the person's membership, and any where that names none. No shop named: any.
    """

    incident_id: int | None = None
    size: int = 20
    languages: Sequence[str] = ()
    shops: Sequence[str] = ()
    """Codes of shops."""


def take_batch(cmd: TakeBatch, *, by: Actor, clock: Clock) -> list[Recipient]:
    """Messages to press or to send by hand, most exposed first: what this seat has in hand already, filled up to `size`
    with free ones.

    Two seats never get the same message; what a silent seat held is free again after a while, unless its person had
    taken the words to Seller Center.
    """
    by.require("seat.work")
    size, now = min(cmd.size, MOST_IN_HAND), clock.now()
    with transaction.atomic():
        until = now + SEAT_SILENT_AFTER
        held = in_hand(by, now)
        if cmd.incident_id is not None:
            held = held.filter(incident_id=cmd.incident_id)
        mine = list(held.values_list("pk", flat=True))
        # Asking is a sign of life: what is in hand stays there.
        Recipient.objects.filter(pk__in=mine).update(seat_until=until)
        taken = _take_free(cmd, size - len(mine), by, now, until) if len(mine) < size else []
        rows = scoped(Recipient, by).filter(pk__in=[*mine, *taken])
        found = list(
            rows.select_related("order__shop", "lane", "incident", "roll_out__script_version").order_by(
                "incident_id", "wave", "rank"
            )
        )
        fresh = [row for row in found if row.pk in set(taken)]
        for incident_id in sorted({row.incident_id for row in fresh}):
            of_it = [row for row in fresh if row.incident_id == incident_id]
            record(
                team_id=by.team_id, incident_id=incident_id, verb="seat.take", clock=clock, by=by,
                subject=f"member:{by.membership_id}", after={"count": len(of_it), "orders": _orders_named(of_it)},
            )  # fmt: skip
        return found


def _take_free(cmd: TakeBatch, size: int, by: Actor, now: datetime, until: datetime) -> list[int]:
    free = (
        awake(may_be_worked(scoped(Recipient, by), now), now)
        .filter(Q(seat__isnull=True) | Q(seat_until__lte=now), copied_at__isnull=True)
        .filter(Q(pressed_at__isnull=True) | Q(pressed_at__lte=now - PRESS_GOOD_FOR))
    )
    if cmd.incident_id is not None:
        free = free.filter(incident_id=cmd.incident_id)
    if languages := cmd.languages or languages_of(by):
        free = free.filter(language__in=languages)
    if cmd.shops:
        free = free.filter(order__shop__code__in=cmd.shops)
    picked = (
        free.order_by("wave", "rank").select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
    )
    pks = list(picked[:size])
    Recipient.objects.filter(pk__in=pks).update(seat_id=by.membership_id, seat_until=until)
    return pks


def languages_of(by: Actor) -> list[str]:
    """The buyer languages a member speaks, as the team noted them; none: not noted."""
    noted = Membership.objects.filter(pk=by.membership_id).values_list("languages", flat=True).first()
    return list(noted or [])


@dataclass(frozen=True, kw_only=True)
class Press:
    """One key press: which message, the digest of the words that stood on the screen, and when the key went down."""

    recipient_id: int
    seen_sha256: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """What came of presses told together."""

    rows: Sequence[Recipient] = ()
    """Those that may go, with those that were pressed (or sent) before."""
    refused: Mapping[int, Refused | NotFound] = field(default_factory=dict)
    """Why the others may not, by message."""


def _orders_named(rows: Sequence[Recipient]) -> list[str]:
    """The order numbers that these messages name."""
    named = Recipient.objects.filter(Q(pk__in=[row.pk for row in rows]) | Q(rides_with__in=[row.pk for row in rows]))
    return list(named.order_by("wave", "rank").values_list("order__platform_order_id", flat=True))


def press(recipient_id: int, *, seen_sha256: str, by: Actor, clock: Clock) -> Recipient:
    """The key press: this message may go now. Pressing twice presses once.

    Raises NotFound for rows of other teams, Refused: seat_not_yours for one another seat has or that is sent already,
    seat_words_differ when other words stood on the screen (the message leaves this seat), seat_by_hand on a lane whose
    messages go by Seller Center, seat_shop_stopped, seat_shop_waits, seat_buyers_sleep, seat_lane_stopped,
    seat_mode_changed, seat_closed when nothing may go now.
    """
    told = press_many([Press(recipient_id=recipient_id, seen_sha256=seen_sha256, at=clock.now())], by=by, clock=clock)
    for error in told.refused.values():
        raise error
    return told.rows[0]


def press_many(presses: Iterable[Press], *, by: Actor, clock: Clock) -> Pressed:
    """Key presses of one person told together, in one transaction: each is its own act with its own time, its own words
    checked, and one that may not go holds up no other. Of several presses of one message the first counts."""
    by.require("seat.work")
    now = clock.now()
    wanted: dict[int, Press] = {}
    for each in presses:
        wanted.setdefault(each.recipient_id, each)
    good: list[Press] = []
    refused: dict[int, Refused | NotFound] = {}
    with transaction.atomic():
        locked = scoped(Recipient, by).filter(pk__in=wanted).select_for_update(of=("self",)).order_by("pk")
        rows = {
            row.pk: row
            for row in locked.select_related(
                "order__shop",
                "case",
                "lane__connection__shop",
                "lane__connection__pace__quota",
                "lane__roll_out",
                "incident",
            )
        }
        is_open = set(may_be_worked(Recipient.objects.filter(pk__in=rows), now).values_list("pk", flat=True))
        for pk, each in wanted.items():
            row = rows.get(pk)
            error = NotFound("not_found", what=str(pk)) if row is None else _why_not(row, each, pk in is_open, by, now)
            if error is not None:
                refused[pk] = error
                if row is not None and error.code == "seat_words_differ":
                    take_out(row, seen_sha256=each.seen_sha256, by=by, clock=clock)
            elif row is not None and not _is_pressed(row, now):
                good.append(each)
        _write(good, by)
        if good:
            # A press is a sign of life for all that this seat has in hand.
            in_hand(by, now).update(seat_until=now + SEAT_SILENT_AFTER)
    for each in good:
        rows[each.recipient_id].pressed_by_id, rows[each.recipient_id].pressed_at = by.membership_id, each.at
    return Pressed(rows=[row for pk, row in rows.items() if pk not in refused], refused=refused)


def _why_not(row: Recipient, press: Press, is_open: bool, by: Actor, now: datetime) -> Refused | None:  # private
    order = row.order.platform_order_id
    if row.seat_id != by.membership_id or row.seat_until is None or row.seat_until <= now:
        return Refused("seat_not_yours", order=order)
    if press.seen_sha256 != row.text_sha256:
        return Refused("seat_words_differ", order=order)
    if row.lane is not None and row.lane.mode == SendMode.MANUAL:
        return Refused("seat_by_hand", order=order)
    if _is_pressed(row, now):
        return None
    if not now - PRESS_TOLD_WITHIN <= press.at <= now:
        return Refused("seat_press_too_old", order=order)
    return why_waits(row, now) if is_open else why_closed(row, now)


def _is_pressed(row: Recipient, now: datetime) -> bool:
    is_pressed = row.pressed_at is not None and row.pressed_at > now - PRESS_GOOD_FOR
    return is_pressed or row.state != RecipientState.WAITING


_WRITE = """
UPDATE outreach_recipient p SET pressed_by_id = %s, pressed_at = told.at
  FROM unnest(%s::bigint[], %s::timestamptz[]) AS told(id, at)
 WHERE p.id = told.id AND p.state = 'waiting'
"""


def _write(presses: Sequence[Press], by: Actor) -> None:
    if not presses:
        return
    told = [each.recipient_id for each in presses], [each.at for each in presses]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [by.membership_id, *told])


def take_out(row: Recipient, *, seen_sha256: str, by: Actor, clock: Clock) -> None:
    """Other words than the approved ones stood before the person: the message leaves this seat, and the timeline says
    so. One whose words were already taken to Seller Center goes to a person: nobody knows what was sent there."""
    mine = Recipient.objects.filter(pk=row.pk, state=RecipientState.WAITING.value)
    mine.update(seat=None, seat_until=None)
    move_rows(mine.filter(copied_at__isnull=False), "unsure", clock=clock, reason="manual_words_differ")
    record(
        team_id=by.team_id, incident_id=row.incident_id, verb="seat.words_differ", clock=clock, by=by,
        subject=f"recipient:{row.pk}", before={"approved": row.text_sha256},
        after={"order": row.order.platform_order_id, "seen": seen_sha256[:64]},
    )  # fmt: skip


def give_back(incident_id: int | None, *, by: Actor, clock: Clock) -> int:
    """Let go of what this seat has in hand and has not pressed; returns how many are free again.

    Messages whose words were taken to Seller Center, and that were neither marked as sent nor as not sent, go to a
    person instead.
    """
    by.require("seat.work")
    with transaction.atomic():
        held = in_hand(by, clock.now())
        if incident_id is not None:
            held = held.filter(incident_id=incident_id)
        incidents = sorted(set(held.values_list("incident_id", flat=True)))
        total = 0
        for each in incidents:
            mine = held.filter(incident_id=each)
            unsure = move_rows(
                mine.filter(copied_at__isnull=False), "unsure", clock=clock, reason="manual_outcome_unsure"
            )
            freed = mine.update(seat=None, seat_until=None)
            total += freed
            record(
                team_id=by.team_id, incident_id=each, verb="seat.give_back", clock=clock, by=by,
                subject=f"member:{by.membership_id}", after={"count": freed, "unsure": unsure},
            )  # fmt: skip
    return total
