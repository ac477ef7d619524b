"""Orders and tracking."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from seawall.connectors.contracts import PlatformOrder, TraceEvent
from seawall.connectors.tiktokshop import mapping
from seawall.connectors.tiktokshop.base import ShopCalls
from seawall.connectors.tiktokshop.endpoints import ORDERS_SEARCH, TRACKING
from seawall.connectors.tiktokshop.limits import ORDERS_PAGE
from seawall.connectors.tiktokshop.pages import Listing, Window
from seawall.connectors.tolerant import rows_at

_ORDERS = Listing(api=ORDERS_SEARCH, rows="orders", id="id", page_size=ORDERS_PAGE)


class OrderCalls(ShopCalls):
    """Reads orders and their tracks."""

    async def orders_updated(self, after: datetime, before: datetime) -> AsyncIterator[PlatformOrder]:
        """Orders changed in a window, each once, with their lines, by time of change. Reaches back a minute."""
        async for raw in Window(self._client, _ORDERS).walk(after, before):
            yield mapping.order_of(raw, self._credentials.market.currency)

    async def order(self, order_id: str) -> PlatformOrder:
        """One order with its lines. Raises Rejected(tiktok_order_not_in_shop) for another shop's order."""
        found, _ = await self._order(order_id)
        return found

    async def trace(self, order_id: str) -> Sequence[TraceEvent]:
        """Tracking events of all parcels of an order, oldest first. Which parcel an event is of is not said [OAS]."""
        answer = await self._client.call(TRACKING, order_id)
        return mapping.trace_of(rows_at(answer.data, "tracking"))
