"""Orders, cancellations and parcels of the simulated Shopee."""

import time
from typing import Any

import pytest
from tests.kit.shopee_calls import get, post
from tests.kit.shopee_sim import ShopeeSim, ShopeeStore

from simulators.core.clock import iso, wall_ms
from simulators.shopee import couriers
from simulators.shopee.loading import RowError, order_from
from simulators.shopee.switches import Switches

HOUR = 3_600_000


def listed(sim: ShopeeSim, shop: ShopeeStore, **more: object) -> Any:
    now = int(time.time())
    asked: dict[str, object] = {"time_range_field": "create_time", "time_from": now - 7 * 86_400, "time_to": now}
    return get(sim, shop, "/order/get_order_list", **{**asked, "page_size": 100, **more})


def detail(sim: ShopeeSim, shop: ShopeeStore, order_sn: str, *fields: str) -> dict[str, Any]:
    answer = get(
        sim, shop, "/order/get_order_detail", order_sn_list=order_sn, response_optional_fields=",".join(fields)
    )
    found: dict[str, Any] = answer["response"]["order_list"][0]
    return found


class TestLists:
    def test_pages_by_an_opaque_cursor(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        all_sns = shopee_sim.add_orders(shop, 5)
        seen: list[str] = []
        cursor, more = "", True
        while more:
            page = listed(shopee_sim, shop, page_size=2, cursor=cursor)["response"]
            seen += [row["order_sn"] for row in page["order_list"]]
            cursor, more = page["next_cursor"], page["more"]
        assert sorted(seen) == all_sns
        assert cursor == ""
        assert listed(shopee_sim, shop, cursor="garbage")["error"] == "error_param"

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({"time_from": int(time.time()) - 16 * 86_400}, "order.order_list_invalid_time"),
            ({"page_size": 101}, "error_param"),
            ({"page_size": ""}, "error_param"),
            ({"time_range_field": "pay_time"}, "error_param"),
            ({"order_status": "TO_CONFIRM_RECEIVE"}, "error_param"),
            ({"order_status": "SHIPPED"}, ""),
        ],
    )
    def test_what_the_list_accepts(
        self, asked: dict[str, Any], code: str, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        assert listed(shopee_sim, shop, **asked)["error"] == code

    def test_a_status_filter_and_changes_by_update_time(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        first, second = shopee_sim.add_orders(shop, 2)
        shopee_sim.set_status(shop, second, "CANCELLED", cancel_by="system", cancel_reason="parcel lost")
        rows = listed(shopee_sim, shop, order_status="CANCELLED", response_optional_fields="order_status")["response"]
        assert rows["order_list"] == [{"order_sn": second, "order_status": "CANCELLED"}]
        now = int(time.time())
        changed = listed(shopee_sim, shop, time_range_field="update_time", time_from=now - 60, time_to=now + 1)
        assert [row["order_sn"] for row in changed["response"]["order_list"]] == [second]
        assert first != second

    def test_optional_fields_come_only_when_asked_for(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        [order_sn] = shopee_sim.add_orders(shop, 1)
        assert "buyer_user_id" not in detail(shopee_sim, shop, order_sn)
        order = detail(shopee_sim, shop, order_sn, "buyer_user_id", "recipient_address", "item_list", "package_list")
        assert isinstance(order["buyer_user_id"], int)
        assert "*" in order["recipient_address"]["full_address"]
        assert order["package_list"][0]["package_number"].startswith("OFG")

    def test_everything_of_taiwan_is_masked(self, shopee_sim: ShopeeSim) -> None:
        shop = shopee_sim.add_store("TW")
        [order_sn] = shopee_sim.add_orders(shop, 1)
        address = detail(shopee_sim, shop, order_sn, "recipient_address")["recipient_address"]
        assert {value for name, value in address.items() if name != "region"} == {"****"}

    def test_orders_of_others_and_too_many(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        other = shopee_sim.add_store("TH", seller_id="600999")
        [order_sn] = shopee_sim.add_orders(other, 1)
        ask = "/order/get_order_detail"
        assert get(shopee_sim, shop, ask, order_sn_list=order_sn)["error"] == "error_not_found"
        assert get(shopee_sim, shop, ask, order_sn_list=",".join("x" * 51))["error"] == "error_param"

    def test_pending_is_shown_to_who_asks_for_it(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "P1", "status": "PENDING"}])
        assert detail(shopee_sim, shop, "P1")["order_status"] == "READY_TO_SHIP"
        asked = {"order_sn_list": "P1", "request_order_status_pending": "true"}
        [order] = get(shopee_sim, shop, "/order/get_order_detail", **asked)["response"]["order_list"]
        assert order["order_status"] == "PENDING"

    @pytest.mark.parametrize(
        ("row", "word"),
        [({}, "order_id"), ({"order_id": "1", "status": "flying"}, "flying"),
         ({"order_id": "1", "fate": "eaten"}, "eaten"), ({"order_id": "1", "buyer_id": "bob"}, "bob"),
         ({"order_id": "1", "created_at": "yesterday"}, "order 1")],
    )  # fmt: skip
    def test_rows_that_make_no_sense(self, row: dict[str, object], word: str) -> None:
        with pytest.raises(RowError, match=word):
            order_from(row, seller_id="6", now_ms=wall_ms(), seed=0, switches=Switches())

    def test_rows_of_another_platform_are_understood(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "L1", "status": "delivered", "items": [{"item_price": "9.50"}] * 2}])
        order = detail(shopee_sim, shop, "L1", "total_amount")
        assert (order["order_status"], order["total_amount"]) == ("TO_CONFIRM_RECEIVE", 19.0)


class TestCancelling:
    def cancel(self, sim: ShopeeSim, shop: ShopeeStore, order_sn: str, reason: str, **more: object) -> str:
        answer = post(sim, shop, "/order/cancel_order", order_sn=order_sn, cancel_reason=reason, **more)
        return str(answer["error"])

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            ("READY_TO_SHIP", ""), ("PROCESSED", ""), ("RETRY_SHIP", ""), ("SHIPPED", "order.error_limit"),
            ("TO_CONFIRM_RECEIVE", "order.error_limit"), ("CANCELLED", "order.error_limit"),
            ("UNPAID", "order.error_limit"),
        ],
    )  # fmt: skip
    def test_only_before_shipment(self, status: str, code: str, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "C1", "status": status}])
        assert detail(shopee_sim, shop, "C1")["can_full_cancel_order"] is (code == "")
        assert self.cancel(shopee_sim, shop, "C1", "CUSTOMER_REQUEST") == code
        if not code:
            order = detail(shopee_sim, shop, "C1", "cancel_by", "cancel_reason")
            assert (order["order_status"], order["cancel_by"]) == ("CANCELLED", "seller")

    def test_out_of_stock_must_name_items_of_the_order(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "C1", "status": "READY_TO_SHIP", "items": [{"item_id": 7}]}])
        item = detail(shopee_sim, shop, "C1", "item_list")["item_list"][0]
        assert self.cancel(shopee_sim, shop, "C1", "OUT_OF_STOCK") == "error_param"
        assert self.cancel(shopee_sim, shop, "C1", "OUT_OF_STOCK", item_list=[{"item_id": 8, "model_id": 1}]) != ""
        named = [{"item_id": item["item_id"], "model_id": item["model_id"]}]
        assert self.cancel(shopee_sim, shop, "C1", "OUT_OF_STOCK", item_list=named) == ""

    def test_reasons_depend_on_region_payment_and_the_narrow_reading(self, shopee_sim: ShopeeSim) -> None:
        thai, malay = shopee_sim.add_store("TH"), shopee_sim.add_store("MY")
        for shop in (thai, malay):
            shopee_sim.add_orders(shop, [{"order_id": f"C{shop.market}", "status": "READY_TO_SHIP"}])
        assert self.cancel(shopee_sim, thai, "CTH", "UNDELIVERABLE_AREA") == "error_param"
        assert self.cancel(shopee_sim, thai, "CTH", "COD_NOT_SUPPORTED") == "error_param"
        assert self.cancel(shopee_sim, thai, "CTH", "CUSTOMS") == "error_param"
        assert self.cancel(shopee_sim, malay, "CMY", "UNDELIVERABLE_AREA") == ""
        shopee_sim.switches(narrow_cancel_reasons=True)
        assert self.cancel(shopee_sim, thai, "CTH", "CUSTOMER_REQUEST") == "error_param"

    def test_a_part_of_an_order_is_refused_and_nothing_is_cancelled(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "C1", "status": "READY_TO_SHIP", "items": [{"quantity": 3}]}])
        part = [{"item_id": 111, "model_id": 221, "model_quantity": 1}]
        assert self.cancel(shopee_sim, shop, "C1", "CUSTOMER_REQUEST", partial_cancel_item_list=part) == "error_param"
        assert shopee_sim.orders(shop)["C1"]["statuses"] == ["READY_TO_SHIP"]

    def test_warehouse_orders_and_unknown_ones(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "W1", "status": "READY_TO_SHIP", "is_warehouse": True}])
        assert self.cancel(shopee_sim, shop, "W1", "CUSTOMER_REQUEST") == "error_param"
        assert self.cancel(shopee_sim, shop, "NONE", "CUSTOMER_REQUEST") == "error_not_found"

    def test_the_answer_may_mean_queued(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.switches(cancel_is_queued=True)
        shopee_sim.add_orders(shop, [{"order_id": "C1", "status": "READY_TO_SHIP"}])
        assert self.cancel(shopee_sim, shop, "C1", "CUSTOMER_REQUEST") == ""
        assert detail(shopee_sim, shop, "C1")["order_status"] == "IN_CANCEL"
        answered = post(shopee_sim, shop, "/order/handle_buyer_cancellation", order_sn="C1", operation="ACCEPT")
        assert answered["error"] == "order.order_status_invalid"  # the seller's own request is not the buyer's
        shopee_sim.advance(61)
        shopee_sim.until(lambda: detail(shopee_sim, shop, "C1")["order_status"] == "CANCELLED")

    @pytest.mark.parametrize(
        ("operation", "status", "by"), [("ACCEPT", "CANCELLED", "buyer"), ("REJECT", "PROCESSED", "")]
    )
    def test_a_buyer_asks_and_the_seller_answers(
        self, operation: str, status: str, by: str, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "C1", "status": "PROCESSED"}])
        path, body = "/order/handle_buyer_cancellation", {"order_sn": "C1", "operation": operation}
        assert post(shopee_sim, shop, path, **body)["error"] == "order.order_status_invalid"
        shopee_sim.set_status(shop, "C1", "IN_CANCEL", buyer_cancel_reason="Seller is not responsive")
        asked = detail(shopee_sim, shop, "C1", "buyer_cancel_reason")
        assert (asked["order_status"], asked["buyer_cancel_reason"]) == ("IN_CANCEL", "Seller is not responsive")
        assert post(shopee_sim, shop, path, **{**body, "operation": "MAYBE"})["error"] == "error_param"
        assert post(shopee_sim, shop, path, **body)["error"] == ""
        order = detail(shopee_sim, shop, "C1", "cancel_by")
        assert (order["order_status"], order["cancel_by"]) == (status, by)
        again = post(shopee_sim, shop, path, **body)["error"]
        assert again == ("order.cancel_order_invalid_status" if by else "order.order_status_invalid")


class TestParcels:
    def track(self, sim: ShopeeSim, shop: ShopeeStore, order_sn: str, **more: object) -> Any:
        return get(sim, shop, "/logistics/get_tracking_info", order_sn=order_sn, **more)

    def test_newest_first_and_in_the_past(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        [order_sn] = shopee_sim.add_orders(shop, 1)
        events = self.track(shopee_sim, shop, order_sn)["response"]["tracking_info"]
        at = [event["update_time"] for event in events]
        assert at == sorted(at, reverse=True)
        assert at[0] <= time.time()
        shopee_sim.switches(track_newest_first=False)
        assert self.track(shopee_sim, shop, order_sn)["response"]["tracking_info"] == events[::-1]

    def test_a_false_delivered_parcel_was_never_out_for_delivery(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        rows = [{"order_id": "F1", "status": "TO_CONFIRM_RECEIVE", "fate": "false_delivered"},
                {"order_id": "T1", "status": "TO_CONFIRM_RECEIVE"}]  # fmt: skip
        shopee_sim.add_orders(shop, rows)
        lied, true = (self.track(shopee_sim, shop, sn)["response"] for sn in ("F1", "T1"))
        assert lied["logistics_status"] == true["logistics_status"] == "LOGISTICS_DELIVERY_DONE"
        words = [[event["description"] for event in each["tracking_info"]] for each in (lied, true)]
        assert "Out for delivery" not in words[0]
        assert "Out for delivery" in words[1]

    def test_split_orders_need_the_package_number(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "S1", "split": True, "items": [{}, {}]}])
        packages = detail(shopee_sim, shop, "S1", "package_list")["package_list"]
        assert len(packages) == 2
        assert self.track(shopee_sim, shop, "S1")["error"] == "logistics.package_number_not_exist"
        assert self.track(shopee_sim, shop, "S1", package_number="")["error"] == "logistics.error_param"
        assert self.track(shopee_sim, shop, "S1", package_number="OFG0")["error"] == "logistics.package_not_exist"
        number = packages[1]["package_number"]
        assert self.track(shopee_sim, shop, "S1", package_number=number)["response"]["package_number"] == number
        asked = {"package_number_list": ",".join(package["package_number"] for package in packages)}
        rows = get(shopee_sim, shop, "/order/get_package_detail", **asked)["response"]["package_list"]
        assert [row["fulfillment_status"] for row in rows] == ["LOGISTICS_PICKUP_DONE"] * 2
        many = {"package_list": [{"package_number": number}, {"package_number": "OFG0"}]}
        found = post(shopee_sim, shop, "/logistics/get_mass_tracking_number", **many)["response"]
        assert (len(found["success_list"]), len(found["fail_list"])) == (1, 1)

    def test_before_shipment_there_is_no_number_and_no_track(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "R1", "status": "READY_TO_SHIP"}])
        number = get(shopee_sim, shop, "/logistics/get_tracking_number", order_sn="R1")["response"]
        assert number["tracking_number"] == ""
        assert self.track(shopee_sim, shop, "R1")["error"] == "logistics.error_status_limit"
        assert self.track(shopee_sim, shop, "NONE")["error"] == "logistics.invalid_error"

    def test_the_early_warning_of_late_orders(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        now = wall_ms()
        rows = [
            {"order_id": name, "status": "READY_TO_SHIP", "package_number": f"OFG{name}", "ship_by": iso(now + due)}
            for name, due in (("EARLY", 5 * HOUR), ("LATE", -5 * HOUR), ("VERY", -50 * HOUR))
        ]
        shopee_sim.add_orders(shop, rows)
        asked = {"package_number_list": "OFGEARLY,OFGLATE,OFGVERY"}
        found = get(shopee_sim, shop, "/order/get_package_detail", **asked)["response"]["package_list"]
        assert [row["status_info_tag"]["tag_id"] for row in found] == [2, 3, 1]
        late = get(shopee_sim, shop, "/account_health/get_late_orders")["response"]
        assert [(row["order_sn"], row["late_by_days"]) for row in late["late_order_list"]] == [("LATE", 1), ("VERY", 3)]
        overdue = {"filter": {"shipping_priority": 1}, "pagination": {"page_size": 50}}
        rows = post(shopee_sim, shop, "/order/search_package_list", **overdue)["response"]["packages_list"]
        assert [row["order_sn"] for row in rows] == ["LATE", "VERY"]

    @pytest.mark.parametrize("fate", couriers.FATES)
    def test_couriers_carry_out_their_fate_by_themselves(
        self, fate: str, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.switches(couriers_move=True)
        shopee_sim.add_orders(
            shop, [{"order_id": "M1", "status": "PROCESSED", "fate": fate, "created_at": iso(wall_ms())}]
        )
        shopee_sim.advance(40 * 86_400)
        shopee_sim.until(lambda: shopee_sim.summary()["plans_pending"] == 0)
        row = shopee_sim.orders(shop)["M1"]
        ends = {"lost": ("CANCELLED", "LOGISTICS_LOST"), "failed": ("CANCELLED", "LOGISTICS_DELIVERY_FAILED")}
        wanted = ends.get(fate, ("TO_CONFIRM_RECEIVE", "LOGISTICS_DELIVERY_DONE"))
        assert (row["statuses"][0], row["logistics"][0]) == wanted
        shop = shopee_sim.add_store("MY", seller_id=shop.seller_id)
        assert ("reversed_tracking_info" in self.track(shopee_sim, shop, "M1")["response"]) is (fate == "failed")

    def test_fates_fall_by_the_seed(self) -> None:
        shares = Switches(share_lost=0.3, share_delayed=0.3, share_misscan=0.0, share_false_delivered=0.0)
        fates = [couriers.fate_of(1, shares, f"{n}") for n in range(200)]
        assert fates == [couriers.fate_of(1, shares, f"{n}") for n in range(200)]
        assert 40 <= fates.count("lost") <= 80
        assert fates.count("misscan") == 0
