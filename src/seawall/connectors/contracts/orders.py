"""Orders, parcels and tracking."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class PlatformOrderLine:
    """One item line (Lazada: one unit)."""

    line_id: str
    status: str
    title: str
    sku: str
    quantity: int
    paid_price: Decimal | None
    currency: str
    tracking_code: str


@dataclass(frozen=True, kw_only=True)
class PlatformOrder:
    """An order as the platform answers it now."""

    order_id: str
    statuses: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None
    total: Decimal | None
    currency: str
    buyer_id: str
    lines: tuple[PlatformOrderLine, ...]
    raw: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TraceEvent:
    """A tracking event."""

    code: str
    kind: str
    title: str
    at: datetime
    package_id: str
    tracking_number: str
    raw: Mapping[str, Any]


class OrderSource(Protocol):
    """Reads orders."""

    def orders_updated(self, after: datetime, before: datetime) -> AsyncIterator[PlatformOrder]:
        """Orders changed in a window, without lines where the platform lists them apart."""
        ...

    async def order(self, order_id: str) -> PlatformOrder:
        """One order with its lines. Raises Rejected when it is not of this store."""
        ...


class ParcelSource(Protocol):
    """Reads tracking."""

    async def trace(self, order_id: str) -> Sequence[TraceEvent]:
        """Events of all parcels of an order, oldest first; empty when the platform knows none."""
        ...
