"""What reading one file gives: records, rejects and warnings, or one refusal of the whole file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from seawall.kernel.markets import Market, Platform
from seawall.orders.imports.mapping import ColumnMapping
from seawall.orders.imports.records import ExportKind, OrderRecord, ProblemParcelRecord
from seawall.orders.imports.refusals import FileWarning, Rejection


@dataclass(frozen=True, kw_only=True)
class FileReading:
    """One file, read and checked. Nothing is stored; nothing here is logged (it holds buyer data)."""

    name: str
    sha256: str
    size: int
    format_name: str = ""
    platform: Platform | None = None
    market: Market | None = None
    market_named: Market | None = None
    """The market the file itself names for certain; `market` may be what a person said instead."""
    kind: ExportKind | None = None
    currency: str | None = None
    """ISO 4217, or None when unknown or mixed."""
    sheet: str = ""
    encoding: str = ""
    header_row: int = 0
    headers: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    """How the columns were understood: our field, and the file's own name for it."""
    orders: tuple[OrderRecord, ...] = field(default=(), repr=False)
    problem_parcels: tuple[ProblemParcelRecord, ...] = field(default=(), repr=False)
    lines: int = 0
    """Rows that were taken."""
    rejected: tuple[Rejection, ...] = ()
    warnings: tuple[FileWarning, ...] = ()
    refusal: Rejection | None = None
    """Set when the file as a whole is not taken; then there are no records."""
    proposal: ColumnMapping | None = None
    """For a file of unknown columns that looks like a tool's order export: a mapping to check and save."""

    @property
    def order_count(self) -> int:
        """Distinct orders the file names."""
        if self.kind is ExportKind.PROBLEM_PARCELS:
            return len({parcel.order_id for parcel in self.problem_parcels if parcel.order_id})
        return len(self.orders)

    @property
    def parcel_count(self) -> int:
        """Distinct parcels, by tracking number, else by package id."""
        if self.kind is ExportKind.PROBLEM_PARCELS:
            return len({parcel.tracking for parcel in self.problem_parcels})
        return len({parcel.tracking or parcel.package_id for order in self.orders for parcel in order.parcels})

    @property
    def totals(self) -> Mapping[str, Decimal]:
        """Sum of order totals per currency ('' where it is unknown)."""
        sums: dict[str, Decimal] = {}
        for order in self.orders:
            if order.total is not None:
                sums[order.currency or ""] = sums.get(order.currency or "", Decimal(0)) + order.total
        return sums

    @property
    def first_order_at(self) -> datetime | None:
        """Creation of the oldest order."""
        return min((order.created_at for order in self.orders if order.created_at is not None), default=None)

    @property
    def last_order_at(self) -> datetime | None:
        """Creation of the newest order."""
        return max((order.created_at for order in self.orders if order.created_at is not None), default=None)
