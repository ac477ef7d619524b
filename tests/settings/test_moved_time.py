"""An exercise moves its time on: every process of the desk sees it, and a file half written moves nothing."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seawall.kernel.clock import SYSTEM_CLOCK, ahead, may_be_moved, run_ahead
from seawall.settings.moved_time import MovedTime


@pytest.fixture(autouse=True)
def _ends_with_the_test() -> Iterator[None]:
    yield
    run_ahead(None)


def test_without_the_file_time_is_the_machines(tmp_path: Path) -> None:
    run_ahead(MovedTime(tmp_path / "moved-time").span)
    assert ahead() == timedelta(0)
    assert abs(SYSTEM_CLOCK.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_one_process_moves_another_sees_at_once(tmp_path: Path) -> None:
    mover, other = MovedTime(tmp_path / "moved-time"), MovedTime(tmp_path / "moved-time")
    run_ahead(other.span)
    assert mover.move(timedelta(hours=10)) == timedelta(hours=10)
    mover.move(timedelta(hours=2))
    assert ahead() == timedelta(hours=12)
    assert SYSTEM_CLOCK.now() - datetime.now(UTC) > timedelta(hours=11, minutes=59)


def test_a_move_goes_on_from_where_an_earlier_run_stopped(tmp_path: Path) -> None:
    MovedTime(tmp_path / "moved-time").move(timedelta(days=2))
    assert MovedTime(tmp_path / "moved-time").move(timedelta(hours=1)) == timedelta(days=2, hours=1)


@pytest.mark.parametrize("words", ["", "12,5", "later", "1e400", "nan"])
def test_a_broken_file_leaves_time_where_it_was(tmp_path: Path, words: str) -> None:
    file = tmp_path / "moved-time"
    known = MovedTime(file)
    known.move(timedelta(hours=3))
    file.write_text(words, encoding="ascii")
    os.utime(file, ns=(1, 1))
    assert known.span() == timedelta(hours=3)


def test_a_file_that_goes_away_leaves_time_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "moved-time"
    known = MovedTime(file)
    known.move(timedelta(hours=3))
    file.unlink()
    assert known.span() == timedelta(hours=3)


def test_nobody_may_move_the_time_of_a_process_without_the_setting() -> None:
    assert not may_be_moved()
