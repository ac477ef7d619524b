"""Amounts, dates, statuses, lines, phones: traps 6 to 9 and 13 to 17 of exports.md section 5."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

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
    Market,
    as_json,
    changed,
    codes,
    csv_bytes,
    read,
    warned,
    xlsx,
)

from seawall.orders.imports.api import FileReading, OrderStatus


def shopee_id(**values: Any) -> FileReading:
    return read(xlsx([SHOPEE_ID, changed(SHOPEE_ID_ROW, SHOPEE_ID, **values)]))


def shopee_en(**values: Any) -> FileReading:
    return read(xlsx([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, **values)]))


def tiktok(**values: Any) -> FileReading:
    return read(xlsx([TIKTOK, changed(TIKTOK_ROW, TIKTOK, **values)]))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("89.000", "89000"),
        ("1.089.000", "1089000"),
        ("89000", "89000"),
        ("Rp 89.000", "89000"),
        ("Rp89.000,50", "89000.50"),
        ("150000.00", "150000.00"),
        ("IDR 1.000", "1000"),
        (89000.0, "89000"),
        ("0", "0"),
        ("-5.000", "-5000"),
    ],
)
def test_in_indonesia_a_dot_groups_thousands(text: str | float, amount: str) -> None:
    reading = shopee_id(Total_Pembayaran=text)
    assert reading.orders[0].total == Decimal(amount)
    assert warned(reading) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("RM 12.00", "12.00"),
        ("RM1,234", "1234"),
        ("89.000", "89.000"),
        ("12", "12"),
        (12.5, "12.5"),
        ("1.234,50", "1234.50"),
        ("(5.00)", "-5.00"),
    ],
)
def test_in_malaysia_a_dot_is_the_decimal_point(text: str | float, amount: str) -> None:
    assert shopee_en(Grand_Total=text).orders[0].total == Decimal(amount)


def test_an_unreadable_amount_is_left_empty_and_said() -> None:
    reading = shopee_en(Grand_Total="a lot")
    assert reading.orders[0].total is None
    assert warned(reading) == [(2, "bad_amount")]
    assert codes(reading) == []


def test_an_order_total_repeated_on_each_line_counts_once() -> None:
    second = changed(SHOPEE_EN_ROW, SHOPEE_EN, Product_Name="Lamp")
    reading = read(
        xlsx([SHOPEE_EN, SHOPEE_EN_ROW, second, changed(SHOPEE_EN_ROW, SHOPEE_EN, Product_Name="Bag", Grand_Total="")])
    )
    assert (reading.order_count, reading.lines) == (1, 3)
    assert reading.orders[0].total == Decimal("15.00")
    assert as_json(reading)["files"][0]["order_total"] == "15.00"


def test_tiktoks_order_amount_counts_once_as_well() -> None:
    reading = read(csv_bytes([TIKTOK, TIKTOK_ROW, changed(TIKTOK_ROW, TIKTOK, SKU_ID="2", Product_Name="Đèn")]))
    assert reading.orders[0].total == Decimal(120000)


def test_lazada_pays_by_unit_and_equal_units_are_real() -> None:
    units = [changed(LAZADA_ROW, LAZADA, orderItemId=f"61400000000000{n}") for n in range(3)]
    reading = read(csv_bytes([LAZADA, *units]))
    assert (reading.order_count, reading.lines, reading.parcel_count) == (1, 3, 1)
    assert reading.orders[0].total == Decimal("37.50")
    assert codes(reading) == []


def test_the_same_lazada_item_id_twice_is_one_unit() -> None:
    reading = read(csv_bytes([LAZADA, LAZADA_ROW, changed(LAZADA_ROW, LAZADA, status="shipped")]))
    assert codes(reading) == [(3, "duplicate_line")]
    assert reading.orders[0].total == Decimal("12.50")


def test_an_equal_shopee_line_is_counted_once_and_one_that_differs_anywhere_stays() -> None:
    reading = read(xlsx([SHOPEE_EN, SHOPEE_EN_ROW, SHOPEE_EN_ROW]))
    assert codes(reading) == [(3, "duplicate_line")]
    assert "row 2" in reading.rejected[0].text()
    other = read(xlsx([SHOPEE_EN, SHOPEE_EN_ROW, changed(SHOPEE_EN_ROW, SHOPEE_EN, Variation_Name="Red")]))
    assert codes(other) == []
    unmapped = (*SHOPEE_EN, "Our own column")
    assert codes(read(xlsx([unmapped, (*SHOPEE_EN_ROW, "1"), (*SHOPEE_EN_ROW, "2")]))) == []


# Dates


def test_times_are_in_the_markets_zone() -> None:
    assert shopee_id().orders[0].created_at == datetime(2024, 11, 5, 9, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert as_json(shopee_id())["files"][0]["first_order_at"] == "2024-11-05T09:30:00+07:00"
    assert as_json(shopee_en())["files"][0]["first_order_at"] == "2024-11-05T09:30:00+08:00"
    china = read(xlsx([SHOPEE_ID, SHOPEE_ID_ROW]), zone=ZoneInfo("Asia/Shanghai"))
    assert as_json(china)["files"][0]["first_order_at"] == "2024-11-05T09:30:00+08:00"


@pytest.mark.parametrize(
    "cell",
    [
        "2024-11-05 09:30",
        "2024-11-05 09:30:00",
        "2024/11/05 09:30",
        "05 Nov 2024 09:30",
        "2567-11-05 09:30",
        datetime(2024, 11, 5, 9, 30),  # noqa: DTZ001 - cells have no zone
        "5 November 2024 9:30",
    ],
)
def test_dates_in_every_shape_met(cell: str | datetime) -> None:
    moment = shopee_id(Waktu_Pesanan_Dibuat=cell).orders[0].created_at
    assert moment is not None
    assert moment.isoformat() == "2024-11-05T09:30:00+07:00"


@pytest.mark.parametrize(
    "cell",
    [
        "yesterday",
        "2024-02-30 10:00",
        "45601.4",
        45601.4,
        "31/31/2024",
        "2024-11",
        "1900-01-01",
        "05 Foo 2024 10:00",
        "2024-11-05 25:00",
    ],
)
def test_a_created_date_that_is_none_rejects_the_row_and_is_never_today(cell: str | float) -> None:
    reading = shopee_id(Waktu_Pesanan_Dibuat=cell)
    assert codes(reading) == [(2, "bad_date")]
    assert "Waktu Pesanan Dibuat" in reading.rejected[0].text()
    assert str(cell) in reading.rejected[0].text()


def test_an_empty_created_date_is_said_and_another_bad_date_costs_no_row() -> None:
    reading = shopee_id(Waktu_Pesanan_Dibuat="-")
    assert (reading.orders[0].created_at, warned(reading)) == (None, [(2, "missing_date")])
    reading = shopee_en(Estimated_Ship_Out_Date="soon")
    assert (reading.orders[0].ship_by, warned(reading)) == (None, [(2, "bad_other_date")])


def test_the_platforms_own_deadline_is_kept() -> None:
    assert str(shopee_en().orders[0].ship_by) == "2024-11-07 09:30:00+08:00"


def test_tiktok_days_come_first_unless_the_file_shows_months_first() -> None:
    def times(*cells: str) -> list[str]:
        rows = [
            changed(TIKTOK_ROW, TIKTOK, Order_ID=f"57640000000000012{n}", Created_Time=c) for n, c in enumerate(cells)
        ]
        return [str(order.created_at)[:10] for order in read(csv_bytes([TIKTOK, *rows])).orders]

    assert times("05/06/2024 10:00:00") == ["2024-06-05"]
    assert times("05/06/2024 10:00:00", "25/06/2024 10:00:00") == ["2024-06-05", "2024-06-25"]
    assert times("05/06/2024 10:00:00", "05/25/2024 10:00:00") == ["2024-05-06", "2024-05-25"]
    assert times("05/06/2024", "05/25/2024", "26/05/2024") == ["2024-06-05", "2024-05-25", "2024-05-26"]
    assert times("11/5/2024 9:30:00 PM", "11/25/2024 9:30:00 AM") == ["2024-11-05", "2024-11-25"]


def test_mixed_day_orders_are_said() -> None:
    rows = [
        changed(TIKTOK_ROW, TIKTOK, Order_ID=f"57640000000000012{n}", Created_Time=c)
        for n, c in enumerate(("25/12/2024 10:00:00", "12/25/2024 10:00:00"))
    ]
    assert (0, "mixed_dates") in warned(read(csv_bytes([TIKTOK, *rows])))


def test_a_resaved_shopee_date_with_slashes_needs_proof() -> None:
    assert codes(shopee_id(Waktu_Pesanan_Dibuat="05/06/2024 10:00")) == [(2, "bad_date")]
    proven = shopee_id(Waktu_Pesanan_Dibuat="25/06/2024 10:00")
    assert str(proven.orders[0].created_at) == "2024-06-25 10:00:00+07:00"


# Statuses


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Belum Bayar", "unpaid"),
        ("Perlu Dikirim", "to_ship"),
        ("Sedang Dikirim", "shipped"),
        ("Telah Dikirim", "delivered"),
        ("Selesai", "completed"),
        ("Batal", "cancelled"),
        ("selesai ", "completed"),
    ],
)
def test_indonesian_words_mean_what_shopee_means(word: str, state: str) -> None:
    assert shopee_id(Status_Pesanan=word).orders[0].status == state


def test_a_completed_order_can_still_be_a_returned_one() -> None:
    reading = shopee_id(Status_Pesanan="Selesai", Status_Pembatalan__Pengembalian="Permintaan Disetujui")
    assert reading.orders[0].status is OrderStatus.RETURNED
    assert reading.orders[0].status_raw == (
        ("Status Pesanan", "Selesai"),
        ("Status Pembatalan/ Pengembalian", "Permintaan Disetujui"),
    )


@pytest.mark.parametrize(
    "word",
    [
        "Awaiting Shipment",
        "Awaiting Collection",
        "Shipped",
        "In Transit",
        "Delivered",
        "Completed",
        "Cancelled",
        "Đã hủy",
        "Đã huỷ",
        "Da huy",
        "Đang vận chuyển",
        "เสร็จสมบูรณ์",
        "Dibatalkan",
    ],
)
def test_tiktok_words_in_english_and_local_languages(word: str) -> None:
    assert codes(tiktok(Order_Status=word)) == []


@pytest.mark.parametrize(
    "word",
    [
        "pending",
        "ready_to_ship",
        "shipped",
        "delivered",
        "canceled",
        "Package Returned",
        "failed_delivery",
        "returned",
        "lost_by_3pl",
        "shipped_back",
    ],
)
def test_lazada_words(word: str) -> None:
    assert codes(read(csv_bytes([LAZADA, changed(LAZADA_ROW, LAZADA, status=word)]))) == []


def test_an_unknown_status_rejects_the_row_and_names_the_word() -> None:
    reading = shopee_en(Order_Status="Gone fishing")
    assert codes(reading) == [(2, "unknown_status")]
    assert "Gone fishing" in reading.rejected[0].text()
    assert "Order Status" in reading.rejected[0].text()


def test_of_several_lazada_units_the_worst_state_is_the_orders() -> None:
    rows = [
        changed(LAZADA_ROW, LAZADA, orderItemId=str(n), status=s)
        for n, s in enumerate(("delivered", "lost_by_3pl", "shipped"), 1)
    ]
    order = read(csv_bytes([LAZADA, *rows])).orders[0]
    assert order.status is OrderStatus.LOST
    assert [line.status_raw for line in order.lines] == ["delivered", "lost_by_3pl", "shipped"]


# Texts


@pytest.mark.parametrize("phone", ["+60*****12", "6012****123", "+60 1X XXXX 12", "(+60) ******1234"])
def test_a_masked_phone_is_kept_as_it_is_and_marked(phone: str) -> None:
    reading = shopee_en(Phone_Number=phone)
    assert reading.orders[0].phone == phone
    assert reading.orders[0].is_phone_masked
    assert warned(reading) == [(2, "masked_phone")]
    assert as_json(reading)["files"][0]["warnings"] == [{"row": 2, "code": "masked_phone"}]


@pytest.mark.parametrize("phone", ["+60123456789", "60 12-345 6789", "012 3456789", ""])
def test_a_whole_phone_is_not_called_masked(phone: str) -> None:
    assert warned(shopee_en(Phone_Number=phone)) == []


def test_each_row_with_a_masked_phone_is_named() -> None:
    rows = [changed(SHOPEE_EN_ROW, SHOPEE_EN, Product_Name=str(n), Phone_Number="+60****12") for n in range(2)]
    assert warned(read(xlsx([SHOPEE_EN, *rows]))) == [(2, "masked_phone"), (3, "masked_phone")]


def test_breaks_returns_hard_spaces_and_dashes_are_cleaned() -> None:
    reading = shopee_en(
        Product_Name="Mug<br>blue\u00a0 one\r\n(350 ml)", Variation_Name="-", Username__Buyer="\ufeffbob\u200b "
    )
    line = reading.orders[0].lines[0]
    assert (line.title, line.variation, reading.orders[0].buyer_handle) == ("Mug blue one (350 ml)", "", "bob")


def test_excels_escaped_carriage_return_is_one() -> None:
    data = xlsx([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Product_Name="Mug\r\nblue")])
    assert read(data).orders[0].lines[0].title == "Mug blue"


def test_the_tiktok_description_row_is_no_order_and_no_fault() -> None:
    description = ["Platform unique order ID.", "Order status.", *[""] * (len(TIKTOK) - 2)]
    reading = read(xlsx([TIKTOK, description, TIKTOK_ROW]))
    assert (reading.order_count, codes(reading), warned(reading)) == (1, [], [])


def test_a_row_of_remarks_is_passed_over_and_said() -> None:
    note = ["Keterangan: angka dalam rupiah", *[""] * (len(SHOPEE_ID) - 1)]
    reading = read(xlsx([SHOPEE_ID, SHOPEE_ID_ROW, note]))
    assert (reading.order_count, codes(reading), warned(reading)) == (1, [], [(3, "note_row")])


def test_the_market_given_by_a_person_holds_and_a_contradiction_is_said() -> None:
    reading = read(xlsx([SHOPEE_EN, SHOPEE_EN_ROW]), market=Market.SG)
    assert (reading.market, reading.currency) == (Market.SG, "SGD")
    assert warned(reading) == [(0, "market_differs")]
