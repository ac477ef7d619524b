"""A storm order's line as the cells of one export row: money, dates and status words as that export writes them."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from seawall.demo.files.storm import StormLine, StormOrder, vocabulary

_HERE = Path(__file__).parent


@cache
def header_row(name: str) -> tuple[str, ...]:
    """A header row of headers.toml."""
    rows: Mapping[str, str] = tomllib.loads((_HERE / "headers.toml").read_text(encoding="utf-8"))
    return tuple(rows[name].split(" | "))


@cache
def _field_of() -> Mapping[str, str]:
    groups: Mapping[str, list[str]] = tomllib.loads((_HERE / "fields.toml").read_text(encoding="utf-8"))
    return {header: field for field, headers in groups.items() for header in headers}


def plain_money(amount: Decimal) -> str:
    """12.50"""
    return format(amount, "f")


def grouped_money(amount: Decimal) -> str:
    """1,234.50"""
    return f"{amount:,}"


def dotted_money(amount: Decimal) -> str:
    """89.000 for eighty-nine thousand, as Indonesian exports write it."""
    return f"{amount:,}".replace(",", "\0").replace(".", ",").replace("\0", ".")


def unmasked(phone: str) -> str:
    """The whole number."""
    return phone


def masked(phone: str) -> str:
    """A number as most exports give it."""
    return f"{phone[:2]}{'*' * (len(phone) - 4)}{phone[-2:]}"


SHOPEE_TIME, TIKTOK_TIME, LAZADA_TIME = "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d %b %Y %H:%M"
US_TIME = "%m/%d/%Y %H:%M:%S"


@dataclass(frozen=True, kw_only=True)
class Style:
    """How one export writes its values."""

    header: str
    """Name of its header row."""
    status: Mapping[str, str]
    """Our status word -> the export's."""
    time: str = SHOPEE_TIME
    money: Callable[[Decimal], str] = plain_money
    phone: Callable[[str], str] = masked
    by_unit: bool = False
    """Lazada: a row for every piece."""
    extra: Mapping[str, str] | None = None
    """Field -> a value that is the same in all rows."""


Row = dict[str, str]


def field_rows(order: StormOrder, style: Style) -> list[Row]:
    """The rows of one order by field: one a line, or one a piece."""
    common = _order_fields(order, style)
    rows: list[Row] = []
    for place, line in enumerate(order.lines):
        for unit_id in line.unit_ids if style.by_unit else line.unit_ids[:1]:
            rows.append({**common, **_line_fields(order, line, place, unit_id, style), **(style.extra or {})})
    return rows


def cells(row: Row, headers: tuple[str, ...]) -> list[str]:
    """A row's cells under a header row."""
    fields = _field_of()
    return [row.get(fields.get(header, ""), "") for header in headers]


def _order_fields(order: StormOrder, style: Style) -> Row:
    words = vocabulary()[order.market.value]
    shipped = order.status == "shipped"

    def at(hours: float) -> str:
        return _written(order.created_at + timedelta(hours=hours), style.time)

    return {
        "order_id": order.order_id, "status": style.status[order.status], "created_at": at(0), "paid_at": at(0.5),
        "ship_by": at(48), "shipped_at": at(20) if shipped else "", "updated_at": at(21),
        "tracking": order.tracking if order.status != "to_ship" else "",
        "package_id": order.package_id if order.status != "to_ship" else "",
        "carrier": words["carrier"], "pieces": str(order.units), "zero": "0",
        "shipping_fee": style.money(order.shipping_fee), "order_total": style.money(order.total),
        "goods_total": style.money(order.total - (0 if style.by_unit else order.shipping_fee)),
        "buyer_handle": order.buyer_handle, "buyer_name": order.buyer_name, "phone": style.phone(order.phone),
        "address": f"{order.units} Jalan Contoh,\n{order.city}", "city": order.city, "province": order.province,
        "country": words["country"], "remark": words["remark"] if int(order.buyer_id) % 5 == 0 else "-",
        "platform": order.platform.value, "market": order.market.value, "shop": order.shop_code,
        "currency": order.currency,
    }  # fmt: skip


def _line_fields(order: StormOrder, line: StormLine, place: int, unit_id: str, style: Style) -> Row:
    return {
        "title": line.item_name, "variation": line.variation, "sku": line.sku, "parent_sku": line.sku.rsplit("-", 1)[0],
        "quantity": str(line.quantity), "unit_price": style.money(line.unit_price), "line_id": unit_id,
        "line_total": style.money(line.unit_price * line.quantity),
        "return_id": f"R{order.order_id}{place}", "return_tracking": f"RT{order.tracking[2:]}",
    }  # fmt: skip


def _written(moment: datetime, pattern: str) -> str:
    return moment.strftime(pattern)
