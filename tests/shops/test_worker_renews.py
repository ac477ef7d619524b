"""`seawall worker` as it runs in production keeps tokens alive beside its sending, and may be killed at any instant."""

import os
import signal
import time
from collections.abc import Callable

import pytest
from tests.kit.lazada_sim import LazadaSim
from tests.kit.rollout import Desk, a_shop
from tests.outreach.test_killed_worker import a_worker_process
from tests.shops.kit import REFRESH, due, tokens_of

from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.shops.api import Connection, renew_due
from seawall.shops.renewal import LEASE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def connection(let_tables_be_emptied: None, desk: Desk, lazada_sim: LazadaSim) -> Connection:
    """A connected shop whose token is due."""
    return due(desk, a_shop(desk, "TH"), lazada_sim.add_store("th", seller_id="7001"), lazada_sim)


def wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_a_worker_renews_and_ends_in_order(connection: Connection, lazada_sim: LazadaSim) -> None:
    old, _ = tokens_of(connection)
    with a_worker_process() as worker:
        wait(lambda: tokens_of(connection)[0] != old)
        worker.terminate()
        assert worker.wait(30) == 0
    assert len(lazada_sim.calls(REFRESH)) == 1


def test_a_worker_killed_while_the_platform_answers_leaves_the_shop_to_the_next(
    connection: Connection, lazada_sim: LazadaSim
) -> None:
    old, _ = tokens_of(connection)
    # The platform has renewed; its answer is on its way when the worker dies.
    lazada_sim.set_faults({"kind": "slow_after", "path": REFRESH, "seconds": 3, "times": 1})

    def in_hand() -> bool:
        connection.refresh_from_db()
        return connection.renewing_until is not None and bool(lazada_sim.get("/_sim/faults")["faults"][0]["fired"])

    with a_worker_process() as worker:
        wait(in_hand)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert tokens_of(connection)[0] == old
    assert connection.stopped_reason == ""
    assert not renew_due(SYSTEM_CLOCK), "the lease of the dead worker still runs"
    assert renew_due(MovableClock(SYSTEM_CLOCK.now() + LEASE))
    assert tokens_of(connection)[0] != old
