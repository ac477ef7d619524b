"""Rules over classes of words, written once for all languages.

A class (`cancel`, `please`, `carrier`) lists the ways to say one thing in one language; a rule says which classes must
meet in a sentence. So what is learnt in one language is asked of the others too: every file holds every class.
English classes count in every Latin text besides, since sellers mix the languages.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from seawall.scripts.lint.literals import may_match, needed_letters
from seawall.scripts.lint.model import Rule

_FOLDER = Path(__file__).resolve().parent / "data" / "concepts"
LANGUAGES = ("en", "zh", "malay", "fil", "vi", "th")
"""The files of classes, each with every class."""

_HAN_WEIGHT = 0.5
"""A Chinese character says as much as two letters: windows shrink by this."""

_NEAR_IF = 24

Span = tuple[int, int]


def _parted(written: list[str]) -> list[list[str]]:
    return [group.split("|") for group in written]


class JointRule(BaseModel):
    """One rule as `rules.toml` writes it, its alternatives parted; that file says what the fields mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Rule
    groups: Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_parted), Field(alias="all")]
    asserted: frozenset[str] = frozenset()
    none: tuple[str, ...] = ()
    none_before: tuple[str, ...] = ()
    within: int = 80
    pair: bool = False
    overlap: bool = False


@dataclass(frozen=True)
class _Concept:
    """One class of one language."""

    source: str
    letters: tuple[str, ...]


@dataclass(frozen=True)
class _Words:
    """The classes of one language, and what denies a word that follows it."""

    concepts: dict[str, _Concept]
    negation: re.Pattern[str]


@cache
def _words_of(name: str) -> _Words:
    raw = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    around = ("", "") if name in ("zh", "th") else ("(?<![a-z])", "(?![a-z])")
    concepts: dict[str, _Concept] = {}
    for concept, source in raw["classes"].items():
        whole = f"{around[0]}(?:{source}){around[1]}"
        concepts[concept] = _Concept(whole, needed_letters(whole))
    return _Words(concepts, re.compile(raw["negation"]))


@cache
def _pattern(source: str) -> re.Pattern[str]:
    """Compiled when a text first holds its letters: most classes of most languages never are."""
    return re.compile(source)


def classes_of(name: str) -> frozenset[str]:
    """The names of the classes a language file holds."""
    return frozenset(_words_of(name).concepts)


def pattern_of(name: str, concept: str) -> re.Pattern[str]:
    """What a class of a language file looks for."""
    return _pattern(_words_of(name).concepts[concept].source)


@cache
def joint_rules() -> tuple[JointRule, ...]:
    """All rules; raises KeyError when one names a class that the English file lacks."""
    raw = tomllib.loads((_FOLDER / "rules.toml").read_text(encoding="utf-8"))
    rules = tuple(JointRule.model_validate(each) for each in raw["rule"])
    named = {name for rule in rules for group in (*rule.groups, rule.none, rule.none_before) for name in group}
    if unknown := named.union(*(rule.asserted for rule in rules)) - classes_of("en"):
        raise KeyError(f"unknown classes: {sorted(unknown)}")
    return rules


@dataclass
class Reading:
    """One text read for classes; each class is looked for once, when a rule first asks for it."""

    text: str
    names: tuple[str, ...]
    found: dict[str, list[Span]] = field(default_factory=dict)
    possible: dict[str, bool] = field(default_factory=dict)

    def may_hold(self, concept: str) -> bool:
        """A cheap look: whether the letters of the class stand in the text at all."""
        if concept not in self.possible:
            looked_for = (_words_of(name).concepts[concept].letters for name in self.names)
            self.possible[concept] = any(may_match(letters, self.text) for letters in looked_for)
        return self.possible[concept]

    def spans(self, concept: str) -> list[Span]:
        """Where the class stands, in the order of the text."""
        if concept not in self.found:
            places: set[Span] = set()
            if self.may_hold(concept):
                for name in self.names:
                    each = _words_of(name).concepts[concept]
                    if may_match(each.letters, self.text):
                        places.update(match.span() for match in pattern_of(name, concept).finditer(self.text))
            self.found[concept] = sorted(places)
        return self.found[concept]

    def denied(self, span: Span, begin: int) -> bool:
        """Whether a negation stands before a place, in the same clause and not before `begin`.

        What is denied behind an "if" is the condition, not what follows from it: "if you do not answer, we block you".
        """
        start = max(begin, span[0] - 60)
        for name in self.names:
            match = _words_of(name).negation.search(self.text[start : span[0]])
            if match is not None:
                return not self.conditional(start + match.start())
        return False

    def answers_a_wish(self, sentence: Span) -> bool:
        """Whether a sentence says that the buyer's own request was heard, or leaves a choice: it asks for nothing."""
        heard = all(_inside(self.spans(concept), sentence) for concept in ("own_wish", "heard"))
        return heard or bool(_inside(self.spans("options"), sentence))

    def conditional(self, at: int) -> bool:
        """Whether an "if" stands shortly before a place."""
        return any(at - _NEAR_IF <= each[0] <= at for each in self.spans("if"))


def joint_hits(
    reading: Reading, sentences: Sequence[Span], spared: frozenset[Span]
) -> Iterator[tuple[Rule, Span, Span]]:
    """Every place where a rule holds: its core word, and from the first to the last word that makes it.

    Sentences in `spared` are left out.
    """
    scale = _HAN_WEIGHT if "zh" in reading.names else 1.0
    for rule in joint_rules():
        if not all(any(reading.may_hold(name) for name in group) for group in rule.groups):
            continue
        for number, sentence in enumerate(sentences):
            if sentence in spared:
                continue
            begin = sentences[number - 1][0] if rule.pair and number else sentence[0]
            hit = _hit(reading, rule, (begin, sentence[1]), scale)
            if hit is not None:
                yield (rule.rule, *hit)


def _hit(reading: Reading, rule: JointRule, scope: Span, scale: float) -> tuple[Span, Span] | None:
    if any(_inside(reading.spans(name), scope) for name in rule.none):
        return None
    cores = _asserted(reading, rule, rule.groups[0], scope)
    for core in cores:
        if any(_inside(reading.spans(name), (scope[0], core[0])) for name in rule.none_before):
            continue
        start, end = core
        for group in rule.groups[1:]:
            reach = [
                (_apart(core, each), each)
                for each in _asserted(reading, rule, group, scope)
                if rule.overlap or _apart(core, each) >= 0
            ]
            distance, near = min(reach, default=(None, core))
            if distance is None or distance > rule.within * scale:
                break
            start, end = min(start, near[0]), max(end, near[1])
        else:
            return core, (start, end)
    return None


def _asserted(reading: Reading, rule: JointRule, group: tuple[str, ...], scope: Span) -> list[Span]:
    found = []
    for name in group:
        for each in _inside(reading.spans(name), scope):
            if name not in rule.asserted or not reading.denied(each, scope[0]):
                found.append(each)
    return found


def _inside(spans: Sequence[Span], scope: Span) -> list[Span]:
    return [each for each in spans if scope[0] <= each[0] and each[1] <= scope[1]]


def _apart(one: Span, other: Span) -> int:
    """Letters between two places; below nothing when they overlap."""
    return max(other[0] - one[1], one[0] - other[1])
