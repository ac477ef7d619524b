"""Zones, public holidays and working days of the markets. Pure.

Holidays come from the `holidays` package: national public holidays only. Days that are kept in single states, that the
government alone takes off (Indonesia's cuti bersama) or whose date is still an estimate are counted as working days:
the deadline then comes out earlier, never later, than it may be.
"""

import tomllib
from collections.abc import Collection
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

from seawall.kernel.markets import Market
from seawall.rulebook.words import Weekday

_ZONES = Path(__file__).resolve().parent / "data" / "zones.toml"


@cache
def _days_of(market: Market) -> holidays.HolidayBase:
    # One language, so that "(estimated)" reads the same wherever the process runs.
    return holidays.country_holidays(market.value, language="en_US")


@lru_cache(maxsize=20_000)
def holiday_name(market: Market, day: date) -> str:
    """The public holiday on a day, in English; empty on any other day, and where the date is only an estimate."""
    name = _days_of(market).get(day)
    return "" if not name or "estimated" in name.lower() else str(name)


def is_working_day(market: Market, day: date, weekend: Collection[Weekday]) -> bool:
    """Whether a day counts, with these days of the week left out."""
    return day.weekday() not in {each.number for each in weekend} and not holiday_name(market, day)


def first_working_day(market: Market, day: date, weekend: Collection[Weekday]) -> date:
    """The day itself when it counts, else the next that does."""
    while not is_working_day(market, day, weekend):
        day += timedelta(days=1)
    return day


def add_working_days(market: Market, day: date, amount: int, weekend: Collection[Weekday]) -> date:
    """The `amount`-th working day after a day, which is not counted itself. With 0 the day itself, whatever it is."""
    for _ in range(amount):
        day = first_working_day(market, day + timedelta(days=1), weekend)
    return day


@cache
def _zone_data() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = tomllib.loads(_ZONES.read_text(encoding="utf-8"))
    return found


def zones_of(market: Market) -> tuple[ZoneInfo, ...]:
    """All zones of a market, that of its deadlines first. Indonesia has three: Jakarta, Makassar, Jayapura."""
    others = (ZoneInfo(name) for name in _zone_data().get(market.value, {}))
    return (market.zone, *others)


def zone_in(market: Market, province: str) -> ZoneInfo:
    """The buyer's zone by the province in the address; the market's own where the province is not one that differs."""
    wanted = " ".join(province.casefold().replace("-", " ").split())
    for name, provinces in _zone_data().get(market.value, {}).items():
        if wanted in provinces:
            return ZoneInfo(name)
    return market.zone
