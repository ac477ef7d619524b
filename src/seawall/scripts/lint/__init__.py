"""Checks a message to a buyer against the platforms' chat rules and the facts sheet.

Pure and offline, but for the second reader, which is off unless a team sets one up.
"""

from seawall.scripts.lint.batch import lint_jsonl
from seawall.scripts.lint.engine import lint, passes, rule_row, suggestion
from seawall.scripts.lint.form import LENGTH_LIMITS, LengthLimit
from seawall.scripts.lint.mending import Mend, mend_of
from seawall.scripts.lint.model import BLOCKING, Finding, Message, Rule, Severity, Source
from seawall.scripts.lint.second_reader import Reading, SecondReader

__all__ = [
    "BLOCKING",
    "LENGTH_LIMITS",
    "Finding",
    "LengthLimit",
    "Mend",
    "Message",
    "Reading",
    "Rule",
    "SecondReader",
    "Severity",
    "Source",
    "lint",
    "lint_jsonl",
    "mend_of",
    "passes",
    "rule_row",
    "suggestion",
]
