"""Claims that the facts sheet does not hold: days, dates, promises, causes.

What a sentence of the sheet says in English or Chinese supports the same claim in any language, since numbers, dates
and kinds of cause are compared, not words.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from seawall.kernel.folding import View, view_of
from seawall.kernel.reasons import Reason
from seawall.scripts.lint.literals import may_match, needed_letters
from seawall.scripts.lint.model import Message
from seawall.scripts.lint.patterns import filled, sentence_around

_DATA = Path(__file__).resolve().parent / "data"

_UNITS = ("hour", "day", "week", "month")
_ONE = frozenset({"mot", "isang", "satu", "一", "หนึ่ง", "one"})
_DATE_FORMS = 6
"""How many ways to write a date the pattern `date` knows; its groups are numbered d1 m1 and so on."""


@dataclass(frozen=True)
class _Words:
    """The compiled data file."""

    patterns: dict[str, re.Pattern[str]]
    letters: dict[str, tuple[str, ...]]
    months: dict[int, re.Pattern[str]]
    numbers: dict[str, int]

    def matches(self, name: str, text: str) -> Iterator[re.Match[str]]:
        """All matches of a named pattern, looked for only where its letters stand."""
        if may_match(self.letters[name], text):
            yield from self.patterns[name].finditer(text)


@cache
def _words() -> _Words:
    raw = tomllib.loads((_DATA / "claims.toml").read_text(encoding="utf-8"))
    numbers: dict[str, int] = raw["numbers"]
    written = "|".join(sorted(numbers, key=len, reverse=True))
    fragments = {"number": rf"(?:\d{{1,3}}|{written})", "month": f"(?:{'|'.join(raw['months'].values())})"}
    patterns = {name: re.compile(filled(source, fragments)) for name, source in raw["patterns"].items()}
    return _Words(
        patterns=patterns,
        letters={name: needed_letters(pattern) for name, pattern in patterns.items()},
        months={int(number): re.compile(source) for number, source in raw["months"].items()},
        numbers=numbers,
    )


@dataclass(frozen=True)
class ClaimHit:
    """A claim without support, in view offsets."""

    start: int
    end: int
    reason: Reason


@dataclass(frozen=True)
class _Facts:
    numbers: frozenset[tuple[str, int]]
    dates: frozenset[tuple[int, int]]
    causes: frozenset[str]
    promises: bool
    soon: bool
    given: bool


def unsupported(
    message: Message, view: View, sentences: tuple[tuple[int, int], ...], threats: frozenset[tuple[int, int]]
) -> Iterator[ClaimHit]:
    """Every day count, date, promise and cause that the message's facts do not hold.

    `threats` are sentences found to press the buyer: a time set there is part of the threat, not a claim.
    """
    facts = _facts(message.facts)
    for hit in _durations(view.text, facts, sentences):
        if sentence_around(sentences, hit.start) not in threats:
            yield hit
    yield from _dates(view, facts, sentences)
    yield from _promises(view.text, facts, sentences)
    if facts.given:
        for name, (letters, pattern) in _causes().items():
            if name not in facts.causes and may_match(letters, view.text):
                for match in pattern.finditer(view.text):
                    sentence = sentence_around(sentences, match.start())
                    before = view.text[sentence[0] : match.start()]
                    denied = _words().patterns["denied"].search(before) or _words().patterns["supposed"].search(before)
                    if denied or (name == "lost" and sentence in threats):
                        continue
                    yield ClaimHit(match.start(), match.end(), Reason("lint_claim_cause", {"cause": name}))


def told_as_a_fact(message: Message, view: View, sentence: tuple[int, int]) -> bool:
    """Whether a sentence tells soberly of the carrier's mis-scan that the facts sheet holds: that is no blame."""
    if "scan" not in _facts(message.facts).causes:
        return False
    said = view.text[sentence[0] : sentence[1]]
    return _causes()["scan"][1].search(said) is not None and _words().patterns["harsh"].search(said) is None


@lru_cache(maxsize=256)
def _facts(sentences: tuple[str, ...]) -> _Facts:
    text = view_of("\n".join(sentences)).text
    words = _words()
    return _Facts(
        numbers=frozenset(number for match in words.matches("duration", text) for number in _amounts(match)),
        dates=frozenset(day for match in words.matches("date", text) for day in _days(text, match)),
        causes=frozenset(name for name in _causes() if _supports(name, text)),
        promises=any(True for _ in words.matches("promise", text)),
        soon=any(True for _ in words.matches("soon", text)),
        given=bool(text.strip()),
    )


@cache
def _causes() -> dict[str, tuple[tuple[str, ...], re.Pattern[str]]]:
    written: dict[str, str] = tomllib.loads((_DATA / "causes.toml").read_text(encoding="utf-8"))["causes"]
    compiled = {name: re.compile(filled(source, {})) for name, source in written.items()}
    return {name: (needed_letters(pattern), pattern) for name, pattern in compiled.items()}


@cache
def _fact_words() -> dict[str, re.Pattern[str]]:
    written: dict[str, str] = tomllib.loads((_DATA / "causes.toml").read_text(encoding="utf-8"))["facts"]
    return {name: re.compile(source) for name, source in written.items()}


def _supports(name: str, facts: str) -> bool:
    """Whether the sheet speaks of a cause, in the words of messages or in its own looser ones."""
    loose = _fact_words().get(name)
    return _causes()[name][1].search(facts) is not None or (loose is not None and loose.search(facts) is not None)


def _amounts(match: re.Match[str]) -> set[tuple[str, int]]:
    unit = next(name for name in _UNITS if match.group(name))
    parts = [part for part in (match.group("first"), match.group("second")) if part]
    return {(unit, int(part) if part.isdigit() else _words().numbers[part]) for part in parts}


def _durations(text: str, facts: _Facts, sentences: tuple[tuple[int, int], ...]) -> Iterator[ClaimHit]:
    words = _words()
    for match in words.matches("duration", text):
        if not _amounts(match) <= facts.numbers and not _is_ordinary(text, match, sentences):
            yield ClaimHit(match.start(), match.end(), Reason("lint_claim_duration"))
    for match in words.matches("soon", text) if not facts.soon else ():
        begin, stop = sentence_around(sentences, match.start())
        opened = words.patterns["open"].match(text, match.start()) and not words.patterns["outcome"].search(
            text[begin : match.start()]
        )
        if words.patterns["outcome"].search(text[begin:stop]) and not opened:
            yield ClaimHit(match.start(), match.end(), Reason("lint_claim_date"))


def _is_ordinary(text: str, match: re.Match[str], sentences: tuple[tuple[int, int], ...]) -> bool:
    """Whether a count of days promises nothing: time gone by, or the article of "a day", "a word"."""
    patterns = _words().patterns
    begin, stop = sentence_around(sentences, match.start())
    before, after = text[begin : match.start()], text[match.end() : stop]
    if patterns["ordinary"].search(after) or patterns["gone_by"].search(before):
        return True
    is_article = match.group("first") in _ONE and not match.group("second")
    return is_article and not patterns["within"].search(before) and not patterns["within_after"].search(after)


def _day(match: re.Match[str]) -> tuple[int, int] | None:
    for form in range(1, _DATE_FORMS + 1):
        day, month = match.group(f"d{form}"), match.group(f"m{form}")
        if day and month:
            number = int(month) if month.isdigit() else _month_number(month)
            if 1 <= int(day) <= 31 and 1 <= number <= 12:
                return int(day), number
    return None


def _days(text: str, match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A date of the sheet, and the other end of a span that names its month once ("24 to 28 July")."""
    day = _day(match)
    if day is None:
        return
    yield day
    patterns = _words().patterns
    before, after = (
        patterns["span_before"].search(text[: match.start()]),
        patterns["span_after"].match(text, match.end()),
    )
    for other in (before, after):
        if other is not None and 1 <= int(other.group(1)) <= 31:
            yield int(other.group(1)), day[1]


def _month_number(word: str) -> int:
    return next((number for number, pattern in _words().months.items() if pattern.fullmatch(word)), 0)


def _dates(view: View, facts: _Facts, sentences: tuple[tuple[int, int], ...]) -> Iterator[ClaimHit]:
    patterns, text = _words().patterns, view.text
    if not patterns["short_number"].search(text):
        return
    for match in _words().matches("date", text):
        day = _day(match)
        # "mây 30x40" is rattan in Vietnamese: only the bare word is May.
        if match.group("m2") == "may" and not view.source(match.start(), match.end()).isascii():
            continue
        # "9/30" and "30/9" are one day; where both readings are possible, either may be the one on the sheet.
        if day is None or day in facts.dates or (match.group("d5") and day[::-1] in facts.dates):
            continue
        begin = next((first for first, last in sentences if match.start() <= last), 0)
        before, after = text[max(begin, match.start() - 60) : match.start()], text[match.end() : match.end() + 45]
        deadline = patterns["deadline"].search(before) or patterns["deadline_after"].search(after)
        if (patterns["ordered_on"].search(before) or patterns["ordered_after"].search(after)) and not deadline:
            continue
        promised = patterns["outcome"].search(before) or patterns["outcome"].search(after)
        # "3/5" alone may be a size or a share; with a deadline word before it, it is a day.
        named = match.group("d5") is None or match.group("y5") or patterns["day_word"].search(before)
        if deadline or (promised and named):
            yield ClaimHit(match.start(), match.end(), Reason("lint_claim_date"))


def _promises(text: str, facts: _Facts, sentences: tuple[tuple[int, int], ...]) -> Iterator[ClaimHit]:
    if facts.promises:
        return
    patterns = _words().patterns
    for match in _words().matches("replacement", text):
        begin, stop = sentence_around(sentences, match.start())
        if facts.given and patterns["free"].search(text[begin:stop]):
            yield ClaimHit(match.start(), match.end(), Reason("lint_claim_promise"))
    for match in _words().matches("promise", text):
        begin, stop = next(((a, b) for a, b in sentences if match.start() <= b), (0, len(text)))
        refused = patterns["not_promised"].search(text[begin : match.start()])
        if not refused and patterns["outcome"].search(text[begin:stop]):
            yield ClaimHit(match.start(), match.end(), Reason("lint_claim_promise"))
