"""Order ids and tracking codes are text. A number in their place may have lost digits, and then it names nobody."""

import re
import unicodedata
from dataclasses import dataclass

from seawall.orders.imports.formats import IdRule
from seawall.orders.imports.grid import Cell, Formula, Number
from seawall.orders.imports.refusals import RejectCode
from seawall.orders.imports.text import clean_text

_SHOPEE = re.compile(r"[0-9]{6}[0-9A-Z]{8}\Z")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+\Z")
_SHORT_SCIENTIFIC = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE][+-]?[0-9]{1,3}\Z")
_EXCEL_TEXT = re.compile(r'=\s*"([^"=]*)"\s*\Z')
_NUMBER_AS_TEXT = re.compile(r"[0-9]+[.,]0+\Z")
"""`300000000000001.0`: a program read the id as a number and wrote it back as text."""
_FEWEST_DIGITS = 10
"""A text with so many digits was an id once; one with fewer is a remark."""
_WHOLE = re.compile(r"[0-9]+(?:\.0+)?\Z")
_EDGE = 10**15
"""From here on a spreadsheet drops digits: it keeps 15 (exports.md 5.1)."""


@dataclass(frozen=True, slots=True)
class BadId:
    """A cell that cannot be trusted as an id."""

    reason: RejectCode
    value: str


def unwrapped(cell: Cell) -> Cell:
    """`="5123"` and `'5123` in a CSV are how a spreadsheet writes text: all digits are there, so it is that text."""
    if type(cell) is str and cell[:1] == "'" and cell[1:2].isalnum():
        return cell[1:]
    if isinstance(cell, str) and cell.lstrip().startswith("=") and not isinstance(cell, Formula):
        found = _EXCEL_TEXT.match(cell.strip())
        if found:
            return found[1]
    return cell


def is_formula(cell: Cell) -> bool:
    """Whether a cell is computed: in an xlsx by what it is, in a CSV by its first sign."""
    if isinstance(cell, Formula):
        return True
    return isinstance(cell, str) and not isinstance(cell, Number) and cell.lstrip().startswith("=")


def read_id(cell: Cell, rule: IdRule) -> str | BadId | None:
    """The id in a cell; None for an empty cell.

    A number is taken only where it surely is whole: below 1e15, and not for Shopee, whose ids are text with 14 places,
    unless all 14 places are there and no exponent can have made them (`240101123456E2` is 24010112345600).
    """
    if type(cell) is str and ((cell.isdigit() and cell.isascii()) or (rule is IdRule.SHOPEE and _SHOPEE.match(cell))):
        return cell  # as nearly all are
    cell = unwrapped(cell)
    if is_formula(cell):
        return BadId(RejectCode.FORMULA_CELL, clean_text(str(cell)))
    if not isinstance(cell, str):
        return BadId(RejectCode.NUMERIC_ID_PRECISION, cell.isoformat(sep=" "))
    if isinstance(cell, Number):
        return _numeric_id(cell, rule)
    text = clean_text(cell)
    if not text:
        return None
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)  # full-width digits of a Chinese keyboard are the same id
    if text.isdigit() and text.isascii():
        return text
    if _NUMBER_AS_TEXT.match(text):
        return _numeric_id(Number(text.replace(",", ".")), rule)
    # 240101E1234567 is a sound Shopee id as long as it is still text (exports.md 5.2).
    if _SCIENTIFIC.match(text) and not (rule in {IdRule.SHOPEE, IdRule.TEXT} and _SHOPEE.match(text)):
        return BadId(RejectCode.SCIENTIFIC_ID, text)
    return text


def _numeric_id(cell: Number, rule: IdRule) -> str | BadId:
    text = cell.strip()
    bad = BadId(RejectCode.NUMERIC_ID_PRECISION, text)
    if not _WHOLE.match(text):
        return bad
    digits = text.split(".", 1)[0]
    if int(digits) >= _EDGE or rule is IdRule.TIKTOK:
        return bad
    if rule is IdRule.SHOPEE and (len(digits) != 14 or digits.endswith("00")):
        return bad
    return digits


def read_tracking(cell: Cell) -> tuple[str, bool]:
    """(tracking code, whether it can be trusted). A code that lost digits is left out: it would name another parcel."""
    if type(cell) is str and cell.isalnum() and cell.isascii() and cell[1:2] not in {"E", "e"}:
        return cell, True  # as nearly all are
    cell = unwrapped(cell)
    if not isinstance(cell, str) or is_formula(cell):
        return "", False
    text = clean_text(cell)
    if _NUMBER_AS_TEXT.match(text):
        cell, text = Number(text), re.split("[.,]", text)[0]
    if isinstance(cell, Number):
        digits = text if _WHOLE.match(text) else ""
        return (digits, True) if digits and int(digits) < _EDGE else ("", False)
    # 12345E67890 is a possible code; 1.23E+15 and 1E15 are numbers a spreadsheet has shortened.
    if _SHORT_SCIENTIFIC.match(text):
        return "", False
    return text, True


def is_tiktok_id(text: str) -> bool:
    """Whether a text can be a TikTok order id: digits only. Its description row and notes are not."""
    return text.isdigit()


def is_note(text: str) -> bool:
    """Whether a text in the id column is prose (a total, a remark) and not an id (exports.md 5.17)."""
    # Marketplace ids are plain letters and digits: `共 3 单` below the last row is a sum.
    return (
        not text.isascii()
        or not any(letter.isdigit() for letter in text)
        or (" " in text and len(text) > 20)
        or len(text) > 64
    )


def is_damaged_id(text: str) -> bool:
    """Whether a text was an order id before something got into it: `577 600 000 000 000 001`, `577600000000000001,`."""
    inside = [letter for letter in text if not letter.isspace()]
    digits = sum(letter.isdigit() for letter in inside)
    return digits >= _FEWEST_DIGITS and digits >= 0.8 * len(inside) and not text.isalnum()
