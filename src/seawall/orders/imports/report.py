"""A plan as JSON for machines, and its rejects as a CSV for people."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from seawall.kernel.cells import FORMULA_SIGNS
from seawall.kernel.languages import Language
from seawall.kernel.money import DECIMALS, Money
from seawall.orders.imports.planning import ImportPlan
from seawall.orders.imports.reading import FileReading
from seawall.orders.imports.records import ExportKind
from seawall.orders.imports.refusals import Rejection


def dry_run_json(plan: ImportPlan, language: Language | None = None) -> dict[str, Any]:
    """The plan as one JSON object, for `seawall orders import FILE... --dry-run --json`.

    Keys as in docs/howto/import-orders.md. `order_total` is a plain decimal in the file's currency (null where orders
    have none, or currencies are mixed); times are ISO 8601 in the market's offset; a file refused as a whole has zeros,
    nulls, and one rejected entry at row 0. Sentences are in `language`, else the reader's.
    """
    totals: dict[str, Any] = {
        "files": len(plan.readings),
        "orders": len(plan.orders),
        "new": plan.new,
        "changed": plan.changed,
        "same": plan.same,
        "lines": sum(len(planned.order.lines) for planned in plan.orders.values()),
        "parcels": len(_parcels(plan)),
        "rejected": sum(len(_rejections(reading)) for reading in plan.readings),
        "order_total": {currency or "unknown": _plain(amount, currency) for currency, amount in plan.amounts.items()},
    }
    return {"files": [_file(reading, language) for reading in plan.readings], "totals": totals}


def _parcels(plan: ImportPlan) -> set[str]:
    of_orders = {p.tracking or p.package_id for planned in plan.orders.values() for p in planned.order.parcels}
    return of_orders | {parcel.tracking for parcel in plan.problem_parcels}


def _rejections(reading: FileReading) -> Sequence[Rejection]:
    return reading.rejected if reading.refusal is None else (reading.refusal,)


def _file(reading: FileReading, language: Language | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": reading.name,
        "sha256": reading.sha256,
        "platform": reading.platform.value if reading.platform else None,
        "market": reading.market.value if reading.market else None,
        "kind": reading.kind.value if reading.kind else None,
        "currency": reading.currency,
        "orders": reading.order_count,
        "lines": reading.lines,
        "parcels": reading.parcel_count,
        "order_total": _order_total(reading),
        "first_order_at": reading.first_order_at.isoformat() if reading.first_order_at else None,
        "last_order_at": reading.last_order_at.isoformat() if reading.last_order_at else None,
        "rejected": [
            {"row": one.row, "reason": one.reason.value, "text": one.text(language)} for one in _rejections(reading)
        ],
        "warnings": [{"row": one.row, "code": one.code.value} for one in reading.warnings],
    }
    if reading.proposal is not None:
        found["proposed_mapping"] = reading.proposal.model_dump(mode="json", exclude_none=True)
    return found


def _order_total(reading: FileReading) -> str | None:
    if reading.kind not in {ExportKind.ORDERS, ExportKind.CANCELLED, ExportKind.FAILED_DELIVERY}:
        return None
    totals = reading.totals
    if not totals and reading.orders:
        return None  # the file has no sums: a 0 would be made up
    if not totals:
        return _plain(Decimal(0), reading.currency or "")
    if len(totals) > 1:
        return None
    currency, amount = next(iter(totals.items()))
    return _plain(amount, currency)


def _plain(amount: Decimal, currency: str) -> str:
    return Money(amount, currency).plain() if currency in DECIMALS else format(amount, "f")


def write_rejects(plan: ImportPlan, path: Path, language: Language | None = None) -> int:
    """All rejects of a plan as one CSV (UTF-8 with BOM, for Excel); returns how many rows were written.

    Each row: file, row number, reason code, sentence, then the row's cells as they stood. A cell that a spreadsheet
    would run as a formula gets a leading apostrophe (exports.md 5.20). Holds buyer data, like the file it came from.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        widest = max((len(reading.headers) for reading in plan.readings if _rejections(reading)), default=0)
        writer.writerow(["file", "row", "reason", "text", *(f"cell_{place + 1}" for place in range(widest))])
        for reading in plan.readings:
            if reading.rejected:
                # Each file's own header once above its rows: a column named cell_7 says nothing by itself.
                writer.writerow(map(neutralised, [reading.name, reading.header_row, "", "", *reading.headers]))
            for one in _rejections(reading):
                cells = [reading.name, one.row, one.reason.value, one.text(language), *one.cells]
                writer.writerow(map(neutralised, cells))
                count += 1
    return count


def neutralised(cell: object) -> object:
    """A cell no spreadsheet will run as a formula."""
    if isinstance(cell, str) and cell.lstrip(" \n\u00a0").startswith(FORMULA_SIGNS):
        return "'" + cell
    return cell
