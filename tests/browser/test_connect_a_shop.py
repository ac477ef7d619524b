"""An administrator lets a seller's shop in: from the list of shops to the platform's own consent page and back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.lazada_sim import LazadaSim, lazada_sim
from tests.kit.rollout import Desk, a_shop
from tests.shops.kit import an_app

from seawall.settings.env import get_settings
from seawall.shops.api import Connection, Shop
from seawall.shops.models import ConsentRequest

__all__ = ["lazada_sim"]

Look = Callable[[Page, str], None]


@pytest.fixture
def shop(desk: Desk, lazada_sim: LazadaSim, live_server: object, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A Thai shop that is not connected; the platform asks its owner, and calls back to the server of this test."""
    an_app(desk, lazada_sim)
    lazada_sim.switches(auto_consent=False)
    lazada_sim.add_store("th", seller_id="7001", name="Nice Home TH")
    lazada_sim.add_store("my", seller_id="8001", name="Nice Home MY")
    monkeypatch.setattr(type(get_settings()), "public_url", property(lambda _self: getattr(live_server, "url", "")))
    return a_shop(desk, "TH")


def at_the_desk(visitors: Visitors, desk: Desk, **look: str) -> Page:
    """The administrator's browser. The simulator has no icon for its page, which Chromium would complain of."""
    page = visitors.open(desk.admin, **look)  # type: ignore[arg-type]
    page.context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    return page


def test_the_seller_agrees_and_the_shop_is_connected(visitors: Visitors, desk: Desk, shop: Shop, look_at: Look) -> None:
    page = at_the_desk(visitors, desk)
    page.get_by_role("link", name="店铺", exact=True).click()
    row = page.get_by_role("article", name="LTH")
    expect(row).to_contain_text("未连接")
    look_at(page, "shops-before")
    row.get_by_role("button", name="连接", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Simulated Lazada: choose a store")
    page.get_by_role("link", name="Nice Home TH").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("已连接")
    look_at(page, "shops-callback")
    page.get_by_role("link", name="店铺").click()
    expect(row).to_contain_text("已连接")
    expect(row).to_contain_text("7001")
    expect(row).to_contain_text("模拟器")
    look_at(page, "shops-after")
    assert Connection.objects.get().platform_seller_id == "7001"


def test_the_seller_refuses_and_the_page_says_so(visitors: Visitors, desk: Desk, shop: Shop, look_at: Look) -> None:
    page = at_the_desk(visitors, desk, language="en", theme="dark")
    page.goto(f"{visitors.url}/shops/")
    row = page.get_by_role("article", name="LTH")
    row.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("link", name="Refuse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not connected")
    visitors.complaints[:] = [each for each in visitors.complaints if "409" not in each]  # the refusal's own status
    page.get_by_role("link", name="Shops").click()
    expect(row).to_contain_text("The seller did not agree at Lazada. Nothing was stored.")
    look_at(page, "shops-refused-dark")
    assert not Connection.objects.exists()


def test_the_seller_opens_the_link_on_a_phone_without_an_account_here(
    visitors: Visitors, desk: Desk, shop: Shop, look_at: Look
) -> None:
    page = visitors.open(desk.admin, language="en", viewport=PHONE)
    page.goto(f"{visitors.url}/shops/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    look_at(page, "shops-phone")
    page.get_by_role("button", name="Link for the seller").click()
    link = page.get_by_role("textbox", name="Link for the seller").input_value()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    look_at(page, "shops-link-phone")
    page.goto(f"{visitors.url}/shops/")
    expect(page.get_by_role("article", name="LTH")).to_contain_text("Waiting for the seller until")

    phone = visitors.browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    phone.goto(link)
    phone.get_by_role("link", name="Nice Home MY").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("未连接")
    expect(phone.get_by_role("main")).to_contain_text("此授权中没有 TH 站的店铺，只有：MY 8001")
    expect(phone.get_by_role("link")).to_have_count(0)
    look_at(phone, "shops-seller-phone")
    phone.context.close()
    assert ConsentRequest.objects.get().outcome == "consent_other_country"
    assert not Connection.objects.exists()
