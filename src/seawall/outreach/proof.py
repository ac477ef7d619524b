"""Raise a ledger row by the platform's own record, and by nothing else.

The state follows from the records kept of the row by the very rules a pack is graded by (evidence.grades): what the
ledger claims, the records prove, whatever order they came in.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from seawall.connectors.contracts import ChatMessage
from seawall.evidence.api import Capture, Grade, again, grade_of, is_blocked, is_recalled, keep
from seawall.inbox.api import Conversation, Message
from seawall.kernel.clock import Clock
from seawall.outreach.groups import keep_for_all, named_with
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient
from seawall.outreach.states import SENT

_STEPS = ((Grade.CONFIRMED, "confirmed"), (Grade.READ, "read"), (Grade.ANSWERED, "answered"))


def apply_record(message: ChatMessage, *, recipient_id: int, clock: Clock) -> None:
    """Our own message was seen in the platform's record, and that record is kept: the row becomes what its records
    prove, with what the buyer did before this proof came, and so does every order the message names. Seeing it twice
    changes nothing."""
    own = _Own(session_id=message.session_id, message_id=message.message_id, sent_at=message.sent_at)
    _apply(own, recipient_id=recipient_id, clock=clock)


def apply_seen(kept: Message, *, recipient_id: int, clock: Clock) -> None:
    """A message of ours that is kept already turns out to be this row's sending: its records are tied to the row, and
    the row becomes what they prove. The caller has held the words against each other."""
    row = Recipient.objects.select_related("order").get(pk=recipient_id)
    session_id = kept.conversation.session_id
    Recipient.objects.filter(pk=row.pk).update(
        platform_message_id=kept.message_id, session_id=session_id, sent_at=kept.sent_at
    )
    move_rows(Recipient.objects.filter(pk=row.pk), "acknowledged", clock=clock)
    Message.objects.filter(pk=kept.pk).update(recipient=row)
    records = Capture.objects.filter(shop_id=row.order.shop_id, message_id=kept.message_id, recipient__isnull=True)
    keep_for_all(
        again(capture, incident_id=row.incident_id, order_id=row.order_id, recipient_id=row.pk)
        for capture in records.order_by("pk")
    )
    own = _Own(session_id=session_id, message_id=kept.message_id, sent_at=kept.sent_at)
    _apply(own, recipient_id=row.pk, clock=clock)


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same to a reader: spaces and line ends may differ on the way through a platform."""
    return " ".join(one.split()) == " ".join(other.split())


@dataclass(frozen=True, kw_only=True)
class _Own:
    """A message of ours as the platform's record names it."""

    session_id: str
    message_id: str
    sent_at: datetime


def _apply(message: _Own, *, recipient_id: int, clock: Clock) -> None:
    for row in named_with(recipient_id):
        _prove(row, message, clock=clock)


def _prove(row: Recipient, message: _Own, *, clock: Clock) -> None:
    _tie_early(row, message)
    since = min(filter(None, (message.sent_at, row.sent_at)))
    if row.platform_message_id == message.message_id and row.sent_at != message.sent_at:
        # Answers are held against this instant, and it is the platform's clock that stamps them. Until now it was ours:
        # what was said between the two may hang on the wrong order.
        row.sent_at = message.sent_at
        Recipient.objects.filter(pk=row.pk).update(sent_at=message.sent_at)
    if row.rides_with_id is None:
        _tie_messages(row, message, since)
    follow_records(row, clock=clock)


def follow_records(row: Recipient, *, clock: Clock) -> None:
    """Move a row to what its kept records prove. A filter or a recall takes every proof away: the buyer has nothing
    to see, and a second contact is needed."""
    captures = list(Capture.objects.filter(recipient=row))
    found = grade_of(captures, message_id=row.platform_message_id, script_digest=row.script_digest)
    this = Recipient.objects.filter(pk=row.pk)
    if is_recalled(found):
        move_rows(this, "blocked", clock=clock, reason="recalled_at_platform")
    elif is_blocked(found):
        note = next(
            (c.blocked_note for c in captures if c.blocked_note and c.message_id == row.platform_message_id), ""
        )
        move_rows(this, "blocked", clock=clock, reason="filtered_by_platform", params={"note": note[:200]})
    else:
        for step, event in _STEPS:
            if found.grade.rank >= step.rank:
                move_rows(this, event, clock=clock)


LAST_FIRST = ("-sent_at", "-has_riders", "-pk")
"""Whom an answer that names no order is for: the last message before it; of several orders in it, its own."""


def contacted(shop_id: int, session_id: str) -> QuerySet[Recipient]:
    """Ledger rows of a shop whose message went into this conversation."""
    return Recipient.objects.filter(
        session_id=session_id, order__shop_id=shop_id, state__in=[s.value for s in SENT]
    ).select_related("order")


def _tie_messages(row: Recipient, message: _Own, since: datetime) -> None:
    """Answers kept before this proof came: each hangs on the order it names, else on the last one written to before
    it, as if they had come in order."""
    early = Message.objects.filter(
        conversation__shop_id=row.order.shop_id, conversation__session_id=message.session_id, sent_at__gte=since
    ).exclude(speaker="seller")
    rows: list[Recipient] | None = None
    for each in early:
        if rows is None:
            rows = list(contacted(row.order.shop_id, message.session_id).order_by(*LAST_FIRST))
        before = [other for other in rows if other.sent_at is not None and other.sent_at <= each.sent_at]
        named = [other for other in before if other.order.platform_order_id in each.text]
        found = next(iter(named or before), None)
        if found is not None and found.pk != each.recipient_id:
            Message.objects.filter(pk=each.pk).update(recipient=found)


def _tie_early(row: Recipient, message: _Own) -> None:
    """Reads and answers of this conversation that arrived before this proof did: their records are tied to this order
    too."""
    shop_id, since = row.order.shop_id, min(filter(None, (message.sent_at, row.sent_at)))
    # Most buyers did nothing: this one look spares them the two below.
    did_something = Q(last_buyer_message_at__gte=since) | Q(buyer_read_up_to__gte=since)
    if not Conversation.objects.filter(did_something, shop_id=shop_id, session_id=message.session_id).exists():
        return
    of_buyer: QuerySet[Capture] = Capture.objects.filter(
        Q(speaker="buyer") | Q(is_read=True), shop_id=shop_id, session_id=message.session_id, platform_time__gte=since
    )
    known = {_key(capture) for capture in of_buyer.filter(recipient=row)}
    early = {_key(capture): capture for capture in of_buyer.exclude(recipient=row).order_by("pk")}
    keep(
        again(capture, incident_id=row.incident_id, order_id=row.order_id, recipient_id=row.pk)
        for key, capture in early.items()
        if key not in known
    )


def _key(capture: Capture) -> tuple[object, ...]:
    """What a record says; a recall of a message says something else than the message."""
    return (
        capture.source, capture.message_id, capture.platform_time, capture.is_read, capture.is_recalled,
        capture.is_auto_reply, capture.blocked_note,
    )  # fmt: skip
