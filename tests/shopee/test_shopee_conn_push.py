"""What arrives at the push door: verified first, named once, whatever its shape."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.refusals import refused

from seawall.connectors.contracts import EventKind, PushEvent, PushKeys, Speaker
from seawall.connectors.shopee.api import ShopeePushReader
from seawall.connectors.shopee.signing import sign_push
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Platform

URL = "https://cs.example.test/hooks/shopee"
PUSH_KEY, PARTNER_KEY = "shpk5a6d7e8f9012", "73686f7065652d746573742d6b6579"
KEYS = PushKeys(app_key="1001234", app_secret=PARTNER_KEY, push_key=PUSH_KEY, callback_url=URL)
READER = ShopeePushReader()

ORDER_PUSH: dict[str, Any] = {
    "code": 3, "shop_id": 600123, "timestamp": 1767225605,
    "data": {"ordersn": "260101ABCDE123", "status": "CANCELLED", "update_time": 1767225604},
}  # fmt: skip
CHAT_PUSH: dict[str, Any] = {
    "msg_id": "", "code": 10, "shop_id": 600123, "timestamp": 1767225002,
    "data": {"type": "message", "region": "MY", "content": {
        "message_id": "2300000000000000001", "conversation_id": "812345678901234567", "shop_id": 600123,
        "from_id": 700200300, "from_user_name": "buyer_a", "from_shop_id": 700100, "to_id": 600900,
        "to_user_name": "my_shop", "to_shop_id": 600123, "message_type": "text",
        "content": {"text": "where is my parcel?"}, "created_timestamp": 1767225001, "status": "normal",
        "source_content": {"order_sn": "260101ABCDE123"},
    }},
}  # fmt: skip
REPLIED: dict[str, Any] = {
    "data": {"type": "notification", "region": "MY",
             "content": {"type": "mark_as_replied", "conversation_id": "812345678901234567"}},
}  # fmt: skip
PING: dict[str, Any] = {"code": 0, "timestamp": 1767225000, "data": {"verify_info": "This is a Verification message"}}


def raw(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def read(body: object, *, key: str = PUSH_KEY, url: str = URL, keys: PushKeys = KEYS) -> PushEvent:
    data = body if isinstance(body, bytes) else raw(body)
    return READER.read(data, {"authorization": sign_push(key, url, data)}, keys=keys)


def changed(body: dict[str, Any], **content: object) -> dict[str, Any]:
    """The chat push with other words in its content."""
    copy: dict[str, Any] = json.loads(json.dumps(body))
    copy["data"]["content"].update(content)
    return copy


class TestSignature:
    def test_the_vector_of_the_notes(self) -> None:
        sign = "f7b26ff290bbe6ecae63d352b0ca2afdfd5715faf92a59640a63fc838a122d42"
        event = READER.read(raw(ORDER_PUSH), {"Authorization": sign}, keys=KEYS)
        assert (event.platform, event.kind, event.seller_id) == (Platform.SHOPEE, EventKind.ORDER, "600123")
        assert event.platform_type == "3"
        assert event.sent_at == datetime.fromtimestamp(1767225605, UTC)
        assert event.data["ordersn"] == "260101ABCDE123"

    def test_the_partner_key_counts_only_where_there_is_no_push_key(self) -> None:
        without = PushKeys(app_key="1001234", app_secret=PARTNER_KEY, callback_url=URL)
        assert read(ORDER_PUSH, key=PARTNER_KEY, keys=without).kind is EventKind.ORDER
        with refused("push_bad_signature"):
            read(ORDER_PUSH, key=PARTNER_KEY)

    @pytest.mark.parametrize(
        "headers",
        [{}, {"Authorization": ""}, {"Authorization": "Bearer x"}, {"Authorization": "\u0661"},
         {"x-shopee-signature": sign_push(PUSH_KEY, URL, raw(ORDER_PUSH))}],
    )  # fmt: skip
    def test_without_the_right_header_nothing_is_read(self, headers: dict[str, str]) -> None:
        with refused("push_bad_signature"):
            READER.read(raw(ORDER_PUSH), headers, keys=KEYS)

    def test_address_and_body_are_signed_together(self) -> None:
        with refused("push_bad_signature"):
            read(ORDER_PUSH, url="http://10.0.0.7/hooks/shopee")
        sign = sign_push(PUSH_KEY, URL, raw(ORDER_PUSH))
        with refused("push_bad_signature"):
            READER.read(raw({**ORDER_PUSH, "shop_id": 600124}), {"Authorization": sign}, keys=KEYS)

    def test_a_connection_without_address_or_key_takes_nothing(self) -> None:
        for keys in (
            PushKeys(app_key="1", app_secret=PARTNER_KEY),
            PushKeys(app_key="1", app_secret="", callback_url=URL),
        ):
            with refused("push_bad_signature"):
                read(ORDER_PUSH, key=keys.app_secret, url=keys.callback_url, keys=keys)

    def test_the_body_is_not_even_looked_at_before_it_is_verified(self) -> None:
        with refused("push_bad_signature"):
            READER.read(b"{not json", {"Authorization": "0"}, keys=KEYS)
        with refused("push_unreadable"):
            read(b"{not json")

    def test_the_consoles_ping_is_taken_and_means_nothing(self) -> None:
        for key in (PUSH_KEY, ""):
            event = read(PING, key=key)
            assert (event.kind, event.seller_id, event.external_id) == (EventKind.OTHER, "", "verify")
        # Anybody can sign with an empty key: all such pings together are one event, and nothing else passes.
        assert read({"data": {"verify_info": "x" * 9999, "ordersn": "1"}}, key="").data == {"verify_info": "x" * 500}

    @pytest.mark.parametrize(
        "body", [ORDER_PUSH, {**PING, "shop_id": 600123}, {"data": {"verify_info": "x", "shop_id": 1}}, b"{", b"[]"]
    )
    def test_an_empty_key_signs_nothing_but_the_ping(self, body: object) -> None:
        with refused("push_bad_signature"):
            read(body, key="")

    def test_a_huge_body_is_refused(self) -> None:
        with refused("push_unreadable"):
            read(b" " * 600_000)


class TestNaming:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            (1, EventKind.AUTH), (2, EventKind.AUTH), (12, EventKind.AUTH), (3, EventKind.ORDER),
            (4, EventKind.PARCEL), (30, EventKind.PARCEL), (29, EventKind.REVERSE), (28, EventKind.OTHER),
            (5, EventKind.OTHER), (8, EventKind.OTHER), (47, EventKind.OTHER), (999, EventKind.OTHER),
            ("3", EventKind.ORDER),
        ],
    )  # fmt: skip
    def test_every_code_has_its_kind(self, code: object, kind: EventKind) -> None:
        assert read({"code": code, "shop_id": 600123, "data": {}}).kind is kind

    def test_a_buyers_message(self) -> None:
        event = read(CHAT_PUSH)
        message = READER.message_of(event)
        assert event.kind is EventKind.MESSAGE
        assert (message.session_id, message.buyer_id, message.speaker) == (
            "812345678901234567", "700200300", Speaker.BUYER,
        )  # fmt: skip
        assert (message.text, message.kind) == ("where is my parcel?", "text")

    def test_someone_answered_elsewhere_even_where_number_and_shop_are_missing(self) -> None:
        event = read(REPLIED)
        assert (event.kind, event.platform_type, event.seller_id) == (EventKind.SESSION, "10", "")
        state = READER.session_of(event)
        assert (state.session_id, state.buyer_read_up_to) == ("812345678901234567", None)

    def test_an_unknown_kind_of_chat_push_is_kept_and_not_acted_on(self) -> None:
        assert read({**CHAT_PUSH, "data": {"type": "typing", "content": {}}}).kind is EventKind.OTHER

    @pytest.mark.parametrize(
        "content",
        [{"type": "brand_new", "conversation_id": "8"}, {"type": "mark_as_replied"}, {"conversation_id": "8"}],
    )
    def test_a_notification_nobody_documented_hides_no_unread_message(self, content: dict[str, str]) -> None:
        assert read({"code": 10, "data": {"type": "notification", "content": content}}).kind is EventKind.OTHER

    def test_a_notification_that_counts_is_believed(self) -> None:
        content = {"type": "brand_new", "conversation_id": "8", "unread_count": 3}
        event = read({"code": 10, "data": {"type": "notification", "content": content}})
        assert READER.session_of(event).unread == 3

    @pytest.mark.parametrize(
        "body", [{"code": 2, "data": {"shopid": 600123}}, {"code": 2, "shopid": "600123", "data": {}},
                 {"code": 2, "data": {"shop_id": "600123"}}, {"code": 2, "shop_id": 600123, "data": '{"a":1}'}]
    )  # fmt: skip
    def test_the_shop_is_found_in_every_spelling(self, body: object) -> None:
        assert read(body).seller_id == "600123"

    @pytest.mark.parametrize("body", [b"[]", b"7", b'{"data":{}}', b'{"code":3,"data":[1]}', b'{"code":3,"data":"x"}',
                                      b'{"code":3,"data":{"a":NaN}}'])  # fmt: skip
    def test_what_cannot_be_named_is_refused(self, body: bytes) -> None:
        with refused("push_unreadable"):
            read(body)

    def test_a_message_without_id_or_time_is_refused(self) -> None:
        for change in ({"message_id": ""}, {"conversation_id": 0}, {"created_timestamp": None}):
            with refused("push_unreadable"):
                READER.message_of(read(changed(CHAT_PUSH, **change)))
        with refused("push_unreadable"):
            READER.message_of(read(ORDER_PUSH))
        with refused("push_unreadable"):
            READER.session_of(read(CHAT_PUSH))

    @given(data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
            st.sampled_from(["content", "type", "ordersn", "shop_id", "verify_info", "message_id", "update_time"]),
            inner, max_size=4,
        ), max_leaves=8,
    ), code=st.sampled_from([3, 10, 29, "10", None, []]))  # fmt: skip
    def test_a_hostile_body_gets_a_refusal_and_nothing_else(self, data: object, code: object) -> None:
        with suppress(InvalidInput):
            event = read({"code": code, "data": data})
            READER.message_of(event)


class TestOnce:
    def test_a_redelivery_is_the_same_event_whatever_its_envelope_says(self) -> None:
        for body in (ORDER_PUSH, CHAT_PUSH):
            again = {**body, "msg_id": "5f0c", "timestamp": body["timestamp"] + 300}
            again["data"] = dict(reversed(body["data"].items()))
            assert read(again).external_id == read(body).external_id

    def test_another_state_of_an_order_is_another_event_in_any_order(self) -> None:
        shipped = {**ORDER_PUSH, "data": {**ORDER_PUSH["data"], "status": "SHIPPED", "update_time": 1767220000}}
        assert read(shipped).external_id != read(ORDER_PUSH).external_id
        assert len({read(body).external_id for body in (shipped, ORDER_PUSH, shipped, ORDER_PUSH)}) == 2

    def test_an_empty_msg_id_names_nothing(self) -> None:
        other = changed(CHAT_PUSH, message_id="2300000000000000002")
        assert read(other).external_id != read(CHAT_PUSH).external_id

    def test_a_later_censoring_of_a_message_is_an_event_of_its_own(self) -> None:
        assert read(changed(CHAT_PUSH, status="censored_blacklist")).external_id != read(CHAT_PUSH).external_id

    def test_two_shops_never_share_an_event(self) -> None:
        assert read({**ORDER_PUSH, "shop_id": 600124}).external_id != read(ORDER_PUSH).external_id

    def test_what_names_no_time_is_told_apart_by_the_envelope(self) -> None:
        early, late = {**REPLIED, "timestamp": 1767225000}, {**REPLIED, "timestamp": 1767225900}
        assert read(early).external_id != read(late).external_id
        assert read(early).external_id == read(early).external_id

    def test_what_was_stored_reads_the_same_again(self) -> None:
        for body in (ORDER_PUSH, CHAT_PUSH, REPLIED, PING):
            assert READER.parse(raw(body)) == read(body)
