"""The page of shops, and the page a platform sends the seller back to."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.kit.lazada_sim import APP_KEY, LazadaSim
from tests.kit.rollout import Desk, a_desk, a_shop
from tests.kit.rollout import connect as connect_by_file
from tests.shops.kit import a_link, an_app, says
from tests.web.conftest import chinese, client_of

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import Language
from seawall.kernel.texts import reading_in
from seawall.shops.api import Connection, Shop, begin_consent
from seawall.shops.models import ConsentRequest, PlatformApp

__all__ = ["chinese"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chinese")]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with reading_in(Language.EN):
        yield


def page(desk: Desk, *, language: str = "en") -> str:
    answer = client_of(desk.admin, language=language).get("/shops/")
    assert answer.status_code == 200
    return words(answer)


def words(answer: Any) -> str:
    """The text of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def press(desk: Desk, shop: Shop, **values: object) -> Any:
    app = PlatformApp.objects.get(team_id=desk.admin.team_id)
    return client_of(desk.admin).post(f"/shops/{shop.pk}/connect/", {"app": app.pk, "how": "open", **values})


def test_a_shop_from_not_connected_to_connected(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    assert "Not connected" in page(desk)
    answer = press(desk, shop)
    link = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.content.decode())
    assert link is not None
    assert link[1].startswith(f"{lazada_sim.url}/oauth/authorize?")
    assert "Waiting for the seller until" in page(desk)

    seller = Client(headers={"Accept-Language": "zh-CN"})
    back = seller.get("/shops/callback/", says(link[1].replace("&amp;", "&")))
    assert back.status_code == 200
    assert "店铺已连接，可以关闭此页面。" in words(back)
    assert "no-store" in back["Cache-Control"]
    for secret in ("LTH", "Nice Home", "Seller 017", "7001", "/shops/"):
        assert secret not in back.content.decode()

    shown = page(desk)
    for expected in ("Connected", "since", "7001", "simulator", "Token until", "Consent until", "8 a second"):
        assert expected in shown
    assert "The platform documents order chat by its interface." in shown
    assert "模拟器" in page(desk, language="zh-hans")


def test_the_link_is_shown_to_be_handed_on_and_goes_nowhere_by_itself(desk: Desk, shop: Shop) -> None:
    answer = press(desk, shop, how="link")
    assert "http-equiv" not in answer.content.decode()
    assert "oauth/authorize" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_a_preview_of_the_call_back_spends_nothing(desk: Desk, shop: Shop) -> None:
    query = says(a_link(desk, shop))
    assert Client().head("/shops/callback/", query).status_code == 200
    assert Client().post("/shops/callback/", query).status_code == 405
    assert Client().get("/shops/callback/", query).status_code == 200
    assert Client().get("/shops/callback/", query).status_code == 409


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "This link is not one of ours."),
        ({"state": "<script>alert(1)</script>", "code": "x"}, "This link is not one of ours."),
    ],
)
def test_a_made_up_call_back_is_told_so(query: dict[str, str], sentence: str, db: None) -> None:
    answer = Client(headers={"Accept-Language": "en"}).get("/shops/callback/", query)
    assert answer.status_code == 409
    assert sentence in words(answer)
    assert b"<script>alert" not in answer.content


def test_a_call_back_that_no_database_can_keep_is_refused_before_it_is_read(db: None) -> None:
    answer = Client(headers={"Accept-Language": "en"}).get("/shops/callback/", {"state": "\x00", "code": "\x00"})
    assert answer.status_code == 400


def test_what_went_wrong_stands_with_the_shop(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    Client().get("/shops/callback/", says(a_link(desk, shop), deny=True))
    assert "The seller did not agree at Lazada. Nothing was stored." in page(desk)
    assert "卖家没有在 Lazada 同意授权" in page(desk, language="zh-hans")
    query = says(a_link(desk, shop))
    lazada_sim.set_faults({"kind": "http_5xx", "path": "/auth/token/create"})
    assert Client().get("/shops/callback/", query).status_code == 503
    assert "Lazada did not answer. Nothing was stored." in page(desk)
    # Cut off in the middle: no outcome was ever written.
    ConsentRequest.objects.update(outcome="", spent_at=SYSTEM_CLOCK.now() - timedelta(minutes=3))
    assert "The last try was cut off." in page(desk)
    ConsentRequest.objects.update(spent_at=SYSTEM_CLOCK.now())
    assert "the platform is being asked" in page(desk)


def test_the_sentence_is_in_the_sellers_language_whatever_the_desk_speaks(desk: Desk, shop: Shop) -> None:
    answer = Client(headers={"Accept-Language": "zh-TW"}).get("/shops/callback/", says(a_link(desk, shop), deny=True))
    assert "卖家没有在 Lazada 同意授权" in words(answer)


def test_a_stopped_shop_comes_first_with_its_reason(desk: Desk, shop: Shop) -> None:
    for market in ("MY", "PH"):
        connect_by_file(desk, a_shop(desk, market), None)
    Connection.objects.filter(shop__market="PH").update(
        stopped_reason="renewal_unclear", renewal_error="no answer <b>", renewal_tries=2
    )
    shown = page(desk)
    assert shown.index("LPH") < shown.index("LTH") < shown.index("LMY")
    assert "Whether the platform renewed the access is not known" in shown
    assert "no answer &lt;b&gt;" in shown
    Connection.objects.filter(shop__market="PH").update(stopped_reason="")
    assert "Renewal put off 2 times" in page(desk)
    Connection.objects.filter(shop__market="PH").update(renewal_tries=0, expires_at=SYSTEM_CLOCK.now())
    assert "The token has ended and has not been renewed." in page(desk)


def test_only_an_administrator_is_offered_to_connect(desk: Desk, shop: Shop) -> None:
    app = PlatformApp.objects.get()
    for member in (desk.lead, desk.agent, desk.auditor):
        browser = client_of(member)
        shown = browser.get("/shops/").content.decode()
        assert "LTH" in shown
        assert "/connect/" not in shown
        assert APP_KEY not in shown
        assert browser.post(f"/shops/{shop.pk}/connect/", {"app": app.pk}).status_code == 403
    assert client_of(desk.approver).get("/shops/").status_code == 403
    assert client_of(desk.approver).post(f"/shops/{shop.pk}/connect/", {"app": app.pk}).status_code == 403
    assert not ConsentRequest.objects.exists()


def test_a_rival_sees_and_reaches_nothing(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    rival = a_desk("south")
    begin_consent(shop.code, APP_KEY, by=desk.admin, clock=SYSTEM_CLOCK)
    ours = PlatformApp.objects.get()
    browser = client_of(rival.admin)
    shown = browser.get("/shops/").content.decode()
    for secret in ("LTH", "Our Lazada app", APP_KEY, "Seller 017"):
        assert secret not in shown
    assert browser.post(f"/shops/{shop.pk}/connect/", {"app": ours.pk}).status_code == 404
    # Neither by our app for their shop, nor by theirs for ours.
    theirs, own = a_shop(rival, "MY"), an_app(rival, lazada_sim)
    assert browser.post(f"/shops/{theirs.pk}/connect/", {"app": ours.pk}).status_code == 404
    assert browser.post(f"/shops/{shop.pk}/connect/", {"app": own.pk}).status_code == 404
    assert ConsentRequest.objects.count() == 1


def test_a_form_from_elsewhere_or_without_an_app_is_refused(desk: Desk, shop: Shop) -> None:
    assert client_of(desk.admin, csrf=True).post(f"/shops/{shop.pk}/connect/", {"app": "1"}).status_code == 403
    for app in ("", "x", "999999"):
        assert press(desk, shop, app=app).status_code in (404, 422)
    assert client_of(desk.admin).get(f"/shops/{shop.pk}/connect/").status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_shops(
    desk: Desk, shop: Shop, django_assert_max_num_queries: Any
) -> None:
    for market in ("MY", "PH", "VN", "ID", "SG"):
        each = a_shop(desk, market)
        connect_by_file(desk, each, None)
        begin_consent(each.code, APP_KEY, by=desk.admin, clock=SYSTEM_CLOCK)
    browser = client_of(desk.admin)
    with django_assert_max_num_queries(12):
        browser.get("/shops/")
