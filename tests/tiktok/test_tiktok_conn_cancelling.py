"""Cancelling without an idempotency key: what the record says counts, and silence is no permission."""

from typing import Any

import pytest
from tests.kit.tiktok_gateway import CASES, Gateway, gateway, kept, order, tiktok

from seawall.connectors.contracts import CancelState
from seawall.connectors.errors import OutcomeUnknown, Rejected
from seawall.connectors.tiktokshop.api import TiktokConnector

__all__ = ["gateway", "kept", "tiktok"]


class TestCancelling:
    """What "already" means stands in the platform's record alone."""

    def record(self, gateway: Gateway, *rows: dict[str, str], code: int = 25001011) -> None:
        gateway.on("GET", "/order/202309/orders", order())
        gateway.on("POST", CASES, lambda _: {"code": code, "message": "already", "data": None})
        found = [{"cancel_id": "c1", "order_id": "1", "cancel_type": "CANCEL", **row} for row in rows]
        gateway.on("POST", f"{CASES}/search", {"cancellations": found})

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("CANCELLATION_REQUEST_SUCCESS", CancelState.DONE),
            ("CANCELLATION_REQUEST_COMPLETE", CancelState.DONE),
            ("CANCELLATION_REQUEST_PENDING", CancelState.PENDING),
        ],
    )
    async def test_already_cancelled_counts_once_the_record_says_so(
        self, gateway: Gateway, tiktok: TiktokConnector, status: str, state: CancelState
    ) -> None:
        self.record(gateway, {"cancel_status": status})
        done = await tiktok.cancel("1", reason="seller_cancel_reason_out_of_stock")
        assert (done.cancel_id, done.state) == ("c1", state)
        assert done.exchange.path == f"{CASES}/search"
        assert gateway.asked[-1].json == {"order_ids": ["1"]}

    async def test_a_done_one_counts_before_one_under_way(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        pending = {"cancel_status": "CANCELLATION_REQUEST_PENDING", "cancel_type": "BUYER_CANCEL"}
        self.record(gateway, pending, {"cancel_id": "c2", "cancel_status": "CANCELLATION_REQUEST_SUCCESS"})
        assert (await tiktok.cancel("1", reason="r")).cancel_id == "c2"

    @pytest.mark.parametrize(
        "rows",
        [
            [],
            [{"cancel_status": "CANCELLATION_REQUEST_CANCEL"}],
            [{"cancel_status": "CANCELLATION_REQUEST_CANCELLED"}],
            [{"cancel_status": "CANCELLATION_REQUEST_SUCCESS", "order_id": "2"}],
        ],
    )
    async def test_a_record_that_does_not_say_so_leaves_it_unknown(
        self, gateway: Gateway, tiktok: TiktokConnector, rows: list[dict[str, str]]
    ) -> None:
        self.record(gateway, *rows)
        with pytest.raises(OutcomeUnknown) as unknown:
            await tiktok.cancel("1", reason="r")
        assert unknown.value.platform_code == "25001011"

    async def test_a_record_that_cannot_be_read_leaves_it_unknown(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        self.record(gateway)
        gateway.on("POST", f"{CASES}/search", lambda _: {"code": 36009003, "message": "internal"})
        with pytest.raises(OutcomeUnknown):
            await tiktok.cancel("1", reason="r")

    async def test_a_buyer_who_asks_has_not_been_answered(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        self.record(gateway, {"cancel_status": "CANCELLATION_REQUEST_PENDING", "cancel_type": "BUYER_CANCEL"})
        with pytest.raises(Rejected) as refused:
            await tiktok.cancel("1", reason="r")
        assert (refused.value.code, refused.value.detail) == ("tiktok_buyer_asks", "c1")

    async def test_complete_and_not_cancelled_is_a_refusal(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        self.record(gateway, code=25001051)
        with pytest.raises(Rejected) as refused:
            await tiktok.cancel("1", reason="r")
        assert refused.value.code == "tiktok_already_ended"

    @pytest.mark.parametrize("status", ["IN_TRANSIT", "DELIVERED", "COMPLETED"])
    async def test_what_is_on_its_way_is_never_asked_to_be_cancelled(
        self, gateway: Gateway, tiktok: TiktokConnector, status: str
    ) -> None:
        gateway.on("GET", "/order/202309/orders", order(status))
        with pytest.raises(Rejected) as refused:
            await tiktok.cancel("1", reason="r")
        assert (refused.value.code, refused.value.platform_code) == ("tiktok_already_shipped", status)
        options = await tiktok.cancel_options("1")
        assert (options.is_eligible, options.why_not, options.reasons) == (False, status, ())
        assert set(gateway.paths()) == {"GET /order/202309/orders"}

    async def test_some_lines_alone_are_not_cancelled(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        gateway.on("GET", "/order/202309/orders", order())
        gateway.on("POST", CASES, {"cancel_id": "c1", "cancel_status": "CANCELLATION_REQUEST_SUCCESS"})
        with pytest.raises(Rejected) as refused:
            await tiktok.cancel("1", reason="r", line_ids=["L1"])
        assert refused.value.code == "tiktok_whole_orders_only"
        assert gateway.paths() == ["GET /order/202309/orders"]
        assert (await tiktok.cancel("1", reason="r", line_ids=["L2", "L1"])).cancel_id == "c1"

    @pytest.mark.parametrize("data", [None, {}, {"cancel_status": "CANCELLATION_REQUEST_SUCCESS"}])
    async def test_success_without_an_id_is_an_unknown_outcome(
        self, gateway: Gateway, tiktok: TiktokConnector, data: dict[str, Any] | None
    ) -> None:
        gateway.on("GET", "/order/202309/orders", order())
        gateway.on("POST", CASES, data)
        with pytest.raises(OutcomeUnknown):
            await tiktok.cancel("1", reason="r")

    @pytest.mark.parametrize("status", ["", "CANCELLATION_REQUEST_PENDING", "NEW_WORD"])
    async def test_only_a_known_status_is_done(self, gateway: Gateway, tiktok: TiktokConnector, status: str) -> None:
        gateway.on("GET", "/order/202309/orders", order())
        gateway.on("POST", CASES, {"cancel_id": "c1", "cancel_status": status})
        assert (await tiktok.cancel("1", reason="r")).state is CancelState.PENDING


class TestEligibility:
    NEW, OLD = (f"/return_refund/{version}/orders/1/aftersale_eligibility" for version in ("202512", "202309"))

    def lines(self, **values: object) -> dict[str, Any]:
        line = {"request_type": "CANCEL", "eligible": True, "order_line_items_ids": ["L1", "L2"], **values}
        return {"sku_eligibility": [{"sku_id": "1", "line_item_eligibility": [line]}]}

    async def test_the_platforms_own_reasons_come_first(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        gateway.on("GET", "/order/202309/orders", order("AWAITING_COLLECTION"))
        gateway.on("GET", self.NEW, self.lines(available_reason_names=["seller_cancel_reason_wrong_price"]))
        options = await tiktok.cancel_options("1")
        assert [reason.code for reason in options.reasons] == ["seller_cancel_reason_wrong_price"]
        assert options.exchange is not None
        assert gateway.asked[-1].query["request_types"] == "CANCEL"
        assert gateway.asked[-1].query["initiate_aftersale_user"] == "SELLER"

    async def test_where_the_new_version_is_unknown_the_old_one_says_whether(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        gateway.on("GET", "/order/202309/orders", order())
        gateway.on("GET", self.OLD, self.lines())
        options = await tiktok.cancel_options("1")
        assert options.is_eligible
        assert options.exchange is None
        assert all("documented" in reason.text for reason in options.reasons)
        gateway.on("GET", self.OLD, self.lines(eligible=False, ineligible_reason="Packed"))
        assert (await tiktok.cancel_options("1")).why_not == "Packed"

    async def test_lines_without_a_reason_in_common_are_not_cancelled_for_another(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        gateway.on("GET", "/order/202309/orders", order())
        rows = [self.lines(available_reason_names=[name])["sku_eligibility"][0] for name in ("a", "b")]
        gateway.on("GET", self.NEW, {"sku_eligibility": rows})
        options = await tiktok.cancel_options("1")
        assert (options.is_eligible, options.reasons) == (False, ())

    @pytest.mark.parametrize("status", ["UNPAID", "AWAITING_COLLECTION", "PARTIALLY_SHIPPING"])
    async def test_where_documents_disagree_silence_is_no_permission(
        self, gateway: Gateway, tiktok: TiktokConnector, status: str
    ) -> None:
        gateway.on("GET", "/order/202309/orders", order(status))
        gateway.on("GET", self.NEW, {"sku_eligibility": []})
        assert not (await tiktok.cancel_options("1")).is_eligible

    async def test_a_refusal_of_another_kind_is_no_old_version(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        gateway.on("GET", "/order/202309/orders", order())
        gateway.on("GET", self.NEW, lambda _: {"code": 105005, "message": "scope", "data": None})
        with pytest.raises(Rejected) as refused:
            await tiktok.cancel_options("1")
        assert refused.value.code == "tiktok_scope_missing"
