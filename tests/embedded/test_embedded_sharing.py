"""Many processes, one server; the last one out stops it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.embedded.conftest import finish, kept, put

from seawall.embedded import EmbeddedServer, Status, ensure_running, hold_database, release_all

Start = Callable[[Path], "subprocess.Popen[str]"]


def test_three_processes_start_at_once_and_get_one_server(place: Path, start_process: Start) -> None:
    holders = [start_process(place / "db") for _ in range(3)]
    pids = set()
    for holder in holders:
        assert holder.stdout is not None
        pids.add(int(holder.stdout.readline()))
    assert len(pids) == 1
    assert [finish(holder) for holder in holders] == ["False", "False", "True"]
    assert EmbeddedServer(place / "db").status().status is Status.STOPPED


def test_a_short_command_beside_a_holder_leaves_the_server_alone(
    server: EmbeddedServer, start_process: Start, db: Path
) -> None:
    holder = start_process(db)
    assert holder.stdout is not None
    pid = int(holder.stdout.readline())
    assert server.start().pid == pid
    assert server.stop() is False
    assert server.status().pid == pid
    assert finish(holder) == "True"


def test_ensure_running_holds_until_released(db: Path) -> None:
    first = ensure_running(db, durable=False)
    second = ensure_running(db, durable=False)
    assert (first.started_here, second.started_here) == (True, False)
    assert first.pid == second.pid
    other = EmbeddedServer(db, durable=False)
    other.start()
    assert other.stop() is False
    release_all()
    assert other.status().status is Status.STOPPED


def test_ensure_running_lets_go_when_the_command_ends(db: Path) -> None:
    code = "import sys, pathlib, seawall.embedded as e; sys.exit(e.ensure_running(pathlib.Path(sys.argv[1])).major)"
    done = subprocess.run([sys.executable, "-c", code, str(db)], check=False, stdout=subprocess.DEVNULL)
    assert done.returncode == 18
    status = EmbeddedServer(db).status()
    assert status.status is Status.STOPPED
    assert status.cluster_major == 18


def test_a_forked_child_that_ends_does_not_stop_its_parents_server(server: EmbeddedServer) -> None:
    info = server.start()
    child = os.fork()
    if child == 0:
        os._exit(0 if server.stop() is False else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert server.status().pid == info.pid
    assert server.stop() is True


def test_without_an_address_the_built_in_server_is_used(db: Path) -> None:
    with hold_database(None, db, durable=False) as info:
        put(info.url, "7")
    with hold_database("", db, durable=False) as info:
        assert kept(info.url) == ["7"]


def test_with_an_address_that_server_is_used_and_no_other_made(server: EmbeddedServer, place: Path) -> None:
    theirs = server.start()
    with hold_database(theirs.url, place / "unused") as info:
        assert (info.url, info.source.value, info.version) == (theirs.url, "url", theirs.version)
        assert info.pid is None
    assert not (place / "unused").exists()
    assert server.status().status is Status.RUNNING
