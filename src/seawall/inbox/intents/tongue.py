"""Which phrase files to read a reply by: the script first, then small words. Cheap, without a model."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache

from seawall.inbox.intents.phrases import FOLDER
from seawall.kernel.languages import Language

_WORD = re.compile(r"[a-z]+")
_VIETNAMESE = re.compile("[ăđơưắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựạảẹẻẽịỉĩọỏụủũỵỷỹ]", re.IGNORECASE)
_THAI = re.compile("[\u0e00-\u0e7f]")
_HAN = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[a-z]{2}")
_PLAINLY = 2
"""Small words of another language that make a reply be read by it as well, when none of the named language is there."""

_FILES: dict[Language, str] = {
    Language.EN: "en",
    Language.ID: "malay",
    Language.MS: "malay",
    Language.FIL: "fil",
    Language.VI: "vi",
    Language.TH: "th",
    Language.ZH_HANS: "zh",
    Language.ZH_HANT: "zh",
}


@cache
def _signs() -> dict[str, frozenset[str]]:
    written: dict[str, str] = tomllib.loads((FOLDER / "signs.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in written.items()}


def phrase_files(original: str, plain: str, language: Language | None) -> Sequence[Sequence[str]]:
    """The readings to try: each the phrase files to read by, the main one first. `plain` is the folded text.

    English is read beside every language: all our buyers mix it in, as they mix scripts. Without a language, small
    words decide between the Latin ones; where there are none, each is tried. A buyer may answer in another language
    than is known of him: plain signs of it add a reading.
    """
    named = None if language is None else _FILES[language]
    scripts = [name for name, script in (("th", _THAI), ("zh", _HAN)) if script.search(plain)]
    mains: list[str | None] = [named]
    if _LATIN.search(plain):
        scores = _latin_scores(original, plain)
        best = max(scores.values())
        likely = [name for name, score in scores.items() if score == best]
        if named is None:
            mains = [*likely[:1]] if scripts else [*likely]
        elif scores.get(named, 0) == 0 and best >= _PLAINLY:
            mains = [*likely[:1], named]
    return [list(dict.fromkeys([*([main] if main else []), *scripts, "en", "any"])) for main in mains]


def _latin_scores(original: str, plain: str) -> dict[str, int]:
    """How many small words of each Latin file stand in the text, English first."""
    words = _WORD.findall(plain)
    scores = {name: sum(word in signs for word in words) for name, signs in _signs().items()}
    scores["vi"] += 3 * bool(_VIETNAMESE.search(original))
    return scores
