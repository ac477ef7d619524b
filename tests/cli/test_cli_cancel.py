"""Cancelling on the command line: from the list to the numbers, with what a hurried person gets wrong."""

import pytest
from tests.cli.kit import Say, everything
from tests.kit.rollout import Desk
from tests.kit.storm import Storm, a_storm, bring

from seawall.casework.models import Cancellation

LEAD, SELLER = ("--as", "north-lead"), ("--as", "north-seller_approver")


@pytest.fixture
def storm(desk: Desk) -> Storm:
    return bring(a_storm(desk, orders=3), "follow_up")


def test_a_list_from_its_plan_to_its_end(say: Say, storm: Storm) -> None:
    code = storm.incident.code
    needed = say(*LEAD, "--json", "cancel", "plan", code)
    assert (needed.code, needed.json["error"]) == (1, "cancel_reason_needed")
    why = ("--why", "nothing else fits")
    assert say(*LEAD, "--json", "cancel", "plan", code, "--reason", "Out of Stock", *why).json["error"] == (
        "cancel_reason_form"
    )
    blamed = say(*LEAD, "--json", "cancel", "plan", code, "--reason", "lazada=Buyer requested", *why)
    assert blamed.json["error"] == "cancel_reason_blames_buyer"
    before = everything()
    dry = say(*LEAD, "--json", "cancel", "plan", code, "--reason", "lazada=Out of Stock", *why, "--dry-run").json
    assert (dry["orders"], dry["dry_run"]) == (3, True)
    assert everything() == before

    made = say(*LEAD, "--json", "cancel", "plan", code, "--reason", "lazada=Out of Stock", *why).json
    assert made["binding"] == dry["binding"]
    assert say(*LEAD, "--json", "cancel", "start", code).json["error"] == "cancel_not_approved"
    assert say(*SELLER, "cancel", "approve", code, "--binding", made["binding"]).code == 0
    assert say(*LEAD, "cancel", "start", code).code == 0
    assert say(*SELLER, "cancel", "pause", code).code == 0
    number = Cancellation.objects.order_by("rank")[0].order.platform_order_id
    assert say(*LEAD, "cancel", "leave", code, number, "--why", "the buyer waits").code == 0
    assert say(*LEAD, "--json", "cancel", "leave", code, number, "--why", "x").json["error"] == "move_refused"
    assert say(*LEAD, "--json", "cancel", "waive", code, "--why", "x").json["error"] == "cancel_waive_which"
    assert say(*LEAD, "--json", "cancel", "stop", code, "--why", "x").json["error"] == "confirm_needed"
    assert say(*LEAD, "--json", "cancel", "stop", code, "--why", "x", "--yes").json["left_out"] == 2

    status = say(*LEAD, "--json", "cancel", "status", code).json
    assert status["cancellations"]["left_out"] == status["listed"] == 3
    shown = say(*LEAD, "--json", "incident", "show", code).json
    assert shown["adds_up"]
    assert shown["after"]["listed"] == 3
    people = say(*LEAD, "cancel", "list", code)
    assert "the buyer waits" in " ".join(people.out.split())
    assert "= listed" in say(*LEAD, "incident", "show", code).out


def test_the_first_question_and_the_answer_by_itself_want_a_reason(say: Say, storm: Storm) -> None:
    code = storm.incident.code
    assert say(*LEAD, "--json", "cancel", "course", code, "--why", " ", "--platform-cancels").json["error"] == (
        "course_needs_reason"
    )
    assert say(*LEAD, "--json", "cancel", "course", code, "--why", "x").json["error"] == "course_nothing_to_set"
    noted = say(*LEAD, "--json", "cancel", "course", code, "--why", "they wrote so", "--platform-cancels")
    assert noted.json["platform_cancels"] is True
    refused = say(*LEAD, "--json", "cancel", "plan", code, "--reason", "lazada=Out of Stock", "--why", "x")
    assert refused.json["error"] == "platform_cancels"
    assert (
        say(*LEAD, "--json", "requests", "accept-all", code, "--why", "goods go back").json["accepts_requests"] is True
    )
    assert say(*LEAD, "--json", "requests", "accept-all", code, "--why", "x", "--off").json["accepts_requests"] is False
    answer = ("requests", "answer", code, "1", "--why", "x")
    assert say(*LEAD, "--json", *answer).json["error"] == "request_yes_or_no"
    assert say(*LEAD, "--json", *answer, "--accept").json["error"] == "request_unknown"
