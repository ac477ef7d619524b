"""Many files make one plan: orders merge, the same file counts once, the store's digests say what is new."""

import csv
import json
import subprocess
import sys
from pathlib import Path

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
    changed,
    csv_bytes,
    read,
    xlsx,
)

from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.kernel.texts import catalogue
from seawall.orders.imports.api import (
    RejectCode,
    WarningCode,
    dry_run_json,
    plan,
    read_file,
    write_rejects,
)


def en(number: int, **values: str) -> list[str]:
    return changed(SHOPEE_EN_ROW, SHOPEE_EN, Order_ID=f"241105{number:08d}", **values)


def test_the_json_has_the_keys_of_the_contract_and_is_plain_json() -> None:
    result = as_json(read(xlsx([SHOPEE_EN, SHOPEE_EN_ROW, en(2, Order_Status="?")]), "a.xlsx"))
    assert list(result) == ["files", "totals"]
    file = result["files"][0]
    assert list(file) == [
        "name",
        "sha256",
        "platform",
        "market",
        "kind",
        "currency",
        "orders",
        "lines",
        "parcels",
        "order_total",
        "first_order_at",
        "last_order_at",
        "rejected",
        "warnings",
    ]
    assert file["rejected"] == [
        {
            "row": 3,
            "reason": "unknown_status",
            "text": "Row 3: “Order Status” reads “?”, a status we do not know for this platform, so what to do with "
            "the order is not guessed. Tell us the word, or correct it.",
        }
    ]
    assert (file["orders"], file["lines"], file["order_total"], file["currency"]) == (1, 1, "15.00", "MYR")
    assert {key: result["totals"][key] for key in ("orders", "new", "changed", "same", "rejected")} == {
        "orders": 1,
        "new": 1,
        "changed": 0,
        "same": 0,
        "rejected": 1,
    }
    json.dumps(result)


def test_a_refused_file_stands_in_the_json_with_zeros_and_its_reason() -> None:
    planned = plan([read(b"", "empty.csv"), read(xlsx([SHOPEE_EN, SHOPEE_EN_ROW]), "good.xlsx")])
    empty = dry_run_json(planned, Language.EN)["files"][0]
    assert (empty["name"], empty["platform"], empty["kind"], empty["orders"], empty["order_total"]) == (
        "empty.csv",
        None,
        None,
        0,
        None,
    )
    assert [(one["row"], one["reason"]) for one in empty["rejected"]] == [(0, "not_an_export")]
    assert len(empty["sha256"]) == 64
    assert not planned.is_usable
    assert len(planned.orders) == 1


def test_three_overlapping_files_hold_each_order_once() -> None:
    parts = [range(0, 20), range(15, 35), range(30, 40)]
    readings = [read(csv_bytes([SHOPEE_EN, *map(en, part)]), f"{at}.csv") for at, part in enumerate(parts)]
    totals = as_json(*readings)["totals"]
    assert (totals["orders"], totals["new"], totals["same"], totals["changed"]) == (40, 40, 10, 0)
    assert totals["order_total"] == {"MYR": "600.00"}


def test_the_same_file_twice_changes_nothing_and_is_said() -> None:
    data = csv_bytes([SHOPEE_EN, en(1), en(2)])
    once, twice = as_json(read(data)), as_json(read(data), read(data, "copy.csv"))
    assert twice["totals"]["orders"] == once["totals"]["orders"] == 2
    assert twice["totals"]["changed"] == 0
    assert twice["files"][1]["warnings"] == [{"row": 0, "code": "same_file_again"}]
    assert twice["files"][0]["warnings"] == []


def test_a_later_state_is_counted_as_changed_and_leads_whatever_the_order_of_files() -> None:
    old = read(csv_bytes([SHOPEE_EN, en(1, Country="Malaysia")]))
    new = read(csv_bytes([SHOPEE_EN, en(1, Order_Status="Shipping", Username__Buyer="")]))
    for readings in ([old, new], [new, old]):
        planned = plan(readings)
        (only,) = planned.orders.values()
        assert (planned.changed, planned.same) == (1, 0)
        assert only.order.status == "shipped"
        assert only.order.buyer_handle == "bob"
        assert len(only.order.lines) == 1


def test_the_same_id_on_two_platforms_is_two_orders() -> None:
    neutral = ("platform", "market", "order_id", "status", "created_at")
    rows = [(platform, "MY", "412700000000003", "to_ship", "2024-11-05 09:30") for platform in ("shopee", "lazada")]
    assert as_json(read(csv_bytes([neutral, *rows])))["totals"]["orders"] == 2


def test_against_a_store_each_order_is_new_changed_or_same() -> None:
    first = plan([read(csv_bytes([SHOPEE_EN, en(1), en(2), en(3)]))], {})
    known = {key: planned.digest for key, planned in first.orders.items()}
    assert (first.new, first.changed, first.same) == (3, 0, 0)
    later = read(xlsx([SHOPEE_EN, en(4), en(3, Order_Status="Shipping"), en(2), en(1)]))
    second = plan([later], known)
    assert (second.new, second.changed, second.same) == (1, 1, 2)
    assert second.orders[Platform.SHOPEE, "24110500000003"].change == "changed"


def test_csv_and_xlsx_of_one_order_have_one_digest() -> None:
    numbers = changed(SHOPEE_EN_ROW, SHOPEE_EN, Deal_Price=12.5, Grand_Total=15.0, Quantity=1.0)
    found = {
        read(data).orders[0].digest for data in (xlsx([SHOPEE_EN, numbers]), csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW]))
    }
    assert len(found) == 1


def test_rejects_come_back_as_a_file_no_spreadsheet_will_run(tmp_path: Path) -> None:
    bad = changed(
        SHOPEE_EN_ROW, SHOPEE_EN, Order_Status="Gone", Product_Name="=cmd|' /C calc'!A0", Username__Buyer="@bob"
    )
    planned = plan([read(csv_bytes([SHOPEE_EN, SHOPEE_EN_ROW, bad]), "a.csv"), read(b"", "b.csv")])
    assert write_rejects(planned, tmp_path / "rejects.csv", Language.EN) == 2
    raw = (tmp_path / "rejects.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert rows[0][:5] == ["file", "row", "reason", "text", "cell_1"]
    assert rows[1][:5] == ["a.csv", "1", "", "", "Order ID"]
    assert rows[2][:3] == ["a.csv", "3", "unknown_status"]
    assert "'=cmd|' /C calc'!A0" in rows[2]
    assert "'@bob" in rows[2]
    assert rows[3][:3] == ["b.csv", "0", "not_an_export"]


def test_every_code_has_a_sentence_in_both_desk_languages() -> None:
    for language in (Language.EN, Language.ZH_HANS):
        missing = {code.value for code in (*RejectCode, *WarningCode)} - set(catalogue(language))
        assert missing == set()


def test_sentences_come_in_the_readers_language() -> None:
    reading = read(b"", "empty.csv")
    assert dry_run_json(plan([reading]), Language.ZH_HANS)["files"][0]["rejected"][0]["text"].startswith(
        "empty.csv 是空的"
    )


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(csv_bytes([TIKTOK, TIKTOK_ROW]))
    reading = read_file(path)
    assert (reading.name, reading.size, reading.market) == ("orders.csv", path.stat().st_size, Market.VN)


def test_nothing_but_the_record_shows_a_buyer() -> None:
    reading = read(csv_bytes([LAZADA, LAZADA_ROW, changed(LAZADA_ROW, LAZADA, status="?", itemName="secret thing")]))
    assert "secret thing" not in repr(reading)
    assert "SPXID001" not in repr(plan([read(xlsx([SHOPEE_ID, SHOPEE_ID_ROW]))]))


def test_reading_needs_neither_django_nor_a_database_driver() -> None:
    code = (
        "import sys, seawall.orders.imports.api, seawall.demo.files.api;"
        "print(sorted({'django', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
