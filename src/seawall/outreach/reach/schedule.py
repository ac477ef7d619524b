"""Lay the messages of many lanes out in time: pace, quiet hours, waits the platform asked for, and daily quotas that
several lanes share. Works in seconds since 1970, since 24,000 messages are laid out at every plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heapify, heappop, heappush
from zoneinfo import ZoneInfo

from seawall.outreach.reach.values import Quota

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Queued:
    """One message in a lane, in order of rank."""

    rank: int
    closes_at: float
    """Seconds since 1970 after which it may not leave; NEVER where no end is known."""


@dataclass(slots=True)
class LaneLoad:
    """What a lane has to do."""

    key: tuple[int, str]
    shop: int
    pace: float
    starts_at: float
    zone: ZoneInfo
    queue: Sequence[Queued]
    quiet: tuple[time, time] | None
    counts_in_quota: bool
    """Phone calls use no quota of the chat."""


@dataclass(slots=True)
class LaneTimes:
    """When each message of a lane leaves, by its place in the queue; None for one whose turn comes too late."""

    at: list[float | None] = field(default_factory=list)
    waited: dict[str, float] = field(default_factory=dict)
    """Seconds waited for `quota` and `quiet_hours`."""

    @property
    def ends_at(self) -> float | None:
        """When the last message leaves."""
        return max((at for at in self.at if at is not None), default=None)


class OpenHours:
    """The hours of a market in which messages leave; `quiet` from and to are wall times, equal ones mean: none."""

    def __init__(self, zone: ZoneInfo, quiet: tuple[time, time] | None) -> None:
        self._zone = zone
        self._quiet = quiet if quiet and quiet[0] != quiet[1] else None
        self._open: tuple[float, float] = (0.0, 0.0) if self._quiet else (-NEVER, NEVER)

    def next_open(self, at: float) -> float:
        """The first instant from `at` on that is not quiet."""
        if self._quiet is None or self._open[0] <= at < self._open[1]:
            return at
        begins, ends = self._quiet
        day = datetime.fromtimestamp(at, UTC).astimezone(self._zone).date()
        for offset in (-1, 0, 1, 2):
            opens = self._instant(day + timedelta(days=offset), ends)
            closes_on = day + timedelta(days=offset + (1 if begins <= ends else 0))
            closes = self._instant(closes_on, begins)
            if at < closes:
                self._open = (opens, closes)
                return max(at, opens)
        raise ValueError("quiet hours without an end")

    def _instant(self, day: date, wall: time) -> float:
        return datetime.combine(day, wall, tzinfo=self._zone).timestamp()


class DayCount:
    """One quota: how many have left on each day of its zone."""

    def __init__(self, quota: Quota, now: float) -> None:
        self._per_day = quota.per_day
        self._zone = quota.zone
        self._ends = 0.0
        self._used = 0
        self._turn(now)
        self._used = quota.used_today

    def next_free(self, at: float) -> float:
        """The first instant from `at` on at which one more may leave. Calls come in order of time."""
        self._turn(at)
        return at if self._used < self._per_day else self._ends

    def take(self, at: float) -> None:
        """One leaves."""
        self._turn(at)
        self._used += 1

    def _turn(self, at: float) -> None:
        if at >= self._ends:
            day = datetime.fromtimestamp(at, UTC).astimezone(self._zone).date()
            self._ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=self._zone).timestamp()
            self._used = 0


def lay_out(
    lanes: Sequence[LaneLoad], quotas: Sequence[Quota], *, now: float, deadline: float
) -> Mapping[tuple[int, str], LaneTimes]:
    """The times of every lane. Lanes that share a quota take from it in order of time, then of rank.

    A message whose window (or the deadline) is over when its turn comes takes no turn. A quota of nothing lets nothing
    leave.
    """
    counts = [(quota, DayCount(quota, now)) for quota in quotas if quota.per_day > 0]
    barred = {shop for quota in quotas if quota.per_day <= 0 for shop in quota.shops}
    times = {lane.key: LaneTimes() for lane in lanes}
    hours = {lane.key: OpenHours(lane.zone, lane.quiet) for lane in lanes}
    by_shop = {
        lane.key: [count for quota, count in counts if lane.counts_in_quota and lane.shop in quota.shops]
        for lane in lanes
    }
    for lane in lanes:
        if lane.counts_in_quota and lane.shop in barred:
            times[lane.key].at = [None] * len(lane.queue)
    heap = [
        (max(now, lane.starts_at), lane.queue[0].rank, place)
        for place, lane in enumerate(lanes)
        if lane.queue and not times[lane.key].at
    ]
    heapify(heap)
    while heap:
        at, rank, place = heappop(heap)
        lane = lanes[place]
        mine = times[lane.key]
        free = _free_at(at, hours[lane.key], by_shop[lane.key], mine)
        if free > at:
            heappush(heap, (free, rank, place))
            continue
        following = _send_one(lane, mine, at, deadline, by_shop[lane.key])
        if len(mine.at) < len(lane.queue):
            heappush(heap, (following, lane.queue[len(mine.at)].rank, place))
    return times


def _free_at(at: float, hours: OpenHours, counts: Sequence[DayCount], mine: LaneTimes) -> float:
    opens = hours.next_open(at)
    if opens > at:
        mine.waited["quiet_hours"] = mine.waited.get("quiet_hours", 0.0) + opens - at
        return opens
    free = max((count.next_free(at) for count in counts), default=at)
    if free > at:
        mine.waited["quota"] = mine.waited.get("quota", 0.0) + free - at
    return free


def _send_one(lane: LaneLoad, mine: LaneTimes, at: float, deadline: float, counts: Sequence[DayCount]) -> float:
    """Let the next message that still may leave take this turn; gives the time of the turn after it."""
    queue = lane.queue
    while len(mine.at) < len(queue):
        if at >= min(queue[len(mine.at)].closes_at, deadline):
            mine.at.append(None)
            continue
        mine.at.append(at)
        for count in counts:
            count.take(at)
        return at + 1 / lane.pace
    return at
