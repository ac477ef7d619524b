"""Our own sheet reader against python-calamine: the same cells from the same file; and what only ours sees."""

from datetime import datetime
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.orders_import.kit import SHOPEE_EN, SHOPEE_EN_ROW, codes, read, warned, with_part, xlsx

from seawall.orders.imports.archive import Archive
from seawall.orders.imports.fallback import calamine_grids
from seawall.orders.imports.grid import Cell, Formula, Number
from seawall.orders.imports.sheetscan import letters as column_letters
from seawall.orders.imports.sheetxml import XmlGrid, column_place
from seawall.orders.imports.workbook import is_date_code, open_workbook

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8)
FIRST, LAST = datetime(2005, 1, 1), datetime(2099, 1, 1)  # noqa: DTZ001 - cells have no zone
CELL = st.one_of(
    TEXT,
    st.none(),
    st.integers(-(10**14), 10**14).map(float),
    st.datetimes(FIRST, LAST).map(lambda at: at.replace(microsecond=0)),
)


def ours(data: bytes) -> XmlGrid:
    archive = Archive(data)
    book = open_workbook(archive)
    return XmlGrid(book.sheets[0].name, archive.read(book.sheets[0].path), book)


def plain(cell: Cell) -> object:
    return float(cell) if isinstance(cell, Number) else cell


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=5), st.integers(0, 3), st.booleans())
def test_both_readers_see_the_same_cells(rows: list[list[object]], above: int, is_openpyxl: bool) -> None:
    if is_openpyxl:
        book, out = openpyxl.Workbook(), BytesIO()
        page = book.create_sheet(index=0)
        for row in rows:
            page.append([f"'{cell}" if isinstance(cell, str) else cell for cell in row])
        book.save(out)
        data, above = out.getvalue(), 0
    else:
        data = xlsx(rows, at_row=above)
    grid = ours(data)
    wanted = [0, 2, 3]
    numbers, columns = grid.columns(wanted, 0)
    reference = calamine_grids(data, Archive(data))[0]
    expected_numbers, expected = reference.columns(wanted, 0)
    assert numbers == expected_numbers
    assert [[plain(cell) for cell in column] for column in columns] == [
        [plain(cell) for cell in column] for column in expected
    ]
    for number in numbers:
        assert [plain(cell) for cell in grid.row(number)[:4]] == [
            plain(cell) for cell in reference.row(number)[: len(grid.row(number))]
        ]


@pytest.mark.parametrize(
    ("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_by_letter(place: int, letters: str) -> None:
    assert column_letters(place) == letters.encode()
    assert column_place(letters.encode()) == place


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ("h:mm", True),
        ("General", False),
        ("0.00", False),
        ('"Rp"#,##0', False),
        ("[$-409]d-mmm-yy", True),
        ("#,##0.00_);[Red](#,##0.00)", False),
        ('0 "days"', False),
        (None, False),
    ],
)
def test_which_number_formats_are_dates(code: str | None, is_date: bool) -> None:
    assert is_date_code(code) is is_date


def test_a_number_keeps_the_digits_of_the_file_and_a_formula_is_seen() -> None:
    data = xlsx([["a", "b"], [("=", "=1+1", 2), 412700000000003.0]])
    numbers, (first, second) = ours(data).columns([0, 1], 1)
    assert numbers == [2]
    assert isinstance(first[0], Formula)
    assert (second[0], type(second[0])) == ("412700000000003", Number)


def test_dates_of_1904_books() -> None:
    row = [*SHOPEE_EN_ROW[:3], datetime(2024, 11, 5, 9, 30), *SHOPEE_EN_ROW[4:]]  # noqa: DTZ001 - cells have no zone
    data = with_part(xlsx([SHOPEE_EN, row]), "xl/workbook.xml", b"<workbookPr ", b'<workbookPr date1904="1" ')
    assert str(read(data).orders[0].created_at) == "2028-11-06 09:30:00+08:00"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<c r="A2" t="s">', b'<c t="s" r="A2">'),
        (b'<row r="2"', b'<row ht="15" r="2"'),
        (b"</sheetData>", b"</sheetData><!-- made by hand -->"),
        (b'<c r="A2" t="s">', b'<c r="A2" s="0" t="s">'),
        (b"<v>12</v>", b"<v >12</v >"),
    ],
)
def test_unusual_but_lawful_xml_is_read_all_the_same(old: bytes, new: bytes) -> None:
    reading = read(with_part(xlsx([SHOPEE_EN, SHOPEE_EN_ROW]), "xl/worksheets/sheet1.xml", old, new))
    assert codes(reading) == []
    assert reading.orders[0].order_id == "241105ABCDEFGH"


def test_a_book_with_prefixed_names_goes_to_the_second_reader() -> None:
    data = xlsx([SHOPEE_EN, SHOPEE_EN_ROW])
    sheet = Archive(data).read("xl/worksheets/sheet1.xml")
    body = sheet.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?").replace(b"xmlns=", b"xmlns:x=")
    assert read(with_part(data, "xl/worksheets/sheet1.xml", sheet, body)).order_count == 1


def test_the_second_reader_does_not_take_a_formula_for_a_value_either() -> None:
    row = [("=", '="241105"&"ABCDEFGH"', "241105ABCDEFGH"), *SHOPEE_EN_ROW[1:]]
    data = xlsx([SHOPEE_EN, row])
    odd = with_part(data, "xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetData><!-- made by hand -->")
    assert codes(read(odd)) == codes(read(data)) == [(2, "formula_cell")]


def test_a_cell_that_points_nowhere_is_no_trace() -> None:
    data = with_part(xlsx([SHOPEE_EN, SHOPEE_EN_ROW]), "xl/worksheets/sheet1.xml", b"<v>12</v>", b"<v>99999</v>")
    assert codes(read(data)) == [(0, "truncated_file")]


def test_rich_text_and_reading_aids() -> None:
    data = xlsx([SHOPEE_EN, SHOPEE_EN_ROW])
    rich = with_part(
        data,
        "xl/sharedStrings.xml",
        b"<t>Mug</t>",
        b'<r><t>M</t></r><r><rPr/><t xml:space="preserve">ug &amp; co</t></r><rPh sb="0" eb="1"><t>x</t></rPh>',
    )
    assert read(rich).orders[0].lines[0].title == "Mug & co"
    assert warned(read(rich)) == []
