"""Importing into a shop on the command line: what is stored, what is not, what comes back."""

from pathlib import Path

import pytest
from tests.cli.kit import Say, everything, no_trace
from tests.kit.rollout import Desk
from tests.orders_store.kit import a_file, a_table

from seawall.orders.api import ImportFile, Order

IMPORT = ("--as", "north-lead", "orders", "import")


def test_good_rows_go_in_and_bad_rows_come_back(say: Say, desk: Desk, tmp_path: Path) -> None:
    path = a_file(tmp_path, "o.csv", {"order_id": "1"}, {"order_id": ""}, {"order_id": "3", "status": "?"})
    said = say(*IMPORT, path, "--shop", "LTH", "--json", "--rejects", tmp_path / "r.csv")
    assert (said.code, said.err) == (0, "")
    assert said.json["stored"] == {"new": 1, "changed": 0, "same": 0}
    assert [(one["row"], one["reason"]) for one in said.json["files"][0]["rejected"]] == [
        (3, "missing_order_id"), (4, "unknown_status"),
    ]  # fmt: skip
    assert list(Order.objects.values_list("platform_order_id", flat=True)) == ["1"]
    assert (tmp_path / "r.csv").read_text(encoding="utf-8-sig").count("\n") == 4


def test_the_same_file_twice_says_same_and_changes_nothing(say: Say, desk: Desk, tmp_path: Path) -> None:
    path = a_file(tmp_path, "o.csv", {"order_id": "1"}, {"order_id": "2"})
    say(*IMPORT, path, "--shop", "LTH", "--json")
    before = everything()
    again = say(*IMPORT, path, "--shop", "LTH", "--json")
    assert again.json["stored"] == {"new": 0, "changed": 0, "same": 2}
    assert again.json["files_known"] == ["o.csv"]
    assert {key: again.json["totals"][key] for key in ("new", "changed", "same")} == {"new": 0, "changed": 0, "same": 2}
    assert everything() == before
    people = say(*IMPORT, path, "--shop", "LTH")
    assert "2 the same" in people.out


def test_many_files_become_one_set_of_orders(say: Say, desk: Desk, tmp_path: Path) -> None:
    one = a_file(tmp_path, "a.csv", {"order_id": "1"}, {"order_id": "2"})
    two = a_file(tmp_path, "b.csv", {"order_id": "2", "status": "delivered"}, {"order_id": "3"})
    said = say(*IMPORT, one, two, one, "--shop", "LTH", "--json")
    assert said.json["stored"] == {"new": 3, "changed": 0, "same": 0}
    assert ImportFile.objects.count() == 2
    assert Order.objects.get(platform_order_id="2").status == "delivered"


def test_a_dry_run_with_a_shop_says_what_would_change_and_stores_nothing(say: Say, desk: Desk, tmp_path: Path) -> None:
    say(*IMPORT, a_file(tmp_path, "a.csv", {"order_id": "1"}, {"order_id": "2"}), "--shop", "LTH", "--json")
    before = everything()
    later = a_file(tmp_path, "b.csv", {"order_id": "1"}, {"order_id": "2", "status": "delivered"}, {"order_id": "3"})
    said = say(*IMPORT, later, "--shop", "LTH", "--dry-run", "--json")
    assert said.code == 0
    assert "stored" not in said.json
    assert {key: said.json["totals"][key] for key in ("orders", "new", "changed", "same")} == {
        "orders": 3, "new": 1, "changed": 1, "same": 1,
    }  # fmt: skip
    assert everything() == before


@pytest.mark.parametrize(
    "name", ["bad-sign-in.xls", "bad-truncated.xlsx", "bad-encrypted.xlsx", "bad-empty.xlsx", "bad-columns.xlsx"]
)
def test_a_file_that_cannot_be_used_stores_nothing(say: Say, desk: Desk, files: Path, name: str) -> None:
    before = everything()
    said = say(*IMPORT, files / name, "--shop", "LTH", "--json")
    no_trace(said)
    assert said.code == 1
    assert said.json["stored"] is None
    assert name in said.json["files"][0]["rejected"][0]["text"]
    assert everything() == before


def test_a_wrong_shop_is_refused_before_anything_is_stored(say: Say, desk: Desk, files: Path, tmp_path: Path) -> None:
    before = everything()
    good = a_file(tmp_path, "o.csv", {})
    for argv, error in (
        ([files / "tiktok-shop-vn-orders.xlsx", "--shop", "LTH"], "wrong_shop"),
        ([good, "--shop", "LMY"], "wrong_shop"),
        ([good, files / "tiktok-shop-vn-orders.xlsx", "--shop", "LTH"], "wrong_shop"),
        ([good, "--shop", "nobody"], "not_found"),
        ([good, tmp_path / "none.csv", "--shop", "LTH"], "file_not_found"),
        ([good, "--shop", "LTH", "--mapping", files / "expected.json"], "mapping_unreadable"),
    ):
        said = say(*IMPORT, *argv, "--json")
        no_trace(said)
        assert (said.code, said.json["error"]) == (1, error)
        assert len(said.json["text"]) > 15
    wrong = say("--language", "zh-Hans", *IMPORT, good, "--shop", "LMY")
    assert (wrong.code, wrong.out) == (1, "")
    assert "LMY" in wrong.err
    assert any("\u4e00" <= letter <= "\u9fff" for letter in wrong.err)
    assert everything() == before


def test_orders_of_a_storm_are_picked_by_file_and_a_spoiled_file_does_not_pass_for_an_empty_one(
    say: Say, desk: Desk, files: Path, tmp_path: Path
) -> None:
    one, two = a_file(tmp_path, "a.csv", {"order_id": "1"}), a_file(tmp_path, "b.csv", {"order_id": "2"})
    say(*IMPORT, one, two, "--shop", "LTH", "--json")
    opened = say("--as", "north-lead", "incident", "open", "--seller", "s017", "--title", "x", "--training", "--json")
    code = opened.json["incident"]
    before = everything()
    bad = say("--as", "north-lead", "incident", "add-orders", code, one, files / "bad-truncated.xlsx", "--json")
    assert (bad.code, everything() == before) == (1, True)
    assert "bad-truncated.xlsx" in bad.json["text"]
    added = say("--as", "north-lead", "incident", "add-orders", code, two, "--json")
    assert (added.json["new"], added.json["same"]) == (1, 0)
    shown = say("--as", "north-lead", "incident", "show", code, "--json").json
    assert shown["orders"] == {"open": 1, "withdrawn": 0, "total": 1}


def test_a_sheet_of_problem_parcels_says_what_was_stored(say: Say, desk: Desk, tmp_path: Path) -> None:
    head = ("tracking_no", "order_id", "platform", "market", "problem_time", "kind", "carrier_text", "attempts")
    sheet = a_table(tmp_path, "p.csv", head, ("T1", "1", "lazada", "TH", "2026-11-18 09:30", "address", "?", "1"))
    said = say(*IMPORT, sheet, "--shop", "LTH", "--json")
    assert said.json["stored_problem_parcels"] == {"new": 1, "changed": 0, "same": 0}
    people = say(*IMPORT, sheet, "--shop", "LTH")
    assert "problem parcels: 0 new, 0 changed, 1 the same" in people.out
