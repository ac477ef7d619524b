"""A text as a picture can show it: what has no glyph, or would steer how the rest reads, is shown as its code point."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from seawall.evidence.pictures import fonts
from seawall.evidence.seal.canonical import without_lone_surrogates

_DIRECTION = frozenset({*range(0x202A, 0x202F), *range(0x2066, 0x206A)})
"""Embeddings, overrides and isolates turn a sentence around. Shown, not obeyed: a picture is to be believed."""
_INVISIBLE = frozenset(
    {0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180E, 0x200B, 0x200C, 0x200D,
     0x200E, 0x200F, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
     *range(0xE0020, 0xE0080)}
)  # fmt: skip
"""Letters without a picture of their own that need no glyph (joiners, variation selectors, tags of flags)."""
_JOINING = frozenset({0x200D, 0x1039, 0x17D2, 0x0BCD, *range(0x1F1E6, 0x1F200)})
"""A letter after one of these belongs to it: joiner, stackers of Burmese, Khmer and Tamil, halves of flags."""
LONGEST_WORD = 18
"""A longer run without a place to break gets such places, or it would run out of its bubble."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text cut into what is drawn as it is and what is drawn as a code point (`is_code`)."""

    parts: tuple[tuple[str, bool], ...]
    missing: tuple[int, ...]
    """Code points without a glyph, each once, in order."""


def words_of(text: str, *, anywhere: bool = False) -> Words:
    """The text for a picture; with `anywhere` a line may end after every letter. A lone surrogate becomes U+FFFD, as in
    the pack's reading of it."""
    whole = without_lone_surrogates(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    has_glyph = fonts.covered()
    parts: list[tuple[str, bool]] = []
    missing: dict[int, None] = {}
    plain: list[str] = []
    for letter in whole:
        code = ord(letter)
        is_steering = code in _DIRECTION or (letter != "\n" and unicodedata.category(letter) in ("Cc", "Zl", "Zp"))
        if not is_steering and (letter == "\n" or code in has_glyph or code in _INVISIBLE):
            plain.append(letter)
            continue
        if not is_steering:
            missing[code] = None
        if plain:
            parts.append((breakable("".join(plain), anywhere=anywhere), False))
            plain = []
        parts.append((f"U+{code:04X}", True))
    if plain:
        parts.append((breakable("".join(plain), anywhere=anywhere), False))
    return Words(tuple(parts), tuple(missing))


def is_from_right(text: str) -> bool:
    """Whether the text is written from the right: its first letter with a direction says so, as in chat windows."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def breakable(text: str, *, anywhere: bool = False) -> str:
    """The text with places to break (U+200B) in runs of Latin letters, digits and signs longer than LONGEST_WORD.

    Scripts written without spaces are left to typst, which knows their words. Where it finds none (one letter typed a
    thousand times, signs that may not begin a line) the run would leave the page: then `anywhere` is asked for.
    """
    if anywhere:
        return "".join(_broken_anywhere(text))
    return "".join(_broken(text)) if len(text) > LONGEST_WORD else text


def _broken_anywhere(text: str) -> Iterator[str]:
    before = " "
    for letter in text:
        is_joined = unicodedata.category(letter)[0] in "MCZ" or 0x1F3FB <= ord(letter) <= 0x1F3FF
        if not is_joined and ord(before) not in _JOINING and not before.isspace():
            yield "\u200b"
        yield letter
        before = letter


def _broken(text: str) -> Iterator[str]:
    run = 0
    for letter in text:
        if letter.isspace() or ord(letter) == 0x200B:
            run = 0
        elif run >= LONGEST_WORD and not unicodedata.combining(letter) and ord(letter) < 0x0E00:
            yield "\u200b"
            run = 1
        else:
            run += 1
        yield letter
