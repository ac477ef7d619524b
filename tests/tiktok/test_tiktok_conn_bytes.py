"""What leaves our door, byte for byte, and what never leaves it."""

import hashlib
import hmac
from typing import Any

import pytest
from aiohttp import web
from tests.kit.tiktok_gateway import (
    CHAT,
    CIPHER,
    CONVERSATION,
    MESSAGES,
    NOON,
    SECRET,
    TOKEN,
    Asked,
    Gateway,
    gateway,
    kept,
    tiktok,
)

from seawall.connectors.contracts import Exchange
from seawall.connectors.errors import ConnectorError, OutcomeUnknown, Rejected, Transient
from seawall.connectors.tiktokshop.api import TiktokAuthoriser, TiktokConnector
from seawall.kernel.clock import MovableClock

__all__ = ["gateway", "kept", "tiktok"]

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def is_well_signed(asked: Asked) -> bool:
    """By the documentation's steps, written down once more."""
    pairs = sorted((name, value) for name, value in asked.query.items() if name != "sign")
    body = b"" if asked.headers["Content-Type"].startswith("multipart/form-data") else asked.body
    text = SECRET.encode() + (asked.path + "".join(f"{k}{v}" for k, v in pairs)).encode() + body + SECRET.encode()
    return asked.query["sign"] == hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()


class TestWhatLeaves:
    async def test_the_very_bytes_sent_are_signed_and_kept(
        self, gateway: Gateway, tiktok: TiktokConnector, kept: list[Exchange]
    ) -> None:
        gateway.on("POST", MESSAGES, {"message_id": "9"})
        sent = await tiktok.send_text(CONVERSATION, 'Xin chào "bạn" 🙏')
        [asked] = gateway.asked
        assert is_well_signed(asked)
        assert asked.body.decode() == '{"type":"TEXT","content":"{\\"content\\":\\"Xin chào \\\\\\"bạn\\\\\\" 🙏\\"}"}'
        assert asked.headers["x-tts-access-token"] == TOKEN
        assert asked.headers["Content-Type"] == "application/json"
        assert set(asked.query) == {"app_key", "timestamp", "shop_cipher", "sign"}
        assert asked.query["shop_cipher"] == CIPHER
        assert asked.query["timestamp"] == str(int(NOON.timestamp()) - 60)
        assert sent.exchange.request == asked.json
        assert kept == [sent.exchange]
        assert not [secret for secret in (SECRET, TOKEN, CIPHER) if secret in repr(kept)]

    async def test_decoded_query_values_are_signed(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        pages = iter([{"conversations": [], "next_page_token": "cDE+/w=="}, {"conversations": []}])
        gateway.on("GET", CHAT, lambda _: {"code": 0, "data": next(pages)})
        assert [row async for row in tiktok.conversations(changed_since=NOON)] == []
        assert gateway.asked[1].query["page_token"] == "cDE+/w=="
        assert all(is_well_signed(asked) for asked in gateway.asked)

    async def test_a_call_without_a_body_sends_none_and_signs_none(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        gateway.on("POST", f"{MESSAGES}/read", {})
        await tiktok.mark_read(CONVERSATION, up_to_message_id="1")
        [asked] = gateway.asked
        assert asked.body == b""
        assert is_well_signed(asked)

    async def test_an_image_goes_as_an_unsigned_form(
        self, gateway: Gateway, tiktok: TiktokConnector, kept: list[Exchange]
    ) -> None:
        gateway.on("POST", "/customer_service/202309/images/upload", {"url": "u", "width": "10", "height": 20})
        image = await tiktok.upload_image(PNG, file_name="màn hình\r\nX: y.png")
        [asked] = gateway.asked
        assert is_well_signed(asked)
        assert PNG in asked.body
        assert b"X: y" not in asked.body
        assert (image.url, image.width, image.height) == ("u", 10, 20)
        assert kept[0].request["data"] == f"image/png sha256:{hashlib.sha256(PNG).hexdigest()}"

    async def test_evidence_is_a_product_image_and_names_no_shop(
        self, gateway: Gateway, tiktok: TiktokConnector
    ) -> None:
        gateway.on("POST", "/product/202309/images/upload", {"uri": "tos/1", "url": "u", "width": 1, "height": 2})
        evidence = await tiktok.upload_evidence("1", PNG, file_name="a.png")
        assert (evidence.image_id, evidence.mime_type) == ("tos/1", "image/png")
        assert "shop_cipher" not in gateway.asked[0].query
        assert is_well_signed(gateway.asked[0])

    @pytest.mark.parametrize(
        ("image", "why"),
        [(b"", "kind"), (b"%PDF-1.7", "kind"), (b"<svg/>", "kind"), (PNG + bytes(10 * 1024 * 1024), "size")],
    )
    async def test_an_image_the_platform_would_not_take_stays_here(
        self, gateway: Gateway, tiktok: TiktokConnector, image: bytes, why: str
    ) -> None:
        for upload in (tiktok.upload_image(image, file_name="a"), tiktok.upload_evidence("1", image, file_name="a")):
            with pytest.raises(Rejected) as refused:
                await upload
            assert (refused.value.code, refused.value.platform_code) == ("image_not_allowed", why)
        assert gateway.asked == []

    @pytest.mark.parametrize("text", ["x" * 2001, "🙏" * 1001])
    async def test_a_text_too_long_stays_here(self, gateway: Gateway, tiktok: TiktokConnector, text: str) -> None:
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(CONVERSATION, text)
        assert refused.value.code == "tiktok_text_too_long"
        assert gateway.asked == []

    async def test_half_a_surrogate_pair_stays_here(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(CONVERSATION, "half \ud83d")
        assert refused.value.platform_code == "not_utf8"
        with pytest.raises(Rejected):
            await tiktok.order("\ud83d")
        assert gateway.asked == []

    @pytest.mark.parametrize("session_id", ["", "../1", "1/read", "1?x=1", "7" * 65, "ไ"])
    async def test_an_id_that_would_change_the_path_stays_here(
        self, gateway: Gateway, tiktok: TiktokConnector, session_id: str
    ) -> None:
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(session_id, "hello")
        assert refused.value.platform_code == "bad_id"
        assert gateway.asked == []

    async def test_a_redirect_is_not_followed(self, gateway: Gateway, tiktok: TiktokConnector) -> None:
        gateway.on("POST", MESSAGES, lambda _: web.Response(status=307, headers={"Location": "/elsewhere"}))
        with pytest.raises(OutcomeUnknown):
            await tiktok.send_text(CONVERSATION, "hello")
        assert gateway.paths() == [f"POST {MESSAGES}"]


class TestConsentSecrets:
    async def test_the_secret_in_the_query_reaches_no_error(self, gateway: Gateway) -> None:
        gateway.on("GET", "/api/v2/token/get", lambda _: web.Response(status=200, text="<html>"))
        async with TiktokAuthoriser(app_key="k", app_secret=SECRET, auth_url=gateway.url) as consent:
            with pytest.raises(ConnectorError) as failed:
                await consent.create_token("code-1")
        assert gateway.asked[0].query == {
            "app_key": "k", "app_secret": SECRET, "auth_code": "code-1", "grant_type": "authorized_code",
        }  # fmt: skip
        async with TiktokAuthoriser(app_key="k", app_secret=SECRET, auth_url="http://127.0.0.1:9") as consent:
            with pytest.raises(Transient) as unreachable:
                await consent.refresh_token("refresh-1")
        for error in (failed.value, unreachable.value):
            assert error.__cause__ is error.__context__ is None
            assert error.exchange is None
            for secret in (SECRET, "code-1", "refresh-1"):
                assert secret not in repr(error) + str(error) + repr(error.__dict__)

    @pytest.mark.parametrize("shops", [{"code": 36009003, "message": "internal"}, {"code": 105005, "message": "scope"}])
    async def test_tokens_given_once_are_not_lost_over_the_list_of_shops(
        self, gateway: Gateway, shops: dict[str, Any]
    ) -> None:
        ends = int(NOON.timestamp()) + 604_800
        tokens = {"access_token": "a", "access_token_expire_in": ends, "refresh_token": "r", "user_type": 0}
        gateway.on("GET", "/api/v2/token/refresh", tokens)
        gateway.on("GET", "/authorization/202309/shops", lambda _: shops)
        clock = MovableClock(NOON)
        async with TiktokAuthoriser(
            app_key="k", app_secret=SECRET, auth_url=gateway.url, api_url=gateway.url, clock=clock
        ) as consent:
            grant = await consent.refresh_token("old")
        assert (grant.access_token, grant.expires_in_s, grant.stores) == ("a", 604_800, ())

    @pytest.mark.parametrize("kind", [1, "3"])
    async def test_a_creator_is_no_shop(self, gateway: Gateway, kind: object) -> None:
        gateway.on("GET", "/api/v2/token/get", {"access_token": "a", "refresh_token": "r", "user_type": kind})
        async with TiktokAuthoriser(app_key="k", app_secret=SECRET, auth_url=gateway.url) as consent:
            with pytest.raises(Rejected) as refused:
                await consent.create_token("code")
        assert refused.value.code == "tiktok_not_a_seller"
