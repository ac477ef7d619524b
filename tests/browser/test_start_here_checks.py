"""A reviewer hands the pack to START-HERE.html: good ones are found good, and what is wrong with a bad one is named."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.evidence.packs import KEY, OTHER_KEY, sealed
from tests.evidence.test_pack_pictures import pictured_contents
from tests.evidence.test_verify_signed_lies import Files, lie
from tests.kit.reviewer import Reviewer, hand_over, members, state_is, wrong, zipped

from seawall.evidence.seal import layout, start_page
from seawall.evidence.seal.merkle import root_of
from seawall.evidence.seal.verify import verify_pack

ANSWERED, SECOND = "88001122334450", "88001122334451"
Look = Callable[[Page, str], None]


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
