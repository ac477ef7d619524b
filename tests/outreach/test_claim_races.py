"""Two workers, one row: exactly one may have it; the bucket is charged for what was taken."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from tests.kit.rollout import a_desk, a_storm, planned, running

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient
from seawall.outreach.models import Pace
from seawall.outreach.ready import sweep
from seawall.outreach.sender import liveness
from seawall.outreach.sender.claim import claim

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
