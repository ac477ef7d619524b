"""What a page of a picture says of itself, in its PNG's text chunks, and how that is read back without decoding."""

import struct

from PIL.PngImagePlugin import PngInfo

from seawall.evidence.records import OrderKey

LONGEST = 4096
"""The labels stand within so many first bytes of a page."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PREFIX = "Seawall-"


def png_text(key: OrderKey, drawn_from: str, number: int, pages: int) -> PngInfo:
    """The labels of a page, for Pillow to write."""
    info = PngInfo()
    for name, value in _of(key, drawn_from, number, pages).items():
        info.add_itxt(_PREFIX + name, value)
    return info


def _of(key: OrderKey, drawn_from: str, number: int, pages: int) -> dict[str, str]:
    return {
        "order": key.order_id,
        "shop": f"{key.platform.value} {key.market.value} {key.shop}",
        "page": f"{number}/{pages}",
        "drawn-from": drawn_from,
    }


def is_labelled(page: bytes, key: OrderKey, drawn_from: str, number: int, pages: int) -> bool:
    """Whether a page says that it is this page of this picture of this order."""
    return labels_of(page) == _of(key, drawn_from, number, pages)


def labels_of(page: bytes) -> dict[str, str]:
    """The labels in the first bytes of a page: order, shop, page, drawn-from. Empty for what is no such picture."""
    if not page.startswith(_SIGNATURE):
        return {}
    found: dict[str, str] = {}
    at = len(_SIGNATURE)
    while at + 8 <= min(len(page), LONGEST):
        length, kind = struct.unpack_from(">I4s", page, at)
        if kind == b"IDAT" or at + 8 + length > len(page):
            break
        if kind == b"iTXt":
            name, _, rest = page[at + 8 : at + 8 + length].partition(b"\0")
            # Two bytes of compression, then language and translated name, both empty and ended.
            text = rest[4:] if rest[:4] == b"\0\0\0\0" else b""
            if name.startswith(_PREFIX.encode()):
                found[name[len(_PREFIX) :].decode("latin-1")] = text.decode("utf-8", "replace")
        at += 12 + length
    return found
