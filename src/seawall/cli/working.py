"""The worker process: the sender in one asyncio loop, and beside it a thread that acts on stored pushes."""

import asyncio
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from seawall.incidents.api import tend as tend_incidents
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Unreachable
from seawall.outreach.api import Worker, WorkerOptions, handle_received
from seawall.settings.env import get_settings

log = structlog.get_logger()

PUSH_PAUSE_S = 0.3
"""How long the push thread rests when there is nothing to do."""


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
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    pushes = PushHandling(on_failure=lambda: loop.call_soon_threadsafe(worker.stop))
    pushes.start()
    try:
        await worker.run()
    finally:
        pushes.stop()
        # The pool's own join would block the loop for up to one batch; nothing else runs any more.
        await asyncio.to_thread(pushes.join)
    if pushes.failed is not None:
        raise pushes.failed


class PushHandling(threading.Thread):
    """Acts on stored pushes, in a thread and database session of its own: a flood of them never holds up a send."""

    def __init__(self, *, on_failure: Callable[[], object]) -> None:
        super().__init__(name="pushes", daemon=True)
        self.failed: DatabaseError | None = None
        self._on_failure = on_failure
        self._ended = threading.Event()

    def stop(self) -> None:
        """End after the batch in hand."""
        self._ended.set()

    def run(self) -> None:
        """Until stopped."""
        try:
            while not self._ended.is_set():
                if not handle_received(clock=SYSTEM_CLOCK, size=100):
                    self._ended.wait(PUSH_PAUSE_S)
        except DatabaseError as error:
            self.failed = error
            self._on_failure()
        finally:
            connections.close_all()
