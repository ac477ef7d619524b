"""Kind and size of a picture from its first bytes."""

import struct

_PNG, _GIF, _RIFF = b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF"
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of frames, which carry height and width."""


def size_of(image: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF, WEBP or JPEG; None for anything else. Unreadable sizes are 0."""
    if image.startswith(_PNG):
        return _two(image, ">II", 16)
    if image.startswith(_GIF):
        return _two(image, "<HH", 6)
    if image.startswith(_RIFF) and image[8:12] == b"WEBP":
        return _webp(image)
    return _jpeg(image) if image.startswith(b"\xff\xd8\xff") else None


def _two(image: bytes, form: str, at: int) -> tuple[int, int]:
    if len(image) < at + struct.calcsize(form):
        return 0, 0
    first, second = struct.unpack_from(form, image, at)
    return int(first), int(second)


def _webp(image: bytes) -> tuple[int, int]:
    if image[12:16] == b"VP8X" and len(image) >= 30:
        return 1 + int.from_bytes(image[24:27], "little"), 1 + int.from_bytes(image[27:30], "little")
    if image[12:16] == b"VP8 ":
        width, height = _two(image, "<HH", 26)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _jpeg(image: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(image) and image[at] == 0xFF:
        if image[at + 1] in _SIZES:
            height, width = _two(image, ">HH", at + 5)
            return width, height
        at += 2 + int.from_bytes(image[at + 2 : at + 4])
    return 0, 0
