"""What Lazada takes as a picture, checked before a byte leaves. Pure."""

from dataclasses import dataclass

from seawall.connectors.errors import Rejected
from seawall.connectors.lazada.limits import IMAGE_BYTES_MAX, IMAGE_SIDE_MAX, IMAGE_SIDE_MIN
from seawall.kernel.markets import Platform

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})
"""Between C0 and CF, yet no frame header: tables and reserved."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers that stand without a length."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture the platform takes. Sides in pixels."""

    mime_type: str
    width: int
    height: int


def picture_of(image: bytes) -> Picture:
    """Kind and size of a PNG or JPEG, read from its own header. Raises Rejected(image_not_allowed)."""
    if len(image) > IMAGE_BYTES_MAX:
        raise _not_allowed("too_large", f"{len(image)} > {IMAGE_BYTES_MAX} bytes")
    if image.startswith(_PNG) and image[12:16] == b"IHDR" and len(image) >= 24:
        kind, width, height = "image/png", int.from_bytes(image[16:20]), int.from_bytes(image[20:24])
    elif image.startswith(_JPEG):
        kind, (width, height) = "image/jpeg", _jpeg_sides(image)
    else:
        raise _not_allowed("kind", "PNG, JPEG")
    if not all(IMAGE_SIDE_MIN <= side <= IMAGE_SIDE_MAX for side in (width, height)):
        raise _not_allowed("sides", f"{width} x {height} px; {IMAGE_SIDE_MIN} ... {IMAGE_SIDE_MAX}")
    return Picture(mime_type=kind, width=width, height=height)


def _jpeg_sides(image: bytes) -> tuple[int, int]:
    """Width and height from the first frame header. Raises Rejected when there is none."""
    at = 2
    while at + 9 <= len(image) and image[at] == 0xFF:
        marker = image[at + 1]
        if marker == 0xFF:  # padding before a marker
            at += 1
        elif marker in _ALONE:
            at += 2
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            return int.from_bytes(image[at + 7 : at + 9]), int.from_bytes(image[at + 5 : at + 7])
        else:
            at += 2 + int.from_bytes(image[at + 2 : at + 4])
    raise _not_allowed("kind", "JPEG")


def _not_allowed(code: str, detail: str) -> Rejected:
    return Rejected("image_not_allowed", platform=Platform.LAZADA, platform_code=code, detail=detail)
