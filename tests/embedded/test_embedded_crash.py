"""Killed in every way: the next start finds the rows and needs nobody's help."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.embedded.conftest import end_everything, finish, kept, put

from seawall.embedded import EmbeddedServer, Status, postmaster
from seawall.embedded.account import choose
from seawall.embedded.postmaster import orphans

Start = Callable[[Path], "subprocess.Popen[str]"]


def test_the_main_process_is_killed_and_every_acknowledged_row_is_kept(db: Path) -> None:
    server = EmbeddedServer(db)
    info = server.start()
    put(info.url, "1", "2", "3")
    assert info.pid is not None
    os.kill(info.pid, signal.SIGKILL)
    again = server.start()
    assert again.pid != info.pid
    assert again.started_here
    assert kept(again.url) == ["1", "2", "3"]
    assert server.stop() is True


def test_everything_is_killed_at_once_with_its_holder(db: Path, start_process: Start) -> None:
    holder = start_process(db)
    assert holder.stdout is not None
    pid = int(holder.stdout.readline())
    server = EmbeddedServer(db, durable=False)
    put(server.url(), "1", "2")
    holder.kill()
    holder.wait()
    end_everything(db / "cluster")
    assert (db / "cluster" / "postmaster.pid").exists()
    assert (server.status().socket_dir / ".s.PGSQL.5432").exists()
    assert server.status().status is Status.STOPPED
    with server as info:
        assert info.pid != pid
        assert kept(info.url) == ["1", "2"]


def test_a_killed_holder_leaves_a_server_that_the_next_one_uses_and_stops(db: Path, start_process: Start) -> None:
    holder = start_process(db)
    assert holder.stdout is not None
    pid = int(holder.stdout.readline())
    holder.kill()
    holder.wait()
    server = EmbeddedServer(db, durable=False)
    info = server.start()
    assert info.pid == pid
    assert not info.started_here
    assert server.stop() is True
    assert server.status().status is Status.STOPPED


def test_a_stale_pid_file_whose_number_is_another_program_by_now(server: EmbeddedServer) -> None:
    info = server.start()
    put(info.url, "1")
    cluster = server.status().data_dir / "cluster"
    pid_file = cluster / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    end_everything(cluster)
    account = choose(cluster)
    # The same account, or PostgreSQL itself would see through it.
    stranger = subprocess.Popen(["sleep", "600"], user=account.uid if account.is_other else None)
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n", encoding="utf-8")
        assert server.status().status is Status.STOPPED
        assert kept(server.start().url) == ["1"]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_pid_file_cut_short(server: EmbeddedServer) -> None:
    put(server.start().url, "1")
    cluster = server.status().data_dir / "cluster"
    end_everything(cluster)
    (cluster / "postmaster.pid").write_text("", encoding="utf-8")
    assert kept(server.start().url) == ["1"]


@pytest.mark.slow
def test_a_session_that_goes_on_after_its_main_process_died_is_ended_first(server: EmbeddedServer) -> None:
    info = server.start()
    put(info.url, "1")
    cluster = server.status().data_dir / "cluster"
    outcome: list[psycopg.OperationalError] = []
    connection = psycopg.connect(info.url, autocommit=True)
    busy_pid = connection.info.backend_pid

    def work() -> None:
        try:  # this loop never waits, so it never notices that the postmaster is gone
            connection.execute("DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")
        except psycopg.OperationalError as error:
            outcome.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert info.pid is not None
        while busy_pid not in {process.pid for process in orphans(cluster)}:
            pass
        os.kill(info.pid, signal.SIGKILL)
        while postmaster.find(cluster) is not None:
            pass
        assert kept(server.start().url) == ["1"]
        assert busy_pid not in {process.pid for process in orphans(cluster)}
    finally:
        thread.join(timeout=30)
        connection.close()
    assert not thread.is_alive()
    assert len(outcome) == 1


def test_a_first_start_that_was_cut_off_half_way_starts_over(place: Path) -> None:
    root = place / "db"
    server = EmbeddedServer(root, durable=False)
    (root / "making" / "base").mkdir(parents=True)
    (root / "making" / "PG_VERSION").write_text("18\n", encoding="utf-8")
    info = server.start()
    put(info.url, "1")
    assert kept(info.url) == ["1"]
    assert not (root / "making").exists()
    assert server.stop() is True


def test_the_folder_is_removed_under_a_running_server(db: Path, start_process: Start) -> None:
    holder = start_process(db)
    assert holder.stdout is not None
    holder.stdout.readline()
    cluster = db / "cluster"
    end_everything(cluster)
    shutil.rmtree(db)
    assert finish(holder) == "False"
    with EmbeddedServer(db, durable=False) as info:
        assert info.started_here
