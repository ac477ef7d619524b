"""Cancellations and returns: who may what and when, for which reason, and what silence means."""

from typing import Any

import pytest
from tests.kit.tiktok_calls import Caller
from tests.kit.tiktok_sim import TiktokSim, TiktokStore

CANCEL = "/return_refund/202602/cancellations"
FIND = "/return_refund/202602/cancellations/search"
RETURNS = "/return_refund/202309/returns"
PACKED = "seller_reject_apply_product_has_been_packed"
OUT = "seller_cancel_reason_out_of_stock"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x40\x00\x00\x00\x20" + b"\x00" * 16


def with_order(sim: TiktokSim, shop: TiktokStore, status: str, **more: object) -> str:
    return sim.add_orders(shop, [{"order_id": "576900000000000001", "status": status, **more}])[0]


class TestSellerCancels:
    @pytest.mark.parametrize(
        ("status", "code"),
        [
            ("UNPAID", 25001021),
            ("ON_HOLD", 0),
            ("AWAITING_SHIPMENT", 0),
            ("AWAITING_COLLECTION", 25001045),
            ("IN_TRANSIT", 25001045),
            ("DELIVERED", 25001045),
            ("COMPLETED", 25001051),
            ("CANCELLED", 25001011),
        ],
    )
    def test_by_status(self, status: str, code: int, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        order_id = with_order(tiktok_sim, shop, status)
        rows = api.get(f"/return_refund/202602/orders/{order_id}/aftersale_eligibility", request_types="CANCEL")["data"]
        [line] = rows["sku_eligibility"][0]["line_item_eligibility"]
        assert (line["eligible"], bool(line["available_reason_names"])) == (code == 0, code == 0)
        assert line.get("ineligible_code", 0) == code
        assert api.post(CANCEL, {"order_id": order_id, "cancel_reason": OUT})["code"] == code
        assert tiktok_sim.order(shop, order_id)["status"] == ("CANCELLED" if code == 0 else status)

    def test_where_the_official_pages_disagree_there_are_switches(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        order_id = with_order(tiktok_sim, shop, "AWAITING_COLLECTION")
        tiktok_sim.switches(seller_cancels_awaiting_collection=True, seller_cancels_unpaid=True)
        assert api.post(CANCEL, {"order_id": order_id, "cancel_reason": OUT})["code"] == 0
        tiktok_sim.add_orders(shop, [{"order_id": "2", "status": "UNPAID"}])
        reason = "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed"
        assert api.post(CANCEL, {"order_id": "2", "cancel_reason": OUT})["code"] == 25001021
        assert api.post(CANCEL, {"order_id": "2", "cancel_reason": reason})["code"] == 0

    @pytest.mark.parametrize(
        ("reason", "code"),
        [
            ("seller_cancel_reason_logistics_issue", 25001014),
            ("ecom_order_to_ship_canceled_reason_not_shipped_on_time", 25001015),
            ("seller_cancel_paid_reason_address_not_deliver", 25001020),
            ("seller_cancel_unpaid_reason_out_of_stock", 25001021),
            ("seller_cancel_paid_reason_buyer_requested_cancellation", 25001021),
        ],
    )
    def test_reasons_that_are_refused_in_vietnam(
        self, reason: str, code: int, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        order_id = with_order(tiktok_sim, shop, "AWAITING_SHIPMENT")
        assert api.post(CANCEL, {"order_id": order_id, "cancel_reason": reason})["code"] == code

    def test_withdrawn_reasons_may_still_be_taken(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        order_id = with_order(tiktok_sim, shop, "AWAITING_SHIPMENT")
        tiktok_sim.switches(withdrawn_reasons_refused=False)
        body = {"order_id": order_id, "cancel_reason": "seller_cancel_paid_reason_address_not_deliver"}
        assert api.post(CANCEL, body)["code"] == 0

    def test_the_philippines_know_one_reason_more(self, tiktok_sim: TiktokSim) -> None:
        api = Caller(tiktok_sim, tiktok_sim.add_store("ph"))
        order_id = with_order(tiktok_sim, api.store, "AWAITING_SHIPMENT")
        reason = "seller_cancel_paid_reason_buyer_requested_cancellation"
        assert api.post(CANCEL, {"order_id": order_id, "cancel_reason": reason})["code"] == 0

    def test_single_lines_cannot_be_cancelled_here(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        items = [{"order_item_id": "11"}, {"order_item_id": "12"}]
        order_id = with_order(tiktok_sim, shop, "AWAITING_SHIPMENT", items=items)
        body = {"order_id": order_id, "cancel_reason": OUT}
        assert api.post(CANCEL, {**body, "order_line_item_ids": ["11"]})["code"] == 25005010
        assert api.post(CANCEL, {**body, "order_line_item_ids": ["11", "12", "13"]})["code"] == 25005011
        rows = [{"order_line_item_id": "11"}, {"order_line_item_id": "12"}]
        assert api.post(CANCEL, {**body, "order_line_list": rows})["code"] == 0

    def test_twice_is_told_and_the_search_proves_the_first(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        order_id = with_order(tiktok_sim, shop, "AWAITING_SHIPMENT")
        body = {"order_id": order_id, "cancel_reason": OUT}
        done = api.post(CANCEL, body)["data"]
        assert api.post(CANCEL, body)["code"] == 25001011
        [row] = api.post(FIND, {"order_ids": [order_id]})["data"]["cancellations"]
        assert (row["cancel_id"], row["cancel_type"], row["role"]) == (done["cancel_id"], "CANCEL", "SELLER")
        tiktok_sim.advance(61)
        tiktok_sim.until(lambda: tiktok_sim.cases(shop)[0]["status"] == "CANCELLATION_REQUEST_COMPLETE")


class TestBuyerAsks:
    @pytest.mark.parametrize(
        ("status", "becomes"),
        [
            ("UNPAID", "CANCELLATION_REQUEST_SUCCESS"),
            ("ON_HOLD", "CANCELLATION_REQUEST_SUCCESS"),
            ("AWAITING_SHIPMENT", "CANCELLATION_REQUEST_PENDING"),
            ("AWAITING_COLLECTION", "CANCELLATION_REQUEST_SUCCESS"),
        ],
    )
    def test_by_status(self, status: str, becomes: str, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        assert tiktok_sim.buyer_cancels(shop, with_order(tiktok_sim, shop, status))["status"] == becomes

    def test_not_once_it_is_on_its_way(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        order_id = with_order(tiktok_sim, shop, "IN_TRANSIT")
        with pytest.raises(AssertionError, match="cannot cancel"):
            tiktok_sim.buyer_cancels(shop, order_id)

    def test_the_seller_has_48_hours_and_silence_means_yes(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        order_id = with_order(tiktok_sim, shop, "AWAITING_SHIPMENT")
        tiktok_sim.buyer_cancels(shop, order_id)
        [row] = api.post(FIND, {"cancel_types": ["BUYER_CANCEL"]})["data"]["cancellations"]
        [step] = row["seller_next_action_response"]
        assert (step["action"], step["deadline"] - row["create_time"]) == ("SELLER_RESPOND_BUYER_CANCEL", 48 * 3600)
        [older] = api.post("/return_refund/202309/cancellations/search", {})["data"]["cancellations"]
        assert older["seller_next_action_response"][0]["action"] == "SELLER_RESPOND_CANCEL"
        tiktok_sim.advance(48 * 3600 + 1)
        tiktok_sim.until(lambda: tiktok_sim.order(shop, order_id)["status"] == "CANCELLED")

    def test_the_seller_refuses_with_a_listed_reason_and_proof(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        order_id = with_order(tiktok_sim, shop, "AWAITING_SHIPMENT")
        case_id = tiktok_sim.buyer_cancels(shop, order_id)["case_id"]
        path = f"/return_refund/202309/cancellations/{case_id}/reject"
        listed = api.get("/return_refund/202309/reject_reasons", return_or_cancel_id=case_id)["data"]["reasons"]
        assert PACKED in {row["name"] for row in listed}
        chat_image = api.upload("/customer_service/202309/images/upload", PNG)["data"]["url"]
        proof = api.upload("/product/202309/images/upload", PNG)["data"]["uri"]
        for image_id, code in ((chat_image, 25001001), (proof, 0)):
            body = {"reject_reason": PACKED, "comment": "packed", "images": [{"image_id": image_id}]}
            assert api.post(path, body, idempotency_key="k1")["code"] == code
        assert tiktok_sim.order(shop, order_id)["status"] == "AWAITING_SHIPMENT"
        assert api.post(path, {"reject_reason": PACKED}, idempotency_key="k1")["code"] == 0  # the same decision
        assert api.post(path, {"reject_reason": PACKED}, idempotency_key="k2")["code"] == 25011011
        [row] = api.post(FIND, {})["data"]["cancellations"]
        assert row["cancel_status"] == "CANCELLATION_REQUEST_CANCELLED"

    def test_the_seller_agrees_once(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        order_id = with_order(tiktok_sim, shop, "AWAITING_SHIPMENT")
        case_id = tiktok_sim.buyer_cancels(shop, order_id)["case_id"]
        path = f"/return_refund/202309/cancellations/{case_id}"
        assert api.post(path + "/approve", idempotency_key="k1")["data"] == {}
        assert api.post(path + "/approve", idempotency_key="k1")["code"] == 0
        assert api.post(path + "/approve")["code"] in {25011012, 25001045}
        assert api.post(path + "/reject", {"reject_reason": PACKED})["code"] == 25020010
        assert tiktok_sim.order(shop, order_id)["cancel_by"] == "BUYER"

    def test_a_wish_taken_back(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        order_id = with_order(tiktok_sim, shop, "AWAITING_SHIPMENT")
        case_id = tiktok_sim.buyer_cancels(shop, order_id)["case_id"]
        assert api.post(CANCEL, {"order_id": order_id, "cancel_reason": OUT})["code"] == 25001011
        tiktok_sim.set_case(case_id, withdraw=True)
        assert api.post(f"/return_refund/202309/cancellations/{case_id}/approve")["code"] == 25011012

    def test_another_shops_case_is_not_there(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        case_id = tiktok_sim.buyer_cancels(shop, with_order(tiktok_sim, shop, "AWAITING_SHIPMENT"))["case_id"]
        rival = Caller(tiktok_sim, tiktok_sim.add_store("vn"))
        assert rival.post(f"/return_refund/202309/cancellations/{case_id}/approve")["code"] == 25007006
        assert rival.get("/return_refund/202309/reject_reasons", return_or_cancel_id=case_id)["code"] == 25007006


class TestReturns:
    def case(self, sim: TiktokSim, shop: TiktokStore, kind: str) -> str:
        order_id = with_order(sim, shop, "DELIVERED")
        return str(sim.buyer_returns(shop, order_id, return_type=kind, note="Nothing arrived")["case_id"])

    def found(self, api: Caller) -> dict[str, Any]:
        [row] = api.post(f"{RETURNS}/search", {}, page_size=10)["data"]["return_orders"]
        return dict(row)

    def test_a_refund_is_refused_with_proof(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        case_id = self.case(tiktok_sim, shop, "REFUND")
        assert self.found(api)["seller_next_action_response"][0]["action"] == "SELLER_RESPOND_REFUND"
        [record] = api.get(f"{RETURNS}/{case_id}/records")["data"]["records"]
        assert (record["role"], record["note"]) == ("BUYER", "Nothing arrived")
        reason = api.get("/return_refund/202309/reject_reasons", return_or_cancel_id=case_id)["data"]["reasons"][0][
            "name"
        ]
        body = {"decision": "REJECT_REFUND", "reject_reason": reason, "comment": "Delivered on Monday"}
        assert api.post(f"{RETURNS}/{case_id}/reject", {**body, "decision": "REJECT_RETURN"})["code"] == 25011011
        assert api.post(f"{RETURNS}/{case_id}/reject", body)["code"] == 0
        assert self.found(api)["return_status"] == "REFUND_OR_RETURN_REQUEST_REJECT"

    def test_silence_refunds_after_48_hours(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        self.case(tiktok_sim, shop, "REFUND")
        tiktok_sim.advance(48 * 3600 + 1)
        tiktok_sim.until(lambda: tiktok_sim.cases(shop)[0]["status"].startswith("RETURN_OR_REFUND_REQUEST_SUCCESS"))
        tiktok_sim.advance(61)
        tiktok_sim.until(lambda: tiktok_sim.order(shop, "576900000000000001")["status"] == "COMPLETED")

    def test_goods_come_back_first(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        case_id = self.case(tiktok_sim, shop, "RETURN_AND_REFUND")
        path = f"{RETURNS}/{case_id}/approve"
        assert api.post(path, {"decision": "APPROVE_RETURN"})["code"] == 0
        assert self.found(api)["return_status"] == "AWAITING_BUYER_SHIP"
        tiktok_sim.set_case(case_id, "BUYER_SHIPPED_ITEM", waits=True)
        assert self.found(api)["seller_next_action_response"][0]["action"] == "SELLER_RESPOND_RECEIVE_PACKAGE"
        assert api.post(path, {"decision": "APPROVE_RECEIVED_PACKAGE"})["code"] == 0
        assert self.found(api)["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"

    def test_part_of_the_money(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        case_id = self.case(tiktok_sim, shop, "REFUND")
        path = f"{RETURNS}/{case_id}/approve"
        part = {"amount": "50000", "currency": "VND"}
        assert api.post(path, {"decision": "APPROVE_REFUND", "partial_refund": part})["code"] == 25020004
        assert api.post(path, {"decision": "OFFER_PARTIAL_REFUND"})["code"] == 25020004
        assert api.post(path, {"decision": "OFFER_PARTIAL_REFUND", "partial_refund": part})["code"] == 0
        assert self.found(api)["return_status"] == "AWAITING_BUYER_RESPONSE"

    def test_pages_hold_ten_at_least(self, api: Caller) -> None:
        assert api.post(f"{RETURNS}/search", {}, page_size=9)["code"] == 25001001
        assert api.post(f"{RETURNS}/search", {})["code"] == 0

    def test_a_return_needs_a_delivered_order(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        order_id = with_order(tiktok_sim, shop, "IN_TRANSIT")
        with pytest.raises(AssertionError, match="cannot ask"):
            tiktok_sim.buyer_returns(shop, order_id, return_type="RETURN_AND_REFUND")
        assert tiktok_sim.buyer_returns(shop, order_id)["type"] == "REFUND"
