"""Amounts by the market's habit, never by the look of one number: `89.000` is 89000 in Indonesia (exports.md 5.8)."""

import re
from decimal import Decimal, InvalidOperation

from seawall.orders.imports.grid import Cell, Number
from seawall.orders.imports.text import clean_text

_MONEY_MARKS = re.compile(
    r"(?i:idr|vnd|myr|php|sgd|thb|twd|usd|cny|rmb|nt\$|s\$|us\$|rp\.?|rm)|[₱฿₫đĐ$¥￥元\s'’\u00a0]"
)
_DOT_THOUSANDS = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?\Z")
_COMMA_THOUSANDS = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?\Z")
_LARGEST = Decimal(10) ** 15


class AmountReader(dict[str, "tuple[Decimal | None, bool]"]):
    """Cell text -> (amount, whether the cell could be read), for one market. An empty text reads as no amount."""

    def __init__(self, *, thousands_dot: bool) -> None:
        super().__init__()
        self._dot_first = thousands_dot
        self._numbers: dict[str, Decimal | None] = {}

    def __missing__(self, raw: str) -> tuple[Decimal | None, bool]:
        amount = self._read(raw)
        result = self[raw] = (amount, amount is not None or not clean_text(raw))
        return result

    def of(self, cell: Cell) -> tuple[Decimal | None, bool]:
        """The amount in a cell. A number in the file has no grouping: no market can change it."""
        if type(cell) is str:
            return self[cell]
        if not isinstance(cell, Number):
            return self[str(cell)] if isinstance(cell, str) else (None, False)
        if cell not in self._numbers:
            self._numbers[cell] = _decimal(cell)
        amount = self._numbers[cell]
        return amount, amount is not None

    def _read(self, raw: str) -> Decimal | None:
        text = _MONEY_MARKS.sub("", clean_text(raw)).replace("−", "-")
        sign = 1
        if text.startswith("(") and text.endswith(")"):
            sign, text = -1, text[1:-1]
        if text.startswith(("-", "+")):
            sign, text = (-sign if text[0] == "-" else sign), text[1:]
        # The market's own grammar first. A text that cannot be written in it (150000.00 in Indonesia) has one reading.
        for dots in (self._dot_first, not self._dot_first):
            if dots and _DOT_THOUSANDS.match(text):
                return _decimal(text.replace(".", "").replace(",", "."), sign)
            if not dots and _COMMA_THOUSANDS.match(text):
                return _decimal(text.replace(",", ""), sign)
        return None


def _decimal(digits: str, sign: int = 1) -> Decimal | None:
    try:
        amount = sign * Decimal(digits.strip())
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= _LARGEST:
        return None
    exponent = amount.as_tuple().exponent
    # 19.989999999999998 in a number cell is 19.99 that went through binary.
    if isinstance(exponent, int) and exponent < -6:
        amount = amount.quantize(Decimal("0.000001")).normalize()
    return amount
