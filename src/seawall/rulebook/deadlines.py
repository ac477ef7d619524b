"""One deadline: from when, warn when, breach when. Pure; all instants carry the zone they were counted in."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from seawall.kernel.markets import Market
from seawall.rulebook.calendars import add_working_days, first_working_day, is_working_day
from seawall.rulebook.schema import ClockSpec
from seawall.rulebook.words import Unit


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A span of time that runs out."""

    started_at: datetime
    warn_at: datetime
    breach_at: datetime


def deadline(spec: ClockSpec, anchor: datetime, market: Market, zone: ZoneInfo, warn_hours: int) -> Deadline:
    """Count a clock from its anchor, in the wall time and the calendar of a market.

    `warn_hours` is how early the kind warns when the rule does not say. The warning is never before the start. Raises
    ValueError for a clock without an amount.
    """
    if spec.amount is None:
        raise ValueError("nobody knows how long this clock runs")
    local = anchor.astimezone(zone)
    breach = counted(spec, local, spec.amount, market)
    if spec.warn_after is not None:
        warn = counted(spec, local, spec.warn_after, market)
    else:
        hours = warn_hours if spec.warn_before_hours is None else spec.warn_before_hours
        warn = breach - timedelta(hours=hours)
    return Deadline(started_at=local, warn_at=min(max(warn, local), breach), breach_at=breach)


def counted(spec: ClockSpec, local: datetime, amount: int, market: Market) -> datetime:
    """The instant `amount` units after a local one."""
    if spec.unit is Unit.HOURS:
        return local + timedelta(hours=amount)
    if spec.unit is Unit.DAYS:
        day = local.date() + timedelta(days=amount)
    else:
        day = add_working_days(market, _first_day(spec, local, market), amount, spec.weekend)
    return _at(day, spec.until or local.timetz().replace(tzinfo=None), local)


def _first_day(spec: ClockSpec, local: datetime, market: Market) -> date:
    """The day that working days are counted from."""
    day = local.date()
    if spec.cut_off is None:
        return day
    if is_working_day(market, day, spec.weekend) and local.time() < spec.cut_off:
        return day
    return first_working_day(market, day + timedelta(days=1), spec.weekend)


def _at(day: date, wall: time, like: datetime) -> datetime:
    return datetime.combine(day, wall, tzinfo=like.tzinfo)
