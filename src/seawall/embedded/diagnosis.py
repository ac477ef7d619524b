"""From what PostgreSQL says to a sentence that says what to do."""

import re
from pathlib import Path

from seawall.embedded.errors import DatabaseUnavailable

# The messages are PostgreSQL's own in English (lc_messages is C), stable over many versions; first match wins.
_SIGNS: tuple[tuple[str, str], ...] = (
    (r"No space left on device|Disk quota exceeded", "embedded_disk_full"),
    (
        r"could not (create|resize|attach to|map) (anonymous )?shared memory|could not create semaphores",
        "embedded_shared_memory",
    ),
    (r"pre-existing shared memory block|lock file .* already exists", "embedded_in_use"),
    (r"is too long \(maximum \d+ bytes\)", "embedded_socket_path_too_long"),
    (r"error while loading shared libraries|GLIBC_|symbol lookup error", "embedded_cannot_run"),
    (r"Exec format error", "embedded_wrong_machine"),
    (
        r"could not locate a valid checkpoint|invalid checkpoint record|invalid page in block|"
        r"is not a valid data directory|incorrect checksum in control file",
        "embedded_damaged",
    ),
    (r"could not look up effective user ID", "embedded_nameless_user"),
    (r"Read-only file system", "embedded_read_only"),
    (r"Permission denied|Operation not permitted", "embedded_no_permission"),
)


def code_of(words: str) -> str:
    """The code for what the server or initdb said; `embedded_start_failed` when nothing is known of it."""
    return next((code for pattern, code in _SIGNS if re.search(pattern, words)), "embedded_start_failed")


def telling_line(words: str) -> str:
    """The line that says most: the last FATAL or PANIC, else the last error, else the last line."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    for mark in ("PANIC:", "FATAL:", "error:", "ERROR:"):
        marked = [line for line in lines if mark in line]
        if marked:
            return marked[-1]
    return lines[-1] if lines else ""


def failure(words: str, *, path: Path, log: Path) -> DatabaseUnavailable:
    """The error for a start that failed."""
    return DatabaseUnavailable(code_of(words), path=str(path), log=str(log), why=telling_line(words))


def os_failure(error: OSError, *, path: Path) -> DatabaseUnavailable:
    """The error for a folder or file we could not make."""
    named = error.filename if isinstance(error.filename, str) else str(path)
    return failure(error.strerror or str(error), path=Path(named), log=path)
