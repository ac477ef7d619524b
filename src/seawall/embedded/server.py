"""The supervisor: start it once, share it, and let the last one out stop it."""

import atexit
import contextlib
import os
import threading
import time
from pathlib import Path
from subprocess import TimeoutExpired
from types import TracebackType
from urllib.parse import quote

import psycopg
import structlog
from psycopg import sql

from seawall.embedded import account as accounts
from seawall.embedded import configuration, locks, postmaster
from seawall.embedded.binaries import Binaries, find_binaries
from seawall.embedded.cluster import OWNER_ROLE, check_version, cluster_major, make_cluster
from seawall.embedded.diagnosis import code_of, failure, os_failure
from seawall.embedded.errors import DatabaseUnavailable
from seawall.embedded.layout import Layout, settle
from seawall.embedded.reach import CONNECT_TIMEOUT_S, first_line
from seawall.embedded.values import ServerInfo, Status, StatusInfo
from seawall.kernel.clock import monotonic

DATABASE = "seawall"
START_PATIENCE_S = 150
"""A clean start takes a tenth of a second; replaying a gigabyte of log after a crash took well under a minute."""
LOG_LIMIT = 10 * 1024 * 1024

log = structlog.get_logger()


class EmbeddedServer:
    """The PostgreSQL server of one data folder, shared by every process that names the same folder.

    `start` takes a share and makes sure the server answers; `stop` gives the share back and stops the server when
    nobody else has one. A process that is killed loses its share by itself; the server it leaves behind is found and
    used by the next one. All failures are SeawallErrors with a sentence.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, binaries: Binaries | None = None) -> None:
        """`durable=False` is for tests: a power cut may break the data. Nothing is touched before `start`."""
        self._data_dir = data_dir
        self._durable = durable
        self._binaries = binaries
        self._hold: locks.Hold | None = None
        self._pid = os.getpid()

    def url(self, database: str = DATABASE) -> str:
        """The address as a URL; known without starting anything, and without secrets."""
        host = quote(str(Layout.find(self._data_dir).socket_dir), safe="")
        return f"postgresql://{OWNER_ROLE}@/{quote(database, safe='')}?host={host}&port=5432"

    def dsn(self, database: str = DATABASE) -> str:
        """The address as libpq's words."""
        return psycopg.conninfo.make_conninfo(
            host=str(Layout.find(self._data_dir).socket_dir), port=5432, user=OWNER_ROLE, dbname=database
        )

    def status(self) -> StatusInfo:
        """How the server stands, without touching it. Raises DatabaseUnavailable(embedded_no_permission)."""
        layout = Layout.find(self._data_dir)
        try:
            major = cluster_major(layout.cluster)
            running = postmaster.find(layout.cluster)
        except PermissionError:
            raise DatabaseUnavailable("embedded_no_permission", path=str(layout.cluster)) from None
        at_rest = Status.NOT_CREATED if major is None else Status.STOPPED
        return StatusInfo(
            status=running.status if running else at_rest,
            data_dir=layout.root,
            socket_dir=layout.socket_dir,
            log=layout.log,
            pid=running.pid if running else None,
            cluster_major=major,
        )

    def start(self) -> ServerInfo:
        """Take a share, start the server when it does not run, make its database when it is missing."""
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locks.alone(Layout.find(self._data_dir).start_lock):
                try:
                    return self._start(Layout.find(self._data_dir))
                except BaseException:
                    self._leave()
                    raise
        except OSError as error:
            raise os_failure(error, path=self._data_dir) from None

    def stop(self) -> bool:
        """Give the share back; True when this was the last one and the server has stopped."""
        if self._hold is None or os.getpid() != self._pid:
            return False
        layout = Layout.find(self._data_dir)
        if not layout.users_lock.exists():
            self._leave()  # the whole folder was removed under us; the server ends by itself when it notices
            return False
        with locks.alone(layout.start_lock):
            if not self._leave():
                return False
            running = postmaster.find(layout.cluster)
            if running is not None:
                clean = postmaster.stop(running, layout.cluster)
                log.debug("database_stopped", action="database.stop", pid=running.pid, clean=clean)
        return True

    def __enter__(self) -> ServerInfo:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _leave(self) -> bool:
        hold, self._hold = self._hold, None
        return hold.leave() if hold is not None else False

    def _start(self, layout: Layout) -> ServerInfo:
        account = accounts.choose(layout.cluster)
        layout = settle(layout, account)
        if self._hold is None:
            self._hold = locks.Hold(layout.users_lock)
        self._pid = os.getpid()
        binaries = self._binaries or find_binaries()
        check_version(layout, binaries)
        running = _settled(layout)
        started_here = running is None
        if started_here:
            running = self._launch(layout, binaries, account)
        version = self._make_database(layout)
        return ServerInfo(
            url=self.url(),
            source=binaries.source,
            version=version,
            pid=running.pid if running else None,
            data_dir=layout.root,
            log=layout.log,
            started_here=started_here,
        )

    def _launch(self, layout: Layout, binaries: Binaries, account: accounts.Account) -> postmaster.Postmaster | None:
        if not account.can_use(*binaries.readable_probe):
            binaries = binaries.copy_to(layout.binaries)
        if cluster_major(layout.cluster) is None:
            make_cluster(layout, binaries, account, durable=self._durable)
        configuration.write(layout.cluster, layout.socket_dir, account, durable=self._durable)
        postmaster.clear_leftovers(layout.cluster, layout.socket_dir)
        _turn_log(layout.log)
        began = monotonic()
        words = _pg_ctl_start(layout, binaries, account)
        if words is not None and code_of(words) == "embedded_in_use":
            # The postmaster was killed and one of its processes is still busy: nothing may run beside it.
            ended = postmaster.end_orphans(layout.cluster)
            log.warning("database_orphans_ended", action="database.start", count=ended)
            words = _pg_ctl_start(layout, binaries, account)
        if words is not None:
            raise failure(words, path=layout.root, log=layout.log)
        running = postmaster.find(layout.cluster)
        took_ms = round((monotonic() - began) * 1000)
        log.debug("database_started", action="database.start", pid=running.pid if running else None, took_ms=took_ms)
        return running

    def _make_database(self, layout: Layout) -> int:
        """The server's version; makes the database `seawall` when it is missing."""
        try:
            with psycopg.connect(
                self.dsn("postgres"), connect_timeout=CONNECT_TIMEOUT_S, autocommit=True
            ) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                if known is None:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
                return connection.info.server_version
        except psycopg.Error as error:
            raise DatabaseUnavailable(
                "embedded_no_answer", path=str(layout.socket_dir), log=str(layout.log), why=first_line(error)
            ) from None


def _settled(layout: Layout) -> postmaster.Postmaster | None:
    """The running server once it has made up its mind; None when there is none."""
    give_up = monotonic() + START_PATIENCE_S
    while True:
        running = postmaster.find(layout.cluster)
        if running is None or running.status is Status.RUNNING:
            return running
        if monotonic() > give_up:
            raise DatabaseUnavailable("embedded_slow", path=str(layout.root), log=str(layout.log))
        time.sleep(0.05)


def _pg_ctl_start(layout: Layout, binaries: Binaries, account: accounts.Account) -> str | None:
    """Start and wait until the server takes connections; None when it does, else all it said.

    Names are relative to `root`: pg_ctl puts them into a shell command.
    """
    before = layout.log.stat().st_size if layout.log.exists() else 0
    cluster, server_log = layout.cluster.name, layout.log.relative_to(layout.root)
    options = ["-D", cluster, "-l", str(server_log), "-w", "-t", str(START_PATIENCE_S), "-s"]
    command: list[str | Path] = [binaries.program("pg_ctl"), "start", *options]
    try:
        answer = account.run(command, cwd=layout.root, timeout_s=START_PATIENCE_S + 10)
    except TimeoutExpired:
        raise DatabaseUnavailable("embedded_slow", path=str(layout.root), log=str(layout.log)) from None
    if answer.returncode == 0:
        return None
    said = ""
    with contextlib.suppress(OSError), layout.log.open("rb") as file:
        file.seek(before)
        said = file.read(65536).decode(errors="replace")
    return f"{answer.stderr}\n{said}"


def _turn_log(path: Path) -> None:
    """Keep the log and one older one."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))


_held: dict[Path, EmbeddedServer] = {}
_guard = threading.Lock()


def ensure_running(data_dir: Path, *, durable: bool = True) -> ServerInfo:
    """Make sure the server of `data_dir` answers, and hold it until this process ends (or `release_all`).

    Call it as often as you like. Two processes at once get one server. Raises SeawallErrors with the reason.
    """
    with _guard:
        key = data_dir.resolve()
        server = _held.get(key)
        if server is None or server._pid != os.getpid():
            server = EmbeddedServer(key, durable=durable)
        info = server.start()
        if not _held:
            atexit.register(release_all)
        _held[key] = server
        return info


def release_all() -> None:
    """Give back every share that `ensure_running` took in this process; the last one out stops its server."""
    with _guard:
        while _held:
            _, server = _held.popitem()
            server.stop()
        atexit.unregister(release_all)
