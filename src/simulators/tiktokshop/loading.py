"""Orders from short rows: what a row leaves out is filled in, always alike."""

import hashlib
from collections.abc import Mapping
from typing import Any

from simulators.core.clock import draw, parse_instant
from simulators.tiktokshop.entities import TIKTOK, TOKOPEDIA, Order, Store, stable_id
from simulators.tiktokshop.lifecycle import PACKAGE_STATES, STATUSES, first_times
from simulators.tiktokshop.tracks import events_for

HOUR_MS = 3_600_000
NO_PARCEL = frozenset({"UNPAID", "ON_HOLD"})


class RowError(ValueError):
    """A row that cannot become an order, in words."""


def order_from(row: Mapping[str, Any], store: Store, *, now_ms: int, seed: int, tokopedia_share: float) -> Order:
    """An order. Only `order_id` is needed. Raises RowError.

    Known fields: order_id, seller_id, buyer_id, buyer_name, status, created_at, updated_at (ms or ISO with offset),
    is_cod, shipping_type, platform (Indonesia), shipping_fee, buyer_note, tracking_code, package_id, is_on_hold,
    recipient (name, phone, address), items (each: order_item_id, name, sku, sku_id, product_id, item_price, quantity,
    tracking_code, package_id), trace (each: action_code, description, event_time in ms).
    """
    order_id = str(row.get("order_id", ""))
    if not order_id:
        raise RowError("an order needs order_id")
    status = str(row.get("status", "IN_TRANSIT"))
    if status not in STATUSES:
        raise RowError(f"order {order_id}: unknown status {status!r}; known: {', '.join(STATUSES)}")
    try:
        created_ms = parse_instant(row.get("created_at", _two_to_three_days_ago(order_id, now_ms)))
        updated_ms = parse_instant(row.get("updated_at", created_ms))
    except ValueError as error:
        raise RowError(f"order {order_id}: {error}") from error
    buyer_id = str(row.get("buyer_id") or stable_id("buyer", store.seller_id, order_id))
    track = [_event(item) for item in row["trace"]] if "trace" in row else events_for(status, store.market, created_ms)
    return Order(
        seller_id=store.seller_id,
        order_id=order_id,
        buyer_id=buyer_id,
        buyer_name=str(row.get("buyer_name") or f"buyer_{buyer_id[-4:]}"),
        status=status,
        created_ms=created_ms,
        updated_ms=updated_ms,
        is_cod=bool(row.get("is_cod", row.get("payment_method", "COD") == "COD")),
        shipping_type=str(row.get("shipping_type", "TIKTOK")),
        platform=str(row.get("platform") or _platform(store, buyer_id, seed, tokopedia_share)),
        shipping_fee=str(row.get("shipping_fee", "0")),
        buyer_note=str(row.get("buyer_note", "")),
        recipient={str(name): str(value) for name, value in (row.get("recipient") or {}).items()},
        lines=_lines(row, order_id, status),
        events=track,
        times=first_times(status, created_ms),
        cancel_reason=str(row.get("cancel_reason", "")),
        cancel_by="SYSTEM" if status == "CANCELLED" else "",
        is_on_hold=bool(row.get("is_on_hold", status == "ON_HOLD")),
    )


def _platform(store: Store, buyer_id: str, seed: int, share: float) -> str:
    """In Indonesia a buyer shops here or at Tokopedia; elsewhere the field does not exist."""
    is_tokopedia = store.market == "id" and draw(seed, "tokopedia", buyer_id) < share
    return TOKOPEDIA if is_tokopedia else TIKTOK


def _event(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "action_code": int(item.get("action_code", 0)),
        "description": str(item.get("description") or item.get("title", "")),
        "at_ms": int(item["event_time"]),
    }


def _two_to_three_days_ago(order_id: str, now_ms: int) -> int:
    """Spread over a day: thousands of orders of one second are what no platform lets a client page through."""
    digest = hashlib.sha256(order_id.encode()).digest()
    return now_ms - 72 * HOUR_MS + int.from_bytes(digest[:4]) % (24 * HOUR_MS)


def _lines(row: Mapping[str, Any], order_id: str, status: str) -> list[dict[str, Any]]:
    """A line is one unit: a quantity of three makes three [DOC]."""
    units = [item for item in row.get("items") or [{}] for _ in range(max(1, int(item.get("quantity", 1))))]
    return [_line(row, item, n, order_id, status) for n, item in enumerate(units, start=1)]


def _line(row: Mapping[str, Any], item: Mapping[str, Any], n: int, order_id: str, status: str) -> dict[str, Any]:
    sku = str(item.get("sku", "LAMP-1"))
    has_parcel = status not in NO_PARCEL
    package = str(item.get("package_id") or row.get("package_id") or stable_id("package", order_id))
    tracking = str(item.get("tracking_code") or row.get("tracking_code") or f"TT{order_id}")
    given = str(item.get("order_item_id") or "")
    return {
        "id": given if given and int(item.get("quantity", 1)) == 1 else stable_id("line", order_id, n),
        "sku_id": str(item.get("sku_id") or stable_id("sku", sku)),
        "product_id": str(item.get("product_id") or stable_id("product", sku)),
        "product_name": str(item.get("name", "Demo lamp")),
        "seller_sku": sku,
        "sale_price": str(item.get("item_price", "100")),
        "status": str(item.get("status", status)),
        "package_id": package if has_parcel else "",
        "package_status": PACKAGE_STATES.get(status, ""),
        "tracking_number": tracking if has_parcel and status != "AWAITING_SHIPMENT" else "",
        "cancel_reason": str(row.get("cancel_reason", "")),
        "cancel_user": "SYSTEM" if status == "CANCELLED" else "",
    }
