"""The outcome bar: whatever the ledger holds, its parts add up and fill the bar."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.outreach.states import RecipientState
from seawall.web.outcomes import SEGMENTS, tally
from seawall.web.times import left_until

COUNTS = st.dictionaries(st.sampled_from([s.value for s in RecipientState]), st.integers(0, 2_000_000))


@given(COUNTS)
def test_parts_add_up_and_fill_the_bar(counts: dict[str, int]) -> None:
    bar = tally(counts, expected=sum(counts.values()))
    assert bar.adds_up
    assert sum(part.count for part in bar.segments) == sum(counts.values()) == bar.sum
    widths = sum(part.width for part in bar.segments)
    assert widths == pytest.approx(100 if bar.sum else 0, abs=0.01)
    ends = [part.x + part.width for part in bar.segments]
    assert all(part.x <= end + 0.01 for part, end in zip(bar.segments[1:], ends, strict=False))
    assert all((part.width > 0) == (part.count > 0) for part in bar.segments)


def test_one_of_many_is_still_seen() -> None:
    bar = tally({"waiting": 23_999, "answered": 1}, expected=24_000)
    assert next(part.width for part in bar.segments if part.key == "known") > 0.3


def test_a_row_too_few_is_said() -> None:
    assert not tally({"waiting": 9}, expected=10).adds_up


def test_a_state_without_a_segment_fails_loudly() -> None:
    with pytest.raises(KeyError):
        tally({"teleported": 1}, expected=1)


def test_the_order_of_the_parts_is_fixed() -> None:
    assert [key for key, *_ in SEGMENTS] == [
        "known", "delivered", "accepted", "by_hand", "person", "refused", "unreachable", "dropped", "waiting",
    ]  # fmt: skip


NOW = datetime(2026, 11, 17, 6, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "window", "words", "tone"),
    [
        (timedelta(hours=27, minutes=28), timedelta(hours=60), "27:28", "warn"),
        (timedelta(hours=40), timedelta(hours=60), "40:00", ""),
        (timedelta(hours=5, minutes=12), timedelta(hours=60), "5:12", "risk"),
        (timedelta(minutes=-46), None, "−0:46", "over"),
        (timedelta(minutes=58), None, "0:58", "risk"),
        (timedelta(hours=3, minutes=28), None, "3:28", "warn"),
        (timedelta(hours=7), None, "7:00", ""),
        (timedelta(days=2, hours=3, minutes=5), None, "2 d 03 h", ""),
    ],
)
def test_how_long_is_left(left: timedelta, window: timedelta | None, words: str, tone: str) -> None:
    found = left_until(NOW + left, NOW, window=window)
    assert (found.words, found.tone) == (words, tone)
