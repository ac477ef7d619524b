"""Raise a ledger row by the platform's own record, and by nothing else.

The state follows from the records kept of the row by the very rules a pack is graded by (evidence.grades): what the
ledger claims, the records prove, whatever order they came in.
"""

from django.db.models import Q, QuerySet

from seawall.connectors.contracts import ChatMessage
from seawall.evidence.api import Capture, Grade, again, grade_of, is_blocked, is_recalled, keep
from seawall.inbox.api import Conversation
from seawall.kernel.clock import Clock
from seawall.outreach.groups import named_with
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient

_STEPS = ((Grade.CONFIRMED, "confirmed"), (Grade.READ, "read"), (Grade.ANSWERED, "answered"))


def apply_record(message: ChatMessage, *, recipient_id: int, clock: Clock) -> None:
    """Our own message was seen in the platform's record, and that record is kept: the row becomes what its records
    prove, with what the buyer did before this proof came, and so does every order the message names. Seeing it twice
    changes nothing."""
    for row in named_with(recipient_id):
        _tie_early(row, message)
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


def _tie_early(row: Recipient, message: ChatMessage) -> None:
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
