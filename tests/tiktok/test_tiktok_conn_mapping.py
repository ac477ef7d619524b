"""TikTok Shop's answers as our records: the documented samples, odd shapes, hostile JSON."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.connectors import tolerant
from seawall.connectors.contracts import CancelState, Fault, Speaker
from seawall.connectors.errors import ConnectorError
from seawall.connectors.tiktokshop import cases, mapping, scalars
from seawall.connectors.tiktokshop.errors import CallFacts
from seawall.connectors.tiktokshop.judging import judged
from seawall.connectors.tiktokshop.limits import text_units
from seawall.connectors.tiktokshop.reasons import documented, reason_of
from seawall.kernel.markets import Market

ORDER: dict[str, Any] = {
    "id": "576900000000000001", "status": "AWAITING_COLLECTION", "user_id": "7000000000000000201",
    "create_time": 1767000000, "update_time": 1767100000, "is_cod": True,
    "line_items": [
        {"id": "577000000000000001", "sku_id": "1729000000000000001", "product_name": "Áo thun",
         "seller_sku": "TEE-R-L", "sale_price": "99000", "currency": "VND", "display_status": "AWAITING_COLLECTION",
         "package_id": "1153000000000000001", "tracking_number": "DX0001"},
    ],
    "payment": {"currency": "VND", "sub_total": "99000", "shipping_fee": "15000", "total_amount": "114000"},
}  # fmt: skip

MESSAGE: dict[str, Any] = {
    "id": "7000000000000000301", "index": "1767225500000000", "type": "TEXT",
    "content": '{"content":"Hàng của tôi đâu?"}', "create_time": 1767225500, "is_visible": True,
    "sender": {"role": "BUYER", "im_user_id": "7000000000000000101", "nickname": "lan_demo", "avatar": ""},
}  # fmt: skip

CANCELLATION: dict[str, Any] = {
    "cancel_id": "4035000000000000002", "order_id": "576900000000000002", "cancel_type": "BUYER_CANCEL",
    "role": "BUYER", "cancel_status": "CANCELLATION_REQUEST_PENDING",
    "cancel_reason": "ecom_order_to_ship_canceled_reason_not_shipped_on_time", "cancel_reason_text": "Not shipped",
    "create_time": 1767200000, "update_time": 1767200000,
    "seller_next_action_response": [{"action": "SELLER_RESPOND_CANCEL", "deadline": 1767372800}],
}  # fmt: skip

RETURN: dict[str, Any] = {
    "return_id": "4035000000000000009", "order_id": "576900000000000001", "return_type": "REFUND",
    "return_status": "RETURN_OR_REFUND_REQUEST_PENDING", "return_reason": "not_received", "create_time": 1767300000,
    "seller_next_action_response": [{"action": "SELLER_RESPOND_REFUND", "deadline": 1767472800}],
    "refund_amount": {"currency": "VND", "refund_total": "114000"},
}  # fmt: skip


def at(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


class TestOrders:
    def test_the_documented_order(self) -> None:
        order = mapping.order_of(ORDER, "XXX")
        assert (order.order_id, order.statuses, order.buyer_id) == (
            "576900000000000001",
            ("AWAITING_COLLECTION",),
            "7000000000000000201",
        )
        assert (order.total, order.currency) == (Decimal(114000), "VND")
        assert (order.created_at, order.updated_at) == (at(1767000000), at(1767100000))
        [line] = order.lines
        assert (line.line_id, line.title, line.sku, line.quantity) == ("577000000000000001", "Áo thun", "TEE-R-L", 1)
        assert (line.paid_price, line.currency, line.tracking_code) == (Decimal(99000), "VND", "DX0001")
        assert order.raw["is_cod"] is True

    @pytest.mark.parametrize("spelling", ["CANCEL", "CANCELLED"])
    def test_both_spellings_of_cancelled_are_one(self, spelling: str) -> None:
        assert mapping.order_of({**ORDER, "status": spelling}, "VND").statuses == ("CANCELLED",)

    def test_ids_as_numbers_keep_every_digit(self) -> None:
        order = mapping.order_of({"id": 576900000000000001, "user_id": 7000000000000000201}, "VND")
        assert (order.order_id, order.buyer_id) == ("576900000000000001", "7000000000000000201")

    def test_an_empty_order_is_still_one(self) -> None:
        order = mapping.order_of({"id": "1", "line_items": None, "payment": "x", "create_time": "soon"}, "THB")
        assert (order.statuses, order.lines, order.total, order.currency) == ((), (), None, "THB")
        assert order.created_at is None


class TestTrace:
    def test_events_come_oldest_first_in_milliseconds(self) -> None:
        rows = [
            {"description": "Giao hàng không thành công", "update_time_millis": 1767225600000, "action_code": 40601},
            {"description": "Đã đến bưu cục giao", "update_time_millis": 1767200000000, "action_code": "40101"},
        ]
        events = mapping.trace_of(rows)
        assert [(event.code, event.kind, event.at) for event in events] == [
            ("40101", "at_delivery_hub", at(1767200000)),
            ("40601", "attempt_failed", at(1767225600)),
        ]

    def test_events_of_one_instant_keep_their_order(self) -> None:
        rows = [{"description": name, "update_time_millis": 1767200000000} for name in ("last", "middle", "first")]
        assert [event.title for event in mapping.trace_of(rows)] == ["first", "middle", "last"]

    def test_a_code_nobody_knows_is_kept_without_a_kind(self) -> None:
        [event] = mapping.trace_of([{"description": "?", "update_time_millis": 1767200000000, "action_code": 99999}])
        assert (event.code, event.kind) == ("99999", "")


class TestChat:
    def test_the_documented_message(self) -> None:
        message = mapping.message_of(MESSAGE, "7000000000000000001")
        assert message is not None
        assert (message.session_id, message.message_id) == ("7000000000000000001", "7000000000000000301")
        assert (message.speaker, message.text, message.kind) == (Speaker.BUYER, "Hàng của tôi đâu?", "TEXT")
        assert message.sent_at == at(1767225500)
        assert (message.buyer_id, message.blocked_note, message.is_recalled) == ("", "", False)

    @pytest.mark.parametrize(
        ("role", "speaker", "is_auto"),
        [
            ("BUYER", Speaker.BUYER, False),
            ("SHOP", Speaker.SELLER, False),
            ("CUSTOMER_SERVICE", Speaker.SELLER, False),
            ("SYSTEM", Speaker.SYSTEM, False),
            ("ROBOT", Speaker.SYSTEM, True),
            ("NEWCOMER", Speaker.SYSTEM, False),
        ],
    )
    def test_the_role_tells_who_wrote_and_never_the_id(self, role: str, speaker: Speaker, is_auto: bool) -> None:
        message = mapping.message_of({**MESSAGE, "sender": {"role": role, "im_user_id": "7000000000000000102"}}, "1")
        assert message is not None
        assert (message.speaker, message.is_auto_reply) == (speaker, is_auto)

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ('{"content":"hi"}', "hi"),
            ({"content": "hi"}, "hi"),
            ('{"content":7}', "7"),
            ("hi", ""),
            ('"hi"', ""),
            ('{"content":{"content":"hi"}}', ""),
            ("{", ""),
            (None, ""),
            ("[" * 10_000, ""),
            ('{"content":"a\\u0000b\\ud800"}', "a\ufffdb?"),
        ],
    )
    def test_content_is_json_inside_a_string_and_junk_is_borne(self, content: object, text: str) -> None:
        message = mapping.message_of({**MESSAGE, "content": content}, "1")
        assert message is not None
        assert message.text == text

    def test_pictures_and_cards_have_no_text(self) -> None:
        for kind, content in (("IMAGE", '{"url":"https://img.example/a"}'), ("ORDER_CARD", '{"order_id":"1"}')):
            message = mapping.message_of({**MESSAGE, "type": kind, "content": content}, "1")
            assert message is not None
            assert (message.kind, message.text) == (kind, "")

    def test_what_is_not_visible_is_neither_shown_nor_proof_but_a_buyer_is_never_lost(self) -> None:
        hidden = {
            role: mapping.message_of({**MESSAGE, "is_visible": False, "sender": {"role": role}}, "1")
            for role in ("SYSTEM", "SHOP", "BUYER")
        }
        assert all(message is not None and message.blocked_note for message in hidden.values())
        texts = {role: message.text for role, message in hidden.items() if message is not None}
        assert texts == {"SYSTEM": "", "SHOP": "Hàng của tôi đâu?", "BUYER": "Hàng của tôi đâu?"}

    @pytest.mark.parametrize("lacking", ["id", "create_time"])
    def test_without_id_or_time_it_is_no_message_and_may_be_ours(self, lacking: str) -> None:
        raw = {name: value for name, value in MESSAGE.items() if name != lacking}
        assert mapping.message_of(raw, "1") is None
        assert not mapping.may_be_ours(raw)
        assert mapping.may_be_ours({**raw, "sender": {"role": "CUSTOMER_SERVICE"}})
        assert mapping.may_be_ours({**raw, "sender": None})

    def test_the_index_is_compared_as_a_number(self) -> None:
        raws = [
            {**MESSAGE, "id": "b", "index": "1000", "create_time": 10},
            {**MESSAGE, "id": "a", "index": "999", "create_time": 20},
        ]
        messages = [message for raw in raws if (message := mapping.message_of(raw, "1")) is not None]
        assert [message.message_id for message in mapping.in_order(messages)] == ["a", "b"]

    def test_where_an_index_is_missing_the_time_tells(self) -> None:
        raws = [{**MESSAGE, "id": "b", "create_time": 20}, {**MESSAGE, "id": "a", "index": "", "create_time": 10}]
        messages = [message for raw in raws if (message := mapping.message_of(raw, "1")) is not None]
        assert [message.message_id for message in mapping.in_order(messages)] == ["a", "b"]

    def test_a_conversation_has_no_read_positions(self) -> None:
        state = mapping.session_of({"id": "1", "unread_count": "2", "can_send_message": True})
        assert state is not None
        assert (state.unread, state.seller_read_up_to, state.buyer_read_up_to) == (2, None, None)
        assert state.raw["can_send_message"] is True
        assert mapping.session_of({"unread_count": 2}) is None

    @pytest.mark.parametrize(("text", "units"), [("", 0), ("chào", 4), ("🙏", 2), ("\ud800", 1)])
    def test_a_text_is_measured_on_the_longer_count(self, text: str, units: int) -> None:
        assert text_units(text) == units


class TestCases:
    def test_a_buyers_request_has_the_platforms_own_deadline(self) -> None:
        request = cases.request_of(CANCELLATION)
        assert request is not None
        assert (request.request_id, request.order_id, request.reason) == (
            "4035000000000000002",
            "576900000000000002",
            "Not shipped",
        )
        assert request.answer_by == at(1767372800)

    @pytest.mark.parametrize(
        "changed",
        [
            {"cancel_type": "CANCEL"},
            {"cancel_status": "CANCELLATION_REQUEST_SUCCESS"},
            {"cancel_status": "CANCELLATION_REQUEST_CANCEL"},
            {"cancel_status": "CANCELLATION_REQUEST_CANCELLED"},
            {"cancel_id": ""},
        ],
    )
    def test_what_waits_for_nobody_is_no_request(self, changed: dict[str, str]) -> None:
        assert cases.request_of({**CANCELLATION, **changed}) is None

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("CANCELLATION_REQUEST_SUCCESS", CancelState.DONE),
            ("CANCELLATION_REQUEST_COMPLETE", CancelState.DONE),
            ("CANCELLATION_REQUEST_PENDING", CancelState.PENDING),
            ("CANCELLATION_REQUEST_CANCEL", None),
            ("CANCELLATION_REQUEST_CANCELLED", None),
            ("SOMETHING", None),
        ],
    )
    def test_only_a_known_status_is_a_fact(self, status: str, state: CancelState | None) -> None:
        assert cases.cancel_state(status) is state

    def test_the_documented_return(self) -> None:
        case = cases.return_of(RETURN)
        assert case is not None
        assert (case.return_id, case.amount, case.currency) == ("4035000000000000009", Decimal(114000), "VND")
        assert (case.answer_by, case.updated_at) == (at(1767472800), None)

    @pytest.mark.parametrize(
        ("action", "decision"),
        [
            ("SELLER_RESPOND_REFUND", "REJECT_REFUND"),
            ("SELLER_RESPOND_RETURN", "REJECT_RETURN"),
            ("SELLER_RESPOND_RECEIVE_PACKAGE", "REJECT_RECEIVED_PACKAGE"),
            ("SELLER_RESPOND_REPLACEMENT", "REJECT_REPLACEMENT"),
            ("BUYER_SHIPS", ""),
        ],
    )
    def test_a_refusal_answers_what_is_waited_for(self, action: str, decision: str) -> None:
        case = cases.return_of({**RETURN, "seller_next_action_response": [{"action": action}]})
        assert case is not None
        assert cases.reject_decision(case) == decision


class TestEligibility:
    def rows(self, *lines: dict[str, Any]) -> list[dict[str, Any]]:
        base = {"request_type": "CANCEL", "eligible": True, "order_line_items_ids": ["577000000000000001"]}
        return [{"sku_id": "1", "line_item_eligibility": [base | line]} for line in lines]

    def test_reasons_are_those_that_hold_for_every_line(self) -> None:
        rows = self.rows(
            {"available_reason_names": ["seller_cancel_reason_out_of_stock", "a"]},
            {"available_reason_names": ["b", "seller_cancel_reason_out_of_stock"]},
        )
        said = cases.eligibility_of(rows, mapping.order_of(ORDER, "VND"))
        assert (said.is_said, said.is_eligible, said.why_not) == (True, True, "")
        assert [reason.code for reason in said.reasons] == ["seller_cancel_reason_out_of_stock"]

    def test_one_line_that_may_not_bars_the_whole_order(self) -> None:
        rows = self.rows({}, {"eligible": False, "ineligible_code": 7, "ineligible_reason": "Shipped"})
        said = cases.eligibility_of(rows, mapping.order_of(ORDER, "VND"))
        assert (said.is_eligible, said.why_not, said.reasons) == (False, "7 Shipped", ())

    def test_a_line_cancelled_already_bars_nothing(self) -> None:
        gone = {"id": "9", "display_status": "CANCELLED"}
        order = mapping.order_of({**ORDER, "line_items": [*ORDER["line_items"], gone]}, "VND")
        rows = self.rows({}, {"eligible": False, "order_line_items_ids": ["9"]})
        assert cases.eligibility_of(rows, order).is_eligible

    def test_an_answer_about_returns_says_nothing_of_cancelling(self) -> None:
        said = cases.eligibility_of(self.rows({"request_type": "REFUND"}), mapping.order_of(ORDER, "VND"))
        assert (said.is_said, said.is_eligible) == (False, False)


class TestReasons:
    @pytest.mark.parametrize("status", ["ON_HOLD", "AWAITING_SHIPMENT"])
    def test_documented_reasons_say_that_they_are_only_that(self, status: str) -> None:
        reasons = documented(status, Market.VN)
        assert {reason.code for reason in reasons} == {
            "seller_cancel_reason_out_of_stock",
            "seller_cancel_reason_wrong_price",
        }
        assert all("documented" in reason.text and reason.fault is Fault.SELLER for reason in reasons)

    @pytest.mark.parametrize("status", ["UNPAID", "AWAITING_COLLECTION", "PARTIALLY_SHIPPING", "IN_TRANSIT", ""])
    def test_where_documents_disagree_or_say_no_none_is_offered(self, status: str) -> None:
        assert documented(status, Market.VN) == ()

    @pytest.mark.parametrize(
        ("name", "claims"),
        [
            ("seller_cancel_paid_reason_buyer_requested_cancellation", True),
            ("order_manage_list_action_respond_popup_reject_reason_buyer_agree", True),
            ("seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed", False),
            ("seller_cancel_reason_out_of_stock", False),
        ],
    )
    def test_what_claims_the_buyers_wish_is_flagged(self, name: str, claims: bool) -> None:
        assert reason_of(name).claims_buyer_asked is claims

    def test_the_philippines_list_it_and_it_is_flagged(self) -> None:
        assert [r.claims_buyer_asked for r in documented("ON_HOLD", Market.PH)] == [False, False, True]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    sorted({*ORDER, *MESSAGE, *CANCELLATION, *RETURN, "latest_message", "line_item_eligibility", "message_id",
            "conversation_id", "request_type", "eligible", "available_reason_names", "update_time_millis", "uri"})
)  # fmt: skip
HOSTILE = st.dictionaries(NAMES, JSON, max_size=8)


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_no_shape_breaks_the_mapping(raw: dict[str, Any]) -> None:
    order = mapping.order_of(raw, "VND")
    mapping.trace_of([raw])
    message = mapping.message_of(raw, "1")
    if message is not None:
        assert mapping.in_order([message, message])
    mapping.may_be_ours(raw)
    mapping.session_of(raw)
    mapping.image_of(raw)
    cases.request_of(raw)
    case = cases.return_of(raw)
    if case is not None:
        cases.reject_decision(case)
    cases.eligibility_of([raw, {"line_item_eligibility": [raw]}], order)
    cases.reject_reasons_of([raw])
    cases.evidence_of(raw, "image/png")
    cases.metrics_of(raw)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([200, 302, 401, 429, 500]), JSON, JSON, st.booleans())
def test_judging_raises_connector_errors_and_nothing_else(
    status: int, code: object, data: object, is_effect: bool
) -> None:
    call = CallFacts(is_effect=is_effect, answered_at=at(1767225600))
    try:
        found = judged(status, {"code": code, "message": data, "data": data}, call)
    except ConnectorError:
        return
    assert tolerant.scalar(code) == "0"
    assert isinstance(found, dict)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | JSON.map(lambda v: json.dumps(v).encode()))
def test_any_body_is_an_object_that_can_be_kept_or_none(body: bytes) -> None:
    found = tolerant.parse_object(body)
    if found is not None:
        text = json.dumps(found, allow_nan=False)
        assert "\\u0000" not in text
        scalars.compact(found).encode()


@pytest.mark.parametrize(
    "body", [b'{"a":1e999}', b'{"a":NaN}', b'{"a":' + b"[" * 100_000, b"[]", b'{"a":' + b"9" * 5_000 + b"}", b"\xff"]
)
def test_endless_things_are_no_answer(body: bytes) -> None:
    assert tolerant.parse_object(body) is None
