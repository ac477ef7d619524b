"""A file is known by its header row alone: every platform, market, kind and dialect of exports.md sections 1 to 4."""

import unicodedata
from decimal import Decimal

import pytest
from tests.orders_import.kit import (
    LAZADA,
    LAZADA_ROW,
    SHOPEE_EN,
    SHOPEE_EN_ROW,
    SHOPEE_ID,
    SHOPEE_ID_ROW,
    TIKTOK,
    TIKTOK_ROW,
    changed,
    codes,
    csv_bytes,
    read,
    warned,
    xlsx,
)

from seawall.demo.files.cells import header_row


@pytest.mark.parametrize(
    ("header", "platform", "market", "kind"),
    [
        ("shopee_id", "shopee", "ID", "orders"),
        ("shopee_id_cancelled", "shopee", "ID", "cancelled"),
        ("shopee_id_failed", "shopee", "ID", "failed_delivery"),
        ("shopee_en", "shopee", None, "orders"),
        ("shopee_ph", "shopee", "PH", "orders"),
        ("shopee_th", "shopee", "TH", "orders"),
        ("shopee_th_returns", "shopee", "TH", "returns"),
        ("shopee_vn", "shopee", "VN", "orders"),
        ("tiktok_vn", "tiktok-shop", None, "orders"),
        ("tiktok_id", "tiktok-shop", "ID", "orders"),
        ("tiktok_us", "tiktok-shop", None, "orders"),
        ("tiktok_returns", "tiktok-shop", None, "returns"),
        ("lazada", "lazada", None, "orders"),
        ("lazada_returns", "lazada", None, "returns"),
        ("neutral", None, None, "orders"),
        ("problem_neutral", None, None, "problem_parcels"),
        ("problem_chinese", None, None, "problem_parcels"),
        ("problem_bilingual", None, None, "problem_parcels"),
    ],
)
def test_every_header_row_is_recognised(header: str, platform: str | None, market: str | None, kind: str) -> None:
    reading = read(xlsx([header_row(header)], sheet="Any name"), "export (3).xlsx")
    assert reading.refusal is None
    assert (reading.platform, reading.market, reading.kind) == (platform, market, kind)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (["หมายเลขคำสั่งซื้อ", "สถานะการสั่งซื้อ", "เหตุผลในการยกเลิกคำสั่งซื้อ"], "cancelled"),
        (["หมายเลขคำสั่งซื้อ", "สถานะการสั่งซื้อ", "จัดส่งไม่สำเร็จ"], "failed_delivery"),
        (["訂單編號", "商品名稱", "最晚出貨日期"], "orders"),
        (["Mã đơn hàng", "Mã Kiện Hàng", "Trạng Thái Đơn Hàng"], "orders"),
        (["订单编号", "订单状态", "最晚发货时间"], "orders"),
    ],
)
def test_other_languages_and_kinds(headers: list[str], kind: str) -> None:
    assert read(xlsx([headers])).kind == kind


def test_an_old_tokopedia_export_has_its_header_in_the_fourth_row() -> None:
    rows = [
        ["Toko Contoh"],
        ["Periode"],
        [""],
        ["Nomor Invoice", "Nama Produk", "Jumlah Produk Dibeli", "Total Penjualan (IDR)"],
    ]
    reading = read(xlsx([*rows, ["INV/20241105/MPL/123", "Gelas", "1", "89.000"]]))
    assert (reading.header_row, reading.currency, reading.orders[0].total) == (4, "IDR", Decimal(89000))


def test_the_header_may_carry_stars_marks_spaces_and_breaks() -> None:
    odd = ["\ufeff Order\u00a0ID ", "*Order  Status", "Estimated Ship\nOut Date", *SHOPEE_EN[3:]]
    assert read(xlsx([odd, SHOPEE_EN_ROW])).orders[0].order_id == "241105ABCDEFGH"


@pytest.mark.parametrize(
    "header", ["Status Pembatalan/ Pengembalian", "Status Pembatalan/Pengembalian", "Status Pembatalan / Pengembalian"]
)
def test_the_space_behind_the_slash_does_not_matter(header: str) -> None:
    headers = [header if name.startswith("Status Pem") else name for name in SHOPEE_ID]
    row = changed(SHOPEE_ID_ROW, SHOPEE_ID, Status_Pesanan="Selesai", Status_Pembatalan__Pengembalian="Disetujui")
    assert read(xlsx([headers, row])).orders[0].status == "returned"


TWINS = (
    "Mã đơn hàng",
    "Mã Kiện Hàng",
    "Trạng Thái Đơn Hàng",
    "Ngày đặt hàng",
    "Tổng số tiền Người mua thanh toán",
    "Tổng số tiền người mua thanh toán",
    "TP / Quận / Huyện",
    "Quận",
    "Mã vận đơn",
)
TWIN_ROW = (
    "241105ABCDEFGH",
    "PK1",
    "Đang giao",
    "2024-11-05 09:30",
    "100000",
    "116500",
    "Quận 7, TP HCM",
    "Quận 7",
    "VN1",
)


@pytest.mark.parametrize("order", [TWINS, tuple(reversed(TWINS))])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_vietnamese_twins_that_differ_by_case_stay_apart(order: tuple[str, ...], form: str) -> None:
    row = TWIN_ROW if order == TWINS else tuple(reversed(TWIN_ROW))
    sheet = [[unicodedata.normalize(form, cell) for cell in cells] for cells in (order, row)]  # type: ignore[arg-type]
    for reading in (read(xlsx(sheet)), read(csv_bytes(sheet))):
        assert reading.orders[0].total == Decimal(116500)
        assert reading.orders[0].city == "Quận 7, TP HCM"
        assert (reading.market, reading.currency, codes(reading)) == ("VN", "VND", [])


def test_the_capital_twin_alone_is_not_taken_for_the_order_total() -> None:
    headers = [name for name in TWINS if name != "Tổng số tiền người mua thanh toán"]
    row = [cell for name, cell in zip(TWINS, TWIN_ROW, strict=True) if name != "Tổng số tiền người mua thanh toán"]
    assert read(xlsx([headers, row])).orders[0].total is None


def test_headers_without_accents_are_found_on_the_second_try() -> None:
    headers = ["Ma don hang", "Ma Kien Hang", "Trang Thai Don Hang", "Ngay dat hang"]
    reading = read(xlsx([headers, ["241105ABCDEFGH", "PK1", "Da giao", "2024-11-05 09:30"]]))
    assert (reading.market, reading.orders[0].status) == ("VN", "delivered")


def test_headers_in_another_case_are_found_on_the_last_try() -> None:
    reading = read(xlsx([[name.upper() for name in SHOPEE_EN], SHOPEE_EN_ROW]))
    assert reading.orders[0].total == Decimal("15.00")


def test_a_currency_behind_a_header_is_the_files_currency() -> None:
    headers = [
        "Order ID",
        "Order Status",
        "Estimated Ship Out Date",
        "Order Creation Date",
        "Deal Price(PHP)",
        "Grand Total (PHP)",
    ]
    reading = read(xlsx([headers, ["241105ABCDEFGH", "To ship", "", "2024-11-05 09:30", "1,000.00", "1,038.00"]]))
    assert (reading.market, reading.currency, reading.orders[0].total) == ("PH", "PHP", Decimal("1038.00"))


@pytest.mark.parametrize(
    ("values", "market"),
    [
        ({"Country": "Singapore"}, "SG"),
        ({"Country": "PH"}, "PH"),
        ({"Country": "", "Phone_Number": "+6591234567"}, "SG"),
        ({"Country": "", "Grand_Total": "RM15.00"}, "MY"),
        ({"Country": "", "Grand_Total": "₱15.00"}, "PH"),
        ({"Country": ""}, None),
        ({"Country": "", "Phone_Number": "0123456789"}, None),
        ({"Country": "Brazil", "Phone_Number": "+6591234567"}, None),
    ],
)
def test_an_english_shopee_file_shows_its_market_or_has_none(values: dict[str, str], market: str | None) -> None:
    reading = read(xlsx([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, **values)]))
    assert reading.market == market
    assert ((0, "market_unknown") in warned(reading)) is (market is None)
    # MY, PH and SG share one offset: the instant is sure even when the market is not.
    assert str(reading.orders[0].created_at) == "2024-11-05 09:30:00+08:00"


def test_a_tiktok_file_of_no_known_market_has_no_instants() -> None:
    reading = read(csv_bytes([TIKTOK, changed(TIKTOK_ROW, TIKTOK, Country="United States")]))
    assert (reading.market, reading.currency, reading.orders[0].created_at) == (None, None, None)
    assert warned(reading) == [(0, "market_unknown")]


def test_tracking_is_the_first_lazada_column_that_is_not_empty() -> None:
    headers = (*LAZADA, "cdTrackingCode", "trackingCodeFM")
    rows = [
        (*changed(LAZADA_ROW, LAZADA, orderItemId=str(n), orderNumber=f"41270000000000{n}", trackingCode=t), c, f)
        for n, (t, c, f) in enumerate((("A", "B", "C"), ("", "B", "C"), ("", "", "C")))
    ]
    orders = read(csv_bytes([headers, *rows])).orders
    assert [order.parcels[0].tracking for order in orders] == ["A", "B", "C"]


# CSV dialects (5.10)


def test_semicolons_tabs_and_a_tab_behind_each_value() -> None:
    for data in (
        csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW], delimiter=";"),
        csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW], delimiter="\t", encoding="utf-16"),
        "\n".join(",".join(f"{cell}\t" for cell in row) for row in (SHOPEE_EN, SHOPEE_EN_ROW)).encode("utf-8-sig"),
        csv_bytes([[f"{cell}\t" for cell in row] for row in (SHOPEE_EN, SHOPEE_EN_ROW)]),
        b"sep=;\r\n" + csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW], delimiter=";", encoding="utf-8"),
    ):
        reading = read(data)
        assert codes(reading) == []
        assert (reading.orders[0].order_id, reading.orders[0].total) == ("241105ABCDEFGH", Decimal("15.00"))


def test_quoted_newlines_stay_inside_their_cell() -> None:
    row = changed(SHOPEE_EN_ROW, SHOPEE_EN, Product_Name='Mug "big"\r\nblue, new')
    reading = read(csv_bytes([SHOPEE_EN, row, changed(row, SHOPEE_EN, Order_ID="241105BBBBBBBB")]))
    assert [order.source_row for order in reading.orders] == [2, 3]
    assert reading.orders[0].lines[0].title == 'Mug "big" blue, new'


THAI = ("หมายเลขคำสั่งซื้อ", "สถานะการสั่งซื้อ", "ชื่อผู้รับ", "ชื่อสินค้า")
THAI_ROW = ("241105ABCDEFGH", "ที่ต้องจัดส่ง", "สมชาย ใจดี", "แก้วกาแฟ")


def test_thai_cp874_is_read_as_thai_and_said() -> None:
    reading = read(csv_bytes([THAI, THAI_ROW], encoding="cp874"))
    assert (reading.market, reading.orders[0].buyer_name, reading.encoding) == ("TH", "สมชาย ใจดี", "cp874")
    assert (0, "encoding_guessed") in warned(reading)


def test_chinese_gb18030_is_read_as_chinese() -> None:
    headers = ("订单编号", "订单状态", "最晚发货时间", "收件人姓名")
    reading = read(
        csv_bytes([headers, ("241105ABCDEFGH", "待发货", "2024-11-07 10:00", "张三样本")], encoding="gb18030")
    )
    assert (reading.orders[0].buyer_name, reading.encoding) == ("张三样本", "gb18030")


def test_thai_values_under_english_headers_are_still_thai() -> None:
    row = changed(TIKTOK_ROW, TIKTOK, Product_Name="แก้วกาแฟเซรามิก สีฟ้า ขนาดใหญ่พิเศษ", Country="Thailand", Variation="สีดำ")
    reading = read(csv_bytes([TIKTOK, row], encoding="cp874"))
    assert reading.orders[0].lines[0].title == "แก้วกาแฟเซรามิก สีฟ้า ขนาดใหญ่พิเศษ"


def test_latin_1_is_never_assumed() -> None:
    data = csv_bytes([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Username__Buyer="José Peña")], encoding="latin-1")
    assert codes(read(data)) == [(0, "not_an_export")]
    assert "UTF-8" in read(data).refusal.text()  # type: ignore[union-attr]


def test_a_thai_return_names_its_reason_and_its_own_parcel_where_the_first_is_not_named() -> None:
    headers = (
        "หมายเลขคำขอคืนเงิน/คืนสินค้า", "หมายเลขคำสั่งซื้อ", "สถานะการคืนเงินหรือคืนสินค้า", "เหตุผลในการขอคืนสินค้า",
        "หมายเลขติดตามพัสดุจากผู้ขาย", "หมายเลขติดตามพัสดุสำหรับส่งคืน",
    )  # fmt: skip
    rows = [
        ("R1", "241105ABCDEFGH", "กำลังดำเนินการ", "สินค้าชำรุด", "OUT1", "BACK1"),
        ("R2", "241105ABCDEFGJ", "กำลังดำเนินการ", "สินค้าชำรุด", "", "BACK2"),
    ]
    reading = read(xlsx([headers, *rows]))
    assert [order.cancel_reason for order in reading.orders] == ["สินค้าชำรุด"] * 2
    assert [order.parcels[0].tracking for order in reading.orders] == ["OUT1", "BACK2"]
