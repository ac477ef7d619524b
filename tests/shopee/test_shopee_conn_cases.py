"""Cancelling, answering buyers, and refusing returns, against the simulator over real HTTP."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from tests.kit.refusals import refused
from tests.kit.shopee_sim import ShopeeSim, ShopeeStore

from seawall.connectors.contracts import CancelState, ReturnCase
from seawall.connectors.errors import OutcomeUnknown, RateLimited, Transient
from seawall.connectors.shopee.api import ShopeeConnector
from seawall.kernel.clock import SYSTEM_CLOCK

CANCEL = "/api/v2/order/cancel_order"
DETAIL = "/api/v2/order/get_order_detail"
ANSWER = "/api/v2/order/handle_buyer_cancellation"
DISPUTE = "/api/v2/returns/dispute"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def ago(**span: float) -> datetime:
    return SYSTEM_CLOCK.now() - timedelta(**span)


@pytest.fixture
async def shopee(shopee_sim: ShopeeSim, shop: ShopeeStore) -> AsyncIterator[ShopeeConnector]:
    """A connector for the Malaysian shop."""
    async with ShopeeConnector(shopee_sim.credentials(shop)) as connector:
        yield connector


@pytest.fixture
def order_id(shopee_sim: ShopeeSim, shop: ShopeeStore) -> str:
    """An order that waits to be shipped."""
    row = {"order_id": "260101ABCDE123", "status": "READY_TO_SHIP", "items": [{"quantity": 2}, {}]}
    return shopee_sim.add_orders(shop, [row])[0]


class TestCancel:
    async def test_reasons_are_offered_with_whose_fault_they_are(self, shopee: ShopeeConnector, order_id: str) -> None:
        options = await shopee.cancel_options(order_id)
        assert (options.is_eligible, options.why_not, options.line_ids) == (True, "", ())
        assert [reason.code for reason in options.reasons] == ["OUT_OF_STOCK", "UNDELIVERABLE_AREA", "CUSTOMER_REQUEST"]
        assert [reason.claims_buyer_asked for reason in options.reasons] == [False, False, True]

    async def test_a_shipped_order_cannot_be_cancelled(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, order_id: str
    ) -> None:
        shopee_sim.set_status(shop, order_id, "SHIPPED")
        options = await shopee.cancel_options(order_id)
        assert (options.is_eligible, options.reasons) == (False, ())
        assert "SHIPPED" in options.why_not
        with refused("shopee_not_cancellable"):
            await shopee.cancel(order_id, reason="OUT_OF_STOCK")
        assert shopee_sim.orders(shop)[order_id]["statuses"] == ["SHIPPED"]

    async def test_it_is_done_once_the_order_says_so(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, order_id: str
    ) -> None:
        cancelled = await shopee.cancel(order_id, reason="OUT_OF_STOCK")
        assert (cancelled.state, cancelled.order_id, cancelled.exchange.path) == (CancelState.DONE, order_id, CANCEL)
        assert '"item_id":111' in cancelled.exchange.request["item_list"]
        assert shopee_sim.orders(shop)[order_id]["statuses"] == ["CANCELLED"]

    async def test_until_then_it_is_pending(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, order_id: str
    ) -> None:
        shopee_sim.switches(cancel_is_queued=True)
        assert (await shopee.cancel(order_id, reason="OUT_OF_STOCK")).state is CancelState.PENDING
        # Our own is not a buyer's request, although it reads IN_CANCEL as those do.
        assert [each async for each in shopee.cancel_requests(ago(days=7), SYSTEM_CLOCK.now())] == []

    async def test_a_look_that_fails_afterwards_leaves_it_pending(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, order_id: str
    ) -> None:
        shopee_sim.set_faults({"kind": "http_5xx", "path": DETAIL, "nth": [2]})
        assert (await shopee.cancel(order_id, reason="OUT_OF_STOCK")).state is CancelState.PENDING

    async def test_an_order_that_is_cancelled_already_is_done_by_its_own_record(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, order_id: str
    ) -> None:
        shopee_sim.set_status(shop, order_id, "CANCELLED", cancel_by="buyer")
        cancelled = await shopee.cancel(order_id, reason="OUT_OF_STOCK")
        assert (cancelled.state, cancelled.exchange.path) == (CancelState.DONE, DETAIL)
        assert shopee_sim.calls(CANCEL) == []

    @pytest.mark.parametrize("reason", ["CUSTOMS", "", "COD_NOT_SUPPORTED", "out_of_stock"])
    async def test_a_reason_that_does_not_exist_here_never_leaves(
        self, reason: str, shopee: ShopeeConnector, shopee_sim: ShopeeSim, order_id: str
    ) -> None:
        with refused("shopee_reason_unknown"):
            await shopee.cancel(order_id, reason=reason)
        assert shopee_sim.calls(CANCEL) == []

    async def test_single_lines_are_not_cancelled(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, order_id: str
    ) -> None:
        with refused("capability_missing"):
            await shopee.cancel(order_id, reason="OUT_OF_STOCK", line_ids=["111:221"])
        assert shopee_sim.calls() == []

    async def test_an_answer_that_is_lost_is_doubt_and_the_order_tells(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, order_id: str
    ) -> None:
        shopee_sim.set_faults({"kind": "reset_after", "path": CANCEL})
        with pytest.raises(OutcomeUnknown):
            await shopee.cancel(order_id, reason="OUT_OF_STOCK")
        assert (await shopee.order(order_id)).statuses == ("CANCELLED",)
        assert (await shopee.cancel(order_id, reason="OUT_OF_STOCK")).state is CancelState.DONE

    async def test_the_daily_quota_is_not_taken_for_a_refusal_of_the_order(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, order_id: str
    ) -> None:
        shopee_sim.set_faults({"kind": "quota", "path": CANCEL})
        with pytest.raises(RateLimited):
            await shopee.cancel(order_id, reason="OUT_OF_STOCK")

    async def test_trouble_before_anything_is_tried_again(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, order_id: str
    ) -> None:
        shopee_sim.set_faults({"kind": "http_5xx", "path": DETAIL})
        with pytest.raises(Transient):
            await shopee.cancel(order_id, reason="OUT_OF_STOCK")
        assert shopee_sim.calls(CANCEL) == []


class TestBuyersRequest:
    @pytest.mark.parametrize(("accept", "status"), [(True, "CANCELLED"), (False, "READY_TO_SHIP")])
    async def test_a_buyers_request_is_found_and_answered_once(
        self, accept: bool, status: str, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore,
        order_id: str,
    ) -> None:  # fmt: skip
        began = ago(minutes=5)
        shopee_sim.set_status(shop, order_id, "IN_CANCEL", buyer_cancel_reason="found it cheaper")
        [request] = [each async for each in shopee.cancel_requests(began, SYSTEM_CLOCK.now())]
        assert (request.request_id, request.order_id, request.reason) == (order_id, order_id, "found it cheaper")
        assert (request.asked_at, request.answer_by) == (None, None)  # Shopee says neither

        exchange = await shopee.answer_cancel_request(request.request_id, accept=accept)

        assert exchange.request == {"order_sn": order_id, "operation": "ACCEPT" if accept else "REJECT"}
        assert shopee_sim.orders(shop)[order_id]["statuses"] == [status]
        with refused("shopee_no_cancel_request"):
            await shopee.answer_cancel_request(request.request_id, accept=accept)

    async def test_a_lost_answer_is_doubt(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore, order_id: str
    ) -> None:
        shopee_sim.set_status(shop, order_id, "IN_CANCEL")
        shopee_sim.set_faults({"kind": "http_5xx_after", "path": ANSWER, "status": 504})
        with pytest.raises(OutcomeUnknown):
            await shopee.answer_cancel_request(order_id, accept=True)
        assert shopee_sim.orders(shop)[order_id]["statuses"] == ["CANCELLED"]


class TestReturns:
    @pytest.fixture
    def return_id(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> str:
        """A return that waits for the seller."""
        shopee_sim.add_orders(shop, [{"order_id": "260101RETURN01", "status": "TO_CONFIRM_RECEIVE"}])
        return shopee_sim.open_return(shop, "260101RETURN01", reason="NOT_RECEIPT", refund_amount=35.5)

    async def listed(self, shopee: ShopeeConnector, after: datetime) -> list[ReturnCase]:
        return [case async for case in shopee.returns_updated(after, SYSTEM_CLOCK.now())]

    @pytest.mark.parametrize("mark", ["", "-", " "])
    async def test_returns_are_listed_and_read_whatever_stands_for_no_error(
        self, mark: str, shopee: ShopeeConnector, shopee_sim: ShopeeSim, return_id: str
    ) -> None:
        shopee_sim.switches(success_marks=mark)
        [case] = await self.listed(shopee, ago(days=1))
        assert (case.return_id, case.order_id, case.status) == (return_id, "260101RETURN01", "REQUESTED")
        assert (case.reason, str(case.amount), case.currency) == ("NOT_RECEIPT", "35.5", "MYR")
        assert case.answer_by is not None
        assert (await shopee.return_case(return_id)).answer_by == case.answer_by

    async def test_many_returns_are_paged_each_once_over_long_spans(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        order_ids = shopee_sim.add_orders(shop, 120)
        expected = {shopee_sim.open_return(shop, each) for each in order_ids}
        found = await self.listed(shopee, ago(days=20))
        assert len(found) == 120
        assert {case.return_id for case in found} == expected

    async def test_a_return_of_another_shop_is_refused(self, shopee: ShopeeConnector, shopee_sim: ShopeeSim) -> None:
        other = shopee_sim.add_store("MY")
        [order] = shopee_sim.add_orders(other, 1)
        foreign = shopee_sim.open_return(other, order)
        for call in (shopee.return_case, shopee.return_reject_reasons):
            with refused("shopee_return_not_in_shop"):
                await call(foreign)

    async def test_a_return_is_disputed_with_the_evidence_its_reason_asks_for(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, return_id: str
    ) -> None:
        reasons = await shopee.return_reject_reasons(return_id)
        assert [reason.code for reason in reasons] == ["9", "46"]
        assert "[1] Screenshot of the chat with the buyer (required)" in reasons[0].text
        images = [await shopee.upload_evidence(return_id, PNG, file_name=f"{n}.png", module="1") for n in range(2)]

        exchange = await shopee.reject_return(
            return_id, reason="9", comment="shipped on time", images=images, contact_email="desk@example.test"
        )

        assert exchange.path == DISPUTE
        assert (await shopee.return_case(return_id)).status == "SELLER_DISPUTE"
        with refused("shopee_return_not_disputable"):
            await shopee.reject_return(
                return_id, reason="9", comment="again", images=images, contact_email="desk@example.test"
            )

    async def test_what_is_missing_is_said_before_anything_is_sent(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, return_id: str
    ) -> None:
        image = await shopee.upload_evidence(return_id, PNG, file_name="x.png", module="1")
        for code, reason, images, email in (
            ("shopee_email_missing", "9", [image], " "),
            ("shopee_reason_unknown", "999", [image], "desk@example.test"),
            ("shopee_evidence_wrong", "9", [], "desk@example.test"),
            ("shopee_evidence_wrong", "9", [image] * 4, "desk@example.test"),
        ):
            with refused(code):
                await shopee.reject_return(return_id, reason=reason, comment="", images=images, contact_email=email)
        assert shopee_sim.calls(DISPUTE) == []

    async def test_a_warehouse_return_is_not_the_sellers_to_dispute(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "W1"}])
        return_id = shopee_sim.open_return(shop, "W1", reason="NOT_RECEIPT", validation_type="warehouse_validation")
        image = await shopee.upload_evidence(return_id, PNG, file_name="x.png", module="1")
        with refused("shopee_return_not_disputable"):
            await shopee.reject_return(
                return_id, reason="9", comment="", images=[image], contact_email="desk@example.test"
            )

    @pytest.mark.parametrize("image", [PNG + b"0" * (10 * 1024 * 1024), b"GIF89a", b""])
    async def test_evidence_that_shopee_would_not_take_never_leaves(
        self, image: bytes, shopee: ShopeeConnector, shopee_sim: ShopeeSim, return_id: str
    ) -> None:
        with refused("image_not_allowed"):
            await shopee.upload_evidence(return_id, image, file_name="x.png")
        assert shopee_sim.calls() == []

    async def test_a_lost_answer_is_doubt_and_the_case_tells(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, return_id: str
    ) -> None:
        image = await shopee.upload_evidence(return_id, PNG, file_name="x.png", module="1")
        shopee_sim.set_faults({"kind": "reset_after", "path": DISPUTE})
        with pytest.raises(OutcomeUnknown):
            await shopee.reject_return(
                return_id, reason="9", comment="", images=[image], contact_email="desk@example.test"
            )
        assert (await shopee.return_case(return_id)).status == "SELLER_DISPUTE"
