"""Keep conversations and messages as the platform holds them; a message seen again updates its one row."""

from dataclasses import dataclass
from datetime import UTC, datetime

from seawall.connectors.contracts import ChatMessage, SessionState, Speaker
from seawall.inbox.models import Conversation, Message
from seawall.inbox.readings import read_by_rules
from seawall.inbox.waiting import refresh_waiting
from seawall.kernel.languages import Language


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A stored message, and whether it was new."""

    message: Message
    is_new: bool


def store_message(
    chat: ChatMessage,
    *,
    team_id: int,
    shop_id: int,
    recipient_id: int | None,
    received_at: datetime,
    language: Language | None = None,
) -> Stored:
    """Insert or update by (conversation, message id). A recall or a filter note, once seen, is never taken back by an
    older copy that arrives late. A new message of a buyer is read for what it wants; `language` is what is known of
    the buyer's."""
    conversation, _ = Conversation.objects.get_or_create(
        shop_id=shop_id, session_id=chat.session_id, defaults={"team_id": team_id, "buyer_id": chat.buyer_id}
    )
    if chat.buyer_id and not conversation.buyer_id:
        # Read positions came first, or a platform whose pushes do not name the buyer.
        Conversation.objects.filter(pk=conversation.pk, buyer_id="").update(buyer_id=chat.buyer_id)
    message, is_new = Message.objects.get_or_create(
        conversation=conversation,
        message_id=chat.message_id,
        defaults={
            "team_id": team_id,
            "speaker": chat.speaker.value,
            "text": chat.text,
            "kind": chat.kind,
            "sent_at": chat.sent_at,
            "is_recalled": chat.is_recalled,
            "blocked_note": chat.blocked_note,
            "is_auto_reply": chat.is_auto_reply,
            "recipient_id": recipient_id,
            "received_at": received_at,
        },
    )
    is_recalled_now = not is_new and chat.is_recalled and not message.is_recalled
    is_tied_now = not is_new and recipient_id is not None and message.recipient_id is None
    if not is_new:
        changes = {
            "is_recalled": message.is_recalled or chat.is_recalled,
            "blocked_note": message.blocked_note or chat.blocked_note,
            "recipient_id": message.recipient_id or recipient_id,
        }
        Message.objects.filter(pk=message.pk).update(**changes)
    if chat.buyer_id and not conversation.buyer_id:
        # A push about reading, or one that names no buyer, may have opened the conversation here.
        Conversation.objects.filter(pk=conversation.pk, buyer_id="").update(buyer_id=chat.buyer_id)
    _touch(conversation, chat)
    if is_new and chat.speaker is Speaker.BUYER:
        read_by_rules(message, language, at=received_at)
    if (
        (is_new and chat.speaker is Speaker.BUYER)
        or conversation.waits_since is not None
        or is_recalled_now
        or is_tied_now
    ):
        # Most pushes show our own first messages, after which nobody waits: those cost nothing more.
        refresh_waiting(conversation.pk)
    return Stored(message=message, is_new=is_new)


def _touch(conversation: Conversation, chat: ChatMessage) -> None:
    changes: dict[str, datetime] = {}
    if conversation.last_message_at is None or chat.sent_at > conversation.last_message_at:
        changes["last_message_at"] = chat.sent_at
    if chat.speaker is Speaker.BUYER and (
        conversation.last_buyer_message_at is None or chat.sent_at > conversation.last_buyer_message_at
    ):
        changes["last_buyer_message_at"] = chat.sent_at
    if changes:
        Conversation.objects.filter(pk=conversation.pk).update(**changes)


def store_session(state: SessionState, *, said_at: datetime | None, team_id: int, shop_id: int) -> Conversation:
    """Update unread count and read position, in whatever order they come. A read position never goes back. Of two
    counts the one said later holds, of two of one instant (or of none) the larger: no buyer's word is hidden by it."""
    conversation, _ = Conversation.objects.get_or_create(
        shop_id=shop_id, session_id=state.session_id, defaults={"team_id": team_id}
    )
    known = conversation.buyer_read_up_to
    read = state.buyer_read_up_to
    count = max(_counted(conversation.unread_at, conversation.unread), _counted(said_at, state.unread))
    conversation.unread = count[1]
    if count[0] != _NEVER:
        conversation.unread_at = count[0]
    conversation.buyer_read_up_to = max(filter(None, (known, read)), default=None)
    conversation.save(update_fields=["unread", "unread_at", "buyer_read_up_to"])
    return conversation


_NEVER = datetime.min.replace(tzinfo=UTC)


def _counted(at: datetime | None, unread: int) -> tuple[datetime, int]:
    return at or _NEVER, unread
