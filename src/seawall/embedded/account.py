"""Under whose name the server runs: PostgreSQL refuses to run as root, and is right."""

import os
import pwd
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seawall.embedded.errors import DatabaseUnavailable

CANDIDATES = ("seawall", "postgres", "daemon", "nobody")
"""Tried in this order when root starts the first server. An administrator may make a user `seawall` for it; `nobody`
comes last since other programs may run under that name and could then reach the socket."""


@dataclass(frozen=True)
class Account:
    """Who owns the server's files and processes."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether this is someone else than the present process, so that we must change over (root only)."""
        return self.uid != os.geteuid()

    def run(self, command: Iterable[str | Path], *, cwd: Path, timeout_s: float) -> subprocess.CompletedProcess[str]:
        """Run a program under this name with a clean environment; never raises for its exit status.

        Raises DatabaseUnavailable(embedded_cannot_switch_user) and subprocess.TimeoutExpired.
        """
        # Everything else is left out on purpose: PG* variables, LD_* and a locale that the messages would follow.
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": str(cwd)}
        try:
            return subprocess.run(
                [str(part) for part in command],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=timeout_s,
                umask=0o077,
                user=self.uid if self.is_other else None,
                group=self.gid if self.is_other else None,
                extra_groups=[] if self.is_other else None,
            )
        except PermissionError:
            # Root in a container that owns no other user id cannot change over; a folder that is shut looks alike.
            raise DatabaseUnavailable("embedded_cannot_switch_user", user=self.name, path=str(cwd)) from None

    def can_use(self, program: Path, data: Path) -> bool:
        """Whether this account may run `program` and read `data` where they are: tried, not guessed from modes."""
        if not self.is_other:
            return os.access(program, os.X_OK) and os.access(data, os.R_OK)
        test = self.run(
            ["/bin/sh", "-c", '[ -x "$1" ] && [ -r "$2" ]', "sh", program, data], cwd=Path("/"), timeout_s=30
        )
        return test.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may pass through `folder`."""
        if not self.is_other:
            return os.access(folder, os.X_OK)
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder], cwd=Path("/"), timeout_s=30).returncode == 0


def of_uid(uid: int) -> Account:
    """The account with this number, whether or not it has a name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, os.getegid() if uid == os.geteuid() else uid)
    return Account(entry.pw_name, uid, entry.pw_gid)


def choose(cluster: Path) -> Account:
    """Who runs the server of `cluster`: the caller, or for root the owner of the files, else the first candidate.

    Raises DatabaseUnavailable(embedded_not_owner) when the files are someone else's, (embedded_no_account) when root
    finds no account to run it under.
    """
    me = os.geteuid()
    owner = cluster.stat().st_uid if cluster.exists() else None
    if me != 0:
        if owner is not None and owner != me:
            raise DatabaseUnavailable("embedded_not_owner", path=str(cluster), owner=of_uid(owner).name)
        return of_uid(me)
    if owner:
        return of_uid(owner)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise DatabaseUnavailable("embedded_no_account", names=", ".join(CANDIDATES))
