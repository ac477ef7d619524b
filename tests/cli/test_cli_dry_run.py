"""`orders import FILE... --dry-run --json`: one object, no database, no shop, no home."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.kit import Say, as_process, no_trace

FILE_KEYS = [
    "name", "sha256", "platform", "market", "kind", "currency", "orders", "lines", "parcels", "order_total",
    "first_order_at", "last_order_at", "rejected", "warnings",
]  # fmt: skip


def test_it_needs_neither_database_nor_home_nor_shop(files: Path, expected: dict[str, dict[str, Any]]) -> None:
    name = "tiktok-shop-vn-orders.xlsx"
    said = as_process("orders", "import", str(files / name), "--dry-run", "--json")
    assert (said.code, said.err) == (0, "")
    assert list(said.json) == ["files", "totals"]
    (file,) = said.json["files"]
    assert list(file) == FILE_KEYS
    wanted = expected[name]
    assert {key: file[key] for key in FILE_KEYS if key in wanted and key not in ("rejected", "warnings")} == {
        key: wanted[key] for key in FILE_KEYS if key in wanted and key not in ("rejected", "warnings")
    }
    assert file["sha256"] == hashlib.sha256((files / name).read_bytes()).hexdigest()
    assert file["rejected"] == []
    assert {key: said.json["totals"][key] for key in ("orders", "new", "changed", "same")} == {
        "orders": wanted["orders"], "new": wanted["orders"], "changed": 0, "same": 0,
    }  # fmt: skip


@pytest.mark.parametrize("place", range(5))
def test_json_may_stand_anywhere(say: Say, files: Path, place: int) -> None:
    argv = ["orders", "import", str(files / "lazada-th-orders.csv"), "--dry-run"]
    said = say(*argv[:place], "--json", *argv[place:])
    assert said.code == 0
    assert said.json["files"][0]["platform"] == "lazada"


def test_every_synthetic_file_is_read_as_it_was_made(
    say: Say, files: Path, expected: dict[str, dict[str, Any]]
) -> None:
    for name, wanted in expected.items():
        argv = [files / name, "--dry-run", "--json"]
        if wanted["mapping"]:
            argv += ["--mapping", files / wanted["mapping"]]
        if wanted["market_given"]:
            argv += ["--market", wanted["market_given"]]
        said = say("orders", "import", *argv)
        (file,) = said.json["files"]
        reasons: dict[str, int] = {}
        for rejected in file["rejected"]:
            reasons[rejected["reason"]] = reasons.get(rejected["reason"], 0) + 1
            assert rejected["text"], name
        assert reasons == wanted["rejected"], name
        assert said.code == (1 if wanted["refused"] else 0), name
        assert (file["kind"], file["orders"], file["order_total"]) == (
            wanted["kind"], wanted["orders"], wanted["order_total"],
        ), name  # fmt: skip


def test_many_files_merge_by_order_number(say: Say, files: Path, expected: dict[str, dict[str, Any]]) -> None:
    parts = [files / f"overlap-{number}.xlsx" for number in (1, 2, 3)]
    said = say("orders", "import", *parts, parts[0], "--dry-run", "--json")
    whole = expected["tiktok-shop-my-orders.xlsx"]["orders"]
    totals = said.json["totals"]
    assert totals["orders"] == totals["new"] == whole
    repeats = sum(expected[part.name]["orders"] for part in (*parts, parts[0])) - whole
    assert (totals["same"], totals["changed"]) == (repeats, 0)


BAD = {
    "bad-sign-in.xls": ("not_an_export", 1),
    "bad-truncated.xlsx": ("truncated_file", 1),
    "bad-truncated.csv": ("truncated_file", 1),
    "bad-encrypted.xlsx": ("encrypted_file", 1),
    "bad-empty.xlsx": ("not_an_export", 1),
    "bad-columns.xlsx": ("not_an_export", 1),
    "bad-ids-as-numbers.xlsx": ("numeric_id_precision", 0),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_bad_files_are_named_in_a_sentence_of_the_readers_language(
    say: Say, files: Path, name: str, language: str
) -> None:
    reason, code = BAD[name]
    said = say("--language", language, "orders", "import", files / name, "--dry-run", "--json")
    no_trace(said)
    assert said.code == code
    rejected = said.json["files"][0]["rejected"]
    assert {one["reason"] for one in rejected} == {reason}
    for one in rejected:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one["text"]) is (language == "zh-Hans"), one
        assert one["text"] != reason
        if one["row"] == 0:
            assert name in one["text"]


def test_the_password_opens_an_encrypted_file_and_is_not_shown(
    say: Say, files: Path, expected: dict[str, dict[str, Any]]
) -> None:
    password = expected["bad-encrypted.xlsx"]["password"]
    wrong = say("orders", "import", files / "bad-encrypted.xlsx", "--dry-run", "--json", "--password", "guess")
    right = say("orders", "import", files / "bad-encrypted.xlsx", "--dry-run", "--json", "--password", password)
    assert (wrong.code, right.code) == (1, 0)
    assert right.json["files"][0]["orders"] > 0
    assert password not in right.out + right.err


def test_for_people_it_is_a_table_on_standard_output(say: Say, files: Path) -> None:
    said = say("orders", "import", files / "bad-ids-as-numbers.xlsx", "--dry-run")
    assert said.code == 0
    assert "bad-ids-as-numbers.xlsx" in said.out
    assert "row" in said.out
    assert "--rejects" in said.err


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (["{files}/none.xlsx", "--dry-run"], 1, "file_not_found"),
        (["{files}", "--dry-run"], 1, "file_is_folder"),
        (["{files}/lazada-th-orders.csv"], 2, "import_needs_shop"),
        (["{files}/dianxiaomi.xlsx", "--dry-run", "--mapping", "{files}/expected.json"], 1, "mapping_unreadable"),
        (["{files}/dianxiaomi.xlsx", "--dry-run", "--mapping", "{files}/bad-sign-in.xls"], 1, "mapping_unreadable"),
        (["{files}/dianxiaomi.xlsx", "--dry-run", "--mapping", "{files}/none.json"], 1, "file_not_found"),
        (["{files}/lazada-th-orders.csv", "--dry-run", "--market", "FR"], 2, "usage"),
        (["--dry-run"], 2, "usage"),
        (["{files}/lazada-th-orders.csv", "--dry-run", "--rejects", "{files}/no/such/r.csv"], 1, "file_trouble"),
        (["{files}/lazada-th-orders.csv", "--dry-run", "--rejects", "{files}"], 1, "file_trouble"),
    ],
)
def test_what_is_wrong_with_the_line_is_said(say: Say, files: Path, argv: list[str], code: int, error: str) -> None:
    line = ["orders", "import", *(each.format(files=files) for each in argv)]
    said = say(*line, "--json")
    no_trace(said)
    assert (said.code, said.json["error"]) == (code, error)
    assert said.json["text"] not in ("", error)
    people = say(*line)
    assert (people.code, people.out) == (code, "")
    assert people.err.strip()


def test_rejects_come_back_with_their_cells_and_can_do_no_harm(say: Say, tmp_path: Path) -> None:
    import csv

    head = "platform,market,order_id,status,created_at,item,order_total,currency,remark"
    rows = [
        "lazada,TH,1,shipped,2026-11-14 09:20,Lamp,100,THB,fine",
        'lazada,TH,2,Gone,2026-11-14 09:20,"=HYPERLINK(""http://x"")",100,THB,@SUM(A1)',
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    said = say("orders", "import", path, "--dry-run", "--json", "--rejects", tmp_path / "rejects.csv")
    assert said.code == 0
    assert said.json["totals"]["rejected"] == 1
    written = list(csv.reader((tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert written[0][:4] == ["file", "row", "reason", "text"]
    assert written[1][4:] == head.split(",")
    assert written[2][:3] == ["orders.csv", "3", "unknown_status"]
    assert "Gone" in written[2][3]
    assert written[2][4:] == [
        "lazada", "TH", "2", "Gone", "2026-11-14 09:20", "'=HYPERLINK(\"http://x\")", "100", "THB", "'@SUM(A1)",
    ]  # fmt: skip


def test_a_file_name_that_is_no_text_is_no_accident(tmp_path: Path) -> None:
    said = as_process("orders", "import", bytes(tmp_path) + b"/\xff\xfe.csv", "--dry-run", "--json")
    no_trace(said)
    assert (said.code, json.loads(said.out)["error"]) == (1, "file_not_found")


def test_a_person_reads_each_kind_of_warning_once_in_words(say: Say, tmp_path: Path) -> None:
    head = "Order ID,Order Status,Estimated Ship Out Date,Username (Buyer),Phone Number\n"
    rows = "".join(f"241105ABCDEF{n:02},To ship,2024-11-07 09:30,bob,*****{n:02}\n" for n in range(3))
    path = tmp_path / "orders.csv"
    path.write_text(head + rows, encoding="utf-8")
    said = say("orders", "import", path, "--dry-run")
    assert said.code == 0
    assert said.out.count("masked by the platform") == 1
    assert "3 rows" in said.out
    assert "--market" in said.out or "does not say which market" in said.out
