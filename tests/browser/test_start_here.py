"""A reviewer double-clicks START-HERE.html: from a disk, with the network off, in a real browser."""

import base64
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.evidence.packs import a_push, a_record, a_reply, an_order, contents, sealed
from tests.kit.reviewer import Reviewer, hand_over, state_is

from seawall.evidence.records import PackContents
from seawall.evidence.seal import layout

ANSWERED, SECOND = "88001122334450", "88001122334451"
Look = Callable[[Page, str], None]


def test_a_reviewer_finds_an_order_and_sees_picture_and_records_side_by_side(
    reviewer: Reviewer, pictured_pack: Path, look_at: Look
) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    state_is(page, "Not checked yet")
    expect(page.locator(".li")).to_have_count(5)
    expect(page.locator("#counted")).to_contain_text("Counted again from the order list: 5 orders, as in the tables")
    page.keyboard.press("/")
    page.keyboard.type("334450")
    expect(page.locator(".li")).to_have_count(1)
    page.keyboard.press("Enter")
    shown = page.locator("#shown")
    expect(shown).to_contain_text(ANSWERED)
    expect(shown).to_contain_text("All 3 records match the hashes in the order's line")
    expect(shown).to_contain_text("Not yet checked against the seal")
    expect(shown.locator(".say").last).to_have_text("รับทราบค่ะ 🙏")
    picture = shown.locator("img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 585
    text, drawn = shown.locator(".kv").first.bounding_box(), picture.bounding_box()
    assert text is not None
    assert drawn is not None
    assert drawn["x"] > text["x"] + text["width"] - 1
    shown.get_by_text("As received").first.click()
    expect(shown.locator("pre").first).to_contain_text('"message_id": "m-88001122334450"')
    look_at(page, "start-here-order")


def test_search_takes_the_beginning_first_and_any_digits_after_it(reviewer: Reviewer, tmp_path: Path) -> None:
    orders = [an_order(order_id) for order_id in ("17", "99170", "1799", "5")] + [
        an_order(f"3{n:04d}") for n in range(150)
    ]
    page = reviewer.open(reviewer.unpack(sealed(tmp_path, contents(orders))) / layout.START)
    expect(page.locator(".li")).to_have_count(60)
    expect(page.locator("#found")).to_contain_text("Orders: 154, the first 60 are listed")
    page.get_by_role("button", name="List 60 more").click()
    expect(page.locator(".li")).to_have_count(120)
    page.fill("#query", "17")
    assert [row.inner_text() for row in page.locator(".li .mono").all()][:3] == ["17", "1799", "99170"]
    page.fill("#query", "no such")
    expect(page.locator("#list")).to_contain_text("No such order.")
    page.fill("#query", "30149")
    page.locator(".li").click()  # stands in the second piece
    expect(page.locator("#shown")).to_contain_text("30149")


def test_a_number_in_the_tables_lists_its_orders(reviewer: Reviewer, pictured_pack: Path) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    page.locator("[data-outcome=blocked]").click()
    expect(page.locator(".li")).to_have_count(1)
    page.locator(".li").click()
    expect(page.locator("#shown")).to_contain_text("Filtered by the platform: filtered")
    page.locator("[data-grade=none]").click()
    expect(page.locator(".li")).to_have_count(2)


def test_both_languages_are_whole_and_follow_the_reader(reviewer: Reviewer, pictured_pack: Path, look_at: Look) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START, language="zh-CN", theme="dark")
    state_is(page, "尚未校验")
    page.locator(".li").first.click()
    expect(page.locator("#shown")).to_contain_text("3 条记录的哈希均与订单行所列一致")
    page.set_input_files("#zip", pictured_pack)
    state_is(page, "校验通过")
    look_at(page, "start-here-zh-dark")
    assert page.locator(".e:visible").count() == 0
    page.get_by_role("button", name="English").click()
    state_is(page, "Checked, unchanged")
    expect(page.locator("#query")).to_have_attribute("placeholder", "Order number, any digits")
    assert page.locator(".z:visible").count() == 0


def hostile_contents() -> PackContents:
    """Orders whose words try to be something else than words."""
    nasty = (
        "</script><img src=x onerror=\"window.hit=1\"><script>window.hit=1</script>", "\u2028\u2029 ${window.hit=1} `",
        "\u202egnp.exe\u202c \u200f\u2067 abc", "<!--<script>", "]]>\");window.hit=1;//", "\\\"});window.hit=1;({\"",
        "ก" * 20_000,
    )  # fmt: skip
    orders = []
    for n, text in enumerate(nasty):
        order_id = f"7700{n}"
        body = json.dumps({"message_id": f"b-{order_id}", "content": text, "broken": "\ud800"})
        records = (
            a_record(order_id, f"x{n}"),
            a_push(order_id, f"y{n}"),
            a_reply(order_id, f"z{n}", text=text + "\ud800", body=body),
        )
        orders.append(
            an_order(order_id, *records, outcome="answered", shop_name=text[:80], item=text[:80], status=text[:40])
        )
    return contents(orders, incident=replace(contents().incident, title=nasty[0], seller=nasty[2], team=nasty[3]))


def test_hostile_words_are_shown_and_never_run(reviewer: Reviewer, tmp_path: Path) -> None:
    what = hostile_contents()
    orders = list(what.orders)
    pack = sealed(tmp_path, replace(what, orders=iter(orders)), name="hostile.zip")
    page = reviewer.open(reviewer.unpack(pack) / layout.START)
    for source in ("beside", "handed over"):
        for place, order in enumerate(orders):
            page.locator(".li").nth(place).click()
            expect(page.locator("#shown .title")).to_contain_text(order.order_id)
            said = page.locator("#shown .say").last.evaluate("node => node.textContent")
            assert said == order.records[-1].text.replace("\ud800", "\ufffd"), source
            expect(page.locator("#shown")).to_contain_text("All 3 records match")
        hand_over(page, pack)
        state_is(page, "Checked, unchanged")
    assert page.evaluate("window.hit") is None
    assert page.locator("main img, main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_the_page_alone_says_to_unpack_and_still_takes_the_zip(
    reviewer: Reviewer, pictured_pack: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(reviewer.unpack(pictured_pack) / layout.START, alone / layout.START)
    page = reviewer.open(alone / layout.START)
    expect(page.locator("#list")).to_contain_text("Unpack the whole ZIP first")
    assert [words for words in reviewer.complaints if "ERR_FILE_NOT_FOUND" not in words] == []
    reviewer.complaints.clear()
    drop = page.evaluate_handle(
        """bytes => {
          const held = new DataTransfer();
          held.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], "S-0417.zip"));
          return held;
        }""",
        base64.b64encode(pictured_pack.read_bytes()).decode(),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": drop})
    state_is(page, "Checked, unchanged")
    expect(page.locator(".li")).to_have_count(5)


def test_a_file_of_the_folder_that_is_gone_is_named(reviewer: Reviewer, pictured_pack: Path) -> None:
    folder = reviewer.unpack(pictured_pack)
    (folder / f"chats/{ANSWERED}-1.png").unlink()
    (folder / "view/orders-00001.txt").rename(folder / "view/gone.txt")
    page = reviewer.open(folder / layout.START)
    page.locator(".li").first.click()
    expect(page.locator("#shown")).to_contain_text("The file view/orders-00001.txt")
    (folder / "view/gone.txt").rename(folder / "view/orders-00001.txt")
    page.locator(".li").first.click()
    expect(page.locator("#shown")).to_contain_text(f"The picture chats/{ANSWERED}-1.png is not in its place.")
    assert [words for words in reviewer.complaints if "ERR_FILE_NOT_FOUND" not in words] == []
    reviewer.complaints.clear()


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_page_fits_a_phone(reviewer: Reviewer, pictured_pack: Path, look_at: Look, language: str) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START, language=language, viewport=PHONE)
    page.set_input_files("#zip", pictured_pack)
    expect(page.locator("#result .checks")).to_be_visible()
    page.locator(".li").first.click()
    expect(page.locator("#shown .order")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    look_at(page, f"start-here-phone-{language}")
