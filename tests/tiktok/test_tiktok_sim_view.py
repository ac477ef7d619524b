"""What the simulator's own web page shows of a shop."""

import json

from simulators.core.accepted import AcceptedLog
from simulators.core.clock import SimClock
from simulators.core.faults import FaultPlan
from simulators.core.httplog import HttpLog
from simulators.core.journal import Journal
from simulators.core.views import Viewable
from simulators.tiktokshop.entities import BUYER, SERVICE, Store
from simulators.tiktokshop.loading import order_from
from simulators.tiktokshop.platform import TiktokShopPlatform
from simulators.tiktokshop.world import World


def test_shops_orders_and_a_chat_as_the_buyer_sees_it() -> None:
    world = World(
        clock=SimClock(), faults=FaultPlan(), log=HttpLog(), accepted=AcceptedLog(), journal=Journal(), seed=0
    )
    platform = TiktokShopPlatform(world)
    store = world.add_store(Store(seller_id="74", cipher="c", market="vn", name="Demo Store", code="VN1"))
    row = {"order_id": "1", "buyer_id": "71"}
    world.add_orders([order_from(row, store, now_ms=world.clock.now_ms(), seed=0, tokopedia_share=0.0)])
    thread = platform.parts.threads.open(store, "71")
    for text, role in (("Xin chào", SERVICE), ("Alo", BUYER), ("Chào bạn", SERVICE)):
        content = json.dumps({"content": text})
        world.new_message(thread, type="TEXT", content=content, role=role, text=text)

    view: Viewable = platform.view
    [shop] = view.shops()
    assert (shop.name, shop.market, shop.orders, shop.conversations, shop.messages) == ("Demo Store", "vn", 1, 1, 2)
    [order] = view.orders("74", offset=0, limit=10)
    assert (order.status, order.conversation_id) == ("IN_TRANSIT", thread.conversation_id)
    [listed] = view.chats("74", offset=0, limit=10)
    assert (listed.bubbles, listed.order_ids) == ((), ["1"])
    chat = view.chat(thread.conversation_id)
    assert chat is not None
    assert [(bubble.speaker, bubble.text) for bubble in chat.bubbles] == [
        ("seller", "Xin chào"),
        ("buyer", "Alo"),
        ("seller", "Chào bạn"),
    ]
    assert view.chat("nobody") is None
    assert view.chats("74", offset=1, limit=10) == []
