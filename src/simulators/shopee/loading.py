"""Orders from short rows: what a row leaves out is filled in, always alike."""

import hashlib
from collections.abc import Mapping
from typing import Any

from simulators.core.clock import parse_instant
from simulators.shopee import couriers
from simulators.shopee.entities import ORDER_STATUSES, Order
from simulators.shopee.switches import Switches

HOUR_MS = 3_600_000
PACKAGE_STATES = {
    "UNPAID": "LOGISTICS_NOT_START", "PENDING": "LOGISTICS_NOT_START", "INVOICE_PENDING": "LOGISTICS_NOT_START",
    "READY_TO_SHIP": "LOGISTICS_READY", "PROCESSED": "LOGISTICS_REQUEST_CREATED",
    "RETRY_SHIP": "LOGISTICS_PICKUP_RETRY", "SHIPPED": "LOGISTICS_PICKUP_DONE",
    "TO_CONFIRM_RECEIVE": "LOGISTICS_DELIVERY_DONE", "COMPLETED": "LOGISTICS_DELIVERY_DONE",
    "TO_RETURN": "LOGISTICS_DELIVERY_DONE", "IN_CANCEL": "LOGISTICS_READY", "CANCELLED": "LOGISTICS_INVALID",
}  # fmt: skip
"""Where a parcel is when its order has this status."""
_FAMILIAR = {
    "unpaid": "UNPAID", "pending": "READY_TO_SHIP", "packed": "PROCESSED", "ready_to_ship": "READY_TO_SHIP",
    "shipped": "SHIPPED", "delivered": "TO_CONFIRM_RECEIVE", "canceled": "CANCELLED", "cancelled": "CANCELLED",
}  # fmt: skip
"""Words other platforms' rows use, so that one file of orders can be loaded everywhere."""


class RowError(ValueError):
    """A row that cannot become an order, in words."""


def order_from(row: Mapping[str, Any], *, seller_id: str, now_ms: int, seed: int, switches: Switches) -> Order:
    """An order. Only `order_id` is needed. Raises RowError.

    Known fields: order_id (or order_sn), seller_id, buyer_id (a number), buyer_name, status (SHIPPED), fate (see
    couriers), created_at, updated_at, ship_by (ms or ISO with offset), days_to_ship, payment_method, cod, total,
    buyer_note, note, tracking_number, package_number, carrier, split (into a parcel for each item), is_warehouse,
    cancel_by, cancel_reason, buyer_cancel_reason, logistics_status, items (each: item_id, model_id, name, sku, price,
    quantity), trace (each: description, logistics_status, at in ms or ISO).
    """
    order_sn = str(row.get("order_id") or row.get("order_sn") or "")
    seller = str(row.get("seller_id") or seller_id)
    if not order_sn or not seller:
        raise RowError("an order needs order_id and seller_id")
    buyer_id = str(row.get("buyer_id") or buyer_for(seller, order_sn))
    if not buyer_id.isdecimal():
        raise RowError(f"order {order_sn}: buyer_id {buyer_id!r} is not a number")
    status = status_in(str(row.get("status", "SHIPPED")))
    fate = str(row.get("fate") or "on_time")
    if fate not in couriers.FATES:
        raise RowError(f"order {order_sn}: unknown fate {fate!r}; known: {', '.join(couriers.FATES)}")
    try:
        created_ms = parse_instant(row.get("created_at", _two_to_three_days_ago(order_sn, now_ms)))
        updated_ms = parse_instant(row.get("updated_at", created_ms))
        days = int(row.get("days_to_ship", 2))
        ship_by_ms = parse_instant(row.get("ship_by", created_ms + days * 24 * HOUR_MS))
    except ValueError as error:
        raise RowError(f"order {order_sn}: {error}") from error
    items = [_item(item, n) for n, item in enumerate(row.get("items") or [{}], start=1)]
    if "fate" not in row and switches.couriers_move:
        fate = couriers.fate_of(seed, switches, order_sn)
    steps = couriers.steps_of(seed, fate, order_sn)
    done = couriers.history(status, steps)
    at = couriers.times(seed, switches, order_sn, created_ms, steps)
    # Nothing has happened in the future, however young the order is.
    past = [min(ms, now_ms - (len(done) - n) * 60_000) for n, ms in enumerate(at[: len(done)])]
    events = [couriers.event_json(ms, step) for ms, step in zip(past, done, strict=True)]
    if "trace" in row:
        events = [_event(each) for each in row["trace"]]
    return Order(
        shop_id=seller, order_sn=order_sn, buyer_id=buyer_id, buyer_name=str(row.get("buyer_name", "b****r")),
        status=status, created_ms=created_ms, updated_ms=updated_ms, ship_by_ms=ship_by_ms, days_to_ship=days,
        cod=bool(row.get("cod", False)), payment_method=str(row.get("payment_method", "ShopeePay")),
        total=float(row.get("total", sum(item["price"] * item["quantity"] for item in items))), items=items,
        packages=_packages(row, order_sn, status, items, events), fate=fate, cancel_by=str(row.get("cancel_by", "")),
        cancel_reason=str(row.get("cancel_reason", "")), buyer_cancel_reason=str(row.get("buyer_cancel_reason", "")),
        status_before="READY_TO_SHIP" if status == "IN_CANCEL" else "", note=str(row.get("note", "")),
        message_to_seller=str(row.get("buyer_note", "")), is_warehouse=bool(row.get("is_warehouse", False)),
        pickup_done_ms=events[1]["at_ms"] if len(events) > 1 else 0,
    )  # fmt: skip


def status_in(word: str) -> str:
    """A status of this platform for a word of a row or of the side door. Raises RowError."""
    status = word if word in ORDER_STATUSES else _FAMILIAR.get(word, "")
    if not status:
        raise RowError(f"unknown status {word!r}; known: {', '.join(sorted(ORDER_STATUSES))}")
    return status


def buyer_for(seller_id: str, order_sn: str) -> str:
    """A buyer account for an order that names none: always the same one."""
    digest = hashlib.sha256(f"{seller_id}:{order_sn}".encode()).digest()
    return str(700_000_000 + int.from_bytes(digest[:5]) % 99_999_999)


def _two_to_three_days_ago(order_sn: str, now_ms: int) -> int:
    """Spread over a day: thousands of orders of one second are what no platform lets a client page through."""
    digest = hashlib.sha256(order_sn.encode()).digest()
    return now_ms - 72 * HOUR_MS + int.from_bytes(digest[:4]) % (24 * HOUR_MS)


def _item(item: Mapping[str, Any], n: int) -> dict[str, Any]:
    return {
        "item_id": int(item.get("item_id", 110 + n)),
        "model_id": int(item.get("model_id", 220 + n)),
        "name": str(item.get("name", "Demo lamp")),
        "sku": str(item.get("sku", f"LAMP-{n}")),
        "price": float(item.get("price", item.get("item_price", 35.5))),
        "quantity": int(item.get("quantity", 1)),
        "cancelled": 0,
    }


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at_ms": parse_instant(event.get("at", event.get("event_time", 0))),
        "description": str(event.get("description", event.get("title", ""))),
        "logistics_status": str(event.get("logistics_status", "UPDATE")),
    }


def _packages(
    row: Mapping[str, Any], order_sn: str, status: str, items: list[dict[str, Any]], events: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    parts = [[n] for n in range(len(items))] if row.get("split") else [list(range(len(items)))]
    is_arranged = status not in couriers.NOT_HANDED_OVER | {"IN_CANCEL", "CANCELLED"}
    found = []
    for number, part in enumerate(parts, start=1):
        made_up = int.from_bytes(hashlib.sha256(f"{order_sn}:{number}".encode()).digest()[:7]) % 10**15
        tracking = row.get("tracking_number", row.get("tracking_code", f"SPX{made_up:015d}"))
        found.append({
            "package_number": str(row.get("package_number") or f"OFG{made_up:015d}") + (
                f"-{number}" if row.get("package_number") and len(parts) > 1 else ""
            ),
            "logistics_status": str(row.get("logistics_status") or PACKAGE_STATES[status]),
            "tracking_number": str(tracking) if is_arranged or "tracking_number" in row else "",
            "carrier": str(row.get("carrier", "SPX Express")),
            "items": part,
            "events": list(events),
        })  # fmt: skip
    return found
