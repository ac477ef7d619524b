"""Order references and telephone numbers: the same digits, told apart by form and by the words around them."""

import re
from collections.abc import Iterator, Sequence

from seawall.kernel.folding import View, view_of
from seawall.scripts.lint.model import Message

_ORDER_WORD = (
    r"(?:order(?:an|s)?|pesanan|tempahan|invoice|inv|resi|awb|tracking|parcel no|ma don|don hang|don|van don"
    r"|คำสั่งซื้อ|ออเดอร์|ออร์เดอร์|พัสดุ|订单|单号|运单|编号|追踪)"
)
_NEAR_ORDER_WORD = re.compile(
    _ORDER_WORD + r"[^.!?。\n\d]{0,22}?(?P<ref>#?\b[a-z]{0,5}-?\d[\da-z-]{4,}\b|#\s?\d{4,}|[a-z]{0,5}\d[\da-z-]{5,})"
)
# Shopee: six digits of the date and eight letters or digits (shopee.md 1); Lazada 12-16 digits (lazada.md 4.1);
# TikTok Shop 17-19 digits (tiktok-shop.md 3).
_BY_FORM = re.compile(r"(?<![\da-z])(?:\d{6}(?=[a-z0-9]*[a-z])[a-z0-9]{8}|\d{14,19})(?![\da-z])")
_TOKEN = re.compile(r"(?<![\da-z])(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{9,24}(?![\da-z])")


def order_references(message: Message, view: View) -> list[tuple[int, int]]:
    """View spans that name the order (or another number the sender was allowed to use)."""
    found: list[tuple[int, int]] = []
    for number in (message.order_id, *message.allowed_numbers):
        if number and (folded := view_of(number).text.strip()):
            found += [(match.start(), match.end()) for match in re.finditer(re.escape(folded), view.text)]
    found += [(match.start(), match.end()) for match in _BY_FORM.finditer(view.text)]
    # The costly search runs only for numbers whose form alone does not tell.
    unexplained = any(not _within(match.span(), found) for match in _LONG.finditer(view.text))
    for match in _NEAR_ORDER_WORD.finditer(view.text) if unexplained else ():
        if sum(each.isdigit() for each in match.group("ref")) >= 4 and not _is_date(match.group("ref")):
            found.append(match.span("ref"))
    for match in _TOKEN.finditer(view.text) if unexplained else ():
        if sum(each.isdigit() for each in match.group()) >= 4:
            found.append(match.span())
    return found


_LONG = re.compile(r"\d[\da-z-]{3,}|#\s?\d{4}")


def _within(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(a <= span[0] and span[1] <= b for a, b in others)


def _is_date(ref: str) -> bool:
    return re.fullmatch(r"\d{1,4}-\d{1,2}(?:-\d{1,4})?", ref) is not None


_OPEN = r"(?:\{+[^{}\n]{0,30}\}+|\[[^\[\]\n]{0,30}\]|<[^<>\n]{0,30}>|【[^【】\n]{0,20}】|x+(?![a-z0-9])|%s|_+)"
_OPEN_PLACE = re.compile(
    r"[{\[<【][^{}\[\]<>【】\n]{0,16}"
    r"(?:order|pesanan|ma[_ ]?don|don hang|单号|订单|เลขที่คำสั่งซื้อ|คำสั่งซื้อ|ออเดอร์)"
    r"[^{}\[\]<>【】\n]{0,16}[}\]>】]"
    rf"|(?:{_ORDER_WORD})\W{{0,3}}"
    rf"(?:(?:no|number|id|nomor|nombor|so|号|编号|หมายเลข|เลขที่)\.?\W{{0,2}})?{_OPEN}"
)


def names_the_order(message: Message, view: View, references: Sequence[tuple[int, int]]) -> bool:
    """Whether the text says which order it is about. `references` is what `order_references` found."""
    # A place left open for the number is a fault of its own; it is not missing besides.
    if any(mark in view.text for mark in "{[<【xX%_") and _OPEN_PLACE.search(view.text):
        return True
    if message.template:
        return False
    if message.order_id:
        wanted = re.sub(r"[\s-]", "", view_of(message.order_id).text)
        return bool(wanted) and wanted in re.sub(r"[\s-]", "", view.text)
    return bool(references)


_WORD_DIGITS: tuple[tuple[str, str], ...] = (
    ("en", "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"),
    ("malay", "nol|kosong|sifar|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan"),
    ("fil", "isa|dalawa|tatlo|apat|anim|pito|walo|siyam"),
    ("vi", "khong|mot|hai|ba|bon|tu|nam|sau|bay|tam|chin|linh"),
)
_LATIN_DIGIT = r"(?:" + "|".join(words for _, words in _WORD_DIGITS) + r")"
_SPELLED = re.compile(
    # Latin digit words, each a whole word
    r"\b(?:(?:" + _LATIN_DIGIT + r"|\d{1,4}|o)\b[\s,.\-+/]{1,3}){5,}(?:" + _LATIN_DIGIT + r"|\d{1,4})\b"
    r"|(?:[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖\d][\s,.\-]?){7,}"
    r"|(?:(?:ศูนย์|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|\d)[\s,.\-]?){7,}"
)
_DIGITS = re.compile(r"(?<![\w])(?:\+|00)?\(?(?:[\do](?:[\s.\-()/_*·~,:]{0,3})?){6,18}[\do]\b|(?<=[a-z])\d{8,13}(?!\d)")
_DATE_LIKE = re.compile(
    r"\b\d{1,2}[:.]\d{2}\s?(?:-|~|to|sampai|hingga|den|hanggang|ถึง|至|到)\s?\d{1,2}[:.]\d{2}\b"
    r"|\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[\s,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?)?\b"
    r"|\b\d{4}\s?-\s?\d{4}\b"
)
_MONEY_LEFT = re.compile(r"(?:rp|idr|rm|myr|php|₱|sgd|s?\$|thb|฿|vnd|₫|usd|cny|¥|￥)\s?\.?$|(?<![a-z])p$")
_MONEY_RIGHT = re.compile(
    r"^\s?(?:rupiah|ringgit|peso|pesos|dollars?|baht|บาท|dong|vnd|d\b|₫|元|块|rb|ribu|juta|k\b|usd|sgd|php|thb)"
)
_GROUPED = re.compile(r"^\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?$")
_PHONE_WORD = re.compile(
    r"(?:call|phone|tel|mobile|text|sms|whatsapp|wa|hp|hotline|contact|hubungi|telepon|telp|telefon|nomor|nombor|number"
    r"|tawag|goi|sdt|dien thoai|lien he|so|โทร|เบอร์|ติดต่อ|电话|手机|拨打|致电|联系|call center|viber|zalo|line)"
    r"\W*(?:\w+\W+){0,3}$"
)


def phone_numbers(view: View, known: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """View spans of digits that read as a telephone number: seven or more, not an order, a date or money."""
    free = sum(map(view.text.count, _ASCII_DIGITS)) - sum(
        sum(map(view.text[a:b].count, _ASCII_DIGITS)) for a, b in set(known)
    )
    digits = list(_DIGITS.finditer(view.text)) if free >= 5 else []
    dates = [match.span() for match in _DATE_LIKE.finditer(view.text)] if digits else []
    for match in digits:
        start, end = _stripped(view.text, *match.span())
        written = view.text[start:end]
        if _is_phone(view.text, start, end, written) and not _covered(start, end, known, dates, view.text):
            yield start, end
    for match in _SPELLED.finditer(view.text) if _may_be_spelled(view.text) else ():
        start, end = _stripped(view.text, *match.span())
        written = view.text[start:end]
        length = _spelled_length(written)
        # Words must be at least half of it: an order number before a counting word is no telephone number.
        if length >= 7 and length - sum(each.isdigit() for each in written) >= length // 2:
            yield start, end


_DIGIT_WORDS = frozenset(word for _, words in _WORD_DIGITS for word in words.split("|"))
_ASCII_DIGITS = "0123456789"
_HAN_DIGITS = frozenset("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖")


def _may_be_spelled(text: str) -> bool:
    """A cheap look before the costly pattern."""
    return (
        "ศูนย์" in text
        or not _HAN_DIGITS.isdisjoint(text)
        or sum(each.strip(",.-+/") in _DIGIT_WORDS for each in re.split(r"[\s\-,./+]", text)) >= 3
        or sum(map(text.count, _THAI_DIGITS)) >= 4
    )


_THAI_DIGITS = ("หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")


def _spelled_length(written: str) -> int:
    if re.search(r"[ก-๛]", written):
        return len(re.findall(r"ศูนย์|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|\d", written))
    return len(re.findall(r"[a-z]+|\d|[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]", written))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " ,.-/_*·~:":
        start += 1
    while end > start and text[end - 1] in " ,.-/_*·~:(":
        end -= 1
    return start, end


def _is_phone(text: str, start: int, end: int, written: str) -> bool:
    digits = sum(each.isdigit() for each in written)
    if not 7 <= digits <= 15:
        return False
    before, after = text[max(0, start - 40) : start], text[end : end + 12]
    if _MONEY_LEFT.search(before) or _MONEY_RIGHT.search(after) or _GROUPED.match(written):
        return False
    if digits >= 14 and written.isdigit():
        return False
    # A list of small amounts or sizes ("10, 20, 30, 40") is no telephone number unless a word says so.
    if "," in written or ":" in written:
        return bool(_PHONE_WORD.search(before))
    return True


def _covered(
    start: int, end: int, known: Sequence[tuple[int, int]], dates: Sequence[tuple[int, int]], text: str
) -> bool:
    if any(a <= start and end <= b for a, b in dates):
        return True
    for a, b in known:
        if a < end and start < b:
            # "order 2605... call 0812..." joined by a space is two numbers, not one.
            return not (end > b + 6 and _PHONE_WORD.search(text[max(0, start - 40) : start]))
    return False
