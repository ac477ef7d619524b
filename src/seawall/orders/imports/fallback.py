"""The second reader, python-calamine: for workbooks that are not written in the usual way."""

import re
from datetime import date, datetime, time, timedelta
from io import BytesIO

import python_calamine as calamine

from seawall.orders.imports.archive import MOST_UNPACKED, Archive
from seawall.orders.imports.grid import Cell, Formula, Number, RowGrid, shown
from seawall.orders.imports.refusals import FileRefused, RejectCode
from seawall.orders.imports.sheetxml import column_place

_FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<(?:\w+:)?f\b')
"""calamine gives a formula's last value as if it were typed."""
_FAR_CELL = re.compile(rb'"[A-Z]{3}[1-9][0-9]*"|"[A-Z]+[0-9]{7}"|<(?:\w+:)?row\b[^>]*\br="[0-9]{7}"')
"""calamine makes room for the whole rectangle up to the farthest cell: one stray cell could take all memory."""


def calamine_grids(data: bytes, archive: Archive) -> list[RowGrid]:
    """All sheets as rows. Raises FileRefused when calamine cannot read them either."""
    formulas: set[tuple[int, int]] = set()
    for name in archive.names:
        if name.startswith("xl/worksheets/"):
            sheet = archive.read(name)
            if _FAR_CELL.search(sheet):
                raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_too_large", limit_mb=MOST_UNPACKED >> 20)
            formulas.update((int(row), column_place(letters)) for letters, row in _FORMULA.findall(sheet))
    try:
        book = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        return [_grid(book.get_sheet_by_name(name), formulas) for name in book.sheet_names]
    except (calamine.CalamineError, OSError, ValueError) as broken:
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_zip") from broken
    except BaseException as panic:
        # A panic inside calamine comes out as a BaseException of a class that cannot be imported.
        if type(panic).__name__ != "PanicException":
            raise
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_zip") from panic


def _grid(sheet: calamine.CalamineSheet, formulas: set[tuple[int, int]]) -> RowGrid:
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    # Which part is which sheet is not known here: a place that is a formula in any sheet counts as one in each.
    for row, column in formulas:
        if row <= len(rows) and column < len(rows[row - 1]):
            rows[row - 1][column] = Formula(shown(rows[row - 1][column]))
    return RowGrid(sheet.name, rows)


def _cell(value: float | str | bool | time | date | datetime | timedelta) -> Cell:
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return value
        case date():
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - cells have no zone
        case int() | float():
            return Number(str(int(value)) if value == int(value) and abs(value) < 1e21 else repr(value))
    return str(value)
