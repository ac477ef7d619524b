"""A folder the server's account can enter, cleaned up whatever the test did to the server."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from seawall.embedded import EmbeddedServer
from seawall.embedded import postmaster as processes

STARTER = """
import sys
from pathlib import Path
import structlog
from seawall.embedded import EmbeddedServer
from seawall.kernel.errors import SeawallError
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
server = EmbeddedServer(Path(sys.argv[1]), durable=False)
try:
    print(server.start().pid, flush=True)
except SeawallError as refusal:
    print(refusal.code, flush=True)
    sys.exit(refusal.exit_code)
sys.stdin.readline()
print(server.stop(), flush=True)
"""


def end_everything(cluster: Path) -> None:
    """What a power cut does: every process of the server is gone at once, none may say goodbye."""
    for process in processes.orphans(cluster):
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    while processes.orphans(cluster):
        pass


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder. Not tmp_path: as root that lies below a folder the server's account may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="sw-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    for cluster in [*folder.glob("**/cluster"), *folder.glob("**/making")]:
        end_everything(cluster)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """A server's folder as its first start leaves it: making one costs a second, copying it a tenth."""
    folder = Path(tempfile.mkdtemp(prefix="sw-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedServer(folder / "db", durable=False):
        pass
    yield folder / "db"
    shutil.rmtree(folder)


@pytest.fixture
def db(place: Path, made_once: Path) -> Path:
    """The folder of a server that was started before and stands still."""
    subprocess.run(["cp", "-a", str(made_once), str(place / "db")], check=True)
    return place / "db"


@pytest.fixture
def server(db: Path) -> Iterator[EmbeddedServer]:
    """A server that is not running."""
    server = EmbeddedServer(db, durable=False)
    yield server
    server.stop()


@pytest.fixture
def start_process() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts another process that holds the server until it reads a line."""
    started: list[subprocess.Popen[str]] = []

    def start(data_dir: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", STARTER, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def finish(process: "subprocess.Popen[str]") -> str:
    """Let a holder go; what it said at the end (True when it stopped the server)."""
    said, _ = process.communicate("\n", timeout=60)
    return said.strip()


def put(url: str, *orders: str) -> None:
    """Store rows, acknowledged."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY)")
        for order in orders:
            connection.execute("INSERT INTO orders VALUES (%s)", [order])


def kept(url: str) -> list[str]:
    """The rows that are there."""
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM orders ORDER BY id")]


as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to another account")
