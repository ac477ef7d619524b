"""A newcomer opens a storm in the browser: drops files, says what struck, writes the facts, sees the wording, lands in
the room with the next step marked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import A_PDF, Desk, a_shop, a_storm, bring, hand_to_person

from seawall.incidents.api import comment
from seawall.incidents.models import Incident
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform

Look = Callable[[Page, str], None]

HEAD = "platform,market,order_id,status,created_at,item_title,quantity,currency,order_total\n"
THAI = "".join(f"lazada,TH,8800112233{n:04d},shipped,2026-11-14 09:{n % 60:02d},Lamp,1,THB,100\n" for n in range(40))
MALAY = "".join(f"shopee,MY,251114AB{n:06d},shipped,2026-11-14 10:{n % 60:02d},Lamp,1,MYR,45\n" for n in range(25))
BAD = "lazada,TH,,shipped,2026-11-14 09:22,Lamp,1,THB,100\n"


@pytest.fixture
def dropped(tmp_path: Path) -> list[Path]:
    """Two order files, one with a bad row, and a paper."""
    paths = [tmp_path / "lazada-th.csv", tmp_path / "shopee-my.csv", tmp_path / "退运通知书.pdf"]
    paths[0].write_text(HEAD + THAI + BAD, encoding="utf-8")
    paths[1].write_text(HEAD + MALAY, encoding="utf-8")
    paths[2].write_bytes(A_PDF)
    return paths


def test_a_newcomer_opens_a_storm_from_two_files(
    visitors: Visitors, desk: Desk, dropped: list[Path], look_at: Look
) -> None:
    a_shop(desk, "TH")
    a_shop(desk, "MY", platform=Platform.SHOPEE)
    page = visitors.open(desk.lead)
    look_at(page, "board-empty-zh")
    page.get_by_role("link", name="立案").first.click()
    look_at(page, "start-1-zh")
    page.locator("#g-files").set_input_files(dropped[:2])
    page.get_by_role("button", name="读取文件").click()
    expect(page.locator(".file")).to_have_count(2)
    expect(page.locator(".file").first).to_contain_text("40")
    look_at(page, "start-2-zh")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    assert download.value.suggested_filename == "rejects.csv"
    page.get_by_text("海关退运").click()
    page.locator("#g-title").fill("SWLU 204817 货柜退运")
    page.get_by_role("button", name="65").click()
    expect(page.locator("#f-cause")).to_be_visible()
    look_at(page, "start-3-zh")
    page.locator("#f-cause").fill("集装箱 SWLU 204817-3 被海关退运，货物无法派送")
    page.locator("#f-remedy").fill("订单通过平台关闭；已付款项由平台原路退回")
    page.locator("#f-ceiling").fill("60000")
    page.locator("#f-papers").set_input_files(dropped[2])
    page.get_by_role("button", name="保存事实").click()
    expect(page.locator("#h-words")).to_be_visible()
    look_at(page, "start-4-zh")
    page.get_by_role("link", name="进入作战室").click()
    expect(page.locator("#next")).to_contain_text("事实")
    look_at(page, "start-5-room-zh")
    assert Incident.objects.get().cases.count() == 65


def test_the_guided_start_works_without_script_and_on_a_phone(
    visitors: Visitors, desk: Desk, dropped: list[Path], look_at: Look
) -> None:
    a_shop(desk, "TH")
    a_shop(desk, "MY", platform=Platform.SHOPEE)
    context = visitors.browser.new_context(java_script_enabled=False, viewport=PHONE)
    known = visitors.open(desk.lead, language="en", theme="dark")
    context.add_cookies(known.context.cookies())  # type: ignore[arg-type]  # what one context gives the other takes
    page = context.new_page()
    page.goto(f"{visitors.url}/start/")
    page.locator("#g-files").set_input_files(dropped[:2])
    page.get_by_role("button", name="Read the files").click()
    look_at(page, "start-2-phone-dark")
    page.get_by_label("Delayed").check()
    page.locator("#g-title").fill("Late parcels")
    page.get_by_role("button", name="Open the storm").click()
    page.locator("#f-cause").fill("The carrier is late")
    page.locator("#f-remedy").fill("Buyers wait, or cancel through the platform")
    page.locator("#f-ceiling").fill("0")
    look_at(page, "start-3-phone-dark")
    page.get_by_role("button", name="Keep the facts").click()
    expect(page.locator("#h-words")).to_be_visible()
    look_at(page, "start-4-phone-dark")
    context.close()
    known.set_viewport_size(PHONE)
    known.goto(f"{visitors.url}/start/")
    assert known.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_a_lead_reads_what_needs_him_and_answers_a_comment(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = bring(a_storm(desk, orders=12), "rolling_out")
    hand_to_person(storm, 2)
    comment(storm.incident, "@north-lead please look at the Thai replies", by=desk.agent, clock=SYSTEM_CLOCK)
    page = visitors.open(desk.lead)
    expect(page.locator("[data-need=mention]")).to_contain_text("Thai replies")
    expect(page.locator("[data-need=person]")).to_contain_text("2")
    look_at(page, "board-needs-zh")
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.locator("#c-words").fill("@north-agent 看过了")
    page.get_by_role("button", name="评论").click()
    expect(page.locator("#timeline")).to_contain_text("看过了")
    look_at(page, "room-comment-zh")
    page.goto(visitors.url)
    expect(page.locator("[data-need=mention]")).to_have_count(0)
    page.goto(f"{visitors.url}/incidents/S-0001/cases/?state=waiting")
    look_at(page, "cases-filtered-zh")
    page.get_by_role("link", name="撤出这些订单").click()
    look_at(page, "cases-withdraw-zh")
