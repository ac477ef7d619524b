"""The patterns of each language, read from `data/*.toml` and compiled once.

A cue is a core (`find`) judged by what stands around it in its sentence: something that makes it a fault (`left`,
`right`, `near`, or `alone`) and something that spares it. On the left the nearer of the two wins, as a reader would
take it: "do not worry, please cancel" asks, "please do not cancel" does not. A veto on the left wins wherever it
stands, and `needs` must stand somewhere in the sentence.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from seawall.kernel.folding import View
from seawall.scripts.lint.literals import may_match, needed_letters
from seawall.scripts.lint.model import Rule

_FOLDER = Path(__file__).resolve().parent / "data"
_NEVER = re.compile(r"(?!)")
_SENTENCE_END = re.compile(r"[!?。！？\n…]+|[.;;](?=\s|$)")


class CueData(BaseModel):
    """One cue as the data file writes it."""

    model_config = ConfigDict(extra="forbid")

    find: str
    left: str | None = None
    right: str | None = None
    near: str | None = None
    alone: bool = False
    spare_left: str | None = None
    spare_right: str | None = None
    spare_near: str | None = None
    veto_left: str | None = None
    needs: str | None = None
    window: int = 90


class LanguageData(BaseModel):
    """A pattern file: fragments, then cues by rule."""

    model_config = ConfigDict(extra="forbid")

    fragments: dict[str, str]
    asks_to_cancel: list[CueData] = []
    off_platform_contact: list[CueData] = []
    off_platform_payment: list[CueData] = []
    review_manipulation: list[CueData] = []
    blames_platform_or_carrier: list[CueData] = []
    threat_or_pressure: list[CueData] = []


@dataclass(frozen=True)
class Cue:
    """A cue, its fragments put in. What surrounds the core is compiled when it is first needed: most of it never is."""

    find: re.Pattern[str]
    letters: tuple[str, ...]
    left: str | None
    right: str | None
    near: str | None
    alone: bool
    spare_left: str | None
    spare_right: str | None
    spare_near: str | None
    veto_left: str | None
    needs: str | None
    window: int

    def hits(self, text: str, sentences: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
        """The spans of faults in a folded text."""
        for match in self.find.finditer(text):
            begin, stop = sentence_around(sentences, match.start())
            before = text[max(begin, match.start() - self.window) : match.start()]
            after = text[match.end() : min(max(stop, match.end()), match.end() + self.window)]
            if self.needs is not None and not _lazy(self.needs).search(text, begin, stop):
                continue
            asked_at = self._asked_at(before, after, text[begin:stop])
            if asked_at is None or self._spared(asked_at, before, after, text[begin:stop]):
                continue
            yield match.start() - len(before) + asked_at if asked_at >= 0 else match.start(), match.end()

    def _asked_at(self, before: str, after: str, sentence: str) -> int | None:
        """Where in the left context the fault begins; -1 when it does not begin there; None when there is no fault."""
        last = _last(_lazy(self.left), before)
        if last is not None:
            return last
        if self.alone or _lazy(self.right).search(after) or _lazy(self.near).search(sentence):
            return -1
        return None

    def _spared(self, asked_at: int, before: str, after: str, sentence: str) -> bool:
        if _lazy(self.veto_left).search(before) or _lazy(self.spare_right).search(after):
            return True
        if _lazy(self.spare_near).search(sentence):
            return True
        spared_at = _last(_lazy(self.spare_left), before)
        return spared_at is not None and spared_at >= asked_at


@dataclass(frozen=True)
class PatternSet:
    """All cues of one pattern file."""

    name: str
    cues: dict[Rule, tuple[Cue, ...]]
    disclaim: re.Pattern[str]
    """Matches the left context of a thing that is named in order to refuse it ("we never ask you to use ...")."""

    def hits(self, rule: Rule, text: str, sentences: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
        """Spans where this rule is broken."""
        for cue in self.cues.get(rule, ()):
            if may_match(cue.letters, text):
                yield from cue.hits(text, sentences)


def sentences_of(view: View) -> tuple[tuple[int, int], ...]:
    """The sentences of a folded text, end exclusive, marks left out."""
    found: list[tuple[int, int]] = []
    at = 0
    for end in _SENTENCE_END.finditer(view.text):
        found.append((at, end.start()))
        at = end.end()
    found.append((at, len(view.text)))
    return tuple(found)


@cache
def _warning_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    raw = tomllib.loads((_FOLDER / "warnings.toml").read_text(encoding="utf-8"))
    return _pattern(raw["stranger"], {}), _pattern(raw["refuse"], {})


def warnings_among(text: str, sentences: tuple[tuple[int, int], ...]) -> frozenset[tuple[int, int]]:
    """The sentences that warn of strangers: one is named, and here or in the next sentence the buyer is told not to."""
    stranger, refuse = _warning_words()
    return frozenset(
        (begin, stop)
        for at, (begin, stop) in enumerate(sentences)
        if stranger.search(text, begin, stop)
        and refuse.search(text, begin, sentences[min(at + 1, len(sentences) - 1)][1])
    )


@cache
def pattern_set(name: str) -> PatternSet:
    """The compiled patterns of one file: en, zh, malay, fil, vi or th."""
    data = LanguageData.model_validate(tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")))
    fragments = _expanded(data.fragments)
    cues: dict[Rule, tuple[Cue, ...]] = {}
    for rule in Rule:
        written: list[CueData] = getattr(data, rule.value, [])
        if written:
            cues[rule] = tuple(_compiled(each, fragments) for each in written)
    return PatternSet(name, cues, _pattern(fragments.get("disclaim"), fragments))


def _compiled(data: CueData, fragments: dict[str, str]) -> Cue:
    find = _pattern(data.find, fragments)

    def ready(source: str | None) -> str | None:
        return None if source is None else filled(source, fragments)

    return Cue(
        find=find,
        letters=needed_letters(find),
        left=ready(data.left),
        right=ready(data.right),
        near=ready(data.near),
        alone=data.alone,
        spare_left=ready(data.spare_left),
        spare_right=ready(data.spare_right),
        spare_near=ready(data.spare_near),
        veto_left=ready(data.veto_left),
        needs=ready(data.needs),
        window=data.window,
    )


@cache
def _lazy(source: str | None) -> re.Pattern[str]:
    return _NEVER if source is None else re.compile(source)


def _pattern(source: str | None, fragments: dict[str, str]) -> re.Pattern[str]:
    return _NEVER if source is None else re.compile(filled(source, fragments))


def _expanded(fragments: dict[str, str]) -> dict[str, str]:
    done: dict[str, str] = {}
    for name, source in fragments.items():
        done[name] = f"(?:{filled(source, done)})"
    return done


def filled(source: str, fragments: dict[str, str]) -> str:
    """A pattern's source with its fragments put in and the line ends of the data file taken out."""
    joined = source.replace("\n", "")
    return re.sub(r"<<(\w+)>>", lambda match: fragments[match.group(1)], joined)


def _last(pattern: re.Pattern[str], text: str) -> int | None:
    """The start of the latest match, looking also inside earlier matches."""
    found: int | None = None
    at = 0
    while (match := pattern.search(text, at)) is not None:
        found = match.start()
        at = match.start() + 1
        if at > len(text):
            break
    return found


def sentence_around(sentences: tuple[tuple[int, int], ...], at: int) -> tuple[int, int]:
    """The sentence a place of the text stands in."""
    for begin, stop in sentences:
        if at <= stop:
            return begin, stop
    return sentences[-1]
