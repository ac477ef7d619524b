"""Where the suggestion of a finding goes: which stretch of the text it takes the place of, and with which words."""

import re
from dataclasses import dataclass

from seawall.kernel.folding import view_of
from seawall.kernel.languages import Language
from seawall.scripts.lint.model import Finding, Rule
from seawall.scripts.lint.patterns import sentence_around, sentences_of

_SENTENCES = frozenset(
    {
        Rule.ASKS_TO_CANCEL, Rule.OFF_PLATFORM_CONTACT, Rule.OFF_PLATFORM_PAYMENT, Rule.REVIEW_MANIPULATION,
        Rule.BLAMES, Rule.THREAT, Rule.UNSUPPORTED_CLAIM, Rule.OVER_BUDGET, Rule.WRONG_MONEY,
    }
)  # fmt: skip
"""Their suggestion is a whole sentence and takes the place of one: half a sentence left beside it reads badly."""

_MARKS = re.compile(r"[.!?。！？…]+")
_THAI_END = re.compile(r"(?:ค่ะ|คะ|ครับ|จ้ะ|จ้า)(?=[\s\n]|$)")
"""Thai has no full stop; a polite message ends each of its sentences with a particle and a space."""


@dataclass(frozen=True)
class Mend:
    """Put `words` in place of the code points from `start` to `end` (end exclusive)."""

    start: int
    end: int
    words: str

    def applied_to(self, text: str) -> str:
        """The text with the mend in place."""
        return text[: self.start] + self.words + text[self.end :]


def mend_of(finding: Finding, text: str, language: Language) -> Mend | None:
    """The mend of a finding; None where only a person can tell what must stand there."""
    if finding.rule is Rule.MISSING_ORDER_REFERENCE:
        is_chinese = language in (Language.ZH_HANS, Language.ZH_HANT)
        return Mend(0, 0, finding.suggestion if is_chinese else f"{finding.suggestion} ")
    if finding.rule is Rule.UNRESOLVED_PLACEHOLDER:
        return Mend(finding.start, finding.end, "")
    if finding.rule not in _SENTENCES:
        return None
    start, end = _sentence(text, finding.start, finding.end, language)
    return Mend(start, end, finding.suggestion)


def _sentence(text: str, start: int, end: int, language: Language) -> tuple[int, int]:
    """The sentence around a span, with its own marks and without the space before it."""
    view = view_of(text)
    sentences = sentences_of(view)
    at, last = view.index_of(start), view.index_of(max(start, end - 1))
    first, stop = view.span(sentence_around(sentences, at)[0], sentence_around(sentences, last)[1])
    first, stop = min(first, start), max(stop, end)
    if language is Language.TH:
        before = [match.end() for match in _THAI_END.finditer(text, first, start)]
        after = _THAI_END.search(text, max(start, end - 4), stop)
        first = before[-1] if before else first
        stop = max(end, after.end()) if after else stop
    while first < start and text[first].isspace():
        first += 1
    marks = _MARKS.match(text, stop)
    return first, marks.end() if marks else stop
