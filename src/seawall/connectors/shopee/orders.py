"""Orders and their parcels."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import PlatformOrder, TraceEvent
from seawall.connectors.errors import Rejected
from seawall.connectors.shopee import mapping
from seawall.connectors.shopee.client import Api
from seawall.connectors.shopee.errors import normal
from seawall.connectors.shopee.shop import ShopBase
from seawall.connectors.shopee.wire import WireOrder
from seawall.connectors.tolerant import identifier, object_at, scalar

TRACKING_INFO = Api(path="/api/v2/logistics/get_tracking_info")
TRACKING_NUMBER = Api(path="/api/v2/logistics/get_tracking_number")

SPLIT_ORDER = "package_number_not_exist"
"""[D] what get_tracking_info answers for an order of several packages when none is named."""
NO_TRACK_YET = frozenset({"error_status_limit", "package_not_exist", "logistics.error_param"})
"""[D] not arranged yet, no such package, or being allocated: the platform knows no events."""


class ShopOrders(ShopBase):
    """Reads orders and tracks."""

    async def orders_updated(self, after: datetime, before: datetime) -> AsyncIterator[PlatformOrder]:
        """Orders changed in `[after, before]`, each once, with their details (50 a call). One that changes again while
        this runs may move past the reader: ask the next window from a little before the end of this one."""
        async for page in self._order_rows(after, before):
            async for raw in self._with_details(page):
                yield mapping.order_of(raw, self._credentials.market.currency)

    async def order(self, order_id: str) -> PlatformOrder:
        """One order with its lines. Raises Rejected(shopee_order_not_in_shop) for another shop's order."""
        raw, _ = await self._order_detail(order_id)
        return mapping.order_of(raw, self._credentials.market.currency)

    async def trace(self, order_id: str) -> Sequence[TraceEvent]:
        """Events of all packages, oldest first; empty while there are none. A failed cross-border parcel's way back is
        among them, of kind REVERSED. Raises Rejected(shopee_order_not_in_shop)."""
        try:
            tracks = [await self._track(order_id, "")]
        except Rejected as refused:
            if not _ends_with(refused, {SPLIT_ORDER}):
                raise
            raw, _ = await self._order_detail(order_id)
            packages = [package.package_number for package in WireOrder.model_validate(raw).package_list]
            tracks = [await self._track(order_id, number) for number in packages if number]
        return mapping.trace_of(tracks)

    async def _track(self, order_id: str, package_number: str) -> tuple[Mapping[str, Any], str, str]:
        # [D] package_number is needed for split orders and must not be sent empty.
        query = {"order_sn": order_id} | ({"package_number": package_number} if package_number else {})
        try:
            answer = await self._client.call(TRACKING_INFO, query)
        except Rejected as refused:
            if _ends_with(refused, NO_TRACK_YET):
                return {}, package_number, ""
            raise
        found = object_at(answer.payload, "response")
        named = package_number or identifier(found.get("package_number"))
        return found, named, await self._tracking_number(query) if found.get("tracking_info") else ""

    async def _tracking_number(self, query: Mapping[str, str]) -> str:
        """The number a buyer knows; empty while the platform has none or tells none [D]."""
        try:
            answer = await self._client.call(TRACKING_NUMBER, query)
        except Rejected:
            return ""
        return scalar(object_at(answer.payload, "response").get("tracking_number"))


def _ends_with(refused: Rejected, codes: frozenset[str] | set[str]) -> bool:
    code = normal(refused.platform_code)
    return code in codes or code.rpartition(".")[2] in codes
