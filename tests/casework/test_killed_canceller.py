"""Promise 1 under kill -9, for cancellations: at most one call an order, and none is forgotten."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from tests.kit.casework import (
    Marketplace,
    a_case_storm,
    cancels,
    hurry,
    is_done,
    list_cancels,
    numbers_of,
)
from tests.kit.lazada_sim import QUIET, LazadaSimHelper, LazadaSimProcess
from tests.kit.rollout import Storm

from seawall.casework.models import CancelAttempt, Cancellation
from seawall.kernel.markets import Platform

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@contextmanager
def a_worker_process() -> Iterator[subprocess.Popen[bytes]]:
    """`seawall worker` as it runs in production, on the test's database; never left behind."""
    params = connection.get_connection_params()
    url = f"postgresql://{params['user']}@/{params['dbname']}?host={params['host']}&port={params['port']}"
    with subprocess.Popen(
        [sys.executable, "-m", "seawall.cli", "worker"],
        env=os.environ
        | {"DATABASE_URL": url, "SEAWALL_LOOKUP_GRACE_S": "1", "SEAWALL_LOG_LEVEL": "error", "PYTHONPATH": "src"},
    ) as worker:
        try:
            yield worker
        finally:
            worker.kill()


@pytest.fixture
def own_process_sim(tmp_path: Path) -> Iterator[LazadaSimHelper]:
    """A marketplace in a process of its own: this one is busy watching."""
    sim = LazadaSimProcess(tmp_path, switches=QUIET).start()
    yield sim
    sim.stop()


def wait(is_so: Callable[[], bool], storm: Storm) -> None:
    deadline = time.monotonic() + 90
    while not is_so():
        assert time.monotonic() < deadline, cancels(storm)
        time.sleep(0.02)


def test_a_worker_killed_with_calls_in_hand_cancels_each_order_exactly_once(own_process_sim: LazadaSimHelper) -> None:
    storm, place = a_case_storm(own_process_sim, Platform.LAZADA, orders=40)
    list_cancels(storm, Platform.LAZADA)
    own_process_sim.switches(latency_ms=30)

    called = 0
    for enough in (4, 12, 25):
        with a_worker_process() as worker:
            wait(lambda: settled(storm) >= enough and in_call(storm) > 0, storm)  # noqa: B023  # called at once
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            called += in_call(storm)
        hurry(storm)
    assert called > 0, "it was to be killed with a call on its way"

    with a_worker_process() as worker:
        wait(lambda: is_done(storm), storm)
        worker.terminate()
        assert worker.wait(30) == 0

    assert cancels(storm) == {"cancelled": 40}
    assert_once(place, storm)


def assert_once(place: Marketplace, storm: Storm) -> None:
    """The platform's own log: one accepted cancellation an order."""
    calls = place.calls()
    assert set(calls) == set(numbers_of(storm))
    assert max(calls.values()) == 1, calls


def settled(storm: Storm) -> int:
    return Cancellation.objects.filter(incident=storm.incident, state__in=["cancelled", "accepted"]).count()


def in_call(storm: Storm) -> int:
    """Orders whose call has left and whose answer is not written down."""
    tries = CancelAttempt.objects.filter(cancellation__incident=storm.incident, cancellation__state="claimed")
    return tries.filter(called_at__isnull=False, ended_at__isnull=True).count()
