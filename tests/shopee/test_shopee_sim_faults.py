"""Limits and faults of the simulated Shopee: what is refused in time, and answers that say nothing of the effect."""

import json
from typing import Any

import pytest
from tests.kit.shopee_calls import ask, get, post, say, signed
from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, ShopeeSim, ShopeeStore

INFO = "/shop/get_shop_info"


def refresh(sim: ShopeeSim, shop: ShopeeStore, token: str) -> Any:
    return post(
        sim,
        None,
        "/auth/access_token/get",
        refresh_token=token,
        partner_id=int(PARTNER_ID),
        shop_id=int(shop.seller_id),
    )


class TestLimitsAndFaults:
    def test_too_fast_and_the_quota_of_the_day(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.switches(qps=2, rate_limit_status=429)
        found = [ask(shopee_sim, INFO, query=signed(INFO, shop)) for _ in range(3)]
        assert (found[2][0], found[2][1]["error"]) == (429, "error_rate_limit")
        shopee_sim.switches(qps=0, daily_quota=1)
        codes = [get(shopee_sim, shop, INFO)["error"] for _ in range(2)]
        assert codes == ["", "error_limit"]
        shopee_sim.advance(86_400)
        shop = shopee_sim.add_store("MY", seller_id="600123")
        assert get(shopee_sim, shop, INFO)["error"] == ""

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            ({"kind": "api_call_limit"}, "error_rate_limit"),
            ({"kind": "quota"}, "error_limit"),
            ({"kind": "error"}, "system_busy"),
            ({"kind": "error", "code": "source_ip_undeclared"}, "source_ip_undeclared"),
            ({"kind": "token_expired"}, "invalid_acceess_token"),
            ({"kind": "forbidden_session"}, "user_is_forbidden"),
        ],
    )
    def test_refusals_on_purpose_come_before_the_effect(
        self, fault: dict[str, Any], code: str, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        [order_sn] = shopee_sim.add_orders(shop, 1)
        buyer = shopee_sim.orders(shop)[order_sn]["buyer_id"]
        shopee_sim.set_faults({**fault, "path": "/api/v2/sellerchat/*", "order_id": order_sn, "times": 1})
        assert say(shopee_sim, shop, buyer, "hello", order_sn=order_sn)["error"] == code
        assert shopee_sim.messages() == []

    @pytest.mark.parametrize(
        ("fault", "happened"),
        [
            ({"kind": "reset_before"}, False), ({"kind": "reset_after"}, True), ({"kind": "http_5xx"}, False),
            ({"kind": "http_5xx_after"}, True), ({"kind": "malformed_json"}, True), ({"kind": "empty_body"}, True),
            ({"kind": "http_429", "retry_after": 3}, False),
        ],
    )  # fmt: skip
    def test_a_broken_answer_says_nothing_about_the_effect(
        self, fault: dict[str, Any], happened: bool, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        [order_sn] = shopee_sim.add_orders(shop, 1)
        buyer = shopee_sim.orders(shop)[order_sn]["buyer_id"]
        shopee_sim.set_faults({**fault, "path": "*/send_message"})
        with pytest.raises((OSError, ValueError)):
            say(shopee_sim, shop, buyer, "hello", order_sn=order_sn)
        assert len(shopee_sim.messages()) == int(happened)

    def test_codes_with_their_module_and_blank_marks(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.switches(prefixed_codes=True, success_marks="-")
        assert post(shopee_sim, shop, "/order/cancel_order")["error"] == "common.error_param"
        listed = get(shopee_sim, shop, "/returns/get_return_list", page_no=0, page_size=40)
        assert (listed["error"], listed["response"]["return"]) == ("-", [])

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            (
                "/order/cancel_order",
                {"order_sn": "E1", "cancel_reason": "OUT_OF_STOCK", "item_list": [{"item_id": []}]},
            ),
            ("/order/cancel_order", {"order_sn": {"a": 1}}),
            ("/order/search_package_list", {"pagination": {"page_size": "many"}}),
            ("/order/search_package_list", {"pagination": {"page_size": 10, "cursor": "9" * 5000}}),
            ("/logistics/get_mass_tracking_number", {"package_list": 7}),
            ("/order/set_note", {"order_sn": "E1", "note": "half an emoji \ud83d"}),
            ("/sellerchat/read_conversation", {"conversation_id": [1]}),
            ("/sellerchat/send_message", {"to_id": True, "content": {}}),
            ("/sellerchat/send_message", {"to_id": 7, "content": {"text": "\udc00"}, "message_type": "text"}),
            ("/sellerchat/send_message", {"to_id": 7, "content": {"text": 5}, "source_content": "E1"}),
            ("/returns/upload_proof", {"return_sn": [1]}),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_never_breaks_it(
        self, path: str, body: dict[str, Any], shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "E1", "buyer_id": "7", "status": "READY_TO_SHIP"}])
        status, answer = ask(shopee_sim, path, query=signed(path, shop), body=json.dumps(body).encode())
        assert (status, answer["error"] != "") == (200, True)
        assert shopee_sim.orders(shop)["E1"]["statuses"] == ["READY_TO_SHIP"]

    @pytest.mark.parametrize("body", [b"", b"[1]", b"nonsense", b"\xff", b'{"a":' * 3000])
    def test_bodies_that_are_no_json_object(self, body: bytes, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        path = "/order/cancel_order"
        assert ask(shopee_sim, path, query=signed(path, shop), body=body)[1]["error"] == "error_param"

    @pytest.mark.parametrize("change", [{"partner_id": "9" * 5000}, {"timestamp": "9" * 5000}, {"sign": "\u00e9"}])
    def test_common_parameters_that_make_no_sense(
        self, change: dict[str, str], shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        status, answer = ask(shopee_sim, INFO, query={**signed(INFO, shop), **change})
        assert (status, answer["error"] in {"error_param", "error_sign"}) == (403, True)

    @pytest.mark.parametrize(
        ("path", "asked"),
        [
            ("/sellerchat/get_message", {"offset": "9" * 5000}), ("/sellerchat/get_message", {"message_id_list": "["}),
            ("/sellerchat/get_conversation_list", {"direction": "older", "type": "all", "page_size": "-1"}),
        ],
    )  # fmt: skip
    def test_queries_that_make_no_sense(
        self, path: str, asked: dict[str, str], shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        [order_sn] = shopee_sim.add_orders(shop, 1)
        conversation = shopee_sim.buyer_of_order_says(shop, order_sn, "hi")["session_id"]
        assert get(shopee_sim, shop, path, conversation_id=conversation, **asked)["error"] == "param_error"

    def test_the_log_holds_no_token(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        get(shopee_sim, shop, INFO)
        refresh(shopee_sim, shop, shop.refresh_token)
        text = json.dumps(shopee_sim.calls())
        assert shop.access_token not in text
        assert shop.refresh_token not in text
        assert PARTNER_KEY not in text
