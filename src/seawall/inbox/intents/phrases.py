"""The phrases of each language, read from `data/*.toml` and compiled once.

A phrase is a regular expression with some comforts. In Latin files a blank is any run of blanks and commas, ` ?` such
a run that may be absent, `(?:.. )?` up to four words, `~` any ending of a word, and a phrase matches whole words only.
In files of unparted scripts a blank may be absent, and ` .. ` is a gap of up to ten characters. `<<name>>` puts in a
fragment of `[words]`.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from seawall.inbox.intents.model import Label
from seawall.inbox.intents.reading import thai_bare

FOLDER = Path(__file__).resolve().parent / "data"
STRONG, CLEAR, HINT = 3, 2, 1
_BLANK = r"[^a-z0-9?!\n]"
# A gap steps over no word that turns the sense round: "ok but do not cancel" holds no "ok ... cancel".
_TURNS = "dont|not|no|never|but|tidak|jangan|belum|tapi|padahal|huwag|hindi|pero|khong|dung|chua|nhung"
_GAP = rf"(?:(?!(?:{_TURNS})(?![a-z]))[a-z0-9]+[^a-z0-9?!.,;\n]+){{0,4}}?"
_WRITTEN = re.compile(r"(?<![\\\[a-z0-9])[a-z0-9]+(?![a-z0-9\]-])")
_UNPARTED = frozenset({"th", "zh", "any"})


class PhraseData(BaseModel):
    """The phrases of one label, by how plainly they say it."""

    model_config = ConfigDict(extra="forbid")

    strong: list[str] = []
    clear: list[str] = []
    hint: list[str] = []


class LanguageData(BaseModel):
    """A phrase file.

    `spelling` names a word and its short forms, `marked` words that only diacritics tell apart, `asking` the words of a
    question. `none` are phrases that say nothing themselves and shield their words from the others.
    """

    model_config = ConfigDict(extra="forbid")

    spelling: dict[str, str] = {}
    marked: dict[str, str] = {}
    words: dict[str, str] = {}
    asking: str | None = None
    none: list[str] = []
    label: dict[Label, PhraseData]


@dataclass(frozen=True)
class Hit:
    """A phrase found: its label (None for a shield), how plainly, and where in the reading."""

    label: Label | None
    weight: int
    start: int
    end: int


@dataclass(frozen=True)
class PhraseSet:
    """The compiled phrases of one file."""

    spelling: dict[str, str]
    marked: dict[str, str]
    asking: re.Pattern[str] | None
    phrases: tuple[tuple[Label | None, int, re.Pattern[str]], ...]

    def hits(self, text: str) -> Iterator[Hit]:
        """Every phrase found in a reading."""
        for label, weight, pattern in self.phrases:
            for match in pattern.finditer(text):
                yield Hit(label, weight, match.start(), match.end())


@cache
def phrase_set(name: str) -> PhraseSet:
    """The phrases of one file: en, malay, fil, vi, th, zh, or any (emoji and the like)."""
    data = LanguageData.model_validate(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))
    words: dict[str, str] = {}
    for key, source in data.words.items():
        words[key] = f"(?:{_filled(source, words)})"
    parted = name not in _UNPARTED

    spelling = {short: full for full, forms in data.spelling.items() for short in forms.split()}

    def compiled(source: str) -> re.Pattern[str]:
        # Replies are read with their short forms written out; a phrase written with one of them must still be found.
        full = _WRITTEN.sub(lambda match: spelling.get(match.group(), match.group()), _filled(source, words))
        return re.compile(_expression(full, parted))

    phrases: list[tuple[Label | None, int, re.Pattern[str]]] = [(None, 0, compiled(each)) for each in data.none]
    for label, group in data.label.items():
        for weight, sources in ((STRONG, group.strong), (CLEAR, group.clear), (HINT, group.hint)):
            phrases += [(label, weight, compiled(each)) for each in sources]
    return PhraseSet(
        spelling=spelling,
        marked={word: key for key, forms in data.marked.items() for word in forms.split()},
        asking=None if data.asking is None else compiled(data.asking),
        phrases=tuple(phrases),
    )


def _filled(source: str, words: dict[str, str]) -> str:
    return re.sub(r"<<(\w+)>>", lambda match: words[match.group(1)], source.replace("\n", ""))


def _expression(source: str, parted: bool) -> str:
    if not parted:
        spaced = source.replace(" .. ", ".{0,10}?").replace(" *", " ").replace(" ", r"\s*")
        return thai_bare(spaced)
    words = source.replace("(?:.. )?", _GAP).replace(" .. ", f" {_GAP}").replace(" ?", f"{_BLANK}*")
    return rf"(?<![a-z0-9])(?:{words.replace(' ', f'{_BLANK}+').replace('~', '[a-z]*')})(?![a-z0-9])"
