"""The reachability plan on the command line: read in both languages, made anew, written to a file."""

import json
from pathlib import Path

import openpyxl
from tests.cli.kit import Say
from tests.kit.storm import Desk, a_storm, bring

LEAD = ("--as", "north-lead")


def test_a_lead_reads_the_plan_and_takes_it_along(say: Say, desk: Desk, tmp_path: Path) -> None:
    code = bring(a_storm(desk, orders=4, unconnected=2), "planned").incident.code
    english = say(*LEAD, "outreach", "reach", code)
    assert "4 by API, 2 by hand in Seller Center; " in english.out
    assert "sources disagree" in english.out
    chinese = say(*LEAD, "--language", "zh", "outreach", "reach", code)
    assert "接口发送 4，卖家中心人工发送 2；" in chinese.out
    assert "来源不一" in chinese.out

    said = say(*LEAD, "--json", "outreach", "reach", code, "-o", str(tmp_path / "plan.xlsx"))
    assert said.json["reach"]["doors_now"]["all"]["all"] == {"api": 4, "manual": 2}
    assert openpyxl.load_workbook(tmp_path / "plan.xlsx").active.max_row == 7
    assert say(*LEAD, "outreach", "reach", code, "-o", str(tmp_path / "plan.CSV")).code == 0
    assert len((tmp_path / "plan.CSV").read_text(encoding="utf-8-sig").splitlines()) == 7


def test_a_plan_made_anew_says_what_it_changed(say: Say, desk: Desk) -> None:
    code = bring(a_storm(desk, orders=4), "planned").incident.code
    said = say(*LEAD, "--json", "outreach", "replan", code, "--why", "a shop came back")
    assert (said.code, said.json["reach"]["number"], said.json["reach"]["note"]) == (0, 2, "a shop came back")
    assert json.dumps(said.json["reach"]["since_last"]) == "[]"


def test_a_file_that_cannot_be_written_is_refused_in_words(say: Say, desk: Desk, tmp_path: Path) -> None:
    code = bring(a_storm(desk, orders=2), "planned").incident.code
    for name, why in (
        ("plan.pdf", "export_kind_unknown"), ("plan", "export_kind_unknown"), ("none/plan.csv", "plan_folder_missing"),
    ):  # fmt: skip
        said = say(*LEAD, "--json", "outreach", "reach", code, "-o", str(tmp_path / name))
        assert (said.code, said.json["error"]) == (1, why)
    assert list(tmp_path.iterdir()) == []


def test_without_a_plan_there_is_nothing_to_read(say: Say, desk: Desk) -> None:
    code = bring(a_storm(desk, orders=1), "facts").incident.code
    assert say(*LEAD, "--json", "outreach", "reach", code).json["error"] == "roll_out_unknown"
