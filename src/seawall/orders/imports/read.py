"""One file from bytes to checked records: read -> recognise -> map -> check -> result."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import tzinfo
from hashlib import sha256
from pathlib import Path

from seawall.kernel.markets import Market, Platform
from seawall.kernel.reasons import Reason
from seawall.orders.imports.archive import Archive
from seawall.orders.imports.assemble import Assembler
from seawall.orders.imports.context import Context, make_context
from seawall.orders.imports.encrypted import decrypted
from seawall.orders.imports.fallback import calamine_grids
from seawall.orders.imports.formats import foreign_headers, known_headers
from seawall.orders.imports.grid import Grid
from seawall.orders.imports.headers import cleaned
from seawall.orders.imports.mapping import MAPPED, ColumnMapping, propose
from seawall.orders.imports.order_rows import RowChecker
from seawall.orders.imports.problem_rows import ProblemReader
from seawall.orders.imports.reading import FileReading
from seawall.orders.imports.recognise import SEARCHED_ROWS, Recognised, further_exports, recognise
from seawall.orders.imports.records import ExportKind
from seawall.orders.imports.refusals import FileRefused, FileWarning, RejectCode, Rejection, WarningCode
from seawall.orders.imports.sheetxml import XmlGrid
from seawall.orders.imports.sniff import FileShape, shape_of
from seawall.orders.imports.table import load
from seawall.orders.imports.textfile import decode, parse
from seawall.orders.imports.workbook import UnusualWorkbook, open_workbook

MOST_BYTES = 200 * 1024 * 1024
_SHOWN_HEADERS = 12


def read_file(
    path: Path,
    *,
    market: Market | None = None,
    zone: tzinfo | None = None,
    mapping: ColumnMapping | None = None,
    password: str | None = None,
) -> FileReading:
    """Read and check one export file. What is wrong with the file stands in the reading; nothing is raised for it.

    `market` says what a file cannot; `zone` overrides the market's zone (cross-border shops may export in China time);
    `mapping` is tried before the known formats; `password` opens an encrypted workbook and is kept nowhere.
    Raises OSError when the file cannot be opened at all.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        refused = FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_too_large", limit_mb=MOST_BYTES >> 20)
        return _refused(path.name, "", size, refused)
    return read_bytes(path.name, path.read_bytes(), market=market, zone=zone, mapping=mapping, password=password)


def read_bytes(
    name: str,
    data: bytes,
    *,
    market: Market | None = None,
    zone: tzinfo | None = None,
    mapping: ColumnMapping | None = None,
    password: str | None = None,
) -> FileReading:
    """As `read_file`, for an upload."""
    digest = sha256(data).hexdigest()
    try:
        with _without_collector():
            return _read(name, digest, data, market=market, zone=zone, mapping=mapping, password=password)
    except FileRefused as refused:
        return _refused(name, digest, len(data), refused)


@contextmanager
def _without_collector() -> Iterator[None]:
    """The cells and records of a file hold no cycles, but there are a million: walking them over and over again costs a
    quarter of the reading time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _refused(name: str, digest: str, size: int, refused: FileRefused) -> FileReading:
    rejection = Rejection(0, refused.reason, Reason(refused.code, {"file": name, **refused.params}))
    return FileReading(name=name, sha256=digest, size=size, refusal=rejection)


def _read(
    name: str, digest: str, data: bytes, *, market: Market | None, zone: tzinfo | None,
    mapping: ColumnMapping | None, password: str | None,
) -> FileReading:  # fmt: skip
    size, shape = len(data), shape_of(data)
    if shape is FileShape.OLE2:
        data, shape = decrypted(data, password), FileShape.ZIP
    encoding, warnings = "", list[FileWarning]()
    if shape is FileShape.ZIP:
        archive = Archive(data)
        try:
            found, context, grids = _understand(_own_grids(archive), market, zone, mapping)
        except UnusualWorkbook:
            found, context, grids = _understand(calamine_grids(data, archive), market, zone, mapping)
    else:
        decoded = decode(data, foreign_headers())
        encoding = decoded.encoding
        if decoded.is_guess:
            warnings.append(FileWarning(0, WarningCode.ENCODING_GUESSED))
        found, context, grids = _understand([parse(decoded.text, known_headers())], market, zone, mapping)
    if found is not None and found.format.refuse:
        raise FileRefused(RejectCode.NOT_AN_EXPORT, found.format.refuse)
    if found is None or context is None:
        return _unknown(name, digest, size, grids)
    if further_exports(grids, found):
        warnings.append(FileWarning(0, WarningCode.OTHER_SHEETS))
    if found.format.name.startswith(MAPPED) and len(found.fields) < len(found.format.columns):
        warnings.append(FileWarning(0, WarningCode.COLUMNS_GONE))
    has_platform = found.format.platform is not None or "platform" in found.fields
    if found.kind is not ExportKind.PROBLEM_PARCELS and not has_platform:
        raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_no_platform")
    bare = FileReading(name=name, sha256=digest, size=size)
    return _checked(bare, found, context, encoding, warnings)


def _own_grids(archive: Archive) -> list[Grid]:
    book = open_workbook(archive)
    return [XmlGrid(sheet.name, archive.read(sheet.path), book) for sheet in book.sheets]


def _understand(
    grids: Sequence[Grid], market: Market | None, zone: tzinfo | None, mapping: ColumnMapping | None
) -> tuple[Recognised | None, Context | None, Sequence[Grid]]:
    found = recognise(grids, [mapping.as_format()]) if mapping is not None else None
    found = found or recognise(grids)
    if found is None or found.format.refuse:
        return found, None, grids
    told = mapping.market if mapping is not None and found.format.name.startswith(MAPPED) else None
    return found, make_context(load(found), market=market, platform_market=told, zone=zone), grids


def _unknown(name: str, digest: str, size: int, grids: Sequence[Grid]) -> FileReading:
    """A readable sheet that is no export we know: say what was seen, propose a mapping when it looks like orders."""
    rows = [cells for grid in grids for _, cells in grid.head(SEARCHED_ROWS)]
    texts = [[cell for cell in cells if isinstance(cell, str)] for cells in rows]
    proposal, headers = None, list[str]()
    for cells in texts:
        if (proposal := propose(cells)) is not None:
            headers = cells
            break
    headers = headers or max(texts[:20], key=lambda cells: sum(bool(cell.strip()) for cell in cells), default=[])
    shown = ", ".join(cleaned(header)[:40] for header in headers if header.strip())
    if not shown:
        refused = FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_empty")
    else:
        sentence = "not_an_export_mapping" if proposal else "not_an_export"
        shown = ", ".join(shown.split(", ")[:_SHOWN_HEADERS])
        refused = FileRefused(RejectCode.NOT_AN_EXPORT, sentence, headers=shown)
    rejection = Rejection(0, refused.reason, Reason(refused.code, {"file": name, **refused.params}))
    return FileReading(
        name=name, sha256=digest, size=size, refusal=rejection, proposal=proposal, headers=tuple(headers)
    )


def _checked(
    bare: FileReading, found: Recognised, context: Context, encoding: str, warnings: list[FileWarning]
) -> FileReading:
    base = replace(
        bare, format_name=found.format.name, kind=found.kind, sheet=found.grid.name,
        encoding=encoding, header_row=found.header_row, headers=found.headers, market=context.market,
        market_named=context.market_named, columns=tuple((name, found.header_of(name)) for name in found.fields),
    )  # fmt: skip
    if not context.table.numbers:
        warnings.append(FileWarning(0, WarningCode.NO_ROWS))
    if context.market is None and context.table.numbers and not any(context.row_markets or ()):
        warnings.append(FileWarning(0, WarningCode.MARKET_UNKNOWN))
    if found.kind is ExportKind.PROBLEM_PARCELS:
        return _with_problems(base, context, warnings)
    return _with_orders(base, context, warnings)


def _with_problems(base: FileReading, context: Context, warnings: list[FileWarning]) -> FileReading:
    reader = ProblemReader(context, base.sha256)
    parcels = reader.run()
    platforms = {parcel.platform for parcel in parcels}
    return replace(
        base, platform=next(iter(platforms)) if len(platforms) == 1 else None, problem_parcels=tuple(parcels),
        lines=len(parcels), rejected=tuple(sorted(reader.rejections, key=lambda one: one.row)),
        warnings=(*warnings, *reader.warnings),
    )  # fmt: skip


def _with_orders(base: FileReading, context: Context, warnings: list[FileWarning]) -> FileReading:
    if context.market_conflict is not None:
        warnings.append(FileWarning(0, WarningCode.MARKET_DIFFERS))
    checker = RowChecker(context)
    checked = checker.run()
    assembler = Assembler(context, checked, base.sha256)
    orders = assembler.run()
    platforms: set[Platform | None] = {order.platform for order in orders} or {context.table.found.format.platform}
    markets = {order.market for order in orders} or {context.market}
    currencies = {order.currency for order in orders} or {context.currency}
    noted = sorted([*checked.warnings, *assembler.warnings], key=lambda one: one.row)
    return replace(
        base, platform=next(iter(platforms)) if len(platforms) == 1 else None,
        market=next(iter(markets)) if len(markets) == 1 else None,
        currency=next(iter(currencies)) if len(currencies) == 1 else None, orders=tuple(orders),
        lines=sum(len(order.lines) for order in orders),
        rejected=tuple(checked.rejections[place] for place in sorted(checked.rejections)),
        warnings=(*warnings, *noted),
    )  # fmt: skip
