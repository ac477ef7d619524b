"""Time comes from a Clock that is passed in; only this file may ask for the present time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present time, always with a zone (UTC)."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


def _not_ahead() -> timedelta:
    return timedelta(0)


_span_ahead: Callable[[], timedelta] = _not_ahead


def run_ahead(span: Callable[[], timedelta] | None) -> None:
    """Let the time of this process run ahead of the machine's by what `span` says at each asking; None ends it.

    For exercises against stand-in marketplaces only: whoever calls this makes sure that no real shop is at hand.
    """
    global _span_ahead  # noqa: PLW0603  # one process, one time
    _span_ahead = span or _not_ahead


def ahead() -> timedelta:
    """How far the time of this process runs ahead of the machine's."""
    return _span_ahead()


def may_be_moved() -> bool:
    """Whether somebody may move the time of this process."""
    return _span_ahead is not _not_ahead


class SystemClock:
    """The machine's own clock, and in an exercise with moved time what it runs ahead."""

    def now(self) -> datetime:
        """The present instant by the machine, in UTC."""
        return datetime.now(UTC) + _span_ahead()


@dataclass
class MovableClock:
    """A clock that moves when told to: for tests and for simulators."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant

    def move(self, by: timedelta) -> None:
        """Go forward (or back) by a span."""
        self.instant += by


SYSTEM_CLOCK = SystemClock()


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970 of an aware instant."""
    return round(at.timestamp() * 1000)


def from_epoch_ms(value: int) -> datetime:
    """The instant of a millisecond stamp."""
    return datetime.fromtimestamp(value / 1000, UTC)


def monotonic() -> float:
    """Seconds on a clock that never goes back: for spans, never for dates."""
    return time.monotonic()


class SteadyClock:
    """A clock set by another one and running on by itself: a machine whose own time is wrong, or is set while it
    works, does not matter. Setting it now and then takes out the drift."""

    def __init__(self, instant: datetime) -> None:
        # One value, exchanged whole: several threads read it while one sets it.
        self._set = (instant, monotonic())

    def now(self) -> datetime:
        """The instant it was set to, and what has passed since."""
        instant, since = self._set
        return instant + timedelta(seconds=monotonic() - since)

    def set(self, instant: datetime) -> None:
        """Take over the other clock's present instant."""
        self._set = (instant, monotonic())
