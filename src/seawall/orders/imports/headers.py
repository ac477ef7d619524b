"""Header cells made comparable. Case and accents stay: Vietnamese has twins that differ by case (exports.md 5.4)."""

import re
import unicodedata
from functools import lru_cache

from seawall.kernel.money import DECIMALS

_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"), None)
_LOOKALIKES = str.maketrans({"（": "(", "）": ")", "／": "/", "’": "'", "‘": "'", "＊": "*", "：": ":", "＃": "#"})
_SPACES = re.compile(r"\s+")
_SLASH = re.compile(r"\s*/\s*")
_CURRENCY = re.compile(r"^(.*\S)\s*\(([A-Z]{3})\)$")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_BILINGUAL = re.compile(r"^(.*[\u4e00-\u9fff].*?)\s*\([^()]*\)$")


@lru_cache(maxsize=4096)
def cleaned(header: str) -> str:
    """A header for showing and comparing: NFC, plain spaces, no BOM, no leading or trailing star."""
    text = unicodedata.normalize("NFC", header.translate(_INVISIBLE)).translate(_LOOKALIKES).replace("<br>", " ")
    return _SPACES.sub(" ", text).strip().strip("*").strip()


@lru_cache(maxsize=4096)
def compared(header: str) -> str:
    """What two equal headers share: as `cleaned`, and no spaces around slashes (5.16)."""
    return _SLASH.sub("/", cleaned(header))


def currency_suffix(header: str) -> tuple[str, str | None]:
    """`Total Discount(PHP)` -> (`Total Discount`, `PHP`); a header without a known currency comes back whole."""
    found = _CURRENCY.match(compared(header))
    if found and found[2] in DECIMALS:
        return found[1], found[2]
    return compared(header), None


def keys(header: str) -> tuple[str, ...]:
    """All names a header answers to, the exact one first: whole, without currency, Chinese half of `中文(local)`
    and of `中文/local`."""
    whole = compared(header)
    bare, _ = currency_suffix(whole)
    found = [whole] if bare == whole else [whole, bare]
    if (chinese := _BILINGUAL.match(whole)) is not None:
        found.append(chinese[1])
    halves = whole.split("/")
    if len(halves) == 2 and bool(_CHINESE.search(halves[0])) is not bool(_CHINESE.search(halves[1])):
        found.append(halves[0] if _CHINESE.search(halves[0]) else halves[1])
    return tuple(found)


@lru_cache(maxsize=4096)
def without_accents(key: str) -> str:
    """A key without Latin accents: the second try only, and only where it stays unambiguous (5.5)."""
    apart = unicodedata.normalize("NFD", key)
    bare = "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f")
    return unicodedata.normalize("NFC", bare).replace("đ", "d").replace("Đ", "D")


def folded(key: str) -> str:
    """A key without accents and case: the last try."""
    return without_accents(key).casefold().replace("_", " ")
