"""Which conversation belongs to which buyer: what was learned is kept, and what is not known is looked up in the list.

[M] `older` without a cursor gives the newest conversations first, pinned ones on top; `latest`, against its name, the
oldest of the shop. So every walk here goes `older`.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from seawall.connectors.errors import Rejected
from seawall.connectors.shopee.client import Api
from seawall.connectors.shopee.errors import rejected
from seawall.connectors.shopee.mapping import instant
from seawall.connectors.shopee.shop import ShopBase
from seawall.connectors.shopee.wire import WireConversation
from seawall.connectors.tolerant import object_at, rows_at, scalar, truth

CONVERSATION_LIST = Api(path="/api/v2/sellerchat/get_conversation_list")
ONE_CONVERSATION = Api(path="/api/v2/sellerchat/get_one_conversation")

CONVERSATION_PAGE = 25
"""[M] larger pages came back empty in several shops, although 60 is documented [P]."""
MAX_CONVERSATION_PAGES = 400
LONGEST_WINDOW = timedelta(days=30)
"""[M] whoever has neither written nor ordered for so long cannot be written to, so no handle leads further back."""

_HANDLE = re.compile(r"to:(\d{1,20}):([0-9A-Za-z]{1,60})")
_CONVERSATION_ID = re.compile(r"\d{1,20}")


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """Whom a session id means."""

    buyer_id: str
    order_id: str = ""
    """Set while no conversation is known to exist: then the first message has to carry this order."""
    conversation_id: str = ""


def handle_of(buyer_id: str, order_id: str) -> str:
    """What stands for a conversation before its first message."""
    return f"to:{buyer_id}:{order_id}"


def addressee_of(session_id: str) -> Addressee:
    """The parts of a handle or a conversation id. Raises Rejected(shopee_no_conversation) for anything else."""
    if found := _HANDLE.fullmatch(session_id):
        return Addressee(buyer_id=found[1], order_id=found[2])
    if _CONVERSATION_ID.fullmatch(session_id) and session_id.isascii():
        return Addressee(buyer_id="", conversation_id=session_id)
    raise rejected("shopee_no_conversation", code="session_id", detail=session_id)


class ShopConversations(ShopBase):
    """Finds conversations."""

    async def _addressee(self, session_id: str) -> Addressee:
        """Whom to write to. Costs a call for a conversation seen for the first time."""
        to = addressee_of(session_id)
        if to.buyer_id:
            return to
        buyer_id = self._known.buyer(to.conversation_id)
        if not buyer_id:
            buyer_id = WireConversation.model_validate(await self._one_conversation(to.conversation_id)).to_id
            self._known.learn(to.conversation_id, buyer_id)
        if not buyer_id:
            raise rejected("shopee_no_conversation", code="to_id", detail=session_id)
        return Addressee(buyer_id=buyer_id, conversation_id=to.conversation_id)

    async def _one_conversation(self, conversation_id: str) -> Mapping[str, Any]:
        answer = await self._client.call(ONE_CONVERSATION, {"conversation_id": conversation_id})
        found = object_at(answer.payload, "response")
        # The page is gated; some clients find the object one level deeper [S].
        found = object_at(found, "conversation") or found
        if WireConversation.model_validate(found).conversation_id != conversation_id:
            facts = self._client.facts(ONE_CONVERSATION, answer)
            raise rejected("shopee_no_conversation", code="not_listed", detail=conversation_id, facts=facts)
        return found

    async def _conversation_id(self, session_id: str, *, since: datetime) -> str:
        """The real id behind a handle, or empty when the platform lists no conversation with that buyer.

        `since`: it must have a message from then on to be found (the list is walked no further back).
        """
        to = addressee_of(session_id)
        if to.conversation_id:
            return to.conversation_id
        known = self._known.conversation(to.buyer_id)
        if known:
            return known
        pages = 0
        async for page in self._conversation_pages(since):
            pages += 1
            for found in (WireConversation.model_validate(raw) for raw in page):
                if found.to_id == to.buyer_id:
                    return found.conversation_id
        if pages <= 1:
            return ""
        # One that moved to the top while older pages were read was on none of them: look at the top once more.
        async for page in self._conversation_pages(since):
            top = (WireConversation.model_validate(raw) for raw in page)
            return next((found.conversation_id for found in top if found.to_id == to.buyer_id), "")
        return ""

    async def _conversation_pages(self, since: datetime) -> AsyncIterator[list[Mapping[str, Any]]]:
        """Conversations with a message since an instant, newest first but for pinned ones, each once.

        Raises Rejected rather than look complete when the list leads nowhere.
        """
        seen: set[str] = set()
        cursor = ""
        for _ in range(MAX_CONVERSATION_PAGES):
            query: dict[str, Any] = {"direction": "older", "type": "all", "page_size": CONVERSATION_PAGE}
            query |= {"next_timestamp_nano": cursor} if cursor else {}
            answer = await self._client.call(CONVERSATION_LIST, query)
            response = object_at(answer.payload, "response")
            fresh, is_past = [], False
            for raw in rows_at(response, "conversations"):
                found = WireConversation.model_validate(raw)
                if not found.conversation_id or found.conversation_id in seen:  # pages overlap at the edge [M]
                    continue
                seen.add(found.conversation_id)
                self._known.learn(found.conversation_id, found.to_id)
                at = instant(found.last_message_timestamp)
                if at is not None and at < since:
                    # A pinned one stands on top however old it is, and says nothing about those below it.
                    is_past = is_past or not found.pinned
                    continue
                fresh.append(raw)
            yield fresh
            if is_past or not truth(object_at(response, "page_result").get("more")):
                return
            following = scalar(object_at(response, "page_result", "next_cursor").get("next_message_time_nano"))
            cursor = self._advanced(CONVERSATION_LIST, answer, cursor, following)
        raise self._endless(CONVERSATION_LIST)

    async def _existing(self, session_id: str) -> str:
        """The real conversation id. Raises Rejected(shopee_no_conversation) when there is none yet."""
        found = await self._conversation_id(session_id, since=self._clock.now() - LONGEST_WINDOW)
        if not found:
            raise self._no_conversation(session_id)
        return found

    def _no_conversation(self, session_id: str) -> Rejected:
        return rejected("shopee_no_conversation", code="not_listed", detail=session_id)
