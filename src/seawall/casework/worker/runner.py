"""The worker of what follows the message. One asyncio loop and one database session beside the sender's.

Database work runs in one thread, so that its session, and with it the advisory lock that says "alive", is one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from seawall.casework.gates import tend
from seawall.casework.models import Cancelling
from seawall.casework.policy import list_of
from seawall.casework.requests import tell_clocks
from seawall.casework.worker import answers, looks, polls
from seawall.casework.worker.cancel_one import cancel_one
from seawall.casework.worker.claim import Claimed, claim, mark_called
from seawall.casework.worker.outcome import Outcome
from seawall.casework.worker.settle import settle
from seawall.connectors.contracts import Connector
from seawall.connectors.registry import open_connector
from seawall.kernel.clock import Clock, monotonic
from seawall.kernel.errors import SeawallError
from seawall.outreach.api import hold, let_go, new_worker_key
from seawall.shops.api import Connection, credentials_of

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")
R = TypeVar("R", bound="_Placed")

log = structlog.get_logger()

POLL_TICK_S = 5.0
"""Between two looks for shops whose changes are due."""


@dataclass(frozen=True, kw_only=True)
class CaseWorkerOptions:
    """How it behaves. None of these is a platform's rule."""

    in_flight: int = 20
    grace: timedelta = timedelta(seconds=30)
    """Wait before an outcome in doubt is looked up; must exceed the connectors' time-outs."""
    poll_every: timedelta = polls.POLL_EVERY
    tick_s: float = 0.1
    chore_s: float = 0.5


class _Placed(Protocol):
    """Something to be done at a connection."""

    @property
    def connection_id(self) -> int: ...

    @property
    def connection_changed_at(self) -> datetime: ...


class CaseWorker:
    """Cancels, answers requests and watches orders until told to stop. `run` returns after what is in hand is
    recorded; raises when the database goes."""

    def __init__(self, *, clock: Clock, options: CaseWorkerOptions | None = None) -> None:
        self.key = new_worker_key()
        self._clock = clock
        self._options = options or CaseWorkerOptions()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="casework")
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._connectors: dict[tuple[int, datetime], Connector] = {}
        self._looking: asyncio.Task[None] | None = None
        self._failed: BaseException | None = None
        self._poll_at = 0.0
        self._exit = AsyncExitStack()

    def stop(self) -> None:
        """Ask for an orderly end: nothing new is claimed, what was called is recorded."""
        self._stop.set()

    async def run(self) -> None:
        """The loop."""
        await self._db(hold, self.key)
        log.info("casework started", action="casework.start", worker=self.key)
        try:
            async with self._exit:
                await self._loop()
                await self._wind_down()
            if self._failed is not None:
                raise self._failed
        finally:
            for task in (*self._tasks, *([self._looking] if self._looking else [])):
                task.cancel()
            await self._db(connections.close_all)
            self._thread.shutdown(wait=True)
            log.info("casework ended", action="casework.end", worker=self.key)

    async def _loop(self) -> None:
        chores_at = 0.0
        while not self._stop.is_set():
            if monotonic() >= chores_at:
                await self._chores()
                self._look_round()
                chores_at = monotonic() + self._options.chore_s
            await self._flush()
            if not await self._claim_some():
                await self._nap(self._options.tick_s)

    async def _nap(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return

    async def _chores(self) -> None:
        now, grace = self._clock.now(), self._options.grace
        await self._db(lambda: looks.reap(own_key=self.key, now=now, grace=grace))
        await self._db(lambda: answers.reap(own_key=self.key, now=now, grace=grace))
        await self._db(lambda: tend(clock=self._clock))
        await self._db(lambda: tell_clocks(clock=self._clock))

    async def _claim_some(self) -> bool:
        room = self._options.in_flight - len(self._tasks)
        if room <= 0:
            return False
        now = self._clock.now()
        asked = await self._db(lambda: answers.claim_decided(worker=self.key, size=room, now=now))
        orders = await self._db(lambda: claim(worker=self.key, size=room, now=now)) if room > len(asked) else []
        for request in asked:
            self._begin(self._answer(request))
        for row in orders:
            self._begin(self._cancel(row))
        return bool(asked or orders)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._note(task)

    def _note(self, task: "asyncio.Task[None]") -> None:
        """The database gone ends the loop. A fault of ours at one order ends nothing else: its claim or lease runs out,
        and what was called is looked up."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, DatabaseError):
            self._failed = self._failed or error
            self._stop.set()
        elif error is not None:
            log.error("casework failed", action="casework.failed", exc_info=error)

    async def _cancel(self, row: Claimed) -> None:
        try:
            connector = await self._connector(row)
        except SeawallError as error:
            self._outcomes.append(
                Outcome(claim=row, event="release", at=self._clock.now(), lane_stop="lane_cannot_connect",
                        reason_params={"detail": str(error)})
            )  # fmt: skip
            return
        names = await self._db(_names_of, row)
        # First the await, then the list: it is exchanged for a new one at every flush.
        outcome = await cancel_one(row, connector, names, clock=self._clock, mark_called=self._mark_called)
        self._outcomes.append(outcome)

    async def _mark_called(self, row: Claimed, seen_updated_at: datetime | None, reason: str) -> bool:
        if self._stop.is_set():
            return False
        now = self._clock.now()
        return await self._db(
            lambda: mark_called(row, worker=self.key, now=now, seen_updated_at=seen_updated_at, reason=reason)
        )

    async def _answer(self, row: answers.ToAnswer) -> None:
        may_go = not self._stop.is_set() and await self._db(
            lambda: answers.mark_called(row, worker=self.key, now=self._clock.now())
        )
        done = answers.Answered(row=row, may_go=False)
        if may_go:
            try:
                done = await answers.answer(row, await self._connector(row))
            except SeawallError as error:
                log.warning("request not answered", action="casework.cannot_connect", code=error.code)
        await self._db(lambda: answers.settle(done, clock=self._clock, grace=self._options.grace))

    async def _connector(self, row: _Placed) -> Connector:
        """One connector per connection and version of its credentials."""
        key = (row.connection_id, row.connection_changed_at)
        if key not in self._connectors:
            credentials = await self._db(
                lambda: credentials_of(Connection.objects.select_related("shop").get(pk=row.connection_id))
            )
            if key not in self._connectors:
                connector = open_connector(credentials, clock=self._clock)
                await self._exit.enter_async_context(connector)
                self._connectors[key] = connector
        return self._connectors[key]

    async def _flush(self) -> None:
        if self._outcomes:
            outcomes, self._outcomes = self._outcomes, []
            await self._db(lambda: settle(outcomes, clock=self._clock, grace=self._options.grace))

    def _look_round(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_once(), name="casework looking")
            self._looking.add_done_callback(self._note)

    async def _look_once(self) -> None:
        """One round of reading at the platforms: doubts first, then lists, then watched orders."""
        now, grace = self._clock.now(), self._options.grace
        polls_now = monotonic() >= self._poll_at
        if polls_now:
            self._poll_at = monotonic() + min(POLL_TICK_S, self._options.poll_every.total_seconds())
        doubtful = await self._db(lambda: looks.take_due(now=now, size=20, lease=grace))
        for look in await asyncio.gather(*(self._at(row, looks.look) for row in doubtful)):
            if look is not None:
                await self._db(looks.conclude, look, clock=self._clock, grace=grace)
        unsure = await self._db(lambda: answers.take_due(now=now, size=20, lease=grace))
        for answered in await asyncio.gather(*(self._at(row, answers.look) for row in unsure)):
            if answered is not None:
                await self._db(answers.conclude, answered, clock=self._clock, grace=grace)
        due = (
            await self._db(lambda: polls.take_polls(now=now, size=10, lease=timedelta(minutes=2))) if polls_now else []
        )
        for polled in await asyncio.gather(*(self._at(row, self._poll) for row in due)):
            if polled is not None:
                await self._db(polls.conclude_poll, polled, clock=self._clock, again=self._options.poll_every)
        watched = await self._db(lambda: polls.take_watched(now=now, size=20, lease=timedelta(minutes=10)))
        for row, order in zip(
            watched, await asyncio.gather(*(self._at(row, polls.read_order) for row in watched)), strict=True
        ):
            await self._db(polls.conclude_watch, row, order, clock=self._clock)

    async def _poll(self, row: polls.ToPoll, connector: Connector) -> polls.Polled:
        return await polls.poll(row, connector, now=self._clock.now())

    async def _at(self, row: R, act: Callable[[R, Connector], Awaitable[U]]) -> U | None:
        """Do something at a row's connection; None when that cannot be opened."""
        try:
            connector = await self._connector(row)
        except SeawallError as error:
            log.warning("cannot connect", action="casework.cannot_connect", code=error.code)
            return None
        return await act(row, connector)

    async def _wind_down(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._flush()
        await self._db(let_go, self.key)

    async def _db(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args, **kwargs))


def _names_of(row: Claimed) -> tuple[str, ...]:
    reasons = Cancelling.objects.values_list("reasons", flat=True).get(pk=row.cancelling_id)
    return tuple(list_of(reasons.get(row.platform.value, {})))
