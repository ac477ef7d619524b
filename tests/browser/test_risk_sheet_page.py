"""The lead works the risk sheet on a desk: changes a figure, sees it at once, keeps it."""

import os

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import Desk, a_storm, bring

from seawall.incidents.api import tend_clocks
from seawall.kernel.clock import SYSTEM_CLOCK


def whole(page: Page, name: str) -> None:
    if folder := os.environ.get("BROWSER_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_figure_is_changed_and_the_sheet_is_kept(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=200, markets=("TH", "PH", "VN")), "planned")
    while tend_clocks(clock=SYSTEM_CLOCK):
        pass
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    whole(page, "room-zh")
    page.locator("#sop").get_by_role("link", name="风险").click()
    expect(page.get_by_role("heading", name="风险预判")).to_be_visible()
    whole(page, "risk-zh")
    page.get_by_label("会回复的买家").fill("50%")
    page.get_by_role("button", name="重新计算").click()
    expect(page.locator(".fig").first).to_have_text("300")
    page.get_by_label("为何用这些数值").fill("上次一半的人回复")
    page.get_by_role("button", name="已阅，留存此表").click()
    expect(page.get_by_text("风险表第 1 版已留存")).to_be_visible()
    assert storm.incident.risk_sheets.get().changes == {"reply_share": "50%"}


def test_in_english_and_on_a_phone_nothing_is_cut(visitors: Visitors, desk: Desk) -> None:
    bring(a_storm(desk, orders=20, markets=("TH", "PH")), "planned")
    page = visitors.open(desk.lead, language="en", theme="dark", viewport=PHONE)
    page.goto(f"{visitors.url}/incidents/S-0001/risk/")
    expect(page.get_by_text("What is assumed")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    whole(page, "risk-en-phone")
