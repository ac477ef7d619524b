"""The worker process: the sender in one asyncio loop, and beside it threads that act on pushes and renew tokens."""

import asyncio
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from seawall.connectors.language_model import Endpoint
from seawall.incidents.api import tend as tend_incidents
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Unreachable
from seawall.outreach.api import Asker, Worker, WorkerOptions, find_answers, handle_received, leave_out_unconcerned
from seawall.settings.env import Settings, get_settings
from seawall.shops.api import renew_due

log = structlog.get_logger()

PUSH_PAUSE_S = 0.3
"""How long the push thread rests when there is nothing to do."""
ANSWERS_PAUSE_S = 1.0
"""How long the thread rests that looks for answers whose pushes were lost: one read a shop and second at most."""
CONCERN_PAUSE_S = 10.0
"""How long a row may wait whose order no longer concerns the storm; it is never sent meanwhile."""
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
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)

    def stop_all() -> None:
        loop.call_soon_threadsafe(worker.stop)

    chores = [
        Chore("pushes", lambda: handle_received(clock=SYSTEM_CLOCK, size=100) > 0, PUSH_PAUSE_S, on_failure=stop_all),
        Chore("answers", _look_for_answers, ANSWERS_PAUSE_S, on_failure=stop_all),
        Chore("concern", _leave_out, CONCERN_PAUSE_S, on_failure=stop_all),
        Chore("renewal", lambda: renew_due(SYSTEM_CLOCK), RENEWAL_PAUSE_S, on_failure=stop_all),
    ]
    if settings.intent_model_url:
        asker = Asker(model_endpoint(settings), clock=SYSTEM_CLOCK)
        chores.append(Chore("model", lambda: asker.ask() > 0, ANSWERS_PAUSE_S, on_failure=stop_all))
    for chore in chores:
        chore.start()
    try:
        await worker.run()
    finally:
        for chore in chores:
            chore.stop()
        for chore in chores:
            # The pool's own join would block the loop for up to one batch; nothing else runs any more.
            await asyncio.to_thread(chore.join)
    for chore in chores:
        if chore.failed is not None:
            raise chore.failed


def model_endpoint(settings: Settings) -> Endpoint:
    """The language model an administrator named."""
    key = settings.intent_model_key.get_secret_value() if settings.intent_model_key else ""
    return Endpoint(
        url=settings.intent_model_url, model=settings.intent_model, key=key, timeout_s=settings.intent_model_timeout_s
    )


def _leave_out() -> bool:
    """Once, then a rest: how often it finds something says nothing of the next time."""
    leave_out_unconcerned(clock=SYSTEM_CLOCK)
    return False


def _look_for_answers() -> bool:
    """One round, then always a rest: reads are paced by it."""
    find_answers(clock=SYSTEM_CLOCK)
    return False


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
