"""Lazada pushes: verify the raw bytes, then name the event. Tolerant of every shape seen, hostile input gets a code.

[D] "Lazada Push Mechanism" (120168). The nesting of types 2 and 19 is not certain (their pages print invalid JSON), so
`data` may be an object, JSON text, or hold an inner `message` [C].
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from seawall.connectors.contracts import ChatMessage, EventKind, PushEvent, PushKeys, SessionState
from seawall.connectors.lazada import mapping
from seawall.connectors.lazada.signing import is_push_genuine
from seawall.connectors.tolerant import TooDeep, scalar, storable
from seawall.kernel.errors import InvalidInput, NotAllowed
from seawall.kernel.markets import Platform

KINDS: dict[str, EventKind] = {
    "0": EventKind.ORDER,
    "2": EventKind.MESSAGE,
    "8": EventKind.AUTH,
    "10": EventKind.REVERSE,
    "14": EventKind.PARCEL,
    "19": EventKind.SESSION,
}
MAX_BODY = 512 * 1024
_DOUBLED_BRACE = re.compile(r'"data"\s*:\s*\{(?=\s*\{)')
_ABSENT = {"", "null", "none", "undefined"}


class LazadaPushReader:
    """Implements contracts.PushReader. The signature travels in `Authorization`, without a scheme word."""

    def read(self, body: bytes, headers: Mapping[str, str], *, keys: PushKeys) -> PushEvent:
        """The verified event; header names are matched without regard to case."""
        authorization = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        verify(body, authorization, keys.app_key, keys.app_secret)
        return parse(body)

    def parse(self, body: bytes) -> PushEvent:
        """See `parse`."""
        return parse(body)

    def message_of(self, event: PushEvent) -> ChatMessage:
        """See `message_of`."""
        return message_of(event)

    def session_of(self, event: PushEvent) -> SessionState:
        """See `session_of`."""
        return session_of(event)


def verify(body: bytes, authorization: str, app_key: str, app_secret: str) -> None:
    """Raise NotAllowed(push_bad_signature) unless the header signs exactly these bytes."""
    if not is_push_genuine(app_key, app_secret, body, authorization):
        raise NotAllowed("push_bad_signature", platform=Platform.LAZADA.title)


def parse(body: bytes) -> PushEvent:
    """Name the event in a verified body. Raises InvalidInput(push_unreadable)."""
    if len(body) > MAX_BODY:
        raise _unreadable(f"more than {MAX_BODY} bytes")
    envelope = _clean(_load(body))
    if not isinstance(envelope, dict):
        raise _unreadable("not a JSON object")
    push_type = scalar(envelope.get("message_type"))
    if not push_type:
        raise _unreadable("no message_type")
    data = _data_of(envelope)
    seller_id = _present(envelope.get("seller_id")) or _present(data.get("seller_id"))
    kind = KINDS.get(push_type, EventKind.OTHER)
    return PushEvent(
        platform=Platform.LAZADA,
        kind=kind,
        seller_id=seller_id,
        external_id=_external_id(push_type, kind, seller_id, data),
        platform_type=push_type[:20],
        sent_at=mapping.instant(_whole(envelope.get("timestamp"))),
        data=data,
    )


def message_of(event: PushEvent) -> ChatMessage:
    """The chat message of a MESSAGE event. Raises InvalidInput(push_unreadable)."""
    found = mapping.message_of(event.data) if event.kind is EventKind.MESSAGE else None
    if found is None:
        raise _unreadable("no chat message with session, id and time")
    return found


def session_of(event: PushEvent) -> SessionState:
    """The read positions of a SESSION event. Raises InvalidInput(push_unreadable)."""
    found = mapping.session_of(event.data) if event.kind is EventKind.SESSION else None
    if found is None:
        raise _unreadable("no session_id")
    return found


def site_of(envelope_site: object) -> str:
    """The site code in `lazada_vn`, `LAZADA_SG` or `lazada-sg`; empty when there is none."""
    found = re.fullmatch(r"lazada[_-](sg|my|th|ph|id|vn)", scalar(envelope_site).strip().lower())
    return found[1] if found else ""


def _external_id(push_type: str, kind: EventKind, seller_id: str, data: Mapping[str, Any]) -> str:
    """Equal for redeliveries, which may differ in the envelope's time stamp and in the order of keys.

    A message is named by session, id, state and filter note, so that a recall or a late filtering of the same message
    is an event of its own. Everything else is named by its whole content.
    """
    session_id, message_id = scalar(data.get("session_id")), scalar(data.get("message_id"))
    if kind is EventKind.MESSAGE and session_id and message_id:
        parts = [session_id, message_id, scalar(data.get("status")), scalar(data.get("process_msg"))]
    else:
        content = {name: value for name, value in data.items() if name != "envelope_site"}
        parts = [json.dumps(content, sort_keys=True, ensure_ascii=True)]
    digest = hashlib.sha256("\x1f".join([seller_id, *parts]).encode()).hexdigest()[:40]
    return f"{push_type[:20]}:{digest}"


def _data_of(envelope: Mapping[str, Any]) -> dict[str, Any]:
    data: Any = envelope.get("data")
    # At most three wrappers: JSON text, an inner `message`, and JSON text again.
    for _ in range(4):
        if isinstance(data, str):
            data = _clean(_load(data.encode("utf-8", "replace")))
        elif isinstance(data, dict) and "message_id" not in data and isinstance(data.get("message"), dict | str):
            if isinstance(data["message"], str) and not data["message"].lstrip().startswith("{"):
                break
            data = data["message"]
        else:
            break
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise _unreadable("data is not an object")
    site = site_of(envelope.get("site"))
    return {**data, "envelope_site": site} if site else dict(data)


def _load(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable("not UTF-8") from error
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        pass
    try:
        return _load_doubled_brace(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable("not JSON") from error


def _load_doubled_brace(text: str) -> Any:
    """The IM pages print `"data":{{...}}` [D]: drop the second pair."""
    found = _DOUBLED_BRACE.search(text)
    if not found:
        raise ValueError("no doubled brace")
    start = found.end()
    mended = text[: start - 1] + text[start:].lstrip()
    _, end = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode(mended, start - 1)
    rest = mended[end:].lstrip()
    if not rest.startswith("}"):
        raise ValueError("unbalanced")
    return json.loads(mended[:end] + rest[1:], parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _clean(value: Any) -> Any:
    try:
        return storable(value)
    except TooDeep as error:
        raise _unreadable(str(error)) from error


def _present(value: object) -> str:
    """An id, or empty: type 8 carries the text "null" [D], others omit it."""
    text = scalar(value).strip()
    return "" if text.lower() in _ABSENT else text[:64]


def _whole(value: object) -> int:
    text = scalar(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def _unreadable(detail: str) -> InvalidInput:
    return InvalidInput("push_unreadable", platform=Platform.LAZADA.title, detail=detail)
