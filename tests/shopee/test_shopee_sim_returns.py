"""Returns and account health of the simulated Shopee."""

import time
from typing import Any

import pytest
from tests.kit.shopee_calls import get, post, upload
from tests.kit.shopee_sim import ShopeeSim, ShopeeStore

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


class TestReturns:
    @pytest.fixture
    def return_sn(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> str:
        [order_sn] = shopee_sim.add_orders(shop, 1)
        return shopee_sim.open_return(shop, order_sn, reason="NOT_RECEIPT", text_reason="not received")

    def evidence(self, sim: ShopeeSim, shop: ShopeeStore, return_sn: str) -> tuple[dict[str, Any], str]:
        reasons = get(sim, shop, "/returns/get_return_dispute_reason", return_sn=return_sn)["response"]
        url = upload(sim, shop, "/returns/convert_image", "upload_image", PNG, return_sn=return_sn)["response"]["url"]
        return reasons["dispute_reason_list"][0], url

    def test_lists_begin_at_page_zero(self, shopee_sim: ShopeeSim, shop: ShopeeStore, return_sn: str) -> None:
        found = get(shopee_sim, shop, "/returns/get_return_list", page_no=0, page_size=40)
        assert (found["message"], [row["return_sn"] for row in found["response"]["return"]]) == ("success", [return_sn])
        assert get(shopee_sim, shop, "/returns/get_return_list", page_no=1, page_size=40)["response"]["return"] == []
        closed = get(shopee_sim, shop, "/returns/get_return_list", page_no=0, page_size=40, status="CLOSED")
        assert closed["response"]["return"] == []
        now = int(time.time())
        long = {"update_time_from": now - 16 * 86_400, "update_time_to": now}
        assert get(shopee_sim, shop, "/returns/get_return_list", page_no=0, page_size=40, **long)["error"] != ""

    def test_a_return_is_refused_with_evidence_once(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, return_sn: str
    ) -> None:
        reason, url = self.evidence(shopee_sim, shop, return_sn)
        module = reason["evidence_module_list"][0]
        image_list = [{"module_index": 1, "requirement": module["requirement"], "image_url": [url]}]
        body = {
            "return_sn": return_sn, "email": "seller@example.test", "dispute_reason_id": int(reason["dispute_reason"]),
            "image_list": image_list, "dispute_text_reason": "shipped, see the proof",
        }  # fmt: skip
        assert post(shopee_sim, shop, "/returns/dispute", **body)["error"] == ""
        assert post(shopee_sim, shop, "/returns/dispute", **body)["error"] == "error_ongoing_dispute"
        found = get(shopee_sim, shop, "/returns/get_return_detail", return_sn=return_sn)["response"]
        assert (found["status"], found["dispute_reason"]) == ("SELLER_DISPUTE", ["9"])
        proof = {"photo": [{"url": url, "thumbnail": url}], "description": "the label"}
        assert post(shopee_sim, shop, "/returns/upload_proof", return_sn=return_sn, **proof)["error"] == ""
        kept = get(shopee_sim, shop, "/returns/query_proof", return_sn=return_sn)["response"]
        assert (kept["image"][0]["url"], kept["description"]) == (url, "the label")

    @pytest.mark.parametrize(
        "change",
        [
            {"email": "no address"}, {"dispute_reason_id": 3}, {"image_list": []},
            {"image_list": [{"module_index": 1, "requirement": "my own words", "image_url": ["u"]}]},
            {"image_list": [{"module_index": 1, "requirement": "Screenshot of the chat with the buyer",
                             "image_url": ["https://elsewhere.example.test/x.png"]}]},
        ],
    )  # fmt: skip
    def test_disputes_that_are_not_in_form(
        self, change: dict[str, Any], shopee_sim: ShopeeSim, shop: ShopeeStore, return_sn: str
    ) -> None:
        reason, url = self.evidence(shopee_sim, shop, return_sn)
        module = reason["evidence_module_list"][0]
        body = {
            "return_sn": return_sn, "email": "seller@example.test", "dispute_reason_id": 9,
            "image_list": [{"module_index": 1, "requirement": module["requirement"], "image_url": [url]}], **change,
        }  # fmt: skip
        assert post(shopee_sim, shop, "/returns/dispute", **body)["error"] == "dispute.request.param.error"

    def test_more_than_three_pictures_and_no_picture(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, return_sn: str
    ) -> None:
        _, url = self.evidence(shopee_sim, shop, return_sn)
        photo = {"url": url, "thumbnail": url}
        path = "/returns/upload_proof"
        assert post(shopee_sim, shop, path, return_sn=return_sn, photo=[photo] * 4)["error"] == "number.error"
        assert post(shopee_sim, shop, path, return_sn=return_sn)["error"] == "no.proof"
        refused = upload(shopee_sim, shop, "/returns/convert_image", "upload_image", b"GIF89a", return_sn=return_sn)
        assert refused["error"] == "image.upload.fail"
        shopee_sim.advance(3 * 86_400)
        shop = shopee_sim.add_store("MY", seller_id=shop.seller_id)
        assert post(shopee_sim, shop, path, return_sn=return_sn, photo=[photo])["error"] == "proof.overdue"

    def test_what_the_warehouse_validates_and_what_is_over(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, return_sn: str
    ) -> None:
        shopee_sim.post("/_sim/shopee/returns", {"return_id": return_sn, "validation_type": "warehouse_validation"})
        assert post(shopee_sim, shop, "/returns/confirm", return_sn=return_sn)["error"] == "error_validation"
        shopee_sim.post(
            "/_sim/shopee/returns", {"return_id": return_sn, "validation_type": "seller_validation", "status": "CLOSED"}
        )
        assert post(shopee_sim, shop, "/returns/confirm", return_sn=return_sn)["error"] == "error_return_status"
        body = {"return_sn": return_sn, "email": "a@example.test", "dispute_reason_id": 9}
        assert post(shopee_sim, shop, "/returns/dispute", **body)["error"] == "dispute.rr.not.allow"

    def test_a_dispute_is_given_up_only_while_it_runs(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore, return_sn: str
    ) -> None:
        body = {"return_sn": return_sn, "email": "a@example.test"}
        assert post(shopee_sim, shop, "/returns/cancel_dispute", **body)["error"] == "error_return_status"
        state = {"status": "ACCEPTED", "compensation_status": "COMPENSATION_REQUESTED"}
        shopee_sim.post("/_sim/shopee/returns", {"return_id": return_sn, **state})
        assert post(shopee_sim, shop, "/returns/cancel_dispute", **body)["error"] == ""
        found = get(shopee_sim, shop, "/returns/get_return_detail", return_sn=return_sn)["response"]
        assert found["seller_compensation"]["seller_compensation_status"] == "COMPENSATION_CANCELLED"

    def test_a_return_of_another_shop(self, shopee_sim: ShopeeSim, shop: ShopeeStore, return_sn: str) -> None:
        other = shopee_sim.add_store("TH", seller_id="600999")
        assert get(shopee_sim, other, "/returns/get_return_detail", return_sn=return_sn)["error"] == "returnsn.illegal"


class TestHealth:
    def test_figures_and_what_is_not_known(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.set_health(shop, metrics={"3": 12.5, "11": None}, rating=1)
        found = get(shopee_sim, shop, "/account_health/get_shop_performance")["response"]
        by_id = {row["metric_id"]: row for row in found["metric_list"]}
        assert (by_id[3]["current_period"], by_id[11]["current_period"]) == (12.5, None)
        assert by_id[3]["target"] == {"value": 10, "comparator": "<"}
        assert (found["overall_performance"]["rating"], found["overall_performance"]["fulfillment_failed"]) == (1, 1)

    def test_the_orders_behind_a_figure(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        rows = [
            {"order_id": "A", "status": "CANCELLED", "cancel_by": "seller", "cancel_reason": "out of stock"},
            {"order_id": "B", "status": "CANCELLED", "cancel_by": "buyer"},
        ]
        shopee_sim.add_orders(shop, rows)
        shopee_sim.open_return(shop, "B")
        path = "/account_health/get_metric_source_detail"
        found = get(shopee_sim, shop, path, metric_id=42)["response"]["cancellation_order_list"]
        assert found == [{"order_sn": "A", "cancellation_type": 2, "detailed_reason": 10005}]
        [row] = get(shopee_sim, shop, path, metric_id=3)["response"]["nfr_order_list"]
        assert row == {"order_sn": "A", "non_fulfillment_type": 2, "detailed_reason": 10005}
        returned = get(shopee_sim, shop, path, metric_id=43)["response"]["return_refund_order_list"]
        assert [row["order_sn"] for row in returned] == ["B"]
        assert get(shopee_sim, shop, path, metric_id=11)["error"] == "PARAMS_ERROR"  # chat figures have none

    def test_penalty_points_have_ids_beyond_a_double(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.set_health(shop, points=[{"points": 2, "violation_type": 23}, {"points": 1, "violation_type": 3048}])
        found = get(shopee_sim, shop, "/account_health/get_penalty_point_history", violation_type=23)["response"]
        assert (found["total_count"], found["penalty_point_list"][0]["original_point_num"]) == (1, 2)
        assert found["penalty_point_list"][0]["reference_id"] > 2**53
        refused = get(shopee_sim, shop, "/account_health/get_late_orders", page_size=101)
        assert refused["error"] == "PARAMS_ERROR"
        assert get(shopee_sim, shop, "/account_health/get_punishment_history")["error"] == "error_param"
