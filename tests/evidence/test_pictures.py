"""A picture shows what the platform's records hold, in every script, whatever people wrote."""

import dataclasses
import hashlib
import io
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.evidence.chats import GOLDEN, ORDER, SAID, chat, said, spoken, talk
from tests.evidence.packs import a_push, a_record, a_reply, an_order, at
from tests.kit.pictures import png

from seawall.evidence.pictures import fonts
from seawall.evidence.pictures.drawing import WIDTH, draw
from seawall.evidence.pictures.images import LARGEST_PIXELS, harmless
from seawall.evidence.pictures.labels import labels_of
from seawall.evidence.pictures.transcript import Standing, transcript_of
from seawall.evidence.pictures.words import LONGEST_WORD, words_of
from seawall.kernel.errors import Refused


@pytest.mark.parametrize("language", SAID)
def test_each_language_is_drawn_as_it_was_when_it_was_looked_at(language: str) -> None:
    drawn = draw(spoken(language))
    if SAID[language].get("needs", "") in fonts.absent():
        # A font that the locks name and this machine has not: every letter is accounted for all the same.
        wanted = {ord(letter) for text in ("text", "answer") for letter in SAID[language][text]} - fonts.covered()
        assert set(drawn.missing) == {code for code in wanted if code != 0x200D}
        return
    assert drawn.missing == ()
    (page,) = drawn.pages
    assert page.data == (GOLDEN / f"{language}.png").read_bytes()


def test_a_page_is_585_pixels_wide_with_at_most_256_colours_and_says_what_it_is_drawn_from() -> None:
    transcript = spoken("th")
    (page,) = draw(transcript).pages
    with Image.open(io.BytesIO(page.data)) as image:
        assert (image.width, image.mode) == (WIDTH, "P")
    assert page.sha256 == hashlib.sha256(page.data).hexdigest()
    assert labels_of(page.data) == {
        "order": ORDER, "shop": "lazada TH 1000000042", "page": "1/1", "drawn-from": transcript.drawn_from,
    }  # fmt: skip


def test_another_process_draws_the_same_bytes() -> None:
    code = (
        "from tests.evidence.chats import spoken\n"
        "from seawall.evidence.pictures.drawing import draw\n"
        "print(draw(spoken('th')).pages[0].sha256)"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == draw(spoken("th")).pages[0].sha256


def test_a_long_chat_comes_in_pages_that_each_name_the_order() -> None:
    records = [a_reply(ORDER, f"r{n}", message_id=f"b{n}", text=f"ข้อความที่ {n} " * 8) for n in range(40)]
    pages = draw(chat(*records)).pages
    assert len(pages) > 1
    assert [labels_of(page.data)["page"] for page in pages] == [f"{n}/{len(pages)}" for n in range(1, len(pages) + 1)]


HOSTILE = {
    "typst": '#eval("1+1") #read("/etc/passwd") $x$ *b* _i_ `raw` = head\n- list <label> @ref \\u{41} #pagebreak() ]]]',
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "formula": '=HYPERLINK("http://evil.test") +1 -1 @SUM(A1)',
    "direction": "abc \u202e moc.live \u2066 x \u200f y \u061c",
    "surrogate": "broken \ud83d here",
    "control": "a\x00b\x07c\x1b[31m\x85\u2028z\r\nnew\tline",
    "json": '{"data": "\\u0000"} "},{"',
    "long word": "x" * 5_000,
    "20,000 letters": "ส่งของเมื่อไหร่คะ " * 1_112,
    "20,000 without a space": "ก" * 20_000,
    "signs that begin no line": "，" * 2_000 + "!" * 500 + "၊" * 500,
    "stacked": "က္ကက္က" * 400 + "ស្ត្រី" * 300,
    "marks": "ก" + "\u0e49" * 300 + "e" + "\u0301" * 300,
    "empty": "",
    "spaces": "   \n\n\n  ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_are_drawn_as_words(name: str) -> None:
    drawn = draw(said(HOSTILE[name]))
    assert drawn.pages
    for page in drawn.pages:
        image = Image.open(io.BytesIO(page.data)).convert("RGB")
        assert image.width == WIDTH
        # Nothing runs off the page: the right edge is bare paper.
        assert len(image.crop((WIDTH - 6, 0, WIDTH, image.height)).getcolors() or []) == 1


def test_markup_is_not_obeyed_so_two_texts_look_different_where_markup_would_hide_it() -> None:
    assert draw(said("#sym.arrow")).pages[0].data != draw(said("→")).pages[0].data
    assert len(draw(said("#pagebreak() #pagebreak()")).pages) == 1


def test_a_letter_without_a_glyph_is_named_and_an_override_of_direction_is_shown() -> None:
    assert draw(said("hi \U00010900 there")).missing == (0x10900,)
    assert words_of("a\u202eb").parts == (("a", False), ("U+202E", True), ("b", False))
    assert words_of("👨‍👩‍👧‍👦❤️").parts == (("👨‍👩‍👧‍👦❤️", False),)


def test_a_long_word_may_break_and_loses_no_letter() -> None:
    (part, _), = words_of("x" * 50).parts  # fmt: skip
    assert part.replace("\u200b", "") == "x" * 50
    assert max(map(len, part.split("\u200b"))) <= LONGEST_WORD


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), max_size=120))
def test_any_text_is_drawn(text: str) -> None:
    assert draw(said(text)).pages


def test_a_chat_beyond_all_measure_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refusal:
        draw(said("x" * 130_000))
    assert refusal.value.code == "picture_too_long"


def test_blocked_recalled_read_and_merely_accepted_messages_are_shown_as_such() -> None:
    found = chat(
        *talk("hello", "thanks"),
        a_push(ORDER, "d1", message_id="m2", blocked_note="filtered", platform_at=at(40)),
        a_push(ORDER, "d2", message_id="m3", is_recalled=True, platform_at=at(50)),
        a_record(ORDER, "d3", message_id="m4", platform_at=at(60)),
    )
    assert [bubble.standing for bubble in found.bubbles] == [
        Standing.READ, Standing.RECEIVED, Standing.BLOCKED, Standing.RECALLED, Standing.ACKNOWLEDGED,
    ]  # fmt: skip
    assert found.bubbles[2].blocked_note == "filtered"


def test_the_digest_changes_with_any_record_and_with_the_mark_of_an_exercise() -> None:
    records = talk("hello", "thanks")
    one = chat(*records)
    assert chat(*records).drawn_from == one.drawn_from
    assert chat(*records, is_simulated=True).drawn_from != one.drawn_from
    for place, record in enumerate(records):
        changed = [*records]
        changed[place] = dataclasses.replace(record, body=record.body + " ")
        assert chat(*changed).drawn_from != one.drawn_from


def test_an_order_without_a_message_has_no_picture() -> None:
    refusal = a_record(ORDER, "c1", message_id="", body="{}")
    assert transcript_of(an_order(ORDER, refusal), zone=ZoneInfo("Asia/Bangkok"), is_simulated=False) is None


def test_times_are_those_of_the_shops_zone() -> None:
    assert draw(said("hi", zone=ZoneInfo("Asia/Jayapura"))).pages != draw(said("hi")).pages


def with_image(data: bytes) -> bytes:
    found = said("")
    bubbles = (found.bubbles[0], dataclasses.replace(found.bubbles[1], image=data))
    return draw(dataclasses.replace(found, bubbles=bubbles)).pages[0].data


def test_a_buyers_picture_is_embedded_and_a_bomb_or_rubbish_is_a_word_that_says_so() -> None:
    assert harmless(png(900, 400)) is not None
    bomb = png(6_000, LARGEST_PIXELS // 6_000 + 1)
    assert harmless(bomb) is None
    assert harmless(b"<svg/>") is None
    assert harmless(png()[:60]) is None
    assert with_image(bomb) == with_image(b"rubbish") != with_image(png(900, 400))


def test_what_a_buyers_picture_carried_is_gone() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    Image.new("RGB", (40, 40), "red").save(out, "JPEG", exif=exif)
    cleaned = harmless(out.getvalue())
    assert cleaned is not None
    assert b"where I live" in out.getvalue()
    assert b"where I live" not in cleaned
