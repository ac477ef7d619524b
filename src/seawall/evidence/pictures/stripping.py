"""An image file without what it carries beside its pixels: places, devices, names, previews, data after its end.

The pixels are not touched: of a PNG only the chunks that decode it are kept, of a JPEG only the segments.
"""

import struct
from collections.abc import Iterator

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({
    b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"sRGB", b"cHRM", b"iCCP", b"sBIT",
})  # fmt: skip
_ICC, _ADOBE = b"ICC_PROFILE\0", b"Adobe\0"
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP, _APP_LAST, _COMMENT = 0xE0, 0xEF, 0xFE


def stripped_png(data: bytes) -> bytes:
    """Raises ValueError for what is no whole PNG."""
    if not data.startswith(_PNG_HEAD):
        raise ValueError("no PNG")
    kept = [_PNG_HEAD]
    at = len(_PNG_HEAD)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        if kind in _PNG_KEPT:
            kept.append(data[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    raise ValueError("no end")


def stripped_jpeg(data: bytes) -> bytes:
    """Raises ValueError for what is no whole JPEG."""
    return b"".join(_jpeg_parts(data))


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    if data[:2] != bytes((0xFF, _SOI)):
        raise ValueError("no JPEG")
    yield data[:2]
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:  # padding before a marker
            at += 1
            continue
        if marker == _EOI:
            break
        end = at + 2 + int(struct.unpack_from(">H", data, at + 2)[0])
        if end > len(data):
            break
        if _is_kept(marker, data[at + 4 : end]):
            yield data[at:end]
        at = end
        if marker == _SOS:
            at = _end_of_scan(data, at)
            yield data[end:at]
    if data[at : at + 2] != bytes((0xFF, _EOI)):
        raise ValueError("no end")
    yield data[at : at + 2]


def _is_kept(marker: int, content: bytes) -> bool:
    if marker == _COMMENT:
        return False
    if _APP <= marker <= _APP_LAST:
        return content.startswith((_ICC, _ADOBE))
    return True


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the packed pixels end: at the first marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise ValueError("no end")
        following = data[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2
