"""Tools whose columns each user chooses: a proposal from the seeds, a saved mapping, and what is wrong with one."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.orders_import.kit import SHOPEE_ID, SHOPEE_ID_ROW, as_json, codes, csv_bytes, read, xlsx

from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market, Platform
from seawall.orders.imports.api import ColumnMapping, dump_mapping, load_mapping

HEADERS = (
    "包裹号",
    "平台订单号",
    "平台",
    "国家",
    "订单状态",
    "下单时间",
    "币种缩写",
    "订单金额",
    "产品名称",
    "产品数量",
    "运单号",
)
ROW = ("P1", "241105ABCDEFGH", "Shopee", "泰国", "已发货", "2024-11-05 09:30", "THB", "1,250.00", "แก้ว", "2", "TH001")


def test_an_unknown_tools_file_is_refused_with_a_mapping_to_check() -> None:
    reading = read(xlsx([HEADERS, ROW]), "dxm.xlsx")
    assert codes(reading) == [(0, "not_an_export")]
    assert reading.proposal is not None
    assert reading.proposal.tool == "店小秘"
    assert reading.proposal.columns["order_id"] == "平台订单号"
    assert as_json(reading)["files"][0]["proposed_mapping"]["columns"]["tracking"] == "运单号"


def test_the_proposal_itself_reads_the_file() -> None:
    data = xlsx([["", "店小秘导出"], HEADERS, ROW])
    proposal = read(data).proposal
    reading = read(data, mapping=proposal)
    order = reading.orders[0]
    assert (reading.platform, reading.market, order.status, order.total, order.currency) == (
        "shopee",
        "TH",
        "shipped",
        Decimal(1250),
        "THB",
    )
    assert str(order.created_at) == "2024-11-05 09:30:00+07:00"
    assert order.lines[0].quantity == 2
    assert order.parcels[0].package_id == "P1"


def test_a_saved_mapping_goes_through_its_file(tmp_path: Path) -> None:
    mapping = ColumnMapping(
        name="mine", platform=Platform.LAZADA, market=Market.VN, columns={"order_id": "单号A", "created_at": "时间"}
    )
    path = tmp_path / "mapping.json"
    path.write_text(dump_mapping(mapping), encoding="utf-8")
    assert load_mapping(path) == mapping
    reading = read(csv_bytes([("单号A", "时间"), ("412700000000003", "2024-11-05 09:30")]), mapping=load_mapping(path))
    assert (reading.platform, reading.market, reading.currency, reading.orders[0].order_id) == (
        "lazada",
        "VN",
        "VND",
        "412700000000003",
    )


def test_a_mapped_file_obeys_the_id_rules_of_its_platform() -> None:
    mapping = ColumnMapping(name="m", columns={"order_id": "单号", "platform": "平台"})
    rows = [
        ("单号", "平台"),
        (576400000000000123.0, "TikTok"),
        ("5.7E+17", "TikTok"),
        ("240101E1234567", "Shopee"),
        ("1", "eBay"),
    ]
    reading = read(xlsx(rows), mapping=mapping)
    assert codes(reading) == [(2, "numeric_id_precision"), (3, "scientific_id"), (5, "not_an_export")]
    assert [order.order_id for order in reading.orders] == ["240101E1234567"]


def test_a_mapping_without_any_platform_is_refused() -> None:
    mapping = ColumnMapping(name="m", columns={"order_id": "单号"})
    assert codes(read(csv_bytes([("单号", "x"), ("1", "2")]), mapping=mapping)) == [(0, "not_an_export")]


def test_a_platforms_own_file_is_still_known_when_a_mapping_is_given() -> None:
    mapping = ColumnMapping(name="m", columns={"order_id": "单号"})
    assert read(xlsx([SHOPEE_ID, SHOPEE_ID_ROW]), mapping=mapping).market == "ID"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"name": "m"}',
        '{"name": "m", "columns": {}}',
        '{"name": "m", "columns": {"order_id": "x", "colour": "y"}}',
        '{"name": "m", "columns": {"order_id": " "}}',
        json.dumps({"name": "m", "columns": {"order_id": "x"}, "extra": 1}),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        load_mapping(path)
    assert refused.value.code == "mapping_unreadable"
    assert "mapping.json" in str(refused.value)


def test_a_column_that_left_the_tools_file_is_said_before_its_field_stays_empty() -> None:
    mapping = read(xlsx([HEADERS, ROW])).proposal
    place = HEADERS.index("订单金额")
    cut = [[*row[:place], *row[place + 1 :]] for row in (HEADERS, ROW)]
    reading = read(xlsx(cut), mapping=mapping)
    assert ("columns_gone" in {one.code.value for one in reading.warnings}) is True
    assert as_json(reading)["files"][0]["order_total"] is None
    assert not [one for one in read(xlsx([HEADERS, ROW]), mapping=mapping).warnings if one.code.value == "columns_gone"]
