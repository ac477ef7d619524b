"""Text that PostgreSQL can store: a buyer may type what its text and jsonb refuse."""

from typing import Any

MAX_DEPTH = 40


class TooDeep(ValueError):
    """Nested deeper than any answer of the platform, or holding a number that JSON cannot carry on."""


def storable_text(value: str) -> str:
    """The text without NUL and half surrogates, each replaced by a mark."""
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
