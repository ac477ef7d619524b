"""Which images may go: told by their first bytes and their size, before any of it leaves."""

from seawall.connectors.tiktokshop.client import FilePart
from seawall.connectors.tiktokshop.errors import rejected
from seawall.connectors.tiktokshop.limits import IMAGE_BYTES


def mime_of(image: bytes) -> str:
    """The kind of an image by its first bytes: one of the four the platform takes [OAS], else empty."""
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if image.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if image.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if image.startswith(b"RIFF") and image[8:12] == b"WEBP":
        return "image/webp"
    return ""


def part_of(image: bytes) -> FilePart:
    """The image as a part to upload. Raises Rejected(image_not_allowed)."""
    mime_type = mime_of(image)
    if not mime_type:
        raise rejected("image_not_allowed", code="kind", detail="neither PNG, JPEG, GIF nor WebP")
    if len(image) > IMAGE_BYTES:
        raise rejected("image_not_allowed", code="size", detail=f"{len(image)} bytes, at most {IMAGE_BYTES}")
    return FilePart(content=image, mime_type=mime_type)
