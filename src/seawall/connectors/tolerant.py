"""Reading a platform's JSON without trusting it: ids as text whatever their type, unknown fields ignored, and nothing
that a table could not store afterwards. Knows no platform."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

MAX_DEPTH = 40
_WHOLE = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,30})?")
"""Short enough that no number in an answer can keep the machine busy (`1e999999999` could)."""
_MAY_NEED_MENDING = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|[eE]\+?\d{3}")
"""Escapes of NUL and of surrogates, and numbers that may be infinite. All else is storable as it is."""


class TooDeep(ValueError):
    """Nested deeper than any answer of a platform, or holding a number that JSON cannot carry on."""


def scalar(value: object) -> str:
    """A scalar as text; empty for null, lists and objects."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python turns into text
        return ""


def truth(value: object) -> bool:
    """A flag that may be a boolean, a number or text."""
    return scalar(value).strip().lower() in {"true", "1"}


def whole(value: object) -> int:
    """A whole number that may be text; 0 for everything else."""
    text = scalar(value).strip()
    return int(text.split(".")[0] or 0) if text.isascii() and _WHOLE.fullmatch(text) else 0


def amount(value: object) -> Decimal | None:
    """A finite decimal that may be text; None for everything else."""
    text = scalar(value).strip().replace(",", "")
    if len(text) > 40:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def identifier(value: object) -> str:
    """An id as text; platforms write "none" as 0, "0", "null" or an empty text."""
    text = scalar(value).strip()
    return "" if text.lower() in {"0", "null", "none", "undefined"} else text


def storable_text(value: str) -> str:
    """The text without NUL and half surrogates, each replaced by a mark: PostgreSQL refuses them."""
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def storable(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Parsed JSON with every text in it storable. Raises TooDeep."""
    if depth == 0:
        raise TooDeep("nested too deep")
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise TooDeep("a number without end")  # 1e999 parses as infinity
    if isinstance(value, dict):
        return {storable_text(name): storable(item, depth - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item, depth - 1) for item in value]
    return value


def parse_json(body: bytes | str) -> Any:
    """Storable JSON, whole numbers exact at any length. Raises ValueError for everything else, also NaN."""
    try:
        found = json.loads(body, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise TooDeep("nested too deep") from error
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "replace")
    return storable(found) if isinstance(body, str) or _MAY_NEED_MENDING.search(raw) else found


def parse_object(body: bytes | str) -> dict[str, Any] | None:
    """The JSON object in a body, or None for everything else. Never raises."""
    try:
        found = parse_json(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def object_at(payload: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object under a chain of keys, or an empty one."""
    here: Any = payload
    for name in names:
        here = here.get(name) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else {}


def rows_at(payload: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    """The list of objects under a chain of keys, or an empty one."""
    *path, last = names
    return rows(object_at(payload, *path).get(last))


def rows(value: object) -> list[Mapping[str, Any]]:
    """A list of objects; anything else in it (null, text) is dropped."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _text(value: object) -> str:
    return storable_text(scalar(value))


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, BeforeValidator(lambda value: storable_text(identifier(value)))]
Whole = Annotated[int, BeforeValidator(whole)]
Flag = Annotated[bool, BeforeValidator(truth)]
Amount = Annotated[Decimal | None, BeforeValidator(amount)]
Rows = BeforeValidator(rows)


class Wire(BaseModel):
    """A tolerant object of a platform: every field has a default, and no value of any type makes it fail."""

    model_config = ConfigDict(extra="ignore", frozen=True)
