"""Messages of shops whose platform may not be used by API: a person copies the approved words, sends them in Seller
Center, and attaches the screenshot.

The dangerous moment is between the copy and the mark: only the person knows whether the message left. From the copy on
the row never goes back to other seats by itself, no worker can claim it (a database constraint), and a seat that falls
silent leaves it to a person who looks in Seller Center.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from seawall.evidence.api import Screenshot, ShotOf, keep_screenshot
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.outreach.commands.seats import take_out
from seawall.outreach.groups import part_off_withdrawn
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient, RollOut
from seawall.outreach.policy import SEAT_SILENT_AFTER
from seawall.outreach.seat_rows import in_hand, may_be_worked, why_closed, why_waits
from seawall.outreach.states import SENT, RecipientState
from seawall.shops.api import SendMode
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record

UNSURE = "manual_outcome_unsure"
"""Why a row is with a person whose words were taken to Seller Center and of which nothing more was heard."""

MOST_WHY = 300


@dataclass(frozen=True, kw_only=True)
class MarkSent:
    """A person says that a message was sent in Seller Center, and shows it."""

    recipient_id: int
    seen_sha256: str
    """Digest of the words that stood on the person's screen."""
    picture: bytes
    """The screenshot as it came: PNG, JPEG or WebP."""


def copy_words(recipient_id: int, *, by: Actor, clock: Clock) -> Recipient:
    """Take the words of one message to Seller Center. From now on only a person can say whether it was sent.

    Raises NotFound, Refused: seat_not_yours, seat_not_by_hand, and as `press` when nothing may go now.
    """
    by.require("seat.work")
    now = clock.now()
    with transaction.atomic():
        row = _mine(recipient_id, by, clock)
        if not may_be_worked(Recipient.objects.filter(pk=row.pk), now).exists():
            raise why_closed(row, now)
        if (waits := why_waits(row, now)) is not None:
            raise waits
        Recipient.objects.filter(pk=row.pk).update(copied_at=Coalesce(F("copied_at"), now))
        in_hand(by, now).update(seat_until=now + SEAT_SILENT_AFTER)
        row.refresh_from_db()
    return row


def not_sent(recipient_id: int, *, by: Actor, clock: Clock) -> Recipient:
    """Take the copy back: the person says that the words were not sent. The message stays in this seat's hands, unless
    one of its orders left the storm meanwhile: then each of the others goes by words of its own, from any seat."""
    by.require("seat.work")
    with transaction.atomic():
        row = _mine(recipient_id, by, clock)
        if Recipient.objects.filter(pk=row.pk, copied_at__isnull=False).update(copied_at=None):
            record(
                team_id=by.team_id, incident_id=row.incident_id, verb="seat.not_sent", clock=clock, by=by,
                subject=f"recipient:{row.pk}", after={"order": row.order.platform_order_id},
            )  # fmt: skip
            part_off_withdrawn(row.pk, clock=clock)
        row.refresh_from_db()
    return row


def mark_sent(cmd: MarkSent, *, by: Actor, clock: Clock) -> Recipient:
    """It was sent in Seller Center, and here is the screenshot. Saying so twice says it once.

    Holds whatever became of the roll-out meanwhile: what was sent was sent. A row that the platform's own record has
    settled already keeps its state and gains the screenshot; one that waits for a person because its seat fell silent
    may be settled this way by anyone at a seat.
    Raises NotFound, InvalidInput for the picture, Refused: seat_not_yours, seat_not_by_hand, seat_words_differ,
    picture_of_other_order.
    """
    by.require("seat.work")
    with transaction.atomic():
        row = get_scoped(Recipient, by, lock=True, pk=cmd.recipient_id)
        _require_markable(row, by)
        is_same_words = cmd.seen_sha256 == row.text_sha256
        if is_same_words:
            shot = keep_screenshot(cmd.picture, _shot_of(row), by=by, clock=clock)
            _settle(row, shot, by, clock)
        else:
            take_out(row, seen_sha256=cmd.seen_sha256, by=by, clock=clock)
    if not is_same_words:
        raise Refused("seat_words_differ", order=row.order.platform_order_id)
    row.refresh_from_db()
    return row


def cannot_reach(recipient_id: int, *, why: str, by: Actor, clock: Clock) -> Recipient:
    """This buyer cannot be written to in Seller Center, for the reason given: the row goes to whoever leads.

    Raises NotFound, Refused: seat_not_yours, seat_needs_reason.
    """
    by.require("seat.work")
    reason = why.strip()[:MOST_WHY]
    if not reason:
        raise Refused("seat_needs_reason")
    with transaction.atomic():
        row = _mine(recipient_id, by, clock)
        rows = Recipient.objects.filter(pk=row.pk)
        rows.update(copied_at=Coalesce(F("copied_at"), clock.now()))
        move_rows(rows, "cannot_reach", clock=clock, reason="seat_cannot_reach", params={"why": reason})
        record(
            team_id=by.team_id, incident_id=row.incident_id, verb="seat.cannot_reach", clock=clock, by=by,
            subject=f"recipient:{row.pk}", after={"order": row.order.platform_order_id}, why=reason,
        )  # fmt: skip
        row.refresh_from_db()
    return row


def settle_silent(roll_out: RollOut, *, clock: Clock) -> int:
    """Give to a person what silent seats had taken to Seller Center: it may have been sent, so no other seat gets it.
    Returns how many rows."""
    silent = Recipient.objects.filter(
        roll_out=roll_out, state=RecipientState.WAITING.value, copied_at__isnull=False, seat_until__lte=clock.now()
    )
    orders = list(silent.values_list("order__platform_order_id", flat=True)[:100])
    moved = move_rows(silent, "unsure", clock=clock, reason=UNSURE) if orders else 0
    if moved:
        record(
            team_id=roll_out.team_id, incident_id=roll_out.incident_id, verb="seat.silent", clock=clock, by=None,
            subject=f"roll_out:{roll_out.pk}", after={"count": moved, "orders": orders},
        )  # fmt: skip
    return moved


def _mine(recipient_id: int, by: Actor, clock: Clock) -> Recipient:
    """A waiting row of a manual lane that this seat has in hand, locked."""
    row = get_scoped(Recipient, by, lock=True, pk=recipient_id)
    order = row.order.platform_order_id
    is_held = row.seat_id == by.membership_id and row.seat_until is not None and row.seat_until > clock.now()
    if not is_held or row.state != RecipientState.WAITING:
        raise Refused("seat_not_yours", order=order)
    if row.lane is None or row.lane.mode != SendMode.MANUAL:
        raise Refused("seat_not_by_hand", order=order)
    return row


def _require_markable(row: Recipient, by: Actor) -> None:
    order, state = row.order.platform_order_id, RecipientState(row.state)
    is_manual = row.lane is not None and row.lane.mode == SendMode.MANUAL
    if not is_manual and row.copied_at is None:
        raise Refused("seat_not_by_hand", order=order)
    is_mine = row.seat_id == by.membership_id
    is_unsure = state is RecipientState.NEEDS_PERSON and row.copied_at is not None
    if not ((is_mine and (state is RecipientState.WAITING or state in SENT)) or is_unsure):
        raise Refused("seat_not_yours", order=order)


def _settle(row: Recipient, shot: Screenshot, by: Actor, clock: Clock) -> None:
    rows, now = Recipient.objects.filter(pk=row.pk), clock.now()
    rows.filter(screenshot_sha256="").update(screenshot_sha256=shot.sha256)
    rows.filter(pressed_by__isnull=True).update(pressed_by_id=by.membership_id, pressed_at=now)
    if row.state in (RecipientState.WAITING, RecipientState.NEEDS_PERSON):
        rows.update(copied_at=Coalesce(F("copied_at"), now), sent_at=now)
        move_rows(rows, "sent_by_hand", clock=clock)
        in_hand(by, now).update(seat_until=now + SEAT_SILENT_AFTER)


def _shot_of(row: Recipient) -> ShotOf:
    return ShotOf(shop_id=row.order.shop_id, incident_id=row.incident_id, order_id=row.order_id, recipient_id=row.pk)
