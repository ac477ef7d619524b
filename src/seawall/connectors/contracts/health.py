"""A shop's standing at its platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from seawall.connectors.contracts.basics import Exchange


@dataclass(frozen=True, kw_only=True)
class HealthMetric:
    """One figure the platform judges a shop by."""

    code: str
    """The platform's own id or name."""
    name: str
    value: Decimal | None
    """None when the platform shows none for the period."""
    unit: str
    """percent, seconds, minutes, hours, days, count, stars."""
    target: str
    """The platform's words, such as `< 10`; empty when it gives none."""
    is_met: bool | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ShopHealth:
    """A shop's standing as the platform answered it."""

    metrics: tuple[HealthMetric, ...]
    penalty_points: int | None
    """None where no API tells."""
    is_restricted: bool | None
    read_at: datetime
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, kw_only=True)
class SellerProfile:
    """The connected shop: proves that key, secret and token work."""

    seller_id: str
    name: str
    market: str
    status: str
    is_cross_border: bool | None
    is_managed: bool
    """True where the platform runs the shop itself (Lazada MEM): many calls are closed to it."""
    raw: Mapping[str, Any]


class HealthSource(Protocol):
    """Reads a shop's standing."""

    async def seller(self) -> SellerProfile:
        """The connected shop. Raises AuthExpired, ShopRestricted or Rejected."""
        ...

    async def health(self) -> ShopHealth:
        """The shop's standing now. Raises Rejected(capability_missing) where the platform has no such call."""
        ...
