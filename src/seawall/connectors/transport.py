"""One HTTP exchange with a platform: bounds of time and size, and the one question that matters when it fails:
can the request have left?

Knows no platform: signing, reading and judging answers are the connectors' own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one call. All times in seconds."""

    total_s: float = 20.0
    connect_s: float = 5.0
    answer_bytes: int = 8 * 1024 * 1024
    connections: int = 64


@dataclass(frozen=True, kw_only=True)
class Received:
    """An answer as it came, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(Exception):
    """Not one byte of the request left: refused, unresolved, bad certificate, or no connection in time."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NoAnswer(Exception):
    """The request may have left, and no whole answer came back."""

    def __init__(self, why: str, *, code: str) -> None:
        super().__init__(why)
        self.why = why
        self.code = code


class _ConnectionLost(aiohttp.ClientError):
    """Stands in for the errors after which aiohttp would send a request a second time."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Never send anything twice. aiohttp repeats GET, PUT and DELETE by itself when a connection breaks, and platforms
    register effects as GET (Lazada cancels orders by GET [D])."""
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _ConnectionLost(type(error).__name__) from error


FORM = "application/x-www-form-urlencoded"
_TO_ENCODE = re.compile(rb"[^A-Za-z0-9_.~-]+")


def form_body(fields: Mapping[str, str]) -> bytes:
    """Fields as a form. Runs of bytes are encoded at once: a message of Thai is a thousand of them, and one after the
    other they were the largest part of what a send cost."""
    return b"&".join(_encoded(name) + b"=" + _encoded(value) for name, value in fields.items())


def _encoded(text: str) -> bytes:
    return _TO_ENCODE.sub(lambda found: b"%" + found[0].hex("%").upper().encode(), text.encode())


class Transport:
    """Connections to one platform. Use as an async context manager; connections are reused, redirects refused, cookies
    and proxy settings of the machine ignored."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Transport":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.limits.connections, ttl_dns_cache=300),
            timeout=aiohttp.ClientTimeout(
                total=self.limits.total_s,
                # Shorter than the total, so that a host that never accepts is told apart from one that never answers.
                sock_connect=self.limits.connect_s,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            middlewares=(_once,),
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        data: Mapping[str, str] | aiohttp.FormData | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Received:
        """Send once and read the whole answer, whatever its status. Raises NotSent and NoAnswer."""
        if self._session is None:
            raise RuntimeError("use it inside `async with`")
        if isinstance(data, Mapping):
            data, headers = form_body(data), {**(headers or {}), "Content-Type": FORM}
        try:
            async with self._session.request(
                method, url, params=query, data=data, headers=headers, allow_redirects=False
            ) as answer:
                return Received(status=answer.status, headers=answer.headers, body=await self._bounded(answer))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSent(type(error).__name__) from error
        except _ConnectionLost as error:
            raise NoAnswer(str(error), code=str(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoAnswer(type(error).__name__, code=type(error).__name__) from error

    async def _bounded(self, answer: aiohttp.ClientResponse) -> bytes:
        chunks = bytearray()
        async for chunk in answer.content.iter_chunked(65536):
            chunks += chunk
            if len(chunks) > self.limits.answer_bytes:
                answer.close()
                raise NoAnswer(f"more than {self.limits.answer_bytes} bytes", code="oversized")
        return bytes(chunks)
