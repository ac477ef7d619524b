"""Lazada as a Connector: orders, tracks and chat of one store."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from seawall.connectors.contracts import (
    Capability,
    ChatMessage,
    Credentials,
    Limit,
    MessageSent,
    PlatformOrder,
    SellerProfile,
    SessionOpened,
    SessionState,
    TraceEvent,
)
from seawall.connectors.errors import Rejected
from seawall.connectors.lazada import mapping
from seawall.connectors.lazada.capabilities import ORDER_AGE_DAYS_STRICT, capabilities
from seawall.connectors.lazada.client import Answer, Api, LazadaClient, Limits, Recorder
from seawall.connectors.lazada.errors import CallFacts, doubt
from seawall.connectors.lazada.orders_window import OrdersWindow
from seawall.connectors.lazada.scalars import scalar, truth
from seawall.connectors.lazada.wire import WireMessagePage, object_at, rows_at
from seawall.connectors.unsupported import Unsupported
from seawall.kernel.clock import SYSTEM_CLOCK, Clock, epoch_ms
from seawall.kernel.markets import Platform

ORDER = Api(path="/order/get", method="GET")
ORDER_ITEMS = Api(path="/order/items/get", method="GET")
TRACE = Api(path="/logistic/order/trace")
SESSION_OPEN = Api(path="/im/session/open")
SESSION_GET = Api(path="/im/session/get", method="GET")
MESSAGE_LIST = Api(path="/im/message/list", method="GET")
MESSAGE_SEND = Api(path="/im/message/send", is_effect=True)
SELLER = Api(path="/seller/get", method="GET")

TEXT_TEMPLATE = "1"
MESSAGE_PAGE = 20
"""[D] most that /im/message/list gives at once."""
MAX_PAGES = 200


class LazadaConnector(Unsupported):
    """One Lazada store. Use as an async context manager; safe for many calls at once."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Clock = SYSTEM_CLOCK,
        limits: Limits | None = None,
        record: Recorder | None = None,
        clock_margin: timedelta = timedelta(seconds=60),
        chat_order_age_days: int = ORDER_AGE_DAYS_STRICT,
    ) -> None:
        self.platform = Platform.LAZADA
        self.limits: Mapping[str, Limit] = {}
        self.capabilities: Mapping[str, Capability] = capabilities(chat_order_age_days=chat_order_age_days)
        self._credentials = credentials
        self._clock = clock
        self._clock_margin = clock_margin
        self._client = LazadaClient(
            base_url=credentials.base_url,
            app_key=credentials.app_key,
            app_secret=credentials.app_secret,
            access_token=credentials.access_token,
            clock=clock,
            limits=limits,
            record=record,
        )

    async def __aenter__(self) -> "LazadaConnector":
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.__aexit__(*exc)

    async def orders_updated(self, after: datetime, before: datetime) -> AsyncIterator[PlatformOrder]:
        """Orders changed in `[after, before]`, each once, without lines, by time of change."""
        async for raw in OrdersWindow(self._client).walk(after, before):
            yield mapping.order_of(raw, (), self._credentials.market.currency)

    async def order(self, order_id: str) -> PlatformOrder:
        """One order with its lines. Raises Rejected(lazada_order_not_in_shop) for another store's order."""
        head = await self._client.call(ORDER, {"order_id": order_id})
        lines = await self._client.call(ORDER_ITEMS, {"order_id": order_id})
        return mapping.order_of(
            object_at(head.payload, "data"), rows_at(lines.payload, "data"), self._credentials.market.currency
        )

    async def trace(self, order_id: str) -> Sequence[TraceEvent]:
        """Tracking events, oldest first. Empty for a foreign order as well: Lazada does not tell the two apart [S]."""
        answer = await self._client.call(TRACE, {"order_id": order_id, "locale": "en"})
        # `module` on Lazada [D], `data` on its sister platform [S]
        return mapping.trace_of(
            rows_at(answer.payload, "result", "module") or rows_at(answer.payload, "result", "data")
        )

    async def open_session(self, order_id: str) -> SessionOpened:
        """The conversation for an order. Raises Rejected(lazada_order_too_old) with Lazada's code -22."""
        answer = await self._client.call(SESSION_OPEN, {"order_id": order_id})
        session_id = scalar(answer.payload.get("session_id")) or scalar(
            object_at(answer.payload, "data").get("session_id")
        )
        if not session_id:
            raise doubt("no session_id", self._facts(SESSION_OPEN, answer), code="unreadable")
        return SessionOpened(session_id=session_id, exchange=answer.exchange)

    async def send_text(self, session_id: str, text: str, *, order_id: str = "") -> MessageSent:
        """Send once; there is no idempotency key [I]. An id is an acknowledgement: a filtered message has one too [D].

        OutcomeUnknown unless it was certainly not sent; only then Transient, RateLimited, AuthExpired or Rejected.
        """
        answer = await self._client.call(
            MESSAGE_SEND, {"session_id": session_id, "template_id": TEXT_TEMPLATE, "txt": text}
        )
        data = object_at(answer.payload, "data")
        message_id = scalar(data.get("message_id"))
        if not message_id:
            raise doubt("success without a message id", self._facts(MESSAGE_SEND, answer), code="unreadable")
        stamp = scalar(data.get("current_time"))
        return MessageSent(
            session_id=session_id,
            message_id=message_id,
            platform_time=mapping.instant(int(stamp)) if stamp.isdecimal() and len(stamp) < 16 else None,
            exchange=answer.exchange,
        )

    async def read_back(self, session_id: str, *, since: datetime) -> Sequence[ChatMessage]:
        """Messages since an instant, oldest first, walking back page by page from now.

        Both ends are widened by `clock_margin`: a message stamped by a platform clock that runs ahead of or behind
        ours must not look unsent. Never for polling: Lazada withdraws the permission [D].
        """
        now = self._clock.now()
        oldest = since - self._clock_margin
        found: dict[str, ChatMessage] = {}
        start, last_id = epoch_ms(now + self._clock_margin), ""
        for _ in range(MAX_PAGES):
            page, rows = await self._message_page(session_id, start, last_id)
            messages = [m for raw in rows if (m := mapping.message_of(raw)) is not None]
            fresh = [m for m in messages if m.message_id not in found]
            found.update({m.message_id: m for m in fresh})
            if not page.has_more or not fresh or min(m.sent_at for m in messages) < oldest:
                break
            start, last_id = page.next_start_time or start, page.last_message_id or messages[-1].message_id
        else:
            raise self._too_long(session_id)
        return sorted((m for m in found.values() if m.sent_at >= oldest), key=lambda m: (m.sent_at, m.message_id))

    async def session_state(self, session_id: str) -> SessionState:
        """The conversation's read positions, as Lazada holds them now."""
        answer = await self._client.call(SESSION_GET, {"session_id": session_id})
        state = mapping.session_of(object_at(answer.payload, "data"))
        if state is None:
            raise doubt("no session_id", self._facts(SESSION_GET, answer), code="unreadable")
        return state

    async def seller(self) -> SellerProfile:
        """The connected store: proves that key, secret and token work, and says whether it is semi-managed."""
        data = object_at((await self._client.call(SELLER, {})).payload, "data")
        return SellerProfile(
            seller_id=scalar(data.get("seller_id")),
            name=scalar(data.get("name")),
            market=self._credentials.market.value,
            status=scalar(data.get("status")),
            is_cross_border=truth(data.get("cb")),
            # Marketplace Ease Mode (semi-managed): no cancel, no reverse orders, no vouchers [D].
            is_managed=truth(data.get("marketplaceEaseMode")),
            raw=data,
        )

    async def _message_page(
        self, session_id: str, start: int, last_id: str
    ) -> tuple[WireMessagePage, list[Mapping[str, Any]]]:
        params = {"session_id": session_id, "start_time": str(start), "page_size": str(MESSAGE_PAGE)}
        if last_id:
            params["last_message_id"] = last_id
        answer = await self._client.call(MESSAGE_LIST, params)
        data = object_at(answer.payload, "data")
        return WireMessagePage.model_validate(data), rows_at(data, "message_list")

    def _facts(self, api: Api, answer: Answer) -> CallFacts:
        return CallFacts(
            path=api.path,
            is_effect=api.is_effect,
            answered_at=self._clock.now(),
            request_id=answer.exchange.request_id,
            exchange=answer.exchange,
        )

    def _too_long(self, session_id: str) -> Rejected:
        return Rejected(
            "platform_rejected",
            platform=Platform.LAZADA,
            platform_code="too_many_pages",
            detail=f"{session_id}: more than {MAX_PAGES * MESSAGE_PAGE} messages",
        )
