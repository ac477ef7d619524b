"""Whatever bytes come in, what comes out is a reading: coded reasons, never a trace."""

import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.orders_import.kit import (
    LAZADA,
    LAZADA_ROW,
    SHOPEE_EN,
    SHOPEE_EN_ROW,
    SHOPEE_ID,
    SHOPEE_ID_ROW,
    TIKTOK,
    TIKTOK_ROW,
    as_json,
    csv_bytes,
    read,
    xlsx,
)

from seawall.orders.imports.api import FileReading, RejectCode
from seawall.orders.imports.text import clean_text

SOUND = [
    xlsx([SHOPEE_EN, *[SHOPEE_EN_ROW] * 3]),
    xlsx([TIKTOK, TIKTOK_ROW]),
    csv_bytes([SHOPEE_ID, SHOPEE_ID_ROW, SHOPEE_ID_ROW]),
    csv_bytes([LAZADA, LAZADA_ROW], encoding="utf-16"),
]
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sound_answer(reading: FileReading) -> None:
    """The promises of any reading."""
    result = as_json(reading)
    file = result["files"][0]
    assert all(RejectCode(one["reason"]) for one in file["rejected"])
    assert all(one["text"] and one["text"] != one["reason"] for one in file["rejected"])
    if reading.refusal is not None:
        assert (file["orders"], file["lines"], file["order_total"]) == (0, 0, None)
        assert [one["row"] for one in file["rejected"]] == [0]
    assert file["orders"] <= file["lines"]
    assert result["totals"]["orders"] == len(reading.orders)


@FEW
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    sound_answer(read(data))


@FEW
@given(
    st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf", b"<"]),
    st.binary(max_size=200),
)
def test_random_bytes_behind_a_known_beginning(start: bytes, data: bytes) -> None:
    sound_answer(read(start + data, password="x"))


@FEW
@given(st.sampled_from(SOUND), st.data())
def test_a_sound_file_cut_flipped_and_stuffed(data: bytes, draw: st.DataObject) -> None:
    raw = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 6))):
        at = draw.draw(st.integers(0, max(len(raw) - 1, 0)))
        match draw.draw(st.sampled_from(["flip", "cut", "stuff", "drop"])):
            case "flip" if raw:
                raw[at] ^= draw.draw(st.integers(1, 255))
            case "cut":
                del raw[at:]
            case "stuff":
                raw[at:at] = draw.draw(st.binary(max_size=8))
            case _:
                del raw[at : at + 3]
    sound_answer(read(bytes(raw)))


CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from(
        [
            "",
            "-",
            "=1+1",
            '="5"',
            "5.7E+17",
            "89.000",
            "1,2,3",
            "31/12/2024",
            "NaN",
            "Infinity",
            "1e999",
            "٣٤٥",
            "²",
            "<br>",
            "576400000000000123",
            "2024-11-05 09:30",
            "0000-00-00",
            "9999-99-99 99:99",
            "'=x",
            "\u00a0",
            "\u202e",
        ]
    ),
)


@FEW
@given(st.sampled_from([SHOPEE_EN, SHOPEE_ID, TIKTOK, LAZADA]), st.data())
def test_any_cells_below_a_known_header(headers: tuple[str, ...], draw: st.DataObject) -> None:
    rows = draw.draw(st.lists(st.lists(CELL, min_size=len(headers), max_size=len(headers)), max_size=4))
    as_csv, as_xlsx = read(csv_bytes([headers, *rows])), read(xlsx([headers, *rows]))
    for reading in (as_csv, as_xlsx):
        sound_answer(reading)
        assert reading.refusal is None


@FEW
@given(
    st.lists(
        st.lists(st.one_of(CELL, st.floats(allow_nan=False, allow_infinity=False)), min_size=13, max_size=13),
        max_size=3,
    )
)
def test_numbers_anywhere_in_a_workbook(rows: list[list[object]]) -> None:
    sound_answer(read(xlsx([TIKTOK, *rows])))


@FEW
@given(st.sampled_from(["NFC", "NFD", "NFKD"]), st.text(max_size=30))
def test_cleaning_a_text_twice_changes_nothing_more(form: str, raw: str) -> None:
    once = clean_text(unicodedata.normalize(form, raw))  # type: ignore[arg-type]
    assert clean_text(once) == once
