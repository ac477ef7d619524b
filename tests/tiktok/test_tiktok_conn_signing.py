"""Signatures: the official vectors, those of two clients, and what must not matter."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.connectors.tiktokshop.signing import is_multipart, is_push_genuine, sign_push, sign_request

SECRET = "0123456789abcdef0123456789abcdef01234567"
SYSTEM = {"app_key": "6demoappkey01", "shop_cipher": "ROW_demoCipher+/=01", "timestamp": "1767225600"}
CHAT = "/customer_service/202309/conversations"
SENT = f"{CHAT}/7000000000000000001/messages"

VECTORS = {
    "V2 a JSON body": (
        SENT, {}, '{"type":"TEXT","content":"{\\"content\\":\\"Xin chào\\"}"}'.encode(), "application/json",
        "c507a02764251ba9a0973eb726df7518e232e556dd412bb7cf5323b43456cb9d",
    ),
    "V3 the same JSON value in other bytes": (
        SENT, {}, b'{"type":"TEXT","content":"{\\"content\\":\\"Xin ch\\u00e0o\\"}"}', "application/json",
        "654260b7a56962266c8386ead02ba35e58af3a56045b7d97531bab5ec3bbe7ad",
    ),
    "V4 odd characters in the query": (
        CHAT, {"page_size": "20", "page_token": "cDE+/w=="}, b"", "application/json",
        "a34fa0621e31d48dd865a8eff27d2430388743493026c7c9ef5b38307f9b10e1",
    ),
    "V5 a multipart body takes no part": (
        "/customer_service/202309/images/upload", {}, b"any body at all", "multipart/form-data; boundary=x",
        "fd29789b791b0e0f3d94aeff668d4b8016528d8e48b6f97776d7f5e4cb3535d9",
    ),
    "V6 an array joined by commas": (
        "/order/202309/orders", {"ids": "7001,7002"}, b"", "application/json",
        "1ef39a339c29f4950708f66c2b2f5eb18d26084bd343f9975bea8b221ee8a354",
    ),
    "V7 no body": (
        f"{SENT}/read", {}, b"", "application/json",
        "d5510c9967907b09bdf190b1582178053266a34737e548c7548fbfadc0b8c80b",
    ),
    "V7 braces": (
        f"{SENT}/read", {}, b"{}", "application/json",
        "819d0e0ac09b556d3a8bbf5addb8eacc824e8aba99c5fa6bced1ae7f914e0fa3",
    ),
}  # fmt: skip

OFFICIAL_PUSH = (
    b'{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,'
    b'"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID",'
    b'"update_time":1718305585}}'
)
OUR_PUSH = (
    b'{"type":14,"tts_notification_id":"7000000000000000009","shop_id":"7000000000000000002","timestamp":1767225600,'
    b'"data":{"conversation_id":"7000000000000000001","message_id":"7000000000000000003"}}'
)


def test_v0_the_vector_of_the_documentation() -> None:
    query = {"app_key": "29a39d", "timestamp": "1623812664"}
    assert (
        sign_request("e59af819cc", "/authorization/202309/shops", query)
        == "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"
    )


def test_v1_the_vector_of_another_client() -> None:
    assert (
        sign_request("app_secret", "/test-api", {"foo": "bar"})
        == "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f"
    )


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors(name: str) -> None:
    path, query, body, content_type, expected = VECTORS[name]
    assert sign_request(SECRET, path, SYSTEM | query, body=body, content_type=content_type) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("multipart/form-data", True),
        ("Multipart/Form-Data ; boundary=abc", True),
        ("application/json; note=multipart/form-data", False),
        ("multipart/form-database", False),
        ("", False),
    ],
)
def test_the_media_type_is_parsed(header: str, expected: bool) -> None:
    assert is_multipart(header) is expected


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=8), st.text(), st.text())
def test_the_sign_and_the_token_take_no_part(query: dict[str, str], sign: str, token: str) -> None:
    rest = {name: value for name, value in query.items() if name not in {"sign", "access_token"}}
    assert sign_request("s", "/p", rest | {"sign": sign, "access_token": token}) == sign_request("s", "/p", rest)


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_parameters_does_not_matter(query: dict[str, str], random: Random) -> None:
    shuffled = list(query.items())
    random.shuffle(shuffled)
    assert sign_request("s", "/p", dict(shuffled)) == sign_request("s", "/p", query)


@given(st.lists(st.text(min_size=1), unique=True, max_size=8))
def test_names_sort_by_the_bytes_of_their_utf8(names: list[str]) -> None:
    assert sorted(names) == sorted(names, key=lambda name: name.encode())


@pytest.mark.parametrize(
    ("app_key", "secret", "body", "expected"),
    [
        ("abcdef", "123", OFFICIAL_PUSH, "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05"),
        ("6demoappkey01", SECRET, OUR_PUSH, "4b7a9c65c92afff9645593e17361ddbe45ef5b126ef20a9317b2f809511dfea5"),
    ],
)
def test_the_vectors_of_pushes(app_key: str, secret: str, body: bytes, expected: str) -> None:
    assert sign_push(app_key, secret, body) == expected
    assert is_push_genuine(app_key, secret, body, expected)
    assert is_push_genuine(app_key, secret, body, f" {expected.upper()} ")
    assert not is_push_genuine(app_key, secret, body + b" ", expected)
    assert not is_push_genuine(app_key, "other", body, expected)


def test_an_empty_key_or_secret_never_verifies() -> None:
    assert not is_push_genuine("key", "", b"{}", sign_push("key", "", b"{}"))
    assert not is_push_genuine("", "secret", b"{}", sign_push("", "secret", b"{}"))


@given(st.binary(max_size=200), st.text(max_size=80))
def test_a_made_up_header_is_refused_without_a_trace(body: bytes, header: str) -> None:
    if header.strip().lower() != sign_push("key", "secret", body):
        assert not is_push_genuine("key", "secret", body, header)
