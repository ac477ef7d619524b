"""What kind of bytes a file is, by its first bytes and never by its name."""

from enum import StrEnum

from seawall.orders.imports.refusals import FileRefused, RejectCode

_OLE2 = b"\xd0\xcf\x11\xe0"
_OTHER: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"RIFF", "WebP"),
    (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gzip"), (b"BM", "BMP"), (b"MZ", "EXE"),
    (b"{\\rtf", "RTF"), (b"SQLite format 3", "SQLite"), (b"\x7fELF", "ELF"),
)  # fmt: skip
_SHORTEST_MAGIC = 3
_MARKUP = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<table",
    b"<meta",
    b"<?xml",
    b"<script",
    b"<style",
    b"<div",
    b"<!--",
    b"mime-version:",  # a page saved as one file
)


class FileShape(StrEnum):
    """How a file can be opened."""

    ZIP = "zip"
    OLE2 = "ole2"
    TEXT = "text"


def shape_of(data: bytes) -> FileShape:
    """The shape of a file. Raises FileRefused for an empty file, a web page and other known kinds of file."""
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x00\xff\xfe"):
        if data.strip(b"\xef\xbb\xbf \t\r\n\xff\xfe"):
            raise FileRefused(RejectCode.TRUNCATED_FILE, "truncated_file_nul")
        raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_empty")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return FileShape.ZIP
    if data.startswith(_OLE2):
        return FileShape.OLE2
    for magic, kind in _OTHER:
        # "BM" and "MZ" alone could begin a CSV header: such a file also has bytes no text has.
        if data.startswith(magic) and (len(magic) >= _SHORTEST_MAGIC or b"\x00" in data[:512]):
            raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_other_kind", kind=kind)
    start = data[:2048].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(_MARKUP):
        raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_html")
    return FileShape.TEXT
