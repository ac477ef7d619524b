"""An append-only file of what the platform accepted, replayed at start: kill the simulator, and it still knows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO


class Journal:
    """JSON lines, one record each, with its kind under `k`. Without a path it keeps nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def replay(self) -> Iterator[dict[str, Any]]:
        """The records so far. A last line cut off by a crash is dropped: its call was never answered."""
        if self._path is None or not self._path.exists():
            return
        whole = 0
        with self._path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield json.loads(line)
        if whole < self._path.stat().st_size:
            with self._path.open("r+b") as file:
                file.truncate(whole)

    def open(self) -> None:
        """Begin to append."""
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8")

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
