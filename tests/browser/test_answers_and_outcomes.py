"""An agent settles what did not arrive and reads what buyers answered, in the browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import (
    Desk,
    Storm,
    a_storm,
    answer,
    block,
    bring,
    confirm,
    deliver,
    hand_to_person,
    lose_sight,
    reject,
)

from seawall.outreach.api import Recipient

Look = Callable[[Page, str], None]

STOP = "อย่าส่งข้อความมาอีก ไม่ต้องติดต่อมาแล้ว"
ANGRY = "ร้านแย่มาก โกรธมาก หลอกลวงลูกค้า"


def in_full_swing(desk: Desk) -> Storm:
    storm = bring(a_storm(desk, orders=60), "rolling_out")
    reject(storm, 3)
    deliver(storm, 2)
    block(storm, 1)
    hand_to_person(storm, 2)
    deliver(storm, 9)
    confirm(storm, 9)
    answer(storm, 2)
    answer(storm, 1, ANGRY)
    answer(storm, 1, STOP)
    lose_sight(storm, 1)
    return storm


def test_an_agent_settles_an_order(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = in_full_swing(desk)
    page = visitors.open(desk.agent)
    page.goto(f"{visitors.url}/incidents/{storm.incident.code}/")
    expect(page.locator("#answers")).to_contain_text("要求不再联系")
    look_at(page, "room-with-answers")
    page.get_by_role("link", name="结果明细").first.click()
    expect(page.locator('[data-tab="to_settle"]')).to_have_text("3")
    look_at(page, "outcomes")
    row = Recipient.objects.filter(state="needs_person").first()
    assert row is not None
    page.locator("tr", has_text=row.order.platform_order_id).get_by_role("link", name="处理").click()
    look_at(page, "settle")
    page.locator("#f-why-leave").fill("买家已电话取消")
    page.get_by_role("button", name="留出").click()
    expect(page.locator(".note").first).to_contain_text("已留出")
    page.goto(f"{visitors.url}/incidents/{storm.incident.code}/outcomes/?show=left_out")
    expect(page.locator("#outcome-rows")).to_contain_text("由人工裁定：买家已电话取消")


def test_an_agent_reads_answers_and_puts_one_right(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = in_full_swing(desk)
    page = visitors.open(desk.agent, language="en")
    page.goto(f"{visitors.url}/incidents/{storm.incident.code}/answers/")
    expect(page.locator("#h-answer-rows")).to_have_text("4 buyers answered")
    look_at(page, "answers")
    page.get_by_role("link", name=ANGRY).click()
    look_at(page, "answer")
    page.locator("#f-intent").select_option("wants_refund_now")
    page.get_by_role("button", name="This is what it wants").click()
    expect(page.locator("#h-reading")).to_be_visible()
    expect(page.get_by_text("by a person").first).to_be_visible()


def test_both_lists_fit_a_phone(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = in_full_swing(desk)
    page = visitors.open(desk.lead, viewport=PHONE)
    for part in ("outcomes", "answers"):
        page.goto(f"{visitors.url}/incidents/{storm.incident.code}/{part}/")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
        look_at(page, f"{part}-phone")
