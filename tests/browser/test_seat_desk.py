"""An agent works several buyers with the keyboard alone; a screenshot is pasted."""

import base64
from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.by_hand import a_shot, rolling_by_hand
from tests.kit.storm import Desk, a_storm, bring

from seawall.outreach.api import Recipient
from seawall.shops.api import Connection

Look = Callable[[Page, str], None]

PASTE = """(b64) => {
  const bytes = Uint8Array.from(atob(b64), (each) => each.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], "image.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""


def paste(page: Page, content: bytes) -> None:
    """Ctrl+V of a screenshot."""
    page.evaluate(PASTE, base64.b64encode(content).decode())


def test_an_agent_works_by_hand_with_the_keyboard(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = rolling_by_hand(desk, orders=6)
    page = visitors.open(desk.agent)
    page.goto(f"{visitors.url}/seats/")
    look_at(page, "seat-empty")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_visible()
    expect(page.get_by_role("button", name="已送，下一位")).to_be_disabled()
    look_at(page, "seat-by-hand")
    for done in (1, 2, 3):
        page.keyboard.press("c")
        expect(page.locator(".seat-step.done")).to_be_visible()
        paste(page, a_shot())
        expect(page.locator("#picture-name")).to_contain_text("image.png")
        if done == 1:
            look_at(page, "seat-pasted")
        page.keyboard.press("Enter")
        expect(page.locator("a.seat-row")).to_have_count(5 - done)
    first = page.locator(".seat-row.on").get_attribute("href") or ""
    page.keyboard.press("s")
    expect(page.locator(".seat-row.on")).not_to_have_attribute("href", first)
    page.keyboard.press("x")
    page.get_by_placeholder("原因").fill("会话已关")
    page.keyboard.press("Enter")
    expect(page.locator("a.seat-row")).to_have_count(1)
    look_at(page, "seat-last")
    sent = Recipient.objects.filter(incident=storm.incident, state="sent_by_hand")
    assert sent.count() == 4, "the sample and three more"
    assert Recipient.objects.filter(state="needs_person").count() == 1


def test_an_agent_works_thirty_buyers_by_keyboard_alone(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = a_storm(desk, orders=32)
    Connection.objects.update(mode="api")
    bring(storm, "rolling_out")
    # One wave for all: what is tested is the hands on the keys.
    Recipient.objects.filter(state="waiting").update(wave=1)
    Connection.objects.update(mode="click")
    storm.roll_out.lanes.update(mode="click")
    page = visitors.open(desk.agent, language="en", theme="dark")
    page.goto(f"{visitors.url}/seats/")
    page.keyboard.press("Enter")
    expect(page.locator("a.seat-row")).to_have_count(20)
    look_at(page, "seat-press")
    page.keyboard.press("l")
    page.get_by_placeholder("What should the lead decide?").fill("he asks for two coupons")
    page.keyboard.press("Enter")
    expect(page.locator("a.seat-row")).to_have_count(19)
    for pressed in range(1, 31):
        before = page.locator("#h-order + .mono").inner_text()
        page.keyboard.press("Enter")
        if pressed < 30:
            expect(page.locator("#h-order + .mono")).not_to_have_text(before)
        if pressed == 12:
            look_at(page, "seat-in-the-run")
    expect(page.locator("#words")).to_have_count(0)
    assert Recipient.objects.filter(pressed_by_id=desk.agent.membership_id).count() == 30
    asked = Recipient.objects.get(state="needs_person")
    assert asked.reason_params == {"why": "he asks for two coupons"}


def test_the_seat_fits_a_phone(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    rolling_by_hand(desk, orders=3)
    page = visitors.open(desk.agent, viewport=PHONE)
    page.goto(f"{visitors.url}/seats/")
    page.get_by_role("button", name="领一批").click()
    expect(page.locator("#words")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    look_at(page, "seat-phone")
