"""A picture from outside, made harmless: decoded within limits, made small, written anew without what it carried."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

LARGEST_BYTES = 10 << 20
LARGEST_PIXELS = 24_000_000
SIDE = 320
"""Pixels of the longer side in the chat."""
_KINDS = ("PNG", "JPEG", "WEBP", "GIF")


def harmless(data: bytes) -> bytes | None:
    """A PNG of the picture's first frame, at most SIDE pixels long; None for what is too large, broken, or no picture.

    The size is read from the head before anything is unpacked, so a decompression bomb costs nothing.
    """
    if len(data) > LARGEST_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_KINDS) as found:
                if found.width * found.height > LARGEST_PIXELS:
                    return None
                found.draft("RGB", (SIDE, SIDE))
                small = found.convert("RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError,
            Image.DecompressionBombWarning):  # fmt: skip
        return None
    small.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    Image.frombytes("RGB", small.size, small.tobytes()).save(out, "PNG")
    return out.getvalue()
