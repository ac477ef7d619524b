"""Headers, health, and the pages for what goes wrong."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from tests.kit.storm import Desk, Storm
from tests.web.conftest import client_of

from seawall.web import errors

StormAt = Callable[..., Storm]
TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "seawall" / "web" / "templates"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/account/login/", "/incidents/S-0001/", "/incidents/S-0001/approve/", "/nowhere/"]
)
def test_every_page_carries_the_policy_and_obeys_it(path: str, desk: Desk, storm_at: StormAt) -> None:
    storm_at("rolling_out")
    browser = Client() if "login" in path else client_of(desk.lead)
    answer = browser.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Cache-Control"].startswith("private, no-store") or "no-cache" in answer["Cache-Control"]
    page = answer.content.decode()
    assert not re.search(r"<[^>]+\sstyle=", page)
    assert not re.search(r"<[^>]+\son\w+=", page)
    assert not re.search(r"<script(?![^>]+src=)", page)
    assert "<style" not in page


def test_no_template_holds_a_style_or_a_handler() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\sstyle=|\son(click|load|submit|change)=|<style|javascript:|\|safe\b|mark_safe|autoescape off", text
        ), path


@pytest.mark.django_db
def test_health_answers_without_signing_in_and_tells_nothing() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "sessionid" not in answer.cookies


@pytest.mark.django_db
def test_an_unknown_address_gets_our_page_in_the_readers_language() -> None:
    page = Client().get("/no/such/page", headers={"Accept-Language": "zh-CN"})
    assert page.status_code == 404
    assert "没有这个页面，或它属于其他团队" in page.content.decode()


@pytest.mark.django_db
def test_the_page_for_a_fault_of_ours_needs_no_database(django_assert_num_queries: Callable[[int], object]) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        page = errors.fault(RequestFactory().get("/"))
    assert page.status_code == 500
    assert "A fault of ours" in page.content.decode() or "系统出错" in page.content.decode()


@pytest.mark.django_db
def test_buyers_words_cannot_break_out_of_the_page(desk: Desk, storm_at: StormAt) -> None:
    from tests.kit.storm import answer, confirm, deliver

    from seawall.outreach.api import Recipient

    storm = storm_at("rolling_out")
    deliver(storm, 1)
    confirm(storm, 1)
    answer(storm, 1, "<script>alert(1)</script>")
    row = Recipient.objects.filter(incident=storm.incident, state="answered").get()
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/cases/{row.case_id}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
