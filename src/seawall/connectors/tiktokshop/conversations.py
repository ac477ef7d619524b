"""The list of conversations, for finding answers where pushes were lost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from seawall.connectors.tiktokshop.client import TiktokClient
from seawall.connectors.tiktokshop.endpoints import CONVERSATIONS
from seawall.connectors.tiktokshop.errors import rejected
from seawall.connectors.tiktokshop.limits import CONVERSATIONS_PAGE
from seawall.connectors.tiktokshop.pages import MAX_PAGES
from seawall.connectors.tiktokshop.wire import WireConversation
from seawall.connectors.tolerant import rows_at, scalar

QUIET_PAGES = 2
"""How many pages without anything new end the reading of a list that was newest first so far (ours)."""

Raw = Mapping[str, Any]


class Conversations:
    """Reads the list as far as needed.

    In which order it comes is not documented [UNK]. Once a row was older than the one before it and none was newer,
    the list is taken to be newest first, and two whole pages without news end it. One row out of order, one without a
    last message, or rows of one second only, and it is read to its end: an answer that is missed costs more than calls.
    """

    def __init__(self, client: TiktokClient) -> None:
        self._client = client
        self._found: dict[str, tuple[int, Raw]] = {}
        self._fell, self._rose = False, False
        self._last: int | None = None

    async def changed_since(self, since: datetime) -> list[Raw]:
        """Rows with a message at or after `since`, newest first, each once. A row that does not say when its last
        message was comes first. Raises Rejected(tiktok_too_many_pages, tiktok_list_loops) rather than stop short."""
        bound = int(since.timestamp())
        token, quiet = "", 0
        for _ in range(MAX_PAGES):
            answer = await self._client.call(
                CONVERSATIONS, query={"page_size": str(CONVERSATIONS_PAGE), "page_token": token}
            )
            news = [self._keep(raw, bound) for raw in rows_at(answer.data, "conversations")]
            quiet = 0 if any(news) else quiet + 1
            following = scalar(answer.data.get("next_page_token"))
            if not following or (self._fell and not self._rose and quiet >= QUIET_PAGES):
                return [raw for _, raw in sorted(self._found.values(), key=lambda row: -row[0])]
            if following == token:
                raise rejected("tiktok_list_loops", code="page_token", exchange=answer.exchange)
            token = following
        raise rejected("tiktok_too_many_pages", code="pages", detail=str(MAX_PAGES))

    def _keep(self, raw: Raw, bound: int) -> bool:
        """Keep the row if it has news; whether it has."""
        row = WireConversation.model_validate(raw)
        at = row.latest_message.create_time
        if at == 0 or (self._last is not None and at > self._last):
            self._rose = True
        self._fell = self._fell or (self._last is not None and at < self._last)
        self._last = at or self._last
        if at and at < bound:
            return False
        self._found[row.id] = (at or 2**62, raw)
        return True
