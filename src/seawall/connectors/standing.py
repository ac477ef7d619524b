"""How an order stands at its platform, in words all platforms share. Pure: reads what `OrderSource.order` brought.

A status nobody has mapped is UNKNOWN and never taken for an end. Sources: shopee.md 4, lazada.md 4.3, tiktok-shop.md 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from seawall.connectors.contracts import PlatformOrder
from seawall.connectors.tolerant import rows_at, scalar, truth
from seawall.kernel.markets import Platform


class Standing(StrEnum):
    """Where an order stands."""

    OPEN = "open"
    """Not handed over yet: the seller may be able to cancel."""
    CANCEL_ASKED = "cancel_asked"
    """The buyer asks to cancel and the seller has to answer."""
    CANCELLING = "cancelling"
    """A cancellation of the seller or the platform is under way."""
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def is_end(self) -> bool:
        """Whether the order needs no more of a storm."""
        return self in (Standing.DELIVERED, Standing.RETURNED, Standing.CANCELLED)


class Party(StrEnum):
    """Who brought an order to its end."""

    BUYER = "buyer"
    SELLER = "seller"
    PLATFORM = "platform"
    DELIVERY = "delivery"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class OrderStanding:
    """Where an order stands, and who brought it there where the platform says so."""

    standing: Standing
    by: Party = Party.UNKNOWN
    reason: str = ""
    """The platform's own words."""


_SHOPEE = {
    "UNPAID": Standing.OPEN, "READY_TO_SHIP": Standing.OPEN, "PROCESSED": Standing.OPEN, "RETRY_SHIP": Standing.OPEN,
    "INVOICE_PENDING": Standing.OPEN, "SHIPPED": Standing.SHIPPED, "TO_CONFIRM_RECEIVE": Standing.DELIVERED,
    "COMPLETED": Standing.DELIVERED, "TO_RETURN": Standing.DELIVERED, "CANCELLED": Standing.CANCELLED,
}  # fmt: skip
_TIKTOK = {
    "UNPAID": Standing.OPEN, "ON_HOLD": Standing.OPEN, "AWAITING_SHIPMENT": Standing.OPEN,
    "PARTIALLY_SHIPPING": Standing.OPEN, "AWAITING_COLLECTION": Standing.OPEN, "IN_TRANSIT": Standing.SHIPPED,
    "DELIVERED": Standing.DELIVERED, "COMPLETED": Standing.DELIVERED, "CANCELLED": Standing.CANCELLED,
}  # fmt: skip
_LAZADA = {
    "unpaid": Standing.OPEN, "pending": Standing.OPEN, "topack": Standing.OPEN, "toship": Standing.OPEN,
    "packed": Standing.OPEN, "repacked": Standing.OPEN, "ready_to_ship": Standing.OPEN,
    "ready_to_ship_pending": Standing.OPEN, "shipped": Standing.SHIPPED, "shipped_back": Standing.SHIPPED,
    "failed_delivery": Standing.SHIPPED, "failed": Standing.SHIPPED, "delivered": Standing.DELIVERED,
    "confirmed": Standing.DELIVERED, "returned": Standing.RETURNED, "shipped_back_success": Standing.RETURNED,
    "canceled": Standing.CANCELLED,
}  # fmt: skip
_FURTHEST = (
    Standing.UNKNOWN, Standing.SHIPPED, Standing.OPEN, Standing.DELIVERED, Standing.RETURNED, Standing.CANCELLED,
)  # fmt: skip
"""Of an order in parts, the part that still needs something decides; a parcel under way is what cannot be undone."""
_PARTIES = (
    ("customer", Party.BUYER), ("buyer", Party.BUYER), ("seller", Party.SELLER), ("system", Party.PLATFORM),
    ("ops", Party.PLATFORM), ("operator", Party.PLATFORM), ("internal", Party.PLATFORM),
)  # fmt: skip


def standing_of(platform: Platform, order: PlatformOrder) -> OrderStanding:
    """The order's standing by the platform's own record."""
    match platform:
        case Platform.SHOPEE:
            found = _shopee(order)
        case Platform.LAZADA:
            found = _lazada(order)
        case Platform.TIKTOK:
            found = _tiktok(order)
    if found.standing in (Standing.DELIVERED, Standing.RETURNED):
        return OrderStanding(standing=found.standing, by=Party.DELIVERY)
    return found


def _shopee(order: PlatformOrder) -> OrderStanding:
    raw = order.raw
    status = order.statuses[0] if order.statuses else ""
    by = _party(raw.get("cancel_by"))
    if status == "IN_CANCEL":
        is_ours = by in (Party.SELLER, Party.PLATFORM) and not scalar(raw.get("buyer_cancel_reason"))
        return OrderStanding(standing=Standing.CANCELLING if is_ours else Standing.CANCEL_ASKED, by=by)
    standing = _SHOPEE.get(status, Standing.UNKNOWN)
    if standing is not Standing.CANCELLED:
        return OrderStanding(standing=standing)
    reason = scalar(raw.get("cancel_reason")) or scalar(raw.get("buyer_cancel_reason"))
    return OrderStanding(standing=standing, by=by, reason=reason)


def _tiktok(order: PlatformOrder) -> OrderStanding:
    standing = _TIKTOK.get(order.statuses[0] if order.statuses else "", Standing.UNKNOWN)
    if standing is Standing.OPEN and truth(order.raw.get("is_buyer_request_cancel")):
        return OrderStanding(standing=Standing.CANCEL_ASKED, by=Party.BUYER)
    if standing is not Standing.CANCELLED:
        return OrderStanding(standing=standing)
    lines = rows_at(order.raw, "line_items")
    initiator = scalar(order.raw.get("cancellation_initiator")) or _first(lines, "cancel_user")
    return OrderStanding(
        standing=standing, by=_party(initiator),
        reason=scalar(order.raw.get("cancel_reason")) or _first(lines, "cancel_reason"),
    )  # fmt: skip


def _lazada(order: PlatformOrder) -> OrderStanding:
    items = rows_at(order.raw, "order_items")
    statuses = {line.status for line in order.lines} or set(order.statuses)
    found = {_LAZADA.get(status, Standing.UNKNOWN) for status in statuses} or {Standing.UNKNOWN}
    standing = next(each for each in _FURTHEST if each in found)
    if standing is Standing.OPEN and any(truth(item.get("need_cancel_confirm")) for item in items):
        return OrderStanding(standing=Standing.CANCEL_ASKED, by=Party.BUYER)
    if standing is not Standing.CANCELLED:
        return OrderStanding(standing=standing)
    reason = _first(items, "reason") or _first(items, "reason_detail")
    return OrderStanding(standing=standing, by=_party(_first(items, "cancel_return_initiator")), reason=reason)


def _first(found: list[Mapping[str, Any]], name: str) -> str:
    return next((text for each in found if (text := scalar(each.get(name)))), "")


def _party(word: object) -> Party:
    text = scalar(word).lower()
    return next((party for sign, party in _PARTIES if sign in text), Party.UNKNOWN)


_ORDER_NAMES = ("ordersn", "order_sn", "order_id", "trade_order_id", "tradeOrderId", "orderId")


def order_hint(data: Mapping[str, Any], depth: int = 3) -> str:
    """The order number a push speaks of, wherever in it that stands; empty when none is found. A hint to read that
    order again, never a fact by itself."""
    for name in _ORDER_NAMES:
        if (number := scalar(data.get(name))) not in ("", "0"):
            return number
    if depth:
        for value in data.values():
            if isinstance(value, dict) and (number := order_hint(value, depth - 1)):
                return number
    return ""
