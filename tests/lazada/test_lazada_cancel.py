"""A storm cancels orders: what may be cancelled, what was, and what nobody may do twice."""

from datetime import timedelta
from typing import Any

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore
from tests.kit.refusals import refused

from seawall.connectors.contracts import CancelState, Exchange, Fault
from seawall.connectors.errors import OutcomeUnknown, Rejected, Transient
from seawall.connectors.lazada.api import LazadaConnector
from seawall.kernel.clock import SYSTEM_CLOCK

CREATE = "/order/reverse/cancel/create"
OUT_OF_STOCK = "10000021"


async def statuses(lazada: LazadaConnector, order_id: str) -> list[str]:
    return [line.status for line in (await lazada.order(order_id)).lines]


class TestOptions:
    async def test_reasons_come_from_the_platform_and_say_whose_fault_they_are(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending", "items": [{}, {"status": "canceled"}]}])
        options = await lazada.cancel_options("88")
        assert options.is_eligible
        assert options.line_ids == ("89",)  # the cancelled line is not named
        assert {reason.code: reason.text for reason in options.reasons} == {
            "10000019": "Sourcing Delay", "10000021": "Out of Stock", "10000023": "Wrong Price or Pricing Error",
        }  # fmt: skip
        assert {reason.fault for reason in options.reasons} == {Fault.SELLER}
        assert not any(reason.claims_buyer_asked for reason in options.reasons)
        assert options.exchange is not None
        assert options.exchange.path == "/order/reverse/cancel/validate"

    async def test_a_shipped_order_is_refused_in_the_platforms_words(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        options = await lazada.cancel_options(order_id)
        assert not options.is_eligible
        assert (options.reasons, options.line_ids) == ((), ())
        assert "shipped" in options.why_not

    async def test_a_word_nobody_documented_is_no_permission(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(cancel_refused_tip="perhaps")
        [order_id] = lazada_sim.add_orders(shop, 1)
        assert not (await lazada.cancel_options(order_id)).is_eligible

    async def test_another_shops_order(self, lazada: LazadaConnector) -> None:
        with refused("lazada_order_not_in_shop"):
            await lazada.cancel_options("404")


class TestCancel:
    async def test_taken_and_then_seen_in_the_order(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "ready_to_ship", "items": [{}, {}]}])
        taken = await lazada.cancel("88", reason=OUT_OF_STOCK)
        assert (taken.order_id, taken.state) == ("88", CancelState.PENDING)
        assert await statuses(lazada, "88") == ["canceled", "canceled"]

        again = await lazada.cancel("88", reason=OUT_OF_STOCK)
        assert again.state is CancelState.DONE
        assert again.exchange.path == "/order/items/get"  # the platform's record is the proof
        assert len(lazada_sim.calls(CREATE)) == 1

    async def test_one_line_of_two(self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending", "items": [{}, {}]}])
        await lazada.cancel("88", reason=OUT_OF_STOCK, line_ids=["90"])
        assert await statuses(lazada, "88") == ["pending", "canceled"]

    async def test_a_packed_parcel_is_never_cancelled_further_than_asked(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(
            shop, [{"order_id": "88", "status": "packed", "items": [{}, {}, {"package_id": "other"}]}]
        )
        with pytest.raises(Rejected) as stopped:
            await lazada.cancel("88", reason=OUT_OF_STOCK, line_ids=["89"])
        assert (stopped.value.code, stopped.value.detail) == ("lazada_package_goes_together", "90")
        assert lazada_sim.calls(CREATE) == []
        await lazada.cancel("88", reason=OUT_OF_STOCK, line_ids=["89", "90"])
        assert await statuses(lazada, "88") == ["canceled", "canceled", "packed"]

    async def test_shipped_is_a_refusal_though_the_code_is_zero(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        with pytest.raises(Rejected) as stopped:
            await lazada.cancel(order_id, reason=OUT_OF_STOCK)
        assert stopped.value.code == "lazada_cancel_refused"
        assert "shipped" in str(stopped.value)
        assert stopped.value.exchange is not None

    async def test_a_refusal_by_code_is_one_as_well(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(cancel_refused_code="123")
        [order_id] = lazada_sim.add_orders(shop, 1)
        with refused("lazada_lines_invalid"):
            await lazada.cancel(order_id, reason=OUT_OF_STOCK)

    async def test_an_unknown_tip_leaves_the_outcome_open(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(cancel_refused_tip="info")
        [order_id] = lazada_sim.add_orders(shop, 1)
        with pytest.raises(OutcomeUnknown):
            await lazada.cancel(order_id, reason=OUT_OF_STOCK)

    @pytest.mark.parametrize(
        ("values", "code"),
        [({"reason": "1"}, "lazada_reason_invalid"), ({"line_ids": ["7"]}, "lazada_lines_invalid"),
         ({"reason": ""}, "lazada_reason_invalid")],
    )  # fmt: skip
    async def test_what_the_platform_does_not_accept(
        self, values: dict[str, Any], code: str, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        with refused(code):
            await lazada.cancel("88", **{"reason": OUT_OF_STOCK, **values})
        assert await statuses(lazada, "88") == ["pending"]

    @pytest.mark.parametrize("kind", ["reset_after", "http_5xx_after", "malformed_json", "empty_body"])
    async def test_done_and_the_answer_lost(
        self, kind: str, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        await lazada.seller()  # a connection that is kept and used again
        lazada_sim.set_faults({"kind": kind, "path": CREATE, "nth": [1]})
        with pytest.raises(OutcomeUnknown):
            await lazada.cancel("88", reason=OUT_OF_STOCK)
        assert len(lazada_sim.calls(CREATE)) == 1
        assert (await lazada.cancel("88", reason=OUT_OF_STOCK)).state is CancelState.DONE
        assert len(lazada_sim.calls(CREATE)) == 1

    @pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
    async def test_a_cut_get_is_never_repeated_by_the_http_client(
        self, kind: str, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        """Cancelling is registered GET, and HTTP clients take a GET for something that may be repeated."""
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        lazada_sim.set_faults({"kind": kind, "path": CREATE})
        with pytest.raises(OutcomeUnknown):
            await lazada.cancel("88", reason=OUT_OF_STOCK)
        assert len(lazada_sim.calls(CREATE)) == 1

    async def test_internal_trouble_leaves_the_outcome_open(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        lazada_sim.set_faults({"kind": "error", "code": "106", "path": CREATE})
        with pytest.raises(OutcomeUnknown):
            await lazada.cancel("88", reason=OUT_OF_STOCK)

    async def test_trouble_before_anything_is_asked_may_be_tried_again(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        lazada_sim.set_faults({"kind": "reset_after", "path": "/order/items/get"})
        with pytest.raises(Transient):
            await lazada.cancel("88", reason=OUT_OF_STOCK)
        assert lazada_sim.calls(CREATE) == []

    async def test_cancelled_by_somebody_else_in_the_same_moment(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        """Between our look and our call the buyer's own cancellation went through: the goal is reached."""
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])

        def meanwhile(exchange: Exchange) -> None:
            if exchange.path == "/order/items/get" and not lazada_sim.calls(CREATE):
                lazada_sim.set_status(shop, "88", "canceled")

        async with LazadaConnector(lazada_sim.credentials(shop), record=meanwhile) as connector:
            taken = await connector.cancel("88", reason=OUT_OF_STOCK)
        assert taken.state is CancelState.DONE
        assert taken.exchange.path == "/order/items/get"


class TestBuyersRequest:
    async def test_waiting_requests_are_found_with_their_deadline(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        rows = [{"order_id": "88", "status": "pending"}, {"order_id": "99", "status": "pending"}]
        lazada_sim.add_orders(shop, rows)
        began = SYSTEM_CLOCK.now() - timedelta(minutes=1)
        request_id = lazada_sim.ask_to_cancel(shop, "88", reason="Found it cheaper")

        [request] = [r async for r in lazada.cancel_requests(began, SYSTEM_CLOCK.now() + timedelta(minutes=1))]

        assert (request.request_id, request.order_id, request.reason) == (request_id, "88", "Found it cheaper")
        assert request.answer_by is not None
        assert timedelta(hours=47) < request.answer_by - SYSTEM_CLOCK.now() <= timedelta(hours=48)

    @pytest.mark.parametrize(("accept", "status"), [(True, "canceled"), (False, "pending")])
    async def test_answered_once(
        self, accept: bool, status: str, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        request_id = lazada_sim.ask_to_cancel(shop, "88")
        said = await lazada.answer_cancel_request(request_id, accept=accept)
        assert said.request == {"reverse_order_id": request_id, "agree_cancel": str(accept).lower()}
        assert await statuses(lazada, "88") == [status]
        with refused("lazada_nothing_to_decide"):
            await lazada.answer_cancel_request(request_id, accept=accept)

    async def test_unanswered_it_runs_out_and_is_cancelled(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        request_id = lazada_sim.ask_to_cancel(shop, "88")
        lazada_sim.advance(48 * 3600 + 1)
        lazada_sim.until(lambda: lazada_sim.summary()["plans_pending"] == 0)
        assert await statuses(lazada, "88") == ["canceled"]
        with refused("lazada_nothing_to_decide"):
            await lazada.answer_cancel_request(request_id, accept=False)

    async def test_an_unknown_request(self, lazada: LazadaConnector) -> None:
        with refused("lazada_case_not_found"):
            await lazada.answer_cancel_request("404", accept=True)

    async def test_the_answer_is_lost(self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "88", "status": "pending"}])
        request_id = lazada_sim.ask_to_cancel(shop, "88")
        lazada_sim.set_faults({"kind": "reset_after", "path": "/order/reverse/cancel/seller/decide"})
        with pytest.raises(OutcomeUnknown):
            await lazada.answer_cancel_request(request_id, accept=True)
        assert len(lazada_sim.calls("/order/reverse/cancel/seller/decide")) == 1
