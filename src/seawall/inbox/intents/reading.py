"""A reply as the phrases read it: folded, drawn-out letters shortened, short forms written out."""

import re
import unicodedata
from collections.abc import Mapping

from seawall.kernel.folding import view_of

# Thai tone marks, the shortener and the silencer: left out by hurried thumbs, so the phrases do without them as well.
_THAI_MARKS = dict.fromkeys((*range(3655, 3661), 3662))
_WORD = re.compile(r"[a-z0-9]+")
_MARKED_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHE = re.compile(r"(?<=[a-z])['`](?=[a-z])")
_DOUBLED = re.compile(r"(?<![a-z])([a-z]{3,})[-]?2(?![a-z0-9])")
_DRAWN_THAI = re.compile(r"([\u0e00-\u0e4f])\1{2,}")
_DRAWN_LATIN = re.compile(r"([a-z])\1{2,}")
# Emoji differ by skin and by presentation; neither says anything here.
_EMOJI_RIDERS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d]")


def thai_bare(text: str) -> str:
    """Thai without tone marks; other text as it is. Phrases pass through it as the replies do."""
    return text.translate(_THAI_MARKS)


def folded(text: str, marked: Mapping[str, str] | None = None) -> str:
    """The reply without width forms, capitals, diacritics and drawn-out letters. Never raises.

    `marked` names words that only their diacritics tell apart; they become the names given ("chờ", to wait, is not
    "cho", to give). Whoever writes without diacritics is read by what stands around the word.
    """
    if marked:
        composed = unicodedata.normalize("NFC", text).casefold()
        text = _MARKED_WORD.sub(lambda match: marked.get(match.group(), match.group()), composed)
    bare = _APOSTROPHE.sub("", thai_bare(view_of(_EMOJI_RIDERS.sub("", text)).text))
    return _DRAWN_THAI.sub(r"\1", _DRAWN_LATIN.sub(r"\1", bare)).strip()


def written_out(text: str, spelling: Mapping[str, str]) -> str:
    """Folded text with the short forms of a language written out ("blm" is "belum", "sampai2" is "sampai")."""
    single = _DOUBLED.sub(r"\1", text)
    return _WORD.sub(lambda match: spelling.get(match.group(), match.group()), single)
