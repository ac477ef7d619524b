"""The page of the reachability plan: what it counts, what it says, and what may be done on it."""

import io
from datetime import timedelta

import openpyxl
import pytest
from tests.kit.storm import Desk, a_storm, bring
from tests.web.conftest import client_of

from seawall.incidents.api import Case
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order
from seawall.outreach.api import ReachSnapshot

pytestmark = pytest.mark.django_db


def a_mixed_storm(desk: Desk, stage: str = "planned") -> str:
    storm = a_storm(desk, orders=5, unconnected=2)
    old = Order.objects.filter(shop=storm.shops[0]).order_by("pk")[0]
    Order.objects.filter(pk=old.pk).update(ordered_at=SYSTEM_CLOCK.now() - timedelta(days=40))
    return bring(storm, stage).incident.code


def test_the_page_counts_every_order_by_door(desk: Desk) -> None:
    code = a_mixed_storm(desk)
    page = client_of(desk.lead).get(f"/incidents/{code}/plan/")
    assert page.status_code == 200
    assert [count for _, _, count in page.context["all"].counts] == [4, 0, 2, 0, 1]
    assert page.context["all"].total == 7
    words = page.content.decode()
    for said in ("4 by API", "chat window closed", "sources disagree", "Plan anew"):
        assert said in words
    for _, rows in page.context["groups"]:
        assert sum(row.total for row in rows) == 7


def test_the_page_before_a_plan_says_what_comes_first(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=1), "facts")
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/plan/")
    assert "No plan yet" in page.content.decode()
    assert client_of(desk.lead).get(f"/incidents/{storm.incident.code}/plan/export.csv").status_code == 409


def test_a_lead_plans_anew_and_sees_what_changed(desk: Desk) -> None:
    code = a_mixed_storm(desk, "rolling_out")
    Order.objects.update(ordered_at=SYSTEM_CLOCK.now() - timedelta(days=40))
    browser = client_of(desk.lead)
    answer = browser.post(f"/incidents/{code}/plan/anew/", {"why": "the week is over"})
    assert answer.status_code == 302
    page = browser.get(answer["Location"])
    newest = page.context["versions"][0]
    assert (newest.snapshot.number, newest.snapshot.note) == (2, "the week is over")
    assert ("API", 4, 0) in newest.changes
    assert "the week is over" in page.content.decode()


def test_agents_look_and_may_not_plan(desk: Desk) -> None:
    code = a_mixed_storm(desk)
    browser = client_of(desk.agent)
    assert "Plan anew" not in browser.get(f"/incidents/{code}/plan/").content.decode()
    assert browser.post(f"/incidents/{code}/plan/anew/").status_code == 403
    assert ReachSnapshot.objects.count() == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sheet_has_every_order(desk: Desk, kind: str) -> None:
    code = a_mixed_storm(desk)
    answer = client_of(desk.lead).get(f"/incidents/{code}/plan/export.{kind}")
    assert answer.status_code == 200
    assert f"{code}-plan.{kind}" in answer["Content-Disposition"]
    if kind == "csv":
        assert len(answer.content.decode("utf-8-sig").splitlines()) == 8
    else:
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).active.max_row == 8


def test_a_sheet_of_another_kind_is_refused_in_words(desk: Desk) -> None:
    code = a_mixed_storm(desk)
    answer = client_of(desk.lead).get(f"/incidents/{code}/plan/export.pdf")
    assert answer.status_code == 422
    assert "csv, xlsx" in answer.content.decode()


def test_the_room_shows_the_plan_in_one_sentence(desk: Desk) -> None:
    code = a_mixed_storm(desk)
    page = client_of(desk.lead).get(f"/incidents/{code}/")
    assert "4 by API" in page.content.decode()
    assert f"/incidents/{code}/plan/" in page.content.decode()


def test_the_page_names_the_clock_that_closes_the_golden_window(desk: Desk) -> None:
    storm = a_storm(desk, orders=2)
    ends = SYSTEM_CLOCK.now() + timedelta(hours=20)
    Order.objects.update(status="to_ship", ship_by=ends)
    code = bring(storm, "planned").incident.code
    page = client_of(desk.lead).get(f"/incidents/{code}/plan/")
    assert "Golden window until" in page.content.decode()
    assert page.context["golden"].clock == "ship_by"
    assert ends - timedelta(hours=1) <= page.context["golden"].until <= ends


def test_the_page_of_an_order_names_its_door(desk: Desk) -> None:
    code = a_mixed_storm(desk)
    browser = client_of(desk.lead)
    case = Case.objects.filter(incident__code=code, recipients__state="waiting").first()
    assert case is not None
    words = browser.get(f"/incidents/{code}/cases/{case.pk}/").content.decode()
    assert "Door: API, open until" in words
    assert "then key press at a seat, by hand in Seller Center" in words
