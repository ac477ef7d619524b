"""Backup and move to a new server, by the very commands of docs/howto/database.md."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from seawall.embedded import EmbeddedServer


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that the database's account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="sw-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def tool(home: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = kept | {"SEAWALL_HOME": str(home), "PGHOST": "nowhere.invalid", "SEAWALL_LANG": "en"}
    return subprocess.run(
        [sys.executable, "-m", "seawall.settings.tool", *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_dump_goes_into_a_fresh_server_with_every_row(home: Path, tmp_path: Path) -> None:
    with EmbeddedServer(home / "database") as info, psycopg.connect(info.url) as connection:
        connection.execute("CREATE TABLE orders (id bigint PRIMARY KEY, buyer text NOT NULL)")
        connection.execute("INSERT INTO orders SELECT n, '海堤 ' || n FROM generate_series(1, 2400) n")
    backup = tmp_path / "backup.dump"

    dumped = tool(home, "pg_dump", "--format=custom", f"--file={backup}")
    assert (dumped.returncode, dumped.stderr) == (0, "")

    (home / "database").rename(home / "database.old")
    restored = tool(home, "pg_restore", "--dbname=seawall", "--no-owner", "--exit-on-error", str(backup))
    assert (restored.returncode, restored.stderr) == (0, "")

    counted = tool(home, "psql", "-Atc", "SELECT count(*), min(buyer) FROM orders")
    assert counted.stdout == "2400|海堤 1\n"


def test_a_name_that_is_no_program_is_misuse(home: Path) -> None:
    missing, unknown = tool(home), tool(home, "pg_dumb")
    assert (missing.returncode, unknown.returncode) == (2, 2)
    assert "psql, pg_dump, pg_restore" in unknown.stderr
