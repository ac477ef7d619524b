"""Lazada as a Connector: orders and tracks here, chat, cancellations, returns and standing in their own files."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from seawall.connectors.contracts import PlatformOrder, TraceEvent
from seawall.connectors.lazada import mapping
from seawall.connectors.lazada.cancels import ORDER_ITEMS, LazadaCancels
from seawall.connectors.lazada.client import Api
from seawall.connectors.lazada.health import LazadaHealth
from seawall.connectors.lazada.orders_window import OrdersWindow
from seawall.connectors.lazada.returns import LazadaReturns
from seawall.connectors.tolerant import object_at, rows_at

ORDER = Api(path="/order/get", method="GET")
TRACE = Api(path="/logistic/order/trace")


class LazadaConnector(LazadaReturns, LazadaCancels, LazadaHealth):
    """One Lazada store. Use as an async context manager; safe for many calls at once.

    `is_ease_mode` tells that the store is semi-managed; `seller()` and Lazada's own refusals teach it too, and the
    flags follow.
    """

    async def orders_updated(self, after: datetime, before: datetime) -> AsyncIterator[PlatformOrder]:
        """Orders changed in `[after, before]`, each once, without lines, by time of change."""
        async for raw in OrdersWindow(self._client).walk(after, before):
            yield mapping.order_of(raw, (), self._credentials.market.currency)

    async def order(self, order_id: str) -> PlatformOrder:
        """One order with its lines. Raises Rejected(lazada_order_not_in_shop) for another store's order."""
        head = await self._call(ORDER, {"order_id": order_id})
        lines = await self._call(ORDER_ITEMS, {"order_id": order_id})
        return mapping.order_of(
            object_at(head.payload, "data"), rows_at(lines.payload, "data"), self._credentials.market.currency
        )

    async def trace(self, order_id: str) -> Sequence[TraceEvent]:
        """Tracking events, oldest first. Empty for a foreign order as well: Lazada does not tell the two apart [S]."""
        answer = await self._call(TRACE, {"order_id": order_id, "locale": "en"})
        # `module` on Lazada [D], `data` on its sister platform [S]
        return mapping.trace_of(
            rows_at(answer.payload, "result", "module") or rows_at(answer.payload, "result", "data")
        )
