"""What may not happen on the line to a platform: speaking to an impostor, being led away, drowning in an answer."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from seawall.connectors.contracts import Authoriser, Connector, Credentials
from seawall.connectors.errors import ConnectorError, OutcomeUnknown, Transient
from seawall.connectors.registry import authoriser, open_connector
from seawall.kernel.markets import Market, Platform

SESSIONS = {
    Platform.LAZADA: "100000042_2_200000777_1_103",
    Platform.SHOPEE: "812345678901234567",
    Platform.TIKTOK: "7000000000000000001",
}
SENDS = {Platform.LAZADA: "/message/send", Platform.SHOPEE: "/send_message", Platform.TIKTOK: "/messages"}
ORDER = {Platform.LAZADA: "88001", Platform.SHOPEE: "260101ABCDE123", Platform.TIKTOK: "576900000000000001"}


@dataclass
class Impostor:
    """A server that answers whatever it likes, and remembers who spoke to it."""

    url: str = ""
    heard: list[str] = field(default_factory=list)


@asynccontextmanager
async def listening(
    answer: Callable[[], web.StreamResponse], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Impostor]:
    found = Impostor()

    async def take(request: web.Request) -> web.StreamResponse:
        found.heard.append(request.path)
        return answer()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    found.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield found
    finally:
        await runner.cleanup()


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate for this very address that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform.example.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path: Path = tmp_path_factory.mktemp("tls") / "self-signed.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def credentials(platform: Platform, url: str) -> Credentials:
    return Credentials(
        platform=platform, market=Market.MY, base_url=url, app_key="1001234", app_secret="sEcReT-app",
        access_token="sEcReT-token", seller_id="600123", shop_cipher="sEcReT-cipher",
    )  # fmt: skip


def consent(platform: Platform, url: str) -> Authoriser:
    return authoriser(
        platform, app_key="1001234", app_secret="sEcReT-app", auth_url=url, consent_url=url, api_url=url,
        service_id="7100000000000000001",
    )  # fmt: skip


async def failure(call: Awaitable[object]) -> ConnectorError:
    with pytest.raises(ConnectorError) as told:
        await call
    for text in (str(told.value), repr(told.value), told.value.detail):
        assert "sEcReT" not in text
    return told.value


def reads_and_sends(connector: Connector, platform: Platform) -> Mapping[str, Callable[[], Awaitable[object]]]:
    return {
        "seller": connector.seller,
        "order": lambda: connector.order(ORDER[platform]),
        "open": lambda: connector.open_session(ORDER[platform]),
        "send": lambda: connector.send_text(SESSIONS[platform], "Hello", order_id=ORDER[platform]),
    }


@pytest.mark.parametrize("platform", list(Platform))
async def test_a_certificate_nobody_vouches_for_gets_not_one_word(
    platform: Platform, self_signed: ssl.SSLContext
) -> None:
    async with listening(lambda: web.json_response({"code": "0"}), self_signed) as impostor:
        async with open_connector(credentials(platform, impostor.url)) as connector:
            for name, call in reads_and_sends(connector, platform).items():
                told = await failure(call())
                # Nothing left, so nothing is in doubt: a send may be tried again, and is not "unknown".
                assert isinstance(told, Transient), name
        async with consent(platform, impostor.url) as asking:
            assert isinstance(await failure(asking.refresh_token("sEcReT-refresh", seller_id="600123")), Transient)
            assert isinstance(
                await failure(asking.create_token("sEcReT-code", callback={"shop_id": "600123"})), Transient
            )
        assert impostor.heard == []


@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_nobody_is_led_elsewhere(platform: Platform, status: int) -> None:
    async with listening(lambda: web.json_response({"code": "0"})) as elsewhere:
        away = {"Location": f"{elsewhere.url}/there"}
        async with listening(lambda: web.Response(status=status, headers=away)) as impostor:
            async with open_connector(credentials(platform, impostor.url)) as connector:
                for name, call in reads_and_sends(connector, platform).items():
                    before = len(impostor.heard)
                    told = await failure(call())
                    assert len(impostor.heard) - before <= 1, f"{name} was sent twice"
                    if impostor.heard[before:] and SENDS[platform] in impostor.heard[-1]:
                        assert isinstance(told, OutcomeUnknown)
            async with consent(platform, impostor.url) as asking:
                await failure(asking.refresh_token("sEcReT-refresh", seller_id="600123"))
                await failure(asking.create_token("sEcReT-code", callback={"shop_id": "600123"}))
            assert impostor.heard
        assert elsewhere.heard == []


@pytest.mark.parametrize("platform", list(Platform))
async def test_an_endless_answer_is_not_read_to_its_end(platform: Platform) -> None:
    flood = b'{"code":"0","padding":"' + b"x" * (12 * 1024 * 1024) + b'"}'
    async with listening(lambda: web.Response(body=flood, content_type="application/json")) as impostor:
        async with open_connector(credentials(platform, impostor.url)) as connector:
            assert isinstance(await failure(connector.order(ORDER[platform])), Transient)
            sent = connector.send_text(SESSIONS[platform], "Hello", order_id=ORDER[platform])
            assert isinstance(await failure(sent), ConnectorError)
        async with consent(platform, impostor.url) as asking:
            told = await failure(asking.refresh_token("sEcReT-refresh", seller_id="600123"))
            assert isinstance(told, OutcomeUnknown if asking.refresh_is_single_use else Transient)


@pytest.mark.parametrize("platform", list(Platform))
def test_what_holds_secrets_does_not_show_them(platform: Platform) -> None:
    found = credentials(platform, "https://platform.example.test")
    assert "sEcReT" not in repr(found)
    assert "sEcReT" not in repr(open_connector(found))
    assert "sEcReT" not in repr(consent(platform, "https://platform.example.test"))
