"""Answering buyers in the browser: a word appears by itself, one agent takes it, a second one sees who has it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import Desk, Storm, a_storm, answer, bring, confirm, deliver

from seawall.inbox.api import Conversation

Look = Callable[[Page, str], None]

ANGRY = "ร้านแย่มาก โกรธมาก หลอกลวงลูกค้า"
STOP = "อย่าส่งข้อความมาอีก ไม่ต้องติดต่อมาแล้ว"


def a_wave_of_replies(desk: Desk) -> Storm:
    storm = bring(a_storm(desk, orders=40), "rolling_out")
    deliver(storm, 18)
    confirm(storm, 18)
    answer(storm, 5)
    answer(storm, 1, ANGRY)
    answer(storm, 2, "เปลี่ยนใจ ขอรอสินค้าได้ไหมคะ")
    answer(storm, 1, STOP)
    return storm


def test_a_word_appears_is_taken_and_the_second_agent_sees_by_whom(
    visitors: Visitors, desk: Desk, look_at: Look
) -> None:
    storm = a_wave_of_replies(desk)
    page = visitors.open(desk.agent)
    page.goto(f"{visitors.url}/inbox/")
    expect(page.locator('[data-show="waiting"]')).to_have_text("9")
    answer(storm, 1, "ขอเงินคืนด่วนค่ะ")
    expect(page.locator('[data-show="waiting"]')).to_have_text("10")
    look_at(page, "inbox")

    page.keyboard.press("g")
    expect(page.get_by_text("这位买家在您手上")).to_be_visible()
    expect(page.locator('[data-show="mine"]')).to_have_text("1")
    held = Conversation.objects.get(holder_id=desk.agent.membership_id)
    look_at(page, "inbox-thread")

    other = visitors.open(desk.lead, language="en")
    other.goto(f"{visitors.url}/inbox/{held.pk}/")
    expect(other.locator("#held-by")).to_contain_text("has this buyer")
    expect(other.get_by_role("button", name="Take over")).to_have_count(0)
    look_at(other, "inbox-collision-en")

    page.locator("#note").fill("她六点后有空，再确认地址")
    page.get_by_role("button", name="记下").click()
    expect(page.locator(".inbox-said-note")).to_contain_text("她六点后有空")
    # The colleague sees the note come by itself.
    expect(other.locator(".inbox-said-note")).to_contain_text("她六点后有空")
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.get_by_text("还没有人接手这位买家。")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("t")
    expect(page.locator('[data-show="mine"]')).to_have_text("2")
    page.wait_for_load_state()
    page.keyboard.press("b")
    expect(page.locator('[data-show="mine"]')).to_have_text("1")


def test_prepared_words_go_to_the_clipboard(visitors: Visitors, desk: Desk) -> None:
    a_wave_of_replies(desk)
    page = visitors.open(desk.agent)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    conversation = Conversation.objects.filter(asked__intent="wants_refund_now").first()
    assert conversation is not None
    page.goto(f"{visitors.url}/inbox/{conversation.pk}/")
    words = page.locator("#prepared-1").inner_text()
    page.get_by_role("button", name="复制").first.click()
    expect(page.locator("[data-copy].copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == words


def test_the_inbox_fits_a_phone_and_the_dark(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    a_wave_of_replies(desk)
    first = Conversation.objects.filter(asked__intent="wants_refund_now").first()
    stopped = Conversation.objects.filter(asked__intent="opt_out").first()
    assert first is not None
    assert stopped is not None
    for name, language, theme, viewport in (
        ("phone", "zh-hans", "light", PHONE), ("phone-dark-en", "en", "dark", PHONE), ("dark", "zh-hans", "dark", None),
        ("en", "en", "light", None),
    ):  # fmt: skip
        page = visitors.open(desk.lead, language=language, theme=theme, viewport=viewport)
        for what, path in (("list", "/inbox/"), ("thread", f"/inbox/{first.pk}/"), ("stop", f"/inbox/{stopped.pk}/")):
            page.goto(visitors.url + path)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), (name, what)
            look_at(page, f"inbox-{what}-{name}")
        page.goto(f"{visitors.url}/inbox/{first.pk}/")
        if viewport is PHONE:
            expect(page.locator("#inbox-list")).to_be_hidden()
            page.get_by_role("link", name="返回列表" if language == "zh-hans" else "Back to the list").click()
            expect(page.locator("#inbox-list")).to_be_visible()
        page.close()
