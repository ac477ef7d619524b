"""The seller, on a phone: sees what is approved, approves it, or sends it back; later fetches the pack."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import Desk, a_storm, bring, link_for

from seawall.outreach.api import Approval

Look = Callable[[Page, str], None]


def test_the_seller_approves_on_a_phone(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = bring(a_storm(desk, orders=40, unconnected=3), "sample_sent")
    page = visitors.open(desk.approver, viewport=PHONE)
    page.goto(f"{visitors.url}/incidents/S-0001/approve/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("通知 40 位买家")
    expect(page.locator('.say[lang="th"]')).to_contain_text("88001122330000")
    digest = storm.roll_out.binding_digest
    expect(page.get_by_text(f"{digest[:4]}·{digest[4:8]}·{digest[8:12]}")).to_be_attached()
    button = page.get_by_role("button", name="批准铺开")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    look_at(page, "approve-phone")
    button.click()
    expect(page.locator("#crumb")).to_contain_text("已批准")
    assert Approval.objects.get().binding_digest == digest
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_link_in_the_chat_leads_straight_to_the_page_in_english_too(visitors: Visitors, desk: Desk) -> None:
    bring(a_storm(desk, orders=4), "sample_sent")
    page = visitors.open(desk.approver, language="en", theme="dark", viewport=PHONE)
    page.context.clear_cookies(name="seawall_session")
    page.goto(visitors.url + link_for(desk.approver.user_id) + "?next=/incidents/S-0001/approve/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Write to 4 buyers")


def test_sending_back_wants_words(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=4), "sample_sent")
    page = visitors.open(desk.approver, viewport=PHONE)
    page.goto(f"{visitors.url}/incidents/S-0001/approve/")
    page.get_by_role("button", name="附意见退回").click()
    assert storm.refresh().state == "sample_sent"
    page.get_by_label("请写明").fill("店名写错了")
    page.get_by_role("button", name="附意见退回").click()
    expect(page.get_by_text("已退回。")).to_be_visible()
    assert storm.refresh().state == "script_ready"


def test_the_seller_attests_the_facts_and_fetches_a_paper(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=4), "written")
    page = visitors.open(desk.approver, viewport=PHONE)
    page.goto(f"{visitors.url}/incidents/S-0001/attest/")
    with page.expect_download() as paper:
        page.get_by_role("link", name="海关退运通知书.pdf").click()
    assert paper.value.suggested_filename == "海关退运通知书.pdf"
    page.get_by_role("button", name="确认以上属实").click()
    expect(page.get_by_text("谢谢，事实已确认。")).to_be_visible()
    assert storm.refresh().state == "facts_attested"


def test_a_pack_is_sealed_and_downloaded(visitors: Visitors, desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=4), "follow_up")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.locator("#actions").get_by_role("button", name="封存证据包").click()
    expect(page.locator("#toasts")).to_contain_text("证据包 1 已封存")
    with page.expect_download() as pack:
        page.locator("#packs").get_by_role("link", name="下载").click()
    assert pack.value.suggested_filename == "seawall-S-0001-1.zip"
    assert pack.value.path().stat().st_size == storm.incident.packs.get().size
