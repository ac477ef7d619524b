"""Delivers pushes: a bounded pool of senders, retries with a settable span, faults, and an account of each delivery."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from simulators.core.clock import Agenda, SimClock
from simulators.core.faults import Fault


@dataclass(kw_only=True)
class Push:
    """One push on its way."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    label: str
    """What it is about, for the account of deliveries."""
    on_acked: Callable[[], None] | None = None
    tries: int = 0
    ack_s: float | None = None
    """Its own time to answer; None takes the sender's."""
    waits_s: Sequence[float] | None = None
    """Its own ladder of repeats; None takes the sender's span and number of tries."""
    needs_empty_2xx: bool = False
    """Taken by any 2xx, but only without a body; else by 200 alone."""
    on_try: Callable[[bool], None] | None = None
    """Told after each try whether it was taken."""
    on_settled: Callable[[bool], None] | None = None
    """Told once: taken, or given up."""


@dataclass(kw_only=True)
class DeliverySettings:
    """How pushes are delivered. Spans in seconds."""

    ack_s: float = 0.5
    retry_span_s: float = 1800.0
    max_tries: int = 13
    """The first delivery and 12 repeats."""
    retry_spans_s: tuple[float, ...] = ()
    """A span for each repeat where the platform waits longer and longer; empty: always `retry_span_s`."""
    needs_empty_body: bool = False
    """Whether an answer with words in it counts as failed."""
    senders: int = 32


class WebhookSender:
    """Queue, senders, retries. Delivery order is not promised, as on the platform."""

    def __init__(self, clock: SimClock, settings: DeliverySettings) -> None:
        self.settings = settings
        self.counts: Counter[str] = Counter()
        self.last: deque[dict[str, Any]] = deque(maxlen=2000)
        self._agenda = Agenda(clock)
        self._clock = clock
        self._queue: asyncio.Queue[Push] = asyncio.Queue()
        self._held: list[Push] = []
        self._in_flight = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    @property
    def pending(self) -> int:
        """Pushes queued, in flight, held back or waiting for a retry."""
        return self._queue.qsize() + self._in_flight + len(self._agenda) + len(self._held)

    @property
    def busy(self) -> int:
        """As `pending`, without those that wait for a retry or a late delivery."""
        return self._queue.qsize() + self._in_flight

    async def start(self) -> None:
        """Open connections and start the senders."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.settings.senders), cookie_jar=aiohttp.DummyCookieJar()
        )
        self._agenda.start()
        self._tasks = [asyncio.create_task(self._work(), name=f"push-{n}") for n in range(self.settings.senders)]

    async def stop(self) -> None:
        """Stop at once; what is undelivered stays undelivered."""
        await self._agenda.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def clear(self) -> None:
        """Forget everything queued and counted."""
        self._agenda.clear()
        self._held.clear()
        while not self._queue.empty():
            self._queue.get_nowait()
        self.counts.clear()
        self.last.clear()

    def send_signed(
        self,
        *,
        url: str,
        body: bytes,
        authorization: str,
        label: str,
        on_acked: Callable[[], None] | None,
        faults: list[Fault],
    ) -> None:
        """Queue a JSON push whose signature travels in `Authorization`."""
        headers = {"Content-Type": "application/json", "Authorization": authorization}
        self.send(Push(url=url, body=body, headers=headers, label=label, on_acked=on_acked), faults)

    def send(self, push: Push, faults: list[Fault]) -> None:
        """Queue a push, with what is to go wrong with it."""
        kinds = {fault.kind: fault for fault in faults}
        if "lost_webhook" in kinds:
            self.counts["lost"] += 1
            return
        if "late_webhook" in kinds:
            due = self._clock.now_ms() + int(kinds["late_webhook"].seconds * 1000)
            self._agenda.at(due, lambda: self._queue.put_nowait(push))
            return
        if "shuffled_webhook" in kinds:
            # Held until the next push has gone out before it.
            self._held.append(push)
            return
        self._queue.put_nowait(push)
        if "duplicate_webhook" in kinds:
            self._queue.put_nowait(replace(push, tries=0, on_settled=None))
        while self._held:
            self._queue.put_nowait(self._held.pop())

    def release_held(self) -> None:
        """Let go pushes that wait to be overtaken."""
        while self._held:
            self._queue.put_nowait(self._held.pop())

    async def _work(self) -> None:
        while True:
            push = await self._queue.get()
            self._in_flight += 1
            try:
                await self._deliver(push)
            finally:
                self._in_flight -= 1

    async def _deliver(self, push: Push) -> None:
        push.tries += 1
        outcome, taken = await self._post(push)
        self.counts["acked" if taken else "failed"] += 1
        self.last.append({"label": push.label, "try": push.tries, "outcome": outcome})
        if push.on_try is not None:
            push.on_try(taken)
        wait = self._wait_after(push)
        if taken:
            if push.on_acked is not None:
                push.on_acked()
        elif wait is not None:
            self._agenda.at(self._clock.now_ms() + int(wait * 1000), lambda: self._queue.put_nowait(push))
            return
        else:
            self.counts["given_up"] += 1
        if push.on_settled is not None:
            push.on_settled(taken)

    def _wait_after(self, push: Push) -> float | None:
        """Seconds until the next try of a push that was not taken; None when there is none."""
        if push.waits_s is not None:
            return push.waits_s[push.tries - 1] if push.tries <= len(push.waits_s) else None
        if push.tries >= self.settings.max_tries:
            return None
        spans = self.settings.retry_spans_s
        return spans[min(push.tries, len(spans)) - 1] if spans else self.settings.retry_span_s

    async def _post(self, push: Push) -> tuple[str, bool]:
        if self._session is None:
            return "stopped", False
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
            async with self._session.post(
                push.url,
                data=push.body,
                headers=push.headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self.settings.ack_s if push.ack_s is None else push.ack_s),
            ) as answer:
                body = await answer.read()
                if push.needs_empty_2xx:
                    is_2xx = 200 <= answer.status < 300
                    return f"{answer.status}{' with a body' if body else ''}", is_2xx and not body
                if body and self.settings.needs_empty_body:
                    return "not empty", False
                return str(answer.status), answer.status == 200
        return "no answer", False
