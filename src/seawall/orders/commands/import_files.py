"""Import export files into a shop: read -> plan -> show -> apply -> report by row."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market, Platform
from seawall.orders.collector import without_collector
from seawall.orders.imports.api import (
    Change,
    ColumnMapping,
    FileReading,
    ImportPlan,
    PlannedOrder,
    dry_run_json,
    plan,
    read_file,
)
from seawall.orders.models import ImportFile
from seawall.orders.store import StoredOrders, storable, store_orders, store_problem_parcels, tie_problem_parcels
from seawall.shops.api import Shop
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record


@dataclass(frozen=True, kw_only=True)
class ImportFiles:
    """Files for one shop."""

    shop_code: str
    paths: Sequence[Path]
    mapping: ColumnMapping | None = None
    password: str | None = None


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What was planned and, if applied, what was stored."""

    plan: ImportPlan
    stored: StoredOrders | None
    files_known: tuple[str, ...]
    """Names of files that had been applied to this shop before: nothing new in them."""
    stored_parcels: StoredOrders | None = None
    """What became of the problem parcels, where the files hold any."""

    def as_json(self) -> dict[str, Any]:
        """The dry-run object, with what was stored."""
        result = dry_run_json(self.plan)
        result["stored"] = vars(self.stored) if self.stored else None
        result["stored_problem_parcels"] = vars(self.stored_parcels) if self.stored_parcels else None
        result["files_known"] = list(self.files_known)
        return result


@without_collector()
def plan_import(cmd: ImportFiles, *, by: Actor) -> tuple[Shop, ImportPlan]:
    """Read and check the files against what the shop already holds. Stores nothing.

    Raises InvalidInput(wrong_shop) when a file says that it is of another platform or market.
    """
    by.require("orders.import")
    shop = get_scoped(Shop, by, code=cmd.shop_code)
    zone = ZoneInfo(shop.zone_name) if shop.zone_name else None
    readings = [
        read_file(path, market=Market(shop.market), zone=zone, mapping=cmd.mapping, password=cmd.password)
        for path in cmd.paths
    ]
    for reading in readings:
        _require_same_shop(reading, shop)
    found = defaultdict[str, set[str]](set)
    for reading in readings:
        for order in reading.orders:
            found[order.order_id].add(reading.sha256)
    held = _held(shop, list(found))
    planned = plan(readings, {key: digest for key, (digest, _) in held.items()})
    applied = _applied(shop, [reading.sha256 for reading in readings])

    def is_weak_news(each: PlannedOrder) -> bool:
        """Only files applied before speak of it, and another has led it further since: storing changes nothing."""
        files = found[each.order.order_id]
        return applied.issuperset(files) and (len(files) > 1 or held[each.order.key][1] not in files)

    same = {
        key: replace(each, change=Change.SAME)
        for key, each in planned.orders.items()
        if each.change is Change.CHANGED and is_weak_news(each)
    }
    return shop, replace(planned, orders={**planned.orders, **same}) if same else planned


def _held(shop: Shop, numbers: list[str]) -> dict[tuple[Platform, str], tuple[str, str]]:
    """Digest and source of those of these orders the shop holds. One array, not a parameter an order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT platform_order_id, digest, source_sha256 FROM orders_order"
            " WHERE shop_id = %s AND platform_order_id = ANY(%s)",
            [shop.pk, [storable(number) for number in numbers]],
        )
        platform = Platform(shop.platform)
        return {(platform, order_id): (digest, source) for order_id, digest, source in cursor.fetchall()}


def _applied(shop: Shop, digests: Sequence[str]) -> set[str]:
    return set(ImportFile.objects.filter(shop=shop, sha256__in=digests).values_list("sha256", flat=True))


@without_collector()
def import_files(cmd: ImportFiles, *, by: Actor, clock: Clock) -> ImportReport:
    """Plan and apply in one go. Good rows go in, rejected ones stand in the report; the same file twice changes
    nothing."""
    shop, planned = plan_import(cmd, by=by)
    return apply_plan(shop, planned, by=by, clock=clock)


@without_collector()
def apply_plan(shop: Shop, planned: ImportPlan, *, by: Actor, clock: Clock) -> ImportReport:
    """Store what was planned, in one transaction."""
    by.require("orders.import")
    usable = [reading for reading in planned.readings if reading.refusal is None]
    if not usable:
        return ImportReport(plan=planned, stored=None, files_known=())
    now = clock.now()
    with transaction.atomic():
        shop = get_scoped(Shop, by, lock=True, pk=shop.pk)
        known = _applied(shop, [r.sha256 for r in usable])
        orders = [each.order for each in planned.orders.values()]
        digests = [each.digest for each in planned.orders.values()] if planned.has_store else ()
        stored = store_orders(shop, orders, now=now, before=known, digests=digests)
        parcels = store_problem_parcels(shop, planned.problem_parcels, now=now, before=known)
        tie_problem_parcels(shop)
        files = {file["sha256"]: file for file in dry_run_json(planned)["files"]}
        fresh = {r.sha256: r for r in usable if r.sha256 not in known}
        ImportFile.objects.bulk_create(
            ImportFile(
                team_id=by.team_id, shop=shop, name=r.name[:255], sha256=r.sha256, kind=r.kind.value if r.kind else "",
                report=files[r.sha256], applied_by_id=by.user_id, applied_at=now,
            )
            for r in fresh.values()
        )  # fmt: skip
        if fresh:
            record(
                team_id=by.team_id, incident_id=None, verb="orders.import", clock=clock, by=by,
                subject=f"shop:{shop.pk}",
                after={"files": [r.name for r in fresh.values()], **vars(stored)},
            )  # fmt: skip
    return ImportReport(
        plan=planned, stored=stored, files_known=tuple(r.name for r in usable if r.sha256 in known),
        stored_parcels=parcels if planned.problem_parcels else None,
    )  # fmt: skip


def _require_same_shop(reading: FileReading, shop: Shop) -> None:
    expected = f"{Platform(shop.platform).title} {shop.market}"
    # The shop's market was given to the reader: what the file names itself is held against it as well.
    platform, market = reading.platform, reading.market_named or reading.market
    # A neutral file may hold several shops: every order is held against this one.
    places = {(order.platform, order.market) for order in reading.orders}
    rows = places | {(parcel.platform, parcel.market) for parcel in reading.problem_parcels}
    for found_platform, found_market in [(platform, market), *rows]:
        if (found_platform and found_platform.value != shop.platform) or (
            found_market and found_market.value != shop.market
        ):
            found = " ".join(
                filter(None, (found_platform and found_platform.title, found_market and found_market.value))
            )
            raise InvalidInput("wrong_shop", file=reading.name, found=found, shop=shop.code, expected=expected)


def order_ids_in(paths: Sequence[Path]) -> set[str]:
    """Order numbers the files name, to pick imported orders by the file they came in.

    Raises InvalidInput for a file that cannot be used: it must not pass for one that names no orders.
    """
    found: set[str] = set()
    for path in paths:
        reading = read_file(path)
        if reading.refusal is not None:
            raise InvalidInput(reading.refusal.why.code, **reading.refusal.why.params)
        found.update(order.order_id for order in reading.orders)
        found.update(parcel.order_id for parcel in reading.problem_parcels if parcel.order_id)
    return found
