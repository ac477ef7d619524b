"""What the parts of the connector share: one shop, its client, its clock."""

from datetime import timedelta

from seawall.connectors.contracts import Credentials, PlatformOrder
from seawall.connectors.tiktokshop import mapping
from seawall.connectors.tiktokshop.client import Answer, TiktokClient
from seawall.connectors.tiktokshop.endpoints import ORDERS
from seawall.connectors.tiktokshop.errors import rejected
from seawall.connectors.tolerant import rows_at, scalar
from seawall.connectors.unsupported import Unsupported
from seawall.kernel.clock import Clock


class ShopCalls(Unsupported):
    """One shop at TikTok Shop; the parts add the calls."""

    _client: TiktokClient
    _credentials: Credentials
    _clock: Clock
    _clock_margin: timedelta

    async def _order(self, order_id: str) -> tuple[PlatformOrder, Answer]:
        """The order as it is now, with the answer that says so. Raises Rejected(tiktok_order_not_in_shop)."""
        answer = await self._client.call(ORDERS, query={"ids": order_id})
        for raw in rows_at(answer.data, "orders"):
            if scalar(raw.get("id")) == order_id:
                return mapping.order_of(raw, self._credentials.market.currency), answer
        raise rejected("tiktok_order_not_in_shop", code="not_listed", detail=order_id, exchange=answer.exchange)
