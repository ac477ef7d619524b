"""The worker process: the sender in one asyncio loop, and beside it threads that act on pushes and renew tokens."""

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from seawall.casework.api import CaseWorker, CaseWorkerOptions, hint
from seawall.cli.fleet_clock import FleetClock
from seawall.connectors.language_model import Endpoint
from seawall.incidents.api import PictureChore, stamp_due, tend_clocks, watch_cases
from seawall.incidents.api import tend as tend_incidents
from seawall.kernel.errors import SeawallError
from seawall.outreach.api import (
    Asker,
    Worker,
    WorkerOptions,
    close_windows,
    find_answers,
    handle_received,
    leave_out_unconcerned,
    replan_moved,
)
from seawall.settings.env import Settings, get_settings
from seawall.settings.running import ensure_database
from seawall.shops.api import renew_due

log = structlog.get_logger()

SWITCH_S = 0.0005
"""How long the sending loop may hold the interpreter while the thread of the ledger waits for it. Python's own 5 ms, a
dozen times for each batch, halve what is sent (measured: bench/send)."""
PUSH_PAUSE_S = 0.3
"""How long the push thread rests when there is nothing to do."""
WATCH_PAUSE_S = 3.0
"""How long the thread rests that puts orders of storms that have begun under watch."""
ANSWERS_PAUSE_S = 1.0
"""How long the thread rests that looks for answers whose pushes were lost: one read a shop and second at most."""
CONCERN_PAUSE_S = 10.0
"""How long a row may wait whose order no longer concerns the storm; it is never sent meanwhile."""
PLAN_PAUSE_S = 1.0
"""How long the planning thread rests between two looks at windows and lanes."""
CLOCK_PAUSE_S = 5.0
"""How long the thread of the clocks rests when no case changed and no mark was reached."""
RENEWAL_PAUSE_S = 5.0
"""How long the renewal thread rests when no token is due."""
STAMP_PAUSE_S = 15.0
"""How long the thread of the time stamps rests when no token is due; it only runs where an authority is configured."""
PICTURE_PAUSE_S = 1.0
"""How long the drawing thread rests when every picture is up to date."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0
"""How long a worker waits for its database before it asks again: longer each time, up to the second."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a worker process does. A fleet may have processes that only send and others that do only the rest."""

    lanes: bool = True
    """Claim and send, look up unknown outcomes, tend gates."""
    chores: bool = True
    """Act on pushes, look for answers, leave out what is no longer concerned, renew tokens, keep plans up with the
    world, tend the clocks of orders, draw pictures, cancel orders, answer buyers' requests, watch orders."""


def run_worker(parts: Parts | None = None) -> int:
    """Run until SIGTERM or Ctrl-C, then finish what is in hand.

    A database that goes away ends nothing: no message leaves meanwhile, what was in hand is unknown and is looked up,
    and the work goes on when the database answers again, in a new session with a new lock. Raises Unreachable when it
    did not answer at the very start.
    """
    # Each answer of the database needs the interpreter back from the loop that sends.
    sys.setswitchinterval(SWITCH_S)
    stopped = _Stopped()
    while True:
        try:
            asyncio.run(_run(parts or Parts(), stopped))
            return 0
        except DatabaseError as error:
            log.error("database session lost", action="worker.lost", kind=type(error).__name__)
        connections.close_all()
        if not _await_database(stopped):
            return 0


class _Stopped:
    """Whether an orderly end was asked for, and how to pass that on to what is running now."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.tell: Callable[[], object] | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.event.set()
        if self.tell is not None:
            self.tell()


def _await_database(stopped: _Stopped) -> bool:
    """Until the database answers again, a built-in server being started if need be; False when told to stop."""
    pause = FIRST_PAUSE_S
    while not stopped.event.wait(pause):
        try:
            ensure_database()
        except SeawallError as error:
            log.warning("database still away", action="worker.waits", why=str(error))
            pause = min(pause * 2, LONGEST_PAUSE_S)
        else:
            log.info("database answers again", action="worker.resumes")
            return True
    return False


async def _run(parts: Parts, stopped: _Stopped) -> None:
    settings = get_settings()
    clock = await asyncio.to_thread(_fleet_clock)

    def follow_storms() -> None:
        clock.follow()
        tend_incidents(clock=clock)

    worker = Worker(
        clock=clock,
        options=WorkerOptions(claim_size=settings.claim_size, grace=timedelta(seconds=settings.lookup_grace_s)),
        also=follow_storms,
    )
    cases = CaseWorker(
        clock=clock, options=CaseWorkerOptions(grace=timedelta(seconds=settings.lookup_grace_s))
    )  # fmt: skip
    loop = asyncio.get_running_loop()

    def stop_all() -> None:
        worker.stop()
        cases.stop()

    def stop_from_outside() -> None:
        # Also from a signal handler, and after the loop has ended.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop_all)

    stopped.tell = stop_from_outside
    if stopped.event.is_set():
        return
    chores = _chores(clock, stop_from_outside) if parts.chores else []
    for chore in chores:
        chore.start()
    runs = [*([worker.run()] if parts.lanes else []), *([cases.run()] if parts.chores else [])]
    try:
        await _all_of(runs, stop_all)
    finally:
        for chore in chores:
            chore.stop()
        for chore in chores:
            # The pool's own join would block the loop for up to one batch; nothing else runs any more.
            await asyncio.to_thread(chore.join)
    for chore in chores:
        if chore.failed is not None:
            raise chore.failed


async def _all_of(runs: Sequence[Coroutine[None, None, None]], stop_all: Callable[[], None]) -> None:
    """Run them side by side. Where one ends, for whatever reason, the others end in order too; then its error, if any,
    is raised."""

    async def then(run: Coroutine[None, None, None]) -> None:
        try:
            await run
        finally:
            stop_all()

    for end in await asyncio.gather(*(then(run) for run in runs), return_exceptions=True):
        if isinstance(end, BaseException):
            raise end


def _fleet_clock() -> FleetClock:
    try:
        return FleetClock()
    finally:
        # Its thread's session; the worker and every chore have their own.
        connections.close_all()


def _chores(clock: FleetClock, on_failure: Callable[[], object]) -> "list[Chore]":
    def act_on_pushes() -> bool:
        clock.follow()
        return handle_received(clock=clock, size=100, hint=hint) > 0

    def look_for_answers() -> bool:
        # Always a rest between two rounds: reads are paced by it.
        find_answers(clock=clock)
        return False

    def leave_out() -> bool:
        leave_out_unconcerned(clock=clock)
        return False

    def tend_plans() -> bool:
        close_windows(clock=clock)
        return replan_moved(clock=clock) > 0

    pictures = PictureChore(clock=clock)
    chores = [
        Chore("pushes", act_on_pushes, PUSH_PAUSE_S, on_failure=on_failure),
        Chore("watching", lambda: watch_cases(clock=clock), WATCH_PAUSE_S, on_failure=on_failure),
        Chore("answers", look_for_answers, ANSWERS_PAUSE_S, on_failure=on_failure),
        Chore("concern", leave_out, CONCERN_PAUSE_S, on_failure=on_failure),
        Chore("renewal", lambda: renew_due(clock), RENEWAL_PAUSE_S, on_failure=on_failure),
        Chore("plan", tend_plans, PLAN_PAUSE_S, on_failure=on_failure),
        Chore("clocks", lambda: tend_clocks(clock=clock), CLOCK_PAUSE_S, on_failure=on_failure),
        Chore("pictures", pictures.act, PICTURE_PAUSE_S, on_failure=on_failure, at_end=pictures.close),
    ]
    settings = get_settings()
    if settings.tsa_url:
        chores.append(Chore("stamps", lambda: stamp_due(clock=clock), STAMP_PAUSE_S, on_failure=on_failure))
    if settings.intent_model_url:
        asker = Asker(_model_endpoint(settings), clock=clock)
        chores.append(Chore("model", lambda: asker.ask() > 0, ANSWERS_PAUSE_S, on_failure=on_failure))
    return chores


def _model_endpoint(settings: Settings) -> Endpoint:
    """The language model an administrator named."""
    key = settings.intent_model_key.get_secret_value() if settings.intent_model_key else ""
    return Endpoint(
        url=settings.intent_model_url, model=settings.intent_model, key=key, timeout_s=settings.intent_model_timeout_s
    )


class Chore(threading.Thread):
    """Does one thing again and again, in a thread and database session of its own: what is slow there (a flood of
    pushes, a platform that does not answer) never holds up a send."""

    def __init__(
        self, name: str, act: Callable[[], bool], pause_s: float,
        *, on_failure: Callable[[], object], at_end: Callable[[], object] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name=name, daemon=True)
        self.failed: DatabaseError | None = None
        self._act, self._pause_s, self._on_failure, self._at_end = act, pause_s, on_failure, at_end
        self._ended = threading.Event()

    def stop(self) -> None:
        """End after what is in hand."""
        self._ended.set()

    def run(self) -> None:
        """Until stopped: at once again while there is something to do, else after the pause."""
        try:
            while not self._ended.is_set():
                if not self._act():
                    self._ended.wait(self._pause_s)
        except DatabaseError as error:
            self.failed = error
            self._on_failure()
        finally:
            connections.close_all()
            if self._at_end is not None:
                self._at_end()
