"""Rows of an order export -> checked rows: each either taken, or rejected with one reason."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from seawall.kernel.errors import Param
from seawall.kernel.markets import Platform
from seawall.kernel.reasons import Reason
from seawall.orders.imports.context import Context
from seawall.orders.imports.dates import SlashOrder
from seawall.orders.imports.formats import IdRule
from seawall.orders.imports.grid import Cell
from seawall.orders.imports.ids import BadId, is_damaged_id, is_note, is_tiktok_id, read_id
from seawall.orders.imports.records import ExportKind, OrderStatus
from seawall.orders.imports.refusals import FileWarning, RejectCode, Rejection, WarningCode
from seawall.orders.imports.statuses import combined, status_of

_RULES = {Platform.SHOPEE: IdRule.SHOPEE, Platform.LAZADA: IdRule.LAZADA, Platform.TIKTOK: IdRule.TIKTOK}
_ROUNDED_FROM = 3
"""So many distinct 18-digit ids, all ending in 000, are no accident: Excel kept 15 digits of each."""


@dataclass
class Checked:
    """The outcome of checking, by row place."""

    ids: list[str]
    line_ids: list[str]
    statuses: list[OrderStatus | None]
    status_raw: list[tuple[tuple[str, str], ...]]
    created: list[datetime | None]
    dropped: set[int] = field(default_factory=set)
    """Rows that are nobody's order and nobody's loss: descriptions and notes."""
    rejections: dict[int, Rejection] = field(default_factory=dict)
    warnings: list[FileWarning] = field(default_factory=list)

    def is_taken(self, place: int) -> bool:
        """Whether a row is part of the result."""
        return place not in self.rejections and place not in self.dropped


class RowChecker:
    """Checks a table's rows; each step only looks at rows the steps before let through."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._table = context.table
        self._kind = context.table.found.kind
        count = len(self._table.numbers)
        self._out = Checked([""] * count, [""] * count, [None] * count, [()] * count, [None] * count)

    def run(self) -> Checked:
        """All steps, in the order a person would want to hear of the faults."""
        self._platforms()
        self._order_ids()
        self._line_ids()
        self._formulas()
        self._statuses()
        self._created()
        self._duplicates()
        return self._out

    def reject(self, place: int, reason: RejectCode, sentence: str = "", **params: Param) -> None:
        """Leave a row out, for the first reason found."""
        if place not in self._out.rejections:
            row = self._table.numbers[place]
            why = Reason(sentence or reason.value, {"row": row, **params})
            self._out.rejections[place] = Rejection(row, reason, why, self._table.original(place))

    def _warn(self, place: int | None, code: WarningCode) -> None:
        self._out.warnings.append(FileWarning(0 if place is None else self._table.numbers[place], code))

    def _platforms(self) -> None:
        if self._table.found.format.platform is not None:
            return
        cells = self._table.column("platform")
        for place, cell in enumerate(cells):
            if self._context.platform_at(place) is None:
                header = self._table.found.header_of("platform")
                self.reject(
                    place, RejectCode.NOT_AN_EXPORT, "not_an_export_platform", column=header, value=_short(_plain(cell))
                )

    def _order_ids(self) -> None:
        header = self._table.found.header_of("order_id")
        form_rule = self._table.found.format.id_rule
        for place, cell in enumerate(self._table.column("order_id")):
            rule = self._rule(place, form_rule)
            value = read_id(cell, rule)
            if value is None:
                self.reject(place, RejectCode.MISSING_ORDER_ID, column=header)
            elif isinstance(value, BadId):
                self.reject(place, value.reason, column=header, value=_short(value.value))
            elif rule is not IdRule.TEXT and is_damaged_id(value):
                self.reject(place, RejectCode.MISSING_ORDER_ID, "damaged_order_id", column=header, value=_short(value))
            elif rule is IdRule.TIKTOK and not is_tiktok_id(value):
                # The description row below the header is part of the format; any other text is worth a word.
                self._out.dropped.add(place)
                if self._table.numbers[place] > self._table.found.header_row + 1:
                    self._warn(place, WarningCode.NOTE_ROW)
            elif is_note(value):
                self._out.dropped.add(place)
                self._warn(place, WarningCode.NOTE_ROW)
            else:
                self._out.ids[place] = value
        long_ids = {value for value in self._out.ids if len(value) >= 18 and value.isdigit()}
        if len(long_ids) >= _ROUNDED_FROM and all(value.endswith("000") for value in long_ids):
            self._warn(None, WarningCode.IDS_LOOK_ROUNDED)

    def _rule(self, place: int, form_rule: IdRule) -> IdRule:
        if form_rule is not IdRule.BY_PLATFORM:
            return form_rule
        platform = self._context.platform_at(place)
        return IdRule.TEXT if platform is None else _RULES[platform]

    def _line_ids(self) -> None:
        if "line_id" not in self._table.cells:
            return
        header = self._table.found.header_of("line_id")
        for place, cell in enumerate(self._table.cells["line_id"]):
            value = read_id(cell, IdRule.TEXT) if self._out.is_taken(place) else None
            if isinstance(value, BadId):
                self.reject(place, value.reason, column=header, value=_short(value.value))
            else:
                self._out.line_ids[place] = value or ""

    def _formulas(self) -> None:
        for place, name in self._table.formula_in.items():
            if self._out.is_taken(place):
                header = self._table.found.header_of(name)
                self.reject(
                    place, RejectCode.FORMULA_CELL, column=header, value=_short(str(self._table.cells[name][place]))
                )

    def _statuses(self) -> None:
        clean, table, kind = self._context.clean, self._table, self._kind
        names = [
            name
            for name in ("status", "substatus", "cancel_type", "return_status", "failed_status", "cancel_reason")
            if name in table.cells
        ]
        headers = [table.found.header_of(name).strip() for name in names]
        columns = [clean.column(table.cells[name]) for name in names]
        known: dict[
            tuple[Platform | None, tuple[str, ...]], tuple[OrderStatus | None, tuple[tuple[str, str], ...], str]
        ] = {}
        for place, texts in enumerate(zip(*columns, strict=True)):
            if not self._out.is_taken(place):
                continue
            key = (self._context.platform_at(place), texts)
            if key not in known:
                known[key] = _judge(dict(zip(names, texts, strict=True)), headers, texts, key[0], kind)
            state, raw, unknown = known[key]
            if unknown:
                self.reject(
                    place,
                    RejectCode.UNKNOWN_STATUS,
                    column=table.found.header_of("status").strip(),
                    value=_short(unknown),
                )
            self._out.statuses[place], self._out.status_raw[place] = state, raw

    def _created(self) -> None:
        if "created_at" not in self._table.cells:
            return
        header = self._table.found.header_of("created_at").strip()
        for place, cell in enumerate(self._table.cells["created_at"]):
            if not self._out.is_taken(place):
                continue
            if isinstance(cell, str) and not self._context.clean.one(cell):
                self._warn(place, WarningCode.MISSING_DATE)
                continue
            moment = self._context.dates_at(place).of(cell)
            if moment is None:
                self.reject(place, RejectCode.BAD_DATE, column=header, value=_short(_plain(cell)))
            elif moment.tzinfo is not None:  # no zone, no instant: the market is unknown and a warning says so
                self._out.created[place] = moment
        if self._context.order is SlashOrder.MIXED:
            self._warn(None, WarningCode.MIXED_DATES)

    def _duplicates(self) -> None:
        """Equal lines are one line; Lazada's rows are real units and only equal by their item id (exports.md 5.7)."""
        is_units = self._table.found.format.is_unit_rows and "line_id" in self._table.cells
        columns = list(self._table.cells.values())
        lines = Counter(self._out.ids)
        seen: dict[object, int] = {}
        for place, order_id in enumerate(self._out.ids):
            if lines[order_id] == 1 or not self._out.is_taken(place):
                continue
            line_id = self._out.line_ids[place]
            if is_units and not line_id:
                continue
            key = (order_id, line_id) if is_units else tuple([column[place] for column in columns])
            first = seen.setdefault(key, place)
            if first != place and (is_units or self._table.same_row(first, place)):
                self.reject(place, RejectCode.DUPLICATE_LINE, first=self._table.numbers[first], value=order_id)


def _judge(
    words: dict[str, str], headers: list[str], texts: tuple[str, ...], platform: Platform | None, kind: ExportKind
) -> tuple[OrderStatus | None, tuple[tuple[str, str], ...], str]:
    """(state, raw columns, the unknown word if any) of one combination of status cells."""
    raw = tuple((header, text) for header, text in zip(headers, texts, strict=True) if text)
    main = status_of(words.get("status", ""), platform) if words.get("status") else None
    if words.get("status") and main is None and kind is not ExportKind.RETURNS:
        return None, raw, words["status"]
    state = combined(
        main, kind, words.get("return_status", ""), words.get("failed_status", ""), words.get("cancel_type", ""),
    )  # fmt: skip
    return state, raw, ""


def _plain(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.isoformat(sep=" ")


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "..."
