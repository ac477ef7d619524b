"""The worker process: the sender in one asyncio loop, and beside it threads that act on pushes and renew tokens."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from seawall.casework.api import CaseWorker, CaseWorkerOptions, hint
from seawall.incidents.api import tend as tend_incidents
from seawall.incidents.api import watch_cases
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Unreachable
from seawall.outreach.api import Worker, WorkerOptions, handle_received
from seawall.settings.env import get_settings
from seawall.shops.api import renew_due

log = structlog.get_logger()

PUSH_PAUSE_S = 0.3
"""How long the push thread rests when there is nothing to do."""
WATCH_PAUSE_S = 3.0
"""How long the thread rests that puts orders of storms that have begun under watch."""
RENEWAL_PAUSE_S = 5.0
"""How long the renewal thread rests when no token is due."""


def run_worker() -> int:
    """Run until SIGTERM or Ctrl-C, then finish what is in hand. Raises Unreachable when the database session ends."""
    try:
        asyncio.run(_run())
    except DatabaseError as error:
        log.error("database session lost", action="worker.lost", kind=type(error).__name__)
        raise Unreachable("worker_lost_database") from error
    return 0


async def _run() -> None:
    settings = get_settings()
    worker = Worker(
        clock=SYSTEM_CLOCK,
        options=WorkerOptions(claim_size=settings.claim_size, grace=timedelta(seconds=settings.lookup_grace_s)),
        also=lambda: tend_incidents(clock=SYSTEM_CLOCK),
    )
    cases = CaseWorker(
        clock=SYSTEM_CLOCK, options=CaseWorkerOptions(grace=timedelta(seconds=settings.lookup_grace_s))
    )  # fmt: skip
    loop = asyncio.get_running_loop()

    def end() -> None:
        worker.stop()
        cases.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)

    def stop_all() -> None:
        loop.call_soon_threadsafe(end)

    def pushes() -> bool:
        return handle_received(clock=SYSTEM_CLOCK, size=100, hint=hint) > 0

    chores = [
        Chore("pushes", pushes, PUSH_PAUSE_S, on_failure=stop_all),
        Chore("watching", lambda: watch_cases(clock=SYSTEM_CLOCK), WATCH_PAUSE_S, on_failure=stop_all),
        Chore("renewal", lambda: renew_due(SYSTEM_CLOCK), RENEWAL_PAUSE_S, on_failure=stop_all),
    ]
    for chore in chores:
        chore.start()
    try:
        await asyncio.gather(_then(worker.run(), end), _then(cases.run(), end))
    finally:
        for chore in chores:
            chore.stop()
        for chore in chores:
            # The pool's own join would block the loop for up to one batch; nothing else runs any more.
            await asyncio.to_thread(chore.join)
    for chore in chores:
        if chore.failed is not None:
            raise chore.failed


async def _then(work: Coroutine[None, None, None], end: Callable[[], None]) -> None:
    """Where one of the two ends, for whatever reason, the other ends in order too."""
    try:
        await work
    finally:
        end()


class Chore(threading.Thread):
    """Does one thing again and again, in a thread and database session of its own: what is slow there (a flood of
    pushes, a platform that does not answer) never holds up a send."""

    def __init__(self, name: str, act: Callable[[], bool], pause_s: float, *, on_failure: Callable[[], object]) -> None:
        super().__init__(name=name, daemon=True)
        self.failed: DatabaseError | None = None
        self._act, self._pause_s, self._on_failure = act, pause_s, on_failure
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
