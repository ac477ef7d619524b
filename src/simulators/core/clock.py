"""The simulator's own time: the machine's, shifted or frozen when told so."""

import asyncio
import contextlib
import hashlib
import heapq
import time
from collections.abc import Callable
from datetime import UTC, datetime

EARLIEST_MS, LATEST_MS = 0, 7_258_118_399_000
"""The years 1970 to 2199."""


class SimClock:
    """Epoch milliseconds that can be moved. Waiters are woken when it moves."""

    def __init__(self) -> None:
        self._offset_ms = 0
        self._frozen_ms: int | None = None
        self.moved = asyncio.Event()

    def now_ms(self) -> int:
        """The simulated instant."""
        return self._frozen_ms if self._frozen_ms is not None else wall_ms() + self._offset_ms

    def advance(self, by_ms: int) -> None:
        """Go forward (or back)."""
        self.set(self.now_ms() + by_ms)

    def set(self, to_ms: int) -> None:
        """Jump to an instant; it runs on from there unless frozen. Raises ValueError for a year that no calendar of
        ours can show: every later answer would break."""
        if not EARLIEST_MS <= to_ms <= LATEST_MS:
            raise ValueError("the clock goes from the year 1970 to 2199")
        if self._frozen_ms is not None:
            self._frozen_ms = to_ms
        self._offset_ms = to_ms - wall_ms()
        self.moved.set()

    def freeze(self, *, on: bool) -> None:
        """Stop or let run. Running again goes on from where it stood."""
        now = self.now_ms()
        self._frozen_ms = now if on else None
        self._offset_ms = now - wall_ms()
        self.moved.set()

    def reset(self) -> None:
        """Back to the machine's time."""
        self._frozen_ms, self._offset_ms = None, 0
        self.moved.set()


def wall_ms() -> int:
    """The machine's own time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def iso(ms: int) -> str:
    """An instant as ISO 8601 in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


def parse_instant(value: object) -> int:
    """Epoch milliseconds of a number (ms) or ISO 8601 text with offset. Raises ValueError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        if value.isdecimal():
            return int(value)
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError(f"{value!r} has no offset")
        return int(at.timestamp() * 1000)
    raise ValueError(f"not an instant: {value!r}")


def draw(seed: int, *keys: object) -> float:
    """A fraction in [0, 1) that depends on nothing but seed and keys: the same run twice gives the same buyers."""
    digest = hashlib.sha256(":".join(map(str, (seed, *keys))).encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56


class Agenda:
    """Things to do at a simulated instant, done in order of their time."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock
        self._items: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._items)

    def at(self, ms: int, action: Callable[[], None]) -> None:
        """Do `action` once the simulated clock reaches `ms`."""
        self._count += 1
        heapq.heappush(self._items, (ms, self._count, action))
        if self._items[0][1] == self._count:
            self._clock.moved.set()

    def clear(self) -> None:
        """Forget everything planned."""
        self._items.clear()

    def start(self) -> None:
        """Begin to work in the running event loop."""
        self._task = asyncio.create_task(self._run(), name="agenda")

    async def stop(self) -> None:
        """Stop; what is planned stays planned."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            due = 0
            while self._items and self._items[0][0] <= self._clock.now_ms():
                heapq.heappop(self._items)[2]()
                due += 1
                if due % 50 == 0:
                    await asyncio.sleep(0)  # a reply wave must not starve the calls
            self._clock.moved.clear()
            wait = (self._items[0][0] - self._clock.now_ms()) / 1000 if self._items else 3600
            # Not wait_for: in Python 3.11 it swallows a cancellation that meets a finished wait, and stop() would hang.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.001, min(wait, 3600))):
                    await self._clock.moved.wait()
