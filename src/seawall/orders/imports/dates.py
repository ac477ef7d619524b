"""Dates of export files. No file says its zone: it is the market's. Unknown text is no date, never today (5.9)."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from seawall.orders.imports.formats import SlashDates
from seawall.orders.imports.grid import Cell
from seawall.orders.imports.text import clean_text

_TIME = r"(?:[ T,]+([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:\.[0-9]+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
_YEAR_FIRST = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?" + _TIME + r"\s*(Z|[+-][0-9]{2}:?[0-9]{2})?\Z"
)
_SLASHES = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})" + _TIME + r"\Z")
_MONTH_NAME = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})\.?[ ,-]+([0-9]{4})" + _TIME + r"\Z")
_MONTHS = {
    name: place + 1
    for place, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
}
_BUDDHIST = 543
_EARLIEST, _LATEST = 2005, 2100
"""Years an order can have; the first marketplace here opened in 2012. Outside it a date is a slip or a damaged cell."""


class SlashOrder(StrEnum):
    """What a file's own dates prove about `05/06/2026`."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    MIXED = "mixed"
    UNPROVEN = "unproven"


_DAY_ABOVE_12 = re.compile(r"(?m)^[ \t]*+(?:1[3-9]|2[0-9]|3[01])[-/.][0-9]{1,2}[-/.][0-9]{4}(?![0-9])")
_SECOND_ABOVE_12 = re.compile(r"(?m)^[ \t]*+[0-9]{1,2}[-/.](?:1[3-9]|2[0-9]|3[01])[-/.][0-9]{4}(?![0-9])")


def slash_order(columns: Iterable[Sequence[Cell]]) -> SlashOrder:
    """What the dates of one whole file prove: a first part above 12 is a day, a second part above 12 as well."""
    day, month = False, False
    for column in columns:
        joined = "\n".join(cell for cell in column if cell and isinstance(cell, str))
        day = day or _DAY_ABOVE_12.search(joined) is not None
        month = month or _SECOND_ABOVE_12.search(joined) is not None
    if day and month:
        return SlashOrder.MIXED
    return SlashOrder.DAY_FIRST if day else SlashOrder.MONTH_FIRST if month else SlashOrder.UNPROVEN


class DateReader(dict[str, "datetime | None"]):
    """Cell text -> instant, for one file; None for a text that is no date."""

    def __init__(self, zone: tzinfo | None, rule: SlashDates, order: SlashOrder) -> None:
        super().__init__()
        self._zone = zone
        self._rule = rule
        self._order = order

    def __missing__(self, raw: str) -> datetime | None:
        moment = self[raw] = self._usual(raw) or self._read(clean_text(raw))
        return moment

    def _usual(self, raw: str) -> datetime | None:
        """The two shapes nearly all cells have, at a fifth of the time: `2026-11-20 09:30`, `20/11/2026 09:30:00`."""
        size = len(raw)
        if size == 19 and raw[2] == raw[5] == "/" and self._order in {SlashOrder.DAY_FIRST, SlashOrder.MONTH_FIRST}:
            parts = (raw[:2], raw[3:5]) if self._order is SlashOrder.DAY_FIRST else (raw[3:5], raw[:2])
            raw = f"{raw[6:10]}-{parts[1]}-{parts[0]} {raw[11:]}"
        elif size not in {16, 19} or raw[10] != " " or raw[4] != "-":
            return None
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError:
            return None
        return moment.replace(tzinfo=self._zone) if _EARLIEST <= moment.year <= _LATEST and not moment.tzinfo else None

    def of(self, cell: Cell) -> datetime | None:
        """The instant in a cell, or None when it holds none."""
        if not isinstance(cell, str):
            return _checked((cell.year, cell.month, cell.day), (cell.hour, cell.minute, cell.second), self._zone)
        return self[cell]

    def _read(self, text: str) -> datetime | None:
        if found := _YEAR_FIRST.match(text):
            zone = _offset(found[8]) if found[8] else self._zone
            return self._timed((int(found[1]), int(found[2]), int(found[3])), found.groups()[3:7], zone)
        if found := _SLASHES.match(text):
            first, second = int(found[1]), int(found[2])
            if (is_day_first := self._day_first(first, second)) is None:
                return None
            month, day = (second, first) if is_day_first else (first, second)
            return self._timed((int(found[3]), month, day), found.groups()[3:7], self._zone)
        if found := _MONTH_NAME.match(text):
            if (named := _MONTHS.get(found[2][:3].lower())) is None:
                return None
            return self._timed((int(found[3]), named, int(found[1])), found.groups()[3:7], self._zone)
        return None

    def _day_first(self, first: int, second: int) -> bool | None:
        match self._order:
            case SlashOrder.DAY_FIRST:
                return True
            case SlashOrder.MONTH_FIRST:
                return False
            case SlashOrder.MIXED if first > 12 or second > 12:
                return first > 12
        # Nothing in the file proves it: the platform's habit, or no date at all.
        return True if self._rule is SlashDates.DAY_FIRST else None

    def _timed(self, day: tuple[int, int, int], time: Sequence[str | None], zone: tzinfo | None) -> datetime | None:
        hour, minute, second, half = time
        hours = int(hour or 0)
        if half:
            if not 1 <= hours <= 12:
                return None
            hours = hours % 12 + (12 if half[0] in "Pp" else 0)
        return _checked(day, (hours, int(minute or 0), int(second or 0)), zone)


def _checked(day: tuple[int, int, int], time: tuple[int, int, int], zone: tzinfo | None) -> datetime | None:
    year = day[0] - _BUDDHIST if day[0] - _BUDDHIST >= _EARLIEST else day[0]  # Thai ERP files: 2569 is 2026
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        return datetime(year, day[1], day[2], *time, tzinfo=zone)
    except ValueError:
        return None


def _offset(text: str) -> tzinfo | None:
    if text == "Z":
        return UTC
    try:
        return datetime.fromisoformat(f"2000-01-01T00:00:00{text[:3]}:{text[-2:]}").tzinfo
    except ValueError:
        return None
