"""What the platform pushes: to whom, signed how, how often, and what goes wrong on the way."""

import json
from typing import Any

import pytest
from tests.kit.tiktok_calls import Caller
from tests.kit.tiktok_sim import APP_KEY, APP_SECRET, TiktokSim, TiktokSink, TiktokStore

from simulators.tiktokshop.signing import push_signature

HOOKS = "/event/202309/webhooks"


@pytest.fixture
def pushed(tiktok_sim: TiktokSim, tiktok_sink: TiktokSink) -> TiktokSink:
    """The app-wide callback."""
    tiktok_sim.set_callback(tiktok_sink.url)
    return tiktok_sink


def settled(sim: TiktokSim) -> bool:
    return not sim.summary()["pushes_pending"]


def test_a_message_of_either_side_is_pushed_and_signed_over_the_raw_body(
    tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller, pushed: TiktokSink
) -> None:
    [order_id] = tiktok_sim.add_orders(shop, 1)
    thread = api.open(order_id)
    sent = api.send(thread, "Xin chào")["data"]["message_id"]
    said = tiktok_sim.buyer_says(thread, "Alo shop")["message_id"]
    tiktok_sim.until(lambda: len(pushed.of_type(14)) == 2)
    bodies = {body["data"]["message_id"]: body for body in pushed.of_type(14)}
    assert set(bodies) == {sent, said}
    assert bodies[sent]["data"]["sender"]["role"] == "CUSTOMER_SERVICE"
    buyer = bodies[said]
    assert buyer["shop_id"] == shop.seller_id
    assert set(buyer["data"]["sender"]) == {"im_user_id", "role"}  # neither account id nor name
    assert json.loads(buyer["data"]["content"]) == {"content": "Alo shop"}
    for headers, body in pushed.received:
        assert headers["Authorization"] == push_signature(APP_KEY, APP_SECRET, body)


def test_joining_and_leaving_is_type_13(
    tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller, pushed: TiktokSink
) -> None:
    [order_id] = tiktok_sim.add_orders(shop, 1)
    thread = api.open(order_id)
    assert settled(tiktok_sim)
    api.send(thread, "Xin chào")
    tiktok_sim.until(lambda: len(pushed.of_type(13)) == 1)
    tiktok_sim.advance(6 * 3600 + 1)
    tiktok_sim.until(lambda: len(pushed.of_type(13)) == 2)
    assert {body["data"]["conversation_id"] for body in pushed.of_type(13)} == {thread}


def test_orders_cancellations_and_returns(tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink) -> None:
    rows = [{"order_id": "1", "status": "AWAITING_SHIPMENT"}, {"order_id": "2", "status": "DELIVERED"}]
    tiktok_sim.add_orders(shop, rows)
    wish = tiktok_sim.buyer_cancels(shop, "1")
    back = tiktok_sim.buyer_returns(shop, "2")
    tiktok_sim.set_status(shop, "1", "CANCELLED", reason="package_lost")
    tiktok_sim.until(lambda: bool(pushed.of_type(1) and pushed.of_type(11) and pushed.of_type(12)))
    [status] = pushed.of_type(1)
    assert (status["data"]["order_id"], status["data"]["order_status"]) == ("1", "CANCEL")
    [cancel] = pushed.of_type(11)
    assert (cancel["data"]["cancel_id"], cancel["data"]["cancellations_role"]) == (wish["case_id"], "BUYER")
    assert pushed.of_type(12)[0]["data"]["return_id"] == back["case_id"]


def test_uncertain_spellings_are_switches(tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink) -> None:
    tiktok_sim.switches(push_cancel_word="CANCELLED", push_notification_id=False)
    tiktok_sim.add_orders(shop, [{"order_id": "1"}])
    tiktok_sim.set_status(shop, "1", "CANCELLED")
    tiktok_sim.until(lambda: len(pushed.of_type(1)) == 1)
    [body] = pushed.of_type(1)
    assert "tts_notification_id" not in body
    assert body["data"]["order_status"] == "CANCELLED"


class TestSubscription:
    def test_a_shop_subscribes_by_name_and_gets_that_type_at_its_address(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller, tiktok_sink: TiktokSink
    ) -> None:
        body = {"event_type": "ORDER_STATUS_CHANGE", "address": tiktok_sink.url}
        assert api.call("PUT", HOOKS, body=body)["data"] == {}
        [row] = api.get(HOOKS)["data"]["webhooks"]
        assert (row["event_type"], row["address"]) == ("ORDER_STATUS_CHANGE", tiktok_sink.url)
        tiktok_sim.add_orders(shop, [{"order_id": "1"}])
        tiktok_sim.set_status(shop, "1", "DELIVERED")
        tiktok_sim.buyer_writes_about(shop, "1", "Alo")
        tiktok_sim.until(lambda: len(tiktok_sink.of_type(1)) == 1)
        assert tiktok_sink.of_type(14) == []
        for _ in range(2):  # succeeds even if there is none
            assert api.call("DELETE", HOOKS, body={"event_type": "ORDER_STATUS_CHANGE"})["code"] == 0
        assert api.get(HOOKS)["data"] == {"webhooks": [], "total_count": 0}

    @pytest.mark.parametrize(
        "address",
        ["http://cs.example/hook", "https://192.0.2.7/hook", "https://cs.example:8443/hook", "https://localhost/hook",
         "https://cs.example/" + "x" * 250],
    )  # fmt: skip
    def test_addresses_the_platform_would_not_take(self, address: str, tiktok_sim: TiktokSim, api: Caller) -> None:
        tiktok_sim.switches(push_strict_address=True)
        body = {"event_type": "NEW_MESSAGE", "address": address}
        assert api.call("PUT", HOOKS, body=body)["code"] == 36009004
        good = {"event_type": "NEW_MESSAGE", "address": "https://cs.example/hook"}
        assert api.call("PUT", HOOKS, body=good)["code"] == 0

    def test_an_unknown_event(self, api: Caller) -> None:
        assert (
            api.call("PUT", HOOKS, body={"event_type": "TRACKING", "address": "https://a.example"})["code"] == 36009004
        )

    def test_nothing_is_pushed_once_the_seller_took_the_consent_back_but_that(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1"}])
        tiktok_sim.expire_token(shop, deauthorize=True)
        tiktok_sim.until(lambda: len(pushed.of_type(6)) == 1)
        tiktok_sim.set_status(shop, "1", "DELIVERED")
        assert settled(tiktok_sim)
        assert pushed.of_type(1) == []


def test_the_end_of_a_consent_is_announced_a_month_ahead(
    tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink
) -> None:
    tiktok_sim.advance(334 * 86_400)
    assert pushed.of_type(7) == []
    tiktok_sim.advance(2 * 86_400)
    tiktok_sim.until(lambda: bool(pushed.of_type(7)))
    body = pushed.of_type(7)[0]
    assert (body["shop_id"], body["data"]["expiration_time"].isdecimal()) == (shop.seller_id, True)
    before = len(pushed.of_type(7))
    tiktok_sim.advance(86_400)
    tiktok_sim.until(lambda: len(pushed.of_type(7)) == before + 1)


class TestDelivery:
    def lone_push(self, sim: TiktokSim, shop: TiktokStore) -> None:
        sim.add_orders(shop, [{"order_id": "1"}])
        sim.set_status(shop, "1", "DELIVERED")

    def test_four_repeats_and_then_it_is_lost(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink
    ) -> None:
        pushed.status = 500
        self.lone_push(tiktok_sim, shop)
        for _ in range(4):
            tiktok_sim.until(lambda: tiktok_sim.summary()["pushes_busy"] == 0)
            tiktok_sim.advance(60)
        tiktok_sim.until(lambda: tiktok_sim.summary()["pushes"].get("given_up") == 1)
        assert len(pushed.of_type(1)) == 5

    def test_the_repeats_come_after_two_minutes_and_half_an_hour(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink
    ) -> None:
        pushed.status = 500
        tiktok_sim.switches(push_retry_scale=1.0)
        self.lone_push(tiktok_sim, shop)
        for early, late in ((100, 30), (1_700, 120)):
            tiktok_sim.until(lambda: tiktok_sim.summary()["pushes_busy"] == 0 and bool(pushed.received))
            before = len(pushed.received)
            tiktok_sim.advance(early)
            assert len(pushed.received) == before
            tiktok_sim.advance(late)
            tiktok_sim.until(lambda before=before: len(pushed.received) == before + 1)

    def test_words_in_the_answer_count_as_a_failure(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink
    ) -> None:
        pushed.words = "ok"
        self.lone_push(tiktok_sim, shop)
        tiktok_sim.until(lambda: tiktok_sim.summary()["pushes"].get("failed", 0) >= 1)
        pushed.words = ""
        tiktok_sim.advance(60)
        tiktok_sim.until(lambda: tiktok_sim.summary()["pushes"].get("acked") == 1)

    def test_an_answer_that_comes_too_late_is_none(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink
    ) -> None:
        tiktok_sim.switches(push_ack_s=0.05)
        pushed.delay_s = 0.3
        self.lone_push(tiktok_sim, shop)
        tiktok_sim.until(lambda: tiktok_sim.summary()["pushes"].get("failed", 0) >= 1)

    @pytest.mark.parametrize(
        ("fault", "arrivals"),
        [("duplicate_webhook", 2), ("lost_webhook", 0), ("late_webhook", 1)],
    )
    def test_faults_on_the_way(
        self, fault: str, arrivals: int, tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink
    ) -> None:
        tiktok_sim.set_faults({"kind": fault, "push_type": "1", "seconds": 60, "platform": "tiktok-shop"})
        self.lone_push(tiktok_sim, shop)
        if fault == "late_webhook":
            assert pushed.of_type(1) == []
            tiktok_sim.advance(61)
        tiktok_sim.until(lambda: settled(tiktok_sim) and len(pushed.of_type(1)) == arrivals)

    def test_one_is_overtaken_by_the_next(self, tiktok_sim: TiktokSim, shop: TiktokStore, pushed: TiktokSink) -> None:
        tiktok_sim.set_faults({"kind": "shuffled_webhook", "push_type": "1", "times": 1})
        tiktok_sim.add_orders(shop, [{"order_id": "1"}, {"order_id": "2"}])
        tiktok_sim.set_status(shop, "1", "DELIVERED")
        assert pushed.of_type(1) == []
        tiktok_sim.set_status(shop, "2", "DELIVERED")
        tiktok_sim.until(lambda: len(pushed.of_type(1)) == 2)


def test_buyers_answer_in_their_language_and_every_answer_is_pushed(
    tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller, pushed: TiktokSink
) -> None:
    tiktok_sim.switches(
        buyers_answer=True, buyer_delay_s=[1.0, 2.0], share_silent=0.0, share_angry=1.0, share_agree=0.0
    )
    [order_id] = tiktok_sim.add_orders(shop, 1)
    thread = api.open(order_id)
    api.send(thread, "Xin chào")
    tiktok_sim.advance(3)
    tiktok_sim.until(lambda: len(tiktok_sim.messages(from_="buyer")) == 1)
    [answer] = tiktok_sim.messages(from_="buyer")
    tiktok_sim.until(lambda: len(pushed.of_type(14)) == 2)
    words: dict[str, Any] = json.loads(answer["content"])
    assert words["content"]
    assert tiktok_sim.summary()["sellers"][shop.seller_id]["answers"] == 1
