"""Pictures from outside: a buyer's made harmless for a chat picture, and a person's screenshot as it arrives.

Nothing is trusted: decoded within limits, told by content and never by name, written anew or stripped.
"""

import hashlib
import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from seawall.evidence.pictures.stripping import stripped_jpeg, stripped_png
from seawall.kernel.errors import InvalidInput

LARGEST_BYTES = 10 << 20
LARGEST_PIXELS = 24_000_000
SIDE = 320
"""Pixels of the longer side in the chat."""
_KINDS = ("PNG", "JPEG", "WEBP", "GIF")
_SCREENSHOT_KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_MOST_TAGS, _LONGEST_TAG = 200, 500
"""Of what a screenshot carried, so many entries of so many letters are kept (ours)."""
_UPRIGHT = 1


class _NotAnImageError(Exception):
    """What was given cannot be decoded within the limits."""


def harmless(data: bytes) -> bytes | None:
    """A PNG of the picture's first frame, at most SIDE pixels long; None for what is too large, broken, or no picture.

    The size is read from the head before anything is unpacked, so a decompression bomb costs nothing.
    """
    try:
        with _opened(data, _KINDS) as found:
            found.draft("RGB", (SIDE, SIDE))
            small = found.convert("RGB")
    except _NotAnImageError:
        return None
    small.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    Image.frombytes("RGB", small.size, small.tobytes()).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True, kw_only=True)
class Screenshot:
    """A real screenshot as it arrived, and the copy that may be shown and sealed."""

    sha256: str
    """Of the bytes as received: what proves later that they are the same."""
    size: int
    media_type: str
    width: int
    height: int
    """Pixels of the copy."""
    carried: Mapping[str, str]
    """What stood beside the pixels (EXIF, GPS, text): for the record, never for the pack's readers."""
    copy: bytes
    """The same pixels without any of that: lossless, upright, PNG or JPEG."""
    copy_media_type: str
    copy_sha256: str


def arrived(data: bytes) -> Screenshot:
    """Take in a screenshot that a person attached. Keep `data` as it is beside the record; show `copy` alone.

    Raises InvalidInput(screenshot_too_large, screenshot_unreadable, screenshot_moves).
    """
    if len(data) > LARGEST_BYTES:
        raise InvalidInput("screenshot_too_large", most_mb=LARGEST_BYTES >> 20)
    try:
        with _opened(data, tuple(_SCREENSHOT_KINDS)) as found:
            if getattr(found, "n_frames", 1) > 1:
                raise InvalidInput("screenshot_moves")
            found.load()
            kind, carried = str(found.format), dict(_carried(found))
            upright, copy, copy_kind = _copy(data, found)
    except _NotAnImageError:
        raise InvalidInput("screenshot_unreadable", most_mpixels=LARGEST_PIXELS // 10**6) from None
    return Screenshot(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        media_type=_SCREENSHOT_KINDS[kind],
        width=upright.width,
        height=upright.height,
        carried=carried,
        copy=copy,
        copy_media_type=_SCREENSHOT_KINDS[copy_kind],
        copy_sha256=hashlib.sha256(copy).hexdigest(),
    )


def _copy(data: bytes, found: Image.Image) -> tuple[Image.Image, bytes, str]:
    """The image as it is to be seen, its file without anything else, and the file's kind."""
    is_upright = found.getexif().get(ExifTags.Base.Orientation, _UPRIGHT) == _UPRIGHT
    if is_upright and found.format == "PNG":
        return found, stripped_png(data), "PNG"
    if is_upright and found.format == "JPEG":
        return found, stripped_jpeg(data), "JPEG"
    # Turned by a note that is about to go, or of a kind that is not taken apart here: the pixels are written anew.
    turned = ImageOps.exif_transpose(found)
    mode = "RGBA" if turned.has_transparency_data else "RGB"
    plain = Image.frombytes(mode, turned.size, turned.convert(mode).tobytes())
    out = io.BytesIO()
    plain.save(out, "PNG")
    return plain, out.getvalue(), "PNG"


def _carried(found: Image.Image) -> Iterator[tuple[str, str]]:
    """Names and values beside the pixels, as text, within limits."""
    exif = found.getexif()
    entries = [(ExifTags.TAGS.get(tag, f"tag {tag}"), value) for tag, value in exif.items()]
    for part, names in ((ExifTags.IFD.Exif, ExifTags.TAGS), (ExifTags.IFD.GPSInfo, ExifTags.GPSTAGS)):
        entries += [(names.get(tag, f"tag {tag}"), value) for tag, value in exif.get_ifd(part).items()]
    entries += [(str(name), value) for name, value in found.info.items() if isinstance(value, str)]
    for name, value in entries[:_MOST_TAGS]:
        shown = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
        yield name[:_LONGEST_TAG], shown[:_LONGEST_TAG].replace("\0", "")


@contextmanager
def _opened(data: bytes, kinds: tuple[str, ...]) -> Iterator[Image.Image]:
    """The image of a file. Raises _NotAnImageError also for what turns out broken while it is read."""
    if len(data) > LARGEST_BYTES:
        raise _NotAnImageError
    try:
        with warnings.catch_warnings():
            # Of damage beside the pixels Pillow only warns; whether they can be read is judged by reading them.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=kinds) as found:
                if found.width * found.height > LARGEST_PIXELS:
                    raise _NotAnImageError
                yield found
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError,
            Image.DecompressionBombWarning):  # fmt: skip
        raise _NotAnImageError from None
