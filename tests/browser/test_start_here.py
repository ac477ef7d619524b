"""A reviewer double-clicks START-HERE.html: from a disk, with the network off, in a real browser."""

import base64
import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.browser.conftest import DESKTOP, PHONE
from tests.evidence.packs import KEY, OTHER_KEY, a_push, a_record, a_reply, an_order, contents, sealed
from tests.evidence.test_pack_pictures import pictured_contents
from tests.evidence.test_verify_signed_lies import Files, lie

from seawall.evidence.records import PackContents
from seawall.evidence.seal import layout, start_page
from seawall.evidence.seal.merkle import root_of
from seawall.evidence.seal.verify import verify_pack

ANSWERED, SECOND = "88001122334450", "88001122334451"
Look = Callable[[Page, str], None]


@dataclass
class Reviewer:
    """Somebody with a pack on a disk, a browser, and no network."""

    browser: Browser
    folder: Path
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _contexts: list[Any] = field(default_factory=list)

    def unpack(self, pack: Path) -> Path:
        """The pack's folder."""
        folder = self.folder / pack.stem
        with zipfile.ZipFile(pack) as file:
            file.extractall(folder)
        return folder

    def open(
        self, page_file: Path, *, language: str = "en-US", theme: Any = "light", viewport: ViewportSize | None = None,
        before: str = "",
    ) -> Page:  # fmt: skip
        """The page, opened by a double click. `before` runs ahead of the page's own program."""
        context = self.browser.new_context(
            offline=True, locale=language, color_scheme=theme, viewport=viewport or DESKTOP
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        if before:
            page.add_init_script(before)
        page.goto(page_file.as_uri())
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def reviewer(chromium: Browser, tmp_path: Path) -> Iterator[Reviewer]:
    """At the end nothing may have complained, and nothing may have been asked of a network."""
    found = Reviewer(chromium, tmp_path)
    yield found
    found.close()
    assert found.complaints == []
    assert all(url.startswith(("file:", "blob:")) for url in found.asked)


@pytest.fixture(scope="module")
def pictured_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of five orders, four of them with a picture."""
    return sealed(tmp_path_factory.mktemp("pictured"), pictured_contents(), name="S-0417.zip")


def hand_over(page: Page, pack: Path) -> None:
    """Choose the ZIP in the box, and wait for the answer."""
    page.set_input_files("#zip", pack)
    expect(page.locator("#state.run")).to_have_count(0)


def state_is(page: Page, words: str) -> None:
    """What stands beside the page's name."""
    expect(page.locator("#state")).to_have_text(words, use_inner_text=True)


def wrong(page: Page) -> dict[str, str]:
    """What the page names: {place: first sentence}."""
    found: dict[str, str] = {}
    for row in page.locator(".wrong li").all():
        place = row.locator(".mono")
        if place.count():
            found.setdefault(place.inner_text(), row.locator(".e").inner_text())
    return found


def members(pack: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(pack) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(files: dict[str, bytes], path: Path, method: int = zipfile.ZIP_STORED) -> Path:
    """Members in a new ZIP by the standard library, as somebody would who unpacked and packed again."""
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in sorted(files.items()):
            file.writestr(name, data)
    return path


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


def test_a_good_pack_is_found_good_and_its_orders_are_then_shown_from_it(
    reviewer: Reviewer, pictured_pack: Path, look_at: Look
) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    hand_over(page, pictured_pack)
    state_is(page, "Checked, unchanged")
    result = page.locator("#result")
    for words in (
        "S-0417.zip: nothing was changed", f"valid for key {KEY.key_id}", "5 orders = the sum of the outcomes",
        "Those of 4 orders are each drawn from its records", "8 records of 5 orders, each unchanged",
        f"root {verify_pack(pictured_pack).root[:16]}", "no real buyer was contacted",
    ):  # fmt: skip
        expect(result).to_contain_text(words)
    expect(page.locator("#source")).to_contain_text("S-0417.zip")
    page.locator(".li").first.click()
    expect(page.locator("#shown")).to_contain_text("In the hash tree: leaf 1 of")
    assert page.locator("#shown img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 585
    look_at(page, "start-here-checked")


def test_the_key_id_that_the_sender_told_is_compared(reviewer: Reviewer, pictured_pack: Path) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    hand_over(page, pictured_pack)
    told = page.get_by_label("Key id you were told")
    told.fill(KEY.key_id[:9])
    expect(page.locator("#result")).to_contain_text("Enter all 16 digits")
    told.fill(f"{KEY.key_id[:8].upper()} {KEY.key_id[8:]}")
    expect(page.locator("#result")).to_contain_text("The same as the key id you were told")
    told.fill(OTHER_KEY.key_id)
    expect(page.locator("#result")).to_contain_text("Not the key id you were told: do not rely on this pack")


def test_an_unpacked_folder_is_checked_and_an_added_or_changed_file_in_it_named(
    reviewer: Reviewer, pictured_pack: Path
) -> None:
    folder = reviewer.unpack(pictured_pack)
    (folder / ".DS_Store").write_bytes(b"x")
    page = reviewer.open(folder / layout.START)
    page.set_input_files("#folder", folder)
    state_is(page, "Checked, unchanged")
    expect(page.locator("#result")).to_contain_text("made by the computer's system: .DS_Store")
    (folder / "papers/002-late.pdf").write_bytes(b"%PDF")
    (folder / "facts.json").write_bytes(b"{}")
    page.set_input_files("#folder", folder)
    state_is(page, "2 problems found")
    assert wrong(page) == {
        "facts.json": "The content is not the one that was sealed (hash or size differs from the signed manifest).",
        "papers/002-late.pdf": "This member was added: the signed manifest does not list it.",
    }


def _flip(pack: Path, needle: bytes) -> bytes:
    """The pack with one letter changed in place, as an editor of bytes would."""
    with zipfile.ZipFile(pack) as file:
        begin = file.getinfo(layout.MESSAGES).header_offset
    data = pack.read_bytes()
    at = data.index(needle, begin)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_changed_record_is_named_with_its_order(reviewer: Reviewer, pictured_pack: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(_flip(pictured_pack, "รับทราบค่ะ".encode()))
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    hand_over(page, bad)
    expect(page.locator(".wrong")).to_contain_text(f"Record 1c of order {ANSWERED} was changed.")
    assert wrong(page).keys() >= {"records/messages.jsonl"}
    page.locator(".li").first.click()
    expect(page.locator("#shown")).to_contain_text("Records that do not match the hash in the order's line: 1c")


def test_dropped_added_and_swapped_members_are_named(reviewer: Reviewer, pictured_pack: Path, tmp_path: Path) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    files = members(pictured_pack)
    one, two = f"chats/{ANSWERED}-1.png", f"chats/{SECOND}-1.png"

    hand_over(page, zipped({name: data for name, data in files.items() if name != one}, tmp_path / "less.zip"))
    assert wrong(page)[one] in ("This member is missing.",)

    hand_over(page, zipped(files | {"papers/002-late.pdf": b"%PDF"}, tmp_path / "more.zip"))
    assert wrong(page)["papers/002-late.pdf"] == "This member was added: the signed manifest does not list it."

    hand_over(page, zipped(files | {one: files[two], two: files[one]}, tmp_path / "swapped.zip"))
    assert wrong(page)[one] == f"It holds the content of {two}: the two were swapped."
    assert wrong(page)[two] == f"It holds the content of {one}: the two were swapped."


def test_a_pack_signed_again_by_another_key_says_whose_and_that_it_must_be_compared(
    reviewer: Reviewer, pictured_pack: Path, tmp_path: Path
) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    hand_over(page, sealed(tmp_path, pictured_contents(), key=OTHER_KEY, name="other.zip"))
    state_is(page, "Checked, unchanged")
    result = page.locator("#result")
    expect(result).to_contain_text(
        f"This pack is signed by key {OTHER_KEY.key_id}, but this page came with a pack sealed by key {KEY.key_id}."
    )
    expect(result).to_contain_text("Ask the sender which of the two is right.")

    bad = zipped(members(pictured_pack) | {layout.PUBLIC_KEY: OTHER_KEY.public_pem()}, tmp_path / "key.zip")
    hand_over(page, bad)
    assert layout.PUBLIC_KEY in wrong(page)
    expect(page.locator(".checks .cross").first).to_be_visible()


def test_lies_that_were_signed_are_named_where_the_page_can_tell(reviewer: Reviewer, tmp_path: Path) -> None:
    def swap(files: Files) -> None:
        one, two = f"chats/{ANSWERED}-1.png", f"chats/{SECOND}-1.png"
        files[one], files[two] = files[two], files[one]
        rows = [json.loads(line) for line in files[layout.PICTURES].splitlines()]
        first, second = rows[0]["pages"][0], rows[1]["pages"][0]
        first["sha256"], second["sha256"] = second["sha256"], first["sha256"]
        lines = [json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n" for row in rows]
        files[layout.PICTURES] = "".join(lines).encode()

    pack = sealed(tmp_path, pictured_contents(), name="lie.zip")
    page = reviewer.open(reviewer.unpack(pack) / layout.START)
    assert not lie(pack, swap).ok
    hand_over(page, pack)
    assert wrong(page)[f"chats/{ANSWERED}-1.png"] == f"This page does not belong to the picture of order {ANSWERED}."
    assert wrong(page)[f"chats/{SECOND}-1.png"] == f"This page does not belong to the picture of order {SECOND}."

    counted = sealed(tmp_path, pictured_contents(), name="counted.zip")
    lie(counted, lambda files: None, planned=7)
    hand_over(page, counted)
    assert wrong(page)["summary.json"] == "7 orders are claimed, 5 are here."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "This is not a ZIP file."), (b"<html>not found</html>", "This is not a ZIP file."),
     (b"PK\x03\x04 and no more", "The file is cut off: the end of the ZIP is missing. Copy it again.")],
)  # fmt: skip
def test_what_is_no_pack_is_said(
    reviewer: Reviewer, pictured_pack: Path, tmp_path: Path, data: bytes, sentence: str
) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    bad = tmp_path / "bad.zip"
    bad.write_bytes(data)
    hand_over(page, bad)
    assert wrong(page) == {"bad.zip": sentence}
    hand_over(page, zipped({"photo.jpg": b"x"}, tmp_path / "photos.zip"))
    assert wrong(page)["photos.zip"].startswith("There is no seal/manifest.json here: this is no evidence pack")


def test_a_pack_zipped_again_is_told_from_the_original(reviewer: Reviewer, pictured_pack: Path, tmp_path: Path) -> None:
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    hand_over(page, zipped(members(pictured_pack), tmp_path / "again.zip"))
    assert wrong(page).keys() == {"again.zip"}
    assert wrong(page)["again.zip"].startswith("This ZIP was written by another program")
    hand_over(page, zipped(members(pictured_pack), tmp_path / "small.zip", zipfile.ZIP_DEFLATED))
    expect(page.locator(".wrong")).to_contain_text("packed again with compression")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(pictured_pack.read_bytes() + b"\n")
    hand_over(page, cut)
    assert wrong(page) == {"cut.zip": "1 bytes were added after the end of the pack."}


def test_a_large_zip_in_the_zip64_form_is_read(
    reviewer: Reviewer, pictured_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    large = zipped(members(pictured_pack), tmp_path / "large.zip")
    assert b"PK\x06\x06" in large.read_bytes()
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START)
    hand_over(page, large)
    assert wrong(page).keys() == {"large.zip"}  # the form is not a pack's; every member in it is found whole
    expect(page.locator("#result")).to_contain_text("8 records of 5 orders, each unchanged")


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


def test_without_ed25519_the_page_says_so_and_checks_the_rest(
    reviewer: Reviewer, pictured_pack: Path, tmp_path: Path
) -> None:
    older = """
      const own = crypto.subtle.importKey.bind(crypto.subtle);
      crypto.subtle.importKey = (form, key, kind, ...rest) => kind === "Ed25519"
        ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")) : own(form, key, kind, ...rest);
    """
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START, before=older)
    hand_over(page, pictured_pack)
    state_is(page, "Checked, except the signature")
    expect(page.locator("#result")).to_contain_text("This browser cannot check Ed25519 signatures")
    bad = tmp_path / "bad.zip"
    bad.write_bytes(_flip(pictured_pack, "รับทราบค่ะ".encode()))
    hand_over(page, bad)
    assert "records/messages.jsonl" in wrong(page)


def test_without_any_web_cryptography_the_pages_own_sha_256_serves(
    reviewer: Reviewer, pictured_pack: Path, tmp_path: Path
) -> None:
    none = "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });"
    page = reviewer.open(reviewer.unpack(pictured_pack) / layout.START, before=none)
    hand_over(page, pictured_pack)
    state_is(page, "Checked, except the signature")
    files = members(pictured_pack) | {"facts.json": b"{}"}
    hand_over(page, zipped(files, tmp_path / "bad.zip"))
    assert "facts.json" in wrong(page)


def test_the_pages_own_hashes_are_those_of_everybody(reviewer: Reviewer, tmp_path: Path) -> None:
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>", encoding="utf-8")
    page = reviewer.open(blank)
    folder = Path(start_page.__file__).parent / "start"
    for name in ("sha256.js", "tree.js"):
        page.add_script_tag(content=(folder / name).read_text(encoding="utf-8").replace("latin.", "null."))
    lengths = [*range(0, 200), 1000, 4096, 65_537]
    hashes = page.evaluate(
        "lengths => lengths.map(n => hex(sha256(Uint8Array.from({length: n}, (_, i) => (i * 7) % 256))))", lengths
    )
    assert hashes == [hashlib.sha256(bytes(i * 7 % 256 for i in range(n))).hexdigest() for n in lengths]
    pieces = page.evaluate(
        """() => {
          const digest = new Sha256();
          for (let n = 0; n < 150; n++) digest.update(new Uint8Array(n).fill(n));
          return hex(digest.digest());
        }"""
    )
    assert pieces == hashlib.sha256(b"".join(bytes([n]) * n for n in range(150))).hexdigest()
    for size in (*range(0, 20), 33, 1000):
        leaves = [hashlib.sha256(bytes([n % 256, size % 256])).digest() for n in range(size)]
        found = page.evaluate("leaves => hex(rootOf(leaves.map(unhex)))", [leaf.hex() for leaf in leaves])
        assert found == root_of(leaves).hex(), size


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
