"""Conversations and messages of a Lazada store."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from seawall.connectors.contracts import (
    ChatMessage,
    Exchange,
    MessageSent,
    SessionOpened,
    SessionState,
    UploadedImage,
)
from seawall.connectors.lazada import mapping
from seawall.connectors.lazada.base import LazadaBase
from seawall.connectors.lazada.client import Answer, Api, Upload
from seawall.connectors.lazada.pictures import Picture, picture_of
from seawall.connectors.lazada.wire import WireMessagePage
from seawall.connectors.tolerant import object_at, rows_at, scalar
from seawall.kernel.clock import epoch_ms

SESSION_OPEN = Api(path="/im/session/open")
SESSION_GET = Api(path="/im/session/get", method="GET")
SESSION_READ = Api(path="/im/session/read", is_effect=True)
MESSAGE_LIST = Api(path="/im/message/list", method="GET")
MESSAGE_SEND = Api(path="/im/message/send", is_effect=True)
IMAGE_UPLOAD = Api(path="/image/upload")
"""No effect: nobody sees a stored picture, so a doubtful upload is simply done again."""

TEXT_TEMPLATE, IMAGE_TEMPLATE, ORDER_TEMPLATE = "1", "3", "10007"
"""[D] `template_id` of /im/message/send."""
MESSAGE_PAGE = 20
"""[D] most that /im/message/list gives at once."""
CLOCK_DRIFT = timedelta(seconds=7200)
"""How far a caller's clock may be off and still be served [D]."""

MAX_PAGES = 200


class LazadaChat(LazadaBase):
    """Speaks to buyers. OutcomeUnknown unless a message was certainly not sent; only then Transient, RateLimited,
    AuthExpired or Rejected. There is no idempotency key [I]. An id is an acknowledgement: a filtered message has one
    too [D]."""

    async def open_session(self, order_id: str) -> SessionOpened:
        """The conversation for an order. Raises Rejected(lazada_order_too_old) with Lazada's code -22."""
        answer = await self._call(SESSION_OPEN, {"order_id": order_id})
        session_id = scalar(answer.payload.get("session_id")) or scalar(
            object_at(answer.payload, "data").get("session_id")
        )
        if not session_id:
            raise self._doubt("no session_id", SESSION_OPEN, answer)
        # A conversation is of one seller account and one buyer account (its id names both [I]).
        return SessionOpened(session_id=session_id, exchange=answer.exchange, buyer_key=session_id)

    async def send_text(self, session_id: str, text: str, *, order_id: str = "") -> MessageSent:
        """Send once; `order_id` is not needed here, since a conversation belongs to an order already."""
        return await self._send(session_id, TEXT_TEMPLATE, {"txt": text})

    async def send_order_card(self, session_id: str, order_id: str) -> MessageSent:
        """Send the platform's card of an order once (template 10007 [D])."""
        return await self._send(session_id, ORDER_TEMPLATE, {"order_id": order_id})

    async def upload_image(self, image: bytes, *, file_name: str) -> UploadedImage:
        """Store a picture at Lazada: whether chat takes pictures from elsewhere is unknown [U], its own are safe [I].
        Raises Rejected(image_not_allowed) before a byte leaves for more than 1 MB, other kinds than PNG and JPEG, and
        sides outside 330 to 5,000 pixels [D, the stricter of two pages]."""
        picture, answer, stored = await self._store(image, file_name)
        return UploadedImage(
            url=scalar(stored.get("url")), width=picture.width, height=picture.height, raw=answer.payload
        )

    async def send_image(self, session_id: str, image: UploadedImage) -> MessageSent:
        """Send an uploaded picture once (template 3 [D])."""
        fields = {"img_url": image.url, "width": str(image.width), "height": str(image.height)}
        return await self._send(session_id, IMAGE_TEMPLATE, fields)

    async def read_back(self, session_id: str, *, since: datetime) -> Sequence[ChatMessage]:
        """Messages since an instant, oldest first, walking back page by page from now.

        The near end is widened by what Lazada lets clocks differ, both ends by `clock_margin`: a message stamped by a
        platform clock that runs ahead of or behind ours must not look unsent. Never for polling: Lazada
        withdraws the permission [D].
        """
        now = self._clock.now()
        oldest = since - self._clock_margin
        found: dict[str, ChatMessage] = {}
        start, last_id = epoch_ms(now + CLOCK_DRIFT + self._clock_margin), ""
        for _ in range(MAX_PAGES):
            page, rows = await self._message_page(session_id, start, last_id)
            messages = [m for raw in rows if (m := mapping.message_of(raw)) is not None]
            fresh = [m for m in messages if m.message_id not in found]
            found.update({m.message_id: m for m in fresh})
            if not page.has_more or not fresh or min(m.sent_at for m in messages) < oldest:
                break
            start, last_id = page.next_start_time or start, page.last_message_id or messages[-1].message_id
        else:
            raise self._rejected(
                "platform_rejected", "too_many_pages", f"{session_id}: more than {MAX_PAGES * MESSAGE_PAGE} messages"
            )
        return sorted((m for m in found.values() if m.sent_at >= oldest), key=lambda m: (m.sent_at, m.message_id))

    async def session_state(self, session_id: str) -> SessionState:
        """The conversation's read positions, as Lazada holds them now."""
        answer = await self._call(SESSION_GET, {"session_id": session_id})
        state = mapping.session_of(object_at(answer.payload, "data"))
        if state is None:
            raise self._doubt("no session_id", SESSION_GET, answer)
        return state

    def conversations(self, *, changed_since: datetime) -> AsyncIterator[SessionState]:
        """Refused before any network: whoever polls /im/session/list loses the permission at once [D]. Answers come by
        push 2 and 19; what was said in one known conversation by `read_back`."""
        flag = self.capabilities["poll_messages"]
        raise self._rejected("platform_forbids_polling", "poll_messages", f"{flag.note}; {flag.source}")

    async def mark_read(self, session_id: str, *, up_to_message_id: str) -> Exchange:
        """Mark read; the buyer sees "read" [D]. OutcomeUnknown in doubt; marking once more does no harm."""
        answer = await self._call(SESSION_READ, {"session_id": session_id, "last_read_message_id": up_to_message_id})
        return answer.exchange

    async def _send(self, session_id: str, template: str, fields: Mapping[str, str]) -> MessageSent:
        answer = await self._call(MESSAGE_SEND, {"session_id": session_id, "template_id": template, **fields})
        data = object_at(answer.payload, "data")
        message_id = scalar(data.get("message_id"))
        if not message_id:
            raise self._doubt("success without a message id", MESSAGE_SEND, answer)
        stamp = scalar(data.get("current_time"))
        return MessageSent(
            session_id=session_id,
            message_id=message_id,
            platform_time=mapping.instant(int(stamp)) if stamp.isdecimal() and len(stamp) < 16 else None,
            exchange=answer.exchange,
        )

    async def _store(self, image: bytes, file_name: str) -> tuple[Picture, Answer, Mapping[str, Any]]:
        """Upload a picture; gives what it is, the answer, and the answer's image object with a url in it."""
        picture = picture_of(image)
        upload = Upload(field="image", file_name=file_name, content=image, mime_type=picture.mime_type)
        answer = await self._call(IMAGE_UPLOAD, {}, upload=upload)
        stored = object_at(answer.payload, "data", "image")
        if not scalar(stored.get("url")):
            raise self._doubt("no url of the picture", IMAGE_UPLOAD, answer)
        return picture, answer, stored

    async def _message_page(
        self, session_id: str, start: int, last_id: str
    ) -> tuple[WireMessagePage, list[Mapping[str, Any]]]:
        params = {"session_id": session_id, "start_time": str(start), "page_size": str(MESSAGE_PAGE)}
        if last_id:
            params["last_message_id"] = last_id
        answer = await self._call(MESSAGE_LIST, params)
        data = object_at(answer.payload, "data")
        return WireMessagePage.model_validate(data), rows_at(data, "message_list")
