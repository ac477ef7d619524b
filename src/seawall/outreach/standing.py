"""Where a lane stands before hours, waits and quotas, worked out now from its shop's pace: for screens and reports."""

from dataclasses import dataclass
from datetime import datetime

from seawall.kernel.markets import Market
from seawall.outreach.allowance import DayQuota, QuietHours
from seawall.outreach.models import Lane


@dataclass(frozen=True, kw_only=True)
class LaneStanding:
    """What holds a lane back, if anything. Reads `connection__pace__quota`, `connection__shop` and `roll_out`."""

    sleeps_until: datetime | None = None
    """End of the quiet hours that hold now."""
    waits_until: datetime | None = None
    """The platform said to wait until then."""
    day_limit: int | None = None
    day_used: int = 0
    """Messages of the day so far, of all that share the limit."""
    is_shared: bool = False
    """Whether other shops of the app share the limit."""
    full_until: datetime | None = None
    """The day is used up until then."""
    limit_source: str = "none"
    """`none`, `platform` or `operator`."""


def standing_of(lane: Lane, now: datetime) -> LaneStanding:
    """Where it stands at this moment."""
    pace = lane.connection.pace
    quota = pace.quota
    day = DayQuota(day_limit=quota.day_limit, reset_zone=quota.reset_zone, spent=quota.spent)
    sleeps_until = None
    if pace.quiet_from is not None and pace.quiet_until is not None and lane.roll_out.keeps_quiet_hours:
        zone = Market(lane.connection.shop.market).zone
        sleeps_until = QuietHours(begin=pace.quiet_from, end=pace.quiet_until, zone=zone).ends_at(now)
    waits = pace.waits_until
    return LaneStanding(
        sleeps_until=sleeps_until,
        waits_until=waits if waits is not None and waits > now else None,
        day_limit=quota.day_limit,
        day_used=day.used(now),
        is_shared=quota.key.startswith("app:"),
        full_until=day.resets_at(now) if day.room(now) == 0 else None,
        limit_source=quota.limit_source,
    )
