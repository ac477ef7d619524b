"""What is wrong with the settings, in words: one sentence for each."""

import difflib
import os
from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from seawall.kernel.texts import text

_KINDS = {
    "int_parsing": "setting_not_a_number",
    "int_from_float": "setting_not_a_number",
    "bool_parsing": "setting_not_yes_or_no",
    "literal_error": "setting_not_one_of",
    "greater_than_equal": "setting_too_small",
    "less_than_equal": "setting_too_big",
    "string_too_short": "setting_empty",
    "path_type": "setting_not_a_path",
}

_SECRET = frozenset({"DATABASE_URL", "SEAWALL_SECRET_KEY", "SEAWALL_ENCRYPTION_KEY", "SEAWALL_INTENT_MODEL_KEY"})

KNOWN_ELSEWHERE = frozenset({"SEAWALL_LANG", "SEAWALL_AS", "SEAWALL_TEST_ROOT"})
"""Read by the command line (its language, who acts) and by the tests: no settings of the installation."""


def env_name(field: str) -> str:
    """The environment variable of a field."""
    return field if field.isupper() else "DATABASE_URL" if field == "database_url" else f"SEAWALL_{field.upper()}"


def as_sentences(error: ValidationError) -> list[str]:
    """A sentence for each thing that is wrong, naming the variable and what it may be. Secrets are not quoted."""
    return [_sentence(detail) for detail in error.errors(include_url=False)]


def _sentence(detail: ErrorDetails) -> str:
    name = env_name(str(detail["loc"][0])) if detail["loc"] else ""
    value = "***" if name in _SECRET else str(detail["input"])
    context = detail.get("ctx", {})
    cause = context.get("error")
    code = str(cause) if isinstance(cause, ValueError) else _KINDS.get(detail["type"], "setting_wrong")
    return text(
        code,
        name=name,
        value=value,
        expected=str(context.get("expected", "")),
        least=str(context.get("ge", "")),
        most=str(context.get("le", "")),
        why=detail["msg"],
    )


def unknown_names(known: Iterable[str]) -> list[tuple[str, str]]:
    """SEAWALL_ variables that nobody reads, each with the name that was probably meant ("" if none is near)."""
    names = {*known, *KNOWN_ELSEWHERE}
    strange = sorted(name for name in os.environ if name.startswith("SEAWALL_") and name not in names)
    return [(name, next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.8)), "")) for name in strange]
