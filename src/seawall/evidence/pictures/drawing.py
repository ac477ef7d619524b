"""Draw a transcript: typst in this process, then a palette PNG. The same transcript gives the same bytes.

Every text goes to typst as data (`sys.inputs`), never into its markup. See docs/decisions/0017-chat-pictures.md.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from seawall.evidence.pictures import fonts
from seawall.evidence.pictures.faces import DAY_LANGUAGE, MARKS, NAMES, NO_TEXT, NOT_SHOWN, SIMULATED, notice
from seawall.evidence.pictures.images import harmless
from seawall.evidence.pictures.labels import png_text
from seawall.evidence.pictures.transcript import Bubble, Standing, Transcript
from seawall.evidence.pictures.words import Words, is_from_right, words_of
from seawall.kernel.errors import Refused

WIDTH = 585
"""Pixels: 390 points at 108 per inch."""
PPI = 108
MOST_LETTERS = 120_000
"""Of all bubbles together (ours): a longer chat is refused by name, its records stand in the pack all the same."""
_TEMPLATE = Path(__file__).with_name("chat.typ")
_PAPER = (0xEE, 0xF1, 0xF4)
_COLOURS = 256
_TALLEST = 1599
"""Pixels of a page in a long chat: 1066 points."""
_FEW_LINES = 120
_MARGIN = 12
"""Pixels at the right edge that nothing may touch; the margin itself has 18."""
_FOOT = 51
"""Pixels of the bottom margin, which holds the digest."""


@dataclass(frozen=True)
class Page:
    """One PNG of a picture."""

    data: bytes
    sha256: str


@dataclass(frozen=True)
class Picture:
    """A drawn transcript."""

    pages: tuple[Page, ...]
    missing: tuple[int, ...]
    """Code points that no font has a glyph for: they are drawn as `U+…` in a frame."""
    drawn_from: str


def draw(transcript: Transcript) -> Picture:
    """The picture of a transcript. Raises Refused(picture_too_long | picture_font_missing | picture_not_drawn)."""
    letters = sum(len(bubble.text) + len(bubble.blocked_note) for bubble in transcript.bubbles)
    if letters > MOST_LETTERS:
        raise Refused("picture_too_long", order=transcript.key.order_id, letters=letters, most=MOST_LETTERS)
    missing: dict[int, None] = {}
    try:
        sheets, is_paged = _sheets(_json(transcript, missing, anywhere=False), transcript)
        if any(_overflows(sheet) for sheet in sheets):
            sheets, is_paged = _sheets(_json(transcript, missing, anywhere=True), transcript)
    except typst.TypstError as error:
        raise Refused("picture_not_drawn", order=transcript.key.order_id, why=error.message[:200]) from None
    pages = []
    for number, sheet in enumerate(sheets, 1):
        page = _finished(sheet, is_paged, png_text(transcript.key, transcript.drawn_from, number, len(sheets)))
        pages.append(Page(page, hashlib.sha256(page).hexdigest()))
    return Picture(tuple(pages), tuple(sorted(missing)), transcript.drawn_from)


def _json(transcript: Transcript, missing: dict[int, None], *, anywhere: bool) -> str:
    return json.dumps(_data(transcript, missing, anywhere=anywhere), ensure_ascii=True)


def _overflows(sheet: Image.Image) -> bool:
    """Whether something is drawn into the right margin: words that ran out of their bubble, perhaps off the page."""
    margin = sheet.crop((WIDTH - _MARGIN, 0, WIDTH, sheet.height))
    return ImageChops.difference(margin, Image.new("RGB", margin.size, _PAPER)).getbbox() is not None


def _sheets(data: str, transcript: Transcript) -> tuple[list[Image.Image], bool]:
    """The pages as typst makes them, and whether they are of equal height. Most chats fit one page of their own height,
    which is less than half the work."""
    lines = sum(len(bubble.text) // 25 + bubble.text.count("\n") + 5 for bubble in transcript.bubbles)
    if lines <= _FEW_LINES:
        sheets = _compiled(data, "no")
        if len(sheets) == 1 and sheets[0].height <= _TALLEST:
            return sheets, False
    return _compiled(data, "yes"), True


def _compiled(data: str, paged: str) -> list[Image.Image]:
    made = _compiler().compile(format="png", ppi=PPI, sys_inputs={"data": data, "paged": paged})
    sheets = made if isinstance(made, list) else [made]
    return [Image.open(io.BytesIO(sheet)).convert("RGB") for sheet in sheets if sheet is not None]


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts.loaded())


def _finished(sheet: Image.Image, is_paged: bool, info: PngInfo) -> bytes:
    page = _cropped(sheet) if is_paged else sheet
    out = io.BytesIO()
    page.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        out, "PNG", pnginfo=info, compress_level=6
    )
    return out.getvalue()


def _cropped(page: Image.Image) -> Image.Image:
    """The page without the empty paper between the last bubble and the foot."""
    paper = Image.new("RGB", (page.width, page.height - _FOOT), _PAPER)
    box = ImageChops.difference(page.crop((0, 0, page.width, page.height - _FOOT)), paper).getbbox()
    end = min(page.height - _FOOT, (box[3] if box else 0) + 6)
    if end >= page.height - _FOOT:
        return page
    whole = Image.new("RGB", (page.width, end + _FOOT), _PAPER)
    whole.paste(page.crop((0, 0, page.width, end)), (0, 0))
    whole.paste(page.crop((0, page.height - _FOOT, page.width, page.height)), (0, end))
    return whole


def _data(transcript: Transcript, missing: dict[int, None], *, anywhere: bool) -> dict[str, Any]:
    key = transcript.key
    language = DAY_LANGUAGE[key.market]
    days: list[str] = []
    return {
        "fonts": list(fonts.families()),
        "lang": language.value.split("-")[0],
        "simulated": SIMULATED if transcript.is_simulated else "",
        "letter": key.platform.letter,
        "platform": f"{key.platform.title} {key.market.value}",
        "shop": _parts(transcript.shop_name or key.shop, missing, anywhere=anywhere),
        "order-label": "订单 Order",
        "order": _parts(key.order_id, missing, anywhere=anywhere),
        "head": f"{transcript.records} 条平台记录 platform records · 时间 times: {transcript.zone.key}",
        "notice": notice(key.market),
        "foot": "记录摘要 digest of the records (SHA-256)",
        "digest": transcript.drawn_from,
        "bubbles": [_bubble(bubble, transcript, days, missing, anywhere=anywhere) for bubble in transcript.bubbles],
    }


def _bubble(
    bubble: Bubble, transcript: Transcript, days: list[str], missing: dict[int, None], *, anywhere: bool
) -> dict[str, Any]:
    zone = transcript.zone
    day = bubble.at.astimezone(zone).strftime("%Y-%m-%d (UTC%z)") if bubble.at else ""
    is_new = bool(day) and day not in days[-1:]
    if is_new:
        days.append(day)
    image = harmless(bubble.image) if bubble.image is not None else None
    note = "" if bubble.text or image else (NOT_SHOWN if bubble.image is not None else NO_TEXT)
    return {
        "who": bubble.speaker.value,
        "name": NAMES[bubble.speaker] + (" · 自动回复 auto-reply" if bubble.is_auto_reply else ""),
        "day": day if is_new else "",
        "parts": _parts(bubble.text, missing, anywhere=anywhere),
        "rtl": is_from_right(bubble.text),
        "note": note,
        "image": "yes" if image else "",
        "image-bytes": list(image or b""),
        "image-width": _width(image),
        "bad": bubble.standing in (Standing.BLOCKED, Standing.RECALLED),
        "mark": _parts(_mark(bubble, zone), missing, anywhere=anywhere),
        "id": _parts(f"message {bubble.message_id}", missing, anywhere=anywhere) if bubble.message_id else "",
    }


def _width(image: bytes | None) -> int:
    if image is None:
        return 0
    with Image.open(io.BytesIO(image)) as found:
        return found.width


def _mark(bubble: Bubble, zone: ZoneInfo) -> str:
    at = _clock(bubble.at, zone) if bubble.at else "时间未知 time unknown"
    mark = MARKS[bubble.standing]
    if bubble.read_up_to is not None:
        mark += " " + _clock(bubble.read_up_to, zone)
    if bubble.blocked_note:
        mark += f": {bubble.blocked_note}"
    return f"{at} · {mark}" if mark else at


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _parts(text: str, missing: dict[int, None], *, anywhere: bool) -> list[dict[str, Any]]:
    found: Words = words_of(text, anywhere=anywhere)
    missing.update(dict.fromkeys(found.missing))
    return [{"t": part, "code": is_code} for part, is_code in found.parts]
