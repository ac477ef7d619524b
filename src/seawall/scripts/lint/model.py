"""The values of the lint: what is checked, and what is found."""

from dataclasses import dataclass, field
from enum import StrEnum

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.reasons import Reason


class Rule(StrEnum):
    """What a message may be found guilty of. The value stands in JSON, on screens and in reports."""

    ASKS_TO_CANCEL = "asks_to_cancel"
    OFF_PLATFORM_CONTACT = "off_platform_contact"
    UNRESOLVED_PLACEHOLDER = "unresolved_placeholder"
    MISSING_ORDER_REFERENCE = "missing_order_reference"
    TOO_LONG = "too_long"
    OFF_PLATFORM_PAYMENT = "off_platform_payment"
    REVIEW_MANIPULATION = "review_manipulation"
    BLAMES = "blames_platform_or_carrier"
    THREAT = "threat_or_pressure"
    UNSUPPORTED_CLAIM = "unsupported_claim"
    OVER_BUDGET = "promises_over_budget"
    WRONG_MONEY = "wrong_market_money"
    WRONG_LANGUAGE = "wrong_language"


class Severity(StrEnum):
    """Whether a finding shuts the gate."""

    BLOCK = "block"
    WARNING = "warning"


class Source(StrEnum):
    """Who found it."""

    RULES = "rules"
    MODEL = "model"


BLOCKING: frozenset[Rule] = frozenset(
    {
        Rule.ASKS_TO_CANCEL,
        Rule.OFF_PLATFORM_CONTACT,
        Rule.UNRESOLVED_PLACEHOLDER,
        Rule.MISSING_ORDER_REFERENCE,
        Rule.TOO_LONG,
        Rule.OVER_BUDGET,
        Rule.WRONG_MONEY,
    }
)
"""The rules that stop a text today. The others warn a person."""


def severity_of(rule: Rule) -> Severity:
    """Whether this rule blocks."""
    return Severity.BLOCK if rule in BLOCKING else Severity.WARNING


@dataclass(frozen=True, kw_only=True)
class Message:
    """One text to check.

    `facts` are the sentences of the facts sheet, in English or Chinese; empty means no sheet is at hand.
    `order_id` is the number the text must name, when known. `allowed_numbers` (tracking numbers and the like) are never
    read as telephone numbers. `template` is True while declared placeholders still stand in the text.
    """

    lang: Language
    platform: Platform
    market: Market
    text: str
    facts: tuple[str, ...] = ()
    order_id: str | None = None
    allowed_numbers: tuple[str, ...] = ()
    template: bool = False


@dataclass(frozen=True)
class Finding:
    """One fault. `start` and `end` are code points of the original text, end exclusive."""

    rule: Rule
    start: int
    end: int
    rule_row: str
    """The row of the rulebook it rests on; "ours" where the product itself asks for it."""
    reason: Reason
    suggestion: str
    """A wording for this place that passes, in the language of the text."""
    severity: Severity = field(default=Severity.WARNING)
    source: Source = Source.RULES

    def why(self, language: Language | None = None) -> str:
        """The sentence for the person who wrote the text."""
        return self.reason.text(language)

    def as_json(self, language: Language | None = None) -> dict[str, str | int]:
        """The finding as it is printed: rule, severity, start, end, rule_row, code, why, suggestion, source."""
        return {
            "rule": self.rule.value,
            "severity": self.severity.value,
            "start": self.start,
            "end": self.end,
            "rule_row": self.rule_row,
            "code": self.reason.code,
            "why": self.why(language),
            "suggestion": self.suggestion,
            "source": self.source.value,
        }
