"""The connector against the simulated platform over real HTTP: cancellations, returns, the shop's standing."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.kit.tiktok_sim import TiktokSim, TiktokStore

from seawall.connectors.contracts import CancelState, CaseReason, Fault
from seawall.connectors.errors import OutcomeUnknown, Rejected
from seawall.connectors.tiktokshop.api import TiktokConnector
from seawall.kernel.clock import SYSTEM_CLOCK

OUT_OF_STOCK = "seller_cancel_reason_out_of_stock"
PACKED = "seller_reject_apply_product_has_been_packed"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x04\x38\x00\x00\x02\xd0" + bytes(20)
CANCEL = "/return_refund/202309/cancellations"


@pytest.fixture
async def tiktok(tiktok_sim: TiktokSim, shop: TiktokStore) -> AsyncIterator[TiktokConnector]:
    """A connector for the Vietnamese shop."""
    async with TiktokConnector(tiktok_sim.credentials(shop)) as connector:
        yield connector


def window() -> tuple[datetime, datetime]:
    now = SYSTEM_CLOCK.now()
    return now - timedelta(hours=1), now + timedelta(hours=1)


def by_code(reasons: tuple[CaseReason, ...]) -> dict[str, CaseReason]:
    return {reason.code: reason for reason in reasons}


class TestCancelling:
    async def test_the_platform_names_the_reasons_for_the_order(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}])
        options = await tiktok.cancel_options("1")
        assert options.is_eligible
        assert options.exchange is not None
        reasons = by_code(options.reasons)
        assert set(reasons) == {OUT_OF_STOCK, "seller_cancel_reason_wrong_price"}
        assert reasons[OUT_OF_STOCK].fault is Fault.SELLER
        assert not any(reason.claims_buyer_asked for reason in options.reasons)

    async def test_in_the_philippines_the_buyers_wish_is_offered_and_flagged(self, tiktok_sim: TiktokSim) -> None:
        store = tiktok_sim.add_store("ph")
        tiktok_sim.add_orders(store, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}])
        async with TiktokConnector(tiktok_sim.credentials(store)) as connector:
            flagged = [r.code for r in (await connector.cancel_options("1")).reasons if r.claims_buyer_asked]
        assert flagged == ["seller_cancel_paid_reason_buyer_requested_cancellation"]

    @pytest.mark.parametrize("switch", [False, True])
    async def test_awaiting_collection_goes_by_what_the_platform_says(
        self, switch: bool, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.switches(seller_cancels_awaiting_collection=switch)
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_COLLECTION"}])
        options = await tiktok.cancel_options("1")
        assert options.is_eligible is switch
        assert bool(options.reasons) is switch

    async def test_an_order_is_cancelled_once(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}])
        done = await tiktok.cancel("1", reason=OUT_OF_STOCK)
        again = await tiktok.cancel("1", reason=OUT_OF_STOCK)
        assert (done.state, again.state) == (CancelState.DONE, CancelState.DONE)
        assert done.cancel_id == again.cancel_id != ""
        assert (await tiktok.order("1")).statuses == ("CANCELLED",)
        assert len(tiktok_sim.cases(shop)) == 1
        assert not (await tiktok.cancel_options("1")).is_eligible

    @pytest.mark.parametrize("status", ["IN_TRANSIT", "DELIVERED"])
    async def test_what_is_on_its_way_is_not_even_asked_for(
        self, status: str, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": status}])
        with pytest.raises(Rejected) as refused:
            await tiktok.cancel("1", reason=OUT_OF_STOCK)
        assert refused.value.code == "tiktok_already_shipped"
        assert tiktok_sim.calls(CANCEL) == []

    @pytest.mark.parametrize(
        ("reason", "code"),
        [
            ("made_up", "25001014"),
            ("ecom_order_to_ship_canceled_reason_no_longer_needed", "25001015"),
            ("seller_cancel_paid_reason_address_not_deliver", "25001020"),
            ("seller_cancel_unpaid_reason_out_of_stock", "25001021"),
        ],
    )
    async def test_a_reason_the_platform_does_not_take(
        self, reason: str, code: str, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}])
        with pytest.raises(Rejected) as refused:
            await tiktok.cancel("1", reason=reason)
        assert (refused.value.code, refused.value.platform_code) == ("tiktok_reason_refused", code)

    @pytest.mark.parametrize(
        "fault",
        [{"kind": "reset_after"}, {"kind": "http_5xx_after"}, {"kind": "malformed_json"}, {"kind": "empty_body"}],
    )
    async def test_a_lost_answer_is_unknown_and_the_second_try_finds_it_done(
        self, fault: dict[str, object], tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}])
        tiktok_sim.set_faults({**fault, "path": CANCEL, "nth": [1]})
        with pytest.raises(OutcomeUnknown):
            await tiktok.cancel("1", reason=OUT_OF_STOCK)
        assert (await tiktok.cancel("1", reason=OUT_OF_STOCK)).state is CancelState.DONE
        assert len(tiktok_sim.cases(shop)) == 1

    async def test_already_cancelling_is_looked_up(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}])
        tiktok_sim.set_faults({"kind": "error_after", "code": "25001011", "path": CANCEL})
        done = await tiktok.cancel("1", reason=OUT_OF_STOCK)
        assert (done.state, done.exchange.path) == (CancelState.DONE, f"{CANCEL}/search")


class TestBuyersWhoAsk:
    async def ask(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> str:
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}])
        return str(tiktok_sim.buyer_cancels(shop, "1")["case_id"])

    async def test_a_request_waits_with_the_platforms_deadline(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        case_id = await self.ask(tiktok_sim, shop)
        [request] = [each async for each in tiktok.cancel_requests(*window())]
        assert (request.request_id, request.order_id) == (case_id, "1")
        assert request.asked_at is not None
        assert request.answer_by is not None
        assert request.answer_by - request.asked_at == timedelta(hours=48)

    async def test_a_seller_who_cancels_over_a_request_is_told_to_answer_it(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        case_id = await self.ask(tiktok_sim, shop)
        with pytest.raises(Rejected) as refused:
            await tiktok.cancel("1", reason=OUT_OF_STOCK)
        assert (refused.value.code, refused.value.detail) == ("tiktok_buyer_asks", case_id)

    async def test_yes_is_said_once_however_often_it_is_repeated(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        case_id = await self.ask(tiktok_sim, shop)
        tiktok_sim.set_faults({"kind": "reset_after", "path": f"{CANCEL}/*/approve", "nth": [1]})
        with pytest.raises(OutcomeUnknown):
            await tiktok.answer_cancel_request(case_id, accept=True, intent_key="k-1")
        exchange = await tiktok.answer_cancel_request(case_id, accept=True, intent_key="k-1")
        assert exchange.request == {"idempotency_key": "k-1"}
        assert (await tiktok.order("1")).statuses == ("CANCELLED",)
        with pytest.raises(Rejected) as refused:
            await tiktok.answer_cancel_request(case_id, accept=True, intent_key="k-2")
        assert refused.value.code == "tiktok_not_waiting"

    async def test_no_is_said_with_a_reason_of_the_platforms_list(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        case_id = await self.ask(tiktok_sim, shop)
        reasons = {reason.code: reason for reason in await tiktok.return_reject_reasons(case_id)}
        assert reasons[PACKED].text == "Product has been packed"
        await tiktok.answer_cancel_request(case_id, accept=False, reason=PACKED, comment="Packed", intent_key="k")
        assert (await tiktok.order("1")).statuses == ("AWAITING_SHIPMENT",)
        assert [each async for each in tiktok.cancel_requests(*window())] == []

    async def test_a_key_longer_than_the_platform_takes_goes_as_its_digest(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        case_id = await self.ask(tiktok_sim, shop)
        exchanges = [await tiktok.answer_cancel_request(case_id, accept=True, intent_key="k" * 300) for _ in range(2)]
        assert exchanges[0].request == exchanges[1].request
        assert len(exchanges[0].request["idempotency_key"]) == 64

    @pytest.mark.parametrize("word", ["CANCELLATION_REQUEST_CANCEL", "CANCELLATION_REQUEST_CANCELLED"])
    async def test_a_withdrawn_request_waits_no_more_in_either_spelling(
        self, word: str, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        tiktok_sim.switches(cancelled_word=word)
        case_id = await self.ask(tiktok_sim, shop)
        tiktok_sim.set_case(case_id, withdraw=True)
        assert [each async for each in tiktok.cancel_requests(*window())] == []
        assert (await tiktok.cancel("1", reason=OUT_OF_STOCK)).state is CancelState.DONE

    async def test_many_requests_are_all_given_though_they_are_answered_on_the_way(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        ids = tiktok_sim.add_orders(shop, [{"order_id": str(n), "status": "AWAITING_SHIPMENT"} for n in range(120)])
        for order_id in ids:
            tiktok_sim.buyer_cancels(shop, order_id)
        answered = []
        async for request in tiktok.cancel_requests(*window()):
            await tiktok.answer_cancel_request(request.request_id, accept=True, intent_key=request.request_id)
            answered.append(request.order_id)
        assert sorted(answered) == sorted(ids)


class TestReturns:
    async def open_return(self, tiktok_sim: TiktokSim, shop: TiktokStore, kind: str = "REFUND") -> str:
        items = [{"name": "Áo thun", "item_price": "99000"}]
        tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "DELIVERED", "items": items}])
        return str(tiktok_sim.buyer_returns(shop, "1", return_type=kind)["case_id"])

    async def test_a_return_is_found_and_read(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        return_id = await self.open_return(tiktok_sim, shop)
        [case] = [each async for each in tiktok.returns_updated(*window())]
        assert case == await tiktok.return_case(return_id)
        assert (case.return_id, case.order_id, case.amount, case.currency) == (return_id, "1", Decimal(99000), "VND")
        assert case.status == "RETURN_OR_REFUND_REQUEST_PENDING"
        assert case.created_at is not None
        assert case.answer_by == case.created_at + timedelta(hours=48)

    async def test_a_return_of_somebody_else(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        return_id = await self.open_return(tiktok_sim, tiktok_sim.add_store("th"))
        with pytest.raises(Rejected) as refused:
            await tiktok.return_case(return_id)
        assert refused.value.code == "tiktok_return_not_in_shop"

    @pytest.mark.parametrize("kind", ["REFUND", "RETURN_AND_REFUND"])
    async def test_a_return_is_refused_with_evidence_and_only_once(
        self, kind: str, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        return_id = await self.open_return(tiktok_sim, shop, kind)
        image = await tiktok.upload_evidence(return_id, PNG, file_name="proof.png")
        assert (image.mime_type, image.width, image.height) == ("image/png", 1080, 720)
        reason = (await tiktok.return_reject_reasons(return_id))[0].code
        exchange = await tiktok.reject_return(
            return_id, reason=reason, comment="Signed by the buyer", images=[image], intent_key="k"
        )
        assert exchange.request["decision"] == {"REFUND": "REJECT_REFUND"}.get(kind, "REJECT_RETURN")
        assert image.image_id in exchange.request["images"]
        assert (await tiktok.return_case(return_id)).status == "REFUND_OR_RETURN_REQUEST_REJECT"
        with pytest.raises(Rejected) as refused:
            await tiktok.reject_return(return_id, reason=reason, comment="again", images=[image])
        assert refused.value.code == "tiktok_not_waiting"
        assert len(tiktok_sim.calls("/return_refund/202309/returns/{}/reject")) == 1

    async def test_a_chat_picture_is_no_evidence(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        return_id = await self.open_return(tiktok_sim, shop)
        image = await tiktok.upload_evidence(return_id, PNG, file_name="proof.png")
        chat = await tiktok.upload_image(PNG, file_name="proof.png")
        wrong = type(image)(image_id=chat.url, url=chat.url, width=1, height=1, mime_type="image/png")
        reason = (await tiktok.return_reject_reasons(return_id))[0].code
        with pytest.raises(Rejected):
            await tiktok.reject_return(return_id, reason=reason, comment="", images=[wrong])


class TestStanding:
    async def test_the_shop_is_found_among_those_of_the_authorisation(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        profile = await tiktok.seller()
        assert (profile.seller_id, profile.name, profile.market) == (shop.seller_id, "Demo Store VN", "VN")
        assert (profile.is_cross_border, profile.is_managed) == (False, False)
        assert shop.shop_cipher not in repr(profile)

    async def test_the_figures_of_chat_and_nothing_made_up(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        health = await tiktok.health()
        units = {metric.code: metric.unit for metric in health.metrics}
        assert units == {
            "support_session_count": "count",
            "response_percentage": "percent",
            "response_time_mins": "minutes",
            "satisfaction_percentage": "percent",
        }
        assert all(metric.is_met is None and metric.target == "" for metric in health.metrics)
        assert (health.penalty_points, health.is_restricted) == (None, None)
        asked = health.exchanges[0].request
        span = datetime.fromisoformat(asked["support_date_lt"]) - datetime.fromisoformat(asked["support_date_ge"])
        assert span == timedelta(days=7)
