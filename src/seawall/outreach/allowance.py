"""How much a shop may send now: token bucket, quiet hours, the day's quota. Pure: no Django, no clock, no logging."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from math import floor
from zoneinfo import ZoneInfo

from seawall.outreach.policy import CLOCK_STEP

CATCH_UP_S = 0.25
"""Seconds of its pace a shop may save up (ours): a worker that comes a little late loses nothing, and no burst after a
pause is larger than what any platform's own count by the second forgives."""

SPARE = 0.25
"""The part of one message that may be saved up beyond that, so that a slow lane served a moment late keeps its pace."""

SPREAD_CATCH_UP = timedelta(minutes=1)
"""How far behind its even spread a shop may catch up at once (ours)."""

URGENT_WITHIN = timedelta(hours=24)
"""A roll-out whose golden window or deadline is nearer than this overtakes others (ours)."""

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)


class Turn(IntEnum):
    """Who goes first within a shop, and among shops when workers are full."""

    SAMPLE = 0
    """One message, and a person waits for it."""
    URGENT = 1
    NORMAL = 2
    IDLE = 9


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """A span of the wall clock in which buyers are left alone; it may go over midnight."""

    begin: time
    end: time
    zone: ZoneInfo

    def ends_at(self, now: datetime) -> datetime | None:
        """When the present quiet hours end, in UTC; None when it is not quiet. No span is the whole day."""
        there = now.astimezone(self.zone)
        for back in (0, 1):
            day = there.date() - timedelta(days=back)
            over_midnight = timedelta(days=self.end <= self.begin)
            begin = datetime.combine(day, self.begin, tzinfo=self.zone)
            end = datetime.combine(day + over_midnight, self.end, tzinfo=self.zone)
            if self.begin != self.end and begin <= there < end:
                return end.astimezone(UTC)
        return None

    def next_begin(self, now: datetime) -> datetime:
        """When the next quiet hours begin, in UTC."""
        there = now.astimezone(self.zone)
        begin = datetime.combine(there.date(), self.begin, tzinfo=self.zone)
        if begin <= there:
            begin = datetime.combine(there.date() + timedelta(days=1), self.begin, tzinfo=self.zone)
        return begin.astimezone(UTC)


def open_seconds(now: datetime, until: datetime, quiet: QuietHours | None) -> float:
    """Seconds of a span that are not quiet."""
    if quiet is None or quiet.begin == quiet.end:
        return max(0.0, (until - now).total_seconds())
    total, at = 0.0, now
    while at < until:
        asleep_until = quiet.ends_at(at)
        if asleep_until is not None:
            at = asleep_until
            continue
        stretch = min(quiet.next_begin(at), until)
        total += (stretch - at).total_seconds()
        at = stretch
    return total


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A token bucket as it was left: one token lets one message go."""

    sends_per_second: float
    burst: int
    tokens: float
    refilled_at: datetime

    @property
    def capacity(self) -> float:
        """The most it holds. No more than this and what the pace gives ever goes, over any span."""
        return min(float(max(1, self.burst)), max(1.0, self.sends_per_second * CATCH_UP_S)) + SPARE

    def at(self, now: datetime) -> "Bucket":
        """Refilled up to now. A clock that went back gives nothing and takes nothing; after a long step back it is
        counted from the new time on, or the shop would stand still until the old one comes again."""
        if self.refilled_at - now > CLOCK_STEP:
            return replace(self, tokens=min(self.capacity, self.tokens), refilled_at=now)
        span = max(0.0, (now - self.refilled_at).total_seconds())
        tokens = max(0.0, min(self.capacity, self.tokens + span * self.sends_per_second))
        return replace(self, tokens=tokens, refilled_at=max(now, self.refilled_at))

    def without(self, number: int) -> "Bucket":
        """With so many messages let go."""
        return replace(self, tokens=self.tokens - number)

    @property
    def has(self) -> int:
        """Messages that may go at once."""
        return floor(self.tokens + 1e-9)

    @property
    def next_at(self) -> datetime:
        """When the next message may go."""
        missing = max(0.0, 1.0 - self.tokens)
        return self.refilled_at + timedelta(seconds=missing / self.sends_per_second)


@dataclass(frozen=True, kw_only=True)
class DayQuota:
    """What may go in a day, and what went, by hour of UTC."""

    day_limit: int | None = None
    reset_zone: str = ""
    """Zone of the platform's day; empty: unknown, and then no 24 hours in a row hold more than the limit."""
    spent: Mapping[str, int] = field(default_factory=dict)

    def used(self, now: datetime) -> int:
        """What counts against the limit now. An hour counts as long as any minute of it may."""
        since = self._counts_since(now)
        return sum(number for hour, number in self.spent.items() if hour_of(hour) + HOUR > since)

    def room(self, now: datetime) -> int | None:
        """How many more may go; None without a limit."""
        return None if self.day_limit is None else max(0, self.day_limit - self.used(now))

    def resets_at(self, now: datetime) -> datetime:
        """When there is room again after it was used up."""
        if self.reset_zone:
            zone = ZoneInfo(self.reset_zone)
            tomorrow = now.astimezone(zone).date() + timedelta(days=1)
            return datetime.combine(tomorrow, time.min, tzinfo=zone).astimezone(UTC)
        since = self._counts_since(now)
        counted = [hour_of(hour) for hour, number in self.spent.items() if number and hour_of(hour) + HOUR > since]
        return min(counted, default=now) + DAY + HOUR

    def with_sent(self, number: int, now: datetime) -> "DayQuota":
        """With so many more; what is older than two days is forgotten."""
        spent = {hour: n for hour, n in self.spent.items() if hour_of(hour) > now - 2 * DAY}
        key = hour_key(now)
        spent[key] = spent.get(key, 0) + number
        return replace(self, spent=spent)

    def interval(self, now: datetime, quiet: QuietHours | None) -> timedelta:
        """Between two messages of a roll-out that spreads what is left of the day over its open hours; zero without a
        limit. Where the day's begin is unknown: the limit over the open hours of any 24."""
        room = self.room(now)
        if room is None or self.day_limit is None:
            return timedelta(0)
        if not self.reset_zone:
            return timedelta(seconds=open_seconds(now, now + DAY, quiet) / max(1, self.day_limit))
        return timedelta(seconds=open_seconds(now, self.resets_at(now), quiet) / max(1, room))

    def _counts_since(self, now: datetime) -> datetime:
        if not self.reset_zone:
            return now - DAY
        zone = ZoneInfo(self.reset_zone)
        return datetime.combine(now.astimezone(zone).date(), time.min, tzinfo=zone)


def hour_key(at: datetime) -> str:
    """The name of an instant's hour in `spent`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H")


def hour_of(key: str) -> datetime:
    """The instant at which an hour of `spent` begins."""
    return datetime.strptime(key, "%Y-%m-%dT%H").replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a shop may send at this very moment."""

    number: int = 0
    spread: int = 0
    """Of which by roll-outs that spread the day."""
    is_quiet: bool = False
    """Only roll-outs that may write at night."""
    look_again_at: datetime | None = None
    """With nothing granted: when there may be something."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything a grant rests on."""

    bucket: Bucket
    quota: DayQuota
    quiet: QuietHours | None = None
    blocked_until: datetime | None = None
    spread_next_at: datetime | None = None


def grant(standing: Standing, *, now: datetime, most: int) -> Grant:
    """How many messages may go now, at most `most`. The platform's own "wait" goes before everything else."""
    if standing.blocked_until is not None and standing.blocked_until > now:
        return Grant(look_again_at=standing.blocked_until)
    room = standing.quota.room(now)
    if room == 0:
        return Grant(look_again_at=standing.quota.resets_at(now))
    bucket = standing.bucket.at(now)
    number = min(bucket.has, most) if room is None else min(bucket.has, most, room)
    if number < 1:
        return Grant(look_again_at=bucket.next_at if bucket.has < 1 else None)
    is_quiet = standing.quiet is not None and standing.quiet.ends_at(now) is not None
    return Grant(number=number, spread=min(number, spread_due(standing, now)), is_quiet=is_quiet)


def spread_due(standing: Standing, now: datetime) -> int:
    """How many messages of roll-outs that spread the day are due."""
    interval = standing.quota.interval(now, standing.quiet)
    if not interval:
        return standing.bucket.at(now).has
    if standing.spread_next_at is None:
        return 1
    if standing.spread_next_at > now:
        return 0
    return 1 + int((now - max(standing.spread_next_at, now - SPREAD_CATCH_UP)) / interval)


def spread_next(standing: Standing, *, now: datetime, sent: int) -> datetime | None:
    """When the next message of such roll-outs is due, after so many have gone."""
    interval = standing.quota.interval(now, standing.quiet)
    if not interval or not sent:
        return standing.spread_next_at
    return max(standing.spread_next_at or now, now - SPREAD_CATCH_UP) + sent * interval
