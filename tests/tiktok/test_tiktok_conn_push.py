"""Pushes: verified before they are read, named alike when they come twice, statuses in one spelling."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.connectors.contracts import EventKind, PushEvent, PushKeys, Speaker
from seawall.connectors.tiktokshop.api import TiktokPushReader
from seawall.connectors.tiktokshop.signing import sign_push
from seawall.kernel.errors import InvalidInput, NotAllowed

KEYS = PushKeys(app_key="6demoappkey01", app_secret="s3cret-demo")
READER = TiktokPushReader()
SHOP = "7495000000000000002"

DEEP = b'{"type":1,"data":' + b'{"a":' * 500 + b"1" + b"}" * 501
MESSAGE: dict[str, Any] = {
    "conversation_id": "7000000000000000001", "message_id": "7000000000000000303", "index": "1767225999000000",
    "type": "TEXT", "content": '{"content":"Alo shop"}', "create_time": 1767225999, "is_visible": True,
    "sender": {"im_user_id": "7000000000000000101", "role": "BUYER"},
}  # fmt: skip


def body(push_type: object, data: object, **envelope: object) -> bytes:
    fields = {"type": push_type, "tts_notification_id": "738001", "shop_id": SHOP, "timestamp": 1767226000}
    return json.dumps({**fields, "data": data, **envelope}, ensure_ascii=False).encode()


def read(raw: bytes, header: str = "Authorization") -> PushEvent:
    return READER.read(raw, {header: sign_push(KEYS.app_key, KEYS.app_secret, raw)}, keys=KEYS)


class TestSignature:
    @pytest.mark.parametrize("header", ["Authorization", "authorization", "AUTHORIZATION"])
    def test_a_genuine_push_is_read_whatever_the_case_of_the_header(self, header: str) -> None:
        assert read(body(14, MESSAGE), header).kind is EventKind.MESSAGE

    @pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "é" * 64}, {"X": "y"}])
    def test_no_or_odd_header_is_refused(self, headers: dict[str, str]) -> None:
        with pytest.raises(NotAllowed) as refused:
            READER.read(body(14, MESSAGE), headers, keys=KEYS)
        assert refused.value.code == "push_bad_signature"

    def test_the_signature_is_checked_before_anything_is_parsed(self) -> None:
        with pytest.raises(NotAllowed):
            READER.read(b"not json {", {"Authorization": "00"}, keys=KEYS)
        with pytest.raises(InvalidInput):
            read(b"not json {")

    def test_one_changed_byte_is_refused(self) -> None:
        raw = body(14, MESSAGE)
        signature = sign_push(KEYS.app_key, KEYS.app_secret, raw)
        with pytest.raises(NotAllowed):
            READER.read(raw.replace(b"0303", b"0304"), {"Authorization": signature}, keys=KEYS)

    def test_the_signature_of_the_other_tiktok_platform_is_none(self) -> None:
        raw = body(14, MESSAGE)
        header = f"t=1767226000,s={sign_push(KEYS.app_key, KEYS.app_secret, raw)}"
        with pytest.raises(NotAllowed):
            READER.read(raw, {"TikTok-Signature": header, "Authorization": header}, keys=KEYS)


class TestEvents:
    @pytest.mark.parametrize(
        ("push_type", "kind"),
        [
            (1, EventKind.ORDER),
            (4, EventKind.PARCEL),
            (6, EventKind.AUTH),
            (7, EventKind.AUTH),
            (11, EventKind.REVERSE),
            (12, EventKind.REVERSE),
            (13, EventKind.OTHER),
            (14, EventKind.MESSAGE),
            ("14", EventKind.MESSAGE),
            (33, EventKind.OTHER),
            (9, EventKind.OTHER),
            (999, EventKind.OTHER),
        ],
    )
    def test_kinds(self, push_type: object, kind: EventKind) -> None:
        event = read(body(push_type, {"order_id": "1"}))
        assert (event.kind, event.platform_type, event.seller_id) == (kind, str(push_type), SHOP)
        assert event.sent_at == datetime.fromtimestamp(1767226000, UTC)

    @pytest.mark.parametrize(
        ("push_type", "name", "given", "expected"),
        [
            (1, "order_status", "CANCEL", "CANCELLED"),
            (1, "order_status", "CANCELLED", "CANCELLED"),
            (1, "order_status", "IN_TRANSIT", "IN_TRANSIT"),
            (11, "cancel_status", "CANCELLATION_REQUEST_CANCEL", "CANCELLATION_REQUEST_CANCELLED"),
            (11, "cancel_status", "CANCELLATION_REQUEST_CANCELLED", "CANCELLATION_REQUEST_CANCELLED"),
            (12, "return_status", "RETURN_OR_REFUND_REQUEST_CANCEL", "RETURN_OR_REFUND_REQUEST_CANCEL"),
        ],
    )
    def test_statuses_come_in_one_spelling(self, push_type: int, name: str, given: str, expected: str) -> None:
        assert read(body(push_type, {name: given})).data[name] == expected

    def test_a_redelivery_is_the_same_event(self) -> None:
        first, again = read(body(14, MESSAGE)), read(body(14, MESSAGE, timestamp=1767229999))
        assert first.external_id == again.external_id == "738001"

    @pytest.mark.parametrize("missing", [None, "", " "])
    def test_without_a_notification_id_type_shop_and_content_name_it(self, missing: str | None) -> None:
        def name(push_type: int = 3, data: object = None, **envelope: object) -> str:
            data = data or {"order_id": "1", "update_time": 5}
            return read(body(push_type, data, tts_notification_id=missing, **envelope)).external_id

        assert name() == name(timestamp=1) == name(data={"update_time": 5, "order_id": "1"})
        others = {name(data={"order_id": "2", "update_time": 5}), name(push_type=1), name(shop_id="9")}
        assert len(others | {name()}) == 4

    def test_a_notification_id_of_any_length_fits_the_index(self) -> None:
        event = read(body(1, {}, tts_notification_id="9" * 5_000))
        assert len(event.external_id) < 100
        assert event.external_id != read(body(1, {}, tts_notification_id="9" * 5_001)).external_id

    def test_data_as_text_is_read_as_well(self) -> None:
        assert READER.message_of(read(body(14, json.dumps(MESSAGE)))).text == "Alo shop"

    @pytest.mark.parametrize("data", [[1], 5, "junk", "[1]", True])
    def test_data_that_is_no_object_cannot_be_read(self, data: object) -> None:
        with pytest.raises(InvalidInput) as refused:
            read(body(1, data))
        assert refused.value.code == "push_unreadable"

    @pytest.mark.parametrize("raw", [b"[]", b"null", b"{}", b'{"type":null}', b"\xff", b"x" * 600_000, DEEP])
    def test_what_is_no_push_cannot_be_read(self, raw: bytes) -> None:
        with pytest.raises(InvalidInput):
            READER.parse(raw)


class TestMessages:
    def test_the_documented_push(self) -> None:
        message = READER.message_of(read(body(14, MESSAGE)))
        assert (message.session_id, message.message_id) == ("7000000000000000001", "7000000000000000303")
        assert (message.speaker, message.text, message.kind) == (Speaker.BUYER, "Alo shop", "TEXT")
        assert message.buyer_id == ""  # the push names no account, and the chat's id is not the order's

    def test_our_own_message_comes_back_as_ours(self) -> None:
        own = {**MESSAGE, "sender": {"im_user_id": "7000000000000000103", "role": "CUSTOMER_SERVICE"}}
        assert READER.message_of(read(body(14, own))).speaker is Speaker.SELLER

    @pytest.mark.parametrize("lacking", ["conversation_id", "message_id", "create_time"])
    def test_what_lacks_its_name_or_time_is_refused(self, lacking: str) -> None:
        data = {name: value for name, value in MESSAGE.items() if name != lacking}
        with pytest.raises(InvalidInput):
            READER.message_of(read(body(14, data)))

    def test_other_events_hold_no_message_and_none_holds_read_positions(self) -> None:
        with pytest.raises(InvalidInput):
            READER.message_of(read(body(33, MESSAGE)))
        with pytest.raises(InvalidInput):
            READER.session_of(read(body(13, {"conversation_id": "1", "create_time": 5})))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from([*MESSAGE, "order_status", "cancel_status"]), JSON, max_size=6)


@settings(max_examples=300, deadline=None)
@given(JSON, FIELDS | JSON, JSON)
def test_hostile_pushes_are_refused_with_a_code_and_nothing_else(push_type: object, data: object, note: object) -> None:
    raw = json.dumps({"type": push_type, "data": data, "tts_notification_id": note, "shop_id": note}).encode()
    try:
        READER.message_of(READER.parse(raw))
    except InvalidInput:
        return
