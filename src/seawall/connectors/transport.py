"""One HTTP request to a platform and its whole answer: limits of time and size, and what a broken one means.

Knows no platform's signature and no platform's codes; those belong to the connector that calls it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from seawall.connectors.errors import OutcomeUnknown, Transient
from seawall.kernel.markets import Platform


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one call. All times in seconds."""

    total_s: float = 20.0
    connect_s: float = 5.0
    answer_bytes: int = 8 * 1024 * 1024
    connections: int = 64


@dataclass(frozen=True, kw_only=True)
class Received:
    """An answer that arrived whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Reuses connections, follows no redirect, keeps no cookie. Use as an async context manager."""

    def __init__(self, *, platform: Platform, limits: Limits, unreachable: str) -> None:
        self._platform = platform
        self._limits = limits
        self._unreachable = unreachable
        """The error code for a host that could not be reached at all."""
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Transport":
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

    async def ask(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | None,
        is_effect: bool,
    ) -> Received:
        """Send once, never again by itself. Raises Transient when certainly nothing left; for what may have arrived
        OutcomeUnknown if it `is_effect`, else Transient. The causes are not chained: their words hold the address,
        and an address may hold secrets."""
        if self._session is None:
            raise RuntimeError("use the transport inside `async with`")
        try:
            async with self._session.request(
                method, url, params=query, headers=headers, data=body, allow_redirects=False
            ) as answer:
                return Received(status=answer.status, headers=answer.headers, body=await self._whole(answer, is_effect))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            # Refused, unresolved, bad certificate or no connection in time: not one byte of the request left.
            raise Transient(self._unreachable, platform=self._platform, platform_code=type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise self._doubt(type(error).__name__, type(error).__name__, is_effect) from None

    async def _whole(self, answer: aiohttp.ClientResponse, is_effect: bool) -> bytes:
        chunks = bytearray()
        async for chunk in answer.content.iter_chunked(65536):
            chunks += chunk
            if len(chunks) > self._limits.answer_bytes:
                answer.close()
                raise self._doubt("oversized", f"more than {self._limits.answer_bytes} bytes", is_effect)
        return bytes(chunks)

    def _doubt(self, code: str, detail: str, is_effect: bool) -> OutcomeUnknown | Transient:
        if is_effect:
            return OutcomeUnknown(
                "platform_outcome_unknown", platform=self._platform, platform_code=code, detail=detail
            )
        return Transient("platform_transient", platform=self._platform, platform_code=code, detail=detail)
