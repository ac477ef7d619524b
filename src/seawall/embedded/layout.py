"""Where the server's files are."""

import hashlib
import os
import re
import secrets
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from seawall.embedded.account import Account
from seawall.embedded.errors import DatabaseUnavailable
from seawall.kernel.errors import Refused

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107 if sys.platform == "linux" else 103
"""Bytes of a socket's path: sun_path is 108 on Linux and 104 on macOS, with a zero at the end."""

SHORT_FOLDERS = Path("/tmp")  # noqa: S108 - guarded in make_socket_dir; the name is fixed so that all processes agree
RELOCATED = Path("/var/lib/seawall/clusters")

# Characters that mean nothing to the server's configuration file. Any other path gets the short folder.
_PLAIN = re.compile(r"[\w./+@-]+")


@dataclass(frozen=True)
class Layout:
    """The files of one embedded server.

    `asked` is the folder that was named. `root` is the same, but where root asked for a folder below one that the
    server's account may not enter (say /root): then the files live under /var/lib/seawall/clusters and `asked` holds
    a pointer. Folders are never opened wider to make them reachable.
    """

    asked: Path
    root: Path

    @classmethod
    def find(cls, data_dir: Path) -> "Layout":
        """The layout as it stands, creating nothing."""
        asked = data_dir.resolve()
        pointer = asked / "location"
        try:
            return cls(asked, Path(pointer.read_text(encoding="utf-8").strip()))
        except OSError:
            return cls(asked, asked)

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder (PGDATA)."""
        return self.root / "cluster"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.root / "log" / "server.log"

    @property
    def binaries(self) -> Path:
        """Copies of the programs, where the originals are not readable for the server's account."""
        return self.root / "binaries"

    @property
    def start_lock(self) -> Path:
        """Held while someone starts or stops the server."""
        return self.asked / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by everyone who uses the server."""
        return self.root / "users.lock"

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket: inside `root` unless that path is too long or too odd for it."""
        near = self.root / "run"
        if len(os.fsencode(near / SOCKET_NAME)) <= SOCKET_PATH_LIMIT and _PLAIN.fullmatch(str(near)):
            return near
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return SHORT_FOLDERS / f"seawall-{digest}"


def settle(layout: Layout, account: Account) -> Layout:
    """Make the folders, moving to RELOCATED when `account` cannot enter; call it while holding `start_lock`.

    Raises Refused(embedded_copied_home) when the pointer was copied together with a home that still exists, and OSError
    from making folders.
    """
    if layout.root == layout.asked and account.is_other and not layout.cluster.exists():
        _open_for(layout.root, account)
        if not account.can_enter(layout.root):
            layout = _relocate(layout)
    if layout.root != layout.asked:
        _check_owner(layout)
    _open_for(layout.root, account)
    _own_dir(layout.log.parent, account)
    make_socket_dir(layout.socket_dir, account)
    return layout


def _relocate(layout: Layout) -> Layout:
    RELOCATED.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    RELOCATED.mkdir(mode=0o711, exist_ok=True)
    root = RELOCATED / secrets.token_hex(5)
    root.mkdir(mode=0o700)
    (root / "home").write_text(f"{layout.asked}\n", encoding="utf-8")
    (layout.asked / "location").write_text(f"{root}\n", encoding="utf-8")
    return Layout(layout.asked, root)


def _check_owner(layout: Layout) -> None:
    note = layout.root / "home"
    home = Path(note.read_text(encoding="utf-8").strip()) if note.exists() else layout.asked
    if home != layout.asked and (home / "location").exists():
        raise Refused("embedded_copied_home", path=str(layout.asked), other=str(home), files=str(layout.root))
    if home != layout.asked:
        note.write_text(f"{layout.asked}\n", encoding="utf-8")


def _open_for(folder: Path, account: Account) -> None:
    """Ours, and enterable (not readable) for the server's group."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not account.is_other:
        folder.chmod(0o700)
    elif folder.stat().st_uid == os.geteuid():  # root in a user's own folder changes nothing of it
        os.chown(folder, -1, account.gid)
        folder.chmod(0o710)


def _own_dir(folder: Path, account: Account) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if account.is_other:
            os.chown(folder, account.uid, account.gid)


def make_socket_dir(folder: Path, account: Account) -> None:
    """A folder that only `account` can enter. Raises DatabaseUnavailable(embedded_socket_folder_taken).

    The mode is what keeps others out, since the server trusts whoever reaches the socket. /tmp is open to everyone, so
    a folder there that is a link or someone else's is refused, not repaired.
    """
    _own_dir(folder, account)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise DatabaseUnavailable("embedded_socket_folder_taken", path=str(folder), user=account.name)
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
