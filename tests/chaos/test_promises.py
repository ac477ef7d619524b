"""The promises of the product as invariants of everything that can happen, in any order.

plan / approve / wave / pause / crash / push, each rule a step of a person, a worker, a platform or of time; after every
step nobody was written to twice, no order stands twice, nothing left without approval, and the ledger claims no message
that the platform does not have. At the end every order is accounted for.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.chaos.world import World
from tests.kit.lazada_sim import LazadaSim, PushSink

from seawall.incidents.commands import roll_out as storm_commands
from seawall.incidents.commands.cases import withdraw_case
from seawall.kernel.clock import MovableClock
from seawall.kernel.errors import SeawallError
from seawall.outreach.api import RollOutState

pytestmark = pytest.mark.django_db

HANDS = st.integers(0, 1)


def refused(act: Callable[[], object]) -> bool:
    """A person tries; whether the house said no, in words."""
    try:
        act()
    except SeawallError:
        return True
    return False


class Night(RuleBasedStateMachine):
    """One storm, in which everything happens."""

    sim: LazadaSim
    sink: PushSink
    clock: MovableClock

    def __init__(self) -> None:
        super().__init__()
        self.world: World | None = None

    @property
    def w(self) -> World:
        assert self.world is not None
        return self.world

    @initialize(
        orders=st.integers(2, 14), far=st.booleans(), buyers=st.sampled_from([(1,), (3, 1, 2), (2,), (1, 5, 1, 4)])
    )
    def a_storm_breaks(self, orders: int, far: bool, buyers: tuple[int, ...]) -> None:
        self.world = World(self.sim, self.sink, self.clock, orders=orders, buyers=buyers)
        self.w.attested()
        self.w.scripted()
        self.w.planned()
        if far:
            self.sample_goes()
            for _ in range(2):
                self.w.claim(self.w.hands[0], 1)
                self.w.send(self.w.hands[0])
                self.w.note(self.w.hands[0])
                self.time_passes(10)
                self.w.tend()
            self.seller_approves()
            self.lead_starts()
            self.hand_dies_in_mid_send(hand=1, size=3, sends=1)

    # --- people ---------------------------------------------------------------------------------------------------

    @rule()
    def sample_goes(self) -> None:
        refused(lambda: storm_commands.send_sample(self.w.incident, by=self.w.desk.lead, clock=self.clock))

    @rule()
    def seller_approves(self) -> None:
        refused(self.w.approved)

    @rule()
    def lead_starts(self) -> None:
        refused(lambda: storm_commands.start(self.w.incident, by=self.w.desk.lead, clock=self.clock))

    @rule()
    def lead_pauses(self) -> None:
        refused(lambda: storm_commands.pause(self.w.incident, by=self.w.desk.lead, clock=self.clock))

    @rule()
    def lead_resumes(self) -> None:
        refused(lambda: storm_commands.resume(self.w.incident, by=self.w.desk.lead, clock=self.clock, why="seen"))

    @precondition(lambda self: self.w.roll_out is not None and self.w.roll_out.state == RollOutState.PAUSED)
    @rule(really=st.integers(0, 5))
    def lead_stops(self, really: int) -> None:
        if really == 0:
            refused(lambda: storm_commands.stop(self.w.incident, by=self.w.desk.lead, clock=self.clock, why="enough"))

    @rule()
    def facts_change(self) -> None:
        if not refused(lambda: self.w.attested(remedy="平台退款。")):
            self.w.scripted()
            self.w.planned()

    @rule()
    def plan_again(self) -> None:
        refused(self.w.planned)

    @rule(number=st.integers(0, 30))
    def order_withdrawn(self, number: int) -> None:
        cases = list(self.w.incident.cases.select_related("order").order_by("pk"))
        order = cases[number % len(cases)].order.platform_order_id
        refused(
            lambda: withdraw_case(self.w.incident, order, by=self.w.desk.lead, clock=self.clock, why="buyer has it")
        )

    # --- workers --------------------------------------------------------------------------------------------------

    @rule(hand=HANDS, size=st.integers(1, 6))
    def hand_claims(self, hand: int, size: int) -> None:
        self.w.claim(self.w.hands[hand], size)

    @rule(hand=HANDS)
    def hand_sends(self, hand: int) -> None:
        self.w.send(self.w.hands[hand])

    @rule(hand=HANDS)
    def hand_notes(self, hand: int) -> None:
        self.w.note(self.w.hands[hand])

    @rule(hand=HANDS)
    def hand_works_on(self, hand: int) -> None:
        self.w.claim(self.w.hands[hand], 5)
        while self.w.hands[hand].claimed:
            self.w.send(self.w.hands[hand])
        self.w.note(self.w.hands[hand])

    @rule(hand=HANDS)
    def hand_dies(self, hand: int) -> None:
        self.w.die(hand)

    @rule(hand=HANDS, size=st.integers(1, 4), sends=st.integers(0, 3))
    def hand_dies_in_mid_send(self, hand: int, size: int, sends: int) -> None:
        self.w.claim(self.w.hands[hand], size)
        for _ in range(sends):
            self.w.send(self.w.hands[hand])
        self.w.die(hand)

    @rule()
    def somebody_looks_round(self) -> None:
        self.w.look_round()

    @rule()
    def a_quiet_minute(self) -> None:
        for _ in range(3):
            self.w.pass_time(31)
            self.w.look_round()
            self.w.tend()

    @rule()
    def gates_are_tended(self) -> None:
        self.w.tend()

    # --- platform and time ----------------------------------------------------------------------------------------

    @rule(picked=st.lists(st.integers(0, 60), max_size=8))
    def pushes_come_in(self, picked: list[int]) -> None:
        self.w.push(picked)

    @rule(number=st.integers(0, 30))
    def buyer_answers(self, number: int) -> None:
        messages = self.w.messages()
        if messages:
            World.seen["buyers answered"] += 1
            self.sim.buyer_says(messages[number % len(messages)]["session_id"], "ok ka")

    @rule(kind=st.sampled_from(["reset_after", "reset_before", "http_5xx", "http_429", "censored"]))
    def next_call_goes_wrong(self, kind: str) -> None:
        self.sim.set_faults({"kind": kind, "path": "/im/message/send", "times": 1})

    @rule(seconds=st.sampled_from([1, 10, 31, 70, 400]))
    def time_passes(self, seconds: int) -> None:
        self.w.pass_time(seconds)

    # --- promises -------------------------------------------------------------------------------------------------

    @rule(hand=HANDS)
    def facts_change_while_a_message_is_in_hand(self, hand: int) -> None:
        self.w.claim(self.w.hands[hand], 2)
        self.facts_change()
        self.w.send(self.w.hands[hand])

    @invariant()
    def promises_hold(self) -> None:
        if self.world is not None:
            self.world.check()

    def teardown(self) -> None:
        if self.world is not None:
            try:
                self.world.finish()
            finally:
                for hand in self.world.hands:
                    hand.dies()


def test_no_order_of_events_breaks_a_promise(lazada_sim: LazadaSim, push_sink: PushSink) -> None:
    now = datetime.fromisoformat(lazada_sim.get("/_sim/clock")["now"])
    Night.sim, Night.sink, Night.clock = lazada_sim, push_sink, MovableClock(now + timedelta(milliseconds=1))
    run_state_machine_as_test(
        Night,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        ),
    )  # fmt: skip
    # Steps that never met a crash, a push or an answer would show nothing.
    assert min(World.seen[what] for what in ("died with a claim", "died after the request left", "pushes let in")) > 0
    assert World.seen["answered"] + World.seen["confirmed"] > 0
