"""One signed call to Shopee: common parameters in the query, business ones in query, JSON body or form [D]."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from seawall.connectors.contracts import Exchange
from seawall.connectors.errors import ConnectorError, Transient
from seawall.connectors.shopee.errors import CallFacts, doubt, rejected
from seawall.connectors.shopee.judging import judged
from seawall.connectors.shopee.signing import sign_public, sign_subject
from seawall.connectors.tolerant import parse_object, scalar, storable_text
from seawall.connectors.transport import Limits, NoAnswer, NotSent, Received, Transport
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform

HIDDEN_NAMES = frozenset({"code", "refresh_token"})
"""Business parameters that are secrets themselves: kept out of every Exchange."""
_TIGHT = (",", ":")


@dataclass(frozen=True, kw_only=True)
class Api:
    """A path with its method. POST carries its parameters as JSON, or as a form where a file goes along [D]."""

    path: str
    method: str = "GET"
    is_public: bool = False
    """[D] public calls sign neither token nor shop, and must not send them."""
    is_effect: bool = False
    """True when a buyer may see the result, so that doubt is never Transient."""
    keeps_answer: bool = True
    """False when the answer holds tokens: then no body is kept in the Exchange."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that goes along as a form field."""

    name: str
    file_name: str
    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A call that the platform says succeeded."""

    payload: Mapping[str, Any]
    exchange: Exchange


Recorder = Callable[[Exchange], None]
"""Called with every exchange, refused ones too, in the order of the answers."""


class ShopeeClient:
    """Calls one host with one app, for one shop or for none. Use as an async context manager."""

    def __init__(
        self,
        *,
        base_url: str,
        partner_id: str,
        partner_key: str,
        shop_id: str = "",
        access_token: str = "",
        clock: Clock,
        limits: Limits | None = None,
        record: Recorder | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._partner_id = partner_id.strip()
        # The whole text is the key [S, M]; a blank at its end comes from pasting.
        self._partner_key = partner_key.strip()
        self._shop_id = shop_id
        self._access_token = access_token
        self._clock = clock
        self._record = record
        self._transport = Transport(limits)

    async def __aenter__(self) -> "ShopeeClient":
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._transport.__aexit__(*exc)

    async def call(
        self, api: Api, params: Mapping[str, Any] | None = None, *, upload: Upload | None = None
    ) -> Answer:  # fmt: skip
        """Call once. Raises the connector errors; for an effect only OutcomeUnknown leaves room for doubt."""
        business = dict(params or {})
        body = _body_of(api, business, upload)
        asked_at = self._clock.now()
        received = await self._send(api, business, body, CallFacts(
            path=api.path, is_effect=api.is_effect, answered_at=asked_at
        ))  # fmt: skip
        payload = parse_object(received.body)
        answered_at = self._clock.now()
        exchange = Exchange(
            platform=Platform.SHOPEE,
            path=api.path,
            request=_as_sent(business, upload),
            status=received.status,
            body=storable_text(received.body.decode("utf-8", "replace")) if api.keeps_answer else "",
            request_id=scalar(payload.get("request_id"))[:200] if payload else "",
            asked_at=asked_at,
            answered_at=answered_at,
        )
        if self._record is not None:
            self._record(exchange)
        facts = CallFacts(
            path=api.path, is_effect=api.is_effect, answered_at=answered_at,
            request_id=exchange.request_id, exchange=exchange,
        )  # fmt: skip
        try:
            found = judged(received.status, received.headers.get("Retry-After"), payload, facts)
        except ConnectorError as error:
            if not api.keeps_answer:
                error.raw = None  # whatever stood beside the refusal, tokens are kept in no error
            raise
        return Answer(payload=found, exchange=exchange)

    def facts(self, api: Api, answer: Answer) -> CallFacts:
        """What an error about an answer needs to know, when what it holds turns out to be unusable."""
        return CallFacts(
            path=api.path, is_effect=api.is_effect, answered_at=answer.exchange.answered_at,
            request_id=answer.exchange.request_id, exchange=answer.exchange,
        )  # fmt: skip

    def signed_query(self, api: Api) -> dict[str, str]:
        """The common parameters with their signature; good for 5 minutes [D]."""
        timestamp = int(self._clock.now().timestamp())
        common = {"partner_id": self._partner_id, "timestamp": str(timestamp)}
        if api.is_public:
            return common | {"sign": sign_public(self._partner_id, self._partner_key, api.path, timestamp)}
        sign = sign_subject(
            self._partner_id, self._partner_key, api.path, timestamp,
            access_token=self._access_token, subject_id=self._shop_id,
        )  # fmt: skip
        return common | {"access_token": self._access_token, "shop_id": self._shop_id, "sign": sign}

    async def _send(
        self, api: Api, business: Mapping[str, Any], body: bytes | aiohttp.FormData | None, facts: CallFacts
    ) -> Received:
        query = self.signed_query(api)
        if api.method == "GET":
            query |= {name: str(value) for name, value in business.items()}
        headers = {"Content-Type": "application/json"} if isinstance(body, bytes) else None
        try:
            return await self._transport.send(
                api.method, f"{self._base_url}{api.path}", query=query, data=body, headers=headers
            )
        # Not chained: the query holds the token, and some of aiohttp's errors print the address they were for.
        except NotSent as error:
            raise Transient(
                "shopee_no_connection", platform=Platform.SHOPEE, platform_code=error.why, detail=""
            ) from None
        except NoAnswer as error:
            raise doubt(error.why, facts, code=error.code) from None


def _body_of(api: Api, business: Mapping[str, Any], upload: Upload | None) -> bytes | aiohttp.FormData | None:
    """Half a surrogate pair has no UTF-8 form: refused before anything leaves."""
    try:
        text = json.dumps(business, ensure_ascii=False, separators=_TIGHT).encode()
    except UnicodeEncodeError as error:
        raise rejected("platform_rejected", code="not_utf8", detail=error.reason) from None
    if api.method == "GET":
        return None
    if upload is None:
        return text
    form = aiohttp.FormData({name: str(value) for name, value in business.items()})
    form.add_field(upload.name, upload.content, filename=upload.file_name, content_type=upload.mime_type)
    return form


def _as_sent(business: Mapping[str, Any], upload: Upload | None) -> dict[str, str]:
    """Business parameters as text: lists and objects as the JSON they were sent as, a file by its fingerprint."""
    shown = {
        name: storable_text(value)
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, separators=_TIGHT)
        for name, value in business.items()
        if name not in HIDDEN_NAMES
    }
    if upload is not None:
        mark = hashlib.sha256(upload.content).hexdigest()
        shown[upload.name] = f"{upload.file_name}, {len(upload.content)} bytes, sha256 {mark}"
    return shown
