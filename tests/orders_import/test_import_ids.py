"""Order ids are text, or they are refused: traps 1 and 2 of exports.md section 5, both ways."""

import pytest
from tests.orders_import.kit import (
    LAZADA,
    LAZADA_ROW,
    SHOPEE_EN,
    SHOPEE_EN_ROW,
    TIKTOK,
    TIKTOK_ROW,
    changed,
    codes,
    csv_bytes,
    read,
    warned,
    xlsx,
)


def test_an_18_digit_id_stored_as_a_number_is_rejected_with_its_row_and_value() -> None:
    bad = changed(TIKTOK_ROW, TIKTOK, Order_ID=576400000000000123.0)
    reading = read(xlsx([TIKTOK, TIKTOK_ROW, bad]))
    assert codes(reading) == [(3, "numeric_id_precision")]
    assert "Row 3" in reading.rejected[0].text()
    assert "Order ID" in reading.rejected[0].text()
    assert [order.order_id for order in reading.orders] == ["576400000000000123"]


@pytest.mark.parametrize("cell", ["5.764E+17", "5.76412E+17", "5,764E+17", "5E17", "5.764e17"])
def test_an_id_in_e_notation_is_rejected(cell: str) -> None:
    reading = read(csv_bytes([TIKTOK, TIKTOK_ROW, changed(TIKTOK_ROW, TIKTOK, Order_ID=cell)]))
    assert codes(reading) == [(3, "scientific_id")]
    assert reading.order_count == 1


@pytest.mark.parametrize(
    "order_id", ["240101E1234567", "241105ABCDEFGH", "241105EEEEEEEE", "24010112345678", "240101000000E1"]
)
def test_a_shopee_id_that_is_still_text_is_taken_whatever_letters_it_has(order_id: str) -> None:
    for data in (
        xlsx([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=order_id)]),
        csv_bytes([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=order_id)]),
    ):
        reading = read(data)
        assert codes(reading) == []
        assert reading.orders[0].order_id == order_id


@pytest.mark.parametrize("number", [2.40101e72, 2401011234500.0, 24010112345600.0, 2.5, 24010112345.0, 1e15])
def test_a_shopee_id_that_became_a_number_is_rejected(number: float) -> None:
    reading = read(xlsx([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=number)]))
    assert codes(reading) == [(2, "numeric_id_precision")]
    assert reading.order_count == 0


def test_an_all_digit_shopee_id_of_14_places_survives_as_a_number() -> None:
    reading = read(xlsx([SHOPEE_EN, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=24010112345678.0)]))
    assert codes(reading) == []
    assert reading.orders[0].order_id == "24010112345678"


def test_a_lazada_id_below_the_edge_is_exact_as_a_number_and_one_above_is_not() -> None:
    exact = changed(LAZADA_ROW, LAZADA, orderNumber=412700000000003.0, orderItemId="1")
    broken = changed(LAZADA_ROW, LAZADA, orderNumber=1412700000000003.0, orderItemId="2")
    reading = read(xlsx([LAZADA, exact, broken]))
    assert [order.order_id for order in reading.orders] == ["412700000000003"]
    assert codes(reading) == [(3, "numeric_id_precision")]


def test_a_lazada_item_id_as_a_number_beyond_the_edge_is_rejected_as_well() -> None:
    reading = read(xlsx([LAZADA, changed(LAZADA_ROW, LAZADA, orderItemId=1614000000000001.0)]))
    assert codes(reading) == [(2, "numeric_id_precision")]
    assert "orderItemId" in reading.rejected[0].text()


def test_leading_zeros_stay() -> None:
    reading = read(csv_bytes([LAZADA, changed(LAZADA_ROW, LAZADA, orderNumber="001270000000003", trackingCode="007")]))
    assert reading.orders[0].order_id == "001270000000003"
    assert reading.orders[0].parcels[0].tracking == "007"


def test_a_line_without_an_order_id_is_rejected() -> None:
    for empty in ("", "  ", "-"):
        reading = read(csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=empty)]))
        assert codes(reading) == [(3, "missing_order_id")]


def test_a_tracking_code_that_became_a_number_is_left_out_and_said() -> None:
    reading = read(xlsx([LAZADA, changed(LAZADA_ROW, LAZADA, trackingCode=123456789012345678.0)]))
    assert reading.orders[0].parcels == ()
    assert warned(reading) == [(2, "tracking_precision")]


@pytest.mark.parametrize("code", ["SPXMY012345678", "12E345", "620012345678", "1234567890123456789"])
def test_a_tracking_code_as_text_is_kept(code: str) -> None:
    reading = read(csv_bytes([LAZADA, changed(LAZADA_ROW, LAZADA, trackingCode=code)]))
    assert reading.orders[0].parcels[0].tracking == code
    assert warned(reading) == []


def test_ids_that_all_end_in_000_are_doubted_aloud() -> None:
    ids = [f"57640000000{n:04d}000" for n in (1234, 2345, 3456)]
    reading = read(csv_bytes([TIKTOK, *(changed(TIKTOK_ROW, TIKTOK, Order_ID=i) for i in ids)]))
    assert (0, "ids_look_rounded") in warned(reading)
    ids[1] = ids[1][:-1] + "7"
    reading = read(csv_bytes([TIKTOK, *(changed(TIKTOK_ROW, TIKTOK, Order_ID=i) for i in ids)]))
    assert warned(reading) == []


# Formulas


def test_a_formula_in_the_id_column_is_rejected_even_when_its_last_value_looks_right() -> None:
    bad = changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=("=", '=CONCAT("241105","ABCDEFGH")', "241105ABCDEFGH"))
    reading = read(xlsx([SHOPEE_EN, SHOPEE_EN_ROW, bad]))
    assert codes(reading) == [(3, "formula_cell")]


@pytest.mark.parametrize("cell", ["=A2", "=CONCAT(A1,A2)", "=1+1", "=HYPERLINK(1)"])
def test_a_csv_id_that_is_a_formula_is_rejected(cell: str) -> None:
    reading = read(csv_bytes([TIKTOK, changed(TIKTOK_ROW, TIKTOK, Order_ID=cell)]))
    assert codes(reading) == [(2, "formula_cell")]


def test_a_formula_in_a_needed_amount_is_rejected_and_one_in_a_remark_is_not() -> None:
    total = changed(SHOPEE_EN_ROW, SHOPEE_EN, Grand_Total=("=", "=1+2", 3))
    product = changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID="241105ZZZZZZZZ", Product_Name=("=", '="Mug"', "Mug"))
    reading = read(xlsx([SHOPEE_EN, total, product]))
    assert codes(reading) == [(2, "formula_cell")]
    assert reading.orders[0].lines[0].title == "Mug"


def test_excels_way_of_writing_text_in_a_csv_is_taken_as_that_text() -> None:
    reading = read(csv_bytes([TIKTOK, changed(TIKTOK_ROW, TIKTOK, Order_ID='="576400000000000123"')]))
    assert codes(reading) == []
    assert reading.orders[0].order_id == "576400000000000123"


def test_a_buyer_whose_name_begins_with_an_equals_sign_is_a_buyer() -> None:
    row = changed(SHOPEE_EN_ROW, SHOPEE_EN, Username__Buyer="=bob")
    reading = read(csv_bytes([SHOPEE_EN, row]))
    assert codes(reading) == []
    assert reading.orders[0].buyer_handle == "=bob"


def test_a_package_id_that_became_a_number_is_left_out_and_said() -> None:
    headers = (*TIKTOK, "Package ID")
    reading = read(xlsx([headers, (*changed(TIKTOK_ROW, TIKTOK, Tracking_ID=""), 1153000000000000123.0)]))
    assert reading.orders[0].parcels == ()
    assert warned(reading) == [(2, "tracking_precision")]


@pytest.mark.parametrize(
    ("headers", "row", "field", "cell", "reason"),
    [
        (TIKTOK, TIKTOK_ROW, "Order_ID", "576400000000000124.0", "numeric_id_precision"),
        (LAZADA, LAZADA_ROW, "orderNumber", "4127000000000031.0", "numeric_id_precision"),
        (SHOPEE_EN, SHOPEE_EN_ROW, "Order_ID", "2411051234567.0", "numeric_id_precision"),
        (LAZADA, LAZADA_ROW, "orderNumber", "412 700 000 000 003", "missing_order_id"),
        (TIKTOK, TIKTOK_ROW, "Order_ID", "576400000000000124,", "missing_order_id"),
        (TIKTOK, TIKTOK_ROW, "Order_ID", "5764 0000 0000 0001 24", "missing_order_id"),
    ],
)
def test_an_id_that_another_program_has_damaged_names_no_order_and_is_not_passed_over_in_silence(
    headers: tuple[str, ...], row: tuple[str, ...], field: str, cell: str, reason: str
) -> None:
    reading = read(csv_bytes([headers, row, row, changed(row, headers, **{field: cell})]))
    assert (4, reason) in codes(reading)
    assert reading.order_count == 1
    assert cell.strip(",") in reading.rejected[-1].text()


@pytest.mark.parametrize("cell", ["'412700000000003", "412700000000003.0", "４１２７００００００００００３"])
def test_an_id_whose_digits_are_all_there_is_taken(cell: str) -> None:
    reading = read(csv_bytes([LAZADA, changed(LAZADA_ROW, LAZADA, orderNumber=cell)]))
    assert codes(reading) == []
    assert [order.order_id for order in reading.orders] == ["412700000000003"]


@pytest.mark.parametrize("note", ["共 3 单", "合计2单", "รวม 2"])
def test_a_sum_below_the_last_row_is_no_order_in_any_script(note: str) -> None:
    reading = read(csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW, changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=note)]))
    assert reading.order_count == 1
    assert (3, "note_row") in warned(reading)


def test_a_tracking_code_that_went_through_a_number_loses_its_zero_or_is_left_out() -> None:
    short = changed(LAZADA_ROW, LAZADA, trackingCode="840012345678.0")
    long = changed(LAZADA_ROW, LAZADA, orderItemId="614000000000002", trackingCode="84001234567890123.0")
    reading = read(csv_bytes([LAZADA, short, long]))
    assert [parcel.tracking for parcel in reading.orders[0].parcels] == ["840012345678"]
    assert (3, "tracking_precision") in warned(reading)
