"""Checked rows -> orders: lines gathered under their order, parcels once each, totals never added up twice."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from seawall.kernel.markets import Market, Platform
from seawall.kernel.money import DECIMALS
from seawall.orders.imports.context import Context
from seawall.orders.imports.formats import IdRule
from seawall.orders.imports.grid import Cell
from seawall.orders.imports.ids import read_tracking
from seawall.orders.imports.order_rows import Checked
from seawall.orders.imports.records import LineRecord, OrderRecord, OrderStatus, ParcelRecord
from seawall.orders.imports.refusals import FileWarning, WarningCode
from seawall.orders.imports.text import is_masked

_OTHER_DATES = ("paid_at", "ship_by", "shipped_at", "delivered_at", "completed_at", "cancelled_at")
_TEXTS = (
    "shop", "cancel_reason", "cancel_detail", "cancel_by", "return_id", "buyer_handle", "buyer_name", "phone", "city",
    "district", "province", "country", "remark", "title", "variation", "sku", "parent_sku", "carrier",
    "currency",
)  # fmt: skip


@dataclass
class _Gathered:
    """The rows of one order, as far as they have come."""

    first: int
    status: OrderStatus | None
    status_raw: tuple[tuple[str, str], ...]
    total: Decimal | None
    lines: list[LineRecord] = field(default_factory=list)
    parcels: dict[tuple[str, str], ParcelRecord] = field(default_factory=dict)


class Assembler:
    """Builds the orders of one file."""

    def __init__(self, context: Context, checked: Checked, sha256: str) -> None:
        self._context = context
        self._checked = checked
        self._sha256 = sha256
        self._numbers = context.table.numbers
        self.warnings: list[FileWarning] = []
        self._text = {name: context.clean.column(context.table.column(name)) for name in _TEXTS}
        self._masked: dict[str, bool] = {}
        # Only files without any total column of their own: elsewhere vouchers and shipping would be lost.
        form, cells = context.table.found.format, context.table.cells
        self._is_total_of_lines = form.id_rule is IdRule.BY_PLATFORM and "order_total" not in cells

    def run(self) -> list[OrderRecord]:
        """All orders, in the order of their first row."""
        dates = {name: self._dates(name) for name in _OTHER_DATES}
        prices, totals = self._amounts("unit_price"), self._amounts("order_total")
        quantities, tracking = self._quantities(), self._codes("tracking")
        gathered = self._gather(prices, totals, quantities, tracking)
        self._warn_of_masked_phones()
        return [
            self._order(platform, order_id, rows, dates)
            for platform, orders in gathered.items()
            for order_id, rows in orders.items()
        ]

    def _gather(
        self,
        prices: list[Decimal | None],
        totals: list[Decimal | None],
        quantities: list[int | None],
        tracking: list[str],
    ) -> dict[Platform, dict[str, _Gathered]]:
        checked, text, numbers = self._checked, self._text, self._numbers
        is_units = self._context.table.found.format.is_unit_rows
        units_total = is_units and "order_total" not in self._context.table.cells
        title, variation, sku, parent = text["title"], text["variation"], text["sku"], text["parent_sku"]
        carrier, package = text["carrier"], self._codes("package_id")
        status_words = self._context.clean.column(self._context.table.column("status"))
        only = self._context.table.found.format.platform
        orders: dict[str, _Gathered] = {}
        gathered: dict[Platform, dict[str, _Gathered]] = {} if only is None else {only: orders}
        left_out = checked.rejections.keys() | checked.dropped
        for place, order_id in enumerate(checked.ids):
            # A dictionary a platform: hashing an enum with every id costs more than all the rest of the loop.
            platform = only or self._context.platform_at(place)
            if place in left_out or platform is None:
                continue
            if only is None:
                orders = gathered.setdefault(platform, {})
            status = checked.statuses[place]
            order = orders.get(order_id)
            if order is None:
                order = orders[order_id] = _Gathered(
                    place, status, checked.status_raw[place], prices[place] if units_total else totals[place]
                )
            else:
                # Order sums repeat on each line: the largest, never the sum (5.6). Lazada pays by unit: the sum.
                order.total = _added(order.total, prices[place]) if units_total else _larger(order.total, totals[place])
                if status is not None and (order.status is None or status.rank > order.status.rank):
                    order.status, order.status_raw = status, checked.status_raw[place]
            order.lines.append(
                LineRecord(
                    line_id=checked.line_ids[place],
                    title=title[place],
                    variation=variation[place],
                    sku=sku[place] or parent[place],
                    quantity=quantities[place],
                    unit_price=prices[place],
                    status_raw=status_words[place],
                    row=numbers[place],
                )
            )
            if tracking[place] or package[place]:
                parcel = (tracking[place], package[place])
                if parcel not in order.parcels:
                    order.parcels[parcel] = ParcelRecord(
                        tracking=parcel[0], package_id=parcel[1], carrier=carrier[place]
                    )
        return gathered

    def _order(
        self, platform: Platform, order_id: str, rows: _Gathered, dates: dict[str, list[datetime | None]]
    ) -> OrderRecord:
        at, text, context = rows.first, self._text, self._context
        market = context.market_at(at)
        phone = text["phone"][at]
        reason, detail = text["cancel_reason"][at], text["cancel_detail"][at]
        return OrderRecord(
            platform=platform, market=market, shop_hint=text["shop"][at], order_id=order_id,
            kind=context.table.found.kind, status=rows.status, status_raw=rows.status_raw,
            created_at=self._checked.created[at], paid_at=dates["paid_at"][at], ship_by=dates["ship_by"][at],
            shipped_at=dates["shipped_at"][at], delivered_at=dates["delivered_at"][at],
            completed_at=dates["completed_at"][at], cancelled_at=dates["cancelled_at"][at],
            cancel_reason=f"{reason}: {detail}" if reason and detail else reason or detail,
            cancel_by=text["cancel_by"][at], return_id=text["return_id"][at], currency=self._currency(at, market),
            total=_from_lines(rows.lines) if self._is_total_of_lines else rows.total,
            buyer_handle=text["buyer_handle"][at], buyer_name=text["buyer_name"][at], phone=phone,
            is_phone_masked=self._masked.get(phone, False), city=text["city"][at] or text["district"][at],
            province=text["province"][at], country=text["country"][at], remark=text["remark"][at],
            lines=tuple(rows.lines), parcels=tuple(rows.parcels.values()), source_sha256=self._sha256,
            source_row=self._numbers[at],
        )  # fmt: skip

    def _currency(self, at: int, market: Market | None) -> str | None:
        own = self._text["currency"][at].upper()
        return own if own in DECIMALS else self._context.currency or (market.currency if market else None)

    def _dates(self, name: str) -> list[datetime | None]:
        context, checked = self._context, self._checked
        if name not in context.table.cells:
            return [None] * len(self._numbers)
        found: list[datetime | None] = []
        for place, cell in enumerate(context.table.cells[name]):
            moment = context.dates_at(place).of(cell) if cell else None
            if moment is None and cell and checked.is_taken(place) and context.clean.one(cell):
                self._warn(place, WarningCode.BAD_OTHER_DATE)
            found.append(moment if moment is not None and moment.tzinfo is not None else None)
        return found

    def _amounts(self, name: str) -> list[Decimal | None]:
        context = self._context
        if name not in context.table.cells:
            return [None] * len(self._numbers)
        found: list[Decimal | None] = []
        for place, cell in enumerate(context.table.cells[name]):
            amount, is_read = context.amounts_at(place).of(cell)
            if not is_read and self._checked.is_taken(place):
                self._warn(place, WarningCode.BAD_AMOUNT)
            found.append(amount)
        return found

    def _quantities(self) -> list[int | None]:
        context = self._context
        if "quantity" not in context.table.cells:
            one = 1 if context.table.found.format.is_unit_rows else None
            return [one] * len(self._numbers)
        known: dict[Cell, int | None] = {}
        found: list[int | None] = []
        for place, cell in enumerate(context.table.cells["quantity"]):
            if cell not in known:
                known[cell] = _quantity(context.clean.one(cell))
            if known[cell] is None and self._checked.is_taken(place):
                self._warn(place, WarningCode.BAD_QUANTITY)
            found.append(known[cell])
        return found

    def _codes(self, name: str) -> list[str]:
        found: list[str] = []
        for place, cell in enumerate(self._context.table.column(name)):
            code, is_sure = read_tracking(cell)
            if not is_sure and self._checked.is_taken(place):
                self._warn(place, WarningCode.TRACKING_PRECISION)
            found.append(code)
        return found

    def _warn_of_masked_phones(self) -> None:
        for place, phone in enumerate(self._text["phone"]):
            if phone and self._checked.is_taken(place):
                if phone not in self._masked:
                    self._masked[phone] = is_masked(phone)
                if self._masked[phone]:
                    self._warn(place, WarningCode.MASKED_PHONE)

    def _warn(self, place: int, code: WarningCode) -> None:
        self.warnings.append(FileWarning(self._numbers[place], code))


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return one if other is None else other if one is None else one + other


def _larger(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return one if other is None else other if one is None else max(one, other)


def _quantity(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 6 else None


def _from_lines(lines: list[LineRecord]) -> Decimal | None:
    """Pieces times price, if every line tells both."""
    if any(line.unit_price is None or line.quantity is None for line in lines):
        return None
    return sum(((line.unit_price or Decimal(0)) * (line.quantity or 0) for line in lines), Decimal(0))
