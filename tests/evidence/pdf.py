"""Read a PDF back with pyHanko's reader: the text of its pages through the fonts' ToUnicode maps, and what is attached.

Independent of the typesetter: this reads what any PDF reader searches.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

_TOKEN = re.compile(
    rb"/ActualText\s*(?P<actual><[0-9A-Fa-f]*>|\((?:[^()\\]|\\.)*\))\s*>>\s*BDC|(?P<emc>EMC)|/(?P<font>\S+)\s+[\d.-]+\s+Tf|<(?P<hex>[0-9A-Fa-f\s]*)>|(?P<text>\((?:[^()\\]|\\.)*\))|(?P<end>Tj|TJ|T\*|ET|Td|Tm)\b"
)
_ESCAPE = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3})")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def opened(data: bytes) -> Any:
    """The reader of a PDF."""
    return PdfFileReader(BytesIO(data))


def pages(data: bytes) -> list[str]:
    """The text of each page, without spaces: searching is by letters, and a space is where the reader puts one."""
    return ["".join(_page(page)) for page in _leaves(opened(data).root["/Pages"])]


def text(data: bytes) -> str:
    """The text of all pages, without spaces."""
    return "".join(pages(data))


def attached(data: bytes) -> dict[str, bytes]:
    """The embedded files by name."""
    root = opened(data).root
    if "/Names" not in root:
        return {}
    names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[n]): names[n + 1].get_object()["/EF"]["/F"].data for n in range(0, len(names), 2)}


def keywords(data: bytes) -> str:
    """The keywords of the document's information."""
    return str(opened(data).trailer["/Info"]["/Keywords"])


def _leaves(node: Any) -> Iterator[Any]:
    if node["/Type"] == "/Page":
        yield node
        return
    for kid in node["/Kids"]:
        yield from _leaves(kid.get_object() if hasattr(kid, "get_object") else kid)


def _page(page: Any) -> Iterator[str]:
    fonts = {name: _unicode_of(font) for name, font in dict(page["/Resources"].get("/Font", {})).items()}
    content = page["/Contents"]
    data = b"\n".join(part.data for part in content) if isinstance(content, list) else content.data
    letters: dict[int, str] = {}
    is_told = False
    for found in _TOKEN.finditer(data):
        if found["actual"] is not None:
            # What the letters of a cluster stand for together: a reader takes this and not the glyphs.
            is_told = True
            raw = found["actual"]
            said = bytes.fromhex(raw[1:-1].decode()) if raw.startswith(b"<") else _string(raw)
            yield said.decode("utf-16" if said.startswith(b"\xfe\xff") else "latin-1").replace(" ", "")
        elif found["emc"] is not None:
            is_told = False
        elif found["font"] is not None:
            letters = fonts.get("/" + found["font"].decode(), {})
        elif not is_told and (found["hex"] is not None or found["text"] is not None):
            raw = bytes.fromhex(found["hex"].decode()) if found["hex"] is not None else _string(found["text"])
            for place in range(0, len(raw) - 1, 2):
                yield letters.get(int.from_bytes(raw[place : place + 2], "big"), "").replace(" ", "")


def _string(literal: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        name = found[1]
        return bytes([int(name, 8) & 255]) if name.isdigit() else _LETTERS.get(name, name)

    return _ESCAPE.sub(plain, literal[1:-1])


def _unicode_of(reference: Any) -> dict[int, str]:
    font = reference.get_object() if hasattr(reference, "get_object") else reference
    if "/ToUnicode" not in font:
        return {}
    found: dict[int, str] = {}
    table = font["/ToUnicode"].data.decode("latin-1")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, value in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(value).decode("utf-16-be", "replace")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, value in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            start = int.from_bytes(bytes.fromhex(value), "big")
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(start + step)
    return found
