"""Cell texts as they were meant: NFC, no `<br>`, no carriage returns, no NBSP, no trailing TAB, `-` is nothing."""

import re
import unicodedata
from datetime import datetime

from seawall.orders.imports.grid import Cell, Number

_BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u2007\u202f]+")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060"), None)
_NOTHING = frozenset({"-", "--", "—", "–", "N/A", "n/a", "#N/A", "null", "NULL", "None", "nan", "NaN"})
_WHOLE_NUMBER = re.compile(r"(-?[0-9]+)\.0+\Z")


class Cleaner(dict[str, str]):
    """Cell text -> clean text, each distinct text cleaned once: most cells of an export repeat."""

    def __missing__(self, raw: str) -> str:
        clean = self[raw] = clean_text(raw)
        return clean

    def column(self, cells: list[Cell]) -> list[str]:
        """A column of clean texts; a date cell comes out as ISO text."""
        if set(map(type, cells)) <= {str}:
            texts: list[str] = cells  # type: ignore[assignment]  # just checked
            joined = "".join(texts)
            # Nothing in the whole column to mend but spaces at the ends and signs for nothing: no look-up a cell.
            if joined.isascii() and joined.isprintable() and "<" not in joined and "  " not in joined:
                return ["" if text in _NOTHING else text for text in map(str.strip, texts)]
            return [self[text] for text in texts]
        return [self.one(cell) for cell in cells]

    def one(self, cell: Cell) -> str:
        """One cell. A number and an equal-looking text clean differently, so a number is never looked up."""
        if isinstance(cell, datetime):
            return cell.isoformat(sep=" ")
        return clean_text(cell) if isinstance(cell, Number) else self[cell]


def clean_text(raw: str) -> str:
    """One cell's text (exports.md 5.5, 5.10, 5.15). Numbers lose a `.0` they never had."""
    text = raw
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if "<" in text:
        text = _BREAK.sub(" ", text)
    if "  " in text or not text.isprintable():  # any space but the plain one, and what nobody sees, is not printable
        text = _SPACES.sub(" ", text.translate(_INVISIBLE))
    text = text.strip()
    if text in _NOTHING:
        return ""
    if isinstance(raw, Number) and (whole := _WHOLE_NUMBER.match(text)):
        return whole[1]
    return str(text)


def is_masked(phone: str) -> bool:
    """Whether a phone number has hidden digits (exports.md 5.13). Such a number is never dialled or completed."""
    return any(mark in phone for mark in "*•●✱＊") or bool(_HIDDEN.search(phone))


_HIDDEN = re.compile(r"[xX]{2,}|[0-9][xX][0-9]|#{2,}|\.{3,}")
