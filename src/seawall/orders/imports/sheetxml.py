"""Reads only the wanted columns out of a sheet's XML.

Why an own reader: it is as fast as python-calamine, which turns every cell into a Python object first, and it sees what
calamine hides: the digits of a number as stored, formulas, the true row numbers. It ignores the declared size, which
lies in some TikTok files (exports.md 5.3), and a stray cell at XFD1048576 costs one cell, not 17 thousand million.
Whatever is written in an unusual way goes to calamine (`fallback.py`); tests hold the two against each other.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from seawall.orders.imports.grid import Cell, Formula, Number
from seawall.orders.imports.sheetscan import ROW_START, scan
from seawall.orders.imports.workbook import UnusualWorkbook, Workbook, runs_text, unescaped

_CELL = re.compile(rb"<c ([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
_REFERENCE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})\Z")
_ROW_NUMBER = re.compile(rb'[^>]*?\br="([0-9]{1,7})"')
_VALUE = re.compile(rb"<v[^>]*>([^<]*)</v>")
_WIDEST = 16_384


@lru_cache(maxsize=_WIDEST)
def column_place(letters: bytes) -> int:
    """A -> 0, AA -> 26."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


class XmlGrid:
    """A sheet read from its XML, row by row, on demand."""

    def __init__(self, name: str, xml: bytes, book: Workbook) -> None:
        start = xml.find(b"<sheetData")
        if start < 0 or b"<!" in xml:  # CDATA, comments, DOCTYPE: legal, but nobody's exporter writes them
            raise UnusualWorkbook("a sheet in an unusual shape")
        self.name = name
        self._book = book
        self._base = datetime(1904, 1, 1) if book.is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no zone
        self._xml, self._start = xml, start
        self._end = end if (end := xml.rfind(b"</sheetData>")) >= 0 else len(xml)
        if xml.find(b"<row>", start) >= 0:
            raise UnusualWorkbook("rows without a number")

    @cached_property
    def _rows(self) -> dict[int, bytes]:
        """Every row by its number: only made when single rows are asked for beyond the first ones."""
        return {self._number(row): row for row in self._xml[self._start : self._end].split(ROW_START)[1:]}

    @staticmethod
    def _number(row: bytes) -> int:
        found = _ROW_NUMBER.match(row)
        if found is None:
            raise UnusualWorkbook("rows without a number")
        return int(found[1])

    def head(self, count: int) -> list[tuple[int, list[Cell]]]:
        """The first rows as (row number, cells)."""
        found: list[tuple[int, list[Cell]]] = []
        at = self._xml.find(ROW_START, self._start, self._end)
        while at >= 0 and len(found) < count:
            after = self._xml.find(ROW_START, at + 1, self._end)
            row = self._xml[at + len(ROW_START) : after if after >= 0 else self._end]
            found.append((self._number(row), self._cells(row)))
            at = after
        return found

    def row(self, number: int) -> list[Cell]:
        """All cells of one row; none for a row that is not there."""
        row = self._rows.get(number)
        return [] if row is None else self._cells(row)

    def columns(self, wanted: Sequence[int], after: int) -> tuple[list[int], list[list[Cell]]]:
        """Below row `after`: numbers of the rows that are not blank, and the wanted columns' cells."""
        start = self._start_below(after)
        plain = scan(self._xml, start, self._end, wanted, self._kind)
        numbers = plain.numbers
        columns = [self._decoded(kind, values) for kind, values in plain.columns]
        if len(numbers) != self._xml.count(ROW_START, start, self._end):
            self._add_odd_rows(numbers, columns, wanted, after)
        return _without_blank_rows(numbers, columns)

    def _start_below(self, after: int) -> int:
        at = self._start
        while (at := self._xml.find(ROW_START, at, self._end)) >= 0:
            found = _ROW_NUMBER.match(self._xml, at + len(ROW_START))
            if found is None or int(found[1]) > after:
                return at
            at += 1
        return self._end

    def _add_odd_rows(self, numbers: list[int], columns: list[list[Cell]], wanted: Sequence[int], after: int) -> None:
        known = set(numbers)
        for number, row in self._rows.items():
            if number > after and number not in known:
                cells = self._cells(row)
                numbers.append(number)
                for column, place in zip(columns, wanted, strict=True):
                    column.append(cells[place] if place < len(cells) else "")
        order = sorted(range(len(numbers)), key=numbers.__getitem__)
        numbers[:] = [numbers[at] for at in order]
        for column in columns:
            column[:] = [column[at] for at in order]

    def _kind(self, attributes: bytes) -> str:
        found = dict(_ATTRIBUTE.findall(attributes))
        kind = found.get(b"t", b"n").decode("ascii", "replace")
        return "date" if kind == "n" and self._is_date_style(found) else kind

    def _is_date_style(self, attributes: dict[bytes, bytes]) -> bool:
        style = attributes.get(b"s", b"0")
        return style.isdigit() and int(style) in self._book.date_styles

    def _decoded(self, kind: str, values: Sequence[bytes]) -> list[Cell]:
        match kind:
            case "inlineStr" | "str":
                return _joined_texts(values)
            case "s":
                return self._shared(values)
        known: dict[bytes, Cell] = {value: self._number_cell(kind, value) for value in set(values)}
        return [known[value] for value in values]

    def _number_cell(self, kind: str, value: bytes) -> Cell:
        digits = _utf8(value).strip()
        return "" if not digits else self._date(digits) if kind == "date" else Number(digits)

    def _shared(self, values: Sequence[bytes]) -> list[Cell]:
        texts = self._book.texts
        try:
            return [texts[int(value)] if value else "" for value in values]
        except (IndexError, ValueError) as broken:
            raise UnusualWorkbook("a text that is not in the table") from broken

    def _value(self, attributes: dict[bytes, bytes], value: bytes) -> Cell:
        kind = attributes.get(b"t", b"n")
        if kind == b"s":
            return self._shared((value,))[0]
        if kind == b"str":
            return unescaped(_utf8(value))
        if kind == b"b":
            return "TRUE" if value.strip() == b"1" else "FALSE"
        if kind == b"e":
            return ""
        if kind not in {b"n", b"d"}:
            raise UnusualWorkbook("a cell of an unknown kind")
        digits = _utf8(value).strip()
        if kind == b"d":
            return digits
        return self._date(digits) if self._is_date_style(attributes) else Number(digits)

    def _date(self, digits: str) -> Cell:
        try:
            serial = float(digits)
            if not 1 <= serial < 2_958_466:
                return Number(digits)
            exact = self._base + timedelta(days=serial)
        except (ValueError, OverflowError):
            return Number(digits)
        # A day's fraction in binary is off by microseconds: 10:30 may come out as 10:29:59.999997.
        return (exact + timedelta(microseconds=500_000)).replace(microsecond=0)

    def _cells(self, row: bytes) -> list[Cell]:
        """One row cell by cell: for headers, rejected rows and rows with formulas or rich text."""
        placed: dict[int, Cell] = {}
        if row.count(b"<c ") > _WIDEST:
            raise UnusualWorkbook("more cells than columns")
        found = _CELL.findall(row)
        if len(found) != row.count(b"<c ") or b"<c>" in row or b"<row>" in row:
            raise UnusualWorkbook("cells in an unusual shape")
        for raw_attributes, inner in found:
            attributes = dict(_ATTRIBUTE.findall(raw_attributes))
            reference = _REFERENCE.match(attributes.get(b"r", b""))
            if reference is None:
                raise UnusualWorkbook("cells without a place")
            place = column_place(reference[1])
            if place >= _WIDEST:
                raise UnusualWorkbook("a column beyond the last")
            placed[place] = self._cell(attributes, inner)
        width = max(placed, default=-1) + 1
        cells: list[Cell] = [""] * width
        for place, cell in placed.items():
            cells[place] = cell
        return cells

    def _cell(self, attributes: dict[bytes, bytes], inner: bytes) -> Cell:
        if attributes.get(b"t") == b"inlineStr":
            return runs_text(_utf8(inner))
        value = _VALUE.search(inner)
        if b"<f" in inner:
            computed = self._value(attributes, value[1]) if value else ""
            return Formula(computed if isinstance(computed, str) else computed.isoformat(sep=" "))
        if value is None and inner.strip():
            raise UnusualWorkbook("a cell with something but a value")
        return self._value(attributes, value[1]) if value else ""


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as broken:
        raise UnusualWorkbook("a sheet that is not UTF-8") from broken


def _joined_texts(texts: Sequence[bytes]) -> list[Cell]:
    joined = _utf8(b"\x00".join(texts))
    found: list[Cell] = list(joined.split("\x00"))  # XML cannot hold the character 0
    if len(found) != len(texts):
        raise UnusualWorkbook("a text with a character XML does not have")
    if "&" in joined or "_x" in joined:
        return [unescaped(cell) if isinstance(cell, str) else cell for cell in found]
    return found


def _without_blank_rows(numbers: list[int], columns: list[list[Cell]]) -> tuple[list[int], list[list[Cell]]]:
    # Spreadsheets carry rows that only have a height or a border; they are nobody's order.
    if any(all(map(_is_filled, column)) for column in columns):
        return numbers, columns
    kept = [at for at, cells in enumerate(zip(*columns, strict=True)) if any(map(_is_filled, cells))]
    return [numbers[at] for at in kept], [[column[at] for at in kept] for column in columns]


def _is_filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or isinstance(cell, Formula) or (bool(cell) and not cell.isspace())
