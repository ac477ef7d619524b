"""TikTok Shop's orders, tracks and chat -> our records. Pure: no clock, no network."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seawall.connectors.contracts import (
    ChatMessage,
    PlatformOrder,
    PlatformOrderLine,
    SessionState,
    Speaker,
    TraceEvent,
    UploadedImage,
)
from seawall.connectors.tiktokshop.scalars import id_of, instant
from seawall.connectors.tiktokshop.wire import WireConversation, WireImage, WireMessage, WireOrder, WireTrack
from seawall.connectors.tolerant import scalar

SPEAKERS: Mapping[str, Speaker] = {
    "BUYER": Speaker.BUYER,
    "SHOP": Speaker.SELLER,
    "CUSTOMER_SERVICE": Speaker.SELLER,
    "SYSTEM": Speaker.SYSTEM,
    "ROBOT": Speaker.SYSTEM,
}
"""Only the role tells who wrote: SYSTEM and ROBOT carry the shop's ids and name [OAS]. A role nobody documented is not
the buyer's word and not ours."""

TRACE_KINDS: Mapping[str, str] = {
    "40101": "at_delivery_hub",
    "40601": "attempt_failed",
    "50101": "signed",
    "70201": "returning",
    "70202": "returning",
    "70203": "returning",
    "70204": "returning",
}
"""[3P] seen in public code; the full table is unknown to us. A failed attempt may be tried again: it is not the end."""

_SPELLINGS: Mapping[str, str] = {
    "CANCEL": "CANCELLED",
    "CANCELLATION_REQUEST_CANCEL": "CANCELLATION_REQUEST_CANCELLED",
}


def status_of(name: str) -> str:
    """A status in the one spelling we use: pushes and some answers write CANCEL where others write CANCELLED [PY]."""
    return _SPELLINGS.get(name, name)


def order_of(raw: Mapping[str, Any], currency: str) -> PlatformOrder:
    """An order with its lines; the list has them too."""
    order = WireOrder.model_validate(raw)
    money = order.payment.currency or next((line.currency for line in order.line_items if line.currency), currency)
    return PlatformOrder(
        order_id=order.id,
        statuses=(status_of(order.status),) if order.status else (),
        created_at=instant(order.create_time),
        updated_at=instant(order.update_time),
        total=order.payment.total_amount,
        currency=money,
        buyer_id=order.user_id,
        lines=tuple(
            PlatformOrderLine(
                line_id=line.id,
                status=status_of(line.display_status),
                title=line.product_name,
                sku=line.seller_sku or line.sku_id,
                quantity=1,  # [DOC] three pieces are three lines
                paid_price=line.sale_price,
                currency=line.currency or money,
                tracking_code=line.tracking_number,
            )
            for line in order.line_items
        ),
        raw=raw,
    )


def trace_of(rows: Iterable[Mapping[str, Any]]) -> list[TraceEvent]:
    """All events, oldest first; the answer has the newest first and names no parcel, so split orders mix [OAS]."""
    events = [
        TraceEvent(
            code=track.action_code,
            kind=TRACE_KINDS.get(track.action_code, ""),
            title=track.description,
            at=at,
            package_id="",
            tracking_number="",
            raw=row,
        )
        for row in rows
        if (at := instant((track := WireTrack.model_validate(row)).update_time_millis)) is not None
    ]
    events.reverse()  # so that events of one instant keep the order in which they came about
    return sorted(events, key=lambda event: event.at)


def message_of(raw: Mapping[str, Any], session_id: str = "") -> ChatMessage | None:
    """A chat message; None when it lacks what makes it one (conversation, id, time).

    `buyer_id` is empty: neither the list nor the push names the buyer's account, and the chat's own ids are others.
    What is not visible must be hidden from agents [OAS], so words of the system that are not are left out; words of
    the shop that are not count as no proof. The buyer's words are never left out.
    """
    message = WireMessage.model_validate(raw)
    conversation = id_of(message.conversation_id or session_id)
    message_id = id_of(message.id or message.message_id)
    sent_at = instant(message.create_time)
    if not conversation or not message_id or sent_at is None:
        return None
    speaker = SPEAKERS.get(message.sender.role.upper(), Speaker.SYSTEM)
    is_hidden = not message.is_visible
    return ChatMessage(
        session_id=conversation,
        message_id=message_id,
        speaker=speaker,
        buyer_id="",
        text="" if is_hidden and speaker is Speaker.SYSTEM else _text_of(message),
        kind=message.type,
        sent_at=sent_at,
        is_recalled=False,  # [3P] there is no recall
        blocked_note="is_visible: false" if is_hidden else "",
        is_auto_reply=message.sender.role.upper() == "ROBOT",
        raw=raw,
    )


def may_be_ours(raw: Mapping[str, Any]) -> bool:
    """Whether a message we cannot read could be one of the shop's own."""
    role = WireMessage.model_validate(raw).sender.role.upper()
    return SPEAKERS.get(role, Speaker.SELLER) is Speaker.SELLER


def in_order(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Oldest first. The index says it when all have one: larger is newer, compared as numbers [OAS]."""
    keyed = [(WireMessage.model_validate(message.raw).index, message) for message in messages]
    if all(index for index, _ in keyed):
        return [message for _, message in sorted(keyed, key=lambda pair: pair[0])]
    return sorted(messages, key=lambda message: (message.sent_at, len(message.message_id), message.message_id))


def _text_of(message: WireMessage) -> str:
    if message.type.upper() in {"TEXT", "BUYER_ENTER_FROM_TRANSFER", "ALLOCATED_SERVICE", "NOTIFICATION", "OTHER"}:
        return scalar(message.content.get("content"))
    return ""


def session_of(raw: Mapping[str, Any]) -> SessionState | None:
    """A conversation; None without an id. No read positions: the platform has no read receipts [3P]."""
    conversation = WireConversation.model_validate(raw)
    if not id_of(conversation.id):
        return None
    return SessionState(
        session_id=conversation.id,
        unread=max(conversation.unread_count, 0),
        seller_read_up_to=None,
        buyer_read_up_to=None,
        raw=raw,
        last_message_id=id_of(conversation.latest_message.id),
        last_message_at=instant(conversation.latest_message.create_time),
    )


def image_of(raw: Mapping[str, Any]) -> UploadedImage | None:
    """A chat image; None without an address."""
    image = WireImage.model_validate(raw)
    if not image.url:
        return None
    return UploadedImage(url=image.url, width=image.width, height=image.height, raw=raw)
