"""Neutral order files written by hand, and their import by the command a person uses."""

from collections.abc import Mapping
from pathlib import Path

from tests.kit.rollout import Desk

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import ImportFiles, ImportReport, Order, apply_plan, import_files, plan_import
from seawall.orders.models import Parcel

USUAL: Mapping[str, str] = {
    "platform": "lazada", "market": "TH", "order_id": "1", "status": "shipped", "created_at": "2026-11-14 09:20",
    "item": "Lamp", "quantity": "1", "currency": "THB", "order_total": "100", "buyer_name": "Somchai",
    "tracking": "TH001", "package_id": "", "carrier": "LEX", "city": "Bangkok",
}  # fmt: skip
RETURNS = ("Return Order ID", "Return Item ID", "Order ID", "Status", "Return Reason", "Tracking Number")
PROBLEMS = ("tracking_no", "order_id", "platform", "market", "problem_time", "kind", "carrier_text", "attempts")


def a_file(folder: Path, name: str, *rows: Mapping[str, str]) -> Path:
    """A neutral order file; each row is USUAL with some cells changed."""
    full = [{**USUAL, **row} for row in rows]
    headers = list(dict.fromkeys(header for row in full for header in row))
    return a_table(folder, name, headers, *([row.get(header, "") for header in headers] for row in full))


def a_table(folder: Path, name: str, headers: object, *rows: object) -> Path:
    """A csv with every cell quoted."""
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (headers, *rows)]  # type: ignore[attr-defined]
    path = folder / name
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    return path


def take(desk: Desk, *paths: Path, shop: str = "LTH") -> ImportReport:
    """Import into a shop."""
    return import_files(ImportFiles(shop_code=shop, paths=paths), by=desk.lead, clock=SYSTEM_CLOCK)


def planned_and_stored(
    desk: Desk, *paths: Path, shop: str = "LTH"
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """(new, changed, same) as the plan says before, and as storing did: the two must agree."""
    found, plan = plan_import(ImportFiles(shop_code=shop, paths=paths), by=desk.lead)
    report = apply_plan(found, plan, by=desk.lead, clock=SYSTEM_CLOCK)
    return (plan.new, plan.changed, plan.same), counts(report)


def counts(report: ImportReport) -> tuple[int, int, int]:
    """(new, changed, same) as stored."""
    assert report.stored is not None
    return report.stored.new, report.stored.changed, report.stored.same


def the_order(order_id: str = "1", *, shop: str = "LTH") -> Order:
    """One stored order."""
    return Order.objects.get(shop__code=shop, platform_order_id=order_id)


def snapshot() -> list[tuple[object, ...]]:
    """All orders and parcels, to see that nothing changed."""
    names = [field.attname for field in Order._meta.concrete_fields]
    orders = [tuple(map(str, row)) for row in Order.objects.order_by("pk").values_list(*names)]
    parcels = list(Parcel.objects.order_by("pk").values_list("order_id", "tracking_number", "package_id", "carrier"))
    return [*orders, *parcels]
