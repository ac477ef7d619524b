"""Problem-parcel sheets (疑难件): ours and carriers', exports.md section 8."""

from typing import Any

from tests.orders_import.kit import Market, as_json, codes, csv_bytes, read, warned, xlsx

NEUTRAL = (
    "tracking_no",
    "order_id",
    "platform",
    "market",
    "problem_time",
    "kind",
    "carrier_text",
    "attempts",
    "deadline",
    "phone_known",
)
ROW = (
    "TH001",
    "576400000000000123",
    "tiktok",
    "TH",
    "2024-11-05 09:30",
    "address",
    "บ้านเลขที่ผิด",
    "2",
    "2024-11-10 23:59",
    "y",
)


def test_the_neutral_sheet() -> None:
    reading = read(csv_bytes([NEUTRAL, ROW]))
    (parcel,) = reading.problem_parcels
    assert (reading.kind, reading.platform, reading.market) == ("problem_parcels", "tiktok-shop", "TH")
    assert (parcel.tracking, parcel.order_id, parcel.attempts, parcel.is_phone_known) == (
        "TH001",
        "576400000000000123",
        2,
        True,
    )
    assert str(parcel.problem_at) == "2024-11-05 09:30:00+07:00"
    assert str(parcel.deadline_at) == "2024-11-10 23:59:00+07:00"
    file = as_json(reading)["files"][0]
    assert (file["orders"], file["lines"], file["parcels"], file["order_total"]) == (1, 1, 1, None)


def test_the_cause_is_the_exact_column_and_not_its_class() -> None:
    headers: list[Any] = ["运单号", "所属供应商", "问题件原因类型", "问题件原因", "登记时间"]
    reading = read(xlsx([headers, ["X1", "示例", "地址类", "地址不详", "2024-11-05 09:30"]]), market=Market.TH)
    (parcel,) = reading.problem_parcels
    assert (parcel.reason_raw, parcel.kind_raw, parcel.carrier) == ("地址不详", "地址类", "示例")
    assert str(parcel.problem_at) == "2024-11-05 09:30:00+07:00"


def test_bilingual_headers_are_known_by_their_chinese_half() -> None:
    headers = ["运单号(Número do Waybill)", "问题件原因（Motivo）", "理应送达时间(Prazo)"]
    reading = read(xlsx([headers, ["X1", "拒收", "2024-11-05 09:30"]]))
    assert reading.problem_parcels[0].reason_raw == "拒收"
    assert reading.problem_parcels[0].deadline_at is None
    assert warned(reading) == [(0, "market_unknown")]


def test_only_the_class_of_a_problem_is_not_enough_to_be_such_a_sheet() -> None:
    assert codes(read(xlsx([["运单号", "问题件原因类型"], ["X1", "地址类"]]))) == [(0, "not_an_export")]


def test_bad_rows_are_rejected_and_repeated_ones_counted_once() -> None:
    rows = [
        ROW,
        ROW,
        ("", *ROW[1:]),
        ("TH002", "5.7E+17", *ROW[2:]),
        ("TH003", *ROW[1:4], "soon", *ROW[5:]),
        ("=A2", *ROW[1:]),
        ("1.23E+15", *ROW[1:]),
    ]
    reading = read(csv_bytes([NEUTRAL, *rows]))
    assert codes(reading) == [
        (3, "duplicate_line"),
        (4, "missing_order_id"),
        (5, "scientific_id"),
        (6, "bad_date"),
        (7, "formula_cell"),
        (8, "scientific_id"),
    ]
    assert reading.parcel_count == 1


def test_a_tracking_number_stored_as_a_long_number_is_rejected() -> None:
    reading = read(xlsx([NEUTRAL, (7312345678901234567.0, *ROW[1:]), (12345678.0, *ROW[1:])]))
    assert codes(reading) == [(2, "numeric_id_precision")]
    assert reading.problem_parcels[0].tracking == "12345678"


def test_a_sheet_in_j_and_t_style_is_read_in_english_and_in_chinese_with_a_local_half() -> None:
    english = ("Waybill Number", "Order Number", "Last Operation", "Problem Name")
    mixed = ("运单号/Waybill No.", "平台订单号/Order No.", "最后操作/Last Operation", "问题件名称/Problem Name")
    row = ("JT001", "576400000000000123", "派件/Delivery", "地址错误/Wrong address")
    for headers in (english, mixed):
        reading = read(xlsx([headers, row]))
        assert reading.kind == "problem_parcels"
        (parcel,) = reading.problem_parcels
        assert (parcel.tracking, parcel.order_id) == ("JT001", "576400000000000123")
        assert (parcel.last_event, parcel.reason_raw) == ("派件/Delivery", "地址错误/Wrong address")


def test_a_tools_order_list_with_a_problem_column_is_no_problem_sheet() -> None:
    headers = ("运单号", "平台订单号", "订单状态", "下单时间", "订单金额", "异常原因", "产品数量")
    reading = read(xlsx([headers, ("JT001", "241105ABCDEFGH", "已发货", "2024-11-05", "12", "", "1")]))
    assert reading.kind is None
    assert reading.proposal is not None
    assert read(xlsx([("运单号", "异常原因"), ("JT001", "地址错误")])).kind == "problem_parcels"
