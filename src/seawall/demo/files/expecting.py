"""What a synthetic file must be read as: counted from the storm orders that went into it, never by reading the file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from seawall.demo.files.cells import Style
from seawall.demo.files.storm import StormOrder
from seawall.kernel.markets import Market, Platform


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One written file and what an import must find in it."""

    name: str
    platform: str | None = None
    market: str | None = None
    kind: str | None = None
    currency: str | None = None
    orders: int = 0
    lines: int = 0
    parcels: int = 0
    order_total: str | None = None
    first_order_at: str | None = None
    last_order_at: str | None = None
    rejected: Mapping[str, int] = field(default_factory=dict)
    """Reason code -> how many rows (or 1 for the whole file)."""
    warnings: Mapping[str, int] = field(default_factory=dict)
    refused: bool = False
    """Nothing of the file is taken."""
    market_given: str | None = None
    """Market to give with the import, where the file cannot know it."""
    mapping: str | None = None
    """Mapping file to give with the import."""
    password: str | None = None
    """Password that opens the file; without it the file is refused as encrypted."""

    def as_json(self) -> dict[str, Any]:
        """For expected.json."""
        return asdict(self)


def expect_orders(
    name: str, orders: Sequence[StormOrder], style: Style, *, kind: str = "orders",
    rejected: Mapping[str, int] | None = None, warnings: Mapping[str, int] | None = None, **more: Any,
) -> Expected:  # fmt: skip
    """What a file of these orders, all taken, must be read as."""
    platforms: set[Platform] = {order.platform for order in orders}
    markets: set[Market] = {order.market for order in orders}
    currencies = {order.currency for order in orders}
    rows = sum(order.units if style.by_unit else len(order.lines) for order in orders)
    has_dates = kind != "returns"
    found: dict[str, Any] = {
        "platform": platforms.pop().value if len(platforms) == 1 else None,
        "market": markets.pop().value if len(markets) == 1 else None,
        "kind": kind,
        "currency": currencies.copy().pop() if len(currencies) == 1 else None,
        "orders": len(orders),
        "lines": rows,
        "parcels": sum(order.status != "to_ship" for order in orders),
        "order_total": _total(orders) if has_dates and len(currencies) == 1 else None,
        "first_order_at": min(order.created_at for order in orders).isoformat() if has_dates and orders else None,
        "last_order_at": max(order.created_at for order in orders).isoformat() if has_dates and orders else None,
    }
    noted = dict(warnings or {})
    if style.phone("60123456789") != "60123456789" and "masked_phone" not in noted and has_dates:
        noted["masked_phone"] = rows
    return Expected(name=name, **{**found, "rejected": dict(rejected or {}), "warnings": noted, **more})


def _total(orders: Sequence[StormOrder]) -> str:
    return format(sum((order.total for order in orders), Decimal(0)), "f")


def expect_refusal(name: str, reason: str, **more: Any) -> Expected:
    """What a file that cannot be used must give."""
    return Expected(name=name, rejected={reason: 1}, refused=True, **more)
