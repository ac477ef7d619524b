"""Notice that the platform holds messages which nobody pushed, and mark their conversation to be read.

A conversation that is marked is read once, as a look-up, and never in a loop: Lazada withdraws the permission of
whoever polls (lazada.md 2.1, documented).
"""

from datetime import datetime, timedelta

from django.db.models import Q

from seawall.connectors.contracts import SessionState
from seawall.inbox.api import Conversation, Message
from seawall.kernel.clock import Clock
from seawall.outreach.proof import contacted

PUSH_GRACE = timedelta(seconds=20)
"""How long a message's own push may come after the push that counted it (ours)."""


def notice_lost(conversation: Conversation, state: SessionState, *, clock: Clock) -> None:
    """Mark the conversation when the platform counts more unread messages of the buyer than are kept here."""
    if state.unread <= 0:
        return
    kept = Message.objects.filter(conversation=conversation).exclude(speaker="seller")
    if state.seller_read_up_to is not None:
        kept = kept.filter(sent_at__gt=state.seller_read_up_to)
    if kept.count() < state.unread:
        look_again(conversation, at=clock.now() + PUSH_GRACE)


def notice_listed(conversation: Conversation, state: SessionState, *, clock: Clock) -> bool:
    """Whether a listed conversation may hold an answer that is not kept; it is then marked.

    What needs no read: one that was read up to its newest message, and one whose newest message is our first to this
    buyer, since what stands before it answers nothing of ours.
    """
    newest = state.last_message_id
    if newest and newest == conversation.complete_id:
        return False
    first = contacted(conversation.shop_id, conversation.session_id).order_by("sent_at", "pk").first()
    if newest and first is not None and first.platform_message_id == newest:
        return False
    if first is None and newest and Message.objects.filter(conversation=conversation, message_id=newest).exists():
        # Talk that no storm began: what is kept of it is enough.
        return False
    look_again(conversation, at=clock.now())
    return True


def look_again(conversation: Conversation, *, at: datetime) -> None:
    """Have a conversation read at the platform, at the earliest at an instant; an earlier mark stays."""
    Conversation.objects.filter(Q(look_after__isnull=True) | Q(look_after__gt=at), pk=conversation.pk).update(
        look_after=at, look_tries=0
    )
