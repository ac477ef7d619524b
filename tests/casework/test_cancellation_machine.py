"""Whatever happens in whatever order: one call an order unless the record proves that nothing came of it, nothing
before its approval, and every order has exactly one outcome."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from tests.kit.refusals import refused

from seawall.casework import policy
from seawall.casework.states import CANCELLATION, CANCELLING, REQUEST, CancellationState
from seawall.connectors.contracts import CancelOptions, CaseReason, Fault
from seawall.connectors.standing import OrderStanding, Party, Standing
from seawall.kernel.machine import Machine

NOW = datetime(2026, 11, 25, tzinfo=UTC)
_C = CancellationState


class Platform:
    """A platform that may lose answers, never does a thing by itself, and stamps every change."""

    def __init__(self) -> None:
        self.standing = Standing.OPEN
        self.by = Party.UNKNOWN
        self.changes = 0
        self.done_for_us = 0

    @property
    def stamp(self) -> datetime:
        return NOW + timedelta(seconds=self.changes)

    def move(self, standing: Standing, by: Party = Party.UNKNOWN) -> None:
        self.standing, self.by = standing, by
        self.changes += 1

    def cancel(self) -> None:
        assert self.standing is Standing.OPEN, "asked to cancel what cannot be cancelled"
        self.done_for_us += 1
        self.move(Standing.CANCELLED, Party.SELLER)

    def seen(self) -> OrderStanding:
        return OrderStanding(standing=self.standing, by=self.by)


class OneOrder(RuleBasedStateMachine):
    """A row driven by the decisions the worker takes, with crashes and lost answers at every place."""

    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.state = _C.PLANNED
        self.platform = Platform()
        self.calls = 0
        self.proved_nothing = 0
        self.looked = 0
        self.stamp: datetime | None = None

    def move(self, event: str) -> None:
        self.state = CANCELLATION.next_state(self.state, event)

    @rule(lost=st.sampled_from(["", "before", "after"]), crashes=st.booleans())
    def the_worker_takes_it(self, lost: str, crashes: bool) -> None:
        if self.state is not _C.PLANNED:
            return
        self.move("claim")
        options = CancelOptions(
            order_id="1", is_eligible=True, why_not="", line_ids=(), exchange=None,
            reasons=(CaseReason(code="R", text="Out of stock", fault=Fault.SELLER),),
        )  # fmt: skip
        verdict = policy.before_call(self.platform.seen(), options, ("R",))
        if verdict.event:
            self.move(verdict.event)
            return
        assert verdict.reason is not None
        self.stamp = self.platform.stamp
        self.calls += 1
        self.looked = 0
        if lost != "before":
            self.platform.cancel()
        self.move("lost_sight" if lost or crashes else "cancelled")

    @rule()
    def the_worker_looks(self) -> None:
        if self.state is not _C.UNKNOWN:
            return
        doubt = policy.Doubt(called_at=NOW, seen_updated_at=self.stamp, looked_up=self.looked)
        event, _ = policy.after_doubt(doubt, self.platform.seen(), self.platform.stamp)
        if not event:
            self.looked += 1
            return
        if event == "proved_untouched":
            self.proved_nothing += 1
        self.move(event)

    @rule(end=st.sampled_from([Standing.CANCELLED, Standing.SHIPPED, Standing.DELIVERED, Standing.CANCEL_ASKED]))
    def the_world_moves(self, end: Standing) -> None:
        if self.platform.standing in (Standing.OPEN, Standing.CANCEL_ASKED):
            self.platform.move(end, Party.BUYER)

    @rule()
    def somebody_edits_the_order(self) -> None:
        if self.platform.standing is Standing.OPEN:
            self.platform.move(Standing.OPEN)

    @rule()
    def the_worker_dies_before_the_call(self) -> None:
        if self.state is _C.PLANNED:
            self.move("claim")
            self.move("release")

    @invariant()
    def it_is_cancelled_for_us_at_most_once(self) -> None:
        assert self.platform.done_for_us <= 1

    @invariant()
    def it_is_called_again_only_after_proof_that_nothing_came_of_it(self) -> None:
        assert self.calls <= 1 + self.proved_nothing

    @invariant()
    def what_it_claims_is_what_the_platform_shows(self) -> None:
        if self.state is _C.CANCELLED:
            assert self.platform.standing is Standing.CANCELLED
            assert self.platform.done_for_us == 1
        if self.state in (_C.KEPT, _C.NOT_NEEDED):
            assert self.platform.done_for_us == 0


TestOneOrder = OneOrder.TestCase
TestOneOrder.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)


@given(st.sampled_from([CANCELLING, CANCELLATION, REQUEST]), st.text(max_size=12))
def test_an_unknown_verb_is_refused_in_every_state(machine: Machine[Any], verb: str) -> None:
    for state in {state for state, _ in machine.moves} | machine.terminal:
        if not machine.can(state, verb):
            with refused("move_refused"):
                machine.next_state(state, verb)


def test_no_reason_of_the_data_puts_it_on_the_buyer() -> None:
    for row in policy._known():
        assert not policy.says_buyer_asked(row["name"])
        assert row["source"]
        assert row["certainty"] in {"docs", "code", "press", "recall", "inferred", "unknown"}


@given(st.sampled_from(["CUSTOMER_REQUEST", "Buyer requested cancellation", "buyer_requested", "customer asked to"]))
def test_a_reason_that_says_the_buyer_asked_is_never_picked(name: str) -> None:
    offered = [CaseReason(code=name, text=name, fault=Fault.BUYER)]
    assert policy.reason_among(offered, [name]) is None
