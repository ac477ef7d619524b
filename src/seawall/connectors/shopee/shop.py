"""What all parts of the Shopee connector share: one shop, its client, its flags."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any

from seawall.connectors.contracts import Capability, Credentials, Limit
from seawall.connectors.shopee.capabilities import capabilities, limits
from seawall.connectors.shopee.client import Answer, Api, Recorder, ShopeeClient
from seawall.connectors.shopee.errors import rejected
from seawall.connectors.shopee.known import KnownConversations
from seawall.connectors.tolerant import object_at, rows_at, scalar, truth
from seawall.connectors.transport import Limits
from seawall.connectors.unsupported import Unsupported
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform

ORDER_LIST = Api(path="/api/v2/order/get_order_list")
ORDER_DETAIL = Api(path="/api/v2/order/get_order_detail")

LIST_PAGE = 100
DETAIL_BATCH = 50
WINDOW = timedelta(days=15)
"""[D] the widest window of order and return lists."""
MAX_PAGES = 5_000
"""Half a million orders in one window: past that something goes round in circles."""

DETAIL_FIELDS = (
    "buyer_user_id,buyer_username,item_list,total_amount,payment_method,package_list,cancel_by,cancel_reason,"
    "buyer_cancel_reason,pay_time,pickup_done_time,shipping_carrier,return_request_due_date,edt"
)
"""Asked for by name [D]. Address and phone are not among them: nothing here needs them, masked or not."""


class ShopBase(Unsupported):
    """One shop of one partner."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Clock,
        limits_of_calls: Limits | None,
        record: Recorder | None,
        clock_margin: timedelta,
    ) -> None:
        self.platform = Platform.SHOPEE
        self.capabilities: Mapping[str, Capability] = capabilities(credentials.market)
        self.limits: Mapping[str, Limit] = limits()
        self._credentials = credentials
        self._clock = clock
        self._clock_margin = clock_margin
        self._known = KnownConversations()
        self._client = ShopeeClient(
            base_url=credentials.base_url,
            partner_id=credentials.app_key,
            partner_key=credentials.app_secret,
            shop_id=credentials.seller_id,
            access_token=credentials.access_token,
            clock=clock,
            limits=limits_of_calls,
            record=record,
        )

    def _need(self, capability: str) -> None:
        if not self.capabilities[capability].can:
            raise self.missing(capability)

    async def _order_detail(self, order_id: str) -> tuple[Mapping[str, Any], Answer]:
        """The raw order with the answer it came in. Raises Rejected(shopee_order_not_in_shop)."""
        if not is_order_number(order_id):
            raise rejected("shopee_order_not_in_shop", code="order_sn", detail=order_id)
        answer = await self._client.call(
            ORDER_DETAIL, {"order_sn_list": order_id, "response_optional_fields": DETAIL_FIELDS}
        )
        for raw in rows_at(answer.payload, "response", "order_list"):
            if scalar(raw.get("order_sn")) == order_id:
                return raw, answer
        facts = self._client.facts(ORDER_DETAIL, answer)
        raise rejected("shopee_order_not_in_shop", code="not_listed", detail=order_id, facts=facts)

    async def _order_rows(
        self, after: datetime, before: datetime, *, status: str = ""
    ) -> AsyncIterator[list[Mapping[str, Any]]]:
        """List rows of orders changed in a window, a page at a time, each order once."""
        seen: set[str] = set()
        for start, end in windows(after, before):
            cursor = ""
            for _ in range(MAX_PAGES):
                query: dict[str, Any] = {
                    "time_range_field": "update_time", "time_from": start, "time_to": end, "page_size": LIST_PAGE,
                    "response_optional_fields": "order_status",
                }  # fmt: skip
                query |= {"cursor": cursor} if cursor else {}
                query |= {"order_status": status} if status else {}
                answer = await self._client.call(ORDER_LIST, query)
                page = object_at(answer.payload, "response")
                found = {scalar(raw.get("order_sn")): raw for raw in rows_at(page, "order_list")}
                yield [raw for order_sn, raw in found.items() if order_sn and order_sn not in seen]
                seen |= found.keys()
                if not truth(page.get("more")):
                    break
                cursor = self._advanced(ORDER_LIST, answer, cursor, scalar(page.get("next_cursor")))
            else:
                raise self._endless(ORDER_LIST)

    async def _with_details(self, listed: list[Mapping[str, Any]]) -> AsyncIterator[Mapping[str, Any]]:
        """The details of listed orders, 50 a call; an order the platform gives no detail of stays as listed."""
        for start in range(0, len(listed), DETAIL_BATCH):
            batch = listed[start : start + DETAIL_BATCH]
            numbers = [scalar(raw.get("order_sn")) for raw in batch]
            answer = await self._client.call(
                ORDER_DETAIL, {"order_sn_list": ",".join(numbers), "response_optional_fields": DETAIL_FIELDS}
            )
            details = {scalar(raw.get("order_sn")): raw for raw in rows_at(answer.payload, "response", "order_list")}
            for number, raw in zip(numbers, batch, strict=True):
                yield details.get(number, raw)

    def _advanced(self, api: Api, answer: Answer, cursor: str, following: str) -> str:
        """The next cursor. A list that says "more" and leads nowhere must not look complete."""
        if not following or following == cursor:
            facts = self._client.facts(api, answer)
            raise rejected("platform_unreadable", code="cursor", detail="more, but no way on", facts=facts)
        return following

    def _endless(self, api: Api) -> Exception:
        return rejected("platform_rejected", code="too_many_pages", detail=f"{api.path}: more than {MAX_PAGES}")


def is_order_number(order_id: str) -> bool:
    """Whether it can be one order's number: a comma would make a list of it."""
    return order_id.isascii() and order_id.isalnum() and len(order_id) <= 60


def windows(after: datetime, before: datetime) -> Iterator[tuple[int, int]]:
    """The span in whole seconds, cut into windows the platform accepts. Neighbours share a second, since whether the
    bounds are inclusive is not documented [U]; whoever reads them drops what comes twice."""
    start, stop = floor(after.timestamp()), ceil(before.timestamp())
    width = int(WINDOW.total_seconds())
    while start <= stop:
        end = min(start + width, stop)
        yield start, end
        if end == stop:
            return
        start = end
