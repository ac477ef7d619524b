"""Which limits the demo's marketplaces keep, and the moving on of time where they make it wait."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from seawall.demo.stage import SideDoor
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.settings.moved_time import MovedTime

WORTH_MOVING = timedelta(seconds=10)
"""A shorter wait is waited."""


class Limits(StrEnum):
    """How much of the platforms' limits the demo keeps."""

    SOME = "some"
    """A pace each shop could have, no limit of a day: a container in minutes, as one watches."""
    REAL = "real"
    """The paces Seawall begins with at real shops, the strict reading of each quota of a day, quiet hours. Where all
    lanes wait, time is moved on."""
    NONE = "none"
    """None at all: how fast the engine is on this machine."""

    def pace(self, platform: Platform) -> list[str]:
        """What the command that connects a shop is told; nothing leaves Seawall's own."""
        if self is Limits.REAL:
            return []
        watched = {Platform.LAZADA: 12, Platform.SHOPEE: 8, Platform.TIKTOK: 8}
        return ["--pace", str(watched[platform] if self is Limits.SOME else 1000)]

    @property
    def switches(self) -> list[str]:
        """Of the simulators."""
        words: list[str] = []
        if self is not Limits.REAL:
            # What Shopee lets a shop send in a day nobody published for these markets, and what counts against TikTok
            # Shop's quota neither: with the strict readings a whole container takes days.
            words += ["shopee.sends_per_day=0", "tiktok-shop.chat_quota=0"]
        if self is Limits.REAL:
            # The demo connects by tokens of the side door, which cannot be renewed.
            words += [f"shopee.access_life_s={30 * 86400}", f"tiktok-shop.access_expires_s={30 * 86400}"]
        if self is Limits.NONE:
            words += ["lazada.qps=0", "tiktok-shop.qps_read=1000000", "tiktok-shop.qps_write=1000000"]
        return [word for switch in words for word in ("--set", switch)]

    @property
    def deadline(self) -> timedelta:
        """How long after its begin the storm must be over: with real limits it takes days."""
        return timedelta(days=6 if self is Limits.REAL else 2)


class TimeMover:
    """Moves the time of the desk and of the marketplaces on together, when nothing else can happen before."""

    def __init__(self, file: Path, door: SideDoor) -> None:
        self._time = MovedTime(file)
        self._door = door
        self._last: tuple[int, ...] = ()
        self.moves = 0

    @property
    def ahead(self) -> timedelta:
        """How far ahead of the machine's time."""
        return self._time.span()

    def catch_up(self) -> None:
        """Marketplaces that were started anew begin with the machine's time."""
        self._door.post("/clock", {"set": SYSTEM_CLOCK.now().isoformat()})

    def move_on(self, show: Mapping[str, Any]) -> bool:
        """Move on to when the first waiting lane may go on, if all of them wait and nothing has happened since the last
        look. Says whether it did."""
        now, counts = SYSTEM_CLOCK.now(), tuple(show["outcomes"].values())
        is_still, self._last = counts == self._last, counts
        if not is_still or show["outcomes"]["claimed"] or show["outcomes"]["unknown"]:
            return False
        holds = [_held_until(lane) for lane in show["roll_out"]["lanes"] if lane["waiting"]]
        if not holds or None in holds:
            return False
        until = min(hold for hold in holds if hold is not None)
        return until - now > WORTH_MOVING and self.move(until - now + timedelta(seconds=1))

    def move(self, by: timedelta) -> bool:
        """By a span, the marketplaces first: no message may seem to come out of their future."""
        self._door.post("/clock", {"advance_s": by.total_seconds()})
        self._time.move(by)
        self.moves += 1
        return True


def _held_until(lane: Mapping[str, Any]) -> datetime | None:
    """The latest of what holds a lane; None when nothing does."""
    words = [lane[name] for name in ("sleeps_until", "waits_until", "day_full_until") if lane[name]]
    return max(map(datetime.fromisoformat, words), default=None)
