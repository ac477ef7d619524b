"""Which letters a text must hold before a pattern can match at all: a search for letters is far cheaper than a pattern.

Read from the pattern itself, so that no hand-written list can forget a word. It uses the parse tree of the standard
library's `re`, which is not a public interface: where that tree is missing or unknown, the answer is "always search".
"""

import re
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any

_RARE = "qzxjvwkfy"


def _parser() -> ModuleType | None:
    try:
        return import_module("re._parser")
    except ImportError:
        return None


_PARSER = _parser()


def needed_letters(pattern: re.Pattern[str] | str) -> tuple[str, ...]:
    """Every match of the pattern holds at least one of these strings; empty when nothing can be said."""
    if _PARSER is None:
        return ()
    source = pattern if isinstance(pattern, str) else pattern.pattern
    return tuple(sorted(_needed(_PARSER.parse(source)) or ()))


def may_match(letters: tuple[str, ...], text: str) -> bool:
    """Whether a pattern with these needed letters can match in the text."""
    # A plain loop: this runs some eighty times a message, and a generator would double its cost.
    for each in letters:
        if each in text:
            return True
    return not letters


def _needed(sequence: Iterable[Any]) -> frozenset[str] | None:
    candidates: list[frozenset[str]] = []
    run = ""
    for operator, value in sequence:
        name = str(operator)
        if name == "LITERAL":
            run += chr(value)
            continue
        if name in {"AT", "ASSERT", "ASSERT_NOT"}:
            continue
        if run:
            candidates.append(frozenset({run}))
            run = ""
        inner = _inner(name, value)
        if inner:
            candidates.append(inner)
    if run:
        candidates.append(frozenset({run}))
    return max(candidates, key=_worth, default=None)


def _inner(name: str, value: Any) -> frozenset[str] | None:
    if name == "BRANCH":
        parts = [_needed(each) for each in value[1]]
        return frozenset().union(*(part for part in parts if part)) if all(parts) else None
    if name == "SUBPATTERN":
        return _needed(value[-1])
    if name == "ATOMIC_GROUP":
        return _needed(value)
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return _needed(value[2]) if value[0] >= 1 else None
    if name == "IN" and all(str(operator) == "LITERAL" for operator, _ in value):
        return frozenset(chr(each) for _, each in value)
    return None


def _worth(letters: frozenset[str]) -> tuple[int, float]:
    shortest = min(len(each) for each in letters)
    rare = sum(any(letter in _RARE for letter in each) for each in letters) / len(letters)
    return min(shortest, 4), rare - len(letters) / 100
