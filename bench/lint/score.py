"""Scoring: a rule counts once a message; the labels are ours (docs/explain/wording.md says how they were made)."""

import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.lint import Message, lint

_HERE = Path(__file__).resolve().parent
PARTS = ("tuning", "heldout", "probe", "probe2", "probe3", "probe4", "probe5", "probe6", "probe7", "probe8", "heldout2",
         "heldout3", "heldout4", "heldout5", "heldout6")  # fmt: skip
"""README.md says when each was written and what its first run showed."""


@dataclass(frozen=True)
class Case:
    """One labelled message."""

    id: str
    message: Message
    rules: frozenset[str]


@dataclass
class Tally:
    """Counts of one rule or one language."""

    hit: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of what was found, the share that was labelled."""
        return self.hit / (self.hit + self.extra) if self.hit + self.extra else 1.0

    @property
    def recall(self) -> float:
        """Of what was labelled, the share that was found."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0


@dataclass
class Part:
    """The result of one part of the set."""

    name: str
    cases: int = 0
    by_rule: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_language: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_both: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    misses: list[tuple[str, str, Case]] = field(default_factory=list)

    def rows(self) -> list[tuple[str, Tally]]:
        """Rules, languages, all, and each pair of rule and language that is not perfect."""
        everything = Tally()
        for tally in self.by_rule.values():
            everything.hit += tally.hit
            everything.extra += tally.extra
            everything.missed += tally.missed
        faulty = [(key, tally) for key, tally in sorted(self.by_both.items()) if tally.extra or tally.missed]
        return [*sorted(self.by_rule.items()), *sorted(self.by_language.items()), ("all", everything), *faulty]


def load(part: str) -> list[Case]:
    """The labelled messages of a part."""
    cases = []
    for path in sorted((_HERE / part).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            message = Message(
                lang=Language(row["lang"]),
                platform=Platform(row["platform"]),
                market=Market(row["market"]),
                text=row["text"],
                facts=tuple(row["facts"]),
            )
            cases.append(Case(row["id"], message, frozenset(row["rules"])))
    return cases


def score(part: str) -> Part:
    """Judge every message of a part and compare with its labels."""
    result = Part(part)
    for case in load(part):
        result.cases += 1
        found = {finding.rule.value for finding in lint(case.message)}
        language = case.message.lang.value
        for rule in sorted(found | case.rules):
            kind = "hit" if rule in found and rule in case.rules else "extra" if rule in found else "missed"
            for tally in (result.by_rule[rule], result.by_language[language], result.by_both[f"{rule} {language}"]):
                setattr(tally, kind, getattr(tally, kind) + 1)
            if kind != "hit":
                result.misses.append((kind, rule, case))
    return result


def speed(messages: list[Message]) -> float:
    """Milliseconds a message, patterns already compiled."""
    for message in messages:
        lint(message)
    began = time.perf_counter()
    for message in messages:
        lint(message)
    return (time.perf_counter() - began) * 1000 / max(1, len(messages))
