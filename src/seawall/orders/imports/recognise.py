"""Which export a sheet is, by its header row alone: never by file name, sheet name or column place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from seawall.orders.imports.formats import Format, Variant, formats
from seawall.orders.imports.grid import Cell, Grid
from seawall.orders.imports.headers import currency_suffix, folded, keys, without_accents
from seawall.orders.imports.records import ExportKind

SEARCHED_ROWS = 300
"""Header rows were met as far down as this (exports.md 5.11)."""
_FIRST_ROWS = 20
_LONGEST_HEADER = 300
_USUAL_SHEETS = ("orders", "orderskulist", "sheet1")


@dataclass(frozen=True)
class Recognised:
    """A sheet that has been understood."""

    grid: Grid
    format: Format
    kind: ExportKind
    header_row: int
    headers: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    """Our field -> columns that hold it, the preferred first."""
    currency: str | None
    """From a `(PHP)` behind a money header."""

    def header_of(self, field: str) -> str:
        """The file's own name for a field, for sentences."""
        places = self.fields.get(field)
        return self.headers[places[0]] if places else field


def recognise(grids: Sequence[Grid], known: Iterable[Format] | None = None) -> Recognised | None:
    """The first sheet with a header row we know; the exact spelling is tried on all sheets before any looser one."""
    choices = tuple(known) if known is not None else formats()
    ordered = sorted(grids, key=lambda grid: grid.name.strip().lower() not in _USUAL_SHEETS)
    # Nearly always it is one of the first rows, spelt exactly; only then are all 300 looked at, and less strictly.
    for rows, loosen in ((_FIRST_ROWS, _exact), *((SEARCHED_ROWS, way) for way in (_exact, without_accents, folded))):
        for grid in ordered:
            for number, cells in grid.head(rows):
                if (found := _match(grid, number, cells, choices, loosen)) is not None:
                    return found
    return None


def further_exports(grids: Sequence[Grid], found: Recognised) -> list[Grid]:
    """Other sheets that also begin with a header row of a known export and hold rows: nobody may think them read."""
    return [
        grid
        for grid in grids
        if grid is not found.grid
        and any(
            _match(grid, number, cells, (*formats(), found.format), _exact) is not None
            for number, cells in grid.head(_FIRST_ROWS)[:-1]
        )
    ]


def _exact(key: str) -> str:
    return key


def _match(
    grid: Grid, number: int, cells: list[Cell], choices: Sequence[Format], loosen: Callable[[str], str]
) -> Recognised | None:
    headers = tuple(cell if isinstance(cell, str) else "" for cell in cells)
    if sum(1 for header in headers if header.strip()) < 2:
        return None
    places = header_places(headers, loosen)
    best: tuple[int, int, Format, Variant] | None = None
    for form in choices:
        for variant in form.variants:
            if _fits(variant, places, loosen):
                known = sum(any(loosen(alias) in places for alias in group) for group in form.columns.values())
                if best is None or (variant.priority, known) > best[:2]:
                    best = (variant.priority, known, form, variant)
    if best is None:
        return None
    _, _, form, variant = best
    return Recognised(
        grid, form, variant.kind, number, headers, _fields(form, places, headers, loosen), _currency(headers)
    )


def _fits(variant: Variant, places: Mapping[str, int], loosen: Callable[[str], str]) -> bool:
    return (
        all(loosen(header) in places for header in variant.all_of)
        and (not variant.any_of or any(loosen(header) in places for header in variant.any_of))
        and not any(loosen(header) in places for header in variant.none_of)
    )


def header_places(headers: Sequence[str], loosen: Callable[[str], str] = _exact) -> dict[str, int]:
    """Each name a header answers to -> its column. Whole names go before shortened ones, the first column before later
    ones; under a looser comparison a name two columns share belongs to neither."""
    whole: dict[str, set[int]] = {}
    short: dict[str, set[int]] = {}
    for place, header in enumerate(headers):
        if len(header) > _LONGEST_HEADER:
            continue
        for at, key in enumerate(keys(header)):
            if key:
                (short if at else whole).setdefault(loosen(key), set()).add(place)
    found: dict[str, int] = {}
    for names in (whole, short):
        for key, places in names.items():
            if loosen is _exact or len(places) == 1:
                found.setdefault(key, min(places))
    return found


def _fields(
    form: Format, places: Mapping[str, int], headers: Sequence[str], loosen: Callable[[str], str]
) -> dict[str, tuple[int, ...]]:
    # Without accents but with its case, a single odd header is still found in an otherwise exact file.
    second = header_places(headers, without_accents)
    fields: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    for field, aliases in form.columns.items():
        found = [places[key] for alias in aliases for key in map(loosen, keys(alias)) if key in places]
        if unique := tuple(dict.fromkeys(found)):
            fields[field] = unique
            taken.update(unique)
    for field, aliases in form.columns.items():
        if field not in fields:
            near = [second[key] for alias in aliases if (key := without_accents(alias)) in second]
            if free := tuple(place for place in dict.fromkeys(near) if place not in taken):
                fields[field] = free
                taken.update(free)
    return fields


def _currency(headers: Sequence[str]) -> str | None:
    found = {currency for header in headers if (currency := currency_suffix(header)[1]) is not None}
    return found.pop() if len(found) == 1 else None
