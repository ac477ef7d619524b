"""Secrets that are made on first use and kept in files only their owner may read."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from seawall.kernel.errors import Refused


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """The text of a secret file; made on first use, with mode 0600, whole or not at all.

    Two processes at once get the same secret. Raises Refused(secret_file_unreadable) and Refused(secret_file_empty).
    """
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise Refused("secret_file_unreadable", path=str(path), why=error.strerror or str(error)) from None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # unlike rename, it fails when someone else was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return _read(path)
    except OSError as error:
        raise Refused("secret_file_unreadable", path=str(path), why=error.strerror or str(error)) from None


def _read(path: Path) -> str:
    found = path.read_text(encoding="utf-8").strip()
    if not found:
        # Never made anew in place: what it protected would be lost without a word.
        raise Refused("secret_file_empty", path=str(path))
    return found
