"""The lint: every rule over one message, in memory, offline, never raising."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path

from seawall.kernel.folding import View, view_of
from seawall.kernel.languages import Language
from seawall.kernel.markets import Platform
from seawall.kernel.reasons import Reason
from seawall.scripts.lint.claims import told_as_a_fact, unsupported
from seawall.scripts.lint.concepts import Reading, joint_hits
from seawall.scripts.lint.contact import contacts, refused
from seawall.scripts.lint.form import LENGTH_LIMITS, left_over_placeholders, over_length
from seawall.scripts.lint.model import Finding, Message, Rule, severity_of
from seawall.scripts.lint.money import money_faults
from seawall.scripts.lint.numbers import names_the_order, order_references
from seawall.scripts.lint.patterns import PatternSet, pattern_set, sentence_around, sentences_of, warnings_among
from seawall.scripts.lint.tongue import is_wrong_language
from seawall.scripts.several import readings

_ROWS: dict[Rule, dict[Platform, str]] = {
    Rule.OFF_PLATFORM_CONTACT: {
        Platform.SHOPEE: "SHP-MSG-02",
        Platform.LAZADA: "LZD-MSG-01",
        Platform.TIKTOK: "TTS-MSG-02",
    },
    Rule.OFF_PLATFORM_PAYMENT: {
        Platform.SHOPEE: "SHP-MSG-01",
        Platform.LAZADA: "LZD-MSG-01",
        Platform.TIKTOK: "TTS-MSG-01",
    },
    Rule.THREAT: {Platform.SHOPEE: "SHP-MSG-01", Platform.LAZADA: "LZD-MSG-02", Platform.TIKTOK: "TTS-MSG-01"},
}
_ROW: dict[Rule, str] = {
    Rule.ASKS_TO_CANCEL: "CRIT-01",
    Rule.MISSING_ORDER_REFERENCE: "CRIT-02",
    Rule.REVIEW_MANIPULATION: "MSG-REV-01",
    Rule.UNSUPPORTED_CLAIM: "RSN-X-01",
    Rule.OVER_BUDGET: "CMP-02",
}
OURS = "ours"
"""Stands for a row where the product itself asks for it and no platform rule is known."""

_CUE_RULES = (
    Rule.ASKS_TO_CANCEL,
    Rule.OFF_PLATFORM_PAYMENT,
    Rule.OFF_PLATFORM_CONTACT,
    Rule.REVIEW_MANIPULATION,
    Rule.BLAMES,
    Rule.THREAT,
)
_WARNED_OF = frozenset({Rule.ASKS_TO_CANCEL, Rule.OFF_PLATFORM_CONTACT, Rule.OFF_PLATFORM_PAYMENT})
_DISCLAIMED = frozenset({Rule.OFF_PLATFORM_CONTACT, Rule.OFF_PLATFORM_PAYMENT})
_NOT_OUR_TIME = frozenset({Rule.THREAT, Rule.ASKS_TO_CANCEL, Rule.OFF_PLATFORM_PAYMENT})
"""In a sentence with such a fault a time is part of the fault, not a claim besides."""
_BOUGHT = frozenset({Rule.ASKS_TO_CANCEL, Rule.REVIEW_MANIPULATION, Rule.OFF_PLATFORM_PAYMENT, Rule.THREAT})
_LATIN_SETS: dict[Language, tuple[str, ...]] = {
    Language.EN: ("en",),
    Language.ID: ("malay", "en"),
    Language.MS: ("malay", "en"),
    Language.FIL: ("fil", "en"),
    Language.VI: ("vi", "en"),
}
_EVERY_LATIN = ("en", "malay", "fil", "vi")
_LATIN = re.compile(r"[a-z]{2}")
_THAI = re.compile("[\u0e00-\u0e7f]")
_HAN = re.compile("[\u4e00-\u9fff]")


def lint(message: Message) -> list[Finding]:
    """All faults of one message, in the order of the text; empty when it may go out. A template with forms for one
    order and for several must pass in both readings.

    Promises: never raises whatever the text holds; spans lie inside the text; no network, no database, no clock.
    """
    if not message.template:
        return _lint(message)
    found: list[Finding] = []
    for place, each in enumerate(readings(message.text)):
        for one in _lint(replace(message, text=each.text)):
            if place and one.rule is Rule.TOO_LONG:
                # Only as many orders go together as fit: their words are measured when they are filled.
                continue
            start, end = each.span(one.start, one.end)
            found.append(replace(one, start=start, end=end))
    return sorted(_distinct(found), key=lambda each: (each.start, each.end, each.rule.value))


def _lint(message: Message) -> list[Finding]:
    view = view_of(message.text)
    sentences = sentences_of(view)
    wrong = is_wrong_language(view, message.lang)
    sets = _sets(message.lang, view, wrong)
    references = order_references(message, view)
    found = [
        *_form_findings(message, view, wrong, references),
        *_pattern_findings(message, view, sets, sentences, references),
    ]
    return sorted(_distinct(found), key=lambda each: (each.start, each.end, each.rule.value))


def passes(message: Message) -> bool:
    """Whether nothing blocks the message. Warnings do not block."""
    return not any(each.severity == "block" for each in lint(message))


def rule_row(rule: Rule, platform: Platform) -> str:
    """The id of the rulebook row a finding rests on."""
    if rule is Rule.TOO_LONG:
        return LENGTH_LIMITS[platform].source.split(" (")[0]
    return _ROWS.get(rule, {}).get(platform) or _ROW.get(rule, OURS)


def _sets(language: Language, view: View, wrong: bool) -> tuple[PatternSet, ...]:
    names: list[str] = []
    if _HAN.search(view.text):
        names.append("zh")
    if _THAI.search(view.text):
        names.append("th")
    if _LATIN.search(view.text):
        latin = _LATIN_SETS.get(language, ("en",))
        names += _EVERY_LATIN if wrong else latin
    return tuple(pattern_set(name) for name in names)


def _form_findings(
    message: Message, view: View, wrong: bool, references: Sequence[tuple[int, int]]
) -> Iterator[Finding]:
    whole = (0, len(message.text))
    for start, end, written in left_over_placeholders(message):
        reason = Reason("lint_unresolved_placeholder", {"name": written})
        yield _finding(message, Rule.UNRESOLVED_PLACEHOLDER, (start, end), reason)
    if (over := over_length(message)) is not None:
        reason = Reason("lint_too_long", {"length": over[0], "limit": over[1], "platform": message.platform.title})
        start = 0 if message.template else min(over[1], len(message.text))
        yield _finding(message, Rule.TOO_LONG, (start, len(message.text)), reason)
    if not names_the_order(message, view, references):
        yield _finding(message, Rule.MISSING_ORDER_REFERENCE, whole, Reason("lint_missing_order_reference"))
    if wrong:
        yield _finding(
            message, Rule.WRONG_LANGUAGE, whole, Reason("lint_wrong_language", {"language": message.lang.value})
        )


def _pattern_findings(
    message: Message,
    view: View,
    sets: tuple[PatternSet, ...],
    sentences: tuple[tuple[int, int], ...],
    references: Sequence[tuple[int, int]],
) -> Iterator[Finding]:
    for hit in contacts(message, view, sets, sentences, references):
        named = hit.reason.code == "lint_app"
        if named and sentence_around(sentences, hit.start) in warnings_among(view.text, sentences):
            continue
        yield _finding(message, Rule.OFF_PLATFORM_CONTACT, view.span(hit.start, hit.end), hit.reason)
    # From here on a number of an order is one character: it must not part words that belong together.
    view = view.shortened(references)
    sentences = sentences_of(view)
    settled: dict[tuple[int, int], set[Rule]] = {}
    for rule, span in _broken(message, view, sets, sentences):
        settled.setdefault(sentence_around(sentences, span[0]), set()).add(rule)
        yield _finding(message, rule, view.span(*span), Reason(f"lint_{rule.value}"))
    # What is offered for a review or threatened with is judged by those rules; it is no claim besides.
    reviewed = any(Rule.REVIEW_MANIPULATION in rules for rules in settled.values())
    bought = frozenset(sentences if reviewed else (where for where, rules in settled.items() if rules & _BOUGHT))
    threats = frozenset(where for where, rules in settled.items() if rules & _NOT_OUR_TIME)
    for claim in unsupported(message, view, sentences, threats):
        yield _finding(message, Rule.UNSUPPORTED_CLAIM, view.span(claim.start, claim.end), claim.reason)
    for fault in money_faults(message, view, sentences, bought):
        yield _finding(message, fault.rule, view.span(fault.start, fault.end), fault.reason)


def _broken(
    message: Message, view: View, sets: tuple[PatternSet, ...], sentences: tuple[tuple[int, int], ...]
) -> Iterator[tuple[Rule, tuple[int, int]]]:
    """The rules a text breaks by its wording, and where: by the expressions of each language, then by classes."""
    warned = warnings_among(view.text, sentences)
    reading = Reading(view.text, tuple(each.name for each in sets))
    by_cue = (
        (rule, span)
        for rule in _CUE_RULES
        for each in sets
        for span in each.hits(rule, view.text, sentences)
        if rule not in _WARNED_OF or sentence_around(sentences, span[0]) not in warned
    )
    by_class = (
        (rule, span)
        for rule, core, span in joint_hits(reading, sentences, warned)
        if rule not in _DISCLAIMED or not refused(view.text, core[0], sets, sentences, reading.conditional)
    )
    for rule, span in chain(by_cue, by_class):
        sentence = sentence_around(sentences, span[0])
        if rule is Rule.ASKS_TO_CANCEL and reading.answers_a_wish(sentence):
            continue
        if rule is Rule.BLAMES and told_as_a_fact(message, view, sentence):
            continue
        yield rule, span


def _finding(message: Message, rule: Rule, span: tuple[int, int], reason: Reason) -> Finding:
    return Finding(
        rule=rule,
        start=span[0],
        end=span[1],
        rule_row=rule_row(rule, message.platform),
        reason=reason,
        suggestion=suggestion(rule, message.lang),
        severity=severity_of(rule),
    )


def _distinct(found: list[Finding]) -> Iterator[Finding]:
    """One finding a place: of findings of one rule that overlap, the first and longest stays."""
    kept: list[Finding] = []
    for each in sorted(found, key=lambda one: (one.rule.value, one.start, -(one.end - one.start))):
        last = kept[-1] if kept else None
        if last is not None and last.rule is each.rule and each.start < last.end:
            continue
        kept.append(each)
    yield from kept


@cache
def _suggestions() -> dict[str, dict[str, str]]:
    path = Path(__file__).resolve().parent / "data" / "suggestions.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def suggestion(rule: Rule, language: Language) -> str:
    """A wording in the language of the text that passes in place of the fault."""
    wanted = Language.ZH_HANS if language is Language.ZH_HANT else language
    return _suggestions()[rule.value][wanted.value]
