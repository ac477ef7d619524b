"""Find and mask what tells who a buyer is: phones, addresses, mail addresses, names. Pure.

What an order says of its buyer is masked wherever it stands, in any usual spelling. Beside that every number of seven
digits or more is masked that is not one of the numbers a reviewer needs (order, parcel, message) and no date or
amount: a number too many hidden does less harm than a phone shown. Seven, since the shortest phone numbers of the six
markets have seven digits (landlines of Malaysia and Indonesia; ITU national numbering plans) - and so have parts of
account and identity numbers. Numbers written out in words are not found.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

FEWEST_DIGITS = 7
_SHOWN = 2
"""Digits of a phone left to see (ours): enough to tell two numbers of one talk apart."""
_BETWEEN = r"[\s\-/／–—‐‑‒−－.．·・()（）_~/|*\u00ad\u200b-\u200f\u2060\ufeff\ufe0f\u20e3]"
"""What people put between the digits of a number; the last four make an emoji of a digit."""
_NUMBER = re.compile(rf"[+＋]?[(（]?\d(?:{_BETWEEN}{{0,4}}\d){{{FEWEST_DIGITS - 1},}}")
_MAIL = re.compile(r"[^\s@＠<>()\"',;:]+\s?[@＠]\s?[^\s@＠<>()\"',;:]+[.．][^\s@＠<>()\"',;:]{2,}")
_MONEY = r"(?:Rp\.?|IDR|RM|MYR|SGD|S\$|US\$|USD|\$|฿|THB|บาท|₱|Php|PHP|₫|đ|VND|¥|￥|CNY|RMB|元)"
_PLAIN = (
    # Dates, with or without a time of day.
    r"(?<!\d)(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01]|[1-9])"
    r"(?:[T ]{1,2}\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?Z?)?(?!\d)",
    r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:19|20)\d\d(?!\d)",
    # Amounts: thousands in groups, beside the sign of a currency.
    rf"{_MONEY}\s?\d{{1,3}}(?:[.,]\d{{3}})*(?:[.,]\d{{2}})?(?![\d.,]*\d)",
    rf"(?<![\d.,])\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d{{2}})?\s?{_MONEY}",
    # Digests.
    r"(?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])[0-9a-f]{32,}(?![0-9A-Za-z])",
)
_EXEMPT = re.compile("|".join(_PLAIN))
_RUN = re.compile(r"[0-9]+")
_TOKEN = re.compile(r"[0-9A-Za-z_-]+")
# Words that open a street address in the languages of the six markets, and in Chinese.
_STREET = re.compile(
    r"\b(?:jl|jln|jalan|gang|lorong|lrg|kampung|kg|taman|tmn|blok|blk|block|unit|apt|apartment|lot|persiaran|lebuh|"
    r"barangay|brgy|purok|sitio|street|road|avenue|ave|lane|soi|thanon|moo|mu ban|đường|phường|quận|huyện|"
    r"số nhà|ngõ|ngách|hẻm|thôn|xã|ấp|rt\s?/?\s?\d+|rw\s?/?\s?\d+)\b|#\s?\d{1,2}-\d{1,4}|"
    r"ถนน|ซอย|หมู่ที่|หมู่บ้าน|บ้านเลขที่|แขวง|ตำบล|อำเภอ|ม\.\s?\d|ซ\.\s?\d|ต\.|อ\.|"
    r"[\u4e00-\u9fff]{1,8}(?:路|街|巷|弄|道|村|小区|花园|大厦)|\d+(?:号|栋|幢|室|單元|单元)",
    re.IGNORECASE,
)


_HOUSE = re.compile(r"(?:\b(?:no|nomor|number|house|lot)\b\.?\s*)?[\w/-]*\d[\w/-]*[\s,.]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one order's buyer, and which numbers a reviewer needs to see."""

    names: Sequence[str] = ()
    phones: Sequence[str] = ()
    keep: Collection[str] = ()
    """Numbers of orders, parcels, messages and the like, which stay as they are."""


@dataclass(slots=True)
class Masked:
    """A masked text, and how often what was masked in it."""

    text: str
    counts: Counter[str] = field(default_factory=Counter)


def mask(text: str, known: Known, *, is_buyers: bool = False) -> Masked:
    """The text with every phone, mail address and known name masked; numbers in `known.keep` stay.

    `is_buyers`: the buyer wrote it, so an address is also looked for by the words that open one, and everything to the
    end of that line is masked. In the seller's own wording such a word is only a word.
    """
    masked = Masked(text)
    if not text:
        return masked
    pieces = []
    for piece, stays in _by_keep(text, known.keep):
        pieces.append(piece if stays else _mask_piece(piece, known, is_buyers=is_buyers, counts=masked.counts))
    masked.text = "".join(pieces)
    return masked


def masked_phone(phone: str) -> str:
    """A phone number as a reviewer sees it: `***` and its last two digits, or `***` alone for a very short one."""
    digits = _digits(phone)
    return "***" + (digits[-_SHOWN:] if len(digits) >= FEWEST_DIGITS else "")


def masked_name(name: str) -> str:
    """A name as a reviewer sees it: its first letter and `***`."""
    return name.strip()[:1] + "***"


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())


def _by_keep(text: str, keep: Collection[str]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, with whether a piece is a number to keep."""
    place = 0
    for start, end in _kept(text, keep):
        if start > place:
            yield text[place:start], False
        yield text[start:end], True
        place = end
    if place < len(text):
        yield text[place:], False


def _kept(text: str, keep: Collection[str]) -> Iterator[tuple[int, int]]:
    for found in _TOKEN.finditer(text):
        if found.group() in keep:
            yield found.span()
            continue
        # A number of digits may be written onto the word before or after it.
        for run in _RUN.finditer(text, *found.span()):
            if run.group() in keep:
                yield run.span()


def _mask_piece(piece: str, known: Known, *, is_buyers: bool, counts: Counter[str]) -> str:
    piece = _each(_MAIL, piece, "mail", counts, lambda found: "***@***")
    # The address before phones and names: of a half-masked one the rest would not be found any more.
    if is_buyers:
        piece = "".join(_mask_street(line, counts) for line in re.split(r"(\n)", piece))
    for phone in known.phones:
        pattern = _spellings(phone)
        if pattern is not None:
            piece = _each(pattern, piece, "phone", counts, lambda found: masked_phone(found.group()))
    for name in known.names:
        for part in _parts(name):
            piece = _each(_words(part), piece, "name", counts, lambda found: masked_name(found.group()))
    return _mask_numbers(piece, counts)


def _each(
    pattern: re.Pattern[str], text: str, kind: str, counts: Counter[str], shown: Callable[[re.Match[str]], str]
) -> str:
    made, times = pattern.subn(shown, text)
    if times:
        counts[kind] += times
    return made


def _mask_numbers(piece: str, counts: Counter[str]) -> str:
    made = []
    place = 0
    for plain in _EXEMPT.finditer(piece):
        made += [_mask_runs(piece[place : plain.start()], counts), plain.group()]
        place = plain.end()
    return "".join([*made, _mask_runs(piece[place:], counts)])


def _mask_runs(piece: str, counts: Counter[str]) -> str:
    return _each(_NUMBER, piece, "phone", counts, lambda found: masked_phone(found.group()))


def _mask_street(line: str, counts: Counter[str]) -> str:
    """Masks from the street's word (and a house number before it) to the end of the line, where a number stands."""
    opens = _STREET.search(line)
    if opens is None or not any(letter.isdecimal() for letter in line):
        return line
    before = _HOUSE.search(line[: opens.start()])
    counts["address"] += 1
    return line[: before.start() if before else opens.start()] + "***"


@lru_cache(maxsize=4096)
def _spellings(phone: str) -> re.Pattern[str] | None:
    """A phone in any spelling: with or without country code or leading nought, with up to three signs between its
    digits, in any script's digits. None for one that says too little (masked by the platform itself)."""
    digits = re.sub(r"^(?:00)?(?:60|62|63|65|66|84|86|886)0?(?=\d{7})|^0+", "", _digits(phone))
    if len(digits) < FEWEST_DIGITS - 1:
        return None
    any_script = [f"[{''.join(_scripts(digit))}]" for digit in digits]
    return re.compile(r"(?:[+＋]?[(（]?\d{1,4}[^\w\n]{0,3}){0,2}" + r"\D{0,3}".join(any_script))


@lru_cache(maxsize=16)
def _scripts(digit: str) -> list[str]:
    zeros = (0x30, 0xE50, 0xFF10, 0x660, 0x6F0, 0xED0, 0x17E0, 0x1040)
    return [chr(zero + int(digit)) for zero in zeros]


@lru_cache(maxsize=4096)
def _words(words: str) -> re.Pattern[str]:
    """These words with any space between them, in any case; not inside a longer word of letters."""
    inner = r"\s+".join(re.escape(word) for word in words.split())
    edge_before = r"(?<![A-Za-z])" if words.strip()[:1].isascii() else ""
    edge_after = r"(?![A-Za-z])" if words.strip()[-1:].isascii() else ""
    return re.compile(f"{edge_before}{inner}{edge_after}", re.IGNORECASE)


def _parts(name: str) -> list[str]:
    """A name whole, then its parts of four letters and more: people sign with one of them."""
    whole = " ".join(name.split())
    if len(whole) < 2 or set(whole) <= set("*"):
        return []
    parts = [part for part in re.split(r"[\s,]+", whole) if len(part) >= 4 and part != whole and "*" not in part]
    return [whole, *parts]
