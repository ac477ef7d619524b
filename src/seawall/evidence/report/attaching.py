"""The files embedded in a report: the order list for people, and the records for machines."""

import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import xlsxwriter

from seawall.evidence.report.phrases import Phrases
from seawall.evidence.report.sheets import Attachment
from seawall.evidence.report.source import Source
from seawall.evidence.report.story import Story
from seawall.evidence.report.volumes import MESSAGES_ATTACHED, Volume
from seawall.evidence.seal import layout
from seawall.kernel.cells import neutral

LIST_ATTACHED = 32 << 20
"""Bytes of orders.csv embedded at most (ours)."""
_LONGEST_CELL = 32_767
"""Letters that a cell of Excel holds; xlsxwriter leaves out longer ones without a word."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachments(
    source: Source, story: Story, volume: Volume, say: Phrases, folder: Path, *, most: int = MESSAGES_ATTACHED
) -> list[Attachment]:
    """Write a volume's files into `folder`, once for all editions, and say what they are. The first volume has the
    list of all orders; each has the records of its own."""
    found = []
    listed = source.members[layout.ORDERS_CSV]
    if volume.is_first and listed.size <= LIST_ATTACHED:
        _copy(source, layout.ORDERS_CSV, folder / "orders.csv", 0, listed.size)
        found.append(_attachment(folder / "orders.csv", "text/csv", say("order_list")))
        if not (folder / "orders.xlsx").exists():
            write_xlsx(source, folder / "orders.xlsx", story)
        found.append(_attachment(folder / "orders.xlsx", _XLSX, say("order_list")))
    start, end = volume.messages
    if 0 < end - start <= most:
        name = "messages.jsonl" if volume.of == 1 else f"messages-{volume.number}.jsonl"
        _copy(source, layout.MESSAGES, folder / name, start, end)
        what = say(
            "attached_part", first=volume.rows[0].number, last=volume.rows[-1].number, start=str(start), end=str(end)
        )
        found.append(_attachment(folder / name, "application/jsonl", what))
    return found


def _attachment(path: Path, mime: str, what: str) -> Attachment:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Attachment(path.name, path.name, mime, what, path.stat().st_size, sha256)


def _copy(source: Source, member: str, to: Path, start: int, end: int) -> None:
    """Bytes `start` to `end` of a member; nothing when they were written before."""
    if to.exists():
        return
    at = 0
    with to.open("wb") as file:
        for chunk in source.chunks(member):
            if at < end and at + len(chunk) > start:
                file.write(chunk[max(0, start - at) : end - at])
            at += len(chunk)
            if at >= end:
                break


def write_xlsx(source: Source, out: Path, story: Story) -> None:
    """orders.csv as a workbook: every cell is text, so that no id loses a digit and nothing is a formula. The same
    list gives the same bytes."""
    with ExitStack() as stack:
        book = xlsxwriter.Workbook(
            str(out), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        stack.callback(book.close)
        book.set_properties({"title": story.incident["reference"], "created": story.sealed_at.replace(tzinfo=None)})
        sheet = book.add_worksheet("orders")
        sheet.freeze_panes(1, 2)
        head = book.add_format({"bold": True, "bg_color": "#EEF1F4"})
        for place, cells in enumerate(_cells(source)):
            if place == 0:
                sheet.set_column(0, 1, 26)
                sheet.set_column(2, len(cells) - 1, 16)
                sheet.autofilter(0, 0, story.planned, len(cells) - 1)
            for column, cell in enumerate(cells):
                # Neutral already; said again here, since this is what keeps a formula out of a workbook.
                sheet.write_string(place, column, neutral(_cut(cell)), head if place == 0 else None)


def _cut(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else cell[: _LONGEST_CELL - 1] + "…"


def _cells(source: Source) -> Iterator[list[str]]:
    data = io.TextIOWrapper(io.BytesIO(b"".join(source.chunks(layout.ORDERS_CSV))), encoding="utf-8-sig", newline="")
    return csv.reader(data)
