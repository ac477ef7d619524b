"""The connector against the simulated platform over real HTTP: orders, tracks and conversations."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.kit.tiktok_sim import TiktokSim, TiktokStore

from seawall.connectors.contracts import Exchange, Speaker
from seawall.connectors.errors import Rejected
from seawall.connectors.tiktokshop.api import TiktokConnector
from seawall.kernel.clock import SYSTEM_CLOCK

VIETNAMESE = "Chào bạn, đơn 576900000000000001 của bạn bị chậm. Shop xin lỗi 🙏"
BUYER = "7000000000000000201"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x04\x38\x00\x00\x02\xd0" + bytes(20)


def ago(**span: float) -> datetime:
    return SYSTEM_CLOCK.now() - timedelta(**span)


@pytest.fixture
async def tiktok(tiktok_sim: TiktokSim, shop: TiktokStore) -> AsyncIterator[TiktokConnector]:
    """A connector for the Vietnamese shop."""
    async with TiktokConnector(tiktok_sim.credentials(shop)) as connector:
        yield connector


@pytest.fixture
async def session_id(tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore) -> str:
    """A conversation with the buyer of order 1."""
    tiktok_sim.add_orders(shop, [{"order_id": "1", "buyer_id": BUYER, "status": "AWAITING_SHIPMENT"}])
    return (await tiktok.open_session("1")).session_id


class TestOrders:
    async def test_an_order_comes_with_a_line_for_each_unit(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        items = [{"name": "Áo thun", "sku": "TEE-R-L", "item_price": "99000", "quantity": 2}]
        row = {
            "order_id": "576900000000000001", "buyer_id": BUYER, "status": "IN_TRANSIT", "items": items,
            "shipping_fee": "15000", "created_at": "2026-06-01T10:00:00+07:00",
            "updated_at": "2026-06-03T08:00:00+07:00",
        }  # fmt: skip
        tiktok_sim.add_orders(shop, [row])
        order = await tiktok.order("576900000000000001")
        assert (order.order_id, order.statuses, order.buyer_id) == ("576900000000000001", ("IN_TRANSIT",), BUYER)
        assert order.created_at == datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
        assert order.updated_at == datetime(2026, 6, 3, 1, 0, tzinfo=UTC)
        assert (order.total, order.currency) == (Decimal(213000), "VND")
        assert [(line.title, line.sku, line.quantity, line.paid_price) for line in order.lines] == [
            ("Áo thun", "TEE-R-L", 1, Decimal(99000))
        ] * 2

    @pytest.mark.parametrize("whose", ["another shop's", "nobody's"])
    async def test_an_order_of_somebody_else_is_refused(
        self, whose: str, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        order_id = tiktok_sim.add_orders(tiktok_sim.add_store("th"), 1)[0] if whose == "another shop's" else "404"
        with pytest.raises(Rejected) as refused:
            await tiktok.order(order_id)
        assert refused.value.code == "tiktok_order_not_in_shop"
        assert refused.value.exchange is not None
        assert refused.value.exchange.path == "/order/202309/orders"

    async def test_changed_orders_are_paged_each_once(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        base = int(ago(hours=5).timestamp())
        rows = [
            {"order_id": str(10_000 + n), "created_at": (base - 9_000) * 1000, "updated_at": (base + n) * 1000}
            for n in range(250)
        ]
        tiktok_sim.add_orders(shop, [*rows, {"order_id": "77", "created_at": (base - 90_000) * 1000}])
        start = datetime.fromtimestamp(base, UTC)
        found = [order.order_id async for order in tiktok.orders_updated(start, SYSTEM_CLOCK.now())]
        assert found == [str(10_000 + n) for n in range(250)]

    async def test_a_mass_change_in_one_second_is_paged_as_well(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        base = int(ago(hours=5).timestamp())
        rows = [
            {"order_id": str(10_000 + n), "created_at": (base - 9_000) * 1000, "updated_at": base * 1000}
            for n in range(350)
        ]
        rows.append({"order_id": "99999", "created_at": (base - 9_000) * 1000, "updated_at": (base + 60) * 1000})
        tiktok_sim.add_orders(shop, rows)
        start = datetime.fromtimestamp(base, UTC)
        found = [order.order_id async for order in tiktok.orders_updated(start, SYSTEM_CLOCK.now())]
        assert len(found) == len(set(found)) == 351
        assert found[-1] == "99999"


class TestTrace:
    @pytest.mark.parametrize("switch", [{}, {"tracking_oldest_first": True}])
    async def test_events_come_oldest_first_whatever_the_order(
        self, switch: dict[str, object], tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.switches(**switch)
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "DELIVERED"}])
        events = await tiktok.trace("1")
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert (events[-1].code, events[-1].kind) == ("50101", "signed")
        assert events[-2].kind == "at_delivery_hub"

    async def test_without_codes_the_words_remain(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.switches(tracking_codes=False)
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "DELIVERED"}])
        last = (await tiktok.trace("1"))[-1]
        assert (last.code, last.kind, last.title) == ("", "", "Giao hàng thành công")

    async def test_an_order_of_somebody_else_has_no_track(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        with pytest.raises(Rejected):
            await tiktok.trace("404")


class TestChat:
    async def test_a_message_is_sent_once_and_read_back(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        sent = await tiktok.send_text(session_id, VIETNAMESE)
        tiktok_sim.buyer_says(session_id, "Dạ vâng")
        messages = await tiktok.read_back(session_id, since=began)
        assert [(m.speaker, m.text) for m in messages] == [
            (Speaker.SELLER, VIETNAMESE),
            (Speaker.BUYER, "Dạ vâng"),
        ]
        assert (messages[0].message_id, messages[0].session_id) == (sent.message_id, session_id)
        assert (messages[0].kind, messages[0].blocked_note) == ("TEXT", "")
        assert sent.exchange.request == {"type": "TEXT", "content": f'{{"content":"{VIETNAMESE}"}}'}
        assert json.loads(sent.exchange.body)["data"] == {"message_id": sent.message_id}
        assert [m["text"] for m in tiktok_sim.messages(from_="seller")] == [VIETNAMESE]

    async def test_the_same_buyer_has_one_conversation(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore, session_id: str
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "2", "buyer_id": BUYER}])
        assert (await tiktok.open_session("2")).session_id == session_id
        assert (await tiktok.open_session("1")).session_id == session_id

    async def test_a_buyer_of_long_ago_may_not_be_written_to(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        rows = [{"order_id": str(days), "created_at": ago(days=days).isoformat()} for days in (59, 61)]
        tiktok_sim.add_orders(shop, rows)
        assert (await tiktok.open_session("59")).session_id
        with pytest.raises(Rejected) as refused:
            await tiktok.open_session("61")
        assert (refused.value.code, refused.value.platform_code) == ("tiktok_may_not_message", "45109003")

    async def test_an_ended_conversation_is_opened_again_for_its_order(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        await tiktok.send_text(session_id, "first")
        tiktok_sim.advance(7 * 3_600)
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(session_id, "nobody says for which order")
        assert (refused.value.code, refused.value.platform_code) == ("tiktok_may_not_message", "45109001")
        sent = await tiktok.send_text(session_id, "again", order_id="1")
        assert sent.session_id == session_id
        assert [m["text"] for m in tiktok_sim.messages(from_="seller")] == ["first", "again"]

    async def test_where_rules_forbid_it_reopening_does_not_help(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        tiktok_sim.switches(order_days=1)
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(session_id, "too late", order_id="1")
        assert refused.value.platform_code == "45109003"
        assert tiktok_sim.messages() == []

    async def test_words_the_platform_filters_are_refused_and_not_sent(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(session_id, "Kết bạn Zalo nhé")
        assert (refused.value.code, refused.value.platform_code) == ("tiktok_text_refused", "45101006")
        assert tiktok_sim.messages() == []

    async def test_two_thousand_characters_go_and_one_more_does_not(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        await tiktok.send_text(session_id, "ạ" * 2_000)
        with pytest.raises(Rejected):
            await tiktok.send_text(session_id, "ạ" * 2_001)
        assert len(tiktok_sim.messages()) == 1

    async def test_a_card_and_a_picture(self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str) -> None:
        began = SYSTEM_CLOCK.now()
        await tiktok.send_order_card(session_id, "1")
        image = await tiktok.upload_image(PNG, file_name="màn hình.png")
        await tiktok.send_image(session_id, image)
        card, picture = await tiktok.read_back(session_id, since=began)
        assert (card.kind, card.text, json.loads(card.raw["content"])) == ("ORDER_CARD", "", {"order_id": "1"})
        assert (image.width, image.height) == (1080, 720)
        assert json.loads(picture.raw["content"]) == {"url": image.url, "width": 1080, "height": 720}

    async def test_a_card_of_somebody_elses_order_is_refused(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore, session_id: str
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "2", "buyer_id": "7000000000000000202"}])
        with pytest.raises(Rejected):
            await tiktok.send_order_card(session_id, "2")
        assert tiktok_sim.messages() == []

    async def test_a_long_conversation_is_walked_back_ten_at_a_time(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        for n in range(25):
            await tiktok.send_text(session_id, f"message {n}")
        messages = await tiktok.read_back(session_id, since=began)
        assert [m.text for m in messages] == [f"message {n}" for n in range(25)]
        asked = [call for call in tiktok_sim.calls() if call["method"] == "GET" and call["api"].endswith("/messages")]
        assert len(asked) == 3

    async def test_reading_back_stops_at_what_is_older(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        for n in range(25):
            await tiktok.send_text(session_id, f"old {n}")
        tiktok_sim.advance(3_600)
        await tiktok.send_text(session_id, "new")
        since = SYSTEM_CLOCK.now() + timedelta(seconds=3_600)
        assert [m.text for m in await tiktok.read_back(session_id, since=since)] == ["new"]
        asked = [call for call in tiktok_sim.calls() if call["method"] == "GET" and call["api"].endswith("/messages")]
        assert len(asked) == 1

    async def test_a_platform_clock_beside_ours_hides_nothing(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        for seconds in (30, -60):
            tiktok_sim.advance(seconds)
            began = SYSTEM_CLOCK.now()
            await tiktok.send_text(session_id, f"moved by {seconds}")
            assert (await tiktok.read_back(session_id, since=began))[-1].text.startswith("moved by")

    async def test_a_conversation_nobody_knows(self, tiktok: TiktokConnector) -> None:
        with pytest.raises(Rejected) as refused:
            await tiktok.read_back("7000000000000000999", since=ago(days=1))
        assert refused.value.code == "tiktok_no_conversation"

    async def test_unread_is_counted_and_cleared_and_nobody_tells_what_the_buyer_read(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        await tiktok.send_text(session_id, "hello")
        said = tiktok_sim.buyer_says(session_id, "Alo shop")
        tiktok_sim.buyer_reads(session_id)
        state = await tiktok.session_state(session_id)
        assert (state.session_id, state.unread, state.buyer_read_up_to) == (session_id, 1, None)
        done = await tiktok.mark_read(session_id, up_to_message_id=str(said.get("message_id", "")))
        assert isinstance(done, Exchange)
        assert (await tiktok.session_state(session_id)).unread == 0

    @pytest.mark.parametrize("oldest_first", [False, True])
    async def test_answers_are_found_in_the_list_whatever_its_order(
        self, oldest_first: bool, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.switches(conversations_oldest_first=oldest_first)
        ids = tiktok_sim.add_orders(shop, 65)
        sessions = [(await tiktok.open_session(order_id)).session_id for order_id in ids]
        for session in sessions:
            tiktok_sim.buyer_says(session, "hm")
        tiktok_sim.advance(3_600)
        tiktok_sim.buyer_says(sessions[7], "Alo?")
        tiktok_sim.advance(60)
        tiktok_sim.buyer_says(sessions[3], "Alo?")
        since = SYSTEM_CLOCK.now() + timedelta(seconds=1_800)
        states = [state async for state in tiktok.conversations(changed_since=since)]
        assert [state.session_id for state in states] == [sessions[3], sessions[7]]
        assert all(state.raw["can_send_message"] is True and state.unread == 2 for state in states)

    async def test_there_is_no_call_for_a_count_of_unread(self, tiktok: TiktokConnector) -> None:
        with pytest.raises(Rejected) as refused:
            await tiktok.unread_count()
        assert (refused.value.code, refused.value.platform_code) == ("capability_missing", "unread_count")


class TestFlags:
    def test_each_flag_says_who_says_so(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        connector = TiktokConnector(tiktok_sim.credentials(shop))
        assert all(flag.source for flag in connector.capabilities.values())
        assert all(limit.source and limit.name == name for name, limit in connector.limits.items())
        assert not connector.capabilities["read_receipts"].can
        assert connector.limits["text_max"].value == 2_000
        assert connector.limits["chat_calls_per_day"].scope == "unknown"
        assert connector.limits["sends_per_second"].value is None
