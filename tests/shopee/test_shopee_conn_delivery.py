"""Pushes as the simulator really delivers them over HTTP, read by the connector's reader."""

from collections.abc import AsyncIterator

import pytest
from tests.kit.refusals import refused
from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, PUSH_KEY, ShopeeSim, ShopeeSink, ShopeeStore

from seawall.connectors.contracts import EventKind, PushEvent, PushKeys, Speaker
from seawall.connectors.shopee.api import ShopeeConnector, ShopeePushReader

READER = ShopeePushReader()
ORDER = "260101ABCDE123"


@pytest.fixture
async def shopee(shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink) -> AsyncIterator[ShopeeConnector]:
    """A connector for the Malaysian shop, whose pushes go to the callback."""
    shopee_sim.set_callback(shopee_sink.url)
    shopee_sim.add_orders(shop, [{"order_id": ORDER, "buyer_id": "700200300", "status": "READY_TO_SHIP"}])
    async with ShopeeConnector(shopee_sim.credentials(shop)) as connector:
        yield connector


def keys(sink: ShopeeSink, push_key: str = PUSH_KEY) -> PushKeys:
    return PushKeys(app_key=PARTNER_ID, app_secret=PARTNER_KEY, push_key=push_key, callback_url=sink.url)


def events(sim: ShopeeSim, sink: ShopeeSink, count: int) -> list[PushEvent]:
    sim.until(lambda: len(sink.received) >= count)
    return [READER.read(body, headers, keys=keys(sink)) for headers, body in list(sink.received)]


@pytest.mark.parametrize("shape", [{}, {"push_msg_id": "filled"}, {"push_msg_id": "missing"}, {"push_msg_id": "null"},
                                   {"push_shop_key": "shopid"}])  # fmt: skip
async def test_a_buyers_message_arrives_in_every_known_shape(
    shape: dict[str, str], shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
) -> None:
    shopee_sim.switches(**shape)
    said = shopee_sim.buyer_of_order_says(shop, ORDER, "where is my parcel?")
    [event] = events(shopee_sim, shopee_sink, 1)
    message = READER.message_of(event)
    assert (event.kind, event.seller_id) == (EventKind.MESSAGE, shop.seller_id)
    assert (message.speaker, message.text, message.buyer_id) == (Speaker.BUYER, "where is my parcel?", "700200300")
    assert (message.session_id, message.message_id) == (said["session_id"], said["message_id"])


async def test_what_is_pushed_and_what_is_read_back_are_the_same_message(
    shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
) -> None:
    shopee_sim.buyer_of_order_says(shop, ORDER, "hello?")
    pushed = READER.message_of(events(shopee_sim, shopee_sink, 1)[0])
    [read] = await shopee.read_back(pushed.session_id, since=pushed.sent_at)
    for name in ("session_id", "message_id", "speaker", "buyer_id", "text", "kind", "sent_at"):
        assert getattr(read, name) == getattr(pushed, name), name


async def test_the_shops_own_messages_are_not_pushed_but_an_answer_elsewhere_leaves_a_hint(
    shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
) -> None:
    sent = await shopee.send_text((await shopee.open_session(ORDER)).session_id, "we are sorry")
    shopee_sim.seller_says(sent.session_id, "answered by hand")
    [event] = events(shopee_sim, shopee_sink, 1)
    assert event.kind is EventKind.SESSION
    assert READER.session_of(event).session_id == sent.session_id


async def test_own_messages_where_they_are_pushed_are_the_shops(
    shopee: ShopeeConnector, shopee_sim: ShopeeSim, shopee_sink: ShopeeSink
) -> None:
    shopee_sim.switches(push_own_messages=True)
    sent = await shopee.send_text((await shopee.open_session(ORDER)).session_id, "we are sorry")
    message = READER.message_of(events(shopee_sim, shopee_sink, 1)[0])
    assert (message.speaker, message.message_id, message.buyer_id) == (Speaker.SELLER, sent.message_id, "700200300")


async def test_an_order_a_parcel_and_a_return_are_told_apart(
    shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
) -> None:
    shopee_sim.set_status(shop, ORDER, "SHIPPED")
    shopee_sim.until(lambda: len(shopee_sink.bodies(3)) == 1)
    shopee_sim.open_return(shop, ORDER)
    shopee_sim.until(lambda: len(shopee_sink.bodies(29)) == 1)
    found = events(shopee_sim, shopee_sink, 2)
    assert {EventKind.ORDER, EventKind.REVERSE} <= {event.kind for event in found}
    assert len({event.external_id for event in found}) == len(found)
    [order] = [event for event in found if event.platform_type == "3"]
    assert (order.data["ordersn"], order.data["status"]) == (ORDER, "SHIPPED")


async def test_a_repeated_push_has_the_same_name(
    shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
) -> None:
    shopee_sim.set_faults({"kind": "duplicate_webhook", "platform": "shopee"})
    shopee_sim.set_status(shop, ORDER, "PROCESSED")
    shopee_sim.buyer_of_order_says(shop, ORDER, "hello?")
    shopee_sim.until(lambda: len(shopee_sink.bodies(3)) >= 2 and len(shopee_sink.bodies(10)) >= 2)
    names = [event.external_id for event in events(shopee_sim, shopee_sink, 4) if event.platform_type in {"3", "10"}]
    assert len(set(names)) == 2


async def test_the_test_ping_is_read_with_the_push_key_or_an_empty_one(
    shopee: ShopeeConnector, shopee_sim: ShopeeSim, shopee_sink: ShopeeSink
) -> None:
    for key in ("push", "empty"):
        shopee_sim.switches(ping_key=key)
        shopee_sim.post("/_sim/shopee/callback", {"app_key": PARTNER_ID, "url": shopee_sink.url, "ping": True})
    found = events(shopee_sim, shopee_sink, 2)
    assert {(event.kind, event.external_id) for event in found} == {(EventKind.OTHER, "verify")}


async def test_an_app_without_a_push_key_signs_with_the_partner_key(
    shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
) -> None:
    shopee_sim.switches(push_key_used="partner")
    shopee_sim.buyer_of_order_says(shop, ORDER, "hello?")
    shopee_sim.until(lambda: len(shopee_sink.received) >= 1)
    headers, body = shopee_sink.received[0]
    assert READER.read(body, headers, keys=keys(shopee_sink, "")).kind is EventKind.MESSAGE
    with refused("push_bad_signature"):
        READER.read(body, headers, keys=keys(shopee_sink))


async def test_the_end_of_an_authorisation_is_told(
    shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
) -> None:
    shopee_sim.post("/_sim/shopee/unlink", {"app_key": PARTNER_ID, "seller_id": shop.seller_id})
    [event] = events(shopee_sim, shopee_sink, 1)
    assert (event.kind, event.platform_type, event.seller_id) == (EventKind.AUTH, "2", shop.seller_id)
