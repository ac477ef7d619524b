"""Ways in: password page, one-time link, second thoughts about where a link leads."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.kit.storm import Desk, link_for
from tests.web.conftest import client_of

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.tenancy.api import Membership, SignInLink, User
from seawall.tenancy.links import make_sign_in_link

pytestmark = pytest.mark.django_db


def test_a_link_signs_in_once_and_leads_to_the_board(desk: Desk) -> None:
    path = link_for(desk.lead.user_id)
    browser = Client()
    answer = browser.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/").status_code == 200

    again = Client().get(path, headers={"Accept-Language": "en"})
    assert again.status_code == 403
    assert "used already or has expired" in again.content.decode()
    assert SignInLink.objects.get().used_at is not None


def test_the_token_itself_is_kept_nowhere(desk: Desk) -> None:
    token = link_for(desk.lead.user_id).rpartition("/")[2]
    assert token not in str(SignInLink.objects.values_list()[0])


def test_an_expired_link_is_dead_and_says_so_in_chinese(desk: Desk) -> None:
    user = User.objects.get(pk=desk.lead.user_id)
    token = make_sign_in_link(user, clock=SYSTEM_CLOCK, lifetime=timedelta(seconds=-1))
    answer = Client().get(f"/in/{token}", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 403
    assert "该登录链接已使用或已过期" in answer.content.decode()


def test_a_link_of_someone_switched_off_is_dead(desk: Desk) -> None:
    path = link_for(desk.lead.user_id)
    User.objects.filter(pk=desk.lead.user_id).update(is_active=False)
    assert Client().get(path).status_code == 403


def test_looking_ahead_with_head_does_not_spend_the_link(desk: Desk) -> None:
    path = link_for(desk.lead.user_id)
    assert Client().head(path).status_code == 200
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/incidents/S-0001/approve/", "/incidents/S-0001/approve/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_link_leads_only_to_a_page_of_ours(desk: Desk, wanted: str, goes_to: str) -> None:
    answer = Client().get(link_for(desk.lead.user_id), {"next": wanted})
    assert answer["Location"] == goes_to


def test_the_sign_in_page_is_ours_and_takes_a_password(desk: Desk) -> None:
    user = User.objects.get(pk=desk.lead.user_id)
    user.set_password("a long enough phrase")
    user.save()
    browser = Client()
    page = browser.get("/account/login/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert "用户名或邮箱" in page
    assert "seawall.css" in page
    answer = browser.post("/account/login/", {"login": user.username, "password": "a long enough phrase"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_wrong_password_says_so_and_signs_nobody_in(desk: Desk) -> None:
    browser = Client()
    page = browser.post("/account/login/", {"login": "north-lead", "password": "wrong"})
    assert page.status_code == 200
    assert browser.get("/").status_code == 302


def test_nobody_signs_up_alone(db: None) -> None:
    page = Client().get("/account/signup/", headers={"Accept-Language": "en"})
    assert "Accounts are made by your team" in page.content.decode()


def test_second_factor_pages_are_reachable_and_in_our_frame(desk: Desk) -> None:
    user = User.objects.get(pk=desk.lead.user_id)
    user.set_password("a long enough phrase")
    user.save()
    browser = Client()
    browser.post("/account/login/", {"login": user.username, "password": "a long enough phrase"})
    assert 'class="entrance"' in browser.get("/account/reauthenticate/").content.decode()
    assert browser.post("/account/reauthenticate/", {"password": "a long enough phrase"}).status_code == 302
    for path in ("/account/2fa/", "/account/2fa/totp/activate/", "/account/password/change/"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert 'class="entrance"' in page.content.decode(), path


def test_someone_without_a_team_gets_a_clear_page(desk: Desk) -> None:
    Membership.objects.filter(user_id=desk.agent.user_id).update(is_active=False)
    page = client_of(desk.agent).get("/")
    assert page.status_code == 403
    assert "belongs to no team yet" in page.content.decode()


def test_signing_out_ends_it(desk: Desk) -> None:
    browser = client_of(desk.lead)
    assert browser.post("/account/logout/").status_code == 302
    assert browser.get("/").status_code == 302


def test_a_member_of_two_teams_chooses_and_cannot_choose_a_third(desk: Desk, rival: Desk) -> None:
    Membership.objects.create(team_id=rival.lead.team_id, user_id=desk.lead.user_id, role="lead")
    browser = client_of(desk.lead)
    assert "Team north" in browser.get("/").content.decode()
    browser.post("/team/choose/", {"team": rival.lead.team_id})
    assert browser.get("/").context["membership"].team_id == rival.lead.team_id
    browser.post("/team/choose/", {"team": 999_999})
    assert browser.get("/").context["membership"].team_id == rival.lead.team_id


def test_language_and_light_are_kept_in_cookies_and_lead_back(desk: Desk) -> None:
    browser = client_of(desk.lead)
    answer = browser.post("/look/", {"language": "zh-hans", "theme": "dark", "next": "/find/?q=1"})
    assert answer["Location"] == "/find/?q=1"
    page = browser.get("/").content.decode()
    assert '<html lang="zh-Hans" data-bs-theme="dark">' in page
    assert "值守台" in page
    browser.post("/look/", {"language": "xx", "theme": "pink", "next": "//evil.example"})
    assert '<html lang="zh-Hans" data-bs-theme="dark">' in browser.get("/").content.decode()
