"""Signatures: the documentation's vector, vectors made with the official SDK, and what must not matter."""

import hashlib
import hmac
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.connectors.lazada.signing import is_push_genuine, sign_push, sign_request

SYSTEM = {
    "app_key": "900001",
    "access_token": "tok-demo-1",
    "timestamp": "1750000000000",
    "sign_method": "sha256",
}

OWN_VECTORS = [
    (
        "/order/get",
        SYSTEM | {"order_id": "88001122334455"},
        "5A00E6146B17F0F9170AFEECE3EABF05CF3C9F979EE6B3308B997DDEFCFC15C3",
    ),
    (
        "/im/message/send",
        SYSTEM
        | {
            "partner_id": "lazop-sdk-python-20181207",
            "session_id": "100000001_2_200000002_1_103",
            "template_id": "1",
            "txt": "สวัสดีค่ะ คำสั่งซื้อของคุณล่าช้า",
        },
        "B4A411F22A7501C4C887CC10A0C67A2004F82F8811F0E1380DE76054B894561F",
    ),
    (
        "/order/reverse/cancel/create",
        SYSTEM
        | {
            "order_id": "88001122334455",
            "order_item_id_list": "[88001122334456,88001122334457]",
            "reason_id": "10000021",
        },
        "575E05AA51B1ECA340330F9EB94801C6998467F9927BAF314B62A47B016A56E6",
    ),
    (
        "/auth/token/create",
        {name: value for name, value in SYSTEM.items() if name != "access_token"} | {"code": "0_900001_demoCode"},
        "17292FC79C32DFC043D30B3FA06CFF98E7A71F52A65B123133CA0210646867AD",
    ),
]

BODY_A = (
    b'{"seller_id":"1000000042","message_type":14,"data":{"trade_order_id":"88001122334455","buyer_id":"300000007",'
    b'"fulfillment_package_id":"FP900000000001","status":"DELIVERED","status_update_time":1750000000},'
    b'"timestamp":1750000001,"site":"lazada_my"}'
)
BODY_B = (
    '{"seller_id":"1000000042","message_type":2,"data":{"session_id":"100000001_2_200000002_1_103",'
    '"message_id":"m-demo-0001","content":"{\\"txt\\":\\"ของยังไม่ถึงเลยค่ะ\\"}","from_account_id":"200000002",'
    '"from_account_type":1,"to_account_id":"100000001","to_account_type":2,"send_time":1750000000123,"template_id":1,'
    '"type":1,"site_id":"TH","auto_reply":false,"status":0},"timestamp":1750000001,"site":"lazada_th"}'
).encode()


def test_the_vector_of_the_documentation() -> None:
    params = {
        "access_token": "test",
        "app_key": "123456",
        "order_id": "1234",
        "sign_method": "sha256",
        "timestamp": "1517820392000",
    }
    assert (
        sign_request("helloworld", "/order/get", params)
        == "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A"
    )


@pytest.mark.parametrize(("path", "params", "expected"), OWN_VECTORS)
def test_the_vectors_made_with_the_official_sdk(path: str, params: dict[str, str], expected: str) -> None:
    assert sign_request("s3cret-demo", path, params) == expected


def test_upper_case_names_sort_before_lower_case() -> None:
    expected = hmac.new(b"k", b"/x" + b"QC_Decisionyapp_key1", hashlib.sha256).hexdigest().upper()
    assert sign_request("k", "/x", {"app_key": "1", "QC_Decision": "y"}) == expected


@pytest.mark.parametrize(
    ("body", "length", "expected"),
    [
        (BODY_A, 247, "893a2c046078852595f530b48e1e89bef6ce05f00ae815f3b305a42f53789ba4"),
        (BODY_B, 441, "85f10e260e4d2ff04888afb7baffa1551b57eca867b11da08701db7c40d91823"),
    ],
)
def test_the_vectors_of_pushes(body: bytes, length: int, expected: str) -> None:
    assert len(body) == length
    assert sign_push("900001", "s3cret-demo", body) == expected
    assert is_push_genuine("900001", "s3cret-demo", body, expected)
    assert not is_push_genuine("900001", "s3cret-demo", body + b" ", expected)
    assert not is_push_genuine("900001", "other", body, expected)


def test_an_empty_secret_never_verifies() -> None:
    body = b"{}"
    assert not is_push_genuine("900001", "", body, sign_push("900001", "", body))
    assert not is_push_genuine("", "s3cret-demo", body, sign_push("", "s3cret-demo", body))


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_parameters_does_not_matter(params: dict[str, str], random: Random) -> None:
    shuffled = list(params.items())
    random.shuffle(shuffled)
    assert sign_request("s", "/p", dict(shuffled)) == sign_request("s", "/p", params)


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=8), st.text())
def test_the_sign_itself_takes_no_part(params: dict[str, str], sign: str) -> None:
    without = {name: value for name, value in params.items() if name != "sign"}
    assert sign_request("s", "/p", without | {"sign": sign}) == sign_request("s", "/p", without)


@given(st.binary(max_size=200), st.text(max_size=80))
def test_a_made_up_header_is_refused_without_a_trace(body: bytes, header: str) -> None:
    if header.strip().lower() != sign_push("900001", "s3cret-demo", body):
        assert not is_push_genuine("900001", "s3cret-demo", body, header)
