"""Orders and parcels: search, masking, the state machine, and couriers that err."""

from typing import Any

import pytest
from tests.kit.tiktok_calls import Caller
from tests.kit.tiktok_sim import TiktokSim, TiktokStore

SEARCH = "/order/202309/orders/search"
DAY = 86_400


def order(api: Caller, order_id: str) -> dict[str, Any]:
    [found] = api.get("/order/202507/orders", ids=order_id)["data"]["orders"]
    return dict(found)


class TestSearch:
    def test_windows_are_closed_below_and_open_above(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        rows = [{"order_id": str(n), "created_at": (1_767_000_000 + n) * 1000} for n in range(1, 6)]
        tiktok_sim.add_orders(shop, rows)
        window = {"create_time_ge": 1_767_000_002, "create_time_lt": 1_767_000_004}
        found = api.post(SEARCH, window, page_size=50, sort_order="ASC")["data"]
        assert ([row["id"] for row in found["orders"]], found["total_count"]) == (["2", "3"], 2)

    def test_pages_of_a_hundred_cover_everything_once(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        order_ids = tiktok_sim.add_orders(shop, 230)
        seen, token = [], ""
        while True:
            page = api.post(SEARCH, {}, page_size=100, page_token=token)["data"]
            seen += [row["id"] for row in page["orders"]]
            token = page["next_page_token"]
            if not token:
                break
        assert sorted(seen) == order_ids

    @pytest.mark.parametrize(
        ("body", "query"),
        [
            ({}, {}),
            ({}, {"page_size": 101}),
            ({}, {"page_size": 0}),
            ({}, {"page_size": 10, "page_token": "x"}),
            ({}, {"page_size": 10, "sort_field": "id"}),
            ({"order_status": "112"}, {"page_size": 10}),
            ({"create_time_ge": "1767000000"}, {"page_size": 10}),
        ],
    )
    def test_wrong_questions(self, body: dict[str, object], query: dict[str, object], api: Caller) -> None:
        assert api.post(SEARCH, body, **query)["code"] == 36009004

    def test_filters(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        rows = [
            {"order_id": "1", "status": "AWAITING_SHIPMENT", "buyer_id": "71"},
            {"order_id": "2", "status": "IN_TRANSIT", "buyer_id": "72"},
        ]
        tiktok_sim.add_orders(shop, rows)
        tiktok_sim.buyer_cancels(shop, "1")

        def found(**body: object) -> list[str]:
            return [row["id"] for row in api.post(SEARCH, body, page_size=10)["data"]["orders"]]

        assert found(order_status="IN_TRANSIT") == ["2"]
        assert found(buyer_user_id="71") == ["1"]
        assert found(is_buyer_request_cancel=True) == ["1"]
        assert found(shipping_type="SELLER") == []


class TestDetail:
    def test_fifty_at_most_and_none_of_another_shop(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        rival = tiktok_sim.add_store("th")
        tiktok_sim.add_orders(rival, [{"order_id": "foreign"}])
        path = "/order/202309/orders"
        assert api.get(path, ids="foreign")["code"] == 21008111
        assert api.get(path, ids="nobody")["data"] == {"orders": []}
        assert api.get(path, ids=",".join(map(str, range(51))))["code"] == 36009004

    def test_a_line_is_one_piece(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1", "items": [{"sku": "A", "quantity": 3, "item_price": "99000"}]}])
        found = order(api, "1")
        assert len(found["line_items"]) == 3
        assert found["payment"] == {**found["payment"], "sub_total": "297000", "currency": "VND"}

    def test_names_and_numbers_are_masked_unless_the_seller_ships(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        person = {"name": "Lan Demo", "phone": "(+84)900000034", "address": "1 Demo Street, Vietnam"}
        rows = [
            {"order_id": "1", "recipient": person},
            {"order_id": "2", "recipient": person, "shipping_type": "SELLER"},
            {"order_id": "3", "recipient": person, "status": "ON_HOLD"},
        ]
        tiktok_sim.add_orders(shop, rows)
        masked = order(api, "1")["recipient_address"]
        assert (masked["name"], masked["phone_number"]) == ("L** D**", "(+84)9*****34")
        assert order(api, "2")["recipient_address"]["phone_number"] == "(+84)900000034"
        assert "recipient_address" not in order(api, "3")


class TestStates:
    def test_an_order_runs_its_course(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        tiktok_sim.switches(orders_move=True)
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "UNPAID", "created_at": now_ms(tiktok_sim)}])
        assert order(api, "1")["packages"] == []
        tiktok_sim.set_status(shop, "1", "ON_HOLD")
        assert order(api, "1")["is_on_hold_order"] is True
        tiktok_sim.advance(3_700)
        tiktok_sim.until(lambda: order(api, "1")["status"] == "AWAITING_SHIPMENT")
        found = order(api, "1")
        assert found["line_items"][0]["package_status"] == "TO_FULFILL"
        assert found["tracking_number"] == ""
        for status, package in (("AWAITING_COLLECTION", "PROCESSING"), ("IN_TRANSIT", "FULFILLING")):
            tiktok_sim.set_status(shop, "1", status)
            found = order(api, "1")
            assert found["line_items"][0]["package_status"] == package
            assert found["tracking_number"]
        tiktok_sim.set_status(shop, "1", "DELIVERED")
        tiktok_sim.switches(access_expires_s=90 * DAY)
        fresh = Caller(tiktok_sim, tiktok_sim.add_store("vn", seller_id=shop.seller_id))
        tiktok_sim.advance(7 * DAY + 60)
        tiktok_sim.until(lambda: order(fresh, "1")["status"] == "COMPLETED")

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            ("UNPAID", "system_cancel_order_reason_payment_timeout"),
            ("AWAITING_SHIPMENT", "system_cancel_order_reason_shipping_timeout"),
            ("AWAITING_COLLECTION", "system_cancel_order_untracked"),
        ],
    )
    def test_who_does_not_move_is_cancelled_by_the_platform(
        self, status: str, reason: str, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.switches(orders_move=True)
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": status, "created_at": now_ms(tiktok_sim)}])
        tiktok_sim.advance(8 * DAY)
        tiktok_sim.until(lambda: tiktok_sim.order(shop, "1")["status"] == "CANCELLED")
        found = tiktok_sim.order(shop, "1")
        assert (found["cancel_reason"], found["cancel_by"]) == (reason, "SYSTEM")

    def test_a_wrong_status_is_refused(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        with pytest.raises(AssertionError, match="unknown status"):
            tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "112"}])


class TestParcels:
    def test_a_package_by_id_and_by_status(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        rows = [{"order_id": "1", "package_id": "115"}, {"order_id": "2", "status": "AWAITING_SHIPMENT"}]
        tiktok_sim.add_orders(shop, rows)
        found = api.get("/fulfillment/202309/packages/115")["data"]
        assert (found["package_status"], found["orders"][0]["id"]) == ("FULFILLING", "1")
        assert api.get("/fulfillment/202309/packages/404")["code"] == 21011001
        search = "/fulfillment/202309/packages/search"
        rows = api.post(search, {"package_status": "FULFILLING"}, page_size=50)["data"]["packages"]
        assert [row["id"] for row in rows] == ["115"]
        assert api.post(search, {"package_status": "TO_FULFILL"}, page_size=50)["code"] == 21001001
        assert api.post(search, {}, page_size=51)["code"] == 21001001

    def test_a_failed_attempt_shows_in_the_track_alone(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1"}])
        tiktok_sim.set_status(shop, "1", event={"action_code": 40601})
        newest = api.get("/fulfillment/202309/orders/1/tracking")["data"]["tracking"][0]
        assert (newest["action_code"], newest["description"]) == (40601, "Giao hàng không thành công, sẽ giao lại")
        assert order(api, "1")["status"] == "IN_TRANSIT"

    def test_codes_and_order_of_events_are_switches(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1"}])
        tiktok_sim.switches(tracking_codes=False, tracking_oldest_first=True)
        rows = api.get("/fulfillment/202309/orders/1/tracking")["data"]["tracking"]
        assert all("action_code" not in row for row in rows)
        times = [row["update_time_millis"] for row in rows]
        assert times == sorted(times)

    def test_the_leg_before_the_border_is_for_cross_border_shops(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1"}])
        assert api.get("/logistics/202604/orders/1/tracking")["code"] == 11007009


FATES = {"share_lost": 0.0, "share_delayed": 0.0, "share_missed": 0.0, "share_false_delivered": 0.0}


class TestCouriers:
    def under_way(self, sim: TiktokSim, shop: TiktokStore, **fate: float) -> None:
        sim.switches(couriers_move=True, **{**FATES, **fate})
        sim.add_orders(shop, [{"order_id": "1"}])

    def test_most_parcels_arrive(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        self.under_way(tiktok_sim, shop)
        tiktok_sim.advance(73 * 3600)
        tiktok_sim.until(lambda: tiktok_sim.order(shop, "1")["status"] == "DELIVERED")

    def test_some_are_lost_and_cancelled_when_nothing_moves_for_a_week(
        self, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        self.under_way(tiktok_sim, shop, share_lost=1.0)
        tiktok_sim.advance(7 * DAY + 1)
        tiktok_sim.until(lambda: tiktok_sim.order(shop, "1")["cancel_reason"] == "package_lost")

    def test_some_are_scanned_delivered_and_only_the_simulator_knows_better(
        self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller
    ) -> None:
        self.under_way(tiktok_sim, shop, share_false_delivered=1.0)
        tiktok_sim.advance(73 * 3600)
        tiktok_sim.until(lambda: tiktok_sim.order(shop, "1")["status"] == "DELIVERED")
        assert tiktok_sim.order(shop, "1")["fate"] == "false_delivered"
        assert tiktok_sim.cases(shop) == []
        assert api.get("/fulfillment/202309/orders/1/tracking")["data"]["tracking"][0]["action_code"] == 50101

    def test_who_got_nothing_asks_for_the_money(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        tiktok_sim.switches(buyers_answer=True)
        self.under_way(tiktok_sim, shop, share_false_delivered=1.0)
        tiktok_sim.advance(90 * 3600)
        tiktok_sim.until(lambda: bool(tiktok_sim.cases(shop)))
        [case] = tiktok_sim.cases(shop)
        assert (case["type"], case["status"]) == ("REFUND", "RETURN_OR_REFUND_REQUEST_PENDING")

    def test_some_miss_the_buyer_and_come_again(self, tiktok_sim: TiktokSim, shop: TiktokStore, api: Caller) -> None:
        self.under_way(tiktok_sim, shop, share_missed=1.0)
        tiktok_sim.advance(97 * 3600)
        tiktok_sim.until(lambda: tiktok_sim.order(shop, "1")["status"] == "DELIVERED")
        rows = api.get("/fulfillment/202309/orders/1/tracking")["data"]["tracking"]
        assert {row["action_code"] for row in rows} >= {40601, 50101}

    def test_the_same_seed_means_the_same_fates(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        order_ids = tiktok_sim.add_orders(shop, 60)
        fates = [tiktok_sim.order(shop, order_id)["fate"] for order_id in order_ids]
        assert 40 < fates.count("delivered") < 58  # 81 % by default
        assert fates == [tiktok_sim.order(shop, order_id)["fate"] for order_id in order_ids]


def now_ms(sim: TiktokSim) -> int:
    return int(sim.get("/_sim/clock")["now_ms"])
