"""TikTok Shop pushes: verify the raw bytes, then name the event. Hostile input gets a code.

Numbers and payloads are [PY], their names [OAS]; the official advice is to subscribe by name. Delivery is at least
once and in no order [3P], and TikTok itself says to poll as well [DOC].
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from seawall.connectors.contracts import ChatMessage, EventKind, PushEvent, PushKeys, SessionState
from seawall.connectors.tiktokshop import mapping
from seawall.connectors.tiktokshop.scalars import compact, inner_object, instant
from seawall.connectors.tiktokshop.signing import is_push_genuine
from seawall.connectors.tolerant import parse_object, scalar, whole
from seawall.kernel.errors import InvalidInput, NotAllowed
from seawall.kernel.markets import Platform

KINDS: Mapping[str, EventKind] = {
    "1": EventKind.ORDER,
    "4": EventKind.PARCEL,
    "6": EventKind.AUTH,
    "7": EventKind.AUTH,
    "11": EventKind.REVERSE,
    "12": EventKind.REVERSE,
    "14": EventKind.MESSAGE,
}
"""13 says that a service agent joined or left and holds no read positions [OAS], 33 is creators' chat and never a
buyer's [PY]: both are OTHER, as is every type we were told nothing sure of."""

MAX_BODY = 512 * 1024
_STATUSES = ("order_status", "cancel_status", "return_status")
_MAX_ID = 128


class TiktokPushReader:
    """Implements contracts.PushReader. The signature travels in `Authorization`, without a scheme word."""

    def read(self, body: bytes, headers: Mapping[str, str], *, keys: PushKeys) -> PushEvent:
        """The verified event; header names are matched without regard to case."""
        authorization = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        if not is_push_genuine(keys.app_key, keys.app_secret, body, authorization):
            raise NotAllowed("push_bad_signature", platform=Platform.TIKTOK.title)
        return self.parse(body)

    def parse(self, body: bytes) -> PushEvent:
        """The event in a verified body. `seller_id` is the shop id: pushes never carry the cipher."""
        if len(body) > MAX_BODY:
            raise _unreadable(f"more than {MAX_BODY} bytes")
        # As text, since only text is always checked for depth.
        envelope = parse_object(body.decode("utf-8", "replace"))
        if envelope is None:
            raise _unreadable("not a JSON object")
        push_type = scalar(envelope.get("type")).strip()
        if not push_type:
            raise _unreadable("no type")
        data = _data_of(envelope)
        shop_id = scalar(envelope.get("shop_id")).strip()[:64]
        return PushEvent(
            platform=Platform.TIKTOK,
            kind=KINDS.get(push_type, EventKind.OTHER),
            seller_id=shop_id,
            external_id=_external_id(envelope, push_type, shop_id, data),
            platform_type=push_type[:20],
            sent_at=instant(whole(envelope.get("timestamp"))),
            data=data,
        )

    def message_of(self, event: PushEvent) -> ChatMessage:
        """The chat message of type 14. The push names no buyer, so `buyer_id` is empty: the conversation tells."""
        found = mapping.message_of(event.data) if event.kind is EventKind.MESSAGE else None
        if found is None:
            raise _unreadable("no chat message with conversation, id and time")
        return found

    def session_of(self, event: PushEvent) -> SessionState:
        """Always refused: no push of this platform holds read positions."""
        raise _unreadable("no push holds read positions")


def _data_of(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The event's data, with statuses in the one spelling we use (webhook 1 writes CANCEL [PY])."""
    given = envelope.get("data")
    if given is not None and not isinstance(given, dict | str):
        raise _unreadable("data is not an object")
    data = inner_object(given)
    if isinstance(given, str) and given.strip() and not data:
        raise _unreadable("data is not an object")
    return {
        name: mapping.status_of(value) if name in _STATUSES and isinstance(value, str) else value
        for name, value in data.items()
    }


def _external_id(envelope: Mapping[str, Any], push_type: str, shop_id: str, data: Mapping[str, Any]) -> str:
    """The notification id; where a push has none (older samples, type 3), a digest of type, shop and data, which are
    equal for two deliveries of one event."""
    given = scalar(envelope.get("tts_notification_id")).strip()
    if given and len(given) <= _MAX_ID:
        return given
    content = compact(dict(sorted(data.items())))
    digest = hashlib.sha256("\x1f".join([given, push_type, shop_id, content]).encode()).hexdigest()[:40]
    return f"{push_type[:20]}:{digest}"


def _unreadable(detail: str) -> InvalidInput:
    return InvalidInput("push_unreadable", platform=Platform.TIKTOK.title, detail=detail)
