"""Money in a message: sums in another market's money, and gifts beyond what the facts sheet allows an order.

Only sums in words of compensation are held against the ceiling; the price of the goods and the refund of it are the
platform's business. A gift the sheet does not know at all is a claim without support.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from seawall.kernel.folding import View, view_of
from seawall.kernel.markets import Market
from seawall.kernel.reasons import Reason
from seawall.scripts.lint.literals import may_match, needed_letters
from seawall.scripts.lint.model import Message, Rule
from seawall.scripts.lint.patterns import sentence_around

_NUMBER = r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:[.,]\d{1,2})?(?!\d)"
_SCALES = {"k": 1000, "rb": 1000, "ribu": 1000, "nghin": 1000, "ngan": 1000, "thousand": 1000, "พัน": 1000, "千": 1000,
           "juta": 10**6, "jt": 10**6, "trieu": 10**6, "万": 10_000, "hundred": 100, "百": 100}  # fmt: skip
_HAN = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PERCENT = re.compile(r"(\d{1,3})\s?(?:%|percent|per cent|persen|peratus|porsyento|phan tram|เปอร์เซ็นต์)")
_DOLLAR = "$"
"""A bare dollar: Singapore's own money, foreign everywhere else."""
_TENTHS = re.compile(r"(?<!\d)(\d{1,2}|[一二三四五六七八九])\s?折(?!扣)")
"""Chinese tells what is left to pay: 8折 and 80折 are both a fifth off."""


@dataclass(frozen=True)
class Sum:
    """A sum of money, in view offsets. `currency` is None where only the market can tell."""

    start: int
    end: int
    currency: str | None
    amount: Decimal


@dataclass(frozen=True)
class MoneyHit:
    """A fault of money, in view offsets."""

    rule: Rule
    start: int
    end: int
    reason: Reason


@dataclass(frozen=True)
class _Allowed:
    """What the facts sheet says of gifts: the ceiling of one order by currency, and whether gifts are known at all."""

    ceiling: dict[str | None, Decimal]
    percent: int | None
    known: bool
    given: bool


@cache
def _sums() -> re.Pattern[str]:
    raw = tomllib.loads((Path(__file__).resolve().parent / "data" / "money.toml").read_text(encoding="utf-8"))
    before = "|".join(f"(?P<b{code}>{source})" for code, source in raw["before"].items())
    after = "|".join(f"(?P<a{code}>{source})" for code, source in raw["after"].items())
    scale, own = raw["words"]["scale"], raw["words"]["own"]
    return re.compile(
        rf"(?<![a-z0-9])(?:{before}|(?P<sign>\$))\s?(?P<n1>{_NUMBER})\s?(?P<s1>{scale})?"
        rf"|(?<![a-z0-9.,/-])(?P<n2>{_NUMBER}|[一二两三四五六七八九十百]{{1,4}})\s?(?P<s2>{scale})?\s?(?:{after}|(?P<own>{own}))"
        rf"|(?<![a-z0-9.,/-])(?P<n3>{_NUMBER})\s?(?P<s3>k|rb|ribu|nghin|ngan)(?![a-z0-9])"
    )


@cache
def _words() -> dict[str, re.Pattern[str]]:
    raw = tomllib.loads((Path(__file__).resolve().parent / "data" / "money.toml").read_text(encoding="utf-8"))
    return {name: re.compile(source.replace("\n", "")) for name, source in raw["words"].items()}


@cache
def _gift_letters() -> tuple[str, ...]:
    return needed_letters(_words()["gift"])


def sums(text: str) -> Iterator[Sum]:
    """The sums of money written in a folded text."""
    if not any(each.isdigit() for each in text) and not any(each in text for each in _HAN):
        return
    for match in _sums().finditer(text):
        groups = match.groupdict()
        currency = next((name[1:] for name, value in groups.items() if value and name[1:].isupper()), None)
        number = match.group("n1") or match.group("n2") or match.group("n3")
        scale = match.group("s1") or match.group("s2") or match.group("s3")
        own = match.group("own")
        if match.group("sign") or (own or "").startswith("dollar"):
            currency = _DOLLAR
        # A bare "d" or "dong" behind a small number is no money ("3d", "2 dong kak"); Vietnamese sums have thousands.
        if (own == "d" or currency == "VND") and not scale and len(re.sub(r"\D", "", number)) < 4:
            continue
        yield Sum(match.start(), match.end(), currency, _amount(number) * _SCALES.get(scale or "", 1))


def _amount(written: str) -> Decimal:
    if written[0] not in "0123456789":
        return Decimal(_han_number(written))
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", written):
        return Decimal(re.sub(r"[.,]", "", written))
    whole, _, cents = written.replace(",", ".").rpartition(".")
    return Decimal(f"{whole.replace('.', '')}.{cents}") if whole else Decimal(written)


def _han_number(written: str) -> int:
    total, digit = 0, 0
    for each in written:
        if each in "十百":
            total += max(digit, 1) * (10 if each == "十" else 100)
            digit = 0
        else:
            digit = _HAN[each]
    return total + digit


def _shares(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Reductions in per cent."""
    for match in _PERCENT.finditer(text):
        yield match, int(match.group(1))
    for match in _TENTHS.finditer(text):
        left = _HAN[match.group(1)] if match.group(1) in _HAN else int(match.group(1))
        yield match, 100 - (left * 10 if left < 10 else left)


def money_faults(
    message: Message, view: View, sentences: tuple[tuple[int, int], ...], settled: frozenset[tuple[int, int]]
) -> Iterator[MoneyHit]:
    """Sums in foreign money, gifts over the ceiling, gifts the sheet does not hold.

    `settled` are sentences already found at fault for what their gift is offered for (a review, a cancellation).
    """
    offers = may_match(_gift_letters(), view.text) and _words()["gift"].search(view.text) is not None
    allowed = _allowed(message.facts)
    for each in sums(view.text):
        sentence = sentence_around(sentences, each.start)
        if _foreign(each, message.market) and not _source_text(message):
            reason = Reason(
                "lint_wrong_market_money", {"market": message.market.value, "money": message.market.currency}
            )
            yield MoneyHit(Rule.WRONG_MONEY, each.start, each.end, reason)
        elif offers and _speaks_of_gifts(view.text, sentence) and _over(each.amount, allowed, message.market):
            yield MoneyHit(Rule.OVER_BUDGET, each.start, each.end, Reason("lint_promises_over_budget"))
    if not offers or message.template or not allowed.given:
        return
    for match, share in _shares(view.text):
        over = allowed.percent is not None and share > allowed.percent
        if over and _speaks_of_gifts(view.text, sentence_around(sentences, match.start())):
            yield MoneyHit(Rule.OVER_BUDGET, match.start(), match.end(), Reason("lint_promises_over_budget"))
    nothing = allowed.ceiling.get(None) == 0
    if allowed.known and not nothing:
        return
    for match in _words()["gift"].finditer(view.text):
        sentence = sentence_around(sentences, match.start())
        if sentence in settled or not _is_offer(view.text, sentence):
            continue
        if not nothing:
            yield MoneyHit(Rule.UNSUPPORTED_CLAIM, match.start(), match.end(), Reason("lint_claim_gift"))
        elif not any(True for _ in sums(view.text[sentence[0] : sentence[1]])):
            yield MoneyHit(Rule.OVER_BUDGET, match.start(), match.end(), Reason("lint_promises_over_budget"))


def _source_text(message: Message) -> bool:
    """The Chinese source of a script is checked against a market that does not read it: not the buyer's money."""
    return message.template and message.lang not in message.market.facts.languages


def _foreign(each: Sum, market: Market) -> bool:
    if each.currency == _DOLLAR:
        return market is not Market.SG
    return each.currency is not None and each.currency != market.currency


def _speaks_of_gifts(text: str, sentence: tuple[int, int]) -> bool:
    words = _words()
    inside = text[sentence[0] : sentence[1]]
    gift = words["gift"].search(inside)
    if gift is None or words["used"].search(inside):
        return False
    return words["not_given"].search(inside[: gift.start()]) is None


def _is_offer(text: str, sentence: tuple[int, int]) -> bool:
    return _speaks_of_gifts(text, sentence) and _words()["give"].search(text, *sentence) is not None


def _over(amount: Decimal, allowed: _Allowed, market: Market) -> bool:
    ceiling = allowed.ceiling.get(market.currency, allowed.ceiling.get(None))
    return ceiling is not None and amount > ceiling


@lru_cache(maxsize=256)
def _allowed(facts: tuple[str, ...]) -> _Allowed:
    words = _words()
    ceiling: dict[str | None, Decimal] = {}
    percents: list[int] = []
    known = False
    for sentence in facts:
        text = view_of(sentence).text
        if not words["gift"].search(text) and not words["ceiling"].search(text):
            continue
        known = True
        if words["none"].search(text):
            ceiling[None] = Decimal(0)
            percents.append(0)
            continue
        for clause in re.split(r"[;；。，,](?!\d)", text):
            if words["total"].search(clause):
                continue
            percents += [share for _, share in _shares(clause)]
            for each in sums(clause):
                currency = None if each.currency == _DOLLAR else each.currency
                ceiling[currency] = max(each.amount, ceiling.get(currency, each.amount))
            bare = re.search(rf"(?:{words['ceiling'].pattern})\D{{0,24}}?(?P<n>{_NUMBER})(?![\d%])", clause)
            if not ceiling and bare is not None and "%" not in clause:
                ceiling[None] = _amount(bare.group("n"))
    return _Allowed(ceiling, max(percents, default=None), known, bool("".join(facts).strip()))
