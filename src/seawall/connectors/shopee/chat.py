"""Conversations and messages. Only the `send_*` calls change what a buyer sees."""

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
from seawall.connectors.shopee import chat_mapping
from seawall.connectors.shopee.capabilities import IMAGE_MAX_BYTES, TEXT_MAX
from seawall.connectors.shopee.client import Api, Upload
from seawall.connectors.shopee.conversations import ShopConversations, handle_of
from seawall.connectors.shopee.errors import SEND_PATH, doubt, rejected
from seawall.connectors.shopee.images import image_type
from seawall.connectors.shopee.mapping import instant
from seawall.connectors.shopee.wire import WireConversation, WireOrder, WireSent
from seawall.connectors.tolerant import identifier, object_at, rows_at, scalar, whole

SEND = Api(path=SEND_PATH, method="POST", is_effect=True)
MESSAGES = Api(path="/api/v2/sellerchat/get_message")
UNREAD_COUNT = Api(path="/api/v2/sellerchat/get_unread_conversation_count")
READ = Api(path="/api/v2/sellerchat/read_conversation", method="POST")
UPLOAD_IMAGE = Api(path="/api/v2/sellerchat/upload_image", method="POST")

MESSAGE_PAGE = 25
MAX_MESSAGE_PAGES = 200


class ShopChat(ShopConversations):
    """Speaks to buyers. A session id is a conversation id, or `to:<buyer>:<order>` before the first message."""

    async def open_session(self, order_id: str) -> SessionOpened:
        """Whom the order's buyer is, as a handle; Shopee opens the conversation with the first message [M].

        Costs no effect. The contact window is the platform's to judge (a buyer of an old order may have written
        yesterday), so the first send may be refused. Raises Rejected(shopee_no_buyer) where no buyer is named.
        """
        self._need("start_chat")
        raw, answer = await self._order_detail(order_id)
        buyer_id = WireOrder.model_validate(raw).buyer_user_id
        if not (buyer_id.isascii() and buyer_id.isdecimal() and len(buyer_id) <= 20):
            facts = self._client.facts(Api(path=answer.exchange.path), answer)
            raise rejected("shopee_no_buyer", code="buyer_user_id", detail=order_id, facts=facts)
        return SessionOpened(
            session_id=handle_of(buyer_id, order_id), exchange=answer.exchange, buyer_id=buyer_id, buyer_key=buyer_id
        )

    async def send_text(self, session_id: str, text: str, *, order_id: str = "") -> MessageSent:
        """Send once; there is no idempotency key [M]. An id is an acknowledgement: a message may read back as censored
        later [M]. Over 600 code points it is refused before anything leaves.

        The order of a handle travels along (its buyer's, so `order_id` is not needed). OutcomeUnknown unless it was
        certainly not sent; only then Transient, RateLimited, AuthExpired or Rejected.
        """
        self._need("send_text")
        if len(text) > TEXT_MAX:
            raise rejected("shopee_message_too_long", code="message_too_long", detail=f"{len(text)} > {TEXT_MAX}")
        return await self._send(session_id, "text", {"text": text})

    async def send_order_card(self, session_id: str, order_id: str) -> MessageSent:
        """Send the card of an order once. Raises as `send_text`."""
        self._need("send_order_card")
        return await self._send(session_id, "order", {"order_sn": order_id})

    async def upload_image(self, image: bytes, *, file_name: str) -> UploadedImage:
        """Store a PNG or JPEG of at most 2 MB (the stricter of two sources) for `send_image`. Raises
        Rejected(image_not_allowed) before a byte leaves."""
        self._need("send_image")
        mime_type = image_type(image, most_bytes=IMAGE_MAX_BYTES)
        upload = Upload(name="file", file_name=file_name, mime_type=mime_type, content=image)
        answer = await self._client.call(UPLOAD_IMAGE, upload=upload)
        found = object_at(answer.payload, "response")
        url = scalar(found.get("url"))
        if not url:
            raise doubt("no url", self._client.facts(UPLOAD_IMAGE, answer), code="unreadable")
        # Only the thumbnail's size is told [S].
        return UploadedImage(url=url, width=0, height=0, raw=found)

    async def send_image(self, session_id: str, image: UploadedImage) -> MessageSent:
        """Send an uploaded image once; text inside it is scanned too [P]. Raises as `send_text`."""
        self._need("send_image")
        return await self._send(session_id, "image", {"image_url": image.url})

    async def _send(self, session_id: str, message_type: str, content: Mapping[str, str]) -> MessageSent:
        to = await self._addressee(session_id)
        # `content` is an object: a bare string is refused with param_error [M].
        body: dict[str, Any] = {"to_id": int(to.buyer_id), "message_type": message_type, "content": dict(content)}
        if to.order_id and message_type != "order":
            # Without it the first message of a conversation is refused: first_chat_without_order_info [M].
            body["source_content"] = {"order_sn": to.order_id}
        answer = await self._client.call(SEND, body)
        sent = WireSent.model_validate(object_at(answer.payload, "response"))
        facts = self._client.facts(SEND, answer)
        if not sent.message_id:
            raise doubt("success without a message id", facts, code="unreadable")
        if sent.to_id not in {"", to.buyer_id}:
            raise doubt(f"sent to {sent.to_id}, not to {to.buyer_id}", facts, code="other_addressee")
        self._known.learn(sent.conversation_id, to.buyer_id)
        return MessageSent(
            session_id=sent.conversation_id or to.conversation_id or session_id,
            message_id=sent.message_id,
            platform_time=instant(sent.created_timestamp),
            exchange=answer.exchange,
        )

    async def read_back(self, session_id: str, *, since: datetime) -> Sequence[ChatMessage]:
        """Messages since an instant, oldest first, walking back page by page from the newest.

        A handle is looked up near the top of the conversation list; empty when there is no such conversation with a
        message since then. The start is widened by `clock_margin`: stamps are whole seconds of the platform's clock,
        and a message must not look unsent.
        """
        self._need("read_back")
        oldest = since - self._clock_margin
        conversation_id = await self._conversation_id(session_id, since=oldest)
        if not conversation_id:
            return []
        found: dict[str, ChatMessage] = {}
        offset = ""
        for _ in range(MAX_MESSAGE_PAGES):
            rows, following = await self._message_page(conversation_id, offset)
            messages = [
                message
                for raw in rows
                if (message := chat_mapping.message_of(raw, self._credentials.seller_id)) is not None
            ]
            fresh = [message for message in messages if message.message_id not in found]
            found.update({message.message_id: message for message in fresh})
            # A page of rows that cannot be read says nothing of those behind it.
            is_past = bool(messages) and min(message.sent_at for message in messages) < oldest
            if not rows or is_past or not following or (messages and not fresh):
                break
            if following == offset:
                raise rejected("platform_unreadable", code="offset", detail=conversation_id)
            offset = following
        else:
            raise self._endless(MESSAGES)
        return sorted((m for m in found.values() if m.sent_at >= oldest), key=lambda m: (m.sent_at, m.message_id))

    async def _message_page(self, conversation_id: str, offset: str) -> tuple[list[Mapping[str, Any]], str]:
        query: dict[str, Any] = {"conversation_id": conversation_id, "page_size": MESSAGE_PAGE}
        query |= {"offset": offset} if offset else {}
        response = object_at((await self._client.call(MESSAGES, query)).payload, "response")
        return rows_at(response, "messages"), identifier(object_at(response, "page_result").get("next_offset"))

    async def session_state(self, session_id: str) -> SessionState:
        """The conversation's read positions. Shopee names the buyer's by message id [M]: its time is known when that
        message is the latest or among the last 25, else the position stays open."""
        self._need("read_back")
        raw = await self._one_conversation(await self._existing(session_id))
        state = chat_mapping.session_of(raw)
        if state is None:
            raise self._no_conversation(session_id)
        read_id = WireConversation.model_validate(raw).opposite_last_read_msg_id
        if state.buyer_read_up_to is not None or not read_id:
            return state
        rows, _ = await self._message_page(state.session_id, "")
        for row in rows:
            if scalar(row.get("message_id")) == read_id:
                return SessionState(
                    session_id=state.session_id, unread=state.unread, seller_read_up_to=None,
                    buyer_read_up_to=instant(whole(row.get("created_timestamp"))), raw=raw,
                )  # fmt: skip
        return state

    async def conversations(self, *, changed_since: datetime) -> AsyncIterator[SessionState]:
        """Conversations with a message since an instant, newest first but for pinned ones, each once. A little before
        the instant is included: it is the platform's clock that stamps."""
        self._need("poll_messages")
        async for page in self._conversation_pages(changed_since - self._clock_margin):
            for raw in page:
                state = chat_mapping.session_of(raw)
                if state is not None:
                    yield state

    async def unread_count(self) -> int:
        """Conversations with something unread; Shopee counts conversations here, not messages [S]."""
        self._need("unread_count")
        answer = await self._client.call(UNREAD_COUNT)
        return max(whole(object_at(answer.payload, "response").get("total_unread_count")), 0)

    async def mark_read(self, session_id: str, *, up_to_message_id: str) -> Exchange:
        """Mark read as the shop. Clears the unread mark for the shop's own people too."""
        self._need("mark_read")
        conversation_id = await self._existing(session_id)
        body = {"conversation_id": conversation_id, "last_read_message_id": up_to_message_id}
        return (await self._client.call(READ, body)).exchange
