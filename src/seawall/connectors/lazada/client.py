"""One signed call to the Lazada gateway: transport, limits of size and time, both levels of errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from seawall.connectors.contracts import Exchange
from seawall.connectors.errors import Rejected, Transient
from seawall.connectors.lazada.errors import CallFacts, doubt
from seawall.connectors.lazada.judging import judged, parse_object
from seawall.connectors.lazada.scalars import scalar
from seawall.connectors.lazada.signing import sign_request
from seawall.kernel.clock import Clock, epoch_ms
from seawall.kernel.markets import Platform

HIDDEN_NAMES = frozenset({"code", "refresh_token"})
"""Business parameters that are secrets themselves: kept out of every Exchange."""


@dataclass(frozen=True, kw_only=True)
class Api:
    """A path with its registered method. GET stands for what is registered as GET only; the rest goes as a form."""

    path: str
    method: str = "POST"
    is_effect: bool = False
    """True when a buyer may see the result, so that doubt is never Transient."""
    keeps_answer: bool = True
    """False when the answer holds tokens: then no body is kept in the Exchange."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one call. All times in seconds."""

    total_s: float = 20.0
    connect_s: float = 5.0
    answer_bytes: int = 8 * 1024 * 1024
    connections: int = 64


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A call that both levels say succeeded."""

    payload: Mapping[str, Any]
    exchange: Exchange


Recorder = Callable[[Exchange], None]
"""Called with every exchange, refused ones too, in the order of the answers."""


class LazadaClient:
    """Calls one gateway with one app. Use as an async context manager; connections are reused, redirects refused."""

    def __init__(
        self,
        *,
        base_url: str,
        app_key: str,
        app_secret: str,
        access_token: str = "",
        clock: Clock,
        limits: Limits | None = None,
        record: Recorder | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_key = app_key
        # A trailing blank in a pasted secret is a classic cause of IncompleteSignature [S].
        self._app_secret = app_secret.strip()
        self._access_token = access_token
        self._clock = clock
        self._limits = limits or Limits()
        self._record = record
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "LazadaClient":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._limits.connections, ttl_dns_cache=300),
            timeout=aiohttp.ClientTimeout(
                total=self._limits.total_s,
                # Shorter than the total, so that a host that never accepts is told apart from one that never answers.
                sock_connect=self._limits.connect_s,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, api: Api, params: Mapping[str, str]) -> Answer:
        """Call once. Raises the connector errors; for an effect only OutcomeUnknown leaves room for doubt."""
        business = {name: value for name, value in params.items() if value != ""}  # empty values break signatures [U]
        _refuse_unsendable(business)
        signed = self._signed(api.path, business)
        asked_at = self._clock.now()
        facts = CallFacts(path=api.path, is_effect=api.is_effect, answered_at=asked_at)
        status, headers, body = await self._exchange(api, signed, facts)
        payload = parse_object(body)
        answered_at = self._clock.now()
        exchange = Exchange(
            platform=Platform.LAZADA,
            path=api.path,
            request={name: value for name, value in business.items() if name not in HIDDEN_NAMES},
            status=status,
            body=body.decode("utf-8", "replace").replace("\x00", "\ufffd") if api.keeps_answer else "",
            request_id=scalar(payload.get("request_id")) if payload else "",
            asked_at=asked_at,
            answered_at=answered_at,
        )
        if self._record is not None:
            self._record(exchange)
        facts = CallFacts(
            path=api.path,
            is_effect=api.is_effect,
            answered_at=answered_at,
            request_id=exchange.request_id,
            exchange=exchange,
        )
        return Answer(payload=judged(status, headers.get("Retry-After"), payload, facts), exchange=exchange)

    def _signed(self, path: str, business: Mapping[str, str]) -> dict[str, str]:
        params = {
            **business,
            "app_key": self._app_key,
            "sign_method": "sha256",
            "timestamp": str(epoch_ms(self._clock.now())),
        }
        if self._access_token:
            params["access_token"] = self._access_token
        params["sign"] = sign_request(self._app_secret, path, params)
        return params

    async def _exchange(
        self, api: Api, params: Mapping[str, str], facts: CallFacts
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self._session is None:
            raise RuntimeError("use the client inside `async with`")
        in_query = api.method == "GET"
        try:
            async with self._session.request(
                api.method,
                f"{self._base_url}{api.path}",
                params=params if in_query else None,
                data=None if in_query else params,
                allow_redirects=False,
            ) as answer:
                return answer.status, answer.headers, await self._limited_body(answer, facts)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            # Refused, unresolved, bad certificate or no connection in time: not one byte of the request left.
            raise Transient(
                "lazada_no_connection", platform=Platform.LAZADA, platform_code=type(error).__name__, detail=""
            ) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise doubt(type(error).__name__, facts, code=type(error).__name__) from error

    async def _limited_body(self, answer: aiohttp.ClientResponse, facts: CallFacts) -> bytes:
        chunks = bytearray()
        async for chunk in answer.content.iter_chunked(65536):
            chunks += chunk
            if len(chunks) > self._limits.answer_bytes:
                answer.close()
                raise doubt(f"more than {self._limits.answer_bytes} bytes", facts, code="oversized")
        return bytes(chunks)


def _refuse_unsendable(business: Mapping[str, str]) -> None:
    """Half a surrogate pair has no UTF-8 form: it can be neither signed nor sent."""
    for name, value in business.items():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Rejected(
                "platform_rejected",
                platform=Platform.LAZADA,
                platform_code="not_utf8",
                detail=f"{name}: {error.reason}",
            ) from error
