"""Faults of form: placeholders left over, length."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from seawall.kernel.markets import Platform
from seawall.scripts.lint.model import Message
from seawall.scripts.placeholders import PLACEHOLDERS, longest_length


@dataclass(frozen=True)
class LengthLimit:
    """The most code points of one text message, and where that number comes from."""

    characters: int
    source: str
    certainty: str


LENGTH_LIMITS: dict[Platform, LengthLimit] = {
    Platform.SHOPEE: LengthLimit(600, "shopee.md 4.6 (message_too_long; code points, an emoji is one)", "press"),
    Platform.TIKTOK: LengthLimit(2000, "tiktok-shop.md 2.4 (TEXT content)", "docs"),
    # Lazada names no limit (lazada.md 2.1); ours keeps a message readable on a phone.
    Platform.LAZADA: LengthLimit(1000, "ours", "inferred"),
}
"""Length limits per platform, as dated facts until the rulebook holds them."""

_FIELD_WORDS = (
    r"name|nama|order|no\.?|number|date|item|product|shop|store|buyer|customer|insert|your|amount|reason|tracking|link"
    r"|voucher|买家|客户|顾客|姓名|昵称|订单|单号|商品|产品|日期|店铺名|店名|金额|原因|填|称呼"
    r"|tên|ten|khách|khach|mã|sản phẩm|ngày|pelanggan|pembeli|pesanan|tanggal|barang|produk|pangalan|petsa|produkto"
    r"|ชื่อ|เลข|ลูกค้า|สินค้า|วันที่|คำสั่งซื้อ|จำนวน|เหตุผล|ร้าน|tarikh|petsa|halaga|dahilan|jumlah|alasan|sebab|kedai|toko"
    r"|alamat|address|phone|sku|qty|quantity|nickname|username|here|blank|fill|so tien|số tiền|lý do|địa chỉ|cửa hàng"
    r"|时间|数量|地址|快递|运费|链接|昵称|名字|xx+|货物|品名"
)
_BRACED = re.compile(r"\$?\{{1,2}[^{}\n]{0,40}\}{1,2}|[{}]")
_FIELDS = re.compile(
    rf"\[(?!(?:at|dot|a)\])[^\[\]\n]{{0,12}}(?:{_FIELD_WORDS})[^\[\]\n]{{0,20}}\]"
    r"|(?-i:\[(?!AT\]|DOT\])[A-Z_ ]{2,20}\])"
    rf"|【[^【】\n]{{0,6}}(?:{_FIELD_WORDS})[^【】\n]{{0,8}}】|<[^<>\n]{{0,12}}(?:{_FIELD_WORDS})[^<>\n]{{0,20}}>"
    r"|\((?:insert|your name|pangalan ng|nama (?:pelanggan|pembeli|kakak)|tên khách|ชื่อลูกค้า|买家姓名|客户姓名"
    r"|customer name|buyer'?s? name|order (?:no|number|id))[^()\n]{0,20}\)"
    r"|%\(\w+\)s|%[sd](?!\w)|%\w{2,20}%|\$\w{3,20}|_{3,}|(?<![A-Za-z0-9])X{2,}(?![A-Za-z0-9])|\b(?:null|undefined|nan)\b|某某|(?<![A-Za-z0-9])X[月日号]|#\w{3,20}#|@@\w+|\b(?:TBD|TBC)\b",
    re.IGNORECASE,
)
_FIELD_MARKS = (
    *("[", "【", "<", "(", "%", "$", "__", "#", "@@", "某某", "TBD", "TBC", "tbd", "tbc"),
    *("X月", "X日", "X号", "x月", "x日", "x号"),
    *("xx", "XX", "Xx", "xX", "null", "NULL", "Null", "undefined", "NaN", "nan"),
)


def left_over_placeholders(message: Message) -> Iterator[tuple[int, int, str]]:
    """Original spans of what was never filled, with its text. In a template the declared names may stand."""
    for match in _BRACED.finditer(message.text):
        name = re.fullmatch(r"\{([a-z][a-z0-9_]*)\}", match.group())
        if message.template and name is not None and name.group(1) in PLACEHOLDERS:
            continue
        yield match.start(), match.end(), match.group()
    if not any(mark in message.text for mark in _FIELD_MARKS):
        return
    for match in _FIELDS.finditer(message.text):
        yield match.start(), match.end(), match.group()


def over_length(message: Message) -> tuple[int, int] | None:
    """(length, limit) when the text is too long for its platform; a template counts at its longest."""
    length = longest_length(message.text) if message.template else len(message.text)
    limit = LENGTH_LIMITS[message.platform].characters
    return (length, limit) if length > limit else None
