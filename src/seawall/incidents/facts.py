"""The facts sheet as a value: its digest and the sentences that messages may rest on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from seawall.kernel.clock import epoch_ms
from seawall.kernel.digest import digest_of
from seawall.kernel.languages import Language
from seawall.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known, in the seller's words, with the cause in each buyer language."""

    cause: str
    cause_by_language: Mapping[Language, str]
    happened_on: date
    remedy: str
    ceiling_amount: Decimal
    ceiling_currency: str
    deadline_at: datetime
    statements: tuple[str, ...] = ()
    new_date: date | None = None
    """A day that messages may name: stock is back, the parcel is expected, delivery is tried again."""
    compensation: Mapping[str, Decimal] = field(default_factory=dict)
    """What may be offered per order, by currency."""

    def digest(self, papers: tuple[str, ...]) -> str:
        """Digest over every field and the hashes of the official papers."""
        further: dict[str, object] = {}
        if self.new_date is not None:
            further["new_date"] = self.new_date.isoformat()
        if self.compensation:
            further["compensation"] = {name: format(each, ".2f") for name, each in sorted(self.compensation.items())}
        # Fields that a sheet does not use leave its digest as it was before there were such fields.
        return digest_of(
            {
                **further,
                "cause": self.cause,
                "cause_by_language": {k.value: v for k, v in self.cause_by_language.items()},
                "happened_on": self.happened_on.isoformat(),
                "remedy": self.remedy,
                "ceiling": [format(self.ceiling_amount, ".2f"), self.ceiling_currency],
                "deadline_ms": epoch_ms(self.deadline_at),
                "statements": list(self.statements),
                "papers": sorted(papers),
            }
        )

    def offer_in(self, currency: str) -> Money | None:
        """What may be offered per order in this money; None where the sheet offers nothing in it."""
        amount = self.compensation.get(currency)
        return Money(amount, currency) if amount is not None else None

    def sentences(self) -> tuple[str, ...]:
        """All sentences a claim in a message may rest on."""
        dated = (f"The new date is {self.new_date.isoformat()}.",) if self.new_date else ()
        return (self.cause, self.remedy, *self.statements, *dated, *self.cause_by_language.values())
