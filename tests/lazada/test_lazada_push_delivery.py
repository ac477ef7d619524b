"""Pushes as the simulator really delivers them over HTTP."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from tests.kit.lazada_calls import call, signed
from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSim, PushSink, SimStore

from seawall.connectors import registry
from seawall.connectors.contracts import EventKind, PushEvent, PushKeys, Speaker
from seawall.connectors.lazada.api import LazadaConnector, message_of, session_of
from seawall.kernel.markets import Platform

KEYS = PushKeys(app_key=APP_KEY, app_secret=APP_SECRET)


class TestFromTheSimulator:
    """What really arrives over HTTP."""

    async def chat(self, lazada: LazadaConnector, sim: LazadaSim, shop: SimStore) -> str:
        sim.add_orders(shop, [{"order_id": "88", "buyer_id": "200000777"}])
        return (await lazada.open_session("88")).session_id

    def events(self, sim: LazadaSim, sink: PushSink, count: int) -> list[PushEvent]:
        sim.until(lambda: len(sink.received) >= count)
        return [verified(headers, raw) for headers, raw in list(sink.received)]

    @pytest.mark.parametrize("shape", ["object", "text", "inner_message", "inner_message_text", "doubled_brace"])
    async def test_own_message_answer_and_reading(
        self, shape: str, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, push_sink: PushSink
    ) -> None:
        lazada_sim.switches(push_data_shape=shape)
        lazada_sim.set_callback(push_sink.url)
        session_id = await self.chat(lazada, lazada_sim, shop)
        sent = await lazada.send_text(session_id, "สวัสดีค่ะ")
        lazada_sim.advance(1)  # no two things in one millisecond
        lazada_sim.buyer_says(session_id, "แล้วเงินจะคืนเมื่อไหร่คะ")
        lazada_sim.advance(1)
        lazada_sim.buyer_reads(session_id)

        events = self.events(lazada_sim, push_sink, 4)
        messages = [message_of(event) for event in events if event.kind is EventKind.MESSAGE]
        assert {(m.speaker, m.text, m.buyer_id) for m in messages} == {
            (Speaker.SELLER, "สวัสดีค่ะ", "200000777"),
            (Speaker.BUYER, "แล้วเงินจะคืนเมื่อไหร่คะ", "200000777"),
        }
        assert sent.message_id in {m.message_id for m in messages}
        states = [session_of(event) for event in events if event.kind is EventKind.SESSION]
        assert {state.unread for state in states} == {1}
        assert {event.seller_id for event in events} == {shop.seller_id}

    @pytest.mark.parametrize(
        "switch",
        [
            {"push_seller_id": "number"},
            {"push_seller_id": "missing"},
            {"push_im_bare": True},
            {"push_site_style": "LAZADA_TH"},
            {"push_site_style": "lazada-th"},
            {"push_in_ms": True},
        ],
    )
    async def test_odd_envelopes(
        self, switch: dict[str, object], lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore,
        push_sink: PushSink,
    ) -> None:  # fmt: skip
        lazada_sim.switches(**switch)
        lazada_sim.set_callback(push_sink.url)
        await lazada.send_text(await self.chat(lazada, lazada_sim, shop), "hello")
        [event] = self.events(lazada_sim, push_sink, 1)
        assert message_of(event).text == "hello"
        assert event.seller_id == ("" if switch == {"push_seller_id": "missing"} else shop.seller_id)
        if "push_im_bare" not in switch:
            assert event.sent_at is not None
            assert abs(event.sent_at.timestamp() - time.time()) < 60

    async def test_a_duplicate_has_the_same_name_and_a_recall_another(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, push_sink: PushSink
    ) -> None:
        lazada_sim.set_callback(push_sink.url)
        lazada_sim.set_faults({"kind": "duplicate_webhook", "push_type": "2", "nth": [1]})
        session_id = await self.chat(lazada, lazada_sim, shop)
        sent = await lazada.send_text(session_id, "hello")
        events = self.events(lazada_sim, push_sink, 2)
        assert events[0].external_id == events[1].external_id

        answer = recall(lazada_sim, shop, session_id, sent.message_id)
        assert answer["success"] is True
        events = self.events(lazada_sim, push_sink, 4)
        assert len({event.external_id for event in events}) == 3
        messages = [message_of(event) for event in events]
        assert [m.message_id for m in messages if m.is_recalled] == [sent.message_id]
        assert [m.kind for m in messages if m.speaker is Speaker.SYSTEM] == ["2"]

    async def test_a_failing_callback_gets_it_again(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, push_sink: PushSink
    ) -> None:
        lazada_sim.set_callback(push_sink.url)
        push_sink.status = 500
        session_id = await self.chat(lazada, lazada_sim, shop)
        await lazada.send_text(session_id, "hello")
        lazada_sim.until(lambda: len(push_sink.received) >= 2)
        push_sink.status = 200
        lazada_sim.until(lambda: lazada_sim.summary()["pushes"].get("acked") == 1)
        assert len({verified(headers, raw).external_id for headers, raw in push_sink.received}) == 1
        assert lazada_sim.summary()["pushes_pending"] == 0

    async def test_a_slow_callback_counts_as_failed(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, push_sink: PushSink
    ) -> None:
        lazada_sim.switches(push_ack_s=0.2, push_max_tries=2)
        lazada_sim.set_callback(push_sink.url)
        push_sink.delay_s = 0.6
        await lazada.send_text(await self.chat(lazada, lazada_sim, shop), "hello")
        lazada_sim.until(lambda: lazada_sim.summary()["pushes"].get("given_up") == 1)
        assert len(push_sink.received) == 2

    async def test_late_lost_and_overtaken(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, push_sink: PushSink
    ) -> None:
        lazada_sim.set_callback(push_sink.url)
        lazada_sim.set_faults(
            {"kind": "lost_webhook", "nth": [1]},
            {"kind": "shuffled_webhook", "nth": [2]},
            {"kind": "late_webhook", "nth": [4], "seconds": 3600},
        )
        session_id = await self.chat(lazada, lazada_sim, shop)
        for text in ("lost", "overtaken", "first", "late"):
            await lazada.send_text(session_id, text)
        assert {message_of(e).text for e in self.events(lazada_sim, push_sink, 2)} == {"first", "overtaken"}
        lazada_sim.advance(3601)
        assert "late" in {message_of(e).text for e in self.events(lazada_sim, push_sink, 3)}

    async def test_orders_and_parcels_that_move(
        self, lazada_sim: LazadaSim, shop: SimStore, push_sink: PushSink
    ) -> None:
        lazada_sim.set_callback(push_sink.url)
        lazada_sim.add_orders(shop, [{"order_id": "88", "items": [{}, {}]}])
        lazada_sim.set_status(shop, "88", "delivered")
        events = self.events(lazada_sim, push_sink, 4)  # two lines, each with its package
        assert sorted(event.kind for event in events) == ["order", "order", "parcel", "parcel"]
        order = next(event for event in events if event.kind is EventKind.ORDER)
        assert (order.data["trade_order_id"], order.data["order_status"]) == ("88", "delivered")
        parcel = next(event for event in events if event.kind is EventKind.PARCEL)
        assert parcel.data["status"] == "DELIVERED"

    async def test_nothing_is_pushed_for_a_seller_who_withdrew(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, push_sink: PushSink
    ) -> None:
        lazada_sim.set_callback(push_sink.url)
        session_id = await self.chat(lazada, lazada_sim, shop)
        lazada_sim.expire_token(shop)
        lazada_sim.buyer_says(session_id, "hello?")
        assert lazada_sim.summary()["pushes_pending"] == 0
        assert push_sink.received == []


def verified(headers: Mapping[str, str], raw: bytes) -> PushEvent:
    return registry.push_reader(Platform.LAZADA).read(raw, headers, keys=KEYS)


def recall(sim: LazadaSim, shop: SimStore, session_id: str, message_id: str) -> Any:

    query = signed(shop, "/im/message/recall", session_id=session_id, message_id=message_id)
    return call(sim, "/im/message/recall", query=query)
