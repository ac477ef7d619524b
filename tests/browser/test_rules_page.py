"""The rules in the browser: a lead looks up what the press says of Shopee, on a desktop and on a phone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import Desk, a_shop

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.rulebook.api import SetFigure, set_figure

Look = Callable[[Page, str], None]


def test_a_lead_filters_the_rules_and_sees_the_teams_own_figure(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    a_shop(desk, "MY", platform=Platform.SHOPEE)
    figure = SetFigure(rule_id="FD-T5-01", value="4/6", reason="J&T 说第 6 天退回", shop_code="SMY")
    set_figure(figure, by=desk.lead, clock=SYSTEM_CLOCK)
    page = visitors.open(desk.lead)
    page.get_by_role("link", name="规则").first.click()
    expect(page.get_by_role("heading", name="规则", exact=True)).to_be_visible()
    expect(page.locator("#h-figures")).to_be_visible()
    expect(page.get_by_text("J&T 说第 6 天退回").first).to_be_visible()
    page.get_by_label("平台").select_option("shopee")
    page.get_by_label("站点").select_option("MY")
    page.get_by_label("主题").select_option("ship_by")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("#h-rules")).to_contain_text("3")
    expect(page.get_by_text("须向平台核实")).to_have_count(2)
    look_at(page, "rules")


def test_the_page_of_rules_fits_a_phone(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    page = visitors.open(desk.lead, language="en", viewport=PHONE)
    page.goto(f"{visitors.url}/rules/?platform=shopee&market=PH&subject=confirm")
    expect(page.locator("#h-rules")).to_contain_text("1 rule")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    look_at(page, "rules-phone")
