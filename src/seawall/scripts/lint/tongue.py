"""Is the text in the language it is meant to be in? By script and by small words, without a model."""

import re
import tomllib
from functools import cache
from pathlib import Path

from seawall.kernel.folding import View
from seawall.kernel.languages import Language

_WORD = re.compile(r"[a-z]+")


@cache
def _words_of(table: str) -> dict[Language, frozenset[str]]:
    path = Path(__file__).resolve().parent / "data" / "small_words.toml"
    written: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))[table]
    return {Language(tag): frozenset(words.split()) for tag, words in written.items()}


def is_wrong_language(view: View, wanted: Language) -> bool:
    """True when most of the text is plainly in another language. Mixed speech (Taglish, Manglish) passes."""
    thai = sum("\u0e00" <= each <= "\u0e7f" for each in view.text)
    han = sum("\u4e00" <= each <= "\u9fff" for each in view.text)
    words = [word for word in _WORD.findall(view.text) if len(word) > 1]
    # A Thai or Han character says about as much as half a Latin word.
    weight = {"thai": thai / 3, "han": han / 1.5, "latin": float(len(words))}
    total = sum(weight.values())
    if total < 4:
        return False
    if wanted is Language.TH:
        return weight["thai"] < total * 0.3
    if wanted in (Language.ZH_HANS, Language.ZH_HANT):
        return weight["han"] < total * 0.3
    if weight["latin"] < total * 0.4:
        return True
    return _wrong_latin(words, wanted)


def _wrong_latin(words: list[str], wanted: Language) -> bool:
    scores = {language: sum(word in small for word in words) for language, small in _words_of("small").items()}
    best = max(scores, key=lambda language: scores[language])
    if {best, wanted} <= {Language.ID, Language.MS}:
        only = {language: len(small.intersection(words)) for language, small in _words_of("only").items()}
        other = sum(only.values()) - only[wanted]
        return other >= 2 and other > 2 * only[wanted]
    # Taglish is how many Filipinos write: a few Filipino words are enough.
    patience = 5 if wanted is Language.FIL and best is Language.EN else 3
    return best is not wanted and scores[best] >= 4 and scores[wanted] * patience <= scores[best]
