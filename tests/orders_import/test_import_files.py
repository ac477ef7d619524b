"""Files that cannot be used get one coded reason and a sentence; files that only look odd are read."""

import zipfile
from io import BytesIO

import msoffcrypto.format.ooxml
import pytest
import xlsxwriter
from tests.orders_import.kit import (
    SHOPEE_EN,
    SHOPEE_EN_ROW,
    SHOPEE_ID,
    SHOPEE_ID_ROW,
    TIKTOK,
    TIKTOK_ROW,
    as_json,
    changed,
    codes,
    csv_bytes,
    read,
    warned,
    with_part,
    xlsx,
)

GOOD = xlsx([SHOPEE_EN, SHOPEE_EN_ROW])
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def encrypted(password: str = "s3cret") -> bytes:
    out = BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(BytesIO(GOOD)).encrypt(password, out)
    return out.getvalue()


def test_an_encrypted_workbook_asks_for_its_password_and_opens_with_it() -> None:
    data = encrypted()
    assert codes(read(data)) == [(0, "encrypted_file")]
    assert codes(read(data, password="wrong")) == [(0, "encrypted_file")]
    assert "does not open it" in read(data, password="wrong").refusal.text()  # type: ignore[union-attr]
    opened = read(data, password="s3cret")
    assert opened.refusal is None
    assert opened.order_count == 1
    assert "s3cret" not in repr(opened)


@pytest.mark.parametrize("tail", [b"", b"\x00" * 600, b"rubbish" * 300])
def test_anything_behind_the_ole2_signature_that_is_no_plain_xls_counts_as_encrypted(tail: bytes) -> None:
    assert codes(read(OLE2 + tail)) == [(0, "encrypted_file")]
    assert codes(read(OLE2 + tail, password="x")) == [(0, "encrypted_file")]


def test_an_old_xls_is_told_apart_from_an_encrypted_workbook() -> None:
    reading = read(OLE2 + b"\x00" * 504 + "Workbook".encode("utf-16-le") + b"\x00" * 512)
    assert codes(reading) == [(0, "not_an_export")]
    assert ".xls" in reading.refusal.text()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"  \r\n\n", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"\xef\xbb\xbf\r\n  <HTML><table><tr><td>Order ID</td></tr></table>", "web page"),
        ('<?xml version="1.0"?><Workbook/>'.encode("utf-16"), "web page"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"\xff\xd8\xff\xe0JFIF", "JPEG"),
        (b"Dear team, please find attached.\r\nBest,\r\n", "no columns"),
        (b"Datum;Betrag\r\n1;2\r\n", "Datum"),
        (b"order_sn,tracking_number,product_info\r\n1,2,3\r\n", "packing or pick list"),
        (b"OrderNumber,Product,Quantity\r\n412700000000003,Mug,1\r\n", "packing or pick list"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "web page"),
    ],
)
def test_what_is_no_export_is_said_in_words(data: bytes, word: str) -> None:
    reading = read(data, "orders.xls")
    assert codes(reading) == [(0, "not_an_export")]
    assert word in reading.refusal.text()  # type: ignore[union-attr]
    assert "orders.xls" in reading.refusal.text()  # type: ignore[union-attr]


def test_a_zip_that_is_no_workbook_and_a_workbook_of_other_columns() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("orders.csv", "Order ID")
    assert codes(read(out.getvalue())) == [(0, "not_an_export")]
    assert codes(read(xlsx([["a", "b"], ["1", "2"]]))) == [(0, "not_an_export")]
    assert codes(read(xlsx([]))) == [(0, "not_an_export")]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95, 0.99])
def test_a_cut_workbook_is_truncated(share: float) -> None:
    big = xlsx([SHOPEE_EN, *(changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=f"241105{n:08d}") for n in range(200))])
    assert codes(read(big[: int(len(big) * share)])) == [(0, "truncated_file")]


def test_a_workbook_with_a_damaged_member_is_truncated() -> None:
    data = bytearray(xlsx([SHOPEE_EN, *[SHOPEE_EN_ROW] * 50]))
    at = data.find(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 20] = b"\xff" * 20
    assert codes(read(bytes(data))) == [(0, "truncated_file")]


@pytest.mark.parametrize(
    "data",
    [
        csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW])[:-20],  # inside a quoted value
        csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW]) + b'"241105',
        csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW]) + b"\x00" * 40,
        csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW, SHOPEE_EN_ROW]) + b"241105BBBBBBBB,To sh",
        csv_bytes([SHOPEE_ID, SHOPEE_ID_ROW]) + "Cốc".encode()[:-2],
        csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW], encoding="utf-16")[:-1],
    ],
)
def test_a_cut_csv_is_truncated(data: bytes) -> None:
    assert codes(read(data)) == [(0, "truncated_file")]


def test_a_csv_without_a_line_end_behind_its_last_row_is_whole() -> None:
    for rows in (
        [SHOPEE_EN, SHOPEE_EN_ROW],
        [SHOPEE_EN, SHOPEE_EN_ROW, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID="241105BBBBBBBB")],
    ):
        reading = read(csv_bytes(rows)[:-2])
        assert reading.refusal is None
        assert reading.order_count == len(rows) - 1


def test_a_file_with_only_its_header_is_read_and_said() -> None:
    reading = read(xlsx([SHOPEE_EN]))
    assert reading.refusal is None
    assert warned(reading) == [(0, "no_rows")]
    assert as_json(reading)["files"][0]["orders"] == 0
    assert as_json(reading)["files"][0]["order_total"] == "0"


def test_a_zip_bomb_is_not_unpacked() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/workbook.xml", "<workbook/>")
        with target.open("xl/sharedStrings.xml", "w") as part:
            for _ in range(700):
                part.write(b"\x00" * (1 << 20))
    assert len(out.getvalue()) < 2_000_000
    reading = read(out.getvalue())
    assert codes(reading) == [(0, "not_an_export")]
    assert "MB" in reading.refusal.text()  # type: ignore[union-attr]


def test_a_zip_that_lies_about_its_sizes_gets_no_further() -> None:
    size = len(zipfile.ZipFile(BytesIO(GOOD)).read("xl/workbook.xml")).to_bytes(4, "little")
    assert GOOD.count(size) >= 2  # in the local header and in the directory
    assert codes(read(GOOD.replace(size, b"\x05\x00\x00\x00"))) == [(0, "truncated_file")]


def test_a_stray_cell_at_the_far_corner_costs_nothing() -> None:
    data = with_part(
        GOOD,
        "xl/worksheets/sheet1.xml",
        b"</sheetData>",
        b'<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>',
    )
    reading = read(data)
    assert reading.order_count == 1
    assert codes(reading) == []


def test_too_many_members_are_refused_before_anything_is_read() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for number in range(2100):
            target.writestr(f"xl/worksheets/sheet{number}.xml", b"")
    assert codes(read(out.getvalue())) == [(0, "not_an_export")]


# Odd, but sound


def test_a_sheet_that_claims_to_be_one_cell_is_read_whole() -> None:
    rows = [TIKTOK, *(changed(TIKTOK_ROW, TIKTOK, Order_ID=f"5764000000000{n:05d}") for n in range(1, 40))]
    data = xlsx(rows, sheet="OrderSKUList")
    stale = with_part(data, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:M40"/>', b'<dimension ref="A1:A1"/>')
    assert read(stale).order_count == 39
    assert [order.digest for order in read(stale).orders] == [order.digest for order in read(data).orders]


@pytest.mark.parametrize("above", [1, 4, 250])
def test_the_header_may_stand_further_down(above: int) -> None:
    titles = [["Order report", ""], ["Merged title"]] + [[""]] * 300
    reading = read(xlsx([*titles[:above], SHOPEE_EN, SHOPEE_EN_ROW]))
    assert reading.header_row == above + 1
    assert reading.orders[0].source_row == above + 2
    at_third_row = read(xlsx([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID="")], at_row=2))
    assert codes(at_third_row) == [(4, "missing_order_id")]


def test_the_sheet_is_found_by_what_is_in_it() -> None:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("Summary").write_row(0, 0, ["Total", "3"])
    book.add_worksheet("Data").write_row(0, 0, SHOPEE_EN)
    book.get_worksheet_by_name("Data").write_row(1, 0, SHOPEE_EN_ROW)
    book.close()
    reading = read(out.getvalue())
    assert (reading.sheet, reading.order_count) == ("Data", 1)


def test_hand_made_unnamed_columns_are_passed_over() -> None:
    headers = ["Unnamed: 0", *SHOPEE_EN[:3], "", "Unnamed: 4", *SHOPEE_EN[3:]]
    row = ["1", *SHOPEE_EN_ROW[:3], "x", "y", *SHOPEE_EN_ROW[3:]]
    reading = read(xlsx([headers, row]))
    assert reading.orders[0].order_id == "241105ABCDEFGH"
    assert str(reading.orders[0].total) == "15.00"


def test_row_numbers_are_those_excel_shows() -> None:
    rows = [SHOPEE_EN, SHOPEE_EN_ROW, [""] * 12, [None] * 12, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID="")]
    assert codes(read(xlsx(rows))) == [(5, "missing_order_id")]
    text = csv_bytes([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Product_Name="two\nlines"), [""] * 12, rows[4]])
    assert codes(read(text)) == [(4, "missing_order_id")]


def test_a_small_bomb_inside_an_otherwise_sound_book_is_seen_by_its_ratio() -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(GOOD)) as sound, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in sound.namelist():
            target.writestr(member, sound.read(member))
        target.writestr("xl/media/image1.bin", b"\x00" * (60 << 20))
    assert codes(read(out.getvalue())) == [(0, "not_an_export")]


def test_a_large_but_real_workbook_is_no_bomb() -> None:
    rows = [changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=f"241105{n:08d}") for n in range(6000)]
    reading = read(xlsx([SHOPEE_EN, *rows]))
    assert reading.order_count == 6000


@pytest.mark.parametrize("cell", [" " * 200_000 + "<", "<br" * 60_000, "(" * 100_000, "1." * 60_000, "-" * 200_000])
def test_a_monstrous_cell_costs_no_more_than_its_length(cell: str) -> None:
    rows = [
        SHOPEE_EN,
        changed(SHOPEE_EN_ROW, SHOPEE_EN, Product_Name=cell, Grand_Total=cell, Estimated_Ship_Out_Date=cell),
    ]
    assert read(csv_bytes([[cell, cell], *rows])).lines == 1


def test_a_second_sheet_of_orders_is_named_and_not_lost_in_silence() -> None:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in (
        ("page 1", [SHOPEE_EN, SHOPEE_EN_ROW]),
        ("page 2", [SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID="241105ZZZZZZZZ")]),
        ("notes", [("Total", "2")]),
    ):
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    reading = read(out.getvalue())
    assert reading.order_count == 1
    assert warned(reading) == [(0, "other_sheets")]


def test_a_sheet_beside_the_orders_that_is_no_export_raises_no_warning() -> None:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Summary").write_row(0, 0, ["Orders", "1"])
    page = book.add_worksheet("orders")
    page.write_row(0, 0, SHOPEE_EN)
    page.write_row(1, 0, SHOPEE_EN_ROW)
    book.add_worksheet("empty").write_row(0, 0, SHOPEE_EN)
    book.close()
    assert warned(read(out.getvalue())) == []


def test_a_file_without_any_sum_has_no_total_instead_of_a_made_up_zero() -> None:
    headers = ("訂單編號", "訂單狀態", "商品名稱", "數量", "最晚出貨日期")
    reading = read(csv_bytes([headers, ("241105ABCDEFGH", "待出貨", "杯", "1", "2024-11-07")]))
    assert as_json(reading)["files"][0]["order_total"] is None
