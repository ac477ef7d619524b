"""Shopee pushes: verify address and raw bytes, then name the event. A push only says that something changed [D, I].

[D] it counts as taken by 2xx with an EMPTY body, within 3 s (chat: 2 s); answering is the door's job.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from seawall.connectors.contracts import ChatMessage, EventKind, PushEvent, PushKeys, SessionState
from seawall.connectors.shopee import chat_mapping
from seawall.connectors.shopee.mapping import instant
from seawall.connectors.shopee.signing import is_push_genuine
from seawall.connectors.tolerant import identifier, object_at, parse_json, scalar, whole
from seawall.kernel.errors import InvalidInput, NotAllowed
from seawall.kernel.markets import Platform

WEBCHAT = "10"
KINDS: dict[str, EventKind] = {
    "1": EventKind.AUTH,
    "2": EventKind.AUTH,
    "12": EventKind.AUTH,
    "3": EventKind.ORDER,
    "4": EventKind.PARCEL,
    "30": EventKind.PARCEL,
    "29": EventKind.REVERSE,
}
"""[D, S] by the number in the body."""
CHAT_KINDS = {"message": EventKind.MESSAGE, "notification": EventKind.SESSION}
"""[D3] of `data.type` in a chat push."""
REPLIED = "mark_as_replied"
"""[M] the notification when somebody of the shop answered outside the API."""
PING = "verify"
"""Our name for the test body, whose code is not documented [U]."""
MAX_BODY = 512 * 1024

NAMES_AN_EVENT: dict[str, tuple[str, ...]] = {
    "3": ("ordersn", "status", "completed_scenario", "update_time"),
    "4": ("ordersn", "package_number", "tracking_no"),
}
"""[D] what two deliveries of one event have in common; others are named by all they say."""


class ShopeePushReader:
    """Implements contracts.PushReader. The signature travels in `Authorization`, bare [D, S]."""

    def read(self, body: bytes, headers: Mapping[str, str], *, keys: PushKeys) -> PushEvent:
        """The verified event; header names are matched without regard to case.

        [M] pushes are signed with the separate push key where the console issued one; only without one with the partner
        key. An empty key signs nothing but the console's test ping, which is then acted on by nobody.
        """
        authorization = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        key = keys.push_key or keys.app_secret
        if len(body) > MAX_BODY:
            raise _unreadable(f"more than {MAX_BODY} bytes")
        if key and keys.callback_url and is_push_genuine(key, keys.callback_url, body, authorization):
            return self.parse(body)
        # Before a push key is first saved the console signs its test with an empty one [M]. Whoever can compute that
        # gains an event that says nothing and is stored once.
        if keys.callback_url and is_push_genuine("", keys.callback_url, body, authorization):
            ping = _ping_of(body)
            if ping is not None:
                return ping
        raise NotAllowed("push_bad_signature", platform=Platform.SHOPEE.title)

    def parse(self, body: bytes) -> PushEvent:
        """Name the event in a verified body. Raises InvalidInput(push_unreadable)."""
        if len(body) > MAX_BODY:
            raise _unreadable(f"more than {MAX_BODY} bytes")
        envelope = _load(body)
        data = _data_of(envelope)
        code = identifier(envelope.get("code")) or _code_of(data)
        if _is_ping(envelope, data):
            return _ping(data)
        if not code:
            raise _unreadable("no code")
        content = object_at(data, "content")
        kind = _chat_kind(data, content) if code == WEBCHAT else KINDS.get(code)
        seller_id = _seller_of(envelope, data, content)
        return PushEvent(
            platform=Platform.SHOPEE,
            kind=kind or EventKind.OTHER,
            seller_id=seller_id,
            external_id=_external_id(code, seller_id, envelope, data),
            platform_type=code[:20],
            sent_at=instant(whole(envelope.get("timestamp")) or whole(content.get("created_timestamp"))),
            data=data,
        )

    def message_of(self, event: PushEvent) -> ChatMessage:
        """The chat message of a MESSAGE event. Raises InvalidInput(push_unreadable)."""
        is_message = event.kind is EventKind.MESSAGE
        found = chat_mapping.message_of(object_at(event.data, "content"), event.seller_id) if is_message else None
        if found is None:
            raise _unreadable("no chat message with conversation, id and time")
        return found

    def session_of(self, event: PushEvent) -> SessionState:
        """The conversation of a SESSION event. `mark_as_replied` is the only hint that someone answered elsewhere [M]:
        it holds no position, read the conversation back. Raises InvalidInput(push_unreadable)."""
        found = chat_mapping.notified_session(event.data) if event.kind is EventKind.SESSION else None
        if found is None:
            raise _unreadable("no conversation_id")
        return found


def _load(body: bytes) -> Mapping[str, Any]:
    try:
        found = parse_json(body)
    except ValueError as error:
        raise _unreadable("not JSON") from error
    if not isinstance(found, dict):
        raise _unreadable("not a JSON object")
    return found


def _data_of(envelope: Mapping[str, Any]) -> dict[str, Any]:
    data = envelope.get("data")
    if isinstance(data, str) and data.strip():
        try:
            data = parse_json(data)
        except ValueError as error:
            raise _unreadable("data is not JSON") from error
    if data is None or data == "":
        return {}
    if not isinstance(data, dict):
        raise _unreadable("data is not an object")
    return data


def _chat_kind(data: Mapping[str, Any], content: Mapping[str, Any]) -> EventKind:
    """A notification is about a conversation's state only when it says that somebody replied, or counts what is unread:
    what other kinds mean is unknown [U], and reading "nothing unread" into one would hide a buyer's answer."""
    kind = CHAT_KINDS.get(scalar(data.get("type")), EventKind.OTHER)
    tells_state = scalar(content.get("type")) == REPLIED or "unread_count" in content
    if kind is EventKind.SESSION and not (tells_state and identifier(content.get("conversation_id"))):
        return EventKind.OTHER
    return kind


def _code_of(data: Mapping[str, Any]) -> str:
    """[D3] the samples of notifications lack the number: a chat push shows by its shape."""
    is_chat = scalar(data.get("type")) in CHAT_KINDS and bool(object_at(data, "content"))
    return WEBCHAT if is_chat else ""


def _seller_of(envelope: Mapping[str, Any], data: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """The shop; samples of code 2 write `shopid` [D], notifications name it inside if at all."""
    places = ((envelope, "shop_id"), (envelope, "shopid"), (data, "shop_id"), (data, "shopid"), (content, "shop_id"))
    return next((found for where, name in places if (found := identifier(where.get(name)))), "")[:64]


def _external_id(code: str, seller_id: str, envelope: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Equal for redeliveries. `msg_id` is no name: it may be empty [D3].

    A chat message is named by conversation, id and state, so that a later censoring is an event of its own. What says
    nothing about time keeps the envelope's stamp: losing a second event would be worse than storing one twice.
    """
    content = object_at(data, "content")
    message_id = identifier(content.get("message_id"))
    named = NAMES_AN_EVENT.get(code, ())
    if code == WEBCHAT and message_id:
        parts = [identifier(content.get("conversation_id")), message_id, scalar(content.get("status"))]
    elif named and all(scalar(data.get(name)) for name in (named[0], named[-1])):
        parts = [scalar(data.get(name)) for name in named]
    else:
        parts = [json.dumps(data, sort_keys=True, ensure_ascii=True)]
        if not any("time" in name for name in (*data, *content)):
            parts.append(scalar(envelope.get("timestamp")))
    digest = hashlib.sha256("\x1f".join([seller_id, *parts]).encode("utf-8", "replace")).hexdigest()[:40]
    return f"{code[:20]}:{digest}"


def _is_ping(envelope: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return "verify_info" in data and not _seller_of(envelope, data, {})


def _ping_of(body: bytes) -> PushEvent | None:
    """The console's test body, and only that."""
    try:
        envelope = _load(body)
        data = _data_of(envelope)
    except InvalidInput:
        return None
    return _ping(data) if _is_ping(envelope, data) else None


def _ping(data: Mapping[str, Any]) -> PushEvent:
    return PushEvent(
        platform=Platform.SHOPEE,
        kind=EventKind.OTHER,
        seller_id="",
        external_id=PING,
        platform_type=PING,
        sent_at=None,
        data={"verify_info": scalar(data.get("verify_info"))[:500]},
    )


def _unreadable(detail: str) -> InvalidInput:
    return InvalidInput("push_unreadable", platform=Platform.SHOPEE.title, detail=detail)
