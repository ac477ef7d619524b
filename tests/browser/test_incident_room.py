"""The lead's day in the browser: sign in, watch the counts move, pause with one key, stop with second thoughts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import Desk, a_storm, answer, bring, confirm, deliver, tend_all

Look = Callable[[Page, str], None]


def test_the_lead_signs_in_by_link_and_opens_the_storm(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    bring(a_storm(desk, orders=12, unconnected=3), "rolling_out")
    page = visitors.open(desk.lead)
    expect(page).to_have_title(re.compile("值守台"))
    expect(page.locator("#storm-cards .card")).to_have_count(1)
    look_at(page, "board")
    page.get_by_role("link", name="Customs return").first.click()
    expect(page.locator("#crumb")).to_contain_text("S-0001")
    expect(page.get_by_text("合计 = 15")).to_be_visible()
    look_at(page, "room")


def test_counts_move_without_a_reload(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=12), "rolling_out")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    delivered = page.locator('[data-count="delivered"]')
    expect(delivered).to_have_text("1")
    page.evaluate("window.stillHere = true")
    deliver(storm, 6)
    confirm(storm, 6)
    answer(storm, 2)
    expect(delivered).to_have_text("5")
    expect(page.locator('[data-count="known"]')).to_have_text("2")
    assert page.evaluate("window.stillHere") is True


def test_the_room_learns_by_itself_that_the_storm_has_moved_on(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=5), "rolling_out")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    expect(page.get_by_role("button", name="全部暂停")).to_be_visible()
    while deliver(storm, 10):
        confirm(storm, 10)
        tend_all()
    expect(page.locator("#crumb")).to_contain_text("跟进中")
    expect(page.get_by_role("button", name="全部暂停")).to_have_count(0)


def test_p_pauses_but_not_inside_a_field_nor_while_composing(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=12), "rolling_out")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("p")
    expect(page.locator("#find")).to_have_value("p")
    page.locator("#find").blur()
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'p', isComposing: true, bubbles: true}))"
    )
    page.wait_for_timeout(300)
    assert storm.roll_out.state == "running"
    page.keyboard.press("p")
    expect(page.locator("#crumb")).to_contain_text("已暂停")
    expect(page.locator("#lanes")).to_contain_text("north-lead 已暂停")
    assert storm.roll_out.state == "paused"
    page.get_by_label("为何可以继续").fill("已改好店名")
    page.get_by_role("button", name="恢复").click()
    expect(page.locator("#crumb")).to_contain_text("铺开中")
    assert storm.roll_out.state == "running"


def test_stopping_opens_a_dialog_that_wants_the_code(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = bring(a_storm(desk, orders=9), "rolling_out")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.get_by_role("link", name="停止…").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("还有 8 位买家不会收到消息")
    stop = dialog.get_by_role("button", name="停止")
    expect(stop).to_be_disabled()
    look_at(page, "stop")
    dialog.get_by_label("终止原因").fill("卖家另有办法")
    dialog.get_by_label("输入 S-0001").fill("S-0002")
    expect(stop).to_be_disabled()
    dialog.get_by_label("输入 S-0001").fill("s-0001")
    expect(stop).to_be_enabled()
    stop.click()
    expect(page.get_by_text("已终止。8 位买家不会收到消息。")).to_be_visible()
    assert storm.refresh().state == "follow_up"


def test_pausing_instead_of_stopping_is_one_click(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=9), "rolling_out")
    page = visitors.open(desk.lead, language="en")
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.get_by_role("link", name="Stop…").click()
    page.locator("dialog[open]").get_by_role("button", name="Pause instead").click()
    expect(page.locator("#crumb")).to_contain_text("Paused")
    assert storm.roll_out.state == "paused"


def test_the_timeline_holds_still_under_the_pointer(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=30), "rolling_out")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.locator("#timeline").hover()
    deliver(storm, 20)
    confirm(storm, 20)
    tend_all()
    expect(page.locator('[data-count="delivered"]')).to_have_text("21")
    expect(page.locator("#timeline")).not_to_contain_text("第 2 批次开始")
    page.locator("#outcomes").hover()
    expect(page.locator("#timeline")).to_contain_text("第 2 批次开始")


def test_the_script_changes_language_in_place(visitors: Visitors, desk: Desk) -> None:
    bring(a_storm(desk, orders=3), "planned")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.evaluate("window.stillHere = true")
    page.locator("#script").get_by_role("link", name="越南语").click()
    expect(page.locator('#script .buyer[lang="vi"]')).to_contain_text("xin chào")
    assert page.evaluate("window.stillHere") is True


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [390, 1200, 1440])
def test_no_page_is_wider_than_its_window(
    visitors: Visitors, desk: Desk, look_at: Look, *, theme: str, language: str, width: int
) -> None:
    storm = bring(a_storm(desk, orders=25, unconnected=4), "rolling_out")
    deliver(storm, 20)
    confirm(storm, 18)
    tend_all()
    case = storm.incident.cases.order_by("pk").first()
    assert case is not None
    page = visitors.open(desk.lead, language=language, theme=theme, viewport={"width": width, "height": 900})
    for path in ("", "incidents/S-0001/", "incidents/S-0001/cases/", f"incidents/S-0001/cases/{case.pk}/",
                 "incidents/S-0001/approve/", "incidents/S-0001/timeline/", "orders/import/"):  # fmt: skip
        page.goto(f"{visitors.url}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        name = path.strip("/").replace("/", "-") or "board"
        look_at(page, f"{name}-{language}-{theme}-{width}")


def test_the_room_can_be_read_without_javascript(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=6), "rolling_out")
    signed_in = visitors.open(desk.lead)
    context = visitors.browser.new_context(
        java_script_enabled=False, storage_state=signed_in.context.storage_state(), viewport=PHONE
    )
    page = context.new_page()
    page.goto(f"{visitors.url}/incidents/S-0001/")
    expect(page.locator("#outcomes")).to_contain_text("合计 = 6")
    page.get_by_role("button", name="全部暂停").click()
    expect(page.locator("#crumb")).to_contain_text("已暂停")
    assert storm.roll_out.state == "paused"
    context.close()


def test_a_hidden_tab_asks_for_nothing(visitors: Visitors, desk: Desk) -> None:
    bring(a_storm(desk, orders=6), "rolling_out")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "seen=" in request.url else None)
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    page.wait_for_timeout(4000)
    assert asked == []
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => false, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.wait_for_timeout(1000)
    assert len(asked) == 1
