"""All orders changed in a window, past the gateway's offset cap."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from seawall.connectors.errors import Rejected
from seawall.connectors.lazada.client import Api, LazadaClient
from seawall.connectors.lazada.mapping import date_of
from seawall.connectors.tolerant import rows_at, scalar
from seawall.kernel.markets import Platform

ORDERS = Api(path="/orders/get", method="GET")
PAGE = 100
OFFSET_CAP = 4_500
"""CONFLICT: the guide says 5,000, the descriptor 4,500 [D]. The smaller always works."""
_SECOND = timedelta(seconds=1)
Raw = Mapping[str, Any]


def rfc_instant(at: datetime) -> str:
    """A request date: ISO 8601 with offset, whole seconds [D]."""
    return at.replace(microsecond=0).isoformat()


class OrdersWindow:
    """Pages by offset; at the cap it starts anew from the last change seen. When more orders than the cap changed in
    the same seconds (a mass cancellation does that) it pages those by their time of creation instead."""

    def __init__(self, client: LazadaClient) -> None:
        self._client = client
        self._capped = False
        self._seen: set[str] = set()

    async def walk(self, after: datetime, before: datetime) -> AsyncIterator[Raw]:
        """Rows of /orders/get, each order once. Raises Rejected(lazada_window_too_dense) rather than skip any."""
        cursor: datetime | None = after
        while cursor is not None:
            limits = {"update_after": rfc_instant(cursor), "update_before": rfc_instant(before + _SECOND)}
            last = None
            async for raw in self._run(limits, "updated_at"):
                last = date_of(scalar(raw.get("updated_at"))) or last
                if self._is_new(raw):
                    yield raw
            cursor_before = cursor
            cursor = self._next_cursor(last)
            if cursor is not None and cursor <= cursor_before:
                dense_until = cursor_before + 2 * _SECOND
                async for raw in self._walk_created(cursor_before, dense_until):
                    if self._is_new(raw):
                        yield raw
                cursor = dense_until

    async def _walk_created(self, after: datetime, until: datetime) -> AsyncIterator[Raw]:
        created: datetime | None = None
        while True:
            limits = {"update_after": rfc_instant(after), "update_before": rfc_instant(until + _SECOND)}
            if created is not None:
                limits["created_after"] = rfc_instant(created)
            last = None
            async for raw in self._run(limits, "created_at"):
                last = date_of(scalar(raw.get("created_at"))) or last
                yield raw
            following = self._next_cursor(last)
            if following is None:
                return
            if created is not None and following <= created:
                raise Rejected("lazada_window_too_dense", platform=Platform.LAZADA, platform_code="offset")
            created = following

    async def _run(self, limits: Mapping[str, str], sort_by: str) -> AsyncIterator[Raw]:
        """Pages from offset 0 up to the cap; leaves `_capped` telling whether there is more."""
        self._capped = False
        for offset in range(0, OFFSET_CAP + 1, PAGE):
            answer = await self._client.call(
                ORDERS,
                {**limits, "sort_by": sort_by, "sort_direction": "ASC", "limit": str(PAGE), "offset": str(offset)},
            )
            rows = rows_at(answer.payload, "data", "orders")
            for raw in rows:
                yield raw
            if len(rows) < PAGE:
                return
        self._capped = True

    def _next_cursor(self, last: datetime | None) -> datetime | None:
        """Where to start anew. One second back, since whether the bound is inclusive is not documented."""
        if not self._capped:
            return None
        if last is None:
            raise Rejected("lazada_window_too_dense", platform=Platform.LAZADA, platform_code="no_dates")
        return last - _SECOND

    def _is_new(self, raw: Raw) -> bool:
        order_id = scalar(raw.get("order_id"))
        if order_id in self._seen:
            return False
        self._seen.add(order_id)
        return True
