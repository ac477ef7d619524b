"""The clock of a worker's machine jumps, forwards and back, while it sends."""

import asyncio
import threading
import time
from datetime import datetime, timedelta

import pytest
from tests.chaos.kit import assert_nobody_twice_nobody_forgotten, count, ledger
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import QUICK, a_desk, a_storm, started

from seawall.incidents.api import tend
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class JumpingClock:
    """The machine's clock, wrong by as much as somebody set it wrong."""

    def __init__(self) -> None:
        self.wrong_by = timedelta(0)

    def now(self) -> datetime:
        """What this machine takes for the present instant."""
        return SYSTEM_CLOCK.now() + self.wrong_by


# Within the two hours for which Lazada accepts a stamp: beyond them it takes nothing at all.
@pytest.mark.parametrize("jump", [timedelta(minutes=110), timedelta(minutes=-110), timedelta(minutes=6)])
def test_a_clock_that_jumps_makes_no_message_go_twice_and_loses_none(
    lazada_sim: LazadaSimHelper, jump: timedelta
) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=90, pace=120))
    lazada_sim.switches(latency_ms=30)
    clock = JumpingClock()
    worker = Worker(clock=clock, options=QUICK, also=lambda: tend(clock=clock))
    thread = threading.Thread(target=lambda: asyncio.run(worker.run()), daemon=True)
    thread.start()
    try:
        for enough, wrong_by in ((5, jump), (30, timedelta(0)), (55, jump)):
            _wait(lambda: count(storm, "acknowledged", "confirmed") >= enough)  # noqa: B023  # called at once
            clock.wrong_by = wrong_by
        _wait(lambda: storm.refresh().state == "follow_up")
    finally:
        worker.stop()
        thread.join(30)
    assert sum(storm.counts().values()) == 90
    assert_nobody_twice_nobody_forgotten(ledger(storm), lazada_sim.messages())


def _wait(is_so: object) -> None:
    deadline = time.monotonic() + 120
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
