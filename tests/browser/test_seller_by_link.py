"""A person of the seller opens the link from the chat on a phone, without an account, and decides."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.links import a_link
from tests.kit.storm import Desk, a_storm, bring

from seawall.incidents.api import MadeLink
from seawall.outreach.api import Approval

Look = Callable[[Page, str], None]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone with script switched off, as the strictest in-app browser."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    yield context
    context.close()


def goes_to(live_server: Any, made: MadeLink) -> str:
    return f"{live_server.url}/a/{made.token}/"


def whole(page: Page, name: str) -> None:
    if folder := os.environ.get("BROWSER_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_the_seller_approves_without_account_or_script(phone: BrowserContext, live_server: Any, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=40, unconnected=3), "sample_sent")
    page = phone.new_page()
    page.goto(goes_to(live_server, a_link(storm, may_download=True)))
    expect(page.get_by_role("heading", level=1)).to_contain_text("通知 40 位买家")
    expect(page.locator(".chat .say")).to_contain_text("88001122330000")
    expect(page.get_by_text("并非截图")).to_be_visible()
    button = page.get_by_role("link", name="批准…")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["x"] + box["width"] <= 390
    whole(page, "link-approve-zh")
    button.click()
    page.get_by_role("button", name="是，批准铺开").click()
    assert storm.refresh().state == "sample_sent"  # the box is not ticked yet
    page.get_by_label("我已阅读样本与各项数字。").check()
    whole(page, "link-confirm-zh")
    page.get_by_role("button", name="是，批准铺开").click()
    expect(page.get_by_role("heading", name="您的决定")).to_be_visible()
    whole(page, "link-decided-zh")
    assert Approval.objects.get().binding_digest == storm.roll_out.binding_digest
    assert Approval.objects.get().origin["via"] == "link"


def test_in_english_the_seller_sends_it_back(phone: BrowserContext, live_server: Any, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=4), "sample_sent")
    page = phone.new_page()
    page.goto(goes_to(live_server, a_link(storm, name="Ms Lin")))
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Write to 4 buyers")
    whole(page, "link-approve-en")
    page.get_by_label("Say what (needed)").fill("The shop’s name is wrong")
    page.get_by_role("button", name="Send back with this comment").click()
    expect(page.get_by_text("The shop’s name is wrong")).to_be_visible()
    assert storm.refresh().state == "script_ready"
    whole(page, "link-sent-back-en")


def test_nothing_is_wider_than_the_phone(visitors: Visitors, live_server: Any, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=4, markets=("TH", "VN", "MY")), "sample_sent")
    page = visitors.open(desk.agent, viewport=PHONE)
    for address in ("", "?l=en", "?step=approve", "?l=en&step=approve"):
        page.goto(goes_to(live_server, a_link(storm)) + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_the_facts_are_attested_on_a_phone(phone: BrowserContext, live_server: Any, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=4), "written")
    page = phone.new_page()
    page.goto(goes_to(live_server, a_link(storm, "attest")))
    whole(page, "link-attest-zh")
    page.get_by_role("link", name="确认属实…").click()
    page.get_by_label("我已阅读事实与文件。").check()
    page.get_by_role("button", name="确认以上属实").click()
    expect(page.get_by_role("heading", name="您的决定")).to_be_visible()
    assert storm.refresh().state == "facts_attested"


def test_a_link_that_was_taken_back_says_so(
    visitors: Visitors, phone: BrowserContext, live_server: Any, desk: Desk, look_at: Look
) -> None:
    storm = bring(a_storm(desk, orders=4), "sample_sent")
    made = a_link(storm)
    lead = visitors.open(desk.lead)
    lead.goto(f"{visitors.url}/incidents/S-0001/links/")
    look_at(lead, "links-desk-zh")
    lead.get_by_role("link", name="换发或收回").click()
    lead.get_by_label("收回原因").fill("发错人")
    lead.get_by_role("button", name="收回").click()
    expect(lead.get_by_text("链接已收回")).to_be_visible()
    page = phone.new_page()
    page.goto(goes_to(live_server, made))
    expect(page.get_by_text("值守台已收回此链接")).to_be_visible()
    whole(page, "link-revoked-zh")
