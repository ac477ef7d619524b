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


def phrase_files(original: str, plain: str, language: Language | None) -> Sequence[str]:
    """The files to read by, the main one first. `plain` is the folded text. English is read beside every language:
    all our buyers mix it in, as they mix scripts. Without a language, small words decide between the Latin ones.
    """
    named = None if language is None else _FILES[language]
    files: list[str] = []
    if _THAI.search(plain):
        files.append("th")
    if _HAN.search(plain):
        files.append("zh")
    if named in {"malay", "fil", "vi"}:
        files.append(named)
    elif (_LATIN.search(plain) or not files) and (guess := _latin(original, plain)) is not None:
        files.append(guess)
    files += ["en", "any"]
    return sorted(files, key=lambda each: each != named)


def _latin(original: str, plain: str) -> str | None:
    """malay, fil or vi when its small words are plainly there; None for English and for nothing at all."""
    words = _WORD.findall(plain)
    scores = {name: sum(word in signs for word in words) for name, signs in _signs().items()}
    scores["vi"] += 3 * bool(_VIETNAMESE.search(original))
    best = max(scores, key=lambda name: scores[name])
    return best if best != "en" and scores[best] > 0 else None
