"""The append-only record of what a platform accepted from a seller: the proof that nobody was messaged twice.

One JSON line a message, written before the answer leaves, and flushed: whatever kills the simulator afterwards, a
message that was answered for stands here exactly once.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO


class AcceptedLog:
    """Writes `--log FILE`, for all platforms of one process. Without a path it keeps nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._file: TextIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")

    def add(
        self,
        *,
        at: str,
        platform: str,
        shop: str,
        buyer: str,
        conversation: str,
        order_ids: Sequence[str],
        kind: str,
        text: str,
        message_id: str,
    ) -> None:
        """Note a message a seller sent and the platform took. `at` is ISO 8601 in UTC by the simulator's clock; `kind`
        is the platform's own word (text, order, image, ...), `text` empty for anything but text."""
        if self._file is None:
            return
        row = {
            "at": at,
            "platform": platform,
            "shop": shop,
            "buyer": buyer,
            "conversation": conversation,
            "order_ids": list(order_ids),
            "kind": kind,
            "text": text,
            "message_id": message_id,
        }
        self._file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
