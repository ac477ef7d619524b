"""Money as Decimal with its currency; no float, no sum across currencies."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

DECIMALS: dict[str, int] = {
    "CNY": 2, "IDR": 0, "MYR": 2, "PHP": 2, "SGD": 2, "THB": 2, "TWD": 0, "USD": 2, "VND": 0,
}  # fmt: skip
"""Digits behind the point that people use. ISO 4217 gives IDR two; nobody writes sen (exports.md 5.8)."""


@dataclass(frozen=True, order=False)
class Money:
    """An amount in one currency, kept at the precision it was given in."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in DECIMALS:
            raise ValueError(f"unknown currency {self.currency!r}")
        if not self.amount.is_finite():
            raise ValueError("an amount of money must be finite")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other).amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other).amount

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in a currency."""
        return cls(Decimal(0), currency)

    def rounded(self) -> "Money":
        """The amount at the currency's own number of decimals, halves away from zero."""
        return Money(
            self.amount.quantize(Decimal(1).scaleb(-DECIMALS[self.currency]), rounding=ROUND_HALF_UP), self.currency
        )

    def plain(self) -> str:
        """The rounded amount as JSON and CSV carry it: no grouping, a point."""
        return format(self.rounded().amount, "f")

    def __str__(self) -> str:
        return f"{self.plain()} {self.currency}"
