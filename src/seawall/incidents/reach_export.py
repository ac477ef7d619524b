"""The reachability plan as a sheet: one line an order, as CSV or XLSX, in the reader's language."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import xlsxwriter

from seawall.kernel.cells import neutral
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market
from seawall.kernel.texts import text
from seawall.outreach.api import ReachLine

COLUMNS = (
    "order", "platform", "market", "shop", "language", "state", "door", "until", "next", "send_at", "reason",
)  # fmt: skip
KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def export(lines: Iterable[ReachLine], kind: str) -> bytes:
    """The sheet's bytes. Raises InvalidInput(export_kind_unknown) for anything but csv and xlsx."""
    return sheet_bytes([[text(f"reach_col_{name}") for name in COLUMNS], *_rows(lines)], kind, name="plan")


def sheet_bytes(rows: Sequence[Sequence[str]], kind: str, *, name: str) -> bytes:
    """Rows, the heads first, as a file of this kind. Raises InvalidInput(export_kind_unknown)."""
    if kind not in KINDS:
        raise InvalidInput("export_kind_unknown", kind=kind, kinds=", ".join(KINDS))
    return _csv(rows) if kind == "csv" else _xlsx(rows, name)


def _rows(lines: Iterable[ReachLine]) -> Iterator[list[str]]:
    for line in lines:
        zone = Market(line.market)
        yield [
            line.order, line.platform, line.market, line.shop, line.language, line.state, door_words(line.door),
            _at(line.until, zone), ", ".join(door_words(kind) for kind in line.next_doors), _at(line.send_at, zone),
            line.reason.text() if line.reason else "",
        ]  # fmt: skip


def door_words(kind: str) -> str:
    """A door's name for a reader; empty for none."""
    return text(f"door_name_{kind}") if kind else ""


def _at(at: datetime | None, market: Market) -> str:
    return at.astimezone(market.zone).isoformat(sep=" ", timespec="seconds") if at else ""


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([neutral(cell) for cell in row] for row in rows)
    # With a mark, since Excel takes a file without one for the machine's old code page.
    return out.getvalue().encode("utf-8-sig")


def _xlsx(rows: Sequence[Sequence[str]], name: str) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    page = book.add_worksheet(name)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            # As text: order numbers of sixteen digits and more lose their last ones as numbers.
            page.write_string(at, column, neutral(cell))
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(rows) - 1, 1), len(rows[0]) - 1)
    page.set_column(0, len(rows[0]) - 1, 18)
    book.close()
    return out.getvalue()
