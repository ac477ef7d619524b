"""A storm in which everything can happen in any order: hands that claim, send, note or die in between; pushes that come
late, twice or shuffled; a lead and a seller who change their minds; time that passes.

Every step is the product's own code; the marketplace is the simulator over HTTP. Hands are what workers do, cut at the
places where a process can die.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, ClassVar

import psycopg
from tests.chaos.kit import database_url
from tests.kit.buyers import share_out
from tests.kit.lazada_sim import LazadaSim, PushSink
from tests.kit.rollout import Storm, a_desk, a_storm, fill_buckets, the_facts
from tests.pushes.kit import Push

from seawall.connectors.contracts import Credentials
from seawall.connectors.registry import open_connector
from seawall.incidents.commands import roll_out as storm_commands
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.write_facts import attest_facts, write_facts
from seawall.kernel.clock import Clock, MovableClock
from seawall.outreach.api import DELIVERED, OPEN, SENDING, Approval, Recipient, RollOut, RollOutState, handle_received
from seawall.outreach.concern import leave_out_unconcerned
from seawall.outreach.gates import tend as tend_gates
from seawall.outreach.groups import tidy
from seawall.outreach.sender import confirm, liveness, looks
from seawall.outreach.sender.claim import Claimed, claim
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.sender.settle import settle
from seawall.outreach.sender.tasks import send_one
from seawall.shops.api import Connection, credentials_of

GRACE = timedelta(seconds=30)
_numbers = count(1)
SENT_BY_PLATFORM = {s.value for s in DELIVERED} | {"blocked"}


@dataclass
class Hand:
    """One worker, cut open: what it holds, and what it has not written down yet. Its lock lives in its own session."""

    key: int
    session: "psycopg.Connection[Any]"
    claimed: list[Claimed] = field(default_factory=list)
    sent: list[Outcome] = field(default_factory=list)

    @classmethod
    def hired(cls) -> "Hand":
        """A new one, alive for as long as its session is."""
        key = liveness.new_worker_key()
        session = psycopg.connect(database_url(), autocommit=True)
        session.execute("SELECT pg_advisory_lock(%s)", [key])
        return cls(key, session)

    def dies(self) -> None:
        """kill -9: nothing is written down, the lock goes with the session."""
        self.session.close()


class World:
    """The storm and its account. `buyers` says how many orders each has, over and over."""

    seen: ClassVar[Counter[str]] = Counter()
    """How rows of all storms ended, and what happened on the way: what a run of random steps really went through."""

    def __init__(
        self, sim: LazadaSim, sink: PushSink, clock: MovableClock, *, orders: int, buyers: tuple[int, ...] = (1,)
    ) -> None:
        self.sim, self.sink, self.clock = sim, sink, clock
        number = next(_numbers)
        self.desk = a_desk(f"team{number}")
        self.storm: Storm = a_storm(
            self.desk, sim, orders=orders, markets=("TH", "VN"), pace=1000, first=88001122330000 + number * 10_000_000
        )
        share_out(self.storm, *buyers)
        sim.set_callback(sink.url)
        self.sellers = {
            c.platform_seller_id: c.shop_id
            for c in Connection.objects.filter(shop__in=[s.pk for s in self.storm.shops])
        }
        self.hands = [Hand.hired(), Hand.hired()]
        self.pushes: list[Push] = []
        self._taken = len(sink.received)
        self.allowed: set[str] = set()
        """Texts that may have left: those of the sample, and those an approval covered when they were sent."""

    # --- people ---------------------------------------------------------------------------------------------------

    def attested(self, **changes: object) -> None:
        """A new version of the facts, attested by the seller."""
        sheet = write_facts(self.incident, the_facts(**changes), by=self.desk.lead, clock=self.clock)
        attest_facts(self.incident, seen_digest=sheet.digest, by=self.desk.approver, clock=self.clock)

    def scripted(self) -> None:
        """The library's wording."""
        submit_incident_script(self.incident, library_wording("customs_return"), by=self.desk.lead, clock=self.clock)

    def planned(self) -> None:
        """A plan, or a new one."""
        plan(self.incident, by=self.desk.lead, clock=self.clock)

    def approved(self) -> None:
        """The seller says yes to what stands on the page."""
        seen = storm_commands.live_roll_out(self.incident).binding_digest
        storm_commands.approve(self.incident, seen_binding=seen, comment="", by=self.desk.approver, clock=self.clock)

    @property
    def incident(self) -> Any:
        """Read afresh."""
        return self.storm.refresh()

    @property
    def roll_out(self) -> RollOut | None:
        """The standing one."""
        found = RollOut.objects.filter(incident=self.storm.incident).exclude(state=RollOutState.VOID)
        return found.first()

    # --- workers --------------------------------------------------------------------------------------------------

    def claim(self, hand: Hand, size: int) -> None:
        """As a worker does. Pace is tested elsewhere: the buckets are full."""
        fill_buckets(self.storm, self.clock.now())
        hand.claimed += claim(worker=hand.key, size=size, now=self.clock.now())

    def send(self, hand: Hand) -> None:
        """The first of what it holds really goes to the platform; nothing is written down yet."""
        if not hand.claimed:
            return
        row = hand.claimed.pop(0)
        self._note_what_may_leave(row)
        hand.sent.append(asyncio.run(self._send(row, _credentials(row.connection_id), _sending())))

    def _note_what_may_leave(self, row: Claimed) -> None:
        held = Recipient.objects.select_related("roll_out").get(pk=row.id)
        if held.wave == 0 and held.roll_out.state == RollOutState.SAMPLING:
            self.allowed.add(row.text)
        standing = Approval.objects.filter(
            roll_out_id=row.roll_out_id, is_approved=True, voided_at__isnull=True,
            binding_digest=held.roll_out.binding_digest,
        )  # fmt: skip
        if held.roll_out.state == RollOutState.RUNNING and standing.exists():
            self.allowed.add(row.text)

    async def _send(self, row: Claimed, credentials: Credentials, sending: frozenset[int]) -> Outcome:
        async with open_connector(credentials, clock=self.clock) as connector:
            return await send_one(row, connector, clock=self.clock, may_send=lambda r: self._may_send(r, sending))

    def _may_send(self, row: Claimed, sending: frozenset[int]) -> bool:
        return self.clock.now() - row.claimed_at < liveness.CLAIM_GOOD_FOR and row.roll_out_id in sending

    def note(self, hand: Hand) -> None:
        """What came of its sends is written down."""
        outcomes, hand.sent = hand.sent, []
        settle(outcomes, clock=self.clock, grace=GRACE)

    def die(self, number: int) -> None:
        """kill -9, and a new one in its place."""
        self.seen["died with a claim"] += bool(self.hands[number].claimed)
        self.seen["died after the request left"] += bool(self.hands[number].sent)
        self.hands[number].dies()
        self.hands[number] = Hand.hired()

    def look_round(self) -> None:
        """Claims of the dead become unknown; what is due is looked up and read back."""
        liveness.reap(own_key=self.hands[0].key, now=self.clock.now(), grace=GRACE)
        for unknown in looks.take_due(now=self.clock.now(), size=20, lease=GRACE):
            seen = asyncio.run(_look(unknown, _credentials(unknown.connection_id), self.clock))
            looks.conclude(seen, clock=self.clock, grace=GRACE)
        for row in confirm.take_due(now=self.clock.now(), size=20, lease=GRACE):
            confirm.conclude(
                asyncio.run(_prove(row, _credentials(row.connection_id), self.clock)), clock=self.clock, again=GRACE
            )

    def tend(self) -> None:
        """Groups, gates and storms move on as far as the ledger allows; orders that no longer concern the storm drop
        out."""
        leave_out_unconcerned(clock=self.clock)
        tidy(clock=self.clock)
        tend_gates(clock=self.clock, settle_s=5.0)
        storm_commands.tend(clock=self.clock)

    # --- platform -------------------------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        """For the platform and for us."""
        self.clock.move(timedelta(seconds=seconds))
        self.sim.advance(seconds)

    def gather(self) -> None:
        """Pushes that have arrived at the door of the house, not opened yet."""
        self.sim.until(lambda: not self.sim.summary()["pushes_pending"] and not self.sim.summary()["pushes_busy"])
        received = self.sink.received
        self.pushes += [Push(headers, body) for headers, body in received[self._taken :]]
        self._taken = len(received)

    def push(self, picked: Iterable[int]) -> None:
        """These pushes, by position, are let in, in this order; one that was in already comes a second time."""
        self.gather()
        for number in picked:
            if self.pushes:
                self.seen["pushes let in"] += self.pushes[number % len(self.pushes)].arrive()
        while handle_received(clock=self.clock):
            pass

    def messages(self) -> list[dict[str, Any]]:
        """The platform's own log of what this storm's shops wrote."""
        return [m for seller in self.sellers for m in self.sim.messages(seller_id=seller, from_="seller")]

    # --- the promises ---------------------------------------------------------------------------------------------

    def check(self) -> None:
        """What must hold at every moment."""
        rows = list(Recipient.objects.filter(incident=self.storm.incident).select_related("order"))
        messages = self.messages()
        about = Counter(m["text"] for m in messages)
        assert all(n == 1 for n in about.values()), "somebody was written to twice"
        orders = Counter(row.order_id for row in rows)
        assert all(n == 1 for n in orders.values()), "an order stands twice in the ledger"
        named = {row.order.platform_order_id: [t for t in about if row.order.platform_order_id in t] for row in rows}
        assert all(len(texts) <= 1 for texts in named.values()), "two messages about one order"
        assert set(about) <= self.allowed, "something left without approval"
        by_id = {m["message_id"]: m["text"] for m in messages}
        for row in rows:
            if row.state in SENT_BY_PLATFORM:
                assert by_id.get(row.platform_message_id) == row.text, f"{row.state} without such a message"
            if row.state in ("no_connection", "too_late", "left_out") or (row.state == "waiting" and not row.attempts):
                assert not named[row.order.platform_order_id] or row.attempts, f"{row.state}, but it was written to"

    def finish(self) -> None:
        """The night is over: the old workers die, a last one goes on, somebody resumes, and only then, late, all pushes
        come; everything must be accounted for."""
        self.sim.set_faults()
        for number in range(len(self.hands)):
            self.die(number)
        for _ in range(60):
            roll_out = self.roll_out
            if roll_out is not None and roll_out.state == RollOutState.PAUSED:
                storm_commands.resume(self.incident, by=self.desk.lead, clock=self.clock, why="seen")
            self.pass_time(31)
            self.look_round()
            self.claim(self.hands[0], 20)
            while self.hands[0].claimed:
                self.send(self.hands[0])
            self.note(self.hands[0])
            self.tend()
            if self._is_quiet():
                break
        self.gather()
        self.push(range(len(self.pushes)))
        self.check()
        assert self._is_quiet(), self.storm.counts()
        self._account()
        rows = Recipient.objects.filter(incident=self.storm.incident)
        self.seen.update(row.state for row in rows)
        self.seen["messages"] += len(self.messages())
        self.seen["told together"] += rows.filter(rides_with__isnull=False).exclude(platform_message_id="").count()

    def _is_quiet(self) -> bool:
        live = Recipient.objects.filter(incident=self.storm.incident)
        if live.filter(state__in=["claimed", "unknown"]).exists():
            return False
        roll_out = self.roll_out
        if roll_out is None or roll_out.state not in (RollOutState.RUNNING, RollOutState.SAMPLING):
            return True
        return not live.filter(state__in=[s.value for s in OPEN], roll_out=roll_out, lane__isnull=False).exists()

    def _account(self) -> None:
        """Every message at the platform belongs to a row that says so, or that a person is asked to look at."""
        texts = {m["text"] for m in self.messages()}
        rows = Recipient.objects.filter(incident=self.storm.incident)
        known = {r.text for r in rows if r.state in SENT_BY_PLATFORM | {"needs_person"}}
        assert texts <= known, "a message that the ledger does not know of"


def _credentials(pk: int) -> Credentials:
    return credentials_of(Connection.objects.select_related("shop").get(pk=pk))


def _sending() -> frozenset[int]:
    return frozenset(RollOut.objects.filter(state__in=[s.value for s in SENDING]).values_list("pk", flat=True))


async def _look(row: looks.Unknown, credentials: Credentials, clock: Clock) -> looks.Look:
    async with open_connector(credentials, clock=clock) as connector:
        return await looks.look(row, connector)


async def _prove(row: confirm.Unproved, credentials: Credentials, clock: Clock) -> confirm.Proof:
    async with open_connector(credentials, clock=clock) as connector:
        return await confirm.read_proof(row, connector)
