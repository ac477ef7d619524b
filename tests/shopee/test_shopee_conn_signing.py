"""Signatures: the vectors of the platform notes, and secrets that show nowhere."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.kit.refusals import refused

from seawall.connectors.contracts import Credentials
from seawall.connectors.shopee.api import API_BASE_URLS, PRODUCTION, ShopeeAuthoriser, ShopeeConnector
from seawall.connectors.shopee.client import Api, ShopeeClient
from seawall.connectors.shopee.signing import is_push_genuine, sign_public, sign_push, sign_subject
from seawall.kernel.clock import MovableClock
from seawall.kernel.markets import Market, Platform

PARTNER, KEY = "1001234", "73686f7065652d746573742d6b6579"
AT, TOKEN = 1767225600, "6a1c0f3e9b2d47858c0e5f1a2b3c4d5e"
CLOCK = MovableClock(datetime.fromtimestamp(AT, UTC))

PUSH_KEY, PUSH_URL = "shpk5a6d7e8f9012", "https://cs.example.test/hooks/shopee"
PUSH_BODY = (
    b'{"code":3,"shop_id":600123,"timestamp":1767225605,'
    b'"data":{"ordersn":"260101ABCDE123","status":"CANCELLED","update_time":1767225604}}'
)
PUSH_SIGN = "f7b26ff290bbe6ecae63d352b0ca2afdfd5715faf92a59640a63fc838a122d42"

SHOP_SIGN = "891770daac40f8507f3d3e504136157811999827c8599783d3093d583d32c11c"


def test_a_public_call_signs_partner_path_and_time() -> None:
    sign = sign_public(PARTNER, KEY, "/api/v2/auth/token/get", AT)
    assert sign == "2315316961ee3a895c1ac71765786df41a4a8f8b45b3337b4972f4a33341bf44"


@pytest.mark.parametrize(
    ("path", "subject", "sign"),
    [
        ("/api/v2/sellerchat/send_message", "600123", SHOP_SIGN),
        (
            "/api/v2/merchant/get_merchant_info",
            "1000777",
            "1a8316cf5a9cc24f434032a758e0801c4d293b8610b91d93133a434d85eb19f8",
        ),
    ],
)
def test_a_call_for_a_shop_or_merchant_signs_token_and_id_too(path: str, subject: str, sign: str) -> None:
    assert sign_subject(PARTNER, KEY, path, AT, access_token=TOKEN, subject_id=subject) == sign


def test_the_client_sends_what_the_vector_says_and_the_body_changes_nothing() -> None:
    client = ShopeeClient(
        base_url=PRODUCTION, partner_id=PARTNER, partner_key=f"{KEY} ", shop_id="600123", access_token=TOKEN,
        clock=CLOCK,
    )  # fmt: skip
    query = client.signed_query(Api(path="/api/v2/sellerchat/send_message", method="POST"))
    assert query == {
        "partner_id": PARTNER, "timestamp": str(AT), "access_token": TOKEN, "shop_id": "600123", "sign": SHOP_SIGN,
    }  # fmt: skip


def test_a_public_call_names_neither_token_nor_shop() -> None:
    client = ShopeeClient(
        base_url=PRODUCTION, partner_id=PARTNER, partner_key=KEY, shop_id="600123", access_token=TOKEN, clock=CLOCK
    )
    query = client.signed_query(Api(path="/api/v2/auth/token/get", is_public=True))
    assert query.keys() == {"partner_id", "timestamp", "sign"}


def test_the_consent_link_is_signed_and_carries_our_state_in_the_redirect_address() -> None:
    authoriser = ShopeeAuthoriser(app_key=PARTNER, app_secret=KEY, clock=CLOCK)
    link = authoriser.consent_link(redirect_uri="https://desk.example.test/back?team=7", state="a b&c")
    parts = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{PRODUCTION}/api/v2/shop/auth_partner"
    assert query["sign"] == sign_public(PARTNER, KEY, "/api/v2/shop/auth_partner", AT)
    assert (query["partner_id"], query["timestamp"]) == (PARTNER, str(AT))
    back = urlsplit(query["redirect"])
    assert parse_qs(back.query) == {"team": ["7"], "state": ["a b&c"]}


async def test_without_a_shop_in_the_callback_nothing_is_asked() -> None:
    async with ShopeeAuthoriser(app_key=PARTNER, app_secret=KEY, auth_url="http://127.0.0.1:9") as authoriser:
        for callback in (None, {}, {"shop_id": ""}, {"shop_id": "6e3"}, {"shop_id": "²"}):
            with refused("shopee_callback_without_shop"):
                await authoriser.create_token("c0de", callback=callback)
        with refused("shopee_callback_without_shop"):
            await authoriser.refresh_token("r3fresh")


def test_a_push_signs_the_address_and_the_raw_bytes() -> None:
    assert sign_push(PUSH_KEY, PUSH_URL, PUSH_BODY) == PUSH_SIGN
    assert is_push_genuine(PUSH_KEY, PUSH_URL, PUSH_BODY, PUSH_SIGN.upper())
    assert not is_push_genuine(PUSH_KEY, PUSH_URL, PUSH_BODY.replace(b":", b": "), PUSH_SIGN)
    assert not is_push_genuine(PUSH_KEY, f"{PUSH_URL}/", PUSH_BODY, PUSH_SIGN)
    assert not is_push_genuine(PUSH_KEY[4:], PUSH_URL, PUSH_BODY, PUSH_SIGN)  # the prefix is part of the key
    assert not is_push_genuine(PUSH_KEY, PUSH_URL, PUSH_BODY, "\u0661\udc80")


def test_no_secret_shows_when_things_are_printed() -> None:
    credentials = Credentials(
        platform=Platform.SHOPEE, market=Market.MY, base_url=API_BASE_URLS[Market.MY], app_key=PARTNER,
        app_secret=KEY, access_token=TOKEN, seller_id="600123",
    )  # fmt: skip
    connector = ShopeeConnector(credentials, clock=CLOCK)
    shown = f"{credentials!r} {connector!r} {ShopeeAuthoriser(app_key=PARTNER, app_secret=KEY)!r}"
    assert KEY not in shown
    assert TOKEN not in shown
