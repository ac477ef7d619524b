"""Filling a script for one buyer: pure, and the same values always give the same text.

Dates and money are written in the buyer's language by Babel (CLDR). Thai dates carry the common-era year with the
month's name: the platforms' order pages show that year (certainty: recall; exports may hold the Buddhist year,
rules.md 10).
Values are data: control characters and line ends in them become spaces, and braces in them are never filled again.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_currency

from seawall.kernel.digest import digest_of
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.kernel.money import DECIMALS, Money
from seawall.scripts.placeholders import (
    NAME,
    PLACEHOLDERS,
    Placeholder,
    PlaceholderKind,
    PlaceholderValues,
    Several,
    Value,
)
from seawall.scripts.several import and_others, listed, reading

ELLIPSIS = "…"

_LOCALES: dict[Language, str] = {
    Language.ZH_HANS: "zh_Hans_CN",
    Language.ZH_HANT: "zh_Hant_TW",
    Language.EN: "en_SG",
    Language.ID: "id_ID",
    Language.MS: "ms_MY",
    Language.TH: "th_TH",
    Language.VI: "vi_VN",
    Language.FIL: "fil_PH",
}

_DATE_PATTERNS: dict[Language, str] = {
    Language.ZH_HANS: "y年M月d日",
    Language.ZH_HANT: "y年M月d日",
    Language.EN: "d MMMM y",
    Language.ID: "d MMMM y",
    Language.MS: "d MMMM y",
    Language.TH: "d MMMM y",
    Language.VI: "d/M/y",
    Language.FIL: "MMMM d, y",
}

_SYMBOLS: dict[str, str] = {
    "IDR": "Rp", "MYR": "RM", "PHP": "₱", "SGD": "S$", "THB": "฿", "TWD": "NT$", "VND": "₫",
}  # fmt: skip
"""As the markets write their own money; CLDR would print ISO codes to some readers."""


@dataclass(frozen=True)
class FilledSpan:
    """Where a placeholder's value stands in the rendered text: end exclusive, in code points."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Rendered:
    """A text ready to send, and where each value stands in it."""

    text: str
    spans: tuple[FilledSpan, ...]


def render(template: str, values: PlaceholderValues, language: Language, market: Market) -> Rendered:
    """Fill a template: for several orders in its second forms (see `seawall.scripts.several`).

    Raises InvalidInput: `placeholder_unresolved` (name not declared, value missing or blank, or a stray brace),
    `placeholder_too_long` (a value that may not be cut), `placeholder_wrong_money` (not the market's currency).
    """
    template = reading(template, several=isinstance(values.order_id, Several)).text
    pieces: list[str] = []
    spans: list[FilledSpan] = []
    at = length = 0
    for match in NAME.finditer(template):
        fixed = _fixed(template[at : match.start()])
        name = match.group(1)
        filled = _value_text(name, values, language, market)
        length += len(fixed)
        spans.append(FilledSpan(name, length, length + len(filled)))
        pieces += (fixed, filled)
        length += len(filled)
        at = match.end()
    pieces.append(_fixed(template[at:]))
    return Rendered("".join(pieces), tuple(spans))


def _fixed(part: str) -> str:
    for brace in "{}":
        if brace in part:
            raise InvalidInput("placeholder_unresolved", name=brace)
    return part


def _value_text(name: str, values: PlaceholderValues, language: Language, market: Market) -> str:
    declared = PLACEHOLDERS.get(name)
    value = values.get(name) if declared is not None else None
    if declared is None or value is None:
        raise InvalidInput("placeholder_unresolved", name=name)
    if isinstance(value, Several):
        return _written_together(declared, value, language, market)
    return _written(declared, value, language, market)


def _written_together(declared: Placeholder, several: Several, language: Language, market: Market) -> str:
    """The values of several orders, each written as it would be alone; equal ones once. Items are not listed: the
    first, and that there are others."""
    written = list(dict.fromkeys(_written(declared, each, language, market) for each in several.values))
    if not written:
        raise InvalidInput("placeholder_unresolved", name=declared.name)
    if declared.kind is PlaceholderKind.ITEM_TITLE:
        return written[0] if len(written) == 1 else and_others(written[0], language)
    return listed(written, language)


def _written(declared: Placeholder, value: Value, language: Language, market: Market) -> str:
    name = declared.name
    written = _write(declared, value, language, market)
    if not written:
        raise InvalidInput("placeholder_unresolved", name=name)
    if len(written) <= declared.max_length:
        return written
    if not declared.trims:
        raise InvalidInput("placeholder_too_long", name=name, length=len(written), limit=declared.max_length)
    return trimmed(written, declared.max_length)


def _write(declared: Placeholder, value: Value, language: Language, market: Market) -> str:
    if isinstance(value, Money):
        return money_text(value, language, market)
    if isinstance(value, date):
        return date_text(value, language, market)
    if isinstance(value, Several):
        raise InvalidInput("placeholder_unresolved", name=declared.name)
    cleaned = one_line(value)
    # The sentence goes on after a cause, so its own full stop would stand in the middle.
    return cleaned.rstrip(" .。．") if declared.kind is PlaceholderKind.FACT_TEXT else cleaned


def date_text(day: date | datetime, language: Language, market: Market) -> str:
    """A day as buyers of this language read it. An aware instant is first moved to the market's zone."""
    if isinstance(day, datetime):
        day = (day.astimezone(market.zone) if day.tzinfo is not None else day).date()
    return format_date(day, _DATE_PATTERNS[language], locale=_LOCALES[language])


def money_text(money: Money, language: Language, market: Market) -> str:
    """An amount in the market's own money, with the decimals people use there. Raises `placeholder_wrong_money`."""
    if money.currency != market.currency:
        raise InvalidInput("placeholder_wrong_money", given=money.currency, wanted=market.currency)
    rounded = money.rounded().amount
    decimals = 0 if rounded == rounded.to_integral_value() else DECIMALS[money.currency]
    fraction = "." + "0" * decimals if decimals else ""
    number = format_currency(
        rounded, money.currency, format=f"#,##0{fraction}", locale=_LOCALES[language], currency_digits=False
    )
    symbol = _SYMBOLS.get(money.currency, money.currency + " ")
    # Vietnamese prices carry the sign behind the number.
    return f"{number}{symbol}" if money.currency == "VND" else f"{symbol}{number}"


def one_line(value: str) -> str:
    """A value on one line: control characters, line ends and direction overrides become single spaces."""
    spaced = "".join(" " if _is_control(each) else each for each in value)
    return " ".join(spaced.split())


def _is_control(each: str) -> bool:
    # ZWJ and ZWNJ hold emoji and some scripts together; every other format character could hide or reorder text.
    return unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and each not in "\u200c\u200d"


def trimmed(value: str, limit: int) -> str:
    """At most `limit` code points, cut between written characters, at a space where one is near, with an ellipsis."""
    if len(value) <= limit:
        return value
    cut = limit - len(ELLIPSIS)
    while cut > 0 and _joins(value, cut):
        cut -= 1
    space = value.rfind(" ", 0, cut + 1)
    if space >= cut * 2 // 3:
        cut = space
    return value[:cut].rstrip(" ,;:-–/(") + ELLIPSIS


def _joins(value: str, at: int) -> bool:
    """Whether a cut at this place would part one written character (marks, emoji sequences, flags, Thai am)."""
    before, after = value[at - 1], value[at]
    if unicodedata.category(after) in {"Mn", "Mc", "Me"} or after in "\u200d\u200c\u0e33":
        return True
    if before == "\u200d" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    # Thai vowels written before their consonant belong to it.
    if "\u0e40" <= before <= "\u0e44":
        return True
    if _is_flag_half(before) and _is_flag_half(after):
        run = 0
        while run < at and _is_flag_half(value[at - 1 - run]):
            run += 1
        return run % 2 == 1
    return False


def _is_flag_half(each: str) -> bool:
    return "\U0001f1e6" <= each <= "\U0001f1ff"


def script_digest(texts: Mapping[Language, str]) -> str:
    """SHA-256 over all languages of a script, as canonical JSON: keys sorted, no spaces, UTF-8.

    Any change of any character in any language gives another digest; the order of the languages does not matter.
    """
    return digest_of({language.value: text for language, text in texts.items()})
