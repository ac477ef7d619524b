"""What runs on a data folder, as the operating system sees it. A pid file only claims; the process table knows."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # its types are a package of their own

from seawall.embedded.values import Status
from seawall.kernel.clock import monotonic

_STATES = {
    "ready": Status.RUNNING,
    "standby": Status.RUNNING,
    "starting": Status.STARTING,
    "stopping": Status.STOPPING,
}


@dataclass(frozen=True)
class Postmaster:
    """The living main process of a server."""

    pid: int
    status: Status


def _is_ours(process: psutil.Process, cluster: Path) -> bool:
    """Whether a process is a living PostgreSQL process of this data folder: every one of them works inside it."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.name() == "postgres" and Path(process.cwd()) == cluster.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def find(cluster: Path) -> Postmaster | None:
    """The server that runs on `cluster`; None when there is none, whatever a leftover pid file says."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid = abs(int(lines[0]))
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if not psutil.pid_exists(pid) or not _is_ours(psutil.Process(pid), cluster):
        return None
    # The eighth line says how far it is; it is missing in the first moments.
    word = lines[7].strip() if len(lines) > 7 else "starting"
    return Postmaster(pid, _STATES.get(word, Status.STARTING))


def clear_leftovers(cluster: Path, socket_dir: Path) -> None:
    """Remove what a killed server leaves behind; call it only when `find` says None, holding the start lock.

    PostgreSQL itself clears a stale pid file, unless the number now belongs to another process of the same account:
    after a restart of the machine that happens. Its check for leftover shared memory does not need the file (the key is
    the folder's inode number since version 12), so processes still at work are noticed all the same.
    """
    for path in (cluster / "postmaster.pid", *socket_dir.glob(".s.PGSQL.*")):
        path.unlink(missing_ok=True)


def orphans(cluster: Path) -> list[psutil.Process]:
    """Processes of a server whose postmaster is gone; normally they leave by themselves within moments."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _is_ours(process, cluster)]


def end_orphans(cluster: Path) -> int:
    """End what is left of a dead server; how many there were. SIGQUIT is PostgreSQL's own "leave at once"."""
    left = orphans(cluster)
    for process in left:
        _signal(process, signal.SIGQUIT)
    if not _gone(left, cluster, patience_s=3):
        for process in left:
            _signal(process, signal.SIGKILL)
        _gone(left, cluster, patience_s=3)
    return len(left)


def _gone(processes: list[psutil.Process], cluster: Path, *, patience_s: float) -> bool:
    """Wait for processes that are not our children. A zombie counts as gone: some containers' init never reaps."""
    give_up = monotonic() + patience_s
    while any(_is_ours(process, cluster) for process in processes):
        if monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def stop(postmaster: Postmaster, cluster: Path, patience_s: float = 60.0) -> bool:
    """Fast shutdown: sessions are ended, work is written. After `patience_s`, at once. True when it stopped cleanly."""
    try:
        process = psutil.Process(postmaster.pid)
    except psutil.NoSuchProcess:
        return True
    _signal(process, signal.SIGINT)
    if _gone([process], cluster, patience_s=patience_s):
        return True
    _signal(process, signal.SIGQUIT)
    _gone([process], cluster, patience_s=10)
    return False
