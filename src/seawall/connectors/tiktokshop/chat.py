"""Conversations, messages and images."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import (
    ChatMessage,
    Exchange,
    MessageSent,
    SessionOpened,
    SessionState,
    UploadedImage,
)
from seawall.connectors.errors import Rejected
from seawall.connectors.tiktokshop import mapping
from seawall.connectors.tiktokshop.base import ShopCalls
from seawall.connectors.tiktokshop.client import Answer
from seawall.connectors.tiktokshop.conversations import Conversations
from seawall.connectors.tiktokshop.endpoints import (
    CHAT_IMAGE,
    CONVERSATION,
    CONVERSATION_OPEN,
    MESSAGE_SEND,
    MESSAGES,
    MESSAGES_READ,
)
from seawall.connectors.tiktokshop.errors import rejected
from seawall.connectors.tiktokshop.images import part_of
from seawall.connectors.tiktokshop.limits import MESSAGES_PAGE, TEXT_MAX, text_units
from seawall.connectors.tiktokshop.scalars import compact, id_of
from seawall.connectors.tolerant import object_at, rows_at, scalar

_RULES_FORBID = "45109001"
MAX_MESSAGE_PAGES = 200
"""Of one conversation, ours."""


class ChatCalls(ShopCalls):
    """Speaks to buyers as the shop. The platform knows no idempotency key: what may have gone out is never repeated."""

    async def open_session(self, order_id: str) -> SessionOpened:
        """The conversation with an order's buyer; safe to repeat, an ended one is reopened under its id [OAS].

        Raises Rejected(tiktok_may_not_message) outside the platform's rules. That it opens is no promise that sending
        is allowed. Two calls: the order names the buyer.
        """
        order, read = await self._order(order_id)
        if not order.buyer_id:
            raise rejected("tiktok_no_buyer", code="user_id", detail=order_id, exchange=read.exchange)
        answer = await self._client.call(CONVERSATION_OPEN, body={"buyer_user_id": order.buyer_id})
        session_id = id_of(answer.data.get("conversation_id"))
        if not session_id:
            raise answer.unreadable("no conversation_id")
        return SessionOpened(session_id=session_id, exchange=answer.exchange, buyer_key=order.buyer_id)

    async def send_text(self, session_id: str, text: str, *, order_id: str = "") -> MessageSent:
        """Send once, at most 2,000 characters. OutcomeUnknown unless it was certainly not sent.

        With `order_id`, a conversation that has ended is opened again and the text sent into it, see `_send_about`.
        """
        if text_units(text) > TEXT_MAX:
            raise rejected("tiktok_text_too_long", code="text", detail=f"{text_units(text)} > {TEXT_MAX}")
        return await self._send_about(order_id, session_id, "TEXT", {"content": text})

    async def send_order_card(self, session_id: str, order_id: str) -> MessageSent:
        """Send the card of an order once. In Indonesia it must be of the platform the buyer is on [OAS]."""
        return await self._send_about(order_id, session_id, "ORDER_CARD", {"order_id": order_id})

    async def upload_image(self, image: bytes, *, file_name: str) -> UploadedImage:
        """Store a PNG, JPEG, GIF or WebP of at most 10 MB [OAS]. The file name stays here: nobody needs it there."""
        answer = await self._client.call(CHAT_IMAGE, file=part_of(image))
        found = mapping.image_of(answer.data)
        if found is None:
            raise answer.unreadable("no url")
        return found

    async def send_image(self, session_id: str, image: UploadedImage) -> MessageSent:
        """Send an uploaded image once; only addresses of `upload_image` are taken [OAS]."""
        return await self._send(session_id, "IMAGE", {"url": image.url, "width": image.width, "height": image.height})

    async def _send_about(self, order_id: str, session_id: str, kind: str, content: Mapping[str, Any]) -> MessageSent:
        """A conversation ends by itself after hours without a buyer's answer [3P], and 45109001 then says only that
        rules forbid sending: certainly nothing was sent. So it is opened again, once, under its old id [OAS]; where
        the rules forbid that too, this refusal is the one that is told. Another id would be another buyer's: then
        nothing is sent."""
        try:
            return await self._send(session_id, kind, content)
        except Rejected as refused:
            if refused.platform_code != _RULES_FORBID or not order_id:
                raise
            if (await self.open_session(order_id)).session_id != session_id:
                raise
        return await self._send(session_id, kind, content)

    async def _send(self, session_id: str, kind: str, content: Mapping[str, Any]) -> MessageSent:
        """`content` travels as JSON inside a string [OAS]. The answer tells no time."""
        answer = await self._client.call(MESSAGE_SEND, session_id, body={"type": kind, "content": compact(content)})
        message_id = id_of(answer.data.get("message_id"))
        if not message_id:
            raise answer.unreadable("success without a message id")
        return MessageSent(session_id=session_id, message_id=message_id, platform_time=None, exchange=answer.exchange)

    async def read_back(self, session_id: str, *, since: datetime) -> Sequence[ChatMessage]:
        """Messages since an instant, oldest first, walking back from now; reaches back a little before `since`.

        "Not found" may lead to sending again, so what cannot be read is an error (Transient) and never an absence:
        a message that may be ours without id or time, an answer without data, pages that go in circles.
        """
        oldest = since - self._clock_margin
        found: dict[str, ChatMessage] = {}
        token = ""
        for _ in range(MAX_MESSAGE_PAGES):
            answer = await self._message_page(session_id, token)
            messages = _readable(answer, session_id)
            found.update({message.message_id: message for message in messages})
            following = scalar(answer.data.get("next_page_token"))
            if not following or any(message.sent_at < oldest for message in messages):
                return mapping.in_order([message for message in found.values() if message.sent_at >= oldest])
            if following == token:
                raise answer.unreadable("the same page token again")
            token = following
        raise rejected("tiktok_too_many_pages", code="pages", detail=f"{session_id}: {MAX_MESSAGE_PAGES}")

    async def _message_page(self, session_id: str, token: str) -> Answer:
        query = {
            "page_size": str(MESSAGES_PAGE),
            "sort_order": "DESC",
            "sort_field": "create_time",
            "page_token": token,
        }
        return await self._client.call(MESSAGES, session_id, query=query)

    async def session_state(self, session_id: str) -> SessionState:
        """The conversation: how much the shop has not read. Read positions do not exist here [3P]."""
        answer = await self._client.call(CONVERSATION, session_id)
        # Wrapped in `conversation` by the description of 202601 [OAS]; flat is taken as well.
        state = mapping.session_of(object_at(answer.data, "conversation") or answer.data)
        if state is None:
            raise answer.unreadable("no conversation id")
        return state

    async def conversations(self, *, changed_since: datetime) -> AsyncIterator[SessionState]:
        """Conversations with a message since an instant, newest first; `raw` keeps `can_send_message`.

        The whole list is read before the first is given, see `Conversations`.
        """
        for raw in await Conversations(self._client).changed_since(changed_since - self._clock_margin):
            state = mapping.session_of(raw)
            if state is not None:
                yield state

    async def mark_read(self, session_id: str, *, up_to_message_id: str) -> Exchange:
        """Mark the whole conversation read, newer messages than `up_to_message_id` too: the call takes no message
        [OAS]. Sent without a body, since what the gateway makes of a signed `{}` is not known."""
        return (await self._client.call(MESSAGES_READ, session_id)).exchange


def _readable(answer: Answer, session_id: str) -> list[ChatMessage]:
    """The messages of a page. Raises Transient where one of ours may hide in what cannot be read."""
    if not answer.has_data:
        raise answer.unreadable("no data")
    if not isinstance(answer.data.get("messages"), list | None):
        raise answer.unreadable("messages are no list")
    messages = []
    for raw in rows_at(answer.data, "messages"):
        message = mapping.message_of(raw, session_id)
        if message is not None:
            messages.append(message)
        elif mapping.may_be_ours(raw):
            raise answer.unreadable("a message without id or time")
    return messages
