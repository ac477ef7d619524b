"""A text under the eyes of its writer: every finding once, with where it holds and what would mend it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.lint import Finding, Mend, Message, Severity, lint, mend_of

Place = tuple[Platform, Market]


def places_reading(language: Language, audience: Collection[Place]) -> list[Place]:
    """The places of an audience whose buyers may read a language; without any, the first place of the audience, so
    that no text of a script goes unchecked."""
    return [(p, m) for p, m in sorted(audience) if language in m.facts.languages] or sorted(audience)[:1]


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A finding with all places of the audience for which it holds."""

    finding: Finding
    words: str
    """What stands in the text at its span."""
    platforms: list[Platform] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    """The rows of the rulebook it rests on, one for each platform that has its own."""
    mend: Mend | None = None

    @property
    def blocks(self) -> bool:
        """Whether it shuts the gate."""
        return self.finding.severity is Severity.BLOCK


def review(language: Language, text: str, audience: Collection[Place], facts: tuple[str, ...]) -> list[Noted]:
    """The findings of one template, in the order of the text: exactly those by which the gate decides, and the
    warnings. Empty for an empty audience."""
    found: dict[tuple[str, int, int, str], Noted] = {}
    for platform, market in places_reading(language, audience):
        message = Message(lang=language, platform=platform, market=market, text=text, facts=facts, template=True)
        for each in lint(message):
            # The words of a reason may name the platform or the market: then they are two findings.
            noted = found.setdefault(
                (each.rule.value, each.start, each.end, each.reason.text(Language.EN)),
                Noted(finding=each, words=text[each.start : each.end], mend=mend_of(each, text, language)),
            )
            if platform not in noted.platforms:
                noted.platforms.append(platform)
            if each.rule_row not in noted.rows:
                noted.rows.append(each.rule_row)
    return sorted(found.values(), key=lambda each: (each.finding.start, each.finding.end, each.finding.rule.value))
