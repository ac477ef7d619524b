"""An xlsx file's skeleton: which sheets, their texts, which cell styles are dates."""

import html
import posixpath
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from seawall.orders.imports.archive import Archive
from seawall.orders.imports.refusals import FileRefused, RejectCode

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
"""Built-in number formats that are dates or times (ECMA-376 part 1, 18.8.30, with the East Asian ones)."""
_NOT_TEXT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ITEM = re.compile(r"<si\s*/>|<si\b[^>]*>(.*?)</si>", re.DOTALL)
_RUN = re.compile(r"<t\b[^>]*?(?:/>|>([^<]*)</t>)")
_PHONETIC = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
_PLAIN = "<t>"


class UnusualWorkbook(Exception):
    """Well-formed or not, it is not written as our own reader expects: the fallback reader must look at it."""


@dataclass(frozen=True)
class SheetPart:
    """A sheet and the member that holds it."""

    name: str
    path: str


@dataclass(frozen=True)
class Workbook:
    """What is needed to understand a sheet's cells."""

    sheets: tuple[SheetPart, ...]
    texts: list[str]
    date_styles: frozenset[int]
    is_1904: bool


def open_workbook(archive: Archive) -> Workbook:
    """The skeleton of an xlsx. Raises FileRefused when it is another kind of zip."""
    if "xl/workbook.xml" not in archive.names:
        raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_zip")
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - expat >= 2.4.1 stops entity bombs
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - likewise
        styles = _date_styles(archive.read_if_there("xl/styles.xml"))
    except ET.ParseError as broken:
        raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_zip") from broken
    targets = {link.get("Id"): _part(link.get("Target", "")) for link in links}
    key = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    sheets = tuple(
        SheetPart(sheet.get("name", ""), targets.get(sheet.get(key), "")) for sheet in book.iter(f"{_MAIN}sheet")
    )
    properties = book.find(f"{_MAIN}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    present = tuple(sheet for sheet in sheets if sheet.path in archive.names)
    if not present:
        raise UnusualWorkbook("no sheet by the usual names")
    return Workbook(present, shared_texts(archive.read_if_there("xl/sharedStrings.xml")), styles, is_1904)


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _date_styles(styles: bytes) -> frozenset[int]:
    if not styles:
        return frozenset()
    tree = ET.fromstring(styles)  # noqa: S314 - as above
    own = {int(fmt.get("numFmtId", "0")) for fmt in tree.iter(f"{_MAIN}numFmt") if is_date_code(fmt.get("formatCode"))}
    cells = tree.find(f"{_MAIN}cellXfs")
    found = [] if cells is None else [int(style.get("numFmtId", "0")) for style in cells]
    return frozenset(place for place, fmt in enumerate(found) if fmt in own or fmt in _DATE_FORMATS)


def is_date_code(code: str | None) -> bool:
    """Whether a number format shows a date or a time."""
    bare = _NOT_TEXT.sub("", code or "").split(";")[0].lower()
    return "general" not in bare and any(letter in bare for letter in "ymdhs")


def unescaped(raw: str) -> str:
    """An XML text as it was meant: entities, and Excel's own `_x000D_` for characters XML cannot hold."""
    if "&" in raw:
        raw = html.unescape(raw)
    if "_x" in raw:
        raw = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), raw)
    return raw


def runs_text(raw: str) -> str:
    """The text of a rich string: its runs joined, without the reading aids."""
    if "<rPh" in raw:
        raw = _PHONETIC.sub("", raw)
    return unescaped("".join(_RUN.findall(raw)))


def shared_texts(raw: bytes) -> list[str]:
    """The workbook's table of texts, in order."""
    if not raw:
        return []
    try:
        source = raw.decode("utf-8")
    except UnicodeDecodeError as broken:
        raise UnusualWorkbook("texts are not UTF-8") from broken
    if "<![CDATA[" in source or "<!--" in source or "<!DOCTYPE" in source or "<sst" not in source:
        raise UnusualWorkbook("texts in an unusual shape")
    if source.count("<si") != source.count("</si>") + source.count(
        "<si/>"
    ):  # else an open item is searched for to the end
        raise UnusualWorkbook("texts that do not end")
    texts: list[str] = []
    for item in _ITEM.findall(source):
        if item.startswith(_PLAIN) and item.find("<", 3) == len(item) - 4:
            inner = item[3:-4]
            texts.append(unescaped(inner) if "&" in inner or "_x" in inner else inner)
        else:
            texts.append(runs_text(item))
    return texts
