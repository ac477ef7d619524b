"""A storm on the command line: its numbers add up, a dry run changes nothing, a bad facts sheet names its field."""

from pathlib import Path

import pytest
from tests.cli.kit import Say, everything, no_trace
from tests.kit.rollout import Desk, planned, with_facts
from tests.kit.storm import a_storm, answer, block, bring, confirm, deliver, hand_to_person, reject

from seawall.incidents.commands.prepare import library_wording, submit_incident_script
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient, RollOut

LEAD = ("--as", "north-lead")
FACTS = {
    "cause": '"货柜在海关被退运"', "happened_on": "2026-11-14", "remedy": '"平台退款"', "ceiling_amount": '"60000"',
    "ceiling_currency": '"CNY"', "deadline_at": "2099-12-01T00:00:00Z",
}  # fmt: skip
CAUSES = '[cause_by_language]\nen = "the container was returned"\nth = "ตู้สินค้าถูกส่งกลับ"\nzh-Hans = "货柜被退"\n'


def sheet(folder: Path, **changes: str | None) -> Path:
    rows = {**FACTS, **changes}
    path = folder / "facts.toml"
    path.write_text("".join(f"{k} = {v}\n" for k, v in rows.items() if v is not None) + CAUSES, encoding="utf-8")
    return path


def test_show_adds_up_to_the_last_order(say: Say, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=30, unconnected=7), "rolling_out")
    deliver(storm, 9)
    confirm(storm, 6)
    answer(storm, 2)
    block(storm, 1)
    reject(storm, 2)
    hand_to_person(storm, 1)
    shown = say(*LEAD, "--json", "incident", "show", storm.incident.code)
    assert shown.code == 0
    result = shown.json
    assert result["adds_up"] is True
    assert sum(result["outcomes"].values()) == result["planned"] == 37 == result["orders"]["open"]
    counted = {
        state: n
        for state in result["outcomes"]
        if (n := Recipient.objects.filter(incident=storm.incident, state=state).count())
    }
    assert {state: n for state, n in result["outcomes"].items() if n} == counted
    assert counted["no_connection"] == 7
    status = say(*LEAD, "--json", "outreach", "status", storm.incident.code)
    assert status.json == result
    people = say(*LEAD, "incident", "show", storm.incident.code)
    assert "= planned" in people.out
    assert "37" in people.out


def test_a_dry_run_of_a_plan_stores_nothing_and_says_what_the_plan_would(say: Say, desk: Desk) -> None:
    storm = with_facts(a_storm(desk, orders=6, unconnected=2))
    submit_incident_script(storm.refresh(), library_wording("customs_return"), by=desk.lead, clock=SYSTEM_CLOCK)
    before = everything()
    dry = say(*LEAD, "--json", "outreach", "plan", storm.incident.code, "--dry-run")
    assert dry.code == 0
    assert everything() == before
    assert not RollOut.objects.exists()
    real = say(*LEAD, "--json", "outreach", "plan", storm.incident.code)
    shown, stored = dry.json, real.json
    foreseen, planned = shown.pop("reach"), stored.pop("reach")
    assert shown == stored | {"dry_run": True}
    # Both are plans of their own instant; the buyers and their doors are the same.
    assert (foreseen["totals"], foreseen["doors_now"]) == (planned["totals"], planned["doors_now"])
    assert real.json["dry_run"] is False
    assert Recipient.objects.count() == 8


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cause": None}, "cause"), ({"happened_on": '"yesterday"'}, "happened_on"),
        ({"ceiling_amount": '"much"'}, "ceiling_amount"), ({"deadline_at": '"2026-12-01T00:00:00"'}, "deadline_at"),
        ({"celing_currency": '"CNY"'}, "celing_currency"), ({"remedy": '""'}, "remedy"),
        ({"statements": '"one"'}, "statements"), ({"cause": "unquoted"}, "line 1"),
    ],
)  # fmt: skip
def test_a_facts_sheet_that_does_not_hold_names_the_field(
    say: Say, desk: Desk, tmp_path: Path, changes: dict[str, str | None], field: str
) -> None:
    storm = a_storm(desk, orders=1)
    before = everything()
    path = sheet(tmp_path, **changes)
    said = say(*LEAD, "--json", "incident", "facts", storm.incident.code, "--file", path)
    no_trace(said)
    assert (said.code, said.json["error"]) == (1, "facts_file_unreadable")
    assert field in said.json["text"]
    assert "facts.toml" in said.json["text"]
    assert everything() == before


def test_a_good_facts_sheet_goes_in_and_an_edit_voids_the_plan(say: Say, desk: Desk, tmp_path: Path) -> None:
    storm = planned(a_storm(desk, orders=2))
    code = storm.incident.code
    said = say(*LEAD, "--json", "incident", "facts", code, "--file", sheet(tmp_path))
    assert (said.code, said.json["version"]) == (0, 2)
    shown = say(*LEAD, "--json", "incident", "show", code).json
    assert shown["facts"]["attested_at"] is None
    assert shown["roll_out"] is None
    assert shown["planned"] == 0
    refused = say(*LEAD, "--json", "outreach", "start", code)
    assert refused.code == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"cause = ", "cause = '货'".encode("gb18030")])
def test_a_facts_file_that_is_no_toml_is_said_so(say: Say, desk: Desk, tmp_path: Path, content: bytes) -> None:
    storm = a_storm(desk, orders=1)
    path = tmp_path / "facts.toml"
    path.write_bytes(content)
    said = say(*LEAD, "--json", "incident", "facts", storm.incident.code, "--file", path)
    no_trace(said)
    assert (said.code, said.json["error"]) == (1, "facts_file_unreadable")


def test_stopping_asks_for_yes_and_resuming_for_a_reason(say: Say, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=3), "paused")
    code = storm.incident.code
    before = everything()
    assert say(*LEAD, "--json", "outreach", "stop", code, "--why", "x").json["error"] == "confirm_needed"
    assert say(*LEAD, "--json", "outreach", "resume", code).code == 2
    assert say(*LEAD, "--json", "outreach", "resume", code, "--why", " ").json["error"] == "resume_needs_reason"
    assert everything() == before
    stopped = say(*LEAD, "--json", "outreach", "stop", code, "--why", "the seller closes the shop", "--yes")
    shown = say(*LEAD, "--json", "incident", "show", code).json
    assert stopped.json["left_out"] == shown["outcomes"]["left_out"] > 0
    assert shown["adds_up"] is True


def test_a_pack_is_sealed_copied_listed_and_verified(say: Say, desk: Desk, tmp_path: Path) -> None:
    storm = bring(a_storm(desk, orders=5, unconnected=1), "follow_up")
    code, out = storm.incident.code, tmp_path / "pack.zip"
    before = everything()
    nowhere = say(*LEAD, "--json", "evidence", "pack", code, "-o", tmp_path / "no" / "pack.zip")
    no_trace(nowhere)
    assert (nowhere.code, nowhere.json["error"]) == (1, "pack_folder_missing")
    assert everything() == before
    packed = say(*LEAD, "--json", "evidence", "pack", code, "-o", out).json
    assert packed["items"] == 6
    verified = say("--json", "evidence", "verify", out, "--key", packed["key_id"])
    assert (verified.code, verified.json["ok"], verified.json["root"]) == (0, True, packed["root"])
    listed = say(*LEAD, "--json", "evidence", "list", code).json["packs"]
    assert listed[-1]["root"] == packed["root"]
    other = say("--json", "evidence", "verify", out, "--key", "0" * 16)
    assert other.code == 1


def test_the_timeline_names_who_did_what(say: Say, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=2), "rolling_out")
    rows = say("--as", "north-auditor", "--json", "incident", "timeline", storm.incident.code).json["timeline"]
    by = {row["verb"]: row["role"] for row in rows}
    assert by["incident.open"] == "lead"
    assert {"seller_approver"} == {row["role"] for row in rows if "approve" in row["verb"] or "attest" in row["verb"]}
    assert rows == sorted(rows, key=lambda row: row["at"])
