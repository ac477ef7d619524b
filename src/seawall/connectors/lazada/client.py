"""One signed call to the Lazada gateway: what is signed, what is kept of it, both levels of errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from seawall.connectors.contracts import Exchange
from seawall.connectors.errors import Rejected, Transient
from seawall.connectors.lazada.errors import CallFacts, doubt
from seawall.connectors.lazada.judging import judged
from seawall.connectors.lazada.signing import sign_request
from seawall.connectors.tolerant import parse_object, scalar
from seawall.connectors.transport import Limits, NoAnswer, NotSent, Received, Transport
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
class Upload:
    """A file of a multipart call. Files are not signed [D]."""

    field: str
    file_name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A call that both levels say succeeded."""

    payload: Mapping[str, Any]
    exchange: Exchange


__all__ = ["Answer", "Api", "LazadaClient", "Limits", "Recorder", "Upload"]

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
        self._transport = Transport(limits)
        self._record = record

    async def __aenter__(self) -> "LazadaClient":
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._transport.__aexit__(*exc)

    async def call(self, api: Api, params: Mapping[str, str], *, upload: Upload | None = None) -> Answer:
        """Call once; with a file as multipart. Raises the connector errors; for an effect only OutcomeUnknown leaves
        room for doubt."""
        business = {name: value for name, value in params.items() if value != ""}  # empty values break signatures [U]
        _refuse_unsendable(business)
        signed = self._signed(api.path, business)
        asked_at = self._clock.now()
        facts = CallFacts(path=api.path, is_effect=api.is_effect, answered_at=asked_at)
        received = await self._exchange(api, signed, facts, upload)
        payload = parse_object(received.body)
        answered_at = self._clock.now()
        exchange = Exchange(
            platform=Platform.LAZADA,
            path=api.path,
            request={name: value for name, value in business.items() if name not in HIDDEN_NAMES},
            status=received.status,
            body=received.body.decode("utf-8", "replace").replace("\x00", "\ufffd") if api.keeps_answer else "",
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
        wait = received.headers.get("Retry-After")
        return Answer(payload=judged(received.status, wait, payload, facts), exchange=exchange)

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

    async def _exchange(self, api: Api, params: Mapping[str, str], facts: CallFacts, upload: Upload | None) -> Received:
        in_query = api.method == "GET"
        try:
            return await self._transport.send(
                api.method,
                f"{self._base_url}{api.path}",
                query=params if in_query else None,
                data=None if in_query else _multipart(params, upload) if upload is not None else params,
            )
        except NotSent as error:
            raise Transient(
                "lazada_no_connection", platform=Platform.LAZADA, platform_code=error.why, detail=""
            ) from error
        except NoAnswer as error:
            raise doubt(error.why, facts, code=error.code) from error


def _multipart(params: Mapping[str, str], upload: Upload) -> aiohttp.FormData:
    form = aiohttp.FormData(params)
    form.add_field(upload.field, upload.content, filename=upload.file_name, content_type=upload.mime_type)
    return form


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
