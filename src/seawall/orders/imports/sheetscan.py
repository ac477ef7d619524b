"""The fast way through a sheet: one regular expression, made for this very sheet, run once over all of its XML.

The pattern is learned from sample rows: of which kind the cells of each wanted column are, and with which attributes. A
cell is then one group instead of a parsed element. A row written in any other way does not match and is read cell by
cell by `sheetxml.XmlGrid`. The figures stand in `bench/orders_import.py`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

ROW_START = b"<row "
_SAMPLE_PLACES, _SAMPLE_ROWS = 12, 12
_CELL = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"([^>]*)>')
_VALUE = rb"<v>([^<]*+)</v></c>"
_BODIES = {
    "s": _VALUE, "inlineStr": rb"<is><t[^>]*+>([^<]*+)</t></is></c>", "str": _VALUE, "n": _VALUE, "date": _VALUE,
}  # fmt: skip
_ANY_BODY = rb"(?:<v>[^<]*+</v></c>|<is><t[^>]*+>[^<]*+</t></is></c>|</c>)?+"
_BEYOND = 40
"""Columns the pattern knows to the right of the widest sample row."""

KindOf = Callable[[bytes], str]
"""A cell's attributes -> its kind: s, inlineStr, str, n, date, or something the fast way leaves alone."""


@dataclass(frozen=True)
class Scan:
    """The rows that matched: their numbers, and for each wanted column its kind and raw values (b"" for no cell)."""

    numbers: list[int]
    columns: list[tuple[str, Sequence[bytes]]]


def scan(xml: bytes, start: int, end: int, wanted: Sequence[int], kind_of: KindOf) -> Scan:
    """The plain rows between two places of a sheet's XML, in order."""
    cells, width = _sampled(xml, start, end)
    order = sorted(wanted)
    chosen = {place: _main_kind(cells, letters(place), kind_of) for place in order}
    found = _pattern(chosen, max(width, *wanted) + 1 if wanted else width).findall(xml, start, end)
    if not found:
        return Scan([], [("s", ()) for _ in wanted])
    numbers, *columns = zip(*found, strict=True)
    by_place = dict(zip(order, columns, strict=True))
    return Scan(list(map(int, numbers)), [(chosen[place][0], by_place[place]) for place in wanted])


def letters(place: int) -> bytes:
    """0 -> A, 26 -> AA."""
    name, place = b"", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = bytes([65 + rest]) + name
    return name


Cells = Counter[tuple[bytes, bytes]]
"""(column letters, attributes) of cells with content -> how often they were met."""


def _sampled(xml: bytes, start: int, end: int) -> tuple[Cells, int]:
    seen: Cells = Counter()
    width = 0
    for row in _sample_rows(xml, start, end):
        cells = _CELL.findall(row)
        width = max(width, len(cells))
        seen.update(cell for cell in cells if not cell[1].endswith(b"/"))
    return seen, width + _BEYOND


def _sample_rows(xml: bytes, start: int, end: int) -> Iterator[bytes]:
    for step in range(_SAMPLE_PLACES):
        at = start + (end - start) * step // _SAMPLE_PLACES
        for _ in range(_SAMPLE_ROWS):
            at = xml.find(ROW_START, at, end)
            if at < 0:
                break
            close = xml.find(b"</row>", at, end)
            yield xml[at : close if close >= 0 else end]
            at += 1


def _main_kind(cells: Cells, name: bytes, kind_of: KindOf) -> tuple[str, list[bytes]]:
    """The kind most cells of a column have, and its attributes; an empty column takes those of the sheet's texts."""
    own = {attributes: count for (column, attributes), count in cells.items() if column == name}
    if not own:
        own = {marks: count for (_, marks), count in cells.items() if kind_of(marks) in {"s", "inlineStr"}}
    kinds: Counter[str] = Counter()
    for attributes, count in own.items():
        kinds[kind_of(attributes)] += count
    main = next((kind for kind, _ in kinds.most_common() if kind in _BODIES), "s")
    return main, sorted({attributes for attributes in own if kind_of(attributes) == main})


def _pattern(chosen: dict[int, tuple[str, list[bytes]]], width: int) -> re.Pattern[bytes]:
    parts, run = [rb'<row r="([0-9]{1,7})"[^>]*+>'], list[bytes]()

    def close_run() -> None:
        if run:
            parts.append(rb'(?:<c r="(?:' + b"|".join(run) + rb')[0-9]++"[^>]*+>' + _ANY_BODY + rb")*+")
            run.clear()

    for place in range(width):
        if place not in chosen:
            run.append(letters(place))
            continue
        close_run()
        kind, attributes = chosen[place]
        marks = b"|".join(map(re.escape, attributes)) or rb"(?!)"
        cell = rb"(?:(?:" + marks + rb")>" + _BODIES[kind] + rb"|[^>]*+/>)"
        parts.append(rb'(?:<c r="' + letters(place) + rb'[0-9]++"' + cell + rb")?+")
    close_run()
    parts.append(rb"</row>")
    return re.compile(b"".join(parts))
