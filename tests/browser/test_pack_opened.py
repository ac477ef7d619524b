"""From the console to the reviewer's desk: the lead seals and downloads the pack, a reviewer opens and checks it."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.browser.conftest import DESKTOP, Visitors
from tests.kit.storm import Desk, a_storm, answer, bring, tend_all

from seawall.evidence.seal.verify import verify_pack
from seawall.outreach.api import Recipient

Look = Callable[[Page, str], None]


def opened(visitors: Visitors, folder: Path) -> Page:
    """START-HERE.html of an unpacked pack, double-clicked by somebody without a network."""
    context = visitors.browser.new_context(viewport=DESKTOP, offline=True, locale="zh-CN")
    visitors._contexts.append(context)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda message: visitors.complaints.append(message.text))
    page.on("pageerror", lambda error: visitors.complaints.append(str(error)))
    page.goto((folder / "START-HERE.html").as_uri())
    return page


def test_the_pack_of_a_storm_is_downloaded_opened_and_checked(
    visitors: Visitors, desk: Desk, tmp_path: Path, look_at: Look
) -> None:
    storm = bring(a_storm(desk, orders=9, unconnected=3), "follow_up")
    answer(storm, 4)
    tend_all()
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.locator("#actions").get_by_role("button", name="封存证据包").click()
    expect(page.locator("#toasts")).to_contain_text("证据包 1 已封存")
    with page.expect_download() as download:
        page.locator("#packs").get_by_role("link", name="下载").click()
    pack = tmp_path / download.value.suggested_filename
    download.value.save_as(pack)
    with zipfile.ZipFile(pack) as file:
        file.extractall(tmp_path / "unpacked")

    reviewer = opened(visitors, tmp_path / "unpacked")
    expect(reviewer.locator("#counted")).to_contain_text("由订单清单重新计数：12 单，与上表一致。")
    assert [cell.inner_text() for cell in reviewer.locator("[data-outcome]").all()] == ["4", "5", "3"]
    answered = Recipient.objects.filter(incident=storm.incident, state="answered").select_related("order").first()
    assert answered is not None
    number = answered.order.platform_order_id
    reviewer.fill("#query", number[-6:])
    reviewer.locator(".li").first.click()
    shown = reviewer.locator("#shown")
    expect(shown.locator(".title")).to_contain_text(number)
    expect(shown.locator(".say").first).to_have_text(answered.text)
    expect(shown.locator(".say").last).to_have_text("ขอบคุณค่ะ เมื่อไหร่จะได้เงินคืนคะ")
    assert shown.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 585

    reviewer.set_input_files("#zip", pack)
    expect(reviewer.locator("#state")).to_have_text("校验通过", use_inner_text=True)
    report = verify_pack(pack)
    assert report.ok
    expect(reviewer.locator("#result")).to_contain_text(f"密钥 {report.key_id} 对清单的 Ed25519 签名有效")
    expect(reviewer.locator("#result")).to_contain_text("12 单 = 各去向之和")
    reviewer.locator(".li").first.click()
    expect(shown).to_contain_text("在哈希树中：第")
    look_at(reviewer, "pack-opened")


def test_a_pack_that_was_meddled_with_on_the_way_is_found_out(visitors: Visitors, desk: Desk, tmp_path: Path) -> None:
    storm = bring(a_storm(desk, orders=4), "follow_up")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.locator("#actions").get_by_role("button", name="封存证据包").click()
    with page.expect_download() as download:
        page.locator("#packs").get_by_role("link", name="下载").click()
    pack = tmp_path / download.value.suggested_filename
    download.value.save_as(pack)
    with zipfile.ZipFile(pack) as file:
        file.extractall(tmp_path / "unpacked")
    row = Recipient.objects.filter(incident=storm.incident).order_by("pk").select_related("order").first()
    assert row is not None
    with zipfile.ZipFile(pack) as file:
        begin = file.getinfo("records/messages.jsonl").header_offset
    data = pack.read_bytes()
    at = data.index(row.platform_message_id.encode(), begin)
    pack.write_bytes(data[:at] + b"x" + data[at + 1 :])

    reviewer = opened(visitors, tmp_path / "unpacked")
    reviewer.set_input_files("#zip", pack)
    expect(reviewer.locator("#state")).to_contain_text("处问题")
    expect(reviewer.locator(".wrong")).to_contain_text("records/messages.jsonl")
    expect(reviewer.locator(".wrong")).to_contain_text(f"订单 {row.order.platform_order_id}")
    assert not verify_pack(pack).ok
