"""Buyers' characters and languages, the same on every platform: drawn from seed and account, so the same run has the
same buyers."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from simulators.core.clock import draw

LANGUAGES: dict[str, list[tuple[str, float]]] = {
    "th": [("th", 1.0)],
    "vn": [("vi", 1.0)],
    "id": [("id", 1.0)],
    "my": [("ms", 0.6), ("en", 0.3), ("zh", 0.1)],
    "ph": [("fil", 0.7), ("en", 0.3)],
    "sg": [("en", 0.8), ("zh", 0.2)],
}
"""Which languages buyers of a market (lower case) write in, and how many of them."""
PERSONAS = ("silent", "agree", "compensation", "angry", "refund", "wait")


def persona_of(seed: int, buyer_id: str, shares: Mapping[str, float]) -> str:
    """The buyer's character; `shares` by name of PERSONAS, what is left over is silent."""
    point = draw(seed, "persona", buyer_id)
    for name in PERSONAS:
        point -= float(shares.get(name, 0))
        if point < 0:
            return name
    return "silent"


def language_of(seed: int, buyer_id: str, market: str) -> str:
    """The language the buyer writes in."""
    point = draw(seed, "language", buyer_id)
    languages = LANGUAGES[market]
    for name, share in languages:
        point -= share
        if point < 0:
            return name
    return languages[-1][0]


def words_of(seed: int, buyer_id: str, market: str, kind: str, number: int) -> str:
    """A sentence of a kind (a persona, or `closing`) in the buyer's language; `number` counts the buyer's answers."""
    choices = phrases()[language_of(seed, buyer_id, market)][kind]
    return choices[int(draw(seed, "words", buyer_id, number) * len(choices))]


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    """Sentences by language and character, from phrases.toml."""
    path = Path(__file__).with_name("phrases.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
