"""CSV texts: which encoding, which delimiter, and is the end missing. Never a silent latin-1 (exports.md 5.10)."""

import csv
import io
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from charset_normalizer import from_bytes

from seawall.orders.imports.grid import Cell, RowGrid
from seawall.orders.imports.headers import compared
from seawall.orders.imports.refusals import FileRefused, RejectCode

DELIMITERS = (",", ";", "\t", "|")
LEGACY_ENCODINGS = ("cp874", "gb18030", "big5")
"""What Thai accounting programs and Chinese tools write; tried only after UTF-8 and UTF-16."""
_SCRIPTS = {
    "cp874": re.compile("[\u0e00-\u0e7f]"),
    "gb18030": re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]"),
    "big5": re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]"),
}
_END = "\x1eEND OF FILE\x1e"
_SAMPLE_ROWS = 50
_LONGEST_CELL = 1_000_000
_SCRIPT_SHARE = 0.9
_MOST_INSIDE_LATIN = 0.2
_INSIDE_LATIN = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f]")


@dataclass(frozen=True)
class DecodedText:
    """A text and how sure its encoding is."""

    text: str
    encoding: str
    is_guess: bool


def decode(data: bytes, known_headers: frozenset[str] = frozenset()) -> DecodedText:
    """The text of a CSV. Raises FileRefused when it is cut off or in no encoding we can be sure of.

    `known_headers` are the non-ASCII headers of all formats: they settle which of two legacy encodings it is.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return DecodedText(_utf16(data, "utf-16"), "utf-16", False)
    if b"\x00" in data:
        for encoding, at in (("utf-16-le", 1), ("utf-16-be", 0)):
            sample = data[:400]
            if len(sample) >= 8 and sample[at::2].count(0) > len(sample) // 4:
                return DecodedText(_utf16(data, encoding), encoding, False)
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_nul")
    try:
        return DecodedText(data.decode("utf-8-sig"), "utf-8", False)
    except UnicodeDecodeError as broken:
        if broken.end >= len(data) and broken.reason == "unexpected end of data":
            raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_text") from broken
    return _legacy(data, known_headers)


def _utf16(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as broken:
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_text") from broken
    if "\x00" in text:
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_nul")
    return text


def _legacy(data: bytes, known_headers: frozenset[str]) -> DecodedText:
    fitting: dict[str, str] = {}
    for encoding in LEGACY_ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = [letter for letter in text[:200_000] if ord(letter) > 0x7F]
        inside_latin = len(_INSIDE_LATIN.findall(text[:200_000]))  # `Jos้`: a Western accent read as a Thai sign
        fits = len(_SCRIPTS[encoding].findall("".join(foreign))) >= _SCRIPT_SHARE * len(foreign)
        if foreign and fits and inside_latin <= _MOST_INSIDE_LATIN * len(foreign):
            fitting[encoding] = text
    # Header words decide first: a Thai or Chinese header read in the wrong encoding gives other letters than its own.
    scores = {encoding: sum(word in text[:20_000] for word in known_headers) for encoding, text in fitting.items()}
    if any(scores.values()):
        encoding = max(scores, key=lambda name: scores[name])
        return DecodedText(fitting[encoding], encoding, True)
    if len(fitting) > 1:
        best = from_bytes(data[:200_000], cp_isolation=list(fitting)).best()
        if best is not None and best.encoding in fitting:
            return DecodedText(fitting[best.encoding], best.encoding, True)
    for encoding, text in fitting.items():
        return DecodedText(text, encoding, True)
    raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_encoding")


def parse(text: str, known_headers: Collection[str] = ()) -> RowGrid:
    """The rows of a CSV text, its delimiter being the one that shows most of `known_headers`, else most columns.

    A row's number is its place among the records, the header's line counted, as Excel shows it.

    Raises FileRefused when a quote is left open or the last record is cut off.
    """
    if "\x00" in text:
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_nul")
    text = text.lstrip("\ufeff")
    rows = _records(text, _delimiter(text, known_headers))
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    _refuse_cut_record(rows, text)
    return RowGrid("", [list[Cell](row) for row in rows])


def _delimiter(text: str, known_headers: Collection[str]) -> str:
    first = text.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:  # Excel's own hint line
        return first[4]
    sample = text[:200_000]

    def score(mark: str) -> tuple[int, int]:
        # Width alone would take the TAB behind each value of a TikTok file for its delimiter.
        rows = list(_first_records(sample, mark))
        known = max(
            (sum(len(cell) < 300 and compared(cell) in known_headers for cell in row) for row in rows), default=0
        )
        whole = max((sum(not cell.startswith(DELIMITERS) for cell in row) for row in rows), default=0)
        return known, whole

    return max(DELIMITERS, key=score)


def _first_records(sample: str, delimiter: str) -> Iterable[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    for _ in range(_SAMPLE_ROWS):
        try:
            row = next(reader, None)
        except csv.Error:
            return
        if row is None:
            return
        yield row


def _records(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    # The marker after the last line comes back as a record of its own only if no quote is open there.
    ending = "" if text.endswith(("\n", "\r")) else "\n"
    try:
        rows = list(csv.reader(io.StringIO(text + ending + _END, newline=""), delimiter=delimiter))
    except csv.Error as broken:
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_quote") from broken
    if not rows or rows[-1] != [_END]:
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_quote")
    return rows[:-1]


def _refuse_cut_record(rows: list[list[str]], text: str) -> None:
    """A last record that is shorter than all the others, with no line end behind it, was cut off."""
    if text.endswith(("\n", "\r")) or len(rows) < 3:
        return
    widths = {len(row) for row in rows[:-1] if row}
    if len(widths) == 1 and 0 < len(rows[-1]) < next(iter(widths)):
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_text")
