"""Writing to buyers through the connector, against the simulator over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from tests.kit.refusals import refused
from tests.kit.shopee_sim import ShopeeSim, ShopeeStore

from seawall.connectors.contracts import SessionState, Speaker
from seawall.connectors.shopee.api import ShopeeConnector
from seawall.kernel.clock import SYSTEM_CLOCK

LIST = "/api/v2/sellerchat/get_conversation_list"
MESSAGES = "/api/v2/sellerchat/get_message"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
ORDER = "260101ABCDE123"
MALAY = "Pesanan 260101ABCDE123 anda lewat, maaf 🙏"


def ago(**span: float) -> datetime:
    return SYSTEM_CLOCK.now() - timedelta(**span)


@pytest.fixture
async def shopee(shopee_sim: ShopeeSim, shop: ShopeeStore) -> AsyncIterator[ShopeeConnector]:
    """A connector for the Malaysian shop."""
    async with ShopeeConnector(shopee_sim.credentials(shop)) as connector:
        yield connector


@pytest.fixture
async def handle(shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore) -> str:
    """What stands for the conversation with the buyer of an order, before the first message."""
    shopee_sim.add_orders(shop, [{"order_id": ORDER, "buyer_id": "700200300"}])
    return (await shopee.open_session(ORDER)).session_id


class TestFirstContact:
    async def test_a_first_message_carries_the_order_and_opens_the_conversation(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        sent = await shopee.send_text(handle, MALAY, order_id=ORDER)

        assert handle == f"to:700200300:{ORDER}"
        [logged] = shopee_sim.messages()
        assert (sent.session_id, sent.message_id) == (logged["session_id"], logged["message_id"])
        assert sent.session_id.isdecimal()
        assert int(sent.session_id) > 2**53  # a bare number in the answer, and still exact
        assert sent.platform_time is not None
        assert [(m.text, m.speaker, m.buyer_id, m.session_id) for m in await shopee.read_back(handle, since=began)] == [
            (MALAY, Speaker.SELLER, "700200300", sent.session_id)
        ]
        assert sent.exchange.request["source_content"] == '{"order_sn":"260101ABCDE123"}'

    async def test_an_order_of_another_shop_opens_nothing(self, shopee: ShopeeConnector, shopee_sim: ShopeeSim) -> None:
        other = shopee_sim.add_store("MY")
        [order_id] = shopee_sim.add_orders(other, 1)
        for number in (order_id, "404", "A,B", ""):
            with refused("shopee_order_not_in_shop"):
                await shopee.open_session(number)

    async def test_without_the_order_a_first_message_is_refused(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        # An order of somebody else in the handle counts as none.
        shopee_sim.add_orders(shop, [{"order_id": "260101OTHER0001", "buyer_id": "700200999"}])
        with refused("shopee_first_needs_order"):
            await shopee.send_text("to:700200300:260101OTHER0001", "hello")
        assert shopee_sim.messages() == []

    async def test_an_order_card_opens_a_conversation_too(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        sent = await shopee.send_order_card(handle, ORDER)
        await shopee.send_text(sent.session_id, "about this order")
        found = await shopee.read_back(sent.session_id, since=began)
        assert [(m.kind, m.text) for m in found] == [("order", ""), ("text", "about this order")]
        assert found[0].raw["content"]["order_sn"] == ORDER

    async def test_a_buyer_of_an_old_order_is_out_of_reach(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "OLD1", "created_at": ago(days=31).isoformat()}])
        session_id = (await shopee.open_session("OLD1")).session_id
        with refused("shopee_outside_window"):
            await shopee.send_text(session_id, "hello")

    async def test_unless_they_wrote_within_a_week(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "OLD1", "created_at": ago(days=31).isoformat()}])
        said = shopee_sim.buyer_of_order_says(shop, "OLD1", "where is it?")
        sent = await shopee.send_text((await shopee.open_session("OLD1")).session_id, "we look for it")
        assert sent.session_id == said["session_id"]

    async def test_taiwan_is_refused_before_anything_leaves(self, shopee_sim: ShopeeSim) -> None:
        store = shopee_sim.add_store("TW")
        async with ShopeeConnector(shopee_sim.credentials(store)) as connector:
            with refused("capability_missing"):
                await connector.send_text("812345678901234567", "hello")
            with refused("capability_missing"):
                await connector.open_session(ORDER)
        assert shopee_sim.calls() == []


class TestConversation:
    async def test_a_known_conversation_costs_one_look_to_write_to(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        session_id = shopee_sim.buyer_of_order_says(shop, ORDER, "hello?")["session_id"]
        first = await shopee.send_text(session_id, "good day")
        second = await shopee.send_text(session_id, "how can we help?")
        assert first.session_id == second.session_id == session_id
        assert len(shopee_sim.calls("/api/v2/sellerchat/get_one_conversation")) == 1

    async def test_many_buyers_at_once_each_get_their_own_message(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        order_ids = shopee_sim.add_orders(shop, 40)

        async def tell(order_id: str) -> tuple[str, str]:
            session_id = (await shopee.open_session(order_id)).session_id
            return order_id, (await shopee.send_text(session_id, f"about {order_id}")).session_id

        told = await asyncio.gather(*map(tell, order_ids))

        logged = {message["order_id"]: message for message in shopee_sim.messages()}
        assert len(logged) == len(set(dict(told).values())) == 40
        for order_id, session_id in told:
            assert (logged[order_id]["text"], logged[order_id]["session_id"]) == (f"about {order_id}", session_id)

    async def test_a_conversation_of_another_shop_is_not_written_to(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim
    ) -> None:
        other = shopee_sim.add_store("MY")
        [order_id] = shopee_sim.add_orders(other, 1)
        session_id = shopee_sim.buyer_of_order_says(other, order_id, "hello?")["session_id"]
        for wrong in (session_id, "812345678901234567", "no id", ""):
            with refused("shopee_no_conversation"):
                await shopee.send_text(wrong, "hello")

    async def test_both_sides_are_read_back_oldest_first(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        session_id = (await shopee.send_text(handle, "we are sorry")).session_id
        shopee_sim.buyer_says(session_id, "okay")
        shopee_sim.seller_says(session_id, "thank you")
        found = await shopee.read_back(session_id, since=began)
        assert [(m.speaker, m.text) for m in found] == [
            (Speaker.SELLER, "we are sorry"), (Speaker.BUYER, "okay"), (Speaker.SELLER, "thank you"),
        ]  # fmt: skip
        assert {m.buyer_id for m in found} == {"700200300"}
        assert found[0].raw["source"] == "openapi"

    async def test_a_long_conversation_is_walked_back_page_by_page(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        session_id = shopee_sim.buyer_of_order_says(shop, ORDER, "message 0")["session_id"]
        for n in range(1, 60):
            shopee_sim.buyer_says(session_id, f"message {n}")
        found = await shopee.read_back(session_id, since=began)
        assert sorted(m.text for m in found) == sorted(f"message {n}" for n in range(60))
        assert len(shopee_sim.calls(MESSAGES)) == 3

    @pytest.mark.parametrize("seconds", [30, -30])
    async def test_a_platform_clock_that_differs_hides_nothing(
        self, seconds: int, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        shopee_sim.advance(seconds)
        began = SYSTEM_CLOCK.now()
        await shopee.send_text(handle, "from another time")
        assert [m.text for m in await shopee.read_back(handle, since=began)] == ["from another time"]

    async def test_read_positions(self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str) -> None:
        sent = await shopee.send_text(handle, "hello")
        before = await shopee.session_state(sent.session_id)
        shopee_sim.buyer_reads(sent.session_id)
        after = await shopee.session_state(sent.session_id)
        await shopee.send_text(sent.session_id, "one more, not read yet")
        later = await shopee.session_state(handle)
        assert before.buyer_read_up_to is None
        assert after.buyer_read_up_to is not None
        assert sent.platform_time is not None
        assert after.buyer_read_up_to >= sent.platform_time
        assert later.buyer_read_up_to == sent.platform_time

    async def test_unread_conversations_are_counted_and_marked_read(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        said = shopee_sim.buyer_of_order_says(shop, ORDER, "one")
        said = shopee_sim.buyer_says(said["session_id"], "two")
        assert await shopee.unread_count() == 1
        assert (await shopee.session_state(said["session_id"])).unread == 2
        await shopee.mark_read(said["session_id"], up_to_message_id=said["message_id"])
        assert await shopee.unread_count() == 0

    async def test_an_image_is_uploaded_and_sent(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, handle: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        image = await shopee.upload_image(PNG, file_name="parcel.png")
        sent = await shopee.send_image(handle, image)
        [message] = await shopee.read_back(sent.session_id, since=began)
        assert (message.kind, message.text, message.raw["content"]["url"]) == ("image", "", image.url)

    @pytest.mark.parametrize("image", [PNG + b"0" * (2 * 1024 * 1024), b"GIF89a", b"", b"<svg/>"])
    async def test_an_image_that_shopee_would_not_take_never_leaves(
        self, image: bytes, shopee: ShopeeConnector, shopee_sim: ShopeeSim
    ) -> None:
        with refused("image_not_allowed"):
            await shopee.upload_image(image, file_name="x.png")
        assert shopee_sim.calls() == []


class TestList:
    async def listed(self, shopee: ShopeeConnector, since: datetime) -> list[SessionState]:
        return [state async for state in shopee.conversations(changed_since=since)]

    async def test_conversations_come_newest_first_each_once_past_the_overlap(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        order_ids = shopee_sim.add_orders(shop, 60)
        ids = [shopee_sim.buyer_of_order_says(shop, each, f"hello {each}")["session_id"] for each in order_ids]
        found = await self.listed(shopee, ago(minutes=5))
        assert [state.session_id for state in found] == ids[::-1]
        assert {state.unread for state in found} == {1}

    async def test_it_is_walked_no_further_back_than_asked(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        order_ids = shopee_sim.add_orders(shop, 60)
        for each in order_ids[:58]:
            shopee_sim.buyer_of_order_says(shop, each, "hello")
        shopee_sim.advance(3600)
        for each in order_ids[58:]:
            shopee_sim.buyer_of_order_says(shop, each, "hello")
        assert len(await self.listed(shopee, SYSTEM_CLOCK.now() + timedelta(minutes=30))) == 2
        assert len(shopee_sim.calls(LIST)) == 1

    async def test_an_old_pinned_conversation_on_top_does_not_end_the_walk(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        order_ids = shopee_sim.add_orders(shop, 31)  # more than a page of new ones below it
        shopee_sim.buyer_of_order_says(shop, order_ids[0], "pinned long ago")
        shopee_sim.set_conversation(shop, order_ids[0], pinned=True)
        shopee_sim.advance(3600)
        ids = [shopee_sim.buyer_of_order_says(shop, each, "new")["session_id"] for each in order_ids[1:]]
        found = await self.listed(shopee, SYSTEM_CLOCK.now() + timedelta(minutes=30))
        assert [state.session_id for state in found] == ids[::-1]

    async def test_a_page_size_that_works_is_used(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, handle: str
    ) -> None:
        shopee_sim.switches(empty_list_above=25)
        shopee_sim.buyer_of_order_says(shop, ORDER, "hello")
        assert len(await self.listed(shopee, ago(minutes=5))) == 1
