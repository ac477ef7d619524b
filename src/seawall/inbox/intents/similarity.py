"""How much a reply resembles labelled replies of our own: a net beneath the phrases.

A linear model over pieces of one to five letters and over pairs of words, so that typos, dropped diacritics and mixed
languages still leave something to hold on to. The weights lie in `data/similar.json.gz`, made from `bench/intents/` and
nothing else by `python -m bench.intents.train`: the same bytes from the same replies.
"""

import gzip
import json
import math
import re
from base64 import b64decode
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from seawall.inbox.intents.model import Label

WEIGHTS = Path(__file__).resolve().parent / "data" / "similar.json.gz"
SCALE = 16.0
"""The weights are kept as whole numbers, sixteenths."""
_LONGEST = 5
_FEW_WORDS = 2
_TELLING = re.compile(r" ?[a-z0-9]{3,} ?| [a-z0-9]{2} ")
"""Pieces that say something of a word by themselves."""
_FEW_PIECES = 3
_LEAST_KNOWN = 0.25
"""The share of such pieces that must be known. In the labelled sets 0.25 is the least of a reply that only likeness
could read; rows of keys stay below (`python -m bench.intents`, nothing lost by it)."""
_DIGIT = re.compile(r"\d")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Weights:
    """The model: its labels, the place of each piece, and one signed byte a piece and label."""

    labels: tuple[Label, ...]
    places: dict[str, int]
    values: memoryview
    digest: str
    """SHA-256 of the replies it was made from."""


def pieces(reading: str) -> Set[str]:
    """The pieces of a folded reply. Digits count as one digit: numbers say nothing about a wish, their form does."""
    text = f" {_BLANKS.sub(' ', _DIGIT.sub('0', reading)).strip()} "
    found = {text[at : at + size] for size in range(1, _LONGEST + 1) for at in range(len(text) - size + 1)}
    words = text.split()
    found |= {f"_{first} {second}" for first, second in pairwise(words)}
    if len(words) <= _FEW_WORDS:
        found.add("_short")
    return found - {" "}


def likelihoods(reading: str) -> dict[Label, float]:
    """How likely each wish is, adding up to 1; empty when too little of the reply is known, or it has no letters."""
    model = weights()
    found = pieces(reading)
    known = [model.places[each] for each in found if each in model.places]
    if len(known) < _LONGEST or not any(each.isalpha() for each in reading) or _is_gibberish(found):
        return {}
    width = len(model.labels)
    sums = [0] * width
    for place in (*known, 0):
        row = model.values[place * width : (place + 1) * width]
        sums = [total + value for total, value in zip(sums, row, strict=True)]
    share = 1 / (SCALE * math.sqrt(len(known) + 1))
    return softmax({label: total * share for label, total in zip(model.labels, sums, strict=True)})


def _is_gibberish(found: Set[str]) -> bool:
    """Whether a reply in Latin letters is of words that no labelled reply comes near: what is known of it is single
    letters, and these are in every word."""
    telling = [each for each in found if _TELLING.fullmatch(each)]
    known = sum(each in weights().places for each in telling)
    return len(telling) >= _FEW_PIECES and known < _LEAST_KNOWN * len(telling)


def softmax(points: dict[Label, float]) -> dict[Label, float]:
    """Points turned into shares of 1."""
    top = max(points.values())
    raised = {label: math.exp(each - top) for label, each in points.items()}
    total = sum(raised.values())
    return {label: each / total for label, each in raised.items()}


@cache
def weights() -> Weights:
    """The model as shipped."""
    raw = json.loads(gzip.decompress(WEIGHTS.read_bytes()))
    return Weights(
        labels=tuple(Label(each) for each in raw["labels"]),
        # Place 0 is the one every reply has.
        places={piece: at for at, piece in enumerate(raw["pieces"], start=1)},
        values=memoryview(b64decode(raw["values"])).cast("b"),
        digest=raw["digest"],
    )
