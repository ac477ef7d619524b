"""A rival sees and changes nothing; a stranger is sent to sign in: on every address there is."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern
from tests.kit.storm import Desk, a_storm, bring
from tests.web.conftest import client_of

from seawall.incidents.models import Case, Paper
from seawall.incidents.queries import packs_of
from seawall.timeline.api import Entry
from seawall.web.urls import urlpatterns

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {
    "healthz", "hook", "sign_in_link", None, "look", "choose_team", "shop_callback",
    "seller_link", "seller_link_paper", "seller_link_pack", "seller_link_picture", "public_keys",
}  # fmt: skip
"""Addresses that ask for no signed-in member (what they do instead is tested by itself)."""


def patterns() -> Iterator[URLPattern]:
    for each in urlpatterns:
        if not str(each.pattern).lstrip("^").startswith("account/"):
            yield each


def path_of(pattern: URLPattern, **values: object) -> str:
    found = "/" + str(pattern.pattern)
    for name, value in values.items():
        found = re.sub(rf"<(?:\w+:)?{name}>", str(value), found)
    assert "<" not in found, f"no value for {found}"
    return found


def of_a_storm() -> list[URLPattern]:
    return [each for each in patterns() if "<str:code>" in str(each.pattern)]


def test_there_are_pages_of_a_storm() -> None:
    assert len(of_a_storm()) == 45


@pytest.mark.parametrize("pattern", of_a_storm(), ids=lambda each: str(each.name))
def test_a_rival_gets_404_for_every_page_and_act_of_a_storm(pattern: URLPattern, desk: Desk, rival: Desk) -> None:
    a_storm(rival, orders=1)  # S-0001 of the rival's own
    bring(a_storm(desk, orders=1, markets=("MY",)), "opened")
    storm = bring(a_storm(desk, orders=3), "follow_up")
    assert storm.incident.code == "S-0002"
    client_of(desk.lead).post(f"/incidents/{storm.incident.code}/packs/")
    values = {
        "code": storm.incident.code,
        "pk": Case.objects.filter(incident=storm.incident).first().pk,  # type: ignore[union-attr]
        "sha256": Paper.objects.get(incident=storm.incident).sha256,
        "number": packs_of(desk.lead, storm.incident.pk)[0].number,
        "name": "report-zh.pdf",
        "page": 1,
        "token": "x" * 32,
        "kind": "csv",
    }
    before = Entry.objects.count()
    path = path_of(pattern, **values)
    for member in (rival.admin, rival.lead, rival.agent, rival.approver, rival.auditor):
        browser = client_of(member)
        answers = {browser.get(path).status_code, browser.post(path, {"why": "x", "typed": "S-0002"}).status_code}
        answers |= {browser.get(path, headers={"HX-Request": "true"}).status_code}
        assert answers <= {404, 405}, (pattern.name, member.role, answers)
        assert 404 in answers
    assert Entry.objects.count() == before
    assert storm.refresh().state == "follow_up"


@pytest.mark.parametrize("pattern", of_a_storm(), ids=lambda each: str(each.name))
def test_parts_of_a_foreign_storm_are_not_found_under_ones_own(pattern: URLPattern, desk: Desk, rival: Desk) -> None:
    if "<int" not in str(pattern.pattern) and "sha256" not in str(pattern.pattern):
        return
    storm = bring(a_storm(desk, orders=3), "follow_up")
    client_of(desk.lead).post(f"/incidents/{storm.incident.code}/packs/")
    own = a_storm(rival, orders=1)
    values = {
        "code": own.incident.code,
        "pk": Case.objects.filter(incident=storm.incident).first().pk,  # type: ignore[union-attr]
        "sha256": Paper.objects.get(incident=storm.incident).sha256,
        "number": 1,
        "name": "report-zh.pdf",
        "page": 1,
    }
    assert client_of(rival.lead).get(path_of(pattern, **values)).status_code == 404


@pytest.mark.parametrize(
    "pattern", [p for p in patterns() if p.name not in OPEN_TO_ALL], ids=lambda each: str(each.name)
)
def test_a_stranger_is_sent_to_sign_in(pattern: URLPattern, db: None) -> None:
    path = path_of(
        pattern,
        code="S-0001",
        pk=1,
        sha256="0" * 64,
        number=1,
        page=1,
        token="x" * 32,
        seller="s017",
        kind="csv",
        name="report-zh.pdf",
    )
    for answer in (Client().get(path), Client().post(path)):
        if answer.status_code != 405:
            assert answer.status_code == 302, pattern.name
            assert answer["Location"].startswith("/account/login/?next="), pattern.name
    part = Client().get(path, headers={"HX-Request": "true"})
    assert part.status_code in (204, 405)


def test_a_rival_finds_neither_order_nor_storm_by_searching(desk: Desk, rival: Desk) -> None:
    storm = a_storm(desk, orders=2)
    number = Case.objects.filter(incident=storm.incident).first().order.platform_order_id  # type: ignore[union-attr]
    own = client_of(desk.lead).get("/find/", {"q": number})
    assert own.status_code == 302
    assert number in client_of(desk.lead).get(own["Location"]).content.decode()
    for wanted in (number, storm.incident.code):
        answer = client_of(rival.lead).get("/find/", {"q": wanted})
        assert answer.status_code == 200
        assert answer.context["found"] == []


def test_the_rivals_board_is_empty(desk: Desk, rival: Desk) -> None:
    bring(a_storm(desk, orders=2), "rolling_out")
    page = client_of(rival.lead).get("/")
    assert page.context["storms"] == []
    assert "No storm is open" in page.content.decode()


def test_another_sellers_approver_in_the_same_team_sees_nothing(desk: Desk) -> None:
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.tenancy.api import actor_of
    from seawall.tenancy.commands.add_member import AddMember, add_member, add_seller

    storm = bring(a_storm(desk, orders=2), "sample_sent")
    add_seller("s018", "Seller 018", by=desk.admin)
    other = add_member(
        AddMember(username="other", role="seller_approver", seller_code="s018"), by=desk.admin, clock=SYSTEM_CLOCK
    )
    browser = client_of(actor_of(other))
    assert browser.get("/").context["storms"] == []
    for page in ("", "approve/", "cases/", "timeline/"):
        assert browser.get(f"/incidents/{storm.incident.code}/{page}").status_code == 404
