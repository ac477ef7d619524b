"""What a picture from outside is, told by its content alone, and a copy of it without what cameras add. Pure.

Nothing is decoded: the container's own structure is walked, so a picture that would unpack to gigabytes costs nothing.
Taking metadata out leaves every pixel's bytes as they came.
"""

import struct
import zlib
from dataclasses import dataclass

from seawall.kernel.errors import InvalidInput

MAX_BYTES = 10 * 1024 * 1024
"""Largest screenshot taken (ours)."""
MAX_SIDE, MAX_PIXELS, MIN_SIDE = 20_000, 60_000_000, 32
"""Sides and area in pixels (ours): a long phone screenshot fits, a picture made to burst a viewer does not."""
_MOST_METADATA = 256 * 1024

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD",
})  # fmt: skip
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture that may be kept."""

    kind: str
    """`image/png`, `image/jpeg` or `image/webp`."""
    ending: str
    width: int
    height: int
    content: bytes
    """The copy to keep: the same pixels, nothing else."""
    metadata: bytes
    """What was taken out (EXIF and the like), one block after the other as it stood."""


def examine(content: bytes) -> Picture:
    """The picture in `content`.

    Raises InvalidInput: picture_empty, picture_too_large, picture_kind_unknown (neither PNG, JPEG nor WebP by its own
    bytes, or broken), picture_too_many_pixels, picture_too_small.
    """
    if not content:
        raise InvalidInput("picture_empty")
    if len(content) > MAX_BYTES:
        raise InvalidInput("picture_too_large", limit=MAX_BYTES // 1024 // 1024)
    try:
        found = _read(content)
    except (ValueError, struct.error, IndexError):
        raise InvalidInput("picture_kind_unknown") from None
    if max(found.width, found.height) > MAX_SIDE or found.width * found.height > MAX_PIXELS:
        raise InvalidInput("picture_too_many_pixels", width=found.width, height=found.height)
    if min(found.width, found.height) < MIN_SIDE:
        raise InvalidInput("picture_too_small", width=found.width, height=found.height)
    return found


def _read(content: bytes) -> Picture:
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    raise ValueError("none of ours")


def _png(content: bytes) -> Picture:
    at, kept = len(_PNG), [_PNG]
    taken: list[bytes] = []
    seen: list[bytes] = []
    while not seen or seen[-1] != b"IEND":
        size, name = struct.unpack(">I4s", content[at : at + 8])
        whole = content[at : at + size + 12]
        if len(whole) != size + 12 or zlib.crc32(whole[4:-4]) != struct.unpack(">I", whole[-4:])[0]:
            raise ValueError("cut off or damaged")
        (kept if name in _PNG_KEPT else taken).append(whole)
        seen.append(name)
        at += len(whole)
    if seen[0] != b"IHDR" or b"IDAT" not in seen:
        raise ValueError("no picture")
    width, height = struct.unpack(">II", content[16:24])
    return _picture("png", width, height, kept, taken)


def _jpeg(content: bytes) -> Picture:
    at, kept = 2, [b"\xff\xd8"]
    taken: list[bytes] = []
    size = (0, 0)
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker where one must be")
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = struct.unpack(">H", content[at + 2 : at + 4])[0]
        whole = content[at : at + 2 + length]
        if length < 2 or len(whole) != length + 2:
            raise ValueError("cut off")
        if marker in _SOF:
            height, width = struct.unpack(">HH", whole[5:9])
            size = (width, height)
        if marker == 0xDA:
            break
        # APP0 (JFIF), APP2 (colour profile) and APP14 (Adobe's colour transform) are needed to show it right.
        is_extra = (0xE1 <= marker <= 0xEF and marker not in (0xE2, 0xEE)) or marker == 0xFE
        (taken if is_extra else kept).append(whole)
        at += len(whole)
    end = content.rfind(b"\xff\xd9")
    if end < at or size == (0, 0):
        raise ValueError("cut off")
    # What stands behind the end is no part of the picture.
    return _picture("jpeg", *size, [*kept, content[at : end + 2]], [*taken, content[end + 2 :]])


def _webp(content: bytes) -> Picture:
    end = 8 + struct.unpack("<I", content[4:8])[0]
    if end > len(content):
        raise ValueError("cut off")
    at, size = 12, (0, 0)
    kept: list[bytes] = []
    taken = [content[end:]]
    while at < end:
        name, length = struct.unpack("<4sI", content[at : at + 8])
        whole = content[at : at + 8 + length + length % 2]
        if len(whole) < 8 + length:
            raise ValueError("cut off")
        body = whole[8:]
        if name == b"VP8X":
            size = (1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))
            # Its flags must not promise what is taken out (EXIF 0x08, XMP 0x04, animation 0x02).
            if body[0] & 0x02:
                raise ValueError("an animation is no screenshot")
            whole = whole[:8] + bytes([body[0] & ~0x0C & 0xFF]) + body[1:]
            kept.append(whole)
        elif name in _WEBP_KEPT:
            size = max(size, _webp_size(name, body))
            kept.append(whole)
        else:
            taken.append(whole)
        at += len(whole)
    if size == (0, 0) or not any(chunk[:4] in (b"VP8 ", b"VP8L") for chunk in kept):
        raise ValueError("no picture")
    body = b"".join(kept)
    return _picture("webp", *size, [b"RIFF", struct.pack("<I", 4 + len(body)), b"WEBP", body], taken)


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8 ":
        if body[3:6] != b"\x9d\x01\x2a":
            raise ValueError("no key frame")
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L":
        if body[0] != 0x2F:
            raise ValueError("no lossless picture")
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return 0, 0


def _picture(name: str, width: int, height: int, kept: list[bytes], taken: list[bytes]) -> Picture:
    return Picture(
        kind=f"image/{name}", ending={"jpeg": "jpg"}.get(name, name), width=width, height=height,
        content=b"".join(kept), metadata=b"".join(taken)[:_MOST_METADATA],
    )  # fmt: skip
