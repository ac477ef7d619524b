"""An append-only file of what the platform accepted, replayed at start: kill the simulator, and it still knows."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO


class JournalError(ValueError):
    """A journal that is none, in words."""


class Journal:
    """JSON lines, one record each, with its kind under `k`. Without a path it keeps nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def take_up(self, take: Callable[[str, dict[str, Any]], object]) -> int:
        """Hand each record so far, its kind apart, to `take`; gives their number. A last line cut off by a crash is
        dropped: its call was never answered. Raises JournalError naming the file, and the line that is no record, or
        one of another platform."""
        count = 0
        try:
            for record in self._records():
                count += 1
                take(record.pop("k"), record)
        except OSError as error:
            raise JournalError(f"{self._path}: {error.strerror or error}") from error
        except (TypeError, KeyError, IndexError, AttributeError) as error:
            raise JournalError(f"{self._path}, line {count}: no record of this platform") from error
        return count

    def _records(self) -> Iterator[dict[str, Any]]:
        if self._path is None or not self._path.exists():
            return
        whole = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield self._record(number, line)
        if whole < self._path.stat().st_size:
            with self._path.open("r+b") as file:
                file.truncate(whole)

    def _record(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            record = json.loads(line)
        except ValueError as error:
            raise JournalError(f"{self._path}, line {number}: not a journal of the simulators") from error
        if not isinstance(record, dict) or not isinstance(record.get("k"), str):
            raise JournalError(f"{self._path}, line {number}: not a journal of the simulators")
        return record

    def open(self) -> None:
        """Begin to append. Raises JournalError."""
        if self._path is not None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("a", encoding="utf-8")
            except OSError as error:
                raise JournalError(f"{self._path}: {error.strerror or error}") from error

    def add(self, kind: str, record: dict[str, Any]) -> None:
        """Append and hand to the operating system at once, so that kill -9 loses nothing that was answered."""
        if self._file is not None:
            self._file.write(json.dumps({"k": kind, **record}, ensure_ascii=False, separators=(",", ":")) + "\n")
            self._file.flush()

    def add_many(self, kind: str, records: list[dict[str, Any]]) -> None:
        """Append many, flushed once."""
        if self._file is not None:
            self._file.writelines(
                json.dumps({"k": kind, **record}, ensure_ascii=False, separators=(",", ":")) + "\n"
                for record in records
            )
            self._file.flush()

    def truncate(self) -> None:
        """Forget everything (POST /_sim/reset)."""
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
