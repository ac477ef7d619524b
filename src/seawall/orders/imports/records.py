"""What an export file says, as typed values. Ids and tracking numbers are text, money is Decimal, times have a zone."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b

from seawall.kernel.markets import Market, Platform


class ExportKind(StrEnum):
    """What a file is about. The value stands in JSON and in tables."""

    ORDERS = "orders"
    CANCELLED = "cancelled"
    FAILED_DELIVERY = "failed_delivery"
    RETURNS = "returns"
    PROBLEM_PARCELS = "problem_parcels"


class OrderStatus(StrEnum):
    """An order's state in our words; the platform's own words are kept beside it.

    The order of the members is the order of life: of two exports of one order, the later state is the newer one,
    and of several Lazada units the worst one is shown (rules.md 12.4).
    """

    UNPAID = "unpaid"
    ON_HOLD = "on_hold"
    TO_SHIP = "to_ship"
    READY = "ready"
    """Packed or arranged, waiting for collection."""
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    """The carrier says delivered; the buyer has not confirmed."""
    COMPLETED = "completed"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELLED = "cancelled"
    RETURN_REQUESTED = "return_requested"
    FAILED_DELIVERY = "failed_delivery"
    RETURNED = "returned"
    DAMAGED = "damaged"
    LOST = "lost"

    @property
    def rank(self) -> int:
        """Place in the order of life."""
        return _RANKS[self]


_RANKS: dict[OrderStatus, int] = {status: place for place, status in enumerate(OrderStatus)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRecord:
    """One item line (Lazada: one unit)."""

    line_id: str
    """Lazada `orderItemId`, TikTok `SKU ID`; empty where the platform gives none."""
    title: str
    variation: str
    sku: str
    quantity: int | None
    """Pieces; None when the file does not say."""
    unit_price: Decimal | None
    """What a piece cost the buyer, in the order's currency."""
    status_raw: str
    """The line's own status word (Lazada has one a unit)."""
    row: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two lines of one order the same line."""
        return (self.line_id, self.sku, self.title, self.variation)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelRecord:
    """One parcel of an order."""

    tracking: str
    package_id: str
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """One order, merged over its lines (and, in a plan, over files)."""

    platform: Platform
    market: Market | None
    shop_hint: str
    """A shop or warehouse name in the file, if any; never used to decide a tenant."""
    order_id: str
    kind: ExportKind
    status: OrderStatus | None
    """None where the file has no order status (some returns files)."""
    status_raw: tuple[tuple[str, str], ...]
    """Every status column with a value, as (header, words): status is not one column (exports.md 5.14)."""
    created_at: datetime | None
    paid_at: datetime | None
    ship_by: datetime | None
    """The platform's own ship-before deadline."""
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    cancel_by: str
    return_id: str
    currency: str | None
    total: Decimal | None
    """What the buyer pays for the order, in `currency`. Lazada: the sum of `paidPrice` over units."""
    buyer_handle: str
    buyer_name: str
    phone: str
    """As given; never completed, never dialled when masked."""
    is_phone_masked: bool
    city: str
    province: str
    country: str
    remark: str
    lines: tuple[LineRecord, ...]
    parcels: tuple[ParcelRecord, ...]
    source_sha256: str
    source_row: int

    @property
    def key(self) -> tuple[Platform, str]:
        """What orders are merged by."""
        return (self.platform, self.order_id)

    @property
    def digest(self) -> str:
        """32 hex digits over the content; equal for the same order from another file or another row."""
        # Joined text, not repr: four times as fast. Cleaned texts hold none of the separators.
        lines = sorted(
            _joined(*line.key, str(line.quantity or 0), _money(line.unit_price), line.status_raw) for line in self.lines
        )
        parcels = sorted(_joined(parcel.tracking, parcel.package_id, parcel.carrier) for parcel in self.parcels)
        return _hashed(
            self.platform, self.market or "", self.order_id, self.status or "", _at(self.created_at),
            _at(self.paid_at), _at(self.ship_by), _at(self.shipped_at), _at(self.delivered_at),
            _at(self.completed_at), _at(self.cancelled_at), self.cancel_reason, self.cancel_by, self.return_id,
            self.currency or "", _money(self.total), self.buyer_handle, self.buyer_name, self.phone, self.city,
            self.province, self.country, self.remark, self.shop_hint, "\x1e".join(lines), "\x1e".join(parcels),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemParcelRecord:
    """One parcel a carrier reports as stuck (疑难件)."""

    tracking: str
    order_id: str
    platform: Platform | None
    market: Market | None
    problem_at: datetime | None
    kind_raw: str
    """The carrier's class of the problem, in its words."""
    reason_raw: str
    """The carrier's cause, in its words."""
    attempts: int | None
    last_event: str
    deadline_at: datetime | None
    is_phone_known: bool | None
    carrier: str
    note: str
    source_sha256: str
    source_row: int

    @property
    def digest(self) -> str:
        """32 hex digits over the content, without its place in a file."""
        return _hashed(
            self.tracking, self.order_id, self.platform or "", self.market or "", _at(self.problem_at), self.kind_raw,
            self.reason_raw, str(self.attempts), self.last_event, _at(self.deadline_at), str(self.is_phone_known),
            self.carrier, self.note,
        )  # fmt: skip


def _joined(*parts: str) -> str:
    return "\x1d".join(parts)


def _hashed(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _at(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def _money(amount: Decimal | None) -> str:
    # 12.50 and 12.5 are the same money: a text cell and a number cell must not look like a change.
    if amount is None:
        return ""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
