"""How long a 24,000-row order sheet takes to be read, checked and stored. Run: python bench/orders_import.py [ROWS]

Ours stands beside openpyxl and Django's ORM doing the least of the same job (cells into orders and parcels, no checks,
no merging, ids taken as they come), in one run on one machine, on a database server of its own in a folder that is
removed. Best of three (two for the ORM), by the clock and by this process's CPU seconds, without the server's.
"""

import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine

from seawall.demo.files.cells import cells, field_rows, header_row
from seawall.demo.files.storm import StormOrder, StormShop, storm_orders
from seawall.demo.files.styles import STYLES
from seawall.demo.files.writing import write_xlsx
from seawall.embedded import ensure_running, release_all
from seawall.kernel.clock import SYSTEM_CLOCK, monotonic
from seawall.kernel.markets import Market, Platform
from seawall.orders.imports.api import plan, read_file

SHEETS = (
    ("shopee_id", StormShop(code="S", platform=Platform.SHOPEE, market=Market.ID)),
    ("tiktok_vn", StormShop(code="T", platform=Platform.TIKTOK, market=Market.VN)),
    ("lazada", StormShop(code="L", platform=Platform.LAZADA, market=Market.MY)),
)
COLUMNS = {
    "shopee_id": ("No. Pesanan", "Status Pesanan", "Total Pembayaran", "No. Resi"),
    "tiktok_vn": ("Order ID", "Order Status", "Order Amount", "Tracking ID"),
    "lazada": ("orderNumber", "status", "paidPrice", "trackingCode"),
}
"""Order number, status, amount and tracking number, for the ORM's minimal job."""
TIMES = 3
Timing = tuple[float, float]


def cpu_s() -> float:
    """Processor seconds this process has used: says more than the clock on a machine that does other work too."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def sheet_of(rows: int, style_name: str, shop: StormShop, path: Path) -> None:
    """A sheet of exactly so many rows below its header."""
    style = STYLES[style_name]
    headers = header_row(style.header)
    orders: Sequence[StormOrder] = storm_orders(1, rows, [shop])
    made = [cells(row, headers) for order in orders for row in field_rows(order, style)]
    write_xlsx(path, "orders", [headers, *made[:rows]])


def timed(
    what: str, work: Callable[[], object], *, before: Callable[[], object] | None = None, times: int = TIMES
) -> Timing:
    """Print the best of some runs, and give it."""
    timings = []
    for _ in range(times):
        if before is not None:
            before()
        clock, used = monotonic(), cpu_s()
        work()
        timings.append((monotonic() - clock, cpu_s() - used))
    best = min(timings)
    said(what, best)
    return best


def said(what: str, timing: Timing) -> None:
    """One line of figures."""
    print(f"  {what:<58} {timing[0]:6.2f} s   {timing[1]:6.2f} s CPU", flush=True)


def openpyxl_cells(path: Path) -> int:
    """All cells by openpyxl, read-only."""
    book = openpyxl.load_workbook(path, read_only=True)
    return sum(1 for row in book.worksheets[0].iter_rows(values_only=True) for _ in row)


def calamine_cells(path: Path) -> int:
    """All cells by python-calamine."""
    return len(python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())


@contextmanager
def a_database() -> Iterator[None]:
    """A server of our own, migrated, with Django set up."""
    # Below /tmp and passable: as root the server runs as another account.
    root = Path(tempfile.mkdtemp(prefix="seawall-bench-", dir="/tmp"))
    root.chmod(0o711)
    try:
        os.environ["DATABASE_URL"] = ensure_running(root / "database").url
        os.environ["SEAWALL_HOME"] = str(root / "home")
        os.environ["DJANGO_SETTINGS_MODULE"] = "seawall.settings.django"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        yield
        from django.db import connections

        connections.close_all()
    finally:
        release_all()
        shutil.rmtree(root, ignore_errors=True)


class Desk:
    """A team with one shop a sheet."""

    def __init__(self) -> None:
        from seawall.tenancy.api import FoundTeam, Membership, actor_of, add_seller, found_team

        team = found_team(FoundTeam(slug="bench", name="Bench", admin="bench"), clock=SYSTEM_CLOCK)
        self.by = actor_of(Membership.objects.select_related("user").get(team=team))
        add_seller("s", "Seller", by=self.by)

    def shop(self, found: StormShop) -> Any:
        """The sheet's shop."""
        from seawall.shops.api import AddShop, add_shop

        return add_shop(
            AddShop(seller_code="s", platform=found.platform, market=found.market, code=found.code, name="Shop"),
            by=self.by, clock=SYSTEM_CLOCK,
        )  # fmt: skip

    def empty(self) -> None:
        """No orders, as before the first import."""
        from django.db import connection

        with connection.cursor() as cursor:
            for table in ("orders_importfile", "orders_parcel", "orders_problemparcel", "orders_order"):
                cursor.execute(f"DELETE FROM {table}")
                cursor.execute(f"VACUUM {table}")


def by_orm(path: Path, shop: Any, columns: tuple[str, ...]) -> None:
    """openpyxl and the ORM's bulk_create, batches of 1,000, in one transaction."""
    from django.db import transaction

    from seawall.orders.api import Order, Parcel

    rows = openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    header = list(next(rows))
    places = [header.index(name) for name in columns]
    seen: dict[str, list[Any]] = {}
    for row in rows:
        seen.setdefault(str(row[places[0]]), list(row))
    now = SYSTEM_CLOCK.now()
    with transaction.atomic():
        orders = Order.objects.bulk_create(
            (
                Order(
                    team_id=shop.team_id, shop=shop, platform_order_id=number, status=str(row[places[1]])[:30],
                    currency="XXX", remark=str(row[places[2]]), lines=[{"title": str(row[places[2]])}], digest=number,
                    source_sha256="0" * 64, first_seen_at=now, last_seen_at=now,
                )
                for number, row in seen.items()
            ),
            batch_size=1000, update_conflicts=True, unique_fields=["shop", "platform_order_id"],
            update_fields=["status", "remark", "lines", "digest", "last_seen_at"],
        )  # fmt: skip
        Parcel.objects.bulk_create(
            (
                Parcel(team_id=shop.team_id, order=order, tracking_number=str(row[places[3]] or ""))
                for order, row in zip(orders, seen.values(), strict=True)
            ),
            batch_size=1000, ignore_conflicts=True,
        )  # fmt: skip


def one_sheet(desk: Desk, folder: Path, rows: int, style_name: str, found: StormShop) -> None:
    """All figures of one sheet."""
    from seawall.orders.api import ImportFiles, Order, apply_plan, import_files

    path = folder / f"{style_name}.xlsx"
    sheet_of(rows, style_name, found, path)
    shop = desk.shop(found)
    reading = read_file(path, market=found.market)
    assert reading.lines == rows, (reading.lines, reading.refusal)
    planned = plan([reading], {})
    print(f"{style_name}: {rows:,} rows, {reading.order_count:,} orders, {path.stat().st_size >> 10:,} KiB")
    parts = (
        timed("read and checked (read_file)", lambda: read_file(path, market=found.market)),
        timed("planned: merged, digests (plan)", lambda: plan([reading], {})),
        timed(
            "stored (apply_plan)", lambda: apply_plan(shop, planned, by=desk.by, clock=SYSTEM_CLOCK), before=desk.empty
        ),
    )
    said("sum of the three", (sum(part[0] for part in parts), sum(part[1] for part in parts)))
    command = ImportFiles(shop_code=shop.code, paths=[path])

    def whole() -> None:
        import_files(command, by=desk.by, clock=SYSTEM_CLOCK)

    ours = timed("OURS, whole: read, checked, planned, stored (import_files)", whole, before=desk.empty)
    assert Order.objects.filter(shop=shop).count() == reading.order_count
    timed("the same file again, nothing changes", whole)
    orm = timed(
        "openpyxl + ORM, no checks", lambda: by_orm(path, shop, COLUMNS[style_name]), before=desk.empty, times=2
    )
    print(
        f"  ratio: {orm[0] / ours[0]:.1f} times faster by the clock, {orm[1] / ours[1]:.1f} by this process's processor"
    )
    timed("cells only, python-calamine", lambda: calamine_cells(path))
    timed("cells only, openpyxl read-only", lambda: openpyxl_cells(path), times=1)


def main() -> None:
    """Make the sheets, read and store them, print the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 24_000
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder, a_database():
        desk = Desk()
        for style_name, found in SHEETS:
            one_sheet(desk, Path(folder), rows, style_name, found)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
