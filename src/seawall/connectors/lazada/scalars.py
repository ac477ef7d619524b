"""Scalars of the platform's JSON, which come typed or as text."""

from datetime import datetime


def scalar(value: object) -> str:
    """A scalar as text: sample pages print every number and flag as a string, live answers do not [D]."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def truth(value: object) -> bool:
    """A flag that may be a boolean, a number or text."""
    return scalar(value).strip().lower() in {"true", "1"}


def rfc_instant(at: datetime) -> str:
    """A request date: ISO 8601 with offset, whole seconds [D]."""
    return at.replace(microsecond=0).isoformat()
