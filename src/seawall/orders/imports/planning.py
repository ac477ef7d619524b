"""What importing some files would do, before anything is done. Pure: the database passes in what it knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from seawall.kernel.markets import Platform
from seawall.orders.imports.merge import merged
from seawall.orders.imports.reading import FileReading
from seawall.orders.imports.records import OrderRecord, ProblemParcelRecord
from seawall.orders.imports.refusals import FileWarning, WarningCode

OrderKey = tuple[Platform, str]


class Change(StrEnum):
    """What an order would be to the store."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class PlannedOrder:
    """One order over all files, and what applying it would mean."""

    order: OrderRecord
    digest: str
    change: Change


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """The whole request: files as read, orders merged over them, counts to show before applying."""

    readings: tuple[FileReading, ...]
    orders: Mapping[OrderKey, PlannedOrder] = field(repr=False)
    problem_parcels: tuple[ProblemParcelRecord, ...] = field(repr=False)
    repeated_changed: int
    """Appearances of an order in a further file with other content (only counted without a store)."""
    repeated_same: int
    has_store: bool

    @property
    def new(self) -> int:
        """Orders not seen before."""
        return self._count(Change.NEW)

    @property
    def changed(self) -> int:
        """Known orders with other content; without a store, appearances in a further file with other content."""
        return self._count(Change.CHANGED) if self.has_store else self.repeated_changed

    @property
    def same(self) -> int:
        """Known orders with equal content; without a store, equal appearances in a further file."""
        return self._count(Change.SAME) if self.has_store else self.repeated_same

    @property
    def amounts(self) -> Mapping[str, Decimal]:
        """Sum of order totals per currency over distinct orders; '' where the currency is unknown."""
        totals: dict[str, Decimal] = {}
        for planned in self.orders.values():
            if planned.order.total is not None:
                currency = planned.order.currency or ""
                totals[currency] = totals.get(currency, Decimal(0)) + planned.order.total
        return dict(sorted(totals.items()))

    @property
    def is_usable(self) -> bool:
        """Whether every file could be used: the exit code of a dry run."""
        return bool(self.readings) and all(reading.refusal is None for reading in self.readings)

    def _count(self, change: Change) -> int:
        return sum(planned.change is change for planned in self.orders.values())


def plan(readings: Sequence[FileReading], known: Mapping[OrderKey, str] | None = None) -> ImportPlan:
    """Merge the files' orders by (platform, order id) and say what applying them would change.

    `known` maps stored orders to their digests; None means that there is no store (a dry run on its own). A file given
    twice (same content) is flagged and counts once.
    """
    seen_files: set[str] = set()
    kept: list[FileReading] = []
    orders: dict[OrderKey, OrderRecord] = {}
    digests: dict[OrderKey, set[str]] = {}
    problems: dict[str, ProblemParcelRecord] = {}
    changed = same = 0
    for reading in readings:
        if reading.refusal is None and reading.sha256 in seen_files:
            kept.append(_again(reading))
            same += len(reading.orders)
            continue
        seen_files.add(reading.sha256)
        kept.append(reading)
        for order in reading.orders:
            before = orders.get(order.key)
            if before is None:
                orders[order.key] = order
                continue
            forms = digests.setdefault(order.key, {before.digest})
            if (digest := order.digest) in forms:
                same += 1
            else:
                changed += 1
                forms.add(digest)
                orders[order.key] = merged(before, order)
        for parcel in reading.problem_parcels:
            problems[parcel.tracking] = parcel
    return ImportPlan(
        readings=tuple(kept), orders={key: _planned(order, known) for key, order in orders.items()},
        problem_parcels=tuple(problems.values()), repeated_changed=changed, repeated_same=same,
        has_store=known is not None,
    )  # fmt: skip


def _again(reading: FileReading) -> FileReading:
    return replace(reading, warnings=(FileWarning(0, WarningCode.SAME_FILE_AGAIN), *reading.warnings))


def _planned(order: OrderRecord, known: Mapping[OrderKey, str] | None) -> PlannedOrder:
    if known is None:
        return PlannedOrder(order, "", Change.NEW)
    digest, stored = order.digest, known.get(order.key)
    return PlannedOrder(
        order, digest, Change.NEW if stored is None else Change.SAME if stored == digest else Change.CHANGED
    )
