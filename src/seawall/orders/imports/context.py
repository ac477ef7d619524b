"""What a file's rows are read with: the markets they are from, and readers for dates and amounts in each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TypeVar

from seawall.kernel.markets import Market, Platform
from seawall.kernel.money import DECIMALS
from seawall.orders.imports import market_signs as signs
from seawall.orders.imports.amounts import AmountReader
from seawall.orders.imports.dates import DateReader, SlashOrder, slash_order
from seawall.orders.imports.grid import Cell
from seawall.orders.imports.table import Table
from seawall.orders.imports.text import Cleaner, clean_text

DATE_FIELDS = (
    "created_at", "paid_at", "ship_by", "shipped_at", "delivered_at", "cancelled_at", "completed_at", "problem_at",
    "deadline_at",
)  # fmt: skip
T = TypeVar("T")
_SAMPLE = 3_000
"""Rows looked at for signs of the market."""


@dataclass
class Context:
    """Readers for one file, made once for each market in it."""

    table: Table
    clean: Cleaner
    market: Market | None
    """The whole file's market, or None when it is unknown or the rows differ."""
    market_conflict: Market | None
    """What the file's own signs say, when a person said otherwise."""
    market_named: Market | None
    """The market the file itself names: by its interface language, a country or a currency column; phones and places
    alone are signs, not names."""
    row_markets: list[Market | None] | None
    row_platforms: list[Platform | None] | None
    currency: str | None
    zone: tzinfo | None
    order: SlashOrder
    _dates: dict[Market | None, DateReader] = field(default_factory=dict)
    _amounts: dict[Market | None, AmountReader] = field(default_factory=dict)

    def market_at(self, place: int) -> Market | None:
        """A row's market."""
        return (self.row_markets[place] or self.market) if self.row_markets is not None else self.market

    def platform_at(self, place: int) -> Platform | None:
        """A row's platform."""
        form = self.table.found.format
        return form.platform or (self.row_platforms[place] if self.row_platforms is not None else None)

    def dates_at(self, place: int) -> DateReader:
        """The date reader for a row's market."""
        market = self.market if self.row_markets is None else self.market_at(place)
        return self._dates.get(market) or self._new_dates(market)

    def amounts_at(self, place: int) -> AmountReader:
        """The amount reader for a row's market."""
        market = self.market if self.row_markets is None else self.market_at(place)
        return self._amounts.get(market) or self._new_amounts(market)

    def _new_dates(self, market: Market | None) -> DateReader:
        if market not in self._dates:
            zone = self.zone or (market.zone if market else self._shared_zone())
            self._dates[market] = DateReader(zone, self.table.found.format.slash_dates, self.order)
        return self._dates[market]

    def _new_amounts(self, market: Market | None) -> AmountReader:
        if market not in self._amounts:
            self._amounts[market] = AmountReader(thousands_dot=market is not None and market.facts.thousands_dot)
        return self._amounts[market]

    def _shared_zone(self) -> tzinfo | None:
        # MY, PH and SG all keep UTC+8: the time is sure although the market is not.
        candidates = self.table.found.format.markets
        probe = datetime(2026, 1, 1)  # noqa: DTZ001 - a wall-clock time, to compare zones at
        offsets = {market.zone.utcoffset(probe) for market in candidates}
        return candidates[0].zone if len(offsets) == 1 else None


def make_context(
    table: Table, *, market: Market | None, platform_market: Market | None, zone: tzinfo | None
) -> Context:
    """Settle market, currency and date order for a table. `market` is what a person said; it always holds."""
    clean = Cleaner()
    form = table.found.format
    row_markets = (
        [signs.market_named(text) for text in clean.column(table.cells["market"])] if _has(table, "market") else None
    )
    row_platforms = (
        [signs.platform_named(text) for text in clean.column(table.cells["platform"])]
        if _has(table, "platform")
        else None
    )
    named = form.market or _one(row_markets) or _market_named(table, clean)
    seen = form.market or platform_market or named or _market_from_signs(table)
    settled = market or seen
    conflict = seen if market is not None and seen is not None and seen is not market else None
    currency = table.found.currency or _one(_currencies(table, clean)) or (settled.currency if settled else None)
    order = slash_order(table.cells[name] for name in DATE_FIELDS if name in table.cells)
    return Context(table, clean, settled, conflict, named, row_markets, row_platforms, currency, zone, order)


def _has(table: Table, name: str) -> bool:
    return name in table.cells


def _one(values: Sequence[T | None] | None) -> T | None:
    distinct = {value for value in values or () if value is not None}
    return distinct.pop() if len(distinct) == 1 else None


def _currencies(table: Table, clean: Cleaner) -> list[str | None]:
    codes = {text.upper() for text in clean.column(table.cells.get("currency", []))}
    return [code for code in codes if code in DECIMALS]


def _market_named(table: Table, clean: Cleaner) -> Market | None:
    form = table.found.format
    for header in table.found.headers:
        if (found := form.market_by_header.get(" ".join(header.split()))) is not None:
            return found
    if (found := signs.market_of_currency(table.found.currency)) is not None:
        return found
    return signs.agreed(_sample(table, "country"), signs.market_named, form.markets) or signs.agreed(
        [text.upper() for text in _sample(table, "currency")], signs.market_of_currency, ()
    )


def _market_from_signs(table: Table) -> Market | None:
    form = table.found.format
    countries = [text for text in _sample(table, "country") if clean_text(text)]
    if countries and not any(signs.market_named(text) for text in countries):
        return None  # the file does name its country: one outside our markets
    return (
        signs.agreed(_sample(table, "phone"), signs.market_by_phone, form.markets)
        or signs.agreed(_sample(table, "order_total") + _sample(table, "unit_price"), signs.market_by_money, ())
        or signs.agreed(_sample(table, "province"), signs.market_by_province, form.markets)
    )


def _sample(table: Table, name: str) -> list[str]:
    return _texts(table.cells.get(name, [])[:_SAMPLE])


def _texts(cells: list[Cell]) -> list[str]:
    return [cell for cell in cells if isinstance(cell, str) and cell]
