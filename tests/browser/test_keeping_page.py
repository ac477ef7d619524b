"""An administrator sets a time, sees what is due, types the letters and erases; a hold takes the button away."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import Desk, a_storm, bring

from seawall.evidence.models import Capture
from seawall.incidents.commands.retention import place_hold
from seawall.incidents.commands.roll_out import close
from seawall.incidents.commands.seal_pack import seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock

Look = Callable[[Page, str], None]


def an_old_storm(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=3), "follow_up")
    long_ago = MovableClock(SYSTEM_CLOCK.now() - timedelta(days=730))
    seal_pack(storm.refresh(), by=desk.lead, clock=long_ago, with_pictures=False, with_report=False)
    close(storm.refresh(), by=desk.lead, clock=long_ago, why="done")


def test_an_administrator_erases_what_is_due_by_typing_its_letters(
    visitors: Visitors, desk: Desk, look_at: Look
) -> None:
    an_old_storm(desk)
    page = visitors.open(desk.admin)
    page.get_by_role("link", name="数据保存").first.click()
    row = page.locator("tr", has_text="证据包文件")
    row.get_by_label("月数").fill("12")
    row.get_by_label("原因").fill("与卖家的约定")
    row.get_by_role("button", name="设定").click()
    expect(page.locator("#h-run")).to_be_visible()
    look_at(page, "keeping-due")
    page.get_by_label("请输入").fill(page.locator("label[for=typed] .mono").inner_text())
    page.get_by_role("button", name="永久删除").click()
    expect(page.locator("section", has=page.locator("#h-erased")).locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("button", name="永久删除")).to_have_count(0)
    look_at(page, "keeping-erased")
    assert Capture.objects.exists()


def test_the_page_fits_a_phone_and_shows_what_is_held(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    an_old_storm(desk)
    place_hold(None, why="an audit by the platform", by=desk.admin, clock=SYSTEM_CLOCK)
    page = visitors.open(desk.admin, language="en", viewport=PHONE)
    page.goto(f"{visitors.url}/keeping/")
    expect(page.get_by_text("The whole team is held")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    look_at(page, "keeping-phone")
