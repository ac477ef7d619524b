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

    def test_the_log_holds_no_token(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        get(shopee_sim, shop, INFO)
        refresh(shopee_sim, shop, shop.refresh_token)
        text = json.dumps(shopee_sim.calls())
        assert shop.access_token not in text
        assert shop.refresh_token not in text
        assert PARTNER_KEY not in text
