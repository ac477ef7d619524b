"""JSON of the platform, made safe to keep: scalars that come typed or as text, text inside text, hostile nesting."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

MAX_DEPTH = 40
_WHOLE = re.compile(r"[0-9]{1,19}(\.0+)?")
_AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,8})?")
_MILLIS_FROM = 100_000_000_000
"""Seconds reach this in the year 5138, milliseconds did in 1973."""


class Unstorable(ValueError):
    """Nested deeper than any answer of the platform, or a number that JSON cannot carry on."""


def scalar(value: object) -> str:
    """A scalar as text; nothing for null, objects and lists."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def truth(value: object) -> bool:
    """A flag that may be a boolean, a number or text."""
    return scalar(value).strip().lower() in {"true", "1"}


def whole(value: object) -> int:
    """A non-negative whole number of at most 19 digits, typed or as text; 0 for anything else."""
    text = scalar(value).strip()
    return int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else 0


def amount(value: object) -> Decimal | None:
    """Money: a decimal as text [OAS]; None for anything else."""
    text = scalar(value).strip()
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def instant(stamp: int) -> datetime | None:
    """A stamp in seconds, or in milliseconds as `*_millis` and tracking have them [OAS]; None for none or nonsense."""
    if stamp <= 0:
        return None
    try:
        return datetime.fromtimestamp(stamp / 1000 if stamp >= _MILLIS_FROM else stamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def storable(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Parsed JSON that a table can hold: no NUL, no half surrogates, nothing endless. Raises Unstorable."""
    if depth == 0:
        raise Unstorable("nested too deep")
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise Unstorable("a number without end")
    if isinstance(value, dict):
        return {storable(name, depth): storable(item, depth - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item, depth - 1) for item in value]
    return value


def parse(text: str | bytes) -> Any:
    """Any JSON, safe to keep. Raises ValueError for what is none, NaN and endless numbers included."""
    try:
        return storable(json.loads(text, parse_constant=_refuse))
    except RecursionError:
        raise Unstorable("nested too deep") from None


def parse_object(text: str | bytes) -> dict[str, Any] | None:
    """The JSON object in a text, or None for everything else. Never raises."""
    try:
        found = parse(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def inner_object(value: object) -> dict[str, Any]:
    """An object that travels as JSON inside a string (`content`, `data`) [OAS]; an object is taken as well."""
    if isinstance(value, str):
        return parse_object(value) or {}
    return value if isinstance(value, dict) else {}


def object_at(payload: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object under a chain of keys, or an empty one."""
    here: Any = payload
    for name in names:
        here = here.get(name) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else {}


def rows_at(payload: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    """The list of objects under a chain of keys; whatever else is in it is dropped."""
    *path, last = names
    found = object_at(payload, *path).get(last)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def compact(value: object) -> str:
    """The one way we write JSON: what is signed, sent and kept is this very text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _refuse(name: str) -> float:
    raise ValueError(name)
