"""Answers come by push, by reading, twice and turned around, before and after our own sends are written down: the
inbox, the ledger and what has stopped end the same."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.answers.kit import STOP, Scene, a_scene, handle_all
from tests.contracts.places import Place
from tests.kit.lazada_sim import PushSink
from tests.pushes.kit import undone

from seawall.connectors.contracts import ChatMessage
from seawall.connectors.registry import open_connector
from seawall.inbox.api import ContactStop, Conversation, Message
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order
from seawall.outreach.api import Recipient
from seawall.outreach.arrivals import one_at_a_time
from seawall.outreach.replies.reads import take_read
from seawall.shops.api import credentials_of

pytestmark = pytest.mark.django_db

Act = Callable[[], None]


def read_all(scene: Scene, session_id: str) -> Sequence[ChatMessage]:
    """The conversation as the platform holds it, really read."""
    connection = scene.shop.connections.select_related("shop").get(is_active=True)

    credentials, since = credentials_of(connection), scene.storm.roll_out.planned_at

    async def run() -> Sequence[ChatMessage]:
        async with open_connector(credentials) as connector:
            return await connector.read_back(session_id, since=since)

    return asyncio.run(run())


class Talk:
    """Two messages of ours to one buyer; they answer the first, and after the second want no more. Nothing of it is
    handled yet but that the first was sent."""

    def __init__(self, place: Place, sink: PushSink) -> None:
        self.scene = scene = a_scene(place, sink, orders=4, same_buyer=True)
        Order.objects.filter(shop=scene.shop).update(buyer_handle="lan.demo", phone="0812***34")
        self.session = session = scene.sample()
        scene.run()
        scene.says(session, "ok, thank you")
        second = scene.send(scene.claimed(1))
        scene.wait()
        scene.says(session, STOP[place.platform])
        pushed = scene._pushed()
        self.record = record = read_all(scene, session)
        assert [m.speaker.value for m in record] == ["seller", "buyer", "seller", "buyer"]
        self.acts: dict[str, Act] = {"sent": lambda: scene.write_down(second) and None}
        for number, (event, body) in enumerate(pushed):
            self.acts[f"push {number}"] = self._push(event, body)
        self.acts["read all"] = self._read(record)
        self.acts["read the first two"] = self._read(record[:2])
        self.acts["read the last"] = self._read(record[3:])

    def _push(self, event: Any, body: bytes) -> Act:
        def run() -> None:
            self.scene.arrive(event, body)
            handle_all()

        return run

    def _read(self, messages: Sequence[ChatMessage]) -> Act:
        shop = self.scene.shop

        def run() -> None:
            with transaction.atomic():
                one_at_a_time()
                take_read(messages, team_id=shop.team_id, shop_id=shop.pk, market=shop.market, clock=SYSTEM_CLOCK)

        return run

    def ends(self) -> Any:
        """What is kept in the end."""
        messages = Message.objects.order_by("sent_at", "message_id").values_list(
            "message_id", "speaker", "text", "intent", "intent_source", "recipient__order__platform_order_id"
        )
        conversation = Conversation.objects.exclude(last_message_at=None).values_list(
            "session_id", "last_message_at", "last_buyer_message_at"
        )
        ledger = Recipient.objects.order_by("order__platform_order_id").values_list(
            "order__platform_order_id", "state", "reason_code", "session_id", "platform_message_id"
        )
        stops = ContactStop.objects.values_list("message__message_id", "source")
        return list(messages), list(conversation), list(ledger), list(stops)


@pytest.fixture
def talk(db: None, place: Place, push_sink: PushSink) -> Talk:
    return Talk(place, push_sink)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_interleaving_of_push_reading_and_repeats_gives_the_same_inbox(talk: Talk, data: st.DataObject) -> None:
    with undone():
        for act in talk.acts.values():
            act()
        expected = talk.ends()
    names = list(talk.acts)
    repeats = data.draw(st.lists(st.sampled_from(names), max_size=3))
    order = data.draw(st.permutations([*names, *repeats]))
    with undone():
        for name in order:
            talk.acts[name]()
        assert talk.ends() == expected, order
    messages, _, ledger, stops = expected
    assert [intent for _, speaker, _, intent, *_ in messages if speaker == "buyer"][1] == "opt_out"
    assert sorted(state for _, state, *_ in ledger) == ["answered", "answered", "left_out", "left_out"]
    assert len(stops) == 1


def test_reading_alone_is_as_good_as_all_pushes(talk: Talk) -> None:
    results = []
    for kind in ("push", "read"):
        with undone():
            for name in ["sent", *(name for name in talk.acts if name.startswith(kind))]:
                talk.acts[name]()
            if kind == "push":
                # Where the platform does not push what the shop wrote, that alone is still to be read.
                talk._read([m for m in talk.record if m.speaker.value == "seller"])()
            results.append(talk.ends())
    assert results[0] == results[1]
