"""One signed call to TikTok Shop: what is signed is what is sent, and every answer is kept for the record."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from seawall.connectors.contracts import Exchange
from seawall.connectors.errors import ConnectorError, RateLimited, Transient
from seawall.connectors.tiktokshop.endpoints import Api
from seawall.connectors.tiktokshop.errors import CallFacts, doubt, rejected
from seawall.connectors.tiktokshop.judging import judged
from seawall.connectors.tiktokshop.scalars import compact, id_of
from seawall.connectors.tiktokshop.signing import sign_request
from seawall.connectors.tolerant import parse_object
from seawall.connectors.transport import Limits, NoAnswer, NotSent, Received, Transport
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform

STAMP_BACK_S = 60
"""The gateway takes stamps from five minutes ago to half a minute ahead [3P]: a stamp a minute old leaves room for a
clock that runs ahead as well."""

Recorder = Callable[[Exchange], None]
"""Called with every exchange, refused ones too, in the order of the answers."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A call that succeeded."""

    data: Mapping[str, Any]
    """Empty when the answer had none."""
    has_data: bool
    exchange: Exchange
    facts: CallFacts

    def unreadable(self, detail: str) -> ConnectorError:
        """The error for a success that lacks what the call is for: an effect may have happened."""
        return doubt(detail, self.facts, code="unreadable")


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """An image to upload, as part `data` of a form [OAS]."""

    content: bytes
    mime_type: str


class TiktokClient:
    """Calls one gateway for one shop. Use as an async context manager; safe for many calls at once."""

    def __init__(
        self,
        *,
        base_url: str,
        app_key: str,
        app_secret: str,
        access_token: str = "",
        shop_cipher: str = "",
        clock: Clock,
        limits: Limits | None = None,
        record: Recorder | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_key = app_key
        self._app_secret = app_secret.strip()  # a pasted secret brings blanks and line ends with it
        self._access_token = access_token
        self._shop_cipher = shop_cipher
        self._clock = clock
        self._record = record
        self._throttled = 0
        self._transport = Transport(limits)

    async def __aenter__(self) -> "TiktokClient":
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._transport.__aexit__(*exc)

    async def call(
        self,
        api: Api,
        *ids: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        file: FilePart | None = None,
    ) -> Answer:
        """Call once. `body` None sends no body at all; a GET never has one [SDK]. Raises the connector errors; for an
        effect only OutcomeUnknown leaves room for doubt."""
        path = api.at(*ids)
        business = {name: value for name, value in (query or {}).items() if value != ""}
        raw, content_type = _wire(body, file)
        _refuse_unsendable(business)
        asked_at = self._clock.now()
        received = await ask(
            self._transport,
            CallFacts(is_effect=api.is_effect, answered_at=asked_at),
            api.method,
            f"{self._base_url}{path}",
            query=self._signed(api, path, business, raw, content_type),
            headers=self._headers(content_type),
            body=raw,
        )
        payload = parse_object(received.body)
        exchange = Exchange(
            platform=Platform.TIKTOK,
            path=path,
            request=_kept(business, body, file),
            status=received.status,
            body=_text(received.body) if api.keeps_answer else "",
            request_id=id_of(payload.get("request_id")) if payload else "",
            asked_at=asked_at,
            answered_at=self._clock.now(),
        )
        if self._record is not None:
            self._record(exchange)
        facts = self._facts(api, received, exchange)
        try:
            data = judged(received.status, payload, facts)
        except RateLimited:
            self._throttled += 1
            raise
        self._throttled = 0
        has_data = payload is not None and isinstance(payload.get("data"), dict)
        return Answer(data=data, has_data=has_data, exchange=exchange, facts=facts)

    def _signed(
        self, api: Api, path: str, business: Mapping[str, str], raw: bytes, content_type: str
    ) -> Mapping[str, str]:
        stamp = int(self._clock.now().timestamp()) - STAMP_BACK_S
        query = {**business, "app_key": self._app_key, "timestamp": str(stamp)}
        if api.names_shop and self._shop_cipher:
            query["shop_cipher"] = self._shop_cipher
        query["sign"] = sign_request(self._app_secret, path, query, body=raw, content_type=content_type)
        return query

    def _headers(self, content_type: str) -> Mapping[str, str]:
        headers = {"Content-Type": content_type}
        if self._access_token:
            headers["x-tts-access-token"] = self._access_token
        return headers

    def _facts(self, api: Api, received: Received, exchange: Exchange) -> CallFacts:
        return CallFacts(
            is_effect=api.is_effect,
            answered_at=exchange.answered_at,
            request_id=exchange.request_id,
            exchange=exchange,
            retry_after=received.headers.get("Retry-After", ""),
            throttled=self._throttled,
        )


async def ask(
    transport: Transport,
    facts: CallFacts,
    method: str,
    url: str,
    *,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes = b"",
) -> Received:
    """One request and its whole answer. Raises Transient when certainly nothing left; for what may have arrived
    OutcomeUnknown if it is an effect, else Transient."""
    failed: ConnectorError
    try:
        return await transport.send(method, url, query=query, data=body or None, headers=headers)
    except NotSent as error:
        failed = Transient("tiktok_no_connection", platform=Platform.TIKTOK, platform_code=error.why)
    except NoAnswer as error:
        failed = doubt(error.why, facts, code=error.code)
    # Raised out here without its cause, whose words hold the address: that of a token call holds the app secret.
    raise failed


def _wire(body: Mapping[str, Any] | None, file: FilePart | None) -> tuple[bytes, str]:
    """The bytes that are signed and sent, made once, with their content type."""
    if file is not None:
        # A boundary made of the content does not stand in it, and the same image gives the same bytes. At most 70
        # characters (RFC 2046).
        boundary = f"seawall{hashlib.sha256(file.content).hexdigest()[:48]}"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="data"; filename="image"\r\n'
            f"Content-Type: {file.mime_type}\r\n\r\n"
        )
        return (
            head.encode() + file.content + f"\r\n--{boundary}--\r\n".encode(),
            f"multipart/form-data; boundary={boundary}",
        )
    if body is None:
        return b"", "application/json"
    try:
        return compact(body).encode(), "application/json"
    except UnicodeEncodeError as error:
        # Half a surrogate pair has no UTF-8 form: it can be neither signed nor sent.
        raise rejected("platform_rejected", code="not_utf8", detail=error.reason) from error


def _refuse_unsendable(query: Mapping[str, str]) -> None:
    for name, value in query.items():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise rejected("platform_rejected", code="not_utf8", detail=f"{name}: {error.reason}") from error


def _kept(query: Mapping[str, str], body: Mapping[str, Any] | None, file: FilePart | None) -> dict[str, str]:
    """What was asked, as text: each field of the body as it stands in the JSON, a file by its digest."""
    kept = dict(query)
    for name, value in (body or {}).items():
        kept[name] = value if isinstance(value, str) else compact(value)
    if file is not None:
        kept["data"] = f"{file.mime_type} sha256:{hashlib.sha256(file.content).hexdigest()}"
    return kept


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace").replace("\x00", "\ufffd")
