"""What the script studio shows of one language: the text with its findings, its lengths, and what it changes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _

from seawall.incidents.api import Facts, LongestFilled, PlaceValues, fill_longest, lacking
from seawall.kernel.errors import NotFound
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.texts import reader_language, text
from seawall.rulebook.api import RulesOn
from seawall.scripts.api import (
    FORM,
    LENGTH_LIMITS,
    PLACEHOLDER,
    PLACEHOLDERS,
    Noted,
    Stretch,
    Wording,
    is_changed,
    longest_length,
    names_in,
    review,
    word_diff,
)
from seawall.scripts.lint import suggestion
from seawall.web.refusals import look

NEAR = 0.9
"""From this part of a limit on the meter warns (ours)."""
_AT_FAULT = ("placeholder_too_long", "placeholder_wrong_money")
METER = 34
"""Width of a meter in its own units."""


@dataclass(frozen=True, kw_only=True)
class Stretched:
    """A stretch of a text: words or a placeholder, and the tone of the finding it belongs to."""

    words: str
    is_placeholder: bool
    tone: str


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """The rulebook row a finding rests on."""

    id: str
    words: str
    certainty: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding as the page shows it."""

    noted: Noted
    why: str
    rows: list[RuleRow]
    is_whole: bool
    """It is about the text as a whole: nothing is underlined."""
    says: str
    """What the suggestion says, in the reader's language; empty where it is in it."""

    @property
    def tone(self) -> str:
        """The class of its mark: red where it shuts the gate."""
        return "risk" if self.noted.blocks else "warn"

    @property
    def icon(self) -> str:
        """Its mark beside the colour."""
        return look(icon="ban") if self.noted.blocks else look(icon="alert-triangle")

    @property
    def key(self) -> str:
        """By which a form names it: rule, start, end."""
        finding = self.noted.finding
        return f"{finding.rule.value}:{finding.start}:{finding.end}"

    @property
    def can_be_put_in(self) -> bool:
        """Whether the suggestion can take the place by itself."""
        return self.noted.mend is not None


@dataclass(frozen=True, kw_only=True)
class Meter:
    """How much of a platform's longest message a text takes, filled with the longest real values."""

    platform: Platform
    length: int | None
    """None: not one order has all the values yet."""
    possible: int
    """Once every placeholder takes the longest form it may have: what the gate counts."""
    limit: int
    certainty: str
    is_ours: bool
    filled: str
    why_not: str
    """Why it cannot be filled, where the length of a value is at fault; what is missing is told by `lacks`."""
    markets: list[str]

    @property
    def width(self) -> int:
        """Of the bar."""
        return min(METER, round(METER * (self.length or self.possible) / self.limit))

    @property
    def tone(self) -> str:
        """Red: the gate is shut. Amber: near the limit."""
        if self.possible > self.limit:
            return "risk"
        return "warn" if max(self.possible, self.length or 0) >= NEAR * self.limit else "run"


@dataclass(frozen=True, kw_only=True)
class TextStudio:
    """One language of the script that is written."""

    language: Language
    text: str
    gloss: str
    orders: int
    """Open orders whose first message is in this language."""
    markets: list[str]
    found: list[Found]
    meters: list[Meter]
    lacks: list[tuple[str, int]]
    """Placeholders of the text that some of its orders have no value for, with their number."""
    stretches: list[Stretched]
    changes: list[Stretch]
    """Against the version it is compared with; empty when nothing changed."""
    is_gloss_old: bool
    """The text changed and its gloss did not: it tells the seller what the text no longer says."""

    @property
    def blocked(self) -> int:
        """Findings that shut the gate."""
        return sum(each.noted.blocks for each in self.found)

    @property
    def warned(self) -> int:
        """Findings for a person to judge, and places that cannot be filled: the plan would refuse them."""
        return len(self.found) - self.blocked + len(self.lacks) + sum(bool(each.why_not) for each in self.meters)

    @property
    def is_needed(self) -> bool:
        """Whether an order of the storm is told in it."""
        return self.orders > 0

    @property
    def rows(self) -> int:
        """Lines of the field before any script has run, in a card of some forty letters."""
        return max(4, min(16, len(self.text) // 38 + 2))


@dataclass(frozen=True, kw_only=True)
class Studio:
    """What all languages are judged by."""

    places: Sequence[PlaceValues]
    facts: Facts | None
    rules: RulesOn
    before: Mapping[Language, Wording] = field(default_factory=dict)
    """The newest version: what changes are measured against."""

    @property
    def audience(self) -> set[tuple[Platform, Market]]:
        """Where the words will go."""
        return {(each.platform, each.market) for each in self.places}

    def text(self, language: Language, wording: Wording) -> TextStudio:
        """One language, checked and measured."""
        readers = [each for each in self.places if each.market.facts.languages[0] is language]
        notes = review(language, wording.text, self.audience, self.facts.sentences() if self.facts else ())
        found = [self._found(each, wording.text, language) for each in notes]
        before = self.before.get(language)
        changes = word_diff(before.text, wording.text) if before else []
        return TextStudio(
            language=language, text=wording.text, gloss=wording.gloss_zh,
            orders=sum(each.orders for each in readers),
            markets=sorted({each.market.value for each in readers}),
            found=found,
            meters=list(self._meters(language, wording.text, readers)),
            lacks=self._lacks(wording.text, language, readers),
            stretches=list(stretches_of(wording.text, found)),
            changes=changes if is_changed(changes) else [],
            is_gloss_old=bool(
                before and is_changed(changes) and wording.gloss_zh.strip() == before.gloss_zh.strip() != ""
            ),
        )  # fmt: skip

    def _found(self, noted: Noted, words: str, language: Language) -> Found:
        finding, reader = noted.finding, reader_language()
        return Found(
            noted=noted, why=finding.reason.text(), rows=[self._row(each) for each in noted.rows],
            is_whole=finding.start == 0 and finding.end == len(words),
            says="" if language is reader else suggestion(finding.rule, reader),
        )  # fmt: skip

    def _row(self, row: str) -> RuleRow:
        try:
            rule = self.rules.rule(row)
        except NotFound:
            # "ours", and facts that stand in our notes on a platform and in no row yet.
            return RuleRow(id=_("our own") if row == "ours" else row, words="", certainty="")
        certainty = text(f"rules_certainty_{rule.certainty.value}")
        return RuleRow(id=row, words=rule.text(reader_language()), certainty=certainty)

    def _lacks(self, words: str, language: Language, readers: Sequence[PlaceValues]) -> list[tuple[str, int]]:
        missing = [lacking(each, language, self.facts) for each in readers]
        counted = [
            (name, sum(each.get(name, 0) for each in missing)) for name in names_in(words) if name in PLACEHOLDERS
        ]
        return [(name, number) for name, number in counted if number]

    def _meters(self, language: Language, words: str, readers: Sequence[PlaceValues]) -> Iterator[Meter]:
        for platform in sorted({each.platform for each in readers}):
            here = [each for each in readers if each.platform is platform]
            tried = [fill_longest(each, words, language, self.facts) for each in here]
            filled = [each for each in tried if isinstance(each, LongestFilled)]
            longest = max(filled, key=lambda each: each.length, default=None)
            too_long = (each for each in tried if not isinstance(each, LongestFilled) and each.code in _AT_FAULT)
            limit = LENGTH_LIMITS[platform]
            yield Meter(
                platform=platform, length=longest.length if longest else None, possible=longest_length(words),
                limit=limit.characters, certainty=text(f"rules_certainty_{limit.certainty}"),
                is_ours=limit.source == "ours", filled=longest.text if longest else "",
                why_not=next((each.text() for each in too_long), ""),
                markets=[each.market.value for each in here],
            )  # fmt: skip


def stretches_of(words: str, found: Collection[Found]) -> Iterator[Stretched]:
    """The text cut where placeholders and findings begin and end."""
    holes = [(each.start(), each.end()) for each in PLACEHOLDER.finditer(words)]
    holes += [(each.start(), each.end()) for each in FORM.finditer(words)]
    marks = [(each.noted.finding.start, each.noted.finding.end, each.tone) for each in found if not each.is_whole]
    cuts = sorted({0, len(words), *(at for hole in holes for at in hole), *(at for mark in marks for at in mark[:2])})
    for start, end in pairwise(cuts):
        tones = {tone for begin, stop, tone in marks if begin <= start and end <= stop}
        yield Stretched(
            words=words[start:end],
            is_placeholder=any(begin <= start and end <= stop for begin, stop in holes),
            tone="risk" if "risk" in tones else "warn" if tones else "",
        )
