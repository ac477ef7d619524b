"""Digests that bind approvals: SHA-256 over JSON with sorted keys, no spaces, UTF-8."""

import hashlib
import json
from typing import Any


def sha256_text(text: str) -> str:
    """Hex SHA-256 of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(value: Any) -> str:
    """Hex SHA-256 of a JSON value. Floats are refused: they print differently from one tool to the next."""
    return sha256_text(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_no_floats))


def _no_floats(value: object) -> str:
    raise TypeError(f"{type(value).__name__} cannot stand in a digest")
