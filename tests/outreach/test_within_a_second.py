"""Pause, resume and stop hold within a second of being said: a real worker process, the marketplace's own log."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.kit.lazada_sim import QUIET, LazadaSimHelper, LazadaSimProcess
from tests.kit.processes import a_worker_process
from tests.kit.rollout import Storm, a_desk, a_storm, another_storm, running, started

from seawall.incidents.commands import roll_out as storm_commands
from seawall.kernel.clock import SYSTEM_CLOCK, from_epoch_ms
from seawall.outreach.api import RollOut

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CLOCK = SYSTEM_CLOCK
SECOND = timedelta(seconds=1)


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[LazadaSimHelper]:
    """A marketplace in a process of its own, which takes 20 ms for an answer."""
    sim = LazadaSimProcess(tmp_path, switches={**QUIET, "latency_ms": 20}).start()
    yield sim
    sim.stop()


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def taken_at(sim: LazadaSimHelper) -> list[datetime]:
    """When the marketplace took each message of the shop."""
    return sorted(from_epoch_ms(message["at_ms"]) for message in sim.messages(from_="seller"))


def flows(sim: LazadaSimHelper, storm: Storm) -> None:
    before = len(taken_at(sim))
    until(lambda: len(taken_at(sim)) > before + 10, f"nothing flows: {storm.counts()}")


def is_past(at: datetime) -> Callable[[], bool]:
    return lambda: CLOCK.now() > at


def test_a_pause_a_resume_and_a_stop_each_hold_within_a_second(sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), sim, orders=2000, pace=60))
    RollOut.objects.update(open_wave=3)
    lead, incident = storm.desk.lead, storm.incident
    with a_worker_process():
        flows(sim, storm)
        storm_commands.pause(incident, by=lead, clock=CLOCK, why="a look")
        paused_at = CLOCK.now()
        until(is_past(paused_at + 2 * SECOND), "time stands still")

        resumed_at = CLOCK.now()
        storm_commands.resume(incident, by=lead, clock=CLOCK, why="looked")
        flows(sim, storm)

        storm_commands.stop(incident, by=lead, clock=CLOCK, why="the platform cancels by itself")
        stopped_at = CLOCK.now()
        until(is_past(stopped_at + 2 * SECOND), "time stands still")

    times = taken_at(sim)
    assert [at for at in times if paused_at + SECOND < at < resumed_at] == []
    assert min(at for at in times if at > resumed_at) < resumed_at + SECOND
    assert [at for at in times if at > stopped_at + SECOND] == []
    assert storm.counts()["left_out"] > 0


def test_an_urgent_storm_overtakes_a_large_one_of_the_same_shop(sim: LazadaSimHelper) -> None:
    """Both on one shop of ten a second: the large one would take every token that comes, and gives way until the urgent
    one is out. How soon that begins is measured in bench/send."""
    storm = started(a_storm(a_desk(), sim, orders=600, pace=10))
    RollOut.objects.update(open_wave=3)
    with a_worker_process():
        flows(sim, storm)
        urgent = running(another_storm(storm, orders=5), pace=10, burst=10)
        RollOut.objects.filter(pk=urgent.roll_out.pk).update(state="approved", open_wave=0)
        RollOut.objects.filter(pk=urgent.roll_out.pk).update(golden_until=CLOCK.now() + timedelta(hours=2))
        type(urgent.incident).objects.filter(pk=urgent.incident.pk).update(state="approved")
        storm_commands.start(urgent.refresh(), by=storm.desk.lead, clock=CLOCK)
        until(lambda: urgent.counts().get("acknowledged", 0) >= 4, f"it did not go: {urgent.counts()}")

    mine = set(urgent.roll_out.recipients.values_list("order__platform_order_id", flat=True))
    taken = sorted(sim.messages(from_="seller"), key=lambda message: message["at_ms"])
    places = [place for place, message in enumerate(taken) if message["order_id"] in mine]
    # What was claimed before may still be on its way: at most one message a place of the bucket.
    assert places[3] - places[0] <= 3 + 2
