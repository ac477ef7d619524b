"""At the real door of each platform: pushes repeated, turned around and come late leave the same state behind."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kit import lazada_sim as lazada
from tests.kit import shopee_sim as shopee
from tests.kit import tiktok_sim as tiktok
from tests.kit.lazada_sim import LazadaSim, PushSink
from tests.kit.rollout import Desk, a_desk, a_shop
from tests.kit.shopee_sim import ShopeeSim, ShopeeSink, shopee_sim, shopee_sink
from tests.kit.tiktok_sim import TiktokSim, TiktokSink, tiktok_sim, tiktok_sink
from tests.pushes.kit import handle_all, left_over, undone

from seawall.connectors.models import ReceivedEvent
from seawall.inbox.models import Conversation, Message
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.shops.api import ConnectShop, connect_shop, push_address
from seawall.web import hooks
from simulators.lazada.signing import push_signature as lazada_signature
from simulators.shopee.signing import push_signature as shopee_signature
from simulators.tiktokshop.signing import push_signature as tiktok_signature

__all__ = ["shopee_sim", "shopee_sink", "tiktok_sim", "tiktok_sink"]

pytestmark = pytest.mark.django_db

SECRETS = {
    Platform.LAZADA: (lazada.APP_KEY, lazada.APP_SECRET),
    Platform.SHOPEE: (shopee.PARTNER_ID, shopee.PARTNER_KEY),
    Platform.TIKTOK: (tiktok.APP_KEY, tiktok.APP_SECRET),
}


@dataclass(frozen=True)
class Door:
    """The address a platform pushes to, and the bodies of a talk it pushed."""

    platform: Platform
    bodies: list[bytes]

    def push(self, body: bytes, *, signature: str | None = None) -> int:
        """One delivery, signed by the platform; gives the HTTP status."""
        app_key, secret = SECRETS[self.platform]
        address = push_address(self.platform, app_key)
        if self.platform is Platform.SHOPEE:
            genuine = shopee_signature(shopee.PUSH_KEY, address, body)
        elif self.platform is Platform.LAZADA:
            genuine = lazada_signature(app_key, secret, body)
        else:
            genuine = tiktok_signature(app_key, secret, body)
        answer = Client(enforce_csrf_checks=True).post(
            f"/hooks/{self.platform.value}/{app_key}/", body, content_type="application/json",
            headers={"Authorization": genuine if signature is None else signature},
        )  # fmt: skip
        if answer.status_code == 200:
            assert answer.content == b"", "Shopee and TikTok Shop count a body as a failure"
        return int(answer.status_code)


def connected(desk: Desk, platform: Platform, store: Any, market: str, **more: str) -> None:
    app_key, secret = SECRETS[platform]
    shop = a_shop(desk, market, platform=platform)
    connect_shop(
        ConnectShop(
            shop_code=shop.code, base_url=store.base_url, platform_seller_id=store.seller_id, app_key=app_key,
            app_secret=secret, access_token=store.access_token, **more,
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip


def at_lazada(desk: Desk, sim: LazadaSim, sink: PushSink) -> list[bytes]:
    store = sim.add_store("th")
    connected(desk, Platform.LAZADA, store, "TH")
    sim.set_callback(sink.url)
    one, two = sim.add_orders(store, 2)
    for order_id in (one, two, one):
        said = sim.post("/_sim/lazada/buyer-says", {"seller_id": store.seller_id, "order_id": order_id, "text": "ไหน?"})
        sim.advance(2)
    sim.buyer_reads(said["session_id"])
    sim.until(lambda: sim.summary()["pushes_pending"] == 0)
    return [body for _, body in sink.received]


def at_shopee(desk: Desk, sim: ShopeeSim, sink: ShopeeSink) -> list[bytes]:
    store = sim.add_store("MY")
    connected(desk, Platform.SHOPEE, store, "MY", push_key=shopee.PUSH_KEY)
    sim.set_callback(sink.url)
    one, two = sim.add_orders(store, 2)
    for order_id in (one, two, one):
        sim.buyer_of_order_says(store, order_id, "mana?")
        sim.advance(2)
    sim.seller_says(str(sim.set_conversation(store, one)), "sekejap ya")
    sim.set_status(store, two, "CANCELLED")
    sim.until(lambda: sim.summary()["pushes_pending"] == 0)
    return [body for _, body in sink.received]


def at_tiktok(desk: Desk, sim: TiktokSim, sink: TiktokSink) -> list[bytes]:
    store = sim.add_store("vn")
    connected(desk, Platform.TIKTOK, store, "VN", shop_cipher=store.shop_cipher)
    sim.set_callback(sink.url)
    one, two = sim.add_orders(store, 2)
    for order_id in (one, two, one):
        sim.buyer_writes_about(store, order_id, "Alo?")
        sim.advance(2)
    sim.set_status(store, two, "DELIVERED")
    sim.buyer_returns(store, two)
    sim.until(lambda: sim.summary()["pushes_pending"] == 0)
    return [body for _, body in sink.received]


@pytest.fixture(params=["lazada", "shopee", "tiktok-shop"])
def door(request: pytest.FixtureRequest, db: None) -> Door:
    """A connected shop, two buyers, three words, and what a platform says beside them."""
    hooks._opened.clear()
    made: Mapping[str, tuple[Callable[..., list[bytes]], str, str]] = {
        "lazada": (at_lazada, "lazada_sim", "push_sink"),
        "shopee": (at_shopee, "shopee_sim", "shopee_sink"),
        "tiktok-shop": (at_tiktok, "tiktok_sim", "tiktok_sink"),
    }
    talk, sim, sink = made[request.param]
    bodies = talk(a_desk(), request.getfixturevalue(sim), request.getfixturevalue(sink))
    return Door(Platform(request.param), list(dict.fromkeys(bodies)))


def left_behind() -> list[Any]:
    """Everything a push can change here, without the order and the time of its coming."""
    events = ReceivedEvent.objects.values_list("platform", "app_key", "seller_id", "kind", "external_id")
    conversations = Conversation.objects.values_list(
        "shop", "session_id", "buyer_id", "unread", "buyer_read_up_to", "last_message_at", "last_buyer_message_at"
    )
    messages = Message.objects.values_list(
        "conversation__session_id", "message_id", "speaker", "text", "kind", "sent_at", "is_recalled", "blocked_note",
        "is_auto_reply", "recipient",
    )  # fmt: skip
    assert left_over() == []
    return [sorted(map(str, rows)) for rows in (events, conversations, messages)]


def play(door: Door, bodies: list[bytes], *, pauses: list[bool] | None = None) -> list[Any]:
    """Deliver these, a worker looking in where told to; gives what they leave behind, and takes it back."""
    with undone():
        for number, body in enumerate(bodies):
            assert door.push(body) == 200
            if pauses is None or pauses[number]:
                handle_all()
        handle_all()
        return left_behind()


def test_the_talk_is_kept_and_its_buyers_are_known(door: Door) -> None:
    events, conversations, messages = play(door, door.bodies)
    assert len(events) >= 5
    assert len(conversations) == 2
    assert sum("'buyer'" in row for row in messages) == 3


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_order_any_repeat_and_any_delay_leave_the_same_state(door: Door, data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(door.bodies), max_size=6))
    bodies = data.draw(st.permutations([*door.bodies, *repeats]))
    pauses = data.draw(st.lists(st.booleans(), min_size=len(bodies), max_size=len(bodies)))
    assert play(door, bodies, pauses=pauses) == play(door, door.bodies), [json.loads(body) for body in bodies]


def test_a_forged_or_altered_push_leaves_nothing(door: Door) -> None:
    with undone():
        for body in door.bodies:
            assert door.push(body, signature="0" * 64) == 403
            assert door.push(body, signature="") == 403
        assert ReceivedEvent.objects.count() == 0
