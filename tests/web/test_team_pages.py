"""The pages of the team, the settings and the audit log: who reads them, who changes what, and that nothing leaks."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.kit.storm import Desk, Storm, a_desk, a_storm, bring
from tests.web.conftest import client_of

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.staff.models import Shift
from seawall.tenancy.api import Membership, Seller, User
from seawall.timeline.api import Entry, record

pytestmark = pytest.mark.django_db

Queries = Callable[[int], Any]


def member_of(desk: Desk, role: str) -> Membership:
    return Membership.objects.select_related("user").get(team_id=desk.admin.team_id, role=role)


def page(who: Any, path: str, language: str = "en") -> str:
    answer = client_of(who, language=language).get(path)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def test_an_administrator_adds_a_member_and_gives_a_way_in(desk: Desk) -> None:
    browser = client_of(desk.admin)
    made = browser.post("/team/", {"username": "mai", "name": "Mai", "role": "agent", "lang": ["th", "vi"]})
    person = Membership.objects.get(user__username="mai")
    assert (made.status_code, made["Location"]) == (302, f"/team/{person.pk}/")
    assert "Thai" in browser.get("/team/").content.decode()
    shown = browser.post(f"/team/{person.pk}/sign-in-link/").content.decode()
    address = shown.partition("/in/")[2].partition("/")[0]
    assert len(address) > 30
    assert address not in browser.get(f"/team/{person.pk}/").content.decode()
    stranger = client_of(desk.agent)
    stranger.logout()
    assert stranger.get(f"/in/{address}/")["Location"] == "/"
    assert str(stranger.get("/").context["actor"].name) == "Mai"


def test_a_members_page_changes_role_languages_and_shifts(desk: Desk) -> None:
    browser, agent = client_of(desk.admin), member_of(desk, "agent")
    path = f"/team/{agent.pk}/"
    browser.post(path, {"act": "languages", "lang": ["id"]})
    browser.post(path, {"act": "shift", "day": ["mon", "tue"], "from": "09:00", "until": "18:00",
                        "zone": "Asia/Jakarta"})  # fmt: skip
    browser.post(path, {"act": "role", "role": "lead", "why": "leads the night"})
    agent.refresh_from_db()
    assert (agent.role, agent.languages, Shift.objects.count()) == ("lead", ["id"], 2)
    assert "Mon 09:00–18:00 Jakarta" in browser.get(path).content.decode()
    assert "周一 09:00–18:00 Jakarta" in page(desk.admin, path, "zh-hans")
    first = Shift.objects.order_by("weekday")[0]
    other = member_of(desk, "auditor")
    assert browser.post(f"/team/{other.pk}/", {"act": "drop_shift", "shift": first.pk}).status_code == 404
    assert browser.post(path, {"act": "drop_shift", "shift": first.pk}).status_code == 302
    assert browser.post(path, {"act": "drop_shift", "shift": first.pk}).status_code == 404
    assert browser.post(path, {"act": "drop_shift", "shift": "٣"}).status_code == 400
    assert browser.post(path, {"act": "fly"}).status_code == 400
    assert Shift.objects.count() == 1
    log = page(desk.admin, "/audit/")
    for said in ("Role of north-agent: Agent → Team lead", "leads the night", "Mon, Tue 09:00–18:00"):
        assert said in log


def test_the_last_administrator_cannot_be_switched_off_on_the_page(desk: Desk) -> None:
    admin = member_of(desk, "admin")
    answer = client_of(desk.admin).post(f"/team/{admin.pk}/", {"act": "off"})
    assert answer.status_code == 409
    assert "last administrator" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.is_active


def test_who_is_switched_off_is_out_at_the_next_click(desk: Desk) -> None:
    browser, agent = client_of(desk.agent), member_of(desk, "agent")
    assert browser.get("/").status_code == 200
    client_of(desk.admin).post(f"/team/{agent.pk}/", {"act": "off", "why": "left"})
    assert browser.get("/").status_code == 403
    client_of(desk.admin).post(f"/team/{agent.pk}/", {"act": "on"})
    assert browser.get("/").status_code == 200


def test_a_seller_is_added_and_named_to_a_new_approver(desk: Desk) -> None:
    browser = client_of(desk.admin)
    browser.post("/team/sellers/", {"code": "s018", "name": "Nice Home"})
    assert "Nice Home" in browser.get("/team/").content.decode()
    browser.post("/team/", {"username": "chen", "role": "seller_approver", "seller": "s018"})
    assert Membership.objects.get(user__username="chen").seller == Seller.objects.get(code="s018")
    assert browser.post("/team/", {"username": "wu", "role": "seller_approver"}).status_code == 422


@pytest.mark.parametrize(
    ("role", "team", "settings", "audit"),
    [
        ("admin", 200, 200, 200), ("lead", 200, 200, 403), ("agent", 403, 200, 403), ("auditor", 200, 200, 200),
        ("approver", 403, 200, 403),
    ],
)  # fmt: skip
def test_who_reads_what(desk: Desk, role: str, team: int, settings: int, audit: int) -> None:
    browser = client_of(getattr(desk, role))
    pk = member_of(desk, "lead").pk
    assert [browser.get(path).status_code for path in ("/team/", f"/team/{pk}/", "/settings/", "/audit/")] == [
        team, team, settings, audit,
    ]  # fmt: skip
    assert browser.get("/audit/export.csv").status_code == audit
    home = browser.get("/settings/").content.decode()
    for path, status in (("/team/", team), ("/audit/", audit)):
        assert (f'<a href="{path}"' in home) == (status == 200)
    if role != "admin":
        before = Entry.objects.count()
        assert browser.post("/team/", {"username": "x", "role": "admin"}).status_code == 403
        assert browser.post("/team/sellers/", {"code": "x", "name": "x"}).status_code == 403
        assert browser.post(f"/team/{pk}/", {"act": "off"}).status_code == 403
        assert browser.post(f"/team/{pk}/sign-in-link/").status_code == 403
        assert (Entry.objects.count(), User.objects.filter(username="x").exists()) == (before, False)


def test_a_rival_finds_no_member_and_reads_nothing_of_ours(desk: Desk, rival: Desk) -> None:
    bring(a_storm(desk, orders=1), "opened")
    pk = member_of(desk, "lead").pk
    for who in (rival.admin, rival.lead, rival.auditor):
        browser = client_of(who)
        assert browser.get(f"/team/{pk}/").status_code == 404
        for path in (f"/team/{pk}/", f"/team/{pk}/sign-in-link/"):
            assert browser.post(path, {"act": "off"}).status_code in (403, 404)
        for path in ("/team/", "/settings/"):
            assert "north" not in browser.get(path).content.decode()
    admin = client_of(rival.admin)
    for query in ("", "?person=north-lead", "?incident=S-0001", "?verb=incident.open", "?after=9999999999999999-1"):
        log = admin.get(f"/audit/{query}")
        assert log.context["lines"] == []
        assert "north-lead (" not in log.content.decode()
    sheet = b"".join(admin.get("/audit/export.csv"))  # type: ignore[call-overload]
    assert len(sheet.splitlines()) == 1
    assert Membership.objects.get(pk=pk).is_active


def test_settings_show_what_is_in_force_without_secrets(desk: Desk, settings: Any) -> None:
    shown = page(desk.admin, "/settings/")
    assert "SEAWALL_BASE_URL" in shown
    assert settings.SECRET_KEY not in shown
    for line in client_of(desk.admin).get("/settings/").context["installation"]:
        if line.name in ("SEAWALL_SECRET_KEY", "SEAWALL_ENCRYPTION_KEY"):
            assert line.value in ("-", "***")
    for who in (desk.lead, desk.auditor, desk.agent, desk.approver):
        assert "SEAWALL_" not in page(who, "/settings/")
    browser = client_of(desk.agent)
    browser.post("/look/", {"next": "/settings/", "language": "zh-hans", "theme": "dark"})
    assert 'data-bs-theme="dark"' in browser.get("/settings/").content.decode()
    assert "您的角色" in browser.get("/settings/").content.decode()


def entries(desk: Desk, number: int, **more: Any) -> None:
    for each in range(number):
        record(
            team_id=desk.admin.team_id, incident_id=None, verb="team.seller_add", clock=SYSTEM_CLOCK, by=desk.admin,
            after={"seller": f"s{each:03d}"}, **more,
        )  # fmt: skip


def test_the_log_is_paged_by_a_mark_and_nothing_is_shown_twice_or_lost(desk: Desk) -> None:
    entries(desk, 230)
    browser = client_of(desk.auditor)
    seen: list[int] = []
    path = "/audit/?verb=team.seller_add"
    while path:
        answer = browser.get(path)
        seen += [line.entry.pk for line in answer.context["lines"]]
        entries(desk, 1)  # somebody works on meanwhile
        older = answer.context["older"]
        path = f"/audit/?verb=team.seller_add&after={older}" if older else ""
    assert len(seen) == len(set(seen)) == 230
    assert seen == sorted(seen, reverse=True)


def test_the_log_is_narrowed_by_person_verb_day_and_storm(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=2), "facts")
    browser = client_of(desk.admin)

    def shown(**query: str) -> set[str]:
        return {line.entry.verb for line in browser.get("/audit/", query).context["lines"]}

    assert shown(incident=storm.incident.code) >= {"incident.open", "facts.attest"}
    assert shown(incident="S-9999") == set()
    assert shown(person="north-seller_approver") == {"facts.attest"}
    assert shown(person="system") == set()
    assert shown(verb="incident.open") == {"incident.open"}
    today = f"{SYSTEM_CLOCK.now():%Y-%m-%d}"
    long_ago = f"{SYSTEM_CLOCK.now() - timedelta(days=30):%Y-%m-%d}"
    assert shown(until=long_ago) == set()
    assert "incident.open" in shown(**{"from": long_ago})
    assert browser.get("/audit/", {"from": "yesterday"}).status_code == 422
    assert browser.get("/audit/", {"until": "9999-12-31"}).status_code == 422
    assert browser.get("/audit/", {"until": today, "person": "nobody"}).status_code == 200
    for mark in ("x", "1", "-", "1-x", "9" * 19 + "-1", "1-" + "9" * 19):
        assert browser.get("/audit/", {"after": mark}).status_code == 422


def test_the_sheet_holds_every_entry_and_runs_no_formula(desk: Desk) -> None:
    entries(desk, 3, why='=HYPERLINK("http://x")')
    entries(desk, 1, why="+1", on_behalf_of="@SUM(A1)")
    answer = client_of(desk.auditor).get("/audit/export.csv", {"verb": "team.seller_add"})
    content = b"".join(answer).decode("utf-8-sig")  # type: ignore[call-overload]
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows) == 4
    assert rows[0]["Why"] == "'+1"
    assert rows[0]["For"] == "'@SUM(A1)"
    assert rows[1]["Why"].startswith("'=HYPERLINK")
    assert rows[0]["What"] == "Seller s000 added"
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    chinese = b"".join(client_of(desk.auditor, language="zh-hans").get("/audit/export.csv"))  # type: ignore[call-overload]
    assert "已添加卖家" in chinese.decode()


def test_the_pages_cost_few_queries_however_many_rows(desk: Desk, django_assert_max_num_queries: Queries) -> None:
    storm: Storm = bring(a_storm(desk, orders=2), "facts")
    assert storm.incident.code
    browser = client_of(desk.admin)
    entries(desk, 120)
    for number in range(12):
        browser.post("/team/", {"username": f"p{number}", "role": "agent", "lang": ["th"]})
    pk = member_of(desk, "lead").pk
    for path, most in (("/team/", 8), (f"/team/{pk}/", 8), ("/settings/", 10), ("/audit/", 7)):
        with django_assert_max_num_queries(most):
            assert browser.get(path).status_code == 200


def test_an_empty_team_page_says_what_is_missing(db: None) -> None:
    lone = a_desk("lone")
    assert "No shifts yet" in page(lone.admin, f"/team/{member_of(lone, 'lead').pk}/")
    assert "Nothing has happened yet" in page(lone.admin, "/audit/")
    assert "No entry fits" in page(lone.admin, "/audit/?verb=team.role")
    assert "没有符合条件的记录" in page(lone.admin, "/audit/?verb=team.role", "zh-hans")
