"""Chat pictures bound into PDF volumes that keep under a size.

Lossless: a picture's own compressed pixels go in as they are (PNG and PDF share the compression and its predictors), so
that the size of a volume is known before it is written.
"""

import struct
from dataclasses import dataclass, field

from seawall.kernel.errors import Refused

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_POINTS_PER_PIXEL = 72 / 108
"""Pictures are drawn at 108 pixels an inch."""
_OVERHEAD = 700
"""Bytes of a page beside its pixels and palette, with its part of the outline and the table: never more."""
_FIXED = 1_000
"""Bytes of a volume without pages: never more."""


@dataclass(frozen=True, slots=True)
class _Pixels:
    """What a PDF takes of a PNG."""

    width: int
    height: int
    palette: bytes
    data: bytes


def _pixels(png: bytes, name: str) -> _Pixels:
    """Raises Refused(kit_picture_unreadable) for anything but the plain palette pictures that Seawall draws."""
    if not png.startswith(_SIGNATURE):
        raise Refused("kit_picture_unreadable", path=name)
    at, head, palette, data = len(_SIGNATURE), b"", b"", b""
    while at + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            head = body
        elif kind == b"PLTE":
            palette = body
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    if len(head) != 13 or not palette or not data or head[8:] != b"\x08\x03\x00\x00\x00":
        raise Refused("kit_picture_unreadable", path=name)
    width, height = struct.unpack_from(">II", head)
    return _Pixels(width, height, palette, data)


@dataclass
class Volume:
    """One PDF while it grows. `pages` are the labels of its pages, in order."""

    most_bytes: int
    pages: list[str] = field(default_factory=list)
    _pixels: list[_Pixels] = field(default_factory=list)
    _size: int = _FIXED

    def add(self, label: str, pictures: list[tuple[str, bytes]]) -> bool:
        """All pages of an order, (name, PNG) each; False, with nothing added, when they do not fit any more.

        An order is never parted. Raises Refused(kit_picture_too_large) when it does not even fit alone.
        """
        read = [_pixels(png, name) for name, png in pictures]
        size = sum(len(each.data) + 2 * len(each.palette) + _OVERHEAD for each in read)
        if _FIXED + size > self.most_bytes:
            raise Refused("kit_picture_too_large", order=label, size=_FIXED + size, most=self.most_bytes)
        if self._size + size > self.most_bytes:
            return False
        self._size += size
        self._pixels += read
        self.pages += [label] * len(read)
        return True

    def pdf(self) -> bytes:
        """The volume. The same pages give the same bytes."""
        first = 4
        count = len(self._pixels)
        pages = " ".join(f"{first + 4 * n} 0 R" for n in range(count))
        objects = [
            b"<</Type/Catalog/Pages 2 0 R/Outlines 3 0 R/PageMode/UseOutlines>>",
            f"<</Type/Pages/Count {count}/Kids[{pages}]>>".encode(),
            f"<</Type/Outlines/Count {count}/First {first + 3} 0 R/Last {first + 4 * count - 1} 0 R>>".encode(),
        ]
        for place, (label, pixels) in enumerate(zip(self.pages, self._pixels, strict=True)):
            objects += _page(first + 4 * place, label, pixels, is_first=place == 0, is_last=place == count - 1)
        return _file(objects)


def _page(at: int, label: str, pixels: _Pixels, *, is_first: bool, is_last: bool) -> list[bytes]:
    width, height = (round(side * _POINTS_PER_PIXEL, 2) for side in (pixels.width, pixels.height))
    content = f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode()
    last = len(pixels.palette) // 3 - 1
    image = (
        f"<</Type/XObject/Subtype/Image/Width {pixels.width}/Height {pixels.height}/BitsPerComponent 8"
        f"/ColorSpace[/Indexed/DeviceRGB {last}<{pixels.palette.hex()}>]/Filter/FlateDecode"
        f"/DecodeParms<</Predictor 15/Colors 1/BitsPerComponent 8/Columns {pixels.width}>>/Length {len(pixels.data)}>>"
    )
    title = ("\ufeff" + label[:60]).encode("utf-16-be", "replace").hex()
    around = ("" if is_first else f"/Prev {at - 1} 0 R") + ("" if is_last else f"/Next {at + 7} 0 R")
    return [
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents {at + 1} 0 R"
        f"/Resources<</XObject<</I {at + 2} 0 R>>>>>>".encode(),
        f"<</Length {len(content)}>>\nstream\n".encode() + content + b"\nendstream",
        image.encode() + b"\nstream\n" + pixels.data + b"\nendstream",
        f"<</Title<{title}>/Parent 3 0 R{around}/Dest[{at} 0 R/Fit]>>".encode(),
    ]


def _file(objects: list[bytes]) -> bytes:
    parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
    size = len(parts[0])
    places = []
    for number, content in enumerate(objects, 1):
        places.append(size)
        part = b"%d 0 obj\n" % number + content + b"\nendobj\n"
        parts.append(part)
        size += len(part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts.append(
        b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, size)
    )
    return b"".join(parts)
