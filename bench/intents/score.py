"""Scoring: one label a reply; the labels are ours (docs/explain/reply-intents.md says how they were made)."""

import json
import math
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from seawall.inbox.intents import Intent, Label, classify
from seawall.kernel.languages import Language

_HERE = Path(__file__).resolve().parent
PARTS = ("tuning", "heldout", "probe", "probe2", "probe3", "probe4", "more")
"""`heldout` was written before the phrases and its misses were never looked at; `probe` came last, in another style."""


@dataclass(frozen=True)
class Case:
    """One labelled reply."""

    id: str
    language: Language
    text: str
    label: Label


@dataclass
class Tally:
    """Replies judged rightly, of all."""

    right: int = 0
    all: int = 0

    @property
    def accuracy(self) -> float:
        """The share judged rightly; 1 of nothing."""
        return self.right / self.all if self.all else 1.0

    def add(self, right: bool) -> None:
        """Count one reply."""
        self.all += 1
        self.right += right


@dataclass
class Part:
    """The result of one part of the set."""

    name: str
    by_language: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_label: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_score: dict[float, Tally] = field(default_factory=lambda: defaultdict(Tally))
    taken_for: Counter[tuple[str, str]] = field(default_factory=Counter)
    misses: list[tuple[Case, Intent]] = field(default_factory=list)


def load(part: str) -> list[Case]:
    """The labelled replies of a part."""
    rows = [
        json.loads(line)
        for path in sorted((_HERE / part).glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [Case(row["id"], Language(row["lang"]), row["text"], Label(row["intent"])) for row in rows]


def score(part: str, *, tell_language: bool = True) -> Part:
    """Judge every reply of a part. With `tell_language` False the classifier must find the language by itself."""
    result = Part(part)
    for case in load(part):
        intent = classify(case.text, case.language if tell_language else None)
        right = intent.label is case.label
        result.by_language[case.language.value].add(right)
        result.by_label[case.label.value].add(right)
        result.by_score[math.floor(intent.score * 10) / 10].add(right)
        if not right:
            result.taken_for[(case.label.value, intent.label.value)] += 1
            result.misses.append((case, intent))
    return result


def speed(cases: list[Case]) -> float:
    """Milliseconds a reply, phrases already compiled."""
    for case in cases:
        classify(case.text, case.language)
    began = time.perf_counter()
    for case in cases:
        classify(case.text, case.language)
    return (time.perf_counter() - began) * 1000 / max(1, len(cases))
