"""Shopee's JSON as our records: the documentation's shapes, and anything at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.refusals import refused

from seawall.connectors.contracts import EvidenceImage, Fault, Speaker
from seawall.connectors.shopee import case_mapping, chat_mapping, mapping
from seawall.connectors.shopee.conversations import addressee_of, handle_of
from seawall.connectors.shopee.known import KnownConversations
from seawall.connectors.shopee.returns import evidence_of
from seawall.connectors.shopee.shop import windows
from seawall.connectors.shopee.wire import WireDisputeReason, WireOrder, WireSent
from seawall.connectors.tolerant import parse_json, parse_object, rows, whole
from seawall.kernel.markets import Market

SHOP = "600123"
ORDER: dict[str, Any] = {
    "order_sn": "260101ABCDE123", "region": "MY", "currency": "MYR", "cod": False, "order_status": "PROCESSED",
    "create_time": 1767000000, "update_time": 1767200000, "buyer_user_id": 700200300, "buyer_username": "buyer_a",
    "total_amount": 35.5, "recipient_address": {"name": "B****a", "phone": "******12"},
    "cancel_by": "", "cancel_reason": "", "buyer_cancel_reason": "",
    "item_list": [
        {"item_id": 111, "item_name": "Mug", "model_id": 222, "model_name": "Red", "model_sku": "MUG-R",
         "model_quantity_purchased": 1, "model_discounted_price": 35.5, "order_item_id": 111, "promotion_group_id": 0},
        {"item_id": 111, "item_name": "Mug", "model_id": 222, "model_name": "Red", "model_sku": "MUG-R",
         "model_quantity_purchased": "2", "model_discounted_price": "0.10", "promotion_group_id": 9},
    ],
    "package_list": [{"package_number": "OFG200000000000001", "logistics_status": "LOGISTICS_REQUEST_CREATED"}],
    "can_full_cancel_order": True,
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    "message_id": "2300000000000000001", "message_type": "text", "from_id": 700200300, "from_shop_id": 700100,
    "to_id": 600900, "to_shop_id": 600123, "conversation_id": "812345678901234567", "created_timestamp": 1767225000,
    "status": "normal", "source": "android", "content": {"text": "hello"},
}  # fmt: skip
OURS = {"from_id": 600900, "from_shop_id": 600123, "to_id": 700200300, "to_shop_id": 700100}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
    | st.sampled_from(["1e999999999", "9" * 400, "0", "-1", "NaN", "²", "1767225000", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def like(sample: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The sample with any of its fields being anything, missing or as it should be."""
    return st.fixed_dictionaries({}, optional={name: anything | st.just(value) for name, value in sample.items()})


class TestOrder:
    def test_an_order_of_the_documentation(self) -> None:
        order = mapping.order_of(ORDER, "SGD")
        assert (order.order_id, order.statuses, order.buyer_id) == ("260101ABCDE123", ("PROCESSED",), "700200300")
        assert (order.total, order.currency) == (Decimal("35.5"), "MYR")
        assert order.created_at == datetime.fromtimestamp(1767000000, UTC)
        assert [(line.line_id, line.title, line.sku, line.quantity, line.paid_price) for line in order.lines] == [
            ("111:222", "Mug Red", "MUG-R", 1, Decimal("35.5")),
            ("111:222:9", "Mug Red", "MUG-R", 2, Decimal("0.10")),
        ]

    def test_a_list_row_knows_number_and_status_alone(self) -> None:
        order = mapping.order_of({"order_sn": "260101ABCDE123", "order_status": "SHIPPED"}, "SGD")
        assert (order.statuses, order.currency, order.buyer_id) == (("SHIPPED",), "SGD", "")
        assert (order.created_at, order.total, order.lines) == (None, None, ())

    def test_masked_data_stays_masked(self) -> None:
        assert mapping.order_of(ORDER, "MYR").raw["recipient_address"] == {"name": "B****a", "phone": "******12"}

    @pytest.mark.parametrize("missing", [0, "0", "", None, "null"])
    def test_a_buyer_that_is_not_named_is_nobody(self, missing: object) -> None:
        assert mapping.order_of({**ORDER, "buyer_user_id": missing}, "MYR").buyer_id == ""

    @given(raw=like(ORDER) | like({"item_list": [ORDER["item_list"][0], None, 7]}))
    def test_no_json_makes_it_fail(self, raw: dict[str, Any]) -> None:
        order = mapping.order_of(raw, "MYR")
        assert order.order_id.isprintable() or order.order_id
        assert "\ud800" not in order.order_id
        case_mapping.cancel_request_of(raw)
        case_mapping.why_not_cancellable(WireOrder.model_validate(raw))
        case_mapping.stock_items(WireOrder.model_validate(raw))


TRACK: dict[str, Any] = {
    "package_number": "OFG1",
    "tracking_info": [
        {"update_time": 1767210000, "description": "left the centre", "logistics_status": "PICKED_UP"},
        {"update_time": 1767100000, "description": "made", "logistics_status": "ORDER_CREATED"},
        {"update_time": 0, "description": "no time", "logistics_status": "UPDATE"},
    ],
    "reversed_tracking_number": "SG1CU",
    "reversed_tracking_info": [{"update_time": 1767300000, "description": "on its way back"}],
}


class TestTrack:
    def test_events_are_oldest_first_and_the_way_back_is_named(self) -> None:
        events = mapping.trace_of([(TRACK, "", "MY123")])
        assert [(event.kind, event.title, event.tracking_number, event.package_id) for event in events] == [
            ("ORDER_CREATED", "made", "MY123", "OFG1"),
            ("PICKED_UP", "left the centre", "MY123", "OFG1"),
            (mapping.REVERSED, "on its way back", "SG1CU", "OFG1"),
        ]
        assert events[1].raw == TRACK["tracking_info"][0]

    @pytest.mark.parametrize("is_backwards", [True, False])
    def test_events_of_one_second_keep_their_order_whichever_way_the_list_runs(self, is_backwards: bool) -> None:
        listed = [{"update_time": 1767210000 + at, "description": name} for at, name in ((0, "a"), (0, "b"), (9, "c"))]
        answer = {"tracking_info": listed[::-1] if is_backwards else listed}
        assert [event.title for event in mapping.trace_of([(answer, "", "")])] == ["a", "b", "c"]

    @given(answer=like(TRACK) | like({"tracking_info": [None, {"update_time": 5}, "x"]}))
    def test_no_json_makes_it_fail(self, answer: dict[str, Any]) -> None:
        assert all(event.at for event in mapping.trace_of([(answer, "", "")]))


class TestMessage:
    def test_a_buyers_message(self) -> None:
        message = chat_mapping.message_of(MESSAGE, SHOP)
        assert message is not None
        assert (message.session_id, message.message_id) == ("812345678901234567", "2300000000000000001")
        assert (message.speaker, message.buyer_id, message.text, message.kind) == (
            Speaker.BUYER, "700200300", "hello", "text",
        )  # fmt: skip
        assert message.sent_at == datetime.fromtimestamp(1767225000, UTC)
        assert (message.blocked_note, message.is_auto_reply, message.is_recalled) == ("", False, False)

    def test_without_a_shop_id_on_either_side_nothing_counts_as_ours(self) -> None:
        message = chat_mapping.message_of({**MESSAGE, "from_shop_id": 0, "status": "auto_reply"}, "")
        assert message is not None
        assert (message.speaker, message.buyer_id, message.is_auto_reply) == (Speaker.SYSTEM, "700200300", False)

    def test_the_shop_is_the_sender_exactly_when_its_shop_id_says_so(self) -> None:
        ours = chat_mapping.message_of({**MESSAGE, **OURS}, SHOP)
        # Buyers have a shop id too, and an id of an account is no shop id.
        theirs = chat_mapping.message_of({**MESSAGE, "from_id": 600123}, SHOP)
        assert ours is not None
        assert theirs is not None
        assert (ours.speaker, ours.buyer_id) == (Speaker.SELLER, "700200300")
        assert theirs.speaker is Speaker.BUYER

    @pytest.mark.parametrize(
        "change",
        [{"message_type": "notification"}, {"to_shop_id": 999}, {"from_id": 0, "from_shop_id": 0}],
    )
    def test_what_is_no_buyers_word_to_this_shop_is_the_systems(self, change: dict[str, object]) -> None:
        message = chat_mapping.message_of({**MESSAGE, **change}, SHOP)
        assert message is not None
        assert message.speaker is Speaker.SYSTEM

    @pytest.mark.parametrize(
        ("status", "note"),
        [
            ("censored_blacklist", "censored_blacklist"), ("blocked", "blocked"), ("censored_whitelist", ""),
            ("normal", ""), ("user_chat", ""), ("web_chat", ""), ("auto_reply", ""), ("brand_new_status", ""),
        ],
    )  # fmt: skip
    def test_a_message_the_buyer_did_not_get_says_so(self, status: str, note: str) -> None:
        message = chat_mapping.message_of({**MESSAGE, **OURS, "status": status}, SHOP)
        assert message is not None
        assert message.blocked_note == note

    @pytest.mark.parametrize(
        "change", [{"status": "auto_reply"}, {"status": "offwork_autoreply"}, {"source": "chatbot"}]
    )
    def test_a_robots_words_are_not_a_persons(self, change: dict[str, str]) -> None:
        ours = chat_mapping.message_of({**MESSAGE, **OURS, **change}, SHOP)
        theirs = chat_mapping.message_of({**MESSAGE, **change}, SHOP)
        assert ours is not None
        assert ours.is_auto_reply
        assert theirs is not None
        assert not theirs.is_auto_reply

    @pytest.mark.parametrize(
        ("content", "text"),
        [({"text": "a"}, "a"), ('{"text":"b"}', "b"), ({"url": "x"}, ""), ("c", ""), (None, ""), ({"text": 7}, "")],
    )
    def test_text_is_found_where_there_is_one(self, content: object, text: str) -> None:
        message = chat_mapping.message_of({**MESSAGE, "message_type": "faq_liveagent", "content": content}, SHOP)
        assert message is not None
        assert message.text == text

    @given(raw=like(MESSAGE), shop=st.sampled_from([SHOP, ""]))
    def test_no_json_makes_it_fail_and_nobody_becomes_the_shop(self, raw: dict[str, Any], shop: str) -> None:
        message = chat_mapping.message_of(raw, shop)
        if message is not None and shop == "":
            assert message.speaker is not Speaker.SELLER
            assert not message.is_auto_reply

    @given(raw=like({
        "conversation_id": "8", "to_id": 7, "unread_count": 2, "last_message_timestamp": 1767225000123456789,
        "latest_message_id": "23", "opposite_last_read_msg_id": "23", "content": {"conversation_id": "8"},
    }))  # fmt: skip
    def test_no_json_makes_a_conversation_fail(self, raw: dict[str, Any]) -> None:
        for state in (chat_mapping.session_of(raw), chat_mapping.notified_session(raw)):
            assert state is None or (state.session_id and state.unread >= 0)


class TestNumbers:
    def test_ids_beyond_2_53_stay_exact_as_bare_numbers_and_as_text(self) -> None:
        body = b'{"response":{"message_id":"2300000000000000002","conversation_id":812345678901234567,"to_id":7}}'
        sent = WireSent.model_validate((parse_object(body) or {})["response"])
        assert (sent.conversation_id, sent.message_id) == ("812345678901234567", "2300000000000000002")

    @pytest.mark.parametrize("stamp", [1767225000, 1767225000123, 1767225000123456, 1767225000123456789])
    def test_stamps_are_read_by_their_magnitude(self, stamp: int) -> None:
        found = mapping.instant(stamp)
        assert found is not None
        assert found - datetime.fromtimestamp(1767225000, UTC) < timedelta(seconds=1)

    @pytest.mark.parametrize("stamp", [0, -5, 10**25, 10**30])
    def test_nonsense_is_no_instant(self, stamp: int) -> None:
        assert mapping.instant(stamp) is None

    @pytest.mark.parametrize("text", ["1e999999999", "9" * 5000, "²", "", "0x10", "1.2.3", None, [], {}, "inf"])
    def test_no_text_keeps_the_machine_busy(self, text: object) -> None:
        assert whole(text) == 0

    @pytest.mark.parametrize("body", [b"NaN", b'{"a":NaN}', b'{"a":1e999}', b"[" * 100_000, b"\xff", b"", b"[1]"])
    def test_what_is_no_storable_object_is_none(self, body: bytes) -> None:
        assert parse_object(body) is None

    def test_what_a_table_cannot_hold_is_replaced(self) -> None:
        assert parse_object(b'{"text":"a\\u0000b\\ud83d"}') == {"text": "a\ufffdb?"}
        assert parse_json('{"a":[1]}') == {"a": [1]}


class TestWindows:
    @given(start=st.integers(0, 4 * 10**9), length=st.integers(0, 10**7))
    def test_windows_cover_the_span_and_none_is_too_wide(self, start: int, length: int) -> None:
        after = datetime.fromtimestamp(start, UTC)
        cut = list(windows(after, after + timedelta(seconds=length)))
        assert cut[0][0] == start
        assert cut[-1][1] == start + length
        assert all(0 <= end - begin <= 15 * 86_400 for begin, end in cut)
        assert all(before[1] == behind[0] for before, behind in pairwise(cut))

    def test_a_span_that_runs_backwards_is_empty(self) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        assert list(windows(now, now - timedelta(seconds=1))) == []


class TestHandles:
    def test_a_handle_names_buyer_and_order(self) -> None:
        to = addressee_of(handle_of("700200300", "260101ABCDE123"))
        assert (to.buyer_id, to.order_id, to.conversation_id) == ("700200300", "260101ABCDE123", "")

    def test_a_number_is_a_conversation(self) -> None:
        assert addressee_of("812345678901234567").conversation_id == "812345678901234567"

    @pytest.mark.parametrize("session_id", ["", "to:", "to:7:", "to:x:A1", "to:7:A1\n", "7 ", "²", "1_2_3", "to:7:A,B"])
    def test_anything_else_is_refused(self, session_id: str) -> None:
        with refused("shopee_no_conversation"):
            addressee_of(session_id)

    def test_what_was_learned_longest_ago_is_forgotten_first(self) -> None:
        known = KnownConversations(most=2)
        for number in ("1", "2", "3"):
            known.learn(f"c{number}", f"b{number}")
        known.learn("c4", "")
        assert (known.buyer("c1"), known.buyer("c3"), known.conversation("b2")) == ("", "b3", "c2")
        assert known.buyer("c4") == ""


class TestCases:
    def test_customer_request_is_flagged_and_never_first(self) -> None:
        reasons = case_mapping.reasons_for(WireOrder.model_validate(ORDER), Market.MY)
        assert [(reason.code, reason.claims_buyer_asked) for reason in reasons] == [
            ("OUT_OF_STOCK", False), ("UNDELIVERABLE_AREA", False), ("CUSTOMER_REQUEST", True),
        ]  # fmt: skip
        assert reasons[0].fault is Fault.SELLER

    def test_reasons_follow_market_and_payment(self) -> None:
        cod = WireOrder.model_validate({**ORDER, "cod": True})
        codes = [reason.code for reason in case_mapping.reasons_for(cod, Market.TH)]
        assert codes == ["OUT_OF_STOCK", "COD_NOT_SUPPORTED", "CUSTOMER_REQUEST"]

    @pytest.mark.parametrize(
        ("change", "why_not"),
        [
            ({}, ""),
            ({"can_full_cancel_order": False}, "can_full_cancel_order: false (PROCESSED)"),
            ({"can_full_cancel_order": None}, ""),
            ({"can_full_cancel_order": None, "order_status": "SHIPPED"}, "SHIPPED"),
            ({"can_full_cancel_order": None, "order_status": ""}, "unknown status"),
        ],
    )
    def test_whether_an_order_may_be_cancelled(self, change: dict[str, object], why_not: str) -> None:
        assert case_mapping.why_not_cancellable(WireOrder.model_validate({**ORDER, **change})) == why_not

    def test_items_out_of_stock_are_named_once(self) -> None:
        assert case_mapping.stock_items(WireOrder.model_validate(ORDER)) == [{"item_id": 111, "model_id": 222}]

    @pytest.mark.parametrize(
        ("change", "is_request"),
        [
            ({"buyer_cancel_reason": "found it cheaper"}, True), ({"cancel_by": "buyer"}, True), ({}, True),
            ({"cancel_by": "seller"}, False), ({"cancel_by": "system"}, False), ({"cancel_by": "Ops"}, False),
            ({"order_status": "CANCELLED", "cancel_by": "buyer"}, False),
        ],
    )  # fmt: skip
    def test_only_what_waits_for_an_answer_to_the_buyer_is_a_request(
        self, change: dict[str, str], is_request: bool
    ) -> None:
        found = case_mapping.cancel_request_of({**ORDER, "order_status": "IN_CANCEL", **change})
        assert (found is not None) is is_request

    def test_the_nearer_of_two_deadlines_counts(self) -> None:
        raw = {
            "return_sn": "2601",
            "due_date": 1767400000,
            "return_seller_due_date": 1767300000,
            "refund_amount": "35.50",
        }
        case = case_mapping.return_of(raw)
        assert case is not None
        assert case.answer_by == datetime.fromtimestamp(1767300000, UTC)
        assert case.amount == Decimal("35.50")
        assert case_mapping.return_of({"return_sn": "", "due_date": 1}) is None

    @pytest.mark.parametrize(
        ("value", "comparator", "target", "is_met"),
        [
            (9.99, "<", 10, True), (10, "<", 10, False), (10, "<=", 10, True), (4.5, ">=", 4.5, True),
            (4.4, ">=", "4.5", False), (1, ">", 1, False), (None, "<", 10, None), (1, "~", 1, None),
            (1, "<", None, None),
        ],
    )  # fmt: skip
    def test_a_metric_is_judged_by_the_platforms_own_target(
        self, value: object, comparator: str, target: object, is_met: bool | None
    ) -> None:
        raw = {"metric_id": 1, "metric_name": "x", "unit": 2, "current_period": value,
               "target": {"value": target, "comparator": comparator}}  # fmt: skip
        [metric] = case_mapping.metrics_of([raw, None, "x"])
        assert (metric.is_met, metric.unit, metric.code) == (is_met, "percent", "1")

    def test_points_are_those_left_after_appeals(self) -> None:
        listed = [{"latest_point_num": 3, "original_point_num": 5}, {"latest_point_num": "2"}, {}, None]
        assert case_mapping.penalty_points(listed) == 5

    @given(raw=like({"return_sn": "1", "target": {"value": 1}, "metric_id": 1, "due_date": 1, "refund_amount": 1.5}))
    def test_no_json_makes_it_fail(self, raw: dict[str, Any]) -> None:
        case_mapping.return_of(raw)
        case_mapping.metrics_of([raw])
        case_mapping.dispute_reasons([raw])
        case_mapping.penalty_points([raw])
        assert rows(raw) == []


class TestEvidence:
    REASON = WireDisputeReason.model_validate({
        "dispute_reason": 41, "dispute_requirement": "Shipped with proof",
        "evidence_module_list": [
            {"module_index": 1, "requirement": "Airway bill", "is_required": True},
            {"module_index": 2, "requirement": "Parcel", "is_required": False},
        ],
    })  # fmt: skip

    @staticmethod
    def images(*modules: str) -> list[EvidenceImage]:
        return [
            EvidenceImage(image_id=str(n), url=f"https://img.example.test/{n}", module=m) for n, m in enumerate(modules)
        ]

    def test_the_reason_tells_what_it_wants(self) -> None:
        reason = case_mapping.reject_reason_of(self.REASON)
        assert (reason.code, reason.text) == ("41", "Shipped with proof [1] Airway bill (required) [2] Parcel")

    def test_images_travel_by_module_with_the_platforms_own_words(self) -> None:
        assert evidence_of(self.REASON, self.images("1", "2", "1")) == [
            {"module_index": 1, "requirement": "Airway bill",
             "image_url": ["https://img.example.test/0", "https://img.example.test/2"]},
            {"module_index": 2, "requirement": "Parcel", "image_url": ["https://img.example.test/1"]},
        ]  # fmt: skip

    def test_the_only_module_needs_no_name(self) -> None:
        only = self.REASON.model_copy(update={"evidence_module_list": self.REASON.evidence_module_list[:1]})
        assert evidence_of(only, self.images(""))[0]["module_index"] == 1

    @pytest.mark.parametrize("modules", [("1", "1", "1", "1"), ("2",), ("3",), ("",), ()])
    def test_evidence_that_does_not_fit_is_refused(self, modules: tuple[str, ...]) -> None:
        with refused("shopee_evidence_wrong"):
            evidence_of(self.REASON, self.images(*modules))
