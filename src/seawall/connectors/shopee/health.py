"""The shop itself and its standing."""

from typing import Any

from seawall.connectors.contracts import SellerProfile, ShopHealth
from seawall.connectors.shopee import case_mapping
from seawall.connectors.shopee.client import Answer, Api
from seawall.connectors.shopee.errors import rejected
from seawall.connectors.shopee.shop import ShopBase
from seawall.connectors.tolerant import object_at, rows_at, scalar, truth, whole

SHOP_INFO = Api(path="/api/v2/shop/get_shop_info")
PERFORMANCE = Api(path="/api/v2/account_health/get_shop_performance")
PENALTY_POINTS = Api(path="/api/v2/account_health/get_penalty_point_history")
PUNISHMENTS = Api(path="/api/v2/account_health/get_punishment_history")

HISTORY_PAGE = 100
MAX_HISTORY_PAGES = 50
ONGOING = "1"


class ShopStanding(ShopBase):
    """Reads the shop's standing."""

    async def seller(self) -> SellerProfile:
        """The connected shop; `status` is NORMAL, BANNED or FROZEN [D]. Its fields stand at the top level of the
        answer, and the id is the one we signed for. Raises AuthExpired, ShopRestricted or Rejected."""
        answer = await self._client.call(SHOP_INFO)
        found = answer.payload
        if "shop_name" not in found:
            found = object_at(found, "response")
        if not found:
            raise rejected("platform_unreadable", code="no_shop", facts=self._client.facts(SHOP_INFO, answer))
        return SellerProfile(
            seller_id=self._credentials.seller_id,
            name=scalar(found.get("shop_name")),
            market=scalar(found.get("region")) or self._credentials.market.value,
            status=scalar(found.get("status")),
            is_cross_border=truth(found.get("is_cb")) if scalar(found.get("is_cb")) else None,
            is_managed=False,
            raw=found,
        )

    async def health(self) -> ShopHealth:
        """The figures of get_shop_performance, the points of the current quarter, and whether a punishment is in force
        [D]. Chat figures (11, 21, 23, 29, 95) are among the metrics; there is no call of their own."""
        performance = await self._client.call(PERFORMANCE)
        points, issued = await self._history(PENALTY_POINTS, "penalty_point_list", {})
        # Only the count matters, so the first page is enough.
        punishments = await self._client.call(
            PUNISHMENTS, {"punishment_status": ONGOING, "page_no": 1, "page_size": HISTORY_PAGE}
        )
        ongoing = object_at(punishments.payload, "response")
        return ShopHealth(
            metrics=case_mapping.metrics_of(object_at(performance.payload, "response").get("metric_list")),
            penalty_points=case_mapping.penalty_points(issued),
            is_restricted=bool(rows_at(ongoing, "punishment_list") or whole(ongoing.get("total_count"))),
            read_at=self._clock.now(),
            exchanges=tuple(answer.exchange for answer in (performance, *points, punishments)),
        )

    async def _history(self, api: Api, name: str, query: dict[str, Any]) -> tuple[list[Answer], list[Any]]:
        """All pages of a history: a sum of some of them would be a false figure."""
        answers: list[Answer] = []
        listed: list[Any] = []
        for page_no in range(1, MAX_HISTORY_PAGES + 1):  # [D] starts at 1
            answer = await self._client.call(api, {**query, "page_no": page_no, "page_size": HISTORY_PAGE})
            page = object_at(answer.payload, "response")
            rows = rows_at(page, name)
            answers.append(answer)
            listed += rows
            if not rows or len(listed) >= whole(page.get("total_count")):
                return answers, listed
        raise self._endless(api)
