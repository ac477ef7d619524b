"""A filtered view of the cases table: exported, kept under a name, its orders withdrawn after a look at the plan."""

import csv
import io

import pytest
from tests.kit.storm import Desk, a_storm, bring, deliver
from tests.web.conftest import client_of

from seawall.incidents.models import Case, SavedView
from seawall.outreach.api import Recipient
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

CASES = "/incidents/S-0001/cases/"


def test_the_filtered_view_is_exported_with_every_row(desk: Desk, rival: Desk) -> None:
    storm = bring(a_storm(desk, orders=60), "rolling_out")
    deliver(storm, 5)
    browser = client_of(desk.lead)
    whole = list(csv.reader(io.StringIO(browser.get(f"{CASES}export.csv").content.decode("utf-8-sig"))))
    assert len(whole) == 61
    sent = list(csv.reader(io.StringIO(browser.get(f"{CASES}export.csv?state=waiting").content.decode("utf-8-sig"))))
    assert len(sent) == 1 + Recipient.objects.filter(state="waiting").count()
    assert browser.get(f"{CASES}export.xlsx?state=waiting").content.startswith(b"PK")
    assert browser.get(f"{CASES}export.exe").status_code == 422
    assert client_of(rival.lead).get(f"{CASES}export.csv").status_code == 404


def test_a_view_is_the_members_own(desk: Desk) -> None:
    bring(a_storm(desk, orders=3), "rolling_out")
    browser = client_of(desk.lead)
    for _ in range(2):
        kept = browser.post(f"{CASES}views/", {"name": "Waiting Thai", "state": "waiting", "lang": "th"})
        assert kept["Location"] == f"{CASES}?state=waiting&lang=th"
    view = SavedView.objects.get()
    assert view.query == {"state": "waiting", "lang": "th"}
    assert "Waiting Thai" in browser.get(CASES).content.decode()
    assert "Waiting Thai" not in client_of(desk.admin).get(CASES).content.decode()
    assert client_of(desk.admin).post(f"{CASES}views/forget/", {"view": view.pk}).status_code == 404
    assert browser.post(f"{CASES}views/forget/", {"view": "x"}).status_code == 404
    assert browser.post(f"{CASES}views/", {"name": "", "state": "waiting"}).status_code == 422
    assert browser.post(f"{CASES}views/", {"name": "all"}).status_code == 422
    browser.post(f"{CASES}views/forget/", {"view": view.pk})
    assert not SavedView.objects.exists()


def test_orders_are_withdrawn_after_a_look_at_the_plan(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=6), "rolling_out")
    browser = client_of(desk.lead)
    plan = browser.get(f"{CASES}withdraw/?state=waiting")
    count = plan.context["count"]
    assert count == Recipient.objects.filter(state="waiting").count() > 0
    form = {"state": "waiting", "seen": plan.context["seen"], "why": "they were on another ship"}
    assert browser.post(f"{CASES}withdraw/", {**form, "why": " "}).status_code == 422
    assert browser.post(f"{CASES}withdraw/", {**form, "seen": "x"}).status_code == 409
    assert Case.objects.filter(state="withdrawn").count() == 0
    assert browser.post(f"{CASES}withdraw/", form)["Location"] == CASES
    assert Case.objects.filter(state="withdrawn").count() == count
    assert not Recipient.objects.filter(state="waiting").exists()
    assert Entry.objects.get(verb="cases.withdraw").after["count"] == count
    assert browser.post(f"{CASES}withdraw/", form).status_code == 422
    assert deliver(storm, 10) == 0


def test_a_message_that_left_meanwhile_makes_the_plan_stale(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=6), "rolling_out")
    browser = client_of(desk.lead)
    plan = browser.get(f"{CASES}withdraw/?state=waiting")
    assert deliver(storm, 1) == 1
    stale = {"state": "waiting", "seen": plan.context["seen"], "why": "x"}
    assert browser.post(f"{CASES}withdraw/", stale).status_code == 409
    assert not Case.objects.filter(state="withdrawn").exists()


def test_a_whole_storm_is_not_withdrawn_and_only_the_desk_withdraws(desk: Desk) -> None:
    bring(a_storm(desk, orders=3), "rolling_out")
    assert client_of(desk.lead).get(f"{CASES}withdraw/").status_code == 422
    for who in (desk.agent, desk.approver, desk.auditor):
        assert client_of(who).get(f"{CASES}withdraw/?state=waiting").status_code == 403
