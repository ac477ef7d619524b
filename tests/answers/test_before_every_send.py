"""What is looked at before every message: the roll-out runs, its very words are approved, the order still concerns the
storm. Each is kept by the claim itself, so that no worker can forget it."""

from collections.abc import Callable

import pytest
from django.db.models import Q
from tests.kit.rollout import fill_buckets
from tests.kit.storm import Storm, a_desk, a_storm, bring

from seawall.incidents.commands import roll_out as commands
from seawall.incidents.commands.cases import withdraw_case
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order
from seawall.outreach.api import Approval, Recipient, RollOut, leave_out_unconcerned
from seawall.outreach.ledger import move_rows
from seawall.outreach.sender.claim import Claimed, claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def storm() -> Storm:
    return bring(a_storm(a_desk(), orders=6), "rolling_out")


def claimed(storm: Storm) -> list[Claimed]:
    fill_buckets(storm, SYSTEM_CLOCK.now())
    return claim(worker=42, size=50, now=SYSTEM_CLOCK.now())


def give_back(rows: list[Claimed]) -> None:
    move_rows(Recipient.objects.filter(pk__in=[row.id for row in rows]), "release", clock=SYSTEM_CLOCK)


def test_five_wait_and_may_go(storm: Storm) -> None:
    assert len(claimed(storm)) == 5


def paused(storm: Storm) -> None:
    commands.pause(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)


def stopped(storm: Storm) -> None:
    commands.stop(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, why="enough")


def approval_void(storm: Storm) -> None:
    Approval.objects.update(voided_at=SYSTEM_CLOCK.now(), voided_why="taken back")


def other_words_bound(storm: Storm) -> None:
    RollOut.objects.filter(pk=storm.roll_out.pk).update(binding_digest="0" * 64)


def deadline_over(storm: Storm) -> None:
    RollOut.objects.filter(pk=storm.roll_out.pk).update(deadline_at=SYSTEM_CLOCK.now())


@pytest.mark.parametrize("change", [paused, stopped, approval_void, other_words_bound, deadline_over])
def test_nothing_goes_when_it_may_not(storm: Storm, change: Callable[[Storm], None]) -> None:
    change(storm)
    assert claimed(storm) == []


def test_an_order_withdrawn_while_a_worker_held_it_does_not_go_after_it_came_back(storm: Storm) -> None:
    rows = claimed(storm)
    number = rows[0].platform_order_id
    withdraw_case(storm.refresh(), number, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="the buyer has it")
    assert Recipient.objects.get(pk=rows[0].id).state == "claimed", "what is in flight is told truthfully"
    give_back(rows)
    again = claimed(storm)
    assert number not in {row.platform_order_id for row in again}
    assert len(again) == 4
    assert leave_out_unconcerned(clock=SYSTEM_CLOCK) == 1
    row = Recipient.objects.get(pk=rows[0].id)
    assert (row.state, row.reason_code) == ("left_out", "case_withdrawn")


@pytest.mark.parametrize("status", ["cancelled", "returned"])
def test_an_order_known_to_be_over_is_not_written_to_and_left_out_with_the_reason(storm: Storm, status: str) -> None:
    row = Recipient.objects.filter(state="waiting").first()
    assert row is not None
    Order.objects.filter(pk=row.order_id).update(status=status)
    rows = claimed(storm)
    assert row.pk not in {each.id for each in rows}
    give_back(rows)
    assert leave_out_unconcerned(clock=SYSTEM_CLOCK) == 1
    assert leave_out_unconcerned(clock=SYSTEM_CLOCK) == 0
    row.refresh_from_db()
    assert (row.state, row.reason_code) == ("left_out", "order_no_longer_open")
    assert Recipient.objects.filter(~Q(state="left_out")).count() == 5


def test_a_roll_out_with_unconcerned_orders_comes_to_its_end(storm: Storm) -> None:
    from tests.kit.storm import confirm, deliver, tend_all

    first = Recipient.objects.filter(state="waiting").order_by("rank").first()
    assert first is not None
    Order.objects.filter(pk=first.order_id).update(status="cancelled")
    deliver(storm, 10)
    confirm(storm, 10)
    leave_out_unconcerned(clock=SYSTEM_CLOCK)
    tend_all()
    tend_all()
    assert storm.refresh().state == "follow_up"
    assert sum(storm.counts().values()) == 6
