"""Pushes: verified before they are read, understood in every shape, named alike when they come twice."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.lazada_sim import APP_KEY, APP_SECRET

from seawall.connectors import registry
from seawall.connectors.contracts import EventKind, PushEvent, PushKeys, Speaker
from seawall.connectors.lazada.api import message_of, parse, session_of, verify
from seawall.connectors.lazada.signing import sign_push
from seawall.kernel.errors import InvalidInput, NotAllowed
from seawall.kernel.languages import DESK_LANGUAGES
from seawall.kernel.markets import Platform
from seawall.kernel.texts import catalogue

KEYS = PushKeys(app_key=APP_KEY, app_secret=APP_SECRET)

MESSAGE: dict[str, Any] = {
    "session_id": "100000001_2_200000002_1_103",
    "message_id": "m-demo-0001",
    "content": '{"txt":"ของยังไม่ถึงเลยค่ะ"}',
    "from_account_id": "200000002",
    "from_account_type": 1,
    "to_account_id": "100000001",
    "to_account_type": 2,
    "send_time": 1750000000123,
    "template_id": 1,
    "type": 1,
    "site_id": "TH",
    "auto_reply": False,
    "status": 0,
    "process_msg": "",
}


def body(data: object, kind: object = 2, **envelope: object) -> bytes:
    fields = {
        "seller_id": "1000000042",
        "message_type": kind,
        "data": data,
        "timestamp": 1750000001,
        "site": "lazada_th",
    }
    return json.dumps(fields | envelope, ensure_ascii=False).encode()


def read(raw: bytes, secret: str = APP_SECRET, header: str = "Authorization") -> PushEvent:
    reader = registry.push_reader(Platform.LAZADA)
    return reader.read(raw, {header: sign_push(APP_KEY, secret, raw)}, keys=KEYS)


class TestSignature:
    def test_a_genuine_push_is_read_whatever_the_case_of_the_header(self) -> None:
        for header in ("Authorization", "authorization", "AUTHORIZATION"):
            assert read(body(MESSAGE), header=header).kind is EventKind.MESSAGE

    def test_another_secret_is_refused(self) -> None:
        with pytest.raises(NotAllowed) as refused:
            read(body(MESSAGE), secret="other")
        assert refused.value.code == "push_bad_signature"
        assert "Lazada" in str(refused.value)

    @pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "é" * 64}, {"X": "y"}])
    def test_no_or_odd_header_is_refused(self, headers: dict[str, str]) -> None:
        with pytest.raises(NotAllowed):
            registry.push_reader(Platform.LAZADA).read(body(MESSAGE), headers, keys=KEYS)

    def test_the_signature_is_checked_before_anything_is_parsed(self) -> None:
        with pytest.raises(NotAllowed):
            verify(b"not json at all {", "00", APP_KEY, APP_SECRET)
        with pytest.raises(InvalidInput):
            read(b"not json at all {")

    def test_one_changed_byte_is_refused(self) -> None:
        raw = body(MESSAGE)
        signature = sign_push(APP_KEY, APP_SECRET, raw)
        with pytest.raises(NotAllowed):
            verify(raw.replace(b"0001", b"0002"), signature, APP_KEY, APP_SECRET)


class TestShapes:
    @pytest.mark.parametrize(
        "raw",
        [
            body(MESSAGE),
            body(json.dumps(MESSAGE)),
            body({"message": MESSAGE}),
            body({"message": json.dumps(MESSAGE)}),
            body(json.dumps({"message": json.dumps(MESSAGE)})),
            body(MESSAGE).replace(b'"data": {', b'"data": {{').replace(b'"process_msg": ""}', b'"process_msg": ""}}'),
            body(MESSAGE, seller_id=1000000042),
            body(MESSAGE, site="LAZADA_TH", timestamp=1750000001000),
            body(MESSAGE, kind="2"),
            body({**MESSAGE, "seller_id": "1000000042"}, seller_id="null"),
            body({name: str(value) if not isinstance(value, bool) else "false" for name, value in MESSAGE.items()}),
            body({**MESSAGE, "content": {"txt": "ของยังไม่ถึงเลยค่ะ"}}),
        ],
    )
    def test_every_nesting_is_the_same_message(self, raw: bytes) -> None:
        event = read(raw)
        assert (event.kind, event.platform_type, event.seller_id) == (EventKind.MESSAGE, "2", "1000000042")
        assert event.sent_at is not None
        assert int(event.sent_at.timestamp()) == 1750000001
        assert event.external_id == read(body(MESSAGE)).external_id
        message = message_of(event)
        assert (message.speaker, message.buyer_id, message.text) == (
            Speaker.BUYER,
            "200000002",
            "ของยังไม่ถึงเลยค่ะ",
        )
        assert (message.session_id, message.message_id, message.is_auto_reply) == (
            "100000001_2_200000002_1_103",
            "m-demo-0001",
            False,
        )

    def test_without_envelope_fields(self) -> None:
        event = read(json.dumps({"message_type": 2, "data": MESSAGE}).encode())
        assert (event.seller_id, event.sent_at) == ("", None)
        assert message_of(event).text == "ของยังไม่ถึงเลยค่ะ"

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (0, EventKind.ORDER),
            (2, EventKind.MESSAGE),
            (8, EventKind.AUTH),
            (10, EventKind.REVERSE),
            (14, EventKind.PARCEL),
            (19, EventKind.SESSION),
            (12, EventKind.OTHER),
            (999, EventKind.OTHER),
        ],
    )
    def test_kinds(self, kind: int, expected: EventKind) -> None:
        assert read(body({"a": 1}, kind=kind)).kind is expected

    def test_the_sellers_own_message_and_system_words_are_told_apart(self) -> None:
        own = {**MESSAGE, "from_account_id": "100000001", "from_account_type": 2, "to_account_id": "200000002",
               "to_account_type": 1}  # fmt: skip
        assert (message_of(read(body(own))).speaker, message_of(read(body(own))).buyer_id) == (
            Speaker.SELLER,
            "200000002",
        )
        assert message_of(read(body({**own, "type": 2}))).speaker is Speaker.SYSTEM
        assert message_of(read(body({**own, "from_account_type": 7}))).speaker is Speaker.SYSTEM

    def test_pictures_have_no_text(self) -> None:
        picture = {**MESSAGE, "template_id": 3, "content": '{"imgUrl":"https://img.example.test/a.png"}'}
        assert (message_of(read(body(picture))).text, message_of(read(body(picture))).kind) == ("", "3")

    def test_a_session_update(self) -> None:
        data = {"session_id": "1_2_3_1_103", "unread_count": "2", "self_position": 0, "to_position": 1750000000123}
        state = session_of(read(body(data, kind=19)))
        assert (state.session_id, state.unread, state.seller_read_up_to) == ("1_2_3_1_103", 2, None)
        assert state.buyer_read_up_to is not None
        assert state.buyer_read_up_to.timestamp() == 1750000000.123


class TestNames:
    """`external_id` carries the unique index of received events."""

    def test_a_redelivery_has_the_same_name(self) -> None:
        first = read(body(MESSAGE))
        again = read(body(dict(reversed(MESSAGE.items())), timestamp=1750001801))
        assert first.external_id == again.external_id

    @pytest.mark.parametrize(
        "change",
        [{"status": 1}, {"process_msg": "blocked"}, {"message_id": "m-2"}, {"session_id": "1_2_9_1_103"}],
    )
    def test_a_recall_or_a_late_filtering_is_another_event(self, change: dict[str, object]) -> None:
        assert read(body(MESSAGE)).external_id != read(body({**MESSAGE, **change})).external_id

    def test_the_same_order_number_in_two_stores_is_two_events(self) -> None:
        data = {"order_status": "canceled", "trade_order_id": "88", "trade_order_line_id": "89"}
        first, other = read(body(data, kind=0)), read(body(data, kind=0, seller_id="7"))
        assert first.external_id != other.external_id
        later = read(body({**data, "status_update_time": 1}, kind=0))
        assert first.external_id != later.external_id

    def test_names_fit_an_index(self) -> None:
        huge = {**MESSAGE, "message_id": "m" * 5000, "session_id": "s" * 5000}
        assert len(read(body(huge, kind="9" * 500)).external_id) <= 64
        assert len(read(body(huge)).external_id) <= 64


HOSTILE = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{}",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"message_type":2,"data":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b'{"message_type":2,"data":NaN}',
    b'{"message_type":2,"data":{"a":1e999}}',
    b'{"message_type":2,"data":' + b"9" * 5000 + b"}",
    b'{"message_type":2,"data":"not json"}',
    b'{"message_type":2,"data":[1]}',
    b'{"message_type":{},"data":{}}',
    b'{"message_type":2,"data":{{}',
    b'{"message_type":2,"data":{{"a":1}',
    b" " * 600_000,
]


class TestHostile:
    @pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
    def test_a_signed_but_unreadable_push_gets_a_code(self, raw: bytes) -> None:
        with pytest.raises(InvalidInput) as refused:
            read(raw)
        assert refused.value.code == "push_unreadable"
        assert all("push_unreadable" in catalogue(language) for language in DESK_LANGUAGES)

    @pytest.mark.parametrize(
        "change", [{"session_id": ""}, {"message_id": None}, {"send_time": 0}, {"send_time": 10**30}]
    )
    def test_a_message_without_what_makes_it_one(self, change: dict[str, object]) -> None:
        event = read(body({**MESSAGE, **change}))
        with pytest.raises(InvalidInput):
            message_of(event)

    def test_asking_the_wrong_question(self) -> None:
        with pytest.raises(InvalidInput):
            session_of(read(body(MESSAGE)))
        with pytest.raises(InvalidInput):
            message_of(read(body({"session_id": "1"}, kind=19)))

    @pytest.mark.parametrize("content", [json.dumps({"txt": "a\x00b\ud83dc"}), {"txt": "a\x00b\ud83dc"}])
    def test_text_that_a_database_cannot_hold_is_mended(self, content: object) -> None:
        raw = json.dumps({"message_type": 2, "data": {**MESSAGE, "content": content}}).encode()
        event = read(raw)
        assert message_of(event).text == "a\ufffdb?c"
        assert json.dumps(event.data, ensure_ascii=False).encode()

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=300))
    def test_any_bytes(self, raw: bytes) -> None:
        only_coded(raw)

    @settings(max_examples=300, deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=10,
        ),
        st.sampled_from([0, 2, "2", 8, 14, 19, None]),
    )
    def test_any_json_as_data(self, data: object, kind: object) -> None:
        only_coded(json.dumps({"message_type": kind, "data": data}).encode())

    @settings(max_examples=300, deadline=None)
    @given(st.dictionaries(st.sampled_from(sorted(MESSAGE)), st.none() | st.integers() | st.text() | st.booleans()))
    def test_any_value_in_a_message(self, changes: dict[str, object]) -> None:
        only_coded(body({**MESSAGE, **changes}))
        only_coded(body({**MESSAGE, **changes}, kind=19))


def only_coded(raw: bytes) -> None:
    """Either an event that a database can hold, or a coded refusal."""
    try:
        event = read(raw)
    except InvalidInput as refused:
        codes = {refused.code}
    else:
        json.dumps(event.data, ensure_ascii=False, allow_nan=False).encode()
        codes = {coded(message_of, event), coded(session_of, event)}
    assert codes <= {"", "push_unreadable"}


def coded(question: Callable[[PushEvent], object], event: PushEvent) -> str:
    try:
        question(event)
    except InvalidInput as refused:
        return refused.code
    return ""


def test_parse_alone_reads_a_verified_body() -> None:
    assert parse(body(MESSAGE)).kind is EventKind.MESSAGE
