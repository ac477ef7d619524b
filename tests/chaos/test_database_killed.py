"""PostgreSQL is killed under a fleet in mid-send, and comes back: no worker has to be started again by hand."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.chaos.kit import LedgerRow, assert_nobody_twice_nobody_forgotten
from tests.kit.fleet import Fleet
from tests.kit.lazada_sim import LazadaSimHelper

from seawall.embedded import EmbeddedServer

pytestmark = pytest.mark.slow

ORDERS = 200
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """A database server that may be killed: every acknowledged row is durable, as in production."""
    # Short and open to the account that runs the server when root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="seawall-killed-", dir="/tmp"))
    folder.chmod(0o711)
    server = EmbeddedServer(folder / "database")
    server.start()
    yield server
    server.stop()
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def _staged(server: EmbeddedServer, marketplace: LazadaSimHelper, home: Path) -> tuple[int, dict[str, str]]:
    settings = {"DATABASE_URL": server.url(), "SEAWALL_HOME": str(home), "SEAWALL_LOG_LEVEL": "error"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.stage", marketplace.url, str(ORDERS)],
        env={**os.environ, "PYTHONPATH": "src:.", **settings}, capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.split()[-1]), settings


def _ask(server: EmbeddedServer, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(), autocommit=True, connect_timeout=5) as session:
        return session.execute(query).fetchall()  # type: ignore[arg-type]


def _wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 240
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def test_postgresql_is_killed_twice_in_mid_send(
    own_server: EmbeddedServer, lazada_sim: LazadaSimHelper, tmp_path: Path
) -> None:
    incident, settings = _staged(own_server, lazada_sim, tmp_path)
    lazada_sim.switches(latency_ms=30)
    claimed = "SELECT count(*) FROM outreach_recipient WHERE state = 'claimed'"
    with Fleet(own_server.url(), settings=settings) as fleet:
        fleet.start(2)
        workers = list(fleet.workers)
        for enough in (30, 100):
            _wait(lambda: len(lazada_sim.messages()) >= enough and _ask(own_server, claimed)[0][0] != 0)  # noqa: B023
            pid = own_server.status().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            # Away for a while: nothing can be claimed, so nothing leaves.
            time.sleep(1.0)
            own_server.start()
        state = f"SELECT state FROM incidents_incident WHERE id = {incident}"
        _wait(lambda: _ask(own_server, state) == [("follow_up",)])
        assert all(fleet.is_alive(pid) for pid in workers), "a worker outlives its database"
        for pid in list(fleet.workers):
            fleet.stop(pid)
    query = f"SELECT state, platform_message_id, text FROM outreach_recipient WHERE incident_id = {incident}"
    rows = [LedgerRow(str(state), str(message), str(text)) for state, message, text in _ask(own_server, query)]
    assert len(rows) == ORDERS
    assert_nobody_twice_nobody_forgotten(rows, lazada_sim.messages())
