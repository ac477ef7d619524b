"""What TikTok Shop's JSON has beyond the common: stamps in two units, JSON inside strings, ids that must fit."""

import json
from datetime import UTC, datetime
from typing import Any

from seawall.connectors.tolerant import parse_object, scalar

MAX_ID = 120
"""What our tables keep of an id; the platform's have 19 digits."""
_MILLIS_FROM = 100_000_000_000
"""Seconds reach this in the year 5138, milliseconds did in 1973."""


def id_of(value: object) -> str:
    """An id of at most MAX_ID characters; empty for what is longer, since a shortened id names something else."""
    text = scalar(value)
    return text if len(text) <= MAX_ID else ""


def instant(stamp: int) -> datetime | None:
    """A stamp in seconds, or in milliseconds as `*_millis` and tracking have them [OAS]; None for none or nonsense."""
    if stamp <= 0:
        return None
    try:
        return datetime.fromtimestamp(stamp / 1000 if stamp >= _MILLIS_FROM else stamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def inner_object(value: object) -> dict[str, Any]:
    """An object that travels as JSON inside a string (`content`, `data`) [OAS]; an object is taken as well."""
    if isinstance(value, str):
        return parse_object(value) or {}
    return value if isinstance(value, dict) else {}


def compact(value: object) -> str:
    """The one way we write JSON: what is signed, sent and kept is this very text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
