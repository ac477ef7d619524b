"""The first start, and what it promises about the data."""

import stat
from pathlib import Path

import psycopg
import pytest
from tests.embedded.conftest import kept, put

from seawall.embedded import EmbeddedServer, Source, Status


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_the_first_start_makes_a_database_for_every_language_with_checksums(place: Path) -> None:
    with EmbeddedServer(place / "db") as info:
        assert info.started_here
        assert info.source is Source.WHEEL
        assert info.major == 18
        with psycopg.connect(info.url) as connection:
            row = connection.execute(
                "SELECT datname, pg_encoding_to_char(encoding), datlocprovider::text, datlocale"
                " FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            # By code point, whatever the machine's own locale says: Z before a, and no letter is lost.
            names = connection.execute(
                "SELECT string_agg(n, ' ' ORDER BY n) FROM unnest(ARRAY['海','ก','đ','a','Z']) n"
            ).fetchone()
        assert row == ("seawall", "UTF8", "b", "C.UTF-8")
        assert names == ("Z a đ ก 海",)
        assert setting(info.url, "data_checksums") == "on"
        assert setting(info.url, "fsync") == "on"
        assert setting(info.url, "synchronous_commit") == "on"
        assert setting(info.url, "full_page_writes") == "on"


def test_the_only_way_in_is_a_socket_in_a_folder_of_its_owner(server: EmbeddedServer) -> None:
    info = server.start()
    assert setting(info.url, "listen_addresses") == ""
    status = server.status()
    socket_dir, cluster = status.socket_dir, status.data_dir / "cluster"
    assert (socket_dir / ".s.PGSQL.5432").is_socket()
    assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.stat().st_mode) == 0o700
    assert stat.S_IMODE(status.data_dir.stat().st_mode) & 0o007 == 0
    assert socket_dir.stat().st_uid == cluster.stat().st_uid != 0
    for path in status.data_dir.rglob("*"):
        assert stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0 or path.is_socket(), path


def test_rows_are_still_there_after_a_stop_and_a_start(server: EmbeddedServer) -> None:
    put(server.start().url, "584213")
    assert server.status().status is Status.RUNNING
    assert server.stop() is True
    assert server.status().status is Status.STOPPED
    again = server.start()
    assert again.started_here
    assert kept(again.url) == ["584213"]


def test_before_the_first_start_nothing_exists_and_the_address_is_known(place: Path) -> None:
    server = EmbeddedServer(place / "db")
    assert server.status().status is Status.NOT_CREATED
    assert not (place / "db").exists()
    address = server.url()
    with server as info:
        assert info.url == address
        with psycopg.connect(server.dsn()) as connection:
            assert connection.info.dbname == "seawall"


def test_a_second_start_of_the_same_server_changes_nothing(server: EmbeddedServer) -> None:
    first = server.start()
    second = server.start()
    assert second.pid == first.pid
    assert not second.started_here
    assert server.stop() is True


def test_a_failed_statement_leaves_no_buyer_in_the_log(server: EmbeddedServer) -> None:
    info = server.start()
    put(info.url, "buyer-Nguyen-0901234567")
    with pytest.raises(psycopg.errors.UniqueViolation):
        put(info.url, "buyer-Nguyen-0901234567")
    server.stop()
    assert info.log is not None
    words = info.log.read_text(encoding="utf-8")
    assert "duplicate key value violates unique constraint" in words
    assert "Nguyen" not in words
