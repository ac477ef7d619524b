"""Which images Shopee takes, told by their first bytes and their size, before a byte leaves."""

from seawall.connectors.shopee.errors import rejected

_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def image_type(image: bytes, *, most_bytes: int) -> str:
    """The media type of a PNG or JPEG. Raises Rejected(image_not_allowed) for anything else, or for too large a one."""
    if len(image) > most_bytes:
        raise rejected("image_not_allowed", code="too_large", detail=f"{len(image)} > {most_bytes} bytes")
    for beginning, mime_type in _KINDS.items():
        if image.startswith(beginning):
            return mime_type
    raise rejected("image_not_allowed", code="kind", detail="neither PNG nor JPEG")
