"""Lazada's JSON -> our records. Pure: no clock, no network."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from seawall.connectors.contracts import (
    ChatMessage,
    PlatformOrder,
    PlatformOrderLine,
    SessionState,
    Speaker,
    TokenGrant,
    TraceEvent,
)
from seawall.connectors.lazada.wire import WireItem, WireMessage, WireOrder, WireSession, WireTrack
from seawall.connectors.tolerant import scalar, storable_text
from seawall.kernel.clock import from_epoch_ms

BUYER, SELLER = "1", "2"
"""`from_account_type` [D]. At least one public client has it the other way round."""
SYSTEM_MESSAGE = "2"
TEXT_TEMPLATES = frozenset({"1", "2", "4", "10015"})
"""Templates whose content carries `txt`: text, system text, emoji, auto-reply menu [D]."""
_SECONDS_BELOW = 100_000_000_000
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)? ?(Z|[+-]\d{2}:?\d{2})$")
_SESSION_ID = re.compile(r"^\d+_2_(\d+)_1_\d+$")


def instant(stamp: int) -> datetime | None:
    """An epoch stamp in seconds or milliseconds (both occur); None for none or nonsense."""
    if stamp <= 0:
        return None
    try:
        return from_epoch_ms(stamp * 1000 if stamp < _SECONDS_BELOW else stamp)
    except (ValueError, OverflowError, OSError):
        return None


def date_of(text: str) -> datetime | None:
    """A response date such as `2026-02-09 22:44:30 +0800` [C]; None when there is none or it has no offset."""
    found = _DATE.match(text.strip())
    if not found:
        return None
    offset = "+0000" if found[3] == "Z" else found[3].replace(":", "")
    try:
        return datetime.strptime(f"{found[1]} {found[2]} {offset}", "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def order_of(raw: Mapping[str, Any], items: Sequence[Mapping[str, Any]], currency: str) -> PlatformOrder:
    """An order with the lines given. `total` is what the buyer paid: price - voucher + shipping fee [D]."""
    order = WireOrder.model_validate(raw)
    lines = [WireItem.model_validate(item) for item in items]
    total = None
    if order.price is not None:
        total = order.price - (order.voucher or 0) + (order.shipping_fee or 0)
    return PlatformOrder(
        order_id=order.order_id,
        statuses=tuple(order.statuses),
        created_at=date_of(order.created_at),
        updated_at=date_of(order.updated_at),
        total=total,
        currency=next((line.currency for line in lines if line.currency), currency),
        buyer_id=next((line.buyer_id for line in lines if line.buyer_id), scalar(raw.get("buyer_id"))),
        lines=tuple(_line_of(line) for line in lines),
        raw={**raw, "order_items": list(items)} if items else raw,
    )


def _line_of(item: WireItem) -> PlatformOrderLine:
    return PlatformOrderLine(
        line_id=item.order_item_id,
        status=item.status,
        title=item.name,
        sku=item.sku,
        quantity=1,  # [D] quantity 2 is two items
        paid_price=item.paid_price,
        currency=item.currency,
        tracking_code=item.tracking_code,
    )


def trace_of(tracks: Sequence[Mapping[str, Any]]) -> list[TraceEvent]:
    """All events, oldest first. The platform's order is not reliable: clients read it both ways [C]."""
    events = [
        TraceEvent(
            code=event.status_code,
            kind=event.detail_type,
            title=event.title,
            at=at,
            package_id=package.ofc_package_id,
            tracking_number=package.tracking_number,
            raw=event.model_dump(),
        )
        for track in tracks
        for package in WireTrack.model_validate(track).package_detail_info_list
        for event in package.logistic_detail_info_list
        if (at := instant(event.event_time)) is not None
    ]
    return sorted(events, key=lambda event: event.at)


def buyer_of_session(session_id: str) -> str:
    """The buyer in a session id, `{seller}_2_{buyer}_1_103` in all samples [I]; empty for another shape."""
    found = _SESSION_ID.match(session_id)
    return found[1] if found else ""


def message_of(raw: Mapping[str, Any]) -> ChatMessage | None:
    """A chat message; None when it lacks what makes it one (session, id, time)."""
    message = WireMessage.model_validate(raw)
    sent_at = instant(message.send_time)
    if not message.session_id or not message.message_id or sent_at is None:
        return None
    if message.from_account_type == BUYER:
        buyer = message.from_account_id
    else:
        buyer = message.to_account_id if message.to_account_type in {BUYER, ""} else ""
    return ChatMessage(
        session_id=message.session_id,
        message_id=message.message_id,
        speaker=_speaker_of(message),
        buyer_id=buyer or buyer_of_session(message.session_id),
        text=_text_of(message),
        kind=message.template_id or message.type,
        sent_at=sent_at,
        is_recalled=message.status == "1",
        blocked_note=message.process_msg,
        is_auto_reply=message.auto_reply,
        raw=raw,
    )


def _speaker_of(message: WireMessage) -> Speaker:
    if message.type == SYSTEM_MESSAGE:
        return Speaker.SYSTEM
    if message.from_account_type == BUYER:
        return Speaker.BUYER
    # An account type nobody documented is not the buyer's word and not ours: say so.
    return Speaker.SELLER if message.from_account_type == SELLER else Speaker.SYSTEM


def _text_of(message: WireMessage) -> str:
    """`content` is JSON text inside a string [D]; an object is accepted as well."""
    if message.template_id not in TEXT_TEMPLATES:
        return ""
    content: Any = message.content
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            return ""
    # The inner JSON is parsed here for the first time: its escapes may hide what a table cannot hold.
    return storable_text(scalar(content.get("txt"))) if isinstance(content, dict) else ""


def session_of(raw: Mapping[str, Any]) -> SessionState | None:
    """A conversation's positions; None without a session id. A position of 0 means "never"."""
    session = WireSession.model_validate(raw)
    if not session.session_id:
        return None
    return SessionState(
        session_id=session.session_id,
        unread=max(session.unread_count, 0),
        seller_read_up_to=instant(session.self_position),
        buyer_read_up_to=instant(session.to_position),
        raw=raw,
    )


def grant_of(payload: Mapping[str, Any]) -> TokenGrant | None:
    """Tokens of create or refresh; None without an access token. Answers are flat [D]; one generator nests them [C]."""
    nested = payload.get("data")
    flat = payload if payload.get("access_token") or not isinstance(nested, dict) else nested
    if not scalar(flat.get("access_token")):
        return None
    return TokenGrant(
        access_token=scalar(flat.get("access_token")),
        refresh_token=scalar(flat.get("refresh_token")),
        expires_in_s=_seconds(flat.get("expires_in")),
        refresh_expires_in_s=_seconds(flat.get("refresh_expires_in")),
        country=scalar(flat.get("country")).lower(),
        stores=tuple(_stores_of(flat.get("country_user_info") or flat.get("country_user_info_list"))),
    )


def _seconds(value: object) -> int:
    text = scalar(value)
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _stores_of(info: object) -> list[Mapping[str, str]]:
    """A list of rows in new documentation, an object keyed by country in old; refresh names it `..._list` [D]."""
    rows: list[Mapping[str, Any]] = []
    if isinstance(info, list):
        rows = [row for row in info if isinstance(row, dict)]
    elif isinstance(info, dict):
        rows = [{"country": country, **row} for country, row in info.items() if isinstance(row, dict)]
    names = ("country", "seller_id", "user_id", "short_code")
    return [{name: scalar(row.get(name)) for name in names} for row in rows]
