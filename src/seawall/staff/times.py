"""Weekly spans of duty: how they are said on a line, and whether one covers an instant. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DESK_ZONE_NAME = "Asia/Shanghai"
ZONES: tuple[str, ...] = tuple(
    dict.fromkeys([DESK_ZONE_NAME, *(market.facts.zone_name for market in Market if market is not Market.TW)])
)
"""Zones a shift may be said in: the desk's, and those of the markets."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Hours of one weekday. Ends at or before its start: past midnight."""

    weekday: int
    starts: time
    ends: time
    zone: str

    def covers(self, moment: datetime) -> bool:
        """Whether somebody with this shift is on duty at an instant; the end itself is no longer duty."""
        local = moment.astimezone(ZoneInfo(self.zone))
        now = local.time()
        if self.starts < self.ends:
            return local.weekday() == self.weekday and self.starts <= now < self.ends
        today = local.weekday() == self.weekday and now >= self.starts
        return today or (local.weekday() == (self.weekday + 1) % 7 and now < self.ends)


def spans_of(days: Iterable[str], starts: str, ends: str, zone: str) -> list[Span]:
    """Spans for weekdays said as `mon`, `mon-fri`, from and until as `HH:MM`, each day once.

    Raises InvalidInput(shift_days_unknown, shift_time_unreadable, shift_without_length, shift_zone_unknown).
    """
    if zone not in ZONES:
        raise InvalidInput("shift_zone_unknown", zone=zone[:40], known=", ".join(ZONES))
    begin, end = _time(starts), _time(ends)
    if begin == end:
        raise InvalidInput("shift_without_length", time=starts)
    found = sorted({number for said in days for number in _days(said)})
    if not found:
        raise InvalidInput("shift_days_unknown", days="-", known=", ".join(WEEKDAYS))
    return [Span(weekday=number, starts=begin, ends=end, zone=zone) for number in found]


def _days(said: str) -> Iterator[int]:
    first, dash, last = said.strip().lower().partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        raise InvalidInput("shift_days_unknown", days=said[:40], known=", ".join(WEEKDAYS))
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    length = (end - begin) % 7 + 1
    yield from ((begin + step) % 7 for step in range(length))


def _time(said: str) -> time:
    try:
        found = datetime.strptime(said.strip(), "%H:%M")  # noqa: DTZ007  # a time of day, of the zone said beside it
    except ValueError:
        raise InvalidInput("shift_time_unreadable", time=said[:40]) from None
    return found.time()
