"""Writes sheets: xlsx as exporters do (every cell text), and csv with each exporter's habits."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter

from seawall.demo.files.storm import NEWEST

Cells = Sequence[str | float | None]
_LARGE = 2_000
"""Rows from which the writer keeps only one row in memory; the texts then stand in the sheet itself."""
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')


def write_xlsx(path: Path, sheet: str, rows: Sequence[Cells]) -> None:
    """A workbook with one sheet. Texts are written as text, numbers as numbers, `formula()` texts as formulas."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": len(rows) > _LARGE, "strings_to_formulas": False})
    book.set_properties({"created": datetime(NEWEST.year, NEWEST.month, NEWEST.day)})  # noqa: DTZ001 - a file property
    page = book.add_worksheet(sheet)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell.startswith("\x00="):
                    page.write_formula(at, column, cell[1:], None, "")
                elif cell:
                    page.write_string(at, column, cell)
            elif cell is not None:
                page.write_number(at, column, cell)
    book.close()


def formula(text: str) -> str:
    """Marks a cell that `write_xlsx` writes as a formula (a buyer's remark may begin with `=` and stays text)."""
    return "\x00" + text


def write_csv(
    path: Path, rows: Iterable[Cells], *, encoding: str = "utf-8-sig", delimiter: str = ",", tail: str = ""
) -> None:
    """A csv with CRLF ends; `tail` is put behind every value (TikTok: a TAB)."""
    lines = (delimiter.join(_quoted(f"{cell}{tail}", delimiter) for cell in row) for row in rows)
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))


def _quoted(text: str, delimiter: str) -> str:
    if any(mark in text for mark in (delimiter, '"', "\n", "\r", "\t")):
        return '"' + text.replace('"', '""') + '"'
    return text


def with_stale_dimension(path: Path) -> None:
    """Make the sheet claim to be A1:A1, as some TikTok files do (exports.md 5.3)."""
    source, out = zipfile.ZipFile(BytesIO(path.read_bytes())), BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename.startswith("xl/worksheets/"):
                content = _DIMENSION.sub(b'<dimension ref="A1:A1"/>', content)
            target.writestr(zipfile.ZipInfo(member.filename, member.date_time), content, zipfile.ZIP_DEFLATED)
    path.write_bytes(out.getvalue())
