"""The facts sheet as a value: its digest and the sentences that messages may rest on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from seawall.kernel.clock import epoch_ms
from seawall.kernel.digest import digest_of
from seawall.kernel.languages import Language


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

    def digest(self, papers: tuple[str, ...]) -> str:
        """Digest over every field and the hashes of the official papers."""
        return digest_of(
            {
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

    def sentences(self) -> tuple[str, ...]:
        """All sentences a claim in a message may rest on."""
        return (self.cause, self.remedy, *self.statements, *self.cause_by_language.values())
