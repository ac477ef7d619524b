"""Trouble on purpose: what may be tried again, what must be looked up, what stops the shop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore

from seawall.connectors.contracts import Credentials
from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from seawall.connectors.lazada.api import LazadaConnector, Limits
from seawall.connectors.lazada.errors import ban_seconds, retry_after
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Market, Platform

SEND = "/im/message/send"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def session_id(lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore) -> str:
    [order_id] = lazada_sim.add_orders(shop, 1)
    return (await lazada.open_session(order_id)).session_id


@pytest.fixture
async def hasty(lazada_sim: LazadaSim, shop: SimStore) -> AsyncIterator[LazadaConnector]:
    """A connector that waits half a second at most and takes 1 MB at most."""
    limits = Limits(total_s=0.5, connect_s=0.3, answer_bytes=1_000_000)
    async with LazadaConnector(lazada_sim.credentials(shop), limits=limits) as connector:
        yield connector


class TestSend:
    """Only what certainly did not happen may be tried again."""

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "reset_after"},
            {"kind": "http_5xx_after", "status": 502},
            {"kind": "malformed_json"},
            {"kind": "empty_body"},
            {"kind": "huge_body"},
            {"kind": "slow_after", "seconds": 1.5},
        ],
    )
    async def test_accepted_but_the_answer_is_lost(
        self, fault: dict[str, object], hasty: LazadaConnector, lazada: LazadaConnector, lazada_sim: LazadaSim,
        session_id: str,
    ) -> None:  # fmt: skip
        lazada_sim.set_faults({**fault, "path": SEND, "nth": [1]})
        began = SYSTEM_CLOCK.now()

        with pytest.raises(OutcomeUnknown):
            await hasty.send_text(session_id, "did it go?")

        found = await lazada.read_back(session_id, since=began)
        assert [m.text for m in found] == ["did it go?"]
        assert found[0].message_id == lazada_sim.messages()[0]["message_id"]

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "reset_before"},
            {"kind": "http_5xx", "status": 503},
            {"kind": "error", "code": "ServiceTimeout"},
            {"kind": "error", "code": "SYSTEM_ERROR"},
            {"kind": "error", "code": "UnknownRuntimeException"},
            {"kind": "error", "code": "6"},
            {"kind": "error", "code": "1000"},
            {"kind": "error", "code": "500"},
        ],
    )
    async def test_not_accepted_but_who_could_know(
        self, fault: dict[str, object], lazada: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        lazada_sim.set_faults({**fault, "path": SEND, "nth": [1]})
        began = SYSTEM_CLOCK.now()
        with pytest.raises(OutcomeUnknown):
            await lazada.send_text(session_id, "did it go?")
        assert await lazada.read_back(session_id, since=began) == []
        assert lazada_sim.messages() == []
        await lazada.send_text(session_id, "now it does")  # the connection recovers by itself
        assert len(lazada_sim.messages()) == 1

    async def test_a_cut_connection_is_never_repeated_by_the_client_itself(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        await lazada.send_text(session_id, "warms the connection")
        lazada_sim.set_faults({"kind": "reset_after", "path": SEND})
        with pytest.raises(OutcomeUnknown):
            await lazada.send_text(session_id, "once")
        assert len(lazada_sim.calls(SEND)) == 2
        assert [m["text"] for m in lazada_sim.messages()] == ["warms the connection", "once"]

    async def test_nobody_listens_so_nothing_left(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        credentials = replaced(lazada_sim.credentials(shop), f"http://127.0.0.1:{port}/rest")
        async with LazadaConnector(credentials) as connector:
            with pytest.raises(Transient) as failed:
                await connector.send_text("1_2_3_1_103", "hello")
        assert failed.value.code == "lazada_no_connection"

    async def test_a_server_without_a_valid_certificate_gets_nothing(
        self, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        # Plain HTTP where TLS is expected: the handshake fails before a byte of the request is written.
        address = lazada_sim.url.replace("http://", "https://")
        async with LazadaConnector(replaced(lazada_sim.credentials(shop), f"{address}/rest")) as connector:
            with pytest.raises(Transient):
                await connector.send_text("1_2_3_1_103", "hello")

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            ({"kind": "http_429", "retry_after": 7}, RateLimited),
            ({"kind": "http_429"}, RateLimited),
            ({"kind": "api_call_limit", "seconds": 3}, RateLimited),
            ({"kind": "error", "code": "901"}, RateLimited),
            ({"kind": "token_expired"}, AuthExpired),
            ({"kind": "forbidden_session"}, Rejected),
            ({"kind": "error", "code": "NeverHeardOf"}, Rejected),
            ({"kind": "error", "code": "IllegalTimestamp"}, Transient),
        ],
    )
    async def test_certainly_not_sent(
        self, fault: dict[str, object], expected: type[ConnectorError], lazada: LazadaConnector, lazada_sim: LazadaSim,
        session_id: str,
    ) -> None:  # fmt: skip
        lazada_sim.set_faults({**fault, "path": SEND})
        with pytest.raises(expected) as failed:
            await lazada.send_text(session_id, "hello")
        assert not isinstance(failed.value, OutcomeUnknown)
        assert lazada_sim.messages() == []

    async def test_retry_after_and_the_announced_ban_are_obeyed(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        lazada_sim.set_faults(
            {"kind": "http_429", "retry_after": 7, "path": SEND, "nth": [1]},
            {"kind": "api_call_limit", "seconds": 30, "path": SEND, "nth": [2]},
        )
        for seconds in (8, 31):
            before = SYSTEM_CLOCK.now()
            with pytest.raises(RateLimited) as limited:
                await lazada.send_text(session_id, "hello")
            assert before + timedelta(seconds=seconds) <= limited.value.until
            assert limited.value.until <= SYSTEM_CLOCK.now() + timedelta(seconds=seconds)

    async def test_censored_after_it_was_accepted(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        lazada_sim.set_faults({"kind": "censored", "path": SEND, "process_msg": "hidden"})
        began = SYSTEM_CLOCK.now()
        await lazada.send_text(session_id, "quite harmless")
        [message] = await lazada.read_back(session_id, since=began)
        assert message.blocked_note == "hidden"


class TestRead:
    """A read may be repeated, so doubt is Transient."""

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "reset_after"},
            {"kind": "reset_before"},
            {"kind": "http_5xx"},
            {"kind": "malformed_json"},
            {"kind": "huge_body"},
            {"kind": "slow", "seconds": 1.5},
            {"kind": "error", "code": "ServiceTimeout"},
            {"kind": "error", "code": "500"},
        ],
    )
    async def test_doubt_is_transient(
        self, fault: dict[str, object], hasty: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        lazada_sim.set_faults({**fault, "path": "/im/message/list"})
        with pytest.raises(Transient):
            await hasty.read_back(session_id, since=SYSTEM_CLOCK.now())

    async def test_faults_can_be_aimed_at_one_order(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        first, second = lazada_sim.add_orders(shop, 2)
        lazada_sim.set_faults({"kind": "error", "code": "16", "order_id": second})
        await lazada.open_session(first)
        with pytest.raises(Rejected):
            await lazada.open_session(second)

    async def test_the_same_seed_fails_the_same_calls(self, lazada: LazadaConnector, lazada_sim: LazadaSim) -> None:
        async def outcomes() -> list[bool]:
            lazada_sim.set_faults({"kind": "error", "code": "NeverHeardOf", "probability": 0.5})
            found = []
            for _ in range(20):
                try:
                    await lazada.seller()
                    found.append(True)
                except Rejected:
                    found.append(False)
            return found

        first = await outcomes()
        assert first == await outcomes()
        assert {True, False} == set(first)


class TestForeignServers:
    """Something else answers at the address."""

    @pytest.mark.parametrize(
        ("answer", "on_send", "on_read"),
        [
            (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", OutcomeUnknown, Rejected),
            (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", OutcomeUnknown, Rejected),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", OutcomeUnknown, Transient),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", OutcomeUnknown, Transient),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" + b'{"code":"0"}', OutcomeUnknown, Transient),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", OutcomeUnknown, Transient),
            (b"nonsense\r\n\r\n", OutcomeUnknown, Transient),
            (b"", OutcomeUnknown, Transient),
        ],
    )
    async def test_what_it_answers(
        self, answer: bytes, on_send: type[ConnectorError], on_read: type[ConnectorError]
    ) -> None:
        async with answering(answer) as credentials:
            async with LazadaConnector(credentials) as connector:
                with pytest.raises(on_send):
                    await connector.send_text("1_2_3_1_103", "hello")
            async with LazadaConnector(credentials) as connector:
                with pytest.raises(on_read):
                    await connector.open_session("1")


@contextlib.asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[Credentials]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(answer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield Credentials(
            platform=Platform.LAZADA,
            market=Market.TH,
            base_url=f"http://127.0.0.1:{port}/rest",
            app_key="1",
            app_secret="s",
            access_token="t",
        )


def replaced(credentials: Credentials, base_url: str) -> Credentials:
    return Credentials(
        platform=credentials.platform,
        market=credentials.market,
        base_url=base_url,
        app_key=credentials.app_key,
        app_secret=credentials.app_secret,
        access_token=credentials.access_token,
    )


class TestWaiting:
    """How long to wait when Lazada says how long."""

    @pytest.mark.parametrize(
        ("words", "seconds"),
        [
            ("Api access frequency exceeds the limit. this ban will last 1 seconds", 2),
            ("this ban will last 0 seconds", 1),
            ("This ban will last 30 second", 31),
            ("too fast", 2),
            ("", 2),
        ],
    )
    def test_the_announced_ban_and_one_second_more(self, words: str, seconds: int) -> None:
        assert ban_seconds(words) == seconds

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            (None, 2),
            ("", 2),
            ("5", 6),
            ("soon", 2),
            ("-5", 2),
            ("9" * 30, 2),
            (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90),
            (format_datetime(NOON + timedelta(days=400), usegmt=True), 86_400),
            (format_datetime(NOON - timedelta(days=400), usegmt=True), 2),
        ],
    )
    def test_retry_after(self, header: str | None, seconds: int) -> None:
        assert retry_after(header, NOON) == NOON + timedelta(seconds=seconds)
