"""Two workers, one row: exactly one may have it; the bucket is charged for what was taken."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from tests.kit.buyers import a_storm_of
from tests.kit.rollout import a_desk, a_storm, planned, running

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient
from seawall.outreach.groups import tidy
from seawall.outreach.models import Pace
from seawall.outreach.ready import sweep
from seawall.outreach.sender import liveness
from seawall.outreach.sender.claim import Claimed, claim
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.sender.settle import settle

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_workers_never_claim_a_row_twice() -> None:
    storm = running(a_storm(a_desk(), orders=300), pace=1000, burst=1000)
    claimed: list[int] = []
    ready = threading.Barrier(8)

    def work(worker: int) -> None:
        ready.wait()
        mine: list[int] = []
        empty = 0
        while empty < 5:
            rows = claim(worker=worker, size=7, now=SYSTEM_CLOCK.now())
            if not rows:
                sweep(now=SYSTEM_CLOCK.now())
            mine += [row.id for row in rows]
            empty = 0 if rows else empty + 1
        claimed.extend(mine)
        connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(Counter(claimed).values()) == {1: 300}
    assert Recipient.objects.filter(incident=storm.incident, state="claimed", attempts=1).count() == 300


def test_a_lane_gives_no_more_than_its_bucket_holds() -> None:
    running(a_storm(a_desk(), orders=50), pace=10, burst=2)
    now = SYSTEM_CLOCK.now()
    Pace.objects.update(refilled_at=now)

    first = claim(worker=1, size=50, now=now)
    again = claim(worker=1, size=50, now=now)
    later = claim(worker=1, size=50, now=now + timedelta(seconds=0.2))
    much_later = claim(worker=1, size=50, now=now + timedelta(hours=1))

    assert [len(first), len(again), len(later), len(much_later)] == [2, 0, 2, 2]


def test_nothing_is_claimed_when_the_approval_was_voided() -> None:
    from seawall.outreach.api import Approval

    running(a_storm(a_desk(), orders=5), pace=10, burst=4)
    Approval.objects.update(voided_at=SYSTEM_CLOCK.now())

    assert claim(worker=1, size=5, now=SYSTEM_CLOCK.now()) == []


def test_nothing_is_claimed_after_the_deadline() -> None:
    storm = running(a_storm(a_desk(), orders=5), pace=10, burst=4)

    assert claim(worker=1, size=5, now=storm.roll_out.deadline_at) == []


def test_a_living_workers_claims_are_left_alone_and_a_dead_ones_become_unknown() -> None:
    storm = running(a_storm(a_desk(), orders=6), pace=100, burst=100)
    now = SYSTEM_CLOCK.now()
    claim(worker=11, size=2, now=now)
    claim(worker=22, size=2, now=now)
    alive = threading.Event()
    done = threading.Event()

    def living() -> None:
        liveness.hold(11)
        alive.set()
        done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=living)
    thread.start()
    alive.wait(20)
    try:
        lost = liveness.reap(own_key=99, now=now, grace=timedelta(seconds=30))
    finally:
        done.set()
        thread.join()

    assert lost == 2
    states = Counter(Recipient.objects.filter(incident=storm.incident).values_list("state", flat=True))
    assert states == {"claimed": 2, "unknown": 2, "waiting": 2}
    assert set(Recipient.objects.filter(state="unknown").values_list("look_up_after", flat=True)) == {
        now + timedelta(seconds=30)
    }


def test_one_ledger_row_per_incident_order_and_step() -> None:
    from django.db import IntegrityError

    planned(a_storm(a_desk(), orders=2))
    row = Recipient.objects.first()
    assert row is not None
    row.pk = None

    with pytest.raises(IntegrityError, match="one_message_per_order_and_step"):
        row.save(force_insert=True)
    connection.close()


def test_an_order_withdrawn_while_its_message_is_claimed_either_leaves_in_time_or_is_told_truthfully() -> None:
    from seawall.incidents.commands.cases import withdraw_case

    storm = running(a_storm_of(*[3] * 40), pace=1000, burst=1000)
    riders = Recipient.objects.filter(rides_with__isnull=False).order_by("rides_with__rank", "rank")
    numbers = list(riders.distinct("rides_with__rank").values_list("order__platform_order_id", flat=True))
    claimed: list[Claimed] = []
    failures: list[BaseException] = []
    ready = threading.Barrier(3)

    def work(worker: int) -> None:
        try:
            ready.wait()
            empty = 0
            while empty < 20:
                rows = claim(worker=worker, size=2, now=SYSTEM_CLOCK.now())
                claimed.extend(rows)
                empty = 0 if rows else empty + 1
        except BaseException as error:  # noqa: BLE001  # it is looked at in the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    ready.wait()
    for number in reversed(numbers):
        withdraw_case(storm.incident, number, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="solved")
    for thread in threads:
        thread.join()

    assert failures == []
    named = Counter(order for row in claimed for order in (row.order_id, *(each.order_id for each in row.riders)))
    assert set(named.values()) == {1}
    states = Counter(Recipient.objects.filter(incident=storm.incident).values_list("state", flat=True))
    assert states["claimed"] == len(named)
    assert states["claimed"] + states["left_out"] == 120
    for row in claimed:
        # The words name exactly the orders that are claimed with them.
        told = {number for number in numbers if number in row.text}
        assert told <= {row.platform_order_id, *(each.platform_order_id for each in row.riders)}


def test_a_group_that_is_no_longer_whole_is_not_claimed_and_parts_when_it_comes_back() -> None:
    from seawall.incidents.models import Case

    running(a_storm_of(1, 3), pace=1000, burst=1000)
    rider = Recipient.objects.filter(rides_with__isnull=False).earliest("pk")
    (single, group) = sorted(claim(worker=1, size=5, now=SYSTEM_CLOCK.now()), key=lambda row: len(row.riders))
    Case.objects.filter(pk=rider.case_id).update(state="withdrawn", withdrawn_reason="solved")
    given_back = Outcome(claim=group, event="release", at=SYSTEM_CLOCK.now())
    settle([given_back], clock=SYSTEM_CLOCK, grace=timedelta(seconds=30))

    assert claim(worker=1, size=5, now=SYSTEM_CLOCK.now()) == []
    assert tidy(clock=SYSTEM_CLOCK) == 1
    rider.refresh_from_db()
    assert (rider.state, rider.reason_code, rider.reason_params) == ("left_out", "case_withdrawn", {"why": "solved"})
    sweep(now=SYSTEM_CLOCK.now())
    alone = claim(worker=1, size=5, now=SYSTEM_CLOCK.now())
    assert [row.riders for row in alone] == [(), ()]
    assert not any(rider.order.platform_order_id in row.text for row in alone)
    assert single.riders == ()
