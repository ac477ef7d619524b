"""The sending worker: claims, sends, records, looks up unknowns, tends gates. One asyncio loop, one database session.

Database work runs in one thread, so that its session, and with it the advisory lock that says "alive", is one.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from seawall.connectors.contracts import Connector
from seawall.connectors.registry import open_connector
from seawall.kernel.clock import Clock, monotonic
from seawall.kernel.errors import SeawallError
from seawall.outreach.contact import stopped_keys
from seawall.outreach.gates import tend
from seawall.outreach.groups import tidy
from seawall.outreach.limits import look_up_due
from seawall.outreach.models import RollOut
from seawall.outreach.pace import heed_clock, speed_up
from seawall.outreach.ready import sweep
from seawall.outreach.sender import confirm, liveness, looks
from seawall.outreach.sender.claim import Claimed, claim, next_look
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.sender.settle import settle
from seawall.outreach.sender.tasks import send_one
from seawall.outreach.states import SENDING
from seawall.shops.api import Connection, credentials_of

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()

GATE_PART = 15
"""Judging gates takes at most one part in so many of a worker's time."""

KNOWN_FOR_S = 0.7
"""How old the knowledge may be on which a message leaves: a pause holds within a second, also when the database is slow
(then nothing leaves)."""


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """How a worker behaves. None of these is a platform's rule."""

    claim_size: int = 100
    in_flight: int = 100
    """Calls of one shop at once."""
    ahead: int = 3
    """Times as many messages of one shop may be claimed as may be in flight: while the ledger is written and the next
    are claimed, the platform is not left waiting."""
    in_hand: int = 800
    """Messages of all shops claimed at once: more than one shop may have, so that one that hangs holds up no other."""
    grace: timedelta = timedelta(seconds=25)
    """Wait before an unknown outcome is looked up; must exceed the connectors' time-outs."""
    confirm_again: timedelta = timedelta(seconds=30)
    """Wait before the proof of an acknowledged message is looked for again."""
    gate_settle_s: float = 5.0
    tick_s: float = 0.05
    look_s: float = 0.2
    """How often it is read anew which roll-outs may send."""
    chore_s: float = 0.25


class Worker:
    """Sends until told to stop. `run` returns after everything in hand is recorded; raises when the database goes."""

    def __init__(
        self, *, clock: Clock, options: WorkerOptions | None = None, also: Callable[[], None] | None = None
    ) -> None:
        """`also` is a chore of a layer above, done with ours: storms follow their roll-outs."""
        self.key = liveness.new_worker_key()
        self._clock = clock
        self._options = options or WorkerOptions()
        self._also = also
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._stop = asyncio.Event()
        self._sending: frozenset[int] = frozenset()
        self._opted_out: frozenset[tuple[int, str]] = frozenset()
        self._is_trusted = True
        self._looked_at = float("-inf")
        self._look_done = asyncio.Event()
        self._tend_at = 0.0
        self._busy: Counter[int] = Counter()
        self._hands: dict[int, asyncio.Semaphore] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._connectors: dict[tuple[int, datetime], Connector] = {}
        self._looking: asyncio.Task[None] | None = None
        self._failed: BaseException | None = None
        self._exit = AsyncExitStack()

    def stop(self) -> None:
        """Ask for an orderly end: nothing new is claimed, what is in hand is finished or given back."""
        self._stop.set()

    async def run(self) -> None:
        """The loop."""
        await self._db(liveness.hold, self.key)
        log.info("worker started", action="worker.start", worker=self.key)
        try:
            async with self._exit:
                await self._loop()
                if self._failed is not None:
                    raise self._failed
                await self._wind_down()
        except DatabaseError:
            # Without the session our lock is gone and others may take over our rows: send nothing more.
            self._is_trusted = False
            raise
        finally:
            for task in (*self._tasks, *([self._looking] if self._looking else [])):
                task.cancel()
            # The session ends with its thread; with it our lock, if it was not given back in order.
            await self._db(connections.close_all)
            self._thread.shutdown(wait=True)
            log.info("worker ended", action="worker.end", worker=self.key)

    async def _loop(self) -> None:
        chores_at = 0.0
        while not self._stop.is_set():
            if monotonic() >= self._looked_at + self._options.look_s:
                await self._look_who_sends()
            if monotonic() >= chores_at:
                await self._chores()
                self._look_round()
                chores_at = monotonic() + self._options.chore_s
            await self._flush()
            if not await self._claim_some():
                await self._nap(await self._idle_for())

    async def _look_who_sends(self) -> None:
        """What a pause, a resume or a stop changed. Known from the moment of asking, not of the answer."""
        at = monotonic()
        sending = await self._db(_sending_now)
        # Asked after, taken over before: no roll-out sends before it is known who of its shops wants no more.
        self._opted_out = await self._db(stopped_keys)
        self._sending = sending
        self._looked_at = at
        looked, self._look_done = self._look_done, asyncio.Event()
        looked.set()

    async def _nap(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return

    async def _idle_for(self) -> float:
        """Until the next shop may send, at most a tick: a lane served late loses its pace."""
        if len(self._tasks) >= self._options.in_hand:
            return self._options.tick_s / 5
        now = self._clock.now()
        at = await self._db(lambda: next_look(now=now))
        soon = (at - now).total_seconds() if at is not None else self._options.tick_s
        return min(max(soon, 0.001), self._options.tick_s)

    async def _claim_some(self) -> bool:
        room = self._options.in_hand - len(self._tasks)
        if room <= 0:
            return False
        busy = dict(self._busy)
        rows = await self._db(
            lambda: claim(
                worker=self.key, size=min(room, self._options.claim_size), now=self._clock.now(), busy=busy,
                most_of_shop=self._options.in_flight * self._options.ahead,
            )
        )  # fmt: skip
        if any(row.roll_out_id not in self._sending for row in rows):
            # Begun since the last look: who of its shops wants no more is not known yet.
            await self._look_who_sends()
        for row in rows:
            self._busy[row.connection_id] += 1
            task = asyncio.create_task(self._send(row))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(rows)

    async def _send(self, row: Claimed) -> None:
        try:
            await self._send_and_note(row)
        # The one broad catch of the job runner: a fault of ours in mid-send leaves an unknown, never a silent claim.
        except Exception:  # see the line above
            log.exception("send failed", action="worker.send_failed", recipient=row.id)
            self._outcomes.append(Outcome(claim=row, event="lost_sight", at=self._clock.now()))
        finally:
            self._busy[row.connection_id] -= 1

    async def _send_and_note(self, row: Claimed) -> None:
        try:
            connector = await self._connector(row.connection_id, row.connection_changed_at)
        except SeawallError as error:
            self._outcomes.append(
                Outcome(
                    claim=row, event="release", at=self._clock.now(), lane_stop="lane_cannot_connect",
                    reason_params={"detail": str(error)}, never_left=True,
                )
            )  # fmt: skip
            return
        # A row waits for its turn before the last look, so that what a pause stops has not looked long ago.
        async with self._hands.setdefault(row.connection_id, asyncio.Semaphore(self._options.in_flight)):
            await self._until_known()
            # First the await, then the list: it is exchanged for a new one at every flush.
            outcome = await send_one(
                row, connector, clock=self._clock, may_send=self._may_send, has_opted_out=self._has_opted_out
            )
        self._outcomes.append(outcome)

    def _has_opted_out(self, shop_id: int, key: str) -> bool:
        return (shop_id, key) in self._opted_out

    def _knows(self) -> bool:
        return monotonic() - self._looked_at <= KNOWN_FOR_S

    async def _until_known(self) -> None:
        """Until it is known again which roll-outs may send: rather late than on old knowledge."""
        while not self._knows() and not self._stop.is_set():
            await self._look_done.wait()

    def _may_send(self, row: Claimed) -> bool:
        """The last look before a buyer sees something, on knowledge that is never older than `KNOWN_FOR_S`."""
        is_fresh = self._knows() and self._clock.now() - row.claimed_at < liveness.CLAIM_GOOD_FOR
        return is_fresh and self._is_trusted and not self._stop.is_set() and row.roll_out_id in self._sending

    async def _connector(self, connection_id: int, changed_at: datetime) -> Connector:
        """One connector per connection and version of its credentials; an old one lives until the worker ends."""
        key = (connection_id, changed_at)
        if key not in self._connectors:
            credentials = await self._db(
                lambda: credentials_of(Connection.objects.select_related("shop").get(pk=connection_id))
            )
            if key not in self._connectors:
                connector = open_connector(credentials, clock=self._clock, connections=self._options.in_flight)
                await self._exit.enter_async_context(connector)
                self._connectors[key] = connector
        return self._connectors[key]

    async def _flush(self) -> None:
        if self._outcomes:
            outcomes, self._outcomes = self._outcomes, []
            await self._db(lambda: settle(outcomes, clock=self._clock, grace=self._options.grace))

    async def _chores(self) -> None:
        """Notice dead workers, tend gates, put shops with something to send on the ready list."""
        await self._db(lambda: liveness.reap(own_key=self.key, now=self._clock.now(), grace=self._options.grace))
        await self._db(lambda: heed_clock(now=self._clock.now()))
        await self._db(lambda: looks.heed_clock(now=self._clock.now(), grace=self._options.grace))
        await self._db(lambda: speed_up(now=self._clock.now()))
        await self._db(lambda: look_up_due(clock=self._clock))
        await self._db(lambda: tidy(clock=self._clock))
        await self._db(lambda: sweep(now=self._clock.now()))
        if monotonic() >= self._tend_at:
            began = monotonic()
            await self._db(lambda: tend(clock=self._clock, settle_s=self._options.gate_settle_s))
            # Judging counts the whole wave: a large one is judged less often, so that it never takes the speed from it.
            self._tend_at = monotonic() + GATE_PART * (monotonic() - began)
        if self._also:
            await self._db(self._also)

    def _look_round(self) -> None:
        """Start a round of reading at the platforms unless one is under way: a platform that answers slowly must not
        hold up a claim, and still less a pause."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_once(), name="looking")
            self._looking.add_done_callback(self._looked)

    def _looked(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            # Of the database, since all that a platform does is a value: the loop must end as it would on its own.
            self._failed = task.exception()
            self._stop.set()

    async def _look_once(self) -> None:
        due = await self._db(lambda: looks.take_due(now=self._clock.now(), size=20, lease=self._options.grace))
        if due:
            seen = await asyncio.gather(*(self._look(row) for row in due))
            for one in seen:
                await self._db(looks.conclude, one, clock=self._clock, grace=self._options.grace)
        unproved = await self._db(lambda: confirm.take_due(now=self._clock.now(), size=20, lease=self._options.grace))
        if unproved:
            for proof in await asyncio.gather(*(self._prove(row) for row in unproved)):
                await self._db(confirm.conclude, proof, clock=self._clock, again=self._options.confirm_again)

    async def _look(self, row: looks.Unknown) -> looks.Look:
        return await looks.look(row, await self._connector(row.connection_id, row.connection_changed_at))

    async def _prove(self, row: confirm.Unproved) -> confirm.Proof:
        return await confirm.read_proof(row, await self._connector(row.connection_id, row.connection_changed_at))

    async def _wind_down(self) -> None:
        """Finish what was called, give back what was not, record all of it."""
        self._look_done.set()
        if self._looking is not None:
            # What it was reading is leased: the next worker reads it again.
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._tasks:
            await asyncio.gather(*self._tasks)
        await self._flush()
        await self._db(liveness.let_go, self.key)

    async def _db(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args, **kwargs))


def _sending_now() -> frozenset[int]:
    return frozenset(RollOut.objects.filter(state__in=[s.value for s in SENDING]).values_list("pk", flat=True))
