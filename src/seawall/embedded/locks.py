"""File locks: the only things that a kill -9 always cleans up."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seawall.embedded.errors import DatabaseUnavailable
from seawall.kernel.clock import monotonic

STARTING_PATIENCE_S = 180.0
"""Longer than one start with crash recovery may take; who waits longer than this waits for a stuck process."""


def _open(path: Path) -> int:
    # Python opens it close-on-exec, so neither the server nor any other child keeps the lock alive by accident.
    flags = os.O_RDWR | os.O_NOFOLLOW
    try:
        handle = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:  # root in a user's folder: the user must be able to come back
        os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle


@contextmanager
def alone(path: Path, patience_s: float = STARTING_PATIENCE_S) -> Iterator[None]:
    """One process at a time. Raises DatabaseUnavailable(embedded_busy) when the lock is not to be had in time."""
    handle = _open(path)
    try:
        give_up = monotonic() + patience_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() > give_up:
                    raise DatabaseUnavailable("embedded_busy", path=str(path)) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


class Hold:
    """A share in a server: while anyone has one, nobody stops it."""

    def __init__(self, path: Path) -> None:
        """Take the share. Call it, and `leave`, within `alone`."""
        self._path = path
        self._handle: int | None = _open(path)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Give the share back; True when nobody else has one, False too when the folder is gone.

        Closed, not unlocked: a process forked from this one shares the lock and may still be using the server.
        """
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        return not in_use(self._path)


def in_use(path: Path) -> bool:
    """Whether anyone holds a share. A lock file that is gone with its folder says yes: there is nothing to stop."""
    try:
        handle = _open(path)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
