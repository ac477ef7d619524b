"""Which market a file is from, when its header does not say: country, currency, phone, province; else unknown."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from seawall.kernel.markets import Market, Platform
from seawall.orders.imports.formats import words
from seawall.orders.imports.headers import without_accents
from seawall.orders.imports.text import clean_text, is_masked

_MONEY_WORD = re.compile(r"[^\d\s.,()+-]+")
_DIGITS = re.compile(r"\D")


@cache
def _lookup(section: str) -> Mapping[str, Market]:
    return {_key(word): Market(code) for code, group in words("markets")[section].items() for word in group}


@cache
def _phone_prefixes() -> tuple[tuple[str, Market], ...]:
    return tuple((prefix, Market(code)) for code, prefix in words("markets")["phones"].items())


def _key(word: str) -> str:
    return without_accents(clean_text(word)).casefold()


@cache
def market_named(word: str) -> Market | None:
    """The market a country name or code means."""
    return _lookup("countries").get(_key(word))


@cache
def platform_named(word: str) -> Platform | None:
    """The platform a text means."""
    key = _key(word)
    for code, group in words("markets")["platforms"].items():
        if key in group:
            return Platform(code)
    return None


def market_of_currency(code: str | None) -> Market | None:
    """The market whose money this is."""
    return next((market for market in Market if market.currency == code), None)


def market_by_money(text: str) -> Market | None:
    """The market whose sign stands in an amount (`RM 12.00`); a bare number has none."""
    found = _MONEY_WORD.search(text)
    return _lookup("currencies").get(_key(found[0])) if found else None


def market_by_phone(phone: str) -> Market | None:
    """The market of a phone number with its country code; a local or masked-out number has none."""
    text = clean_text(phone)
    plus = text.startswith(("+", "(+", "00"))
    digits = text.lstrip("(+0") if is_masked(text) else _DIGITS.sub("", text).removeprefix("00")
    if not plus and not 10 <= len(_DIGITS.sub("", text) if not is_masked(text) else text) <= 13:
        return None
    return next((market for prefix, market in _phone_prefixes() if digits.startswith(prefix)), None)


def market_by_province(name: str) -> Market | None:
    """The market of a province or state whose name only one market has."""
    return _lookup("provinces").get(_key(name))


_AGREEMENT = 0.95


def agreed(texts: Sequence[str], judge: Callable[[str], Market | None], allowed: Sequence[Market]) -> Market | None:
    """The market nearly all telling cells agree on. A file with two markets in equal parts tells nothing."""
    votes = Counter(market for text in texts if text and (market := judge(text)) is not None)
    if not votes:
        return None
    market, count = votes.most_common(1)[0]
    if count < _AGREEMENT * votes.total() or (allowed and market not in allowed):
        return None
    return market
