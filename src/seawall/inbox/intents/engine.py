"""The classifier: every phrase over one reply, then likeness to labelled replies, then one answer."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from seawall.inbox.intents.model import PRIORITY, Intent, Label
from seawall.inbox.intents.phrases import CLEAR, HINT, STRONG, Hit, PhraseSet, phrase_set
from seawall.inbox.intents.reading import folded, written_out
from seawall.inbox.intents.recognisers import address, phones
from seawall.inbox.intents.similarity import likelihoods, softmax
from seawall.inbox.intents.tongue import phrase_files
from seawall.kernel.languages import Language

_MOST_READ = 2_000
"""Characters read of one reply. What a buyer wants stands in the first lines; a pasted novel must not cost seconds."""

_MARKS = re.compile(r"[?!.\n]")
_ASKED: dict[Label, Label] = {Label.ALREADY_RECEIVED: Label.ASKS_STATUS}
"""What a statement becomes when it is asked: "already arrived?" wants to know, it does not tell."""

_WEIGHT = {STRONG: 5.0, CLEAR: 3.0, HINT: 1.2}
_RIVALLED = 1.0
"""What a phrase adds to the likeness of its label, and what a phrase for another wish takes away: natural logarithms
of odds, chosen on replies the weights were not made from (docs/explain/reply-intents.md)."""
_LEAST_LIKELY = 1e-4
_NOTHING = 0.2
_UNSURE = 0.3


def classify(text: str, language: Language | None = None) -> Intent:
    """What one reply wants.

    `language` is what is known of the buyer's language; without it (or when the reply is in another) script and small
    words decide. Promises: offline, the same answer for the same text, never raises whatever the text holds. Phrases
    weigh most; likeness to labelled replies decides where they are silent or of two minds. A reply nothing is
    recognised in is `other` with a low score: a person reads it.
    """
    shown = text[:_MOST_READ]
    plain = folded(shown)
    said = max((_read(shown, tuple(files)) for files in phrase_files(shown, plain, language)), key=_plainness)
    return _weighed(said, likelihoods(plain))


@dataclass(frozen=True)
class _Said:
    """What the phrases say: the label, how much they weigh, and the words; no label when they are silent."""

    label: Label | None = None
    weight: float = 0.0
    why: tuple[str, ...] = ()


def _plainness(said: _Said) -> float:
    return said.weight


def _weighed(said: _Said, likely: dict[Label, float]) -> Intent:
    if not likely:
        if said.label is None:
            return Intent(Label.OTHER, _NOTHING)
        likely = dict.fromkeys(Label, 1 / len(Label))
    points = {label: math.log(max(each, _LEAST_LIKELY)) for label, each in likely.items()}
    if said.label is not None:
        points[said.label] += said.weight
    if said.label is Label.WANTS_TO_WAIT:
        # Likeness may doubt a wish to keep the order, but never turn it into leave to cancel: that cannot be undone.
        del points[Label.AGREE_CANCEL]
    shares = softmax(points)
    label = min(shares, key=lambda each: (-shares[each], PRIORITY.index(each)))
    if shares[label] < _UNSURE:
        return Intent(Label.OTHER, _NOTHING)
    return Intent(label, round(min(shares[label], 0.99), 2), said.why if label is said.label else ())


def _read(text: str, files: tuple[str, ...]) -> _Said:
    sets = [phrase_set(each) for each in files]
    reading = written_out(folded(text, sets[0].marked), _spelling(files))
    found = [hit for each in sets for hit in each.hits(reading)]
    found += phones(reading)
    hits = [_as_asked(hit, reading, sets) for hit in _uncovered(found) if hit.label is not None]
    hits += address(reading)
    return _answer(hits, reading)


@cache
def _spelling(files: tuple[str, ...]) -> MappingProxyType[str, str]:
    merged: dict[str, str] = {}
    for each in reversed(files):
        merged |= phrase_set(each).spelling
    return MappingProxyType(merged)


def _uncovered(hits: Sequence[Hit]) -> list[Hit]:
    """Without the phrases that stand inside a longer one ("do not cancel" is no "cancel") or that begin within one."""
    return [
        hit
        for hit in hits
        if not any(
            (other.start <= hit.start and hit.end <= other.end and other.end - other.start > hit.end - hit.start)
            or (other.start < hit.start < other.end and other.weight >= hit.weight)
            for other in hits
            if other.label is not hit.label
        )
    ]


def _as_asked(hit: Hit, reading: str, sets: Iterable[PhraseSet]) -> Hit:
    asked = None if hit.label is None else _ASKED.get(hit.label)
    if asked is None:
        return hit
    mark = _MARKS.search(reading, hit.end)
    end = len(reading) if mark is None else mark.start()
    is_question = mark is not None and mark.group() == "?"
    clause = reading[hit.start : end]
    if is_question or any(each.asking is not None and each.asking.search(clause) for each in sets):
        return Hit(asked, hit.weight, hit.start, hit.end)
    return hit


def _answer(hits: Sequence[Hit], reading: str) -> _Said:
    best: dict[Label, int] = {}
    for hit in hits:
        if hit.label is not None:
            best[hit.label] = max(best.get(hit.label, 0), hit.weight)
    if not best:
        return _Said()
    label = min(best, key=lambda each: (-best[each], PRIORITY.index(each)))
    weight = best[label]
    rivals = [each for each, other in best.items() if each is not label and other >= min(weight, CLEAR)]
    rivalled = bool(rivals) and rivals != [Label.THANKS]
    why = [reading[hit.start : hit.end].strip() for hit in hits if hit.label is label and hit.weight == weight]
    return _Said(label, _WEIGHT[weight] - _RIVALLED * rivalled, tuple(dict.fromkeys(why)))
