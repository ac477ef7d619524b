"""The recognised sheet as columns by our own field names, several source columns of one field merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from seawall.orders.imports.grid import Cell, Formula, shown
from seawall.orders.imports.ids import is_formula, unwrapped
from seawall.orders.imports.recognise import Recognised

NEEDED = (
    "order_id", "line_id", "return_id", "status", "created_at", "order_total", "unit_price", "quantity", "tracking",
)  # fmt: skip
"""Fields whose value must stand in the file itself: a formula there is refused. Elsewhere its last value is taken."""


@dataclass(frozen=True)
class Table:
    """Rows below the header."""

    found: Recognised
    numbers: list[int]
    """Row numbers as Excel shows them."""
    cells: dict[str, list[Cell]]
    """Field -> cells; a field the file does not have is missing here."""
    formula_in: dict[int, str]
    """Row place -> the first needed field that holds a formula."""

    def column(self, field: str) -> list[Cell]:
        """A field's cells, empty ones where the file has no such column."""
        known = self.cells.get(field)
        return known if known is not None else [""] * len(self.numbers)

    def same_row(self, first: int, second: int) -> bool:
        """Whether two rows are equal in every cell, also those no field is made of."""
        grid = self.found.grid
        return grid.row(self.numbers[first]) == grid.row(self.numbers[second])

    def original(self, place: int) -> tuple[str, ...]:
        """A row as it stands in the file, for the rejects file."""
        return tuple(shown(cell) for cell in self.found.grid.row(self.numbers[place]))


def load(found: Recognised) -> Table:
    """Read the wanted columns. Formulas in needed fields are noted; `="text"` of CSV files is unwrapped."""
    wanted = sorted({place for places in found.fields.values() for place in places})
    numbers, columns = found.grid.columns(wanted, found.header_row)
    by_place = dict(zip(wanted, columns, strict=True))
    cells: dict[str, list[Cell]] = {}
    formula_in: dict[int, str] = {}
    for field, places in found.fields.items():
        sources = [by_place[place] for place in places]
        if field in NEEDED:
            sources = [_checked(field, source, formula_in) for source in sources]
        cells[field] = sources[0] if len(sources) == 1 else _first_filled(sources)
    return Table(found, numbers, cells, formula_in)


def _checked(field: str, source: list[Cell], formula_in: dict[int, str]) -> list[Cell]:
    suspects = [
        at
        for at, cell in enumerate(source)
        if type(cell) is Formula or (type(cell) is str and cell[:2].strip()[:1] == "=")
    ]
    if not suspects:
        return source
    source = list(source)
    for at in suspects:
        source[at] = unwrapped(source[at])
        if is_formula(source[at]):
            formula_in.setdefault(at, field)
    return source


def _first_filled(sources: Sequence[list[Cell]]) -> list[Cell]:
    merged = list(sources[0])
    for source in sources[1:]:
        for at, cell in enumerate(merged):
            if not isinstance(cell, datetime) and (not cell or cell.strip() in {"", "-"}):
                merged[at] = source[at]
    return merged
