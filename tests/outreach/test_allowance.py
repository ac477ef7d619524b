"""How much a shop may send: the sums, over every way in which workers may come and go."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.outreach.allowance import (
    Bucket,
    DayQuota,
    QuietHours,
    Standing,
    grant,
    hour_key,
    open_seconds,
    spread_next,
)

BANGKOK = ZoneInfo("Asia/Bangkok")
NIGHT = QuietHours(begin=time(21), end=time(8), zone=BANGKOK)
NOON = datetime(2026, 11, 25, 5, tzinfo=UTC)  # 12:00 in Bangkok
gaps = st.lists(st.floats(min_value=0, max_value=3, allow_nan=False), min_size=1, max_size=60)


def bangkok(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BANGKOK).astimezone(UTC)


def a_bucket(pace: float, burst: int = 1000) -> Bucket:
    return Bucket(sends_per_second=pace, burst=burst, tokens=0, refilled_at=NOON)


@given(pace=st.floats(0.05, 500), burst=st.integers(1, 500), waits=gaps, wanted=st.lists(st.integers(0, 300)))
def test_over_any_span_a_shop_sends_no_more_than_its_pace_and_what_it_may_save(
    pace: float, burst: int, waits: list[float], wanted: list[int]
) -> None:
    bucket, now = a_bucket(pace, burst), NOON
    sent: list[tuple[datetime, int]] = []
    for n, wait in enumerate(waits):
        now += timedelta(seconds=wait)
        number = grant(
            Standing(bucket=bucket, quota=DayQuota()), now=now, most=wanted[n % len(wanted)] if wanted else 9
        )
        bucket = bucket.at(now).without(number.number)
        sent.append((now, number.number))
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            span = (sent[last][0] - sent[first][0]).total_seconds()
            gone = sum(number for _, number in sent[first : last + 1])
            assert gone <= pace * span + bucket.capacity + 1e-6


@given(late_ms=st.lists(st.integers(0, 60), min_size=50, max_size=50))
def test_a_slow_shop_served_a_little_late_keeps_its_whole_pace(late_ms: list[int]) -> None:
    """Five a second, and each look up to 60 ms after the token was there."""
    bucket, sent, now = a_bucket(5), 0, NOON
    for late in late_ms:
        now = bucket.next_at + timedelta(milliseconds=late)
        number = grant(Standing(bucket=bucket, quota=DayQuota()), now=now, most=100).number
        bucket = bucket.at(now).without(number)
        sent += number
    assert sent >= 5 * (now - NOON).total_seconds() - 1.3, "all but what the last token and the last delay hold"


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    bucket = a_bucket(10).at(NOON + timedelta(seconds=1))
    back = bucket.at(NOON)
    assert (back.tokens, back.refilled_at) == (bucket.tokens, bucket.refilled_at)
    set_back = bucket.without(bucket.has).at(NOON - timedelta(hours=1))
    assert set_back.has == 0
    assert set_back.at(NOON - timedelta(hours=1) + timedelta(seconds=1)).has >= 1, "it does not stand still for an hour"


@given(
    limit=st.integers(1, 200),
    zone=st.sampled_from(["", "Asia/Bangkok", "Asia/Singapore"]),
    steps=st.lists(st.tuples(st.floats(0, 9, allow_nan=False), st.integers(0, 90)), min_size=1, max_size=60),
)
def test_no_day_ever_holds_more_than_its_limit(limit: int, zone: str, steps: list[tuple[float, int]]) -> None:
    quota, now = DayQuota(day_limit=limit, reset_zone=zone), NOON
    sent: list[tuple[datetime, int]] = []
    for hours, wanted in steps:
        now += timedelta(hours=hours)
        bucket = Bucket(sends_per_second=1000, burst=1000, tokens=1000, refilled_at=now)
        number = grant(Standing(bucket=bucket, quota=quota), now=now, most=wanted).number
        quota = quota.with_sent(number, now)
        sent.append((now, number))
    if zone:
        days: dict[object, int] = {}
        for at, number in sent:
            day = at.astimezone(ZoneInfo(zone)).date()
            days[day] = days.get(day, 0) + number
        assert max(days.values()) <= limit
    else:
        for at, _ in sent:
            assert sum(n for then, n in sent if at - timedelta(hours=24) < then <= at) <= limit


def test_a_day_that_is_used_up_says_when_it_goes_on() -> None:
    spent = {hour_key(NOON): 100}
    full = Standing(bucket=a_bucket(5), quota=DayQuota(day_limit=100, reset_zone="Asia/Singapore", spent=spent))
    assert grant(full, now=NOON, most=10).look_again_at == datetime(2026, 11, 25, 16, tzinfo=UTC), "00:00 UTC+8"
    unknown = Standing(bucket=a_bucket(5), quota=DayQuota(day_limit=100, spent=spent))
    again = grant(unknown, now=NOON, most=10).look_again_at
    assert again == NOON + timedelta(hours=25), "24 hours after the hour in which the last of them went"
    assert DayQuota(day_limit=100, spent=spent).room(again) == 100


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (bangkok(20, 59), None),
        (bangkok(21), bangkok(8, day=26)),
        (bangkok(23, 30), bangkok(8, day=26)),
        (bangkok(3), bangkok(8)),
        (bangkok(7, 59), bangkok(8)),
        (bangkok(8), None),
        (bangkok(12), None),
    ],
)
def test_quiet_hours_go_by_the_clock_of_the_market(at: datetime, until: datetime | None) -> None:
    assert NIGHT.ends_at(at) == until


def test_a_span_of_no_length_means_no_quiet_hours() -> None:
    assert QuietHours(begin=time(0), end=time(0), zone=BANGKOK).ends_at(bangkok(0)) is None


def test_the_open_hours_of_a_day() -> None:
    assert open_seconds(bangkok(0), bangkok(0, day=26), NIGHT) == 13 * 3600
    assert open_seconds(bangkok(20), bangkok(9, day=26), NIGHT) == 2 * 3600
    assert open_seconds(bangkok(22), bangkok(23), NIGHT) == 0


def test_a_spread_day_is_used_to_the_end_and_not_before() -> None:
    """130 messages over the 13 open hours of a day: one every six minutes, and all of them by the evening."""
    quota = DayQuota(day_limit=130, reset_zone="Asia/Bangkok")
    now, next_at, sent = bangkok(8), None, []
    while now < bangkok(21):
        bucket = Bucket(sends_per_second=5, burst=5, tokens=5, refilled_at=now)
        standing = Standing(bucket=bucket, quota=quota, quiet=NIGHT, spread_next_at=next_at)
        number = grant(standing, now=now, most=50).spread
        if number:
            quota, next_at = quota.with_sent(number, now), spread_next(standing, now=now, sent=number)
            sent += [now] * number
        now += timedelta(seconds=20)
    assert 128 <= len(sent) <= 130
    assert sum(at < bangkok(14, 30) for at in sent) == pytest.approx(65, abs=3)


def test_what_the_platform_says_goes_before_everything() -> None:
    until = NOON + timedelta(minutes=3)
    full = Bucket(sends_per_second=5, burst=5, tokens=5, refilled_at=NOON)
    held = grant(Standing(bucket=full, quota=DayQuota(), blocked_until=until), now=NOON, most=10)
    assert (held.number, held.look_again_at) == (0, until)
