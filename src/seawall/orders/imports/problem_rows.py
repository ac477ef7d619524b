"""Rows of a problem-parcel sheet (疑难件) -> one record a parcel."""

from datetime import datetime

from seawall.kernel.reasons import Reason
from seawall.orders.imports.context import Context
from seawall.orders.imports.formats import IdRule
from seawall.orders.imports.ids import BadId, read_id
from seawall.orders.imports.records import ProblemParcelRecord
from seawall.orders.imports.refusals import FileWarning, RejectCode, Rejection, WarningCode

_YES = frozenset({"y", "yes", "true", "1", "是", "有"})
_NO = frozenset({"n", "no", "false", "0", "否", "无"})
_TEXTS = ("kind", "reason", "last_event", "carrier", "note", "attempts", "phone_known")


class ProblemReader:
    """Checks and builds the parcels of one sheet."""

    def __init__(self, context: Context, sha256: str) -> None:
        self._context = context
        self._table = context.table
        self._sha256 = sha256
        self.rejections: list[Rejection] = []
        self.warnings: list[FileWarning] = []

    def run(self) -> list[ProblemParcelRecord]:
        """All parcels; the tracking number is what a parcel is known by, so it must be whole."""
        parcels: list[ProblemParcelRecord] = []
        text = {name: self._context.clean.column(self._table.column(name)) for name in _TEXTS}
        seen: dict[tuple[object, ...], int] = {}
        rows = list(zip(*self._table.cells.values(), strict=True))
        for place, number in enumerate(self._table.numbers):
            if (ids := self._ids(place)) is None or not self._has_readable_time(place):
                continue
            first = seen.setdefault(rows[place], place)
            if first != place and self._table.same_row(first, place):
                self._reject(place, RejectCode.DUPLICATE_LINE, first=self._table.numbers[first], value=ids[0])
                continue
            market = self._context.market_at(place)
            attempts = text["attempts"][place]
            parcels.append(
                ProblemParcelRecord(
                    tracking=ids[0],
                    order_id=ids[1],
                    platform=self._context.platform_at(place),
                    market=market,
                    problem_at=self._moment(place, "problem_at"),
                    kind_raw=text["kind"][place],
                    reason_raw=text["reason"][place],
                    attempts=int(attempts) if attempts.isdecimal() else None,
                    last_event=text["last_event"][place],
                    deadline_at=self._moment(place, "deadline_at"),
                    is_phone_known=_yes_or_no(text["phone_known"][place]),
                    carrier=text["carrier"][place],
                    note=text["note"][place],
                    source_sha256=self._sha256,
                    source_row=number,
                )
            )
        return parcels

    def _ids(self, place: int) -> tuple[str, str] | None:
        found: list[str] = []
        for name in ("tracking", "order_id"):
            value = read_id(self._table.column(name)[place], IdRule.TEXT)
            if isinstance(value, BadId):
                column = self._table.found.header_of(name).strip()
                self._reject(place, value.reason, column=column, value=value.value[:60])
                return None
            found.append(value or "")
        if not found[0]:
            column = self._table.found.header_of("tracking").strip()
            self._reject(place, RejectCode.MISSING_ORDER_ID, "missing_tracking", column=column)
            return None
        return found[0], found[1]

    def _has_readable_time(self, place: int) -> bool:
        cell = self._table.column("problem_at")[place]
        if isinstance(cell, str) and not self._context.clean.one(cell):
            return True
        if self._context.dates_at(place).of(cell) is not None:
            return True
        column = self._table.found.header_of("problem_at").strip()
        self._reject(place, RejectCode.BAD_DATE, column=column, value=str(cell)[:60])
        return False

    def _moment(self, place: int, name: str) -> datetime | None:
        cell = self._table.column(name)[place]
        if isinstance(cell, str) and not self._context.clean.one(cell):
            return None
        moment = self._context.dates_at(place).of(cell)
        if moment is None:
            self.warnings.append(FileWarning(self._table.numbers[place], WarningCode.BAD_OTHER_DATE))
        return moment if moment is not None and moment.tzinfo is not None else None

    def _reject(self, place: int, reason: RejectCode, sentence: str = "", **params: str | int) -> None:
        row = self._table.numbers[place]
        why = Reason(sentence or reason.value, {"row": row, **params})
        self.rejections.append(Rejection(row, reason, why, self._table.original(place)))


def _yes_or_no(text: str) -> bool | None:
    word = text.casefold()
    return True if word in _YES else False if word in _NO else None
