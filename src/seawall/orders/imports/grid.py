"""A sheet as the reader sees it: rows by their number in Excel, columns by place, cells that know what they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Number(str):
    """A cell that was a number, as the digits stored in the file. Ids in such a cell may have lost digits."""

    __slots__ = ()


class Formula(str):
    """A cell that holds a formula; the text is its last computed value, which nobody vouches for."""

    __slots__ = ()


Cell = str | datetime
"""Text is `str`, an empty cell is ``""``, a number `Number`, a date cell a naive `datetime`."""


class Grid(Protocol):
    """One sheet (or a CSV text) before anyone knows what it means."""

    @property
    def name(self) -> str:
        """The sheet's name; empty for CSV."""
        ...

    def head(self, count: int) -> list[tuple[int, list[Cell]]]:
        """The first rows as (row number, cells)."""
        ...

    def columns(self, wanted: Sequence[int], after: int) -> tuple[list[int], list[list[Cell]]]:
        """Below row `after`: the numbers of all rows that are not blank in `wanted`, and those columns' cells."""
        ...

    def row(self, number: int) -> list[Cell]:
        """All cells of one row."""
        ...


@dataclass
class RowGrid:
    """A grid held as rows: CSV texts, and workbooks in a shape only the fallback reader understands."""

    name: str
    rows: list[list[Cell]]
    first: int = 1
    """Number of the first row held."""

    def head(self, count: int) -> list[tuple[int, list[Cell]]]:
        """The first rows as (row number, cells)."""
        return [(self.first + place, cells) for place, cells in enumerate(self.rows[:count])]

    def columns(self, wanted: Sequence[int], after: int) -> tuple[list[int], list[list[Cell]]]:
        """Below row `after`: numbers of the rows that are not blank, and the wanted columns' cells."""
        width = max(wanted, default=-1) + 1
        numbers: list[int] = []
        picked: list[list[Cell]] = []
        for place in range(max(after + 1 - self.first, 0), len(self.rows)):
            cells = self.rows[place]
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            chosen = [cells[at] for at in wanted]
            if any(cell if isinstance(cell, datetime) else cell.strip() for cell in chosen):
                numbers.append(self.first + place)
                picked.append(chosen)
        if not picked:
            return [], [[] for _ in wanted]
        return numbers, [list(column) for column in zip(*picked, strict=True)]

    def row(self, number: int) -> list[Cell]:
        """All cells of one row; none for a row that is not there."""
        place = number - self.first
        return list(self.rows[place]) if 0 <= place < len(self.rows) else []


def shown(cell: Cell) -> str:
    """A cell as a person would see it, for the rejects file."""
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell)
