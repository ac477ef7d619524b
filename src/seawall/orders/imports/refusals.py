"""Why a file or a row is not taken. The reason codes are few and stable; a finer sentence may stand behind one."""

from dataclasses import dataclass, field
from enum import StrEnum

from seawall.kernel.errors import InvalidInput, Param
from seawall.kernel.languages import Language
from seawall.kernel.reasons import Reason


class RejectCode(StrEnum):
    """The reason codes in JSON, in the rejects file and in tests."""

    NUMERIC_ID_PRECISION = "numeric_id_precision"
    SCIENTIFIC_ID = "scientific_id"
    MISSING_ORDER_ID = "missing_order_id"
    BAD_DATE = "bad_date"
    UNKNOWN_STATUS = "unknown_status"
    DUPLICATE_LINE = "duplicate_line"
    FORMULA_CELL = "formula_cell"
    ENCRYPTED_FILE = "encrypted_file"
    NOT_AN_EXPORT = "not_an_export"
    TRUNCATED_FILE = "truncated_file"


class WarningCode(StrEnum):
    """Things a person should know, but for which nothing was left out."""

    MASKED_PHONE = "masked_phone"
    MARKET_UNKNOWN = "market_unknown"
    MARKET_DIFFERS = "market_differs"
    NO_ROWS = "no_rows"
    NOTE_ROW = "note_row"
    BAD_OTHER_DATE = "bad_other_date"
    MISSING_DATE = "missing_date"
    BAD_AMOUNT = "bad_amount"
    BAD_QUANTITY = "bad_quantity"
    TRACKING_PRECISION = "tracking_precision"
    IDS_LOOK_ROUNDED = "ids_look_rounded"
    ENCODING_GUESSED = "encoding_guessed"
    MIXED_DATES = "mixed_dates"
    OTHER_SHEETS = "other_sheets"
    COLUMNS_GONE = "columns_gone"
    SAME_FILE_AGAIN = "same_file_again"


class FileRefused(InvalidInput):
    """A file that cannot be used at all. `reason` is the stable code, `code` the sentence."""

    def __init__(self, reason: RejectCode, sentence: str = "", /, **params: Param) -> None:
        self.reason = reason
        super().__init__(sentence or reason.value, **params)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row (or, as row 0, a whole file) that is not taken."""

    row: int
    reason: RejectCode
    why: Reason
    cells: tuple[str, ...] = field(default=(), repr=False)
    """The row as it stood in the file. Holds buyer data: never logged."""

    def text(self, language: Language | None = None) -> str:
        """The sentence: which row, which field, what to do."""
        return self.why.text(language)


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something to look at, at a row (0: the whole file)."""

    row: int
    code: WarningCode
