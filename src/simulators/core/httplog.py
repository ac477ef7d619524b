"""The simulator's record of calls: the last ones in memory, all of them in a JSON-lines file when asked for."""

import json
from collections import Counter, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

HIDDEN = frozenset({"sign", "access_token", "refresh_token", "code", "app_secret"})


class HttpLog:
    """Keeps calls without tokens and signatures."""

    def __init__(self, path: Path | None = None, keep: int = 2000) -> None:
        self._file: TextIO | None = path.open("a", buffering=1, encoding="utf-8") if path else None
        self.last: deque[dict[str, Any]] = deque(maxlen=keep)
        self.counts: Counter[str] = Counter()

    def add(self, *, at: str, api: str, params: Mapping[str, str], status: int, code: str, **more: object) -> None:
        """Note a call. `code` is the platform's, or what happened to the connection."""
        row = {
            "at": at,
            "api": api,
            "status": status,
            "code": code,
            "params": {name: value for name, value in params.items() if name not in HIDDEN},
            **more,
        }
        self.last.append(row)
        self.counts[f"{api} {code}"] += 1
        if self._file is not None:
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def clear(self) -> None:
        """Forget what is in memory; the file keeps its lines."""
        self.last.clear()
        self.counts.clear()

    def close(self) -> None:
        """Flush and close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
