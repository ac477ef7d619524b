"""Promise 1 under kill -9: nobody is written to twice, nobody is forgotten."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.kit.buyers import a_storm_of, times_named
from tests.kit.lazada_sim import QUIET, LazadaSimHelper, LazadaSimProcess
from tests.kit.processes import a_worker_process
from tests.kit.rollout import Storm, a_desk, a_storm, started

from seawall.outreach.api import Recipient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def sent(storm_pk: int) -> int:
    return Recipient.objects.filter(incident_id=storm_pk, state="acknowledged").count()


def in_hand(storm_pk: int) -> int:
    return Recipient.objects.filter(incident_id=storm_pk, state="claimed").count()


def wait(is_so: Callable[[], bool], storm: Storm) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline, storm.counts()
        time.sleep(0.05)


@pytest.fixture
def own_process_sim(tmp_path: Path) -> Iterator[LazadaSimHelper]:
    """A marketplace in a process of its own: this one is busy watching."""
    sim = LazadaSimProcess(tmp_path, switches=QUIET).start()
    yield sim
    sim.stop()


def test_a_worker_killed_again_and_again_sends_each_message_exactly_once(own_process_sim: LazadaSimHelper) -> None:
    lazada_sim = own_process_sim
    storm = started(a_storm(a_desk(), lazada_sim, orders=150, markets=("TH", "VN")))
    lazada_sim.switches(latency_ms=40)
    incident = storm.incident.pk

    lost = 0
    for enough in (25, 90, 160):
        with a_worker_process() as worker:
            wait(lambda: sent(incident) >= enough and in_hand(incident) > 0, storm)  # noqa: B023  # called at once
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            lost += in_hand(incident)
    assert lost > 0, "it was to be killed with messages in hand"

    with a_worker_process() as worker:
        wait(lambda: storm.refresh().state == "follow_up", storm)
        worker.terminate()
        assert worker.wait(30) == 0

    assert set(storm.counts()) <= {"acknowledged", "confirmed"}
    assert sum(storm.counts().values()) == 300
    messages = lazada_sim.messages()
    assert len(messages) == 300
    assert len({m["text"] for m in messages}) == 300
    assert lazada_sim.summary()["duplicates"] == 0
    by_id = {m["message_id"]: m["text"] for m in messages}
    for row in Recipient.objects.filter(incident_id=incident):
        assert by_id[row.platform_message_id] == row.text


def test_a_killed_workers_message_for_several_orders_is_sent_once_for_all_of_them(
    own_process_sim: LazadaSimHelper,
) -> None:
    storm = started(a_storm_of(*[1, 3, 2, 4] * 12, sim=own_process_sim))
    own_process_sim.switches(latency_ms=40)
    incident = storm.incident.pk

    lost = 0
    for enough in (20, 60):
        with a_worker_process() as worker:
            wait(lambda: sent(incident) >= enough and in_hand(incident) > 0, storm)  # noqa: B023  # called at once
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            lost += in_hand(incident)
    assert lost > 0, "it was to be killed with messages in hand"

    with a_worker_process() as worker:
        wait(lambda: storm.refresh().state == "follow_up", storm)
        worker.terminate()
        assert worker.wait(30) == 0

    assert sum(storm.counts().values()) == 120
    assert set(storm.counts()) <= {"acknowledged", "confirmed"}
    assert len(own_process_sim.messages()) == 48
    assert set(times_named(storm).values()) == {1}
