"""Shopee's conversations and messages as our records. Pure, and never raises on any JSON."""

from collections.abc import Mapping
from typing import Any

from seawall.connectors.contracts import ChatMessage, SessionState, Speaker
from seawall.connectors.shopee.mapping import instant
from seawall.connectors.shopee.wire import WireConversation, WireMessage
from seawall.connectors.tolerant import object_at, parse_object, storable_text

AUTO_STATUSES = frozenset({"auto_reply", "offwork_autoreply"})
"""[D] of `status`."""
AUTO_SOURCES = frozenset({"chatbot"})
"""[D3] of `source`: a robot of the platform or of the shop wrote it."""
SYSTEM_TYPES = frozenset({"notification"})
_NOT_BLOCKED = "censored_whitelist"


def message_of(raw: Mapping[str, Any], shop_id: str) -> ChatMessage | None:
    """A chat message; None when it lacks what makes it one (conversation, id, time).

    [M] it is the shop's exactly when `from_shop_id` is ours: buyers have a shop id too. [M] an id stands for an
    accepted message, and `status` may tell later that the buyer did not get it.
    """
    message = WireMessage.model_validate(raw)
    sent_at = instant(message.created_timestamp)
    if not message.conversation_id or not message.message_id or sent_at is None:
        return None
    speaker = _speaker_of(message, shop_id)
    is_ours = message.from_shop_id == shop_id != ""
    status = message.status.lower()
    return ChatMessage(
        session_id=message.conversation_id,
        message_id=message.message_id,
        speaker=speaker,
        buyer_id=message.to_id if is_ours else message.from_id,
        text=_text_of(message.content),
        kind=message.message_type,
        sent_at=sent_at,
        is_recalled="recall" in status or "deleted" in status,  # no such status is documented [U]
        blocked_note=_blocked_note(status),
        is_auto_reply=is_ours and (status in AUTO_STATUSES or message.source in AUTO_SOURCES),
        raw=raw,
    )


def _speaker_of(message: WireMessage, shop_id: str) -> Speaker:
    if message.message_type in SYSTEM_TYPES:
        return Speaker.SYSTEM
    if message.from_shop_id == shop_id != "":
        return Speaker.SELLER
    # A message between two others, or one that names nobody, is not the buyer's word to this shop: say so.
    if message.to_shop_id not in {"", shop_id} or not message.from_id:
        return Speaker.SYSTEM
    return Speaker.BUYER


def _blocked_note(status: str) -> str:
    """Non-empty when the buyer did not get it: `blocked` and `censored_blacklist` [D], and whatever is named alike."""
    is_blocked = ("blocked" in status or "censored" in status) and status != _NOT_BLOCKED
    return status if is_blocked else ""


def _text_of(content: object) -> str:
    """The text of any kind of message that has one: a question put to a chatbot is a buyer's word as well."""
    if isinstance(content, str):
        content = parse_object(content)
    text = content.get("text") if isinstance(content, dict) else None
    return storable_text(text) if isinstance(text, str) else ""


def session_of(raw: Mapping[str, Any]) -> SessionState | None:
    """A conversation's positions; None without an id.

    [M] Shopee names the buyer's last read message by id. Only when that is the latest one of the conversation does the
    row itself tell until when they have read; the shop's own position has no time at all.
    """
    conversation = WireConversation.model_validate(raw)
    if not conversation.conversation_id:
        return None
    has_read_all = conversation.opposite_last_read_msg_id == conversation.latest_message_id != ""
    return SessionState(
        session_id=conversation.conversation_id,
        unread=max(conversation.unread_count, 0),
        seller_read_up_to=None,
        buyer_read_up_to=instant(conversation.last_message_timestamp) if has_read_all else None,
        raw=raw,
        last_message_id=conversation.latest_message_id,
        last_message_at=instant(conversation.last_message_timestamp),
    )


def notified_session(raw: Mapping[str, Any]) -> SessionState | None:
    """The conversation a notification push is about, such as `mark_as_replied`; it tells no position [M]."""
    content = object_at(raw, "content") or raw
    conversation = WireConversation.model_validate(content)
    if not conversation.conversation_id:
        return None
    return SessionState(
        session_id=conversation.conversation_id,
        unread=max(conversation.unread_count, 0),
        seller_read_up_to=None,
        buyer_read_up_to=None,
        raw=raw,
    )
