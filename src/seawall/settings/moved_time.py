"""Time that is moved on in an exercise: a file says how far every process of one desk runs ahead of the machine.

A storm that keeps real limits takes days: quiet hours, quotas of a day. Moving the time of the desk and of the stand-in
marketplaces together plays it in minutes, with every rule in force. Never with real shops: see `shops.moved_time`.
"""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path


class MovedTime:
    """The file, read anew when it has changed. A missing file is no shift."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._span = timedelta(0)

    def span(self) -> timedelta:
        """How far ahead. An unreadable file leaves what was known: time never jumps back by a half-written file."""
        try:
            found = self._path.stat()
        except OSError:
            return self._span
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._seen:
            with suppress(OSError, ValueError, OverflowError):
                self._span = timedelta(seconds=float(self._path.read_text(encoding="ascii")))
            self._seen = stamp
        return self._span

    def move(self, by: timedelta) -> timedelta:
        """Go on by a span, at once for every process that reads the file; returns how far ahead it is now."""
        wanted = self.span() + by
        part = self._path.with_suffix(".part")
        part.write_text(f"{wanted.total_seconds():.3f}", encoding="ascii")
        os.replace(part, self._path)
        return self.span()
