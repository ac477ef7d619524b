"""The gate a script passes before it is frozen: the lint, in each language, for each platform it will go to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.lint import lint
from seawall.scripts.lint.model import Message, Severity
from seawall.scripts.review import places_reading


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """A finding that may not leave the house."""

    language: Language
    platform: Platform
    market: Market
    rule: str
    rule_row: str
    start: int
    end: int
    words: str
    why: str
    suggestion: str


def check_script(
    texts: Mapping[Language, str], audience: Collection[tuple[Platform, Market]], facts: tuple[str, ...]
) -> list[Blocked]:
    """Blocking findings over every language, on every platform and market of the audience that reads it.

    The Chinese source is checked against the first place of the audience, so that no language goes unchecked.
    """
    found = []
    for language, text in texts.items():
        for platform, market in places_reading(language, audience):
            message = Message(lang=language, platform=platform, market=market, text=text, facts=facts, template=True)
            found += [
                Blocked(
                    language=language, platform=platform, market=market, rule=finding.rule.value,
                    rule_row=finding.rule_row, start=finding.start, end=finding.end,
                    words=text[finding.start : finding.end], why=finding.reason.text(), suggestion=finding.suggestion,
                )
                for finding in lint(message)
                if finding.severity is Severity.BLOCK
            ]  # fmt: skip
    return found
