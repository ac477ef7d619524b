"""A real screenshot: hashed as it arrived, what it carried is told, and the copy shows the same and no more."""

import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.kit.pictures import png
from tests.kit.refusals import refused

from seawall.evidence.pictures.images import LARGEST_BYTES, LARGEST_PIXELS, arrived
from seawall.kernel.errors import InvalidInput

SECRET = b"13.7563 Bangkok, phone of agent 4"


def a_screen(size: tuple[int, int] = (60, 100)) -> Image.Image:
    """Something with a direction: a bar at the top, other colours below."""
    image = Image.new("RGB", size, (238, 241, 244))
    for x in range(size[0]):
        for y in range(12):
            image.putpixel((x, y), (11, 101, 133))
        image.putpixel((x, 40), (x * 4 % 256, 90, 20))
    return image


def exif_of(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (13.0, 45.0, 22.0)
    return exif


def saved(kind: str, *, orientation: int = 1, **more: object) -> bytes:
    out = io.BytesIO()
    a_screen().save(out, kind, exif=exif_of(orientation), **more)  # type: ignore[arg-type]
    return out.getvalue()


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as found:
        return found.convert("RGB").tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_copy_has_the_same_pixels_and_nothing_of_what_the_file_carried(kind: str) -> None:
    data = saved(kind)
    shot = arrived(data)
    assert shot.sha256 == hashlib.sha256(data).hexdigest()
    assert (shot.size, shot.width, shot.height) == (len(data), 60, 100)
    assert shot.media_type == f"image/{kind.lower()}"
    assert shot.carried["ImageDescription"] == SECRET.decode()
    assert shot.carried["GPSLatitudeRef"] == "N"
    assert SECRET in data
    assert SECRET not in shot.copy
    assert pixels(shot.copy) == pixels(data)
    assert shot.copy_sha256 == hashlib.sha256(shot.copy).hexdigest()
    with Image.open(io.BytesIO(shot.copy)) as copy:
        assert not copy.getexif()
        assert copy.format == ("JPEG" if kind == "JPEG" else "PNG")
    assert arrived(shot.copy).copy == shot.copy


def test_a_progressive_jpeg_with_a_comment_and_a_tail_is_stripped_of_both() -> None:
    data = saved("JPEG", progressive=True, comment=b"by agent 4", quality=95) + b"TAIL" + SECRET
    shot = arrived(data)
    for hidden in (b"by agent 4", b"TAIL", SECRET):
        assert hidden not in shot.copy
    assert pixels(shot.copy) == pixels(data)


def test_a_text_chunk_of_a_png_and_what_follows_its_end_are_told_and_gone() -> None:
    info = PngInfo()
    info.add_text("Author", "agent 4")
    info.add_itxt("place", SECRET.decode(), zip=True)
    out = io.BytesIO()
    a_screen().save(out, "PNG", pnginfo=info)
    shot = arrived(out.getvalue() + SECRET)
    assert (shot.carried["Author"], shot.carried["place"]) == ("agent 4", SECRET.decode())
    assert b"agent 4" not in shot.copy
    assert SECRET not in shot.copy


def test_a_screen_held_sideways_is_turned_before_the_note_that_says_so_is_gone() -> None:
    shot = arrived(saved("PNG", orientation=6))
    assert (shot.width, shot.height) == (100, 60)
    with Image.open(io.BytesIO(shot.copy)) as copy:
        assert copy.size == (100, 60)
        assert copy.convert("RGB").getpixel((99, 30)) == (11, 101, 133)


def test_bombs_rubbish_moving_pictures_and_what_is_too_large_are_refused_by_name() -> None:
    with refused("screenshot_unreadable"):
        arrived(png(6_000, LARGEST_PIXELS // 6_000 + 1))
    with refused("screenshot_too_large"):
        arrived(b"\x89PNG" + b"0" * LARGEST_BYTES)
    for rubbish in (b"", b"<svg onload=alert(1)>", b"%PDF-1.4", png()[:80], b"GIF89a" + b"\0" * 60):
        with refused("screenshot_unreadable"):
            arrived(rubbish)
    moving = io.BytesIO()
    a_screen().save(moving, "WEBP", save_all=True, append_images=[Image.new("RGB", (60, 100), "red")])
    with refused("screenshot_moves"):
        arrived(moving.getvalue())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "JPEG"]), st.data())
def test_a_damaged_file_is_refused_or_shows_what_it_showed(kind: str, data: st.DataObject) -> None:
    whole = bytearray(saved(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))]) if data.draw(st.booleans()) else bytes(whole)
    try:
        shot = arrived(damaged)
    except InvalidInput:
        return
    assert pixels(arrived(shot.copy).copy) == pixels(shot.copy)
