"""What the simulated Shopee pushes, how it is signed, and what it takes for an answer."""

import hashlib
import hmac
import json

import pytest
from tests.kit.shopee_calls import get, post, say
from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, PUSH_KEY, ShopeeSim, ShopeeSink, ShopeeStore

CONFIG = "/push/set_app_push_config"


@pytest.fixture
def order(shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink) -> str:
    """An order, and a callback that hears of it."""
    [order_sn] = shopee_sim.add_orders(shop, [{"order_id": "260101ABCDE123", "buyer_id": "700200300",
                                               "status": "READY_TO_SHIP"}])  # fmt: skip
    shopee_sim.set_callback(shopee_sink.url)
    return order_sn


def quiet(sim: ShopeeSim) -> bool:
    return sim.summary()["pushes_pending"] == 0


class TestSignature:
    @pytest.mark.parametrize(("used", "key"), [("push", PUSH_KEY), ("partner", PARTNER_KEY)])
    def test_over_url_and_raw_body_with_the_push_key(
        self, used: str, key: str, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.switches(push_key_used=used)
        shopee_sim.buyer_of_order_says(shop, order, "สวัสดี")
        shopee_sim.until(lambda: len(shopee_sink.received) == 1)
        headers, body = shopee_sink.received[0]
        text = shopee_sink.url.encode() + b"|" + body
        assert headers["Authorization"] == hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


class TestBodies:
    def test_a_buyer_writes(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        said = shopee_sim.buyer_of_order_says(shop, order, "where is my parcel?")
        shopee_sim.until(lambda: len(shopee_sink.received) == 1)
        [body] = shopee_sink.bodies(10)
        content = body["data"]["content"]
        assert (body["shop_id"], body["msg_id"], body["data"]["type"]) == (600123, "", "message")
        assert (content["message_id"], content["conversation_id"]) == (said["message_id"], said["session_id"])
        assert (content["from_id"], content["to_shop_id"]) == (700200300, 600123)
        assert content["content"] == {"text": "where is my parcel?"}

    def test_our_own_messages_are_not_pushed_answers_given_elsewhere_leave_a_mark(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        conversation = str(say(shopee_sim, shop, 700200300, "hello", order_sn=order)["response"]["conversation_id"])
        shopee_sim.seller_says(conversation, "I am the owner")
        shopee_sim.until(lambda: len(shopee_sink.received) == 1)
        [body] = shopee_sink.bodies(10)
        assert body["data"]["type"] == "notification"
        assert body["data"]["content"] == {"type": "mark_as_replied", "conversation_id": conversation}
        shopee_sim.switches(push_own_messages=True)
        say(shopee_sim, shop, 700200300, "second")
        shopee_sim.until(lambda: len(shopee_sink.received) == 2)
        assert shopee_sink.bodies(10)[1]["data"]["content"]["from_shop_id"] == 600123

    def test_an_order_on_its_way(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.set_status(shop, order, "PROCESSED")
        shopee_sim.set_status(shop, order, "CANCELLED", logistics_status="LOGISTICS_LOST", cancel_by="system")
        shopee_sim.until(lambda: len(shopee_sink.received) == 5)
        assert sorted(body["data"]["status"] for body in shopee_sink.bodies(3)) == ["CANCELLED", "PROCESSED"]
        assert shopee_sink.bodies(3)[0]["data"]["ordersn"] == order  # not order_sn, as in answers
        [number] = shopee_sink.bodies(4)
        assert number["data"]["tracking_no"].startswith("SPX")
        states = {body["data"]["fulfillment_status"] for body in shopee_sink.bodies(30)}
        assert states == {"LOGISTICS_REQUEST_CREATED", "LOGISTICS_LOST"}
        assert all(body["msg_id"] for body in shopee_sink.bodies(3))

    def test_returns_penalties_and_the_thin_reading(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        return_sn = shopee_sim.open_return(shop, order)
        shopee_sim.set_health(shop, points=[{"points": 2, "violation_type": 3048}])
        shopee_sim.switches(push_thin=True)
        shopee_sim.post("/_sim/shopee/returns", {"return_id": return_sn, "status": "JUDGING"})
        shopee_sim.until(lambda: len(shopee_sink.received) == 3)
        datas = [body["data"] for body in shopee_sink.bodies(29)]
        assert {"return_sn": return_sn} in datas
        assert "REQUESTED" in {data.get("return_status") for data in datas}
        [penalty] = shopee_sink.bodies(28)
        assert penalty["data"]["points_issued_data"] == {"issued_points": 2, "violation_type": 3048}

    def test_an_authorisation_is_taken_back_and_ends_in_a_year(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.advance((365 - 7) * 86_400 + 1)
        shopee_sim.until(lambda: len(shopee_sink.bodies(12)) == 1)
        [warning] = shopee_sink.bodies(12)
        assert warning["data"]["shop_expire_soon"] == [600123]
        assert (warning["data"]["page_no"], warning["data"]["total_page"]) == (1, 1)
        shopee_sim.switches(push_shop_key="shopid")
        assert shopee_sim.post("/_sim/shopee/unlink", {"app_key": PARTNER_ID, "seller_id": "600123"})["unlinked"]
        shopee_sim.until(lambda: len(shopee_sink.bodies(2)) == 1)
        [gone] = shopee_sink.bodies(2)
        assert (gone["shopid"], gone["data"]["shopid"]) == (600123, 600123)
        shopee_sim.set_status(shop, order, "PROCESSED")
        shopee_sim.until(lambda: quiet(shopee_sim))
        assert shopee_sink.bodies(3) == []

    @pytest.mark.parametrize(("switch", "value"), [("null", None), ("empty", ""), ("missing", "-")])
    def test_the_message_id_cannot_be_relied_on(
        self,
        switch: str,
        value: object,
        shopee_sim: ShopeeSim,
        shop: ShopeeStore,
        order: str,
        shopee_sink: ShopeeSink,
    ) -> None:
        shopee_sim.switches(push_msg_id=switch)
        shopee_sim.set_status(shop, order, "SHIPPED")
        shopee_sim.until(lambda: len(shopee_sink.bodies(3)) == 1)
        assert shopee_sink.bodies(3)[0].get("msg_id", "-") == value

    def test_an_app_without_chat_hears_of_orders_only(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.add_app(app_type="erp", callback_url=shopee_sink.url)
        shopee_sim.buyer_of_order_says(shop, order, "hi")
        shopee_sim.set_status(shop, order, "SHIPPED")
        shopee_sim.until(lambda: len(shopee_sink.bodies(3)) == 1 and quiet(shopee_sim))
        assert shopee_sink.bodies(10) == []


class TestAnswers:
    @pytest.mark.parametrize(
        ("status", "answer", "taken"), [(200, "", True), (204, "", True), (200, "{}", False), (500, "", False)]
    )
    def test_only_2xx_with_an_empty_body_counts(
        self,
        status: int,
        answer: str,
        taken: bool,
        shopee_sim: ShopeeSim,
        shop: ShopeeStore,
        order: str,
        shopee_sink: ShopeeSink,
    ) -> None:
        shopee_sink.status, shopee_sink.answer = status, answer
        shopee_sim.buyer_of_order_says(shop, order, "hi")
        shopee_sim.until(lambda: len(shopee_sink.received) >= 1 and quiet(shopee_sim))
        assert len(shopee_sink.received) == (1 if taken else 4)  # three repeats

    def test_an_answer_that_comes_too_late_is_none(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.switches(push_chat_ack_s=0.05)
        shopee_sink.delay_s = 0.3
        shopee_sim.buyer_of_order_says(shop, order, "hi")
        shopee_sim.until(lambda: shopee_sim.summary()["pushes"].get("failed", 0) >= 1)

    def test_chat_keeps_its_sequence_even_when_one_fails_first(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.switches(push_time_scale=0.05)
        shopee_sink.status = 500
        shopee_sim.buyer_of_order_says(shop, order, "first")
        shopee_sim.until(lambda: len(shopee_sink.received) >= 1)
        shopee_sink.status = 200
        for text in ("second", "third"):
            shopee_sim.buyer_of_order_says(shop, order, text)
        shopee_sim.until(lambda: quiet(shopee_sim))
        texts = [body["data"]["content"]["content"]["text"] for body in shopee_sink.bodies(10)]
        assert [text for text in texts if text != "first"] == ["second", "third"]
        assert texts.index("second") > max(n for n, text in enumerate(texts) if text == "first")

    @pytest.mark.parametrize(("kind", "count"), [("duplicate_webhook", 2), ("lost_webhook", 0)])
    def test_twice_and_never(
        self, kind: str, count: int, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.set_faults({"kind": kind, "push_type": "3"})
        shopee_sim.set_status(shop, order, "SHIPPED")
        shopee_sim.until(lambda: len(shopee_sink.bodies(30)) == 1 and quiet(shopee_sim))
        assert len(shopee_sink.bodies(3)) == count

    def test_late_and_overtaken(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.set_faults({"kind": "late_webhook", "push_type": "3", "seconds": 3600})
        shopee_sim.set_status(shop, order, "SHIPPED")
        shopee_sim.until(lambda: len(shopee_sink.bodies(30)) == 1)
        assert shopee_sink.bodies(3) == []
        shopee_sim.advance(3601)
        shopee_sim.until(lambda: len(shopee_sink.bodies(3)) == 1)

    def test_one_that_is_overtaken_still_arrives(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.set_faults({"kind": "shuffled_webhook", "push_type": "3", "nth": [1]})
        shopee_sim.set_status(shop, order, "SHIPPED")
        shopee_sim.until(lambda: len(shopee_sink.received) == 3 and quiet(shopee_sim))
        assert {body["code"] for body in shopee_sink.bodies()} == {3, 4, 30}


class TestSubscription:
    def test_saving_sends_a_test_push_that_must_be_taken(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sink.answer = "ok"
        assert post(shopee_sim, None, CONFIG, callback_url=shopee_sink.url)["error"] == "error_param"
        shopee_sink.answer = ""
        shopee_sim.switches(ping_key="empty")
        answer = post(shopee_sim, None, CONFIG, callback_url=shopee_sink.url, set_push_config_off=[10, 29])
        assert answer["error"] == ""
        headers, body = shopee_sink.received[-1]
        assert "verify_info" in json.loads(body)["data"]
        text = shopee_sink.url.encode() + b"|" + body
        assert headers["Authorization"] == hmac.new(b"", text, hashlib.sha256).hexdigest()
        config = get(shopee_sim, None, "/push/get_app_push_config")["response"]
        assert (config["callback_url"], config["push_config_off_list"]) == (shopee_sink.url, [10, 29])
        assert 10 not in config["push_config_on_list"]

    def test_blocked_shops_and_codes_are_left_out(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        post(shopee_sim, None, CONFIG, set_push_config_off=[30], blocked_shop_id_list=[1])
        shopee_sim.set_status(shop, order, "SHIPPED")
        shopee_sim.until(lambda: len(shopee_sink.bodies(3)) == 1 and quiet(shopee_sim))
        assert shopee_sink.bodies(30) == []
        post(shopee_sim, None, CONFIG, blocked_shop_id_list=[600123])
        shopee_sim.set_status(shop, order, "COMPLETED")
        shopee_sim.until(lambda: quiet(shopee_sim))
        assert len(shopee_sink.bodies(3)) == 1

    def test_too_many_failures_disable_it_and_what_is_missed_then_is_gone(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sim.switches(push_disable_after=3)
        shopee_sink.status = 500
        shopee_sim.set_status(shop, order, "SHIPPED")
        status = "/push/get_app_push_config"
        shopee_sim.until(lambda: get(shopee_sim, None, status)["response"]["live_push_status"] == "Suspended")
        shopee_sim.until(lambda: quiet(shopee_sim))
        shopee_sink.status, before = 200, len(shopee_sink.received)
        shopee_sim.set_status(shop, order, "COMPLETED")
        assert post(shopee_sim, None, CONFIG)["error"] == ""
        assert get(shopee_sim, None, status)["response"]["live_push_status"] == "Normal"
        shopee_sim.set_status(shop, order, "TO_RETURN")
        shopee_sim.until(lambda: len(shopee_sink.bodies(29)) == 1)
        later = [json.loads(body) for _, body in shopee_sink.received[before:]]
        assert [body["data"]["status"] for body in later if body["code"] == 3] == ["TO_RETURN"]

    def test_lost_pushes_are_fetched_by_the_hundred_and_confirmed_by_a_watermark(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, shopee_sink: ShopeeSink
    ) -> None:
        sns = shopee_sim.add_orders(shop, 120)
        shopee_sim.switches(push_disable_after=0)
        shopee_sim.set_callback(shopee_sink.url)
        shopee_sink.status = 500
        for order_sn in sns:
            shopee_sim.set_status(shop, order_sn, "COMPLETED", logistics_status="LOGISTICS_PICKUP_DONE")
        shopee_sim.until(lambda: shopee_sim.get("/_sim/shopee/pushes")["lost"].get(PARTNER_ID, 0) == 120)
        path, seen = "/push/get_lost_push_message", set[str]()
        page = get(shopee_sim, None, path)["response"]
        assert (len(page["push_message_list"]), page["has_next_page"]) == (100, True)
        assert get(shopee_sim, None, path)["response"] == page  # the same until confirmed
        while page["push_message_list"]:
            for row in page["push_message_list"]:
                seen.add(json.loads(row["data"])["data"]["ordersn"])
            confirm = {"last_message_id": page["last_message_id"]}
            assert post(shopee_sim, None, "/push/confirm_consumed_lost_push_message", **confirm)["error"] == ""
            page = get(shopee_sim, None, path)["response"]
        assert seen == set(sns)

    def test_after_three_days_a_lost_push_is_lost(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, order: str, shopee_sink: ShopeeSink
    ) -> None:
        shopee_sink.status = 500
        shopee_sim.set_status(shop, order, "SHIPPED")
        shopee_sim.until(lambda: shopee_sim.get("/_sim/shopee/pushes")["lost"].get(PARTNER_ID, 0) >= 1)
        shopee_sim.advance(3 * 86_400 + 1)
        assert get(shopee_sim, None, "/push/get_lost_push_message")["response"]["push_message_list"] == []
