"""Buyers send things back: the shop reads what they claim and refuses with evidence, one line at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.kit.lazada_calls import call, signed
from tests.kit.lazada_sim import LazadaSim, SimStore
from tests.kit.pictures import png
from tests.kit.refusals import refused

from seawall.connectors.contracts import EvidenceImage, ReturnCase
from seawall.connectors.errors import OutcomeUnknown, Rejected
from seawall.connectors.lazada.api import LazadaConnector
from seawall.kernel.clock import SYSTEM_CLOCK

UPDATE, DISPUTE = "/order/reverse/return/update", "/order/reverse/onlyrefund/seller/decide"
REASON = "20000002"
WORDS = "The picture shows another product."


@pytest.fixture
def order_id(lazada_sim: LazadaSim, shop: SimStore) -> str:
    """A delivered order of two units."""
    items = [{"paid_price": "50.50"}, {"paid_price": "49.50"}]
    [order_id] = lazada_sim.add_orders(shop, [{"order_id": "88", "status": "delivered", "items": items}])
    return order_id


@pytest.fixture
async def picture(lazada: LazadaConnector) -> EvidenceImage:
    return await lazada.upload_evidence("1", png(), file_name="proof.png")


async def updated(lazada: LazadaConnector, **back: float) -> list[ReturnCase]:
    after = SYSTEM_CLOCK.now() - timedelta(**(back or {"minutes": 1}))
    return [case async for case in lazada.returns_updated(after, SYSTEM_CLOCK.now() + timedelta(minutes=1))]


def line_states(sim: LazadaSim, return_id: str) -> list[str]:
    return [line["reverse_status"] for line in sim.returns()[return_id]["lines"]]


class TestReading:
    @pytest.mark.parametrize("switch", [{}, {"reverse_in_seconds": True}, {"stringify_scalars": True}])
    async def test_a_return_with_all_that_is_known(
        self, switch: dict[str, bool], lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str
    ) -> None:
        lazada_sim.switches(**switch)
        sla = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
        return_id = lazada_sim.ask_to_return(shop, order_id, reason="Broken", sla=sla.isoformat())
        case = await lazada.return_case(return_id)
        assert (case.return_id, case.order_id, case.status, case.reason) == (
            return_id, order_id, "REQUEST_INITIATE", "Broken",
        )  # fmt: skip
        assert (case.amount, case.currency) == (Decimal("100.00"), "THB")  # cents at the platform
        assert case.answer_by == sla
        assert case.created_at is not None
        assert abs(case.created_at - SYSTEM_CLOCK.now()) < timedelta(minutes=1)
        [listed] = await updated(lazada)
        assert (listed.return_id, listed.status, listed.amount) == (case.return_id, case.status, case.amount)

    async def test_vietnam_counts_in_whole_dong(self, lazada_sim: LazadaSim) -> None:
        shop = lazada_sim.add_store("vn")
        lazada_sim.add_orders(shop, [{"order_id": "88", "items": [{"paid_price": "89000"}]}])
        return_id = lazada_sim.ask_to_return(shop, "88")
        async with LazadaConnector(lazada_sim.credentials(shop)) as connector:
            case = await connector.return_case(return_id)
        assert (case.amount, case.currency) == (Decimal(89_000), "VND")

    async def test_the_window_holds_returns_and_refunds_but_no_cancellations(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str
    ) -> None:
        lazada_sim.add_orders(shop, [{"order_id": "90", "status": "pending"}, {"order_id": "91"}])
        refund = lazada_sim.ask_to_return(shop, "91", request_type="ONLY_REFUND")
        back = lazada_sim.ask_to_return(shop, order_id)
        lazada_sim.ask_to_cancel(shop, "90")
        assert {case.return_id for case in await updated(lazada)} == {refund, back}
        lazada_sim.advance(3600)
        lazada_sim.move_return(back, "withdrawn")
        ahead = SYSTEM_CLOCK.now() + timedelta(minutes=30)
        found = [c async for c in lazada.returns_updated(ahead, ahead + timedelta(hours=1))]
        assert [(case.return_id, case.status) for case in found] == [(back, "REQUEST_CANCEL")]

    async def test_many_pages_each_case_once(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.add_orders(shop, 25)
        asked = {lazada_sim.ask_to_return(shop, str(88001122330000 + 10 * n)) for n in range(25)}
        found = [case.return_id for case in await updated(lazada)]
        assert len(found) == 25
        assert set(found) == asked
        assert len(lazada_sim.calls("/reverse/getreverseordersforseller")) == 3

    async def test_a_window_too_full_for_the_pages_is_halved(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("seawall.connectors.lazada.returns.PAGES_MAX", 1)
        lazada_sim.switches(reverse_pages_max=1)
        lazada_sim.add_orders(shop, 25)
        asked = set()
        for n in range(25):
            lazada_sim.advance(60)
            asked.add(lazada_sim.ask_to_return(shop, str(88001122330000 + 10 * n)))
        until = SYSTEM_CLOCK.now() + timedelta(minutes=30)
        found = [c.return_id async for c in lazada.returns_updated(SYSTEM_CLOCK.now() - timedelta(minutes=1), until)]
        assert sorted(found) == sorted(asked)

    async def test_more_in_one_second_than_the_pages_hold_is_refused_not_skipped(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("seawall.connectors.lazada.returns.PAGES_MAX", 1)
        lazada_sim.post("/_sim/clock", {"freeze": True})
        lazada_sim.add_orders(shop, 11)
        for n in range(11):
            lazada_sim.ask_to_return(shop, str(88001122330000 + 10 * n))
        with refused("lazada_window_too_full"):
            await updated(lazada)

    async def test_another_shops_return_is_not_there(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        rival = lazada_sim.add_store("th")
        [foreign] = lazada_sim.add_orders(rival, 1)
        return_id = lazada_sim.ask_to_return(rival, foreign)
        for code in ("", "112"):
            lazada_sim.switches(reverse_foreign_code=code)
            with refused("lazada_case_not_found"):
                await lazada.return_case(return_id)
        assert await updated(lazada) == []

    async def test_reasons_are_asked_for(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str
    ) -> None:
        reasons = await lazada.return_reject_reasons(lazada_sim.ask_to_return(shop, order_id))
        assert [reason.code for reason in reasons] == ["20000001", "20000002", "20000003"]
        assert all(reason.text for reason in reasons)


class TestRefusing:
    async def test_every_line_is_refused_with_evidence_one_a_call(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str, picture: EvidenceImage
    ) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id)
        said = await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert line_states(lazada_sim, return_id) == ["REQUEST_REJECT"] * 2
        assert len(lazada_sim.calls(UPDATE)) == 2
        assert (said.request["action"], said.request["comment"]) == ("refuseReturn", WORDS)
        [first, _] = lazada_sim.returns()[return_id]["lines"]
        assert first["history"][0]["picture"] == [picture.url]

        await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert len(lazada_sim.calls(UPDATE)) == 2  # refused already: nothing is left to do

    async def test_a_refund_without_return_becomes_a_dispute(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str, picture: EvidenceImage
    ) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id, request_type="ONLY_REFUND", order_item_ids=["89"])
        await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert lazada_sim.returns()[return_id]["lines"][0]["is_dispute"] is True
        assert lazada_sim.calls(UPDATE) == []

    async def test_goods_that_came_back_can_be_refused_once_their_arrival_is_confirmed(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str, picture: EvidenceImage
    ) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id, order_item_ids=["89"])
        lazada_sim.move_return(return_id, "arrived")
        # That the goods arrived is for a person to say, never for us.
        with refused("lazada_case_state"):
            await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        line_id = lazada_sim.returns()[return_id]["lines"][0]["reverse_order_line_id"]
        confirm = {"action": "confirmDelivery", "reverse_order_id": return_id, "reverse_order_item_ids": f"[{line_id}]"}
        assert call(lazada_sim, UPDATE, query=signed(shop, UPDATE, **confirm))["code"] == "0"
        said = await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert said.request["action"] == "refuseRefund"
        assert line_states(lazada_sim, return_id) == ["REQUEST_REJECT"]

    @pytest.mark.parametrize(
        ("values", "code", "number"),
        [
            ({"reason": ""}, "lazada_case_incomplete", "108"),
            ({"reason": "1"}, "lazada_case_incomplete", "108"),
            ({"comment": ""}, "lazada_case_incomplete", "109"),
            ({"images": []}, "lazada_case_incomplete", "110"),
        ],
    )
    async def test_what_is_missing_is_named_and_nothing_is_refused(
        self, values: dict[str, object], code: str, number: str, lazada: LazadaConnector, lazada_sim: LazadaSim,
        shop: SimStore, order_id: str, picture: EvidenceImage,
    ) -> None:  # fmt: skip
        return_id = lazada_sim.ask_to_return(shop, order_id)
        whole: dict[str, object] = {"reason": REASON, "comment": WORDS, "images": [picture]}
        with pytest.raises(Rejected) as stopped:
            await lazada.reject_return(return_id, **(whole | values))
        assert (stopped.value.code, stopped.value.platform_code) == (code, number)
        assert line_states(lazada_sim, return_id) == ["REQUEST_INITIATE"] * 2

    @pytest.mark.parametrize("to", ["withdrawn", "REFUND_SUCCESS", "NEVER_HEARD_OF"])
    async def test_a_state_that_cannot_be_refused_is_not_tried(
        self, to: str, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str,
        picture: EvidenceImage,
    ) -> None:  # fmt: skip
        return_id = lazada_sim.ask_to_return(shop, order_id)
        lazada_sim.move_return(return_id, to)
        with refused("lazada_case_state"):
            await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert lazada_sim.calls(UPDATE) == []

    async def test_goods_that_go_to_the_warehouse_are_lazadas_to_decide(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str, picture: EvidenceImage
    ) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id, is_rtm=False)
        with refused("lazada_case_state"):
            await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert lazada_sim.calls(UPDATE) == []

    async def test_the_answer_is_lost_and_the_repeat_goes_on_where_it_stopped(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str, picture: EvidenceImage
    ) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id)
        lazada_sim.set_faults({"kind": "reset_after", "path": UPDATE, "nth": [1]})
        with pytest.raises(OutcomeUnknown):
            await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert line_states(lazada_sim, return_id) == ["REQUEST_REJECT", "REQUEST_INITIATE"]
        await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert line_states(lazada_sim, return_id) == ["REQUEST_REJECT"] * 2
        assert len(lazada_sim.calls(UPDATE)) == 2

    async def test_half_done_is_never_called_a_refusal(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str, picture: EvidenceImage
    ) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id)
        lazada_sim.set_faults({"kind": "error", "code": "114", "path": UPDATE, "nth": [2]})
        with pytest.raises(OutcomeUnknown) as half:
            await lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture])
        assert "1 of 2" in half.value.detail
        assert half.value.platform_code == "114"

    async def test_two_people_refuse_at_once_and_each_line_is_refused_once(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore, order_id: str, picture: EvidenceImage
    ) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id, order_item_ids=["89"])
        both = [lazada.reject_return(return_id, reason=REASON, comment=WORDS, images=[picture]) for _ in range(2)]
        outcomes = await asyncio.gather(*both, return_exceptions=True)
        assert len([o for o in outcomes if not isinstance(o, Rejected)]) >= 1
        assert not any(isinstance(o, BaseException) and not isinstance(o, Rejected) for o in outcomes)
        assert len(lazada_sim.returns()[return_id]["lines"][0]["history"]) == 1


class TestTheDocumentedNumbers:
    """What the connector never does, asked by hand: the simulator answers with the numbers of the page."""

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"action": "refuesReturn"}, "107"),
            ({"reverse_order_id": ""}, "105"),
            ({"reverse_order_id": "404"}, "112"),
            ({"reverse_order_item_ids": ""}, "100"),
            ({"reverse_order_item_ids": "x"}, "126"),
            ({"reverse_order_item_ids": "[1]"}, "125"),
            ({"reverse_order_item_ids": "both"}, "111"),
            ({"action": "agreeRefund"}, "114"),
        ],
    )
    def test_return_update(
        self, changes: dict[str, str], code: str, lazada_sim: LazadaSim, shop: SimStore, order_id: str
    ) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id)
        lines = [line["reverse_order_line_id"] for line in lazada_sim.returns()[return_id]["lines"]]
        ask = {
            "action": "refuseReturn", "reverse_order_id": return_id, "reverse_order_item_ids": f"[{lines[0]}]",
            "reason_id": REASON, "comment": WORDS, "image_info": '[{"name":"a","url":"https://img.example.test/a.png"}]',
        } | changes  # fmt: skip
        if ask["reverse_order_item_ids"] == "both":
            ask["reverse_order_item_ids"] = f"[{','.join(lines)}]"
        sent = {name: value for name, value in ask.items() if value}
        assert call(lazada_sim, UPDATE, query=signed(shop, UPDATE, **sent))["code"] == code

    def test_another_sellers_return(self, lazada_sim: LazadaSim, shop: SimStore, order_id: str) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id)
        rival = lazada_sim.add_store("th")
        ask = {"action": "agreeReturn", "reverse_order_id": return_id, "reverse_order_item_ids": "[1]"}
        assert call(lazada_sim, UPDATE, query=signed(rival, UPDATE, **ask))["code"] == "127"

    def test_a_dispute_is_about_one_line(self, lazada_sim: LazadaSim, shop: SimStore, order_id: str) -> None:
        return_id = lazada_sim.ask_to_return(shop, order_id, request_type="ONLY_REFUND")
        lines = ",".join(line["reverse_order_line_id"] for line in lazada_sim.returns()[return_id]["lines"])
        ask = {"action": "agreeRefund", "reverse_order_id": return_id, "reverse_order_item_ids": f"[{lines}]"}
        assert call(lazada_sim, DISPUTE, query=signed(shop, DISPUTE, **ask))["code"] == "133"

    @pytest.mark.parametrize(("name", "value", "code"), [("page_no", "0", "120"), ("page_size", "11", "121")])
    def test_paging(self, name: str, value: str, code: str, lazada_sim: LazadaSim, shop: SimStore) -> None:
        path = "/reverse/getreverseordersforseller"
        ask = {"page_no": "1", "page_size": "10"} | {name: value}
        assert call(lazada_sim, path, query=signed(shop, path, **ask))["code"] == code
