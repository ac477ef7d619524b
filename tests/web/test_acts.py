"""Acts in the browser: who may, what each does, what a stale page gets."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from tests.kit.storm import Desk, Storm, deliver
from tests.web.conftest import client_of

from seawall.outreach.api import Approval
from seawall.settings.env import override_settings
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

StormAt = Callable[..., Storm]

MAY = {
    "sample": ("planned", {"admin", "lead"}),
    "start": ("approved", {"admin", "lead"}),
    "pause": ("rolling_out", {"admin", "lead", "approver"}),
    "resume": ("paused", {"admin", "lead"}),
    "stop": ("paused", {"admin", "lead"}),
    "approve": ("sample_sent", {"approver"}),
    "attest": ("written", {"approver"}),
    "packs": ("approved", {"admin", "lead"}),
}


@pytest.mark.parametrize("act", MAY)
@pytest.mark.parametrize("who", ["admin", "lead", "agent", "approver", "auditor"])
def test_each_act_is_for_its_roles_only(act: str, who: str, desk: Desk, storm_at: StormAt) -> None:
    stage, allowed = MAY[act]
    storm = storm_at(stage, orders=4)
    browser = client_of(getattr(desk, who))
    code = storm.incident.code
    room = browser.get(f"/incidents/{code}/").content.decode()
    given = {"why": "a reason", "typed": code, "decision": "approve"}
    if stage not in ("written",):
        given["binding"] = storm.roll_out.binding_digest
    else:
        given["digest"] = storm.incident.facts_sheets.get().digest
    before = Entry.objects.count()
    answer = browser.post(f"/incidents/{code}/{act}/", given)
    if who in allowed:
        assert answer.status_code == 302, answer.content.decode()
        assert (answer.status_code, answer["Location"]) == (302, f"/incidents/{code}/")
        assert Entry.objects.count() > before
        assert f"/incidents/{code}/{act}/" in room
    else:
        assert answer.status_code == 403
        assert "Your role" in answer.content.decode()
        assert Entry.objects.count() == before
        if act not in ("approve", "attest"):
            assert f'action="/incidents/{code}/{act}/"' not in room


def test_without_the_forms_token_nothing_happens(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    answer = client_of(desk.lead, csrf=True).post(f"/incidents/{storm.incident.code}/pause/")
    assert answer.status_code == 403
    assert "The page was too old" in answer.content.decode()
    assert storm.roll_out.state == "running"


def test_pause_asks_nothing_and_says_who(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    answer = client_of(desk.approver).post(f"/incidents/{storm.incident.code}/pause/")
    assert answer.status_code == 302
    assert storm.roll_out.state == "paused"
    assert deliver(storm, 5) == 0
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    assert "Paused by north-seller_approver." in page


def test_pausing_by_htmx_answers_with_the_parts_of_the_room(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    answer = client_of(desk.lead).post(f"/incidents/{storm.incident.code}/pause/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="lanes"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_pausing_twice_is_refused_in_words_and_as_a_part(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("paused")
    url = f"/incidents/{storm.incident.code}/pause/"
    page = client_of(desk.lead).post(url)
    assert page.status_code == 409
    assert "The roll-out is “Paused”, and “pause” is not possible from there" in page.content.decode()
    part = client_of(desk.lead).post(url, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Retarget"]) == (409, "#refusal")
    assert "<html" not in part.content.decode()
    chinese = client_of(desk.lead, language="zh-hans").post(url).content.decode()
    assert "铺开 处于“已暂停”，此状态下不能“暂停”" in chinese


def test_resuming_needs_a_reason(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("paused")
    url = f"/incidents/{storm.incident.code}/resume/"
    assert client_of(desk.lead).post(url, {"why": " "}).status_code == 409
    assert storm.roll_out.state == "paused"
    assert client_of(desk.lead).post(url, {"why": "the words were mended"}).status_code == 302
    assert storm.roll_out.state == "running"
    assert Entry.objects.filter(verb="outreach.resume").get().why == "the words were mended"


def test_stopping_shows_the_numbers_and_wants_the_code_typed(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out", orders=12)
    url = f"/incidents/{storm.incident.code}/stop/"
    page = client_of(desk.lead).get(url).content.decode()
    assert "<b>11</b> buyers will not be written to" in page
    assert f'formaction="/incidents/{storm.incident.code}/pause/"' in page
    wrong = client_of(desk.lead).post(url, {"why": "x", "typed": "S-0009"})
    assert wrong.status_code == 422
    assert storm.roll_out.state == "running"
    done = client_of(desk.lead).post(url, {"why": "the seller found another way", "typed": " s-0001 "}, follow=True)
    assert "Stopped for good. 11 buyers will not be written to." in done.content.decode()
    assert storm.refresh().state == "follow_up"


def test_starting_shows_the_plan_first_and_refuses_an_old_one(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("approved", orders=30, unconnected=3)
    url = f"/incidents/{storm.incident.code}/start/"
    page = client_of(desk.lead).get(url).content.decode()
    assert "Will write to 29 buyers in 1 language(s)" in page
    assert "3 without a connection" in page
    stale = client_of(desk.lead).post(url, {"binding": "0" * 64})
    assert stale.status_code == 409
    assert "You were looking at an older state" in stale.content.decode()
    assert storm.refresh().state == "approved"
    assert client_of(desk.lead).post(url, {"binding": storm.roll_out.binding_digest}).status_code == 302
    assert storm.refresh().state == "rolling_out"


def test_the_seller_sees_what_is_approved_and_approves_it(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=9, unconnected=4)
    browser = client_of(desk.approver)
    url = f"/incidents/{storm.incident.code}/approve/"
    page = browser.get(url)
    text = page.content.decode()
    digest = storm.roll_out.binding_digest
    assert "Write to 9 buyers:" in text
    assert f"{digest[:4]}·{digest[4:8]}·{digest[8:12]}" in text
    assert page.context["sample"].row.text in text
    assert "tabler" not in text
    assert "<script" not in text
    assert browser.post(url, {"decision": "approve", "binding": digest}).status_code == 302
    approval = Approval.objects.get()
    assert (approval.is_approved, approval.binding_digest) == (True, digest)


@pytest.mark.parametrize("stage", ["planned", "sample_sent", "approved", "rolling_out", "follow_up"])
def test_the_sellers_page_says_the_same_number_of_buyers_before_and_after(
    desk: Desk, storm_at: StormAt, stage: str
) -> None:
    storm = storm_at(stage, orders=9, unconnected=4)
    page = client_of(desk.approver).get(f"/incidents/{storm.incident.code}/approve/")
    assert "Write to 9 buyers:" in page.content.decode()
    assert sum(page.context["audience"].languages.values()) == 9
    assert page.context["audience"].no_connection == 4


def test_an_old_approval_page_cannot_approve(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("sample_sent")
    answer = client_of(desk.approver, language="zh-hans").post(
        f"/incidents/{storm.incident.code}/approve/", {"decision": "approve", "binding": "f" * 64}
    )
    assert answer.status_code == 409
    assert "您看的是旧页面" in answer.content.decode()
    assert not Approval.objects.exists()


def test_sending_back_needs_a_comment_and_voids_the_plan(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("sample_sent")
    url = f"/incidents/{storm.incident.code}/approve/"
    given = {"decision": "send_back", "binding": storm.roll_out.binding_digest}
    assert client_of(desk.approver).post(url, given).status_code == 409
    assert client_of(desk.approver).post(url, {**given, "comment": "写错了店名"}).status_code == 302
    assert storm.refresh().state == "script_ready"
    assert "写错了店名" in client_of(desk.lead).get(f"/incidents/{storm.incident.code}/timeline/").content.decode()


def test_an_unknown_choice_changes_nothing(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("sample_sent")
    answer = client_of(desk.approver).post(f"/incidents/{storm.incident.code}/approve/", {"decision": "maybe"})
    assert answer.status_code == 400
    assert storm.refresh().state == "sample_sent"


def test_the_seller_attests_what_was_shown_and_nothing_older(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("written")
    url = f"/incidents/{storm.incident.code}/attest/"
    page = client_of(desk.approver).get(url).content.decode()
    sheet = storm.incident.facts_sheets.get()
    assert sheet.cause in page
    assert "海关退运通知书.pdf" in page
    assert client_of(desk.approver).post(url, {"digest": "0" * 64}).status_code == 409
    assert client_of(desk.approver).post(url, {"digest": sheet.digest}).status_code == 302
    assert storm.refresh().state == "facts_attested"


def test_a_simulated_seller_is_named_as_one_wherever_it_decided(desk: Desk, storm_at: StormAt) -> None:
    from dataclasses import replace

    from seawall.tenancy.api import Membership

    Membership.objects.filter(pk=desk.approver.membership_id).update(is_simulated=True)
    storm = storm_at("opened")
    object.__setattr__(storm, "desk", replace(desk, approver=replace(desk.approver, is_simulated=True)))
    from tests.kit.storm import bring

    bring(storm, "approved")
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    assert page.count("simulated</span>") >= 4  # stepper (facts, approval), approval card, facts card, timeline


def test_papers_are_added_downloaded_and_never_shown_inline(desk: Desk, storm_at: StormAt) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    storm = storm_at("facts")
    browser = client_of(desk.lead)
    code = storm.incident.code
    paper = SimpleUploadedFile("../../notice<1>.pdf", b"%PDF-1.7 two", content_type="text/html")
    assert browser.post(f"/incidents/{code}/papers/", {"papers": paper}).status_code == 302
    assert storm.refresh().state == "opened"
    row = storm.incident.papers.order_by("-pk").first()
    assert row is not None
    answer = browser.get(f"/incidents/{code}/papers/{row.sha256}/")
    assert b"".join(answer) == b"%PDF-1.7 two"  # type: ignore[arg-type]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/pdf"
    html = SimpleUploadedFile("a.pdf", b"<html>", content_type="application/pdf")
    assert browser.post(f"/incidents/{code}/papers/", {"papers": html}).status_code == 422
    assert browser.post(f"/incidents/{code}/papers/").status_code == 422


def test_a_pack_is_sealed_and_comes_down_byte_for_byte(desk: Desk, storm_at: StormAt) -> None:
    import hashlib

    storm = storm_at("follow_up", orders=4)
    code = storm.incident.code
    browser = client_of(desk.lead)
    page = browser.post(f"/incidents/{code}/packs/", follow=True)
    assert "Pack 1 is sealed" in page.content.decode()
    pack = storm.incident.packs.get()
    for who in (desk.lead, desk.approver, desk.auditor):
        answer = client_of(who).get(f"/incidents/{code}/packs/1/")
        body = b"".join(answer)  # type: ignore[arg-type]
        assert hashlib.sha256(body).hexdigest() == pack.sha256
        assert answer["Content-Disposition"] == f'attachment; filename="seawall-{code}-1.zip"'
        assert int(answer["Content-Length"]) == pack.size
    assert client_of(desk.lead).get(f"/incidents/{code}/packs/2/").status_code == 404


def test_the_report_of_a_pack_is_a_click_away_in_the_readers_language(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("follow_up", orders=4)
    room = f"/incidents/{storm.incident.code}/"
    browser = client_of(desk.lead)
    browser.post(f"{room}packs/")
    chinese = browser.get(room, headers={"Accept-Language": "zh-Hans"}).content.decode()
    found = re.search(rf'href="({room}packs/1/report-\w+\.pdf)"', chinese)
    assert found is not None
    answer = browser.get(found[1])
    assert b"".join(answer).startswith(b"%PDF-1.7")  # type: ignore[arg-type]
    assert answer["Content-Type"] == "application/pdf"
    for name in ("report-en-1.pdf", "facts.json", "..%2Fx"):
        assert browser.get(f"{room}packs/1/{name}").status_code == 404


def test_a_pack_is_sealed_even_where_its_report_cannot_be_made(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("follow_up", orders=3)
    with override_settings(report_certificate="/nowhere/team.p12"):
        page = client_of(desk.lead).post(f"/incidents/{storm.incident.code}/packs/", follow=True).content.decode()
    assert "Reports cannot be signed: the PKCS#12 file team.p12 is not there" in page
    assert "Pack 1 is sealed" in page
    assert storm.incident.packs.get().counts["reports"] == []


def test_a_stranger_cannot_pause(storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    assert Client().post(f"/incidents/{storm.incident.code}/pause/").status_code == 302
    assert storm.roll_out.state == "running"
