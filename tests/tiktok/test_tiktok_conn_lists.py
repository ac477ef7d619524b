"""What we make of answers in shapes and orders that nobody documents: nothing is missed, nothing is made up."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from tests.kit.tiktok_gateway import (
    CHAT,
    CONVERSATION,
    MESSAGES,
    NOON,
    Asked,
    Gateway,
    gateway,
    kept,
    message,
    order,
    tiktok,
)

from seawall.connectors.errors import OutcomeUnknown, RateLimited, Rejected, Transient
from seawall.connectors.tiktokshop.api import TiktokConnector

__all__ = ["gateway", "kept", "tiktok"]


class TestSending:
    @pytest.mark.parametrize("data", [None, {}, {"message_id": ""}, {"message_id": None}, {"message_id": "9" * 121}])
    async def test_success_without_a_message_id_is_an_unknown_outcome(
        self, gateway: Gateway, tiktok: TiktokConnector, data: dict[str, Any] | None
    ) -> None:
        gateway.on("POST", MESSAGES, data)
        with pytest.raises(OutcomeUnknown):
            await tiktok.send_text(CONVERSATION, "hello")

    async def test_a_refusal_of_any_length_can_be_kept(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        odd = {"code": "x" * 9_000, "message": "y" * 9_000, "request_id": "z" * 9_000}
        gateway.on("POST", MESSAGES, lambda _: odd)
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(CONVERSATION, "hello")
        assert refused.value.platform_code == "x" * 80
        assert (len(refused.value.detail), refused.value.request_id) == (500, "")

    async def test_an_ended_conversation_of_another_buyer_is_not_written_to(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        gateway.on("POST", MESSAGES, lambda _: {"code": 45109001, "message": "rules", "data": None})
        gateway.on("GET", "/order/202309/orders", order())
        gateway.on("POST", CHAT, {"conversation_id": "somebody-else"})
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(CONVERSATION, "hello", order_id="1")
        assert refused.value.platform_code == "45109001"
        assert gateway.paths().count(f"POST {MESSAGES}") == 1

    async def test_waits_double_until_an_answer_comes(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        gateway.on("POST", MESSAGES, lambda _: web.Response(status=429, text="slow down"))
        waits = []
        for _ in range(3):
            with pytest.raises(RateLimited) as limited:
                await tiktok.send_text(CONVERSATION, "hello")
            waits.append((limited.value.until - NOON).total_seconds())
        assert waits == [1, 2, 4]
        gateway.on("GET", "/order/202309/orders", order())
        await tiktok.order("1")
        with pytest.raises(RateLimited) as limited:
            await tiktok.send_text(CONVERSATION, "hello")
        assert limited.value.until == NOON + timedelta(seconds=1)


class TestReadingBack:
    """ "Not found" may lead to sending again, so only a clear answer may say it."""

    @pytest.mark.parametrize(
        "data",
        [
            None,
            {"messages": "none"},
            {"messages": {"0": message(1)}},
            {"messages": [{**message(1), "id": ""}]},
            {"messages": [{**message(1), "id": "9" * 121}]},
            {"messages": [{**message(1), "create_time": "soon"}]},
            {"messages": [{}]},
        ],
    )
    async def test_what_cannot_be_read_is_not_an_absence(
        self, gateway: Gateway, tiktok: TiktokConnector, data: dict[str, Any] | None
    ) -> None:
        gateway.on("GET", MESSAGES, data)
        with pytest.raises(Transient):
            await tiktok.read_back(CONVERSATION, since=NOON)

    @pytest.mark.parametrize("data", [{}, {"messages": None}, {"messages": []}])
    async def test_an_empty_conversation_is_one(
        self, gateway: Gateway, tiktok: TiktokConnector, data: dict[str, Any]
    ) -> None:
        gateway.on("GET", MESSAGES, data)
        assert await tiktok.read_back(CONVERSATION, since=NOON) == []

    async def test_a_buyers_broken_message_hides_nothing_of_ours(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        broken = {**message(2), "id": "", "sender": {"role": "BUYER"}}
        gateway.on("GET", MESSAGES, {"messages": [broken, message(1)]})
        assert [m.text for m in await tiktok.read_back(CONVERSATION, since=NOON)] == ["text 1"]

    async def test_pages_that_go_in_circles_end_in_doubt(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        gateway.on("GET", MESSAGES, {"messages": [message(1)], "next_page_token": "again"})
        with pytest.raises(Transient):
            await tiktok.read_back(CONVERSATION, since=NOON)
        assert len(gateway.asked) == 2

    async def test_a_page_without_anything_new_is_not_the_end(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        pages = {
            "": {"messages": [message(9)], "next_page_token": "a"},
            "a": {"messages": [message(9)], "next_page_token": "b"},
            "b": {"messages": [message(8)], "next_page_token": ""},
        }
        gateway.on("GET", MESSAGES, lambda asked: {"code": 0, "data": pages[asked.query.get("page_token", "")]})
        assert [m.text for m in await tiktok.read_back(CONVERSATION, since=NOON)] == ["text 8", "text 9"]


class TestConversationList:
    """In which order the list comes nobody documents."""

    def listed(self, gateway: Gateway, minutes: list[int | None], *, page: int = 2) -> None:
        """Conversations by the minutes since their last message (None: it does not say), two a page."""
        rows = []
        for n, minute in enumerate(minutes):
            at = None if minute is None else int((NOON - timedelta(minutes=minute)).timestamp())
            rows.append({"id": f"c{n}", "unread_count": 1, "latest_message": {"create_time": at}})

        def say(asked: Asked) -> object:
            start = int(asked.query.get("page_token", "p0")[1:])
            token = f"p{start + page}" if start + page < len(rows) else ""
            return {"code": 0, "data": {"conversations": rows[start : start + page], "next_page_token": token}}

        gateway.on("GET", CHAT, say)

    async def ids(self, tiktok: TiktokConnector) -> list[str]:
        since = NOON - timedelta(minutes=10)
        return [state.session_id async for state in tiktok.conversations(changed_since=since)]

    async def test_newest_first_it_is_read_until_two_pages_bring_no_news(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        self.listed(gateway, [1, 2, 20, 21, 30, 31, 40, 41, 50, 51])
        assert await self.ids(tiktok) == ["c0", "c1"]
        assert len(gateway.asked) == 3

    @pytest.mark.parametrize(
        ("minutes", "expected"),
        [
            ([51, 50, 41, 40, 31, 30, 21, 20, 2, 1], ["c9", "c8"]),
            ([1, 20, 19, 30, 31, 40, 41, 50, 51, 2], ["c0", "c9"]),
            ([20, 30, None, 40, 41, 42, 43, 44, 45, 3], ["c2", "c9"]),
        ],
    )
    async def test_in_any_other_order_it_is_read_to_its_end(
        self, gateway: Gateway, tiktok: TiktokConnector, minutes: list[int | None], expected: list[str]
    ) -> None:
        self.listed(gateway, minutes)
        assert await self.ids(tiktok) == expected
        assert len(gateway.asked) == 5


class TestListsThatMove:
    async def test_orders_that_change_while_they_are_paged_hide_no_other(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        start = int(NOON.timestamp())
        changed = {str(n): start + n // 40 for n in range(450)}

        def say(asked: Asked) -> object:
            ask = asked.json
            rows = sorted(
                ((at, number) for number, at in changed.items() if ask["update_time_ge"] <= at < ask["update_time_lt"]),
                key=lambda row: (row[0], int(row[1])),
            )
            offset = int(asked.query.get("page_token", "0"))
            page = rows[offset : offset + 100]
            # While we look at this page, ten of its orders change and leave the window.
            for _, number in page[:10]:
                changed[number] = start + 9_000
            token = str(offset + 100) if offset + 100 < len(rows) else ""
            orders = [{"id": number, "update_time": at, "status": "ON_HOLD"} for at, number in page]
            return {"code": 0, "data": {"orders": orders, "next_page_token": token}}

        gateway.on("POST", "/order/202309/orders/search", say)
        found = [o.order_id async for o in tiktok.orders_updated(NOON, NOON + timedelta(minutes=5))]
        assert len(found) == len(set(found)) == 450

    async def test_a_list_in_the_wrong_order_is_paged_by_its_tokens(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        start = int(NOON.timestamp())
        changes = {str(n): start + 300 - n for n in range(250)}

        def say(asked: Asked) -> object:
            since = asked.json["update_time_ge"]
            rows = [{"id": number, "update_time": at} for number, at in changes.items() if at >= since]
            offset = int(asked.query.get("page_token", "0"))
            token = str(offset + 100) if offset + 100 < len(rows) else ""
            return {"code": 0, "data": {"orders": rows[offset : offset + 100], "next_page_token": token}}

        gateway.on("POST", "/order/202309/orders/search", say)
        found = [o.order_id async for o in tiktok.orders_updated(NOON, NOON + timedelta(minutes=5))]
        assert found == [str(n) for n in range(250)]

    async def test_a_list_that_never_ends_is_refused_and_not_cut_short(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        gateway.on("POST", "/order/202309/orders/search", {"orders": [], "next_page_token": "x"})
        with pytest.raises(Rejected) as refused:
            _ = [o async for o in tiktok.orders_updated(NOON, NOON)]
        assert refused.value.code == "tiktok_list_loops"
