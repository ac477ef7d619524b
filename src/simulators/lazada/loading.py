"""Orders from short rows: what a row leaves out is filled in, always alike."""

import hashlib
from collections.abc import Mapping
from typing import Any

from simulators.core.clock import parse_instant
from simulators.lazada.entities import Order
from simulators.lazada.logistics import events_for

HOUR_MS = 3_600_000


class RowError(ValueError):
    """A row that cannot become an order, in words."""


def order_from(row: Mapping[str, Any], *, seller_id: str, now_ms: int) -> Order:
    """An order. Only `order_id` is needed. Raises RowError.

    Known fields: order_id, seller_id, buyer_id, buyer_name, status, created_at, updated_at (ms or ISO with offset),
    payment_method, voucher, shipping_fee, buyer_note, tracking_code, package_id, reverse_order_id, items (each:
    order_item_id, name, sku, item_price, paid_price, status, tracking_code, package_id, need_cancel_confirm), trace
    (each: status_code, detail_type, title, event_time in ms).
    """
    order_id = str(row.get("order_id", ""))
    seller = str(row.get("seller_id") or seller_id)
    if not order_id or not seller:
        raise RowError("an order needs order_id and seller_id")
    try:
        created_ms = parse_instant(row.get("created_at", _two_to_three_days_ago(order_id, now_ms)))
        updated_ms = parse_instant(row.get("updated_at", created_ms))
    except ValueError as error:
        raise RowError(f"order {order_id}: {error}") from error
    status = str(row.get("status", "shipped"))
    return Order(
        seller_id=seller,
        order_id=order_id,
        buyer_id=str(row.get("buyer_id") or buyer_for(seller, order_id)),
        buyer_name=str(row.get("buyer_name", "b****r")),
        created_ms=created_ms,
        updated_ms=updated_ms,
        payment_method=str(row.get("payment_method", "COD")),
        voucher=str(row.get("voucher", "0.00")),
        shipping_fee=str(row.get("shipping_fee", "0.00")),
        buyer_note=str(row.get("buyer_note", "")),
        items=[_item(row, item, n, order_id, status) for n, item in enumerate(row.get("items") or [{}], start=1)],
        events=[dict(event) for event in row["trace"]] if "trace" in row else events_for(status, created_ms),
        reverse_order_id=str(row.get("reverse_order_id", "")),
    )


def buyer_for(seller_id: str, order_id: str) -> str:
    """A buyer account for an order that names none: always the same one."""
    digest = hashlib.sha256(f"{seller_id}:{order_id}".encode()).digest()
    return str(200_000_000_000 + int.from_bytes(digest[:5]) % 99_999_999_999)


def _two_to_three_days_ago(order_id: str, now_ms: int) -> int:
    """Spread over a day: thousands of orders of one second are what no platform lets a client page through."""
    digest = hashlib.sha256(order_id.encode()).digest()
    return now_ms - 72 * HOUR_MS + int.from_bytes(digest[:4]) % (24 * HOUR_MS)


def _item(row: Mapping[str, Any], item: Mapping[str, Any], n: int, order_id: str, status: str) -> dict[str, Any]:
    package = row.get("package_id") or f"FP{order_id}"
    price = str(item.get("item_price", "100.00"))
    known = {
        "order_item_id": str(
            item.get("order_item_id") or (int(order_id) + n if order_id.isdecimal() else f"{order_id}-{n}")
        ),
        "status": str(item.get("status", status)),
        "name": str(item.get("name", "Demo lamp")),
        "sku": str(item.get("sku", "LAMP-1")),
        "item_price": price,
        "paid_price": str(item.get("paid_price", price)),
        "package_id": str(item.get("package_id", package)),
        "tracking_code": str(item.get("tracking_code", row.get("tracking_code", f"LZ{order_id}"))),
    }
    return {**item, **known}
