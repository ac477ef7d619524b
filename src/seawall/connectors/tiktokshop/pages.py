"""Lists page by page: nothing skipped while the list moves under us, nothing twice."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from seawall.connectors.tiktokshop.client import Answer, TiktokClient
from seawall.connectors.tiktokshop.endpoints import Api
from seawall.connectors.tiktokshop.errors import rejected
from seawall.connectors.tolerant import rows_at, scalar, whole

MAX_PAGES = 5_000
"""Of one list, ours: a list that goes on for ever is a fault, and is said to be one."""

OVERLAP = timedelta(seconds=60)
"""How far a window reaches back before its beginning, ours: how soon a change is found by a search is not known."""

Raw = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A paged call and the names in its answer."""

    api: Api
    rows: str
    id: str
    page_size: int


class Window:
    """All rows of a search that changed in a window.

    Results drift while they are paged, since a row that changes moves on [OAS]: a page fetched by its number could
    then skip a row. So each page starts anew at the last change seen, and only rows of one and the same second are
    followed by page tokens.
    """

    def __init__(self, client: TiktokClient, listing: Listing, filters: Mapping[str, Any] | None = None) -> None:
        self._client = client
        self._listing = listing
        self._filters = dict(filters or {})
        self._seen: set[str] = set()
        self._pages = 0

    async def walk(self, after: datetime, before: datetime) -> AsyncIterator[Raw]:
        """Rows changed in `[after - OVERLAP, before]`, each once, as they stand when read. Raises Rejected rather than
        skip any."""
        start = int((after - OVERLAP).timestamp())
        # The upper bound is exclusive and in whole seconds.
        until = int((before + timedelta(seconds=1)).timestamp())
        token = ""
        while True:
            answer = await self._page(start, until, token)
            rows = rows_at(answer.data, self._listing.rows)
            for raw in self._fresh(rows):
                yield raw
            following = scalar(answer.data.get("next_page_token"))
            if not following:
                return
            if following == token:
                raise rejected("tiktok_list_loops", code="page_token", exchange=answer.exchange)
            last = _last_change(rows)
            if last > start:
                start, token = last, ""
            else:
                token = following

    async def _page(self, start: int, until: int, token: str) -> Answer:
        self._pages += 1
        if self._pages > MAX_PAGES:
            raise rejected("tiktok_too_many_pages", code="pages", detail=str(MAX_PAGES))
        query = {
            "page_size": str(self._listing.page_size),
            "sort_field": "update_time",
            "sort_order": "ASC",
            "page_token": token,
        }
        body = {**self._filters, "update_time_ge": start, "update_time_lt": until}
        return await self._client.call(self._listing.api, query=query, body=body)

    def _fresh(self, rows: list[Raw]) -> Iterator[Raw]:
        for raw in rows:
            row_id = scalar(raw.get(self._listing.id))
            if row_id and row_id not in self._seen:
                self._seen.add(row_id)
                yield raw


def _last_change(rows: list[Raw]) -> int:
    """The last change on a page; 0 when its rows are not in the order asked for, so that it is paged by tokens."""
    stamps = [whole(raw.get("update_time")) for raw in rows]
    return stamps[-1] if stamps and 0 not in stamps and stamps == sorted(stamps) else 0
