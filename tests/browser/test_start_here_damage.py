"""Random damage: whatever is done to the bytes of a pack, the page neither passes it nor breaks."""

import base64
import random
import struct
from pathlib import Path
from typing import Any

import pytest
from tests.evidence.packs import a_push, a_record, an_order, contents, sealed
from tests.kit.reviewer import Reviewer, members

from seawall.evidence.seal import layout, start_page
from seawall.evidence.seal.members import member_of
from seawall.evidence.seal.packfile import write_zip
from seawall.evidence.seal.verify import verify_pack

CHECK = """async ({ data, name }) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const report = await checkPack(new ZipPack(new File([bytes], name)), () => {});
  return { signature: report.signature, found: report.found.listed.map(({ path, key }) => [path, key]) };
}"""


@pytest.fixture
def small(tmp_path: Path) -> bytes:
    order = an_order("1", a_record("1", "a"), a_push("1", "b"))
    return sealed(tmp_path, contents([order])).read_bytes()


@pytest.fixture
def check(reviewer: Reviewer, tmp_path: Path) -> Any:
    """What the page's program finds in these bytes."""
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>", encoding="utf-8")
    page = reviewer.open(blank)
    folder = Path(start_page.__file__).parent / "start"
    for name in ("sha256", "packs", "checks", "keychain", "tree"):
        page.add_script_tag(content=(folder / f"{name}.js").read_text(encoding="utf-8"))
    return lambda data: page.evaluate(CHECK, {"data": base64.b64encode(data).decode(), "name": "pack.zip"})


def damaged(data: bytes, chance: random.Random) -> bytes:
    kind = chance.choice(["flip", "flip", "flip", "cut", "insert", "zero", "turn", "end"])
    at = chance.randrange(len(data))
    extra = chance.randbytes(chance.randint(1, 40))
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    if kind == "cut":
        return data[:at] + data[at + len(extra) :]
    if kind == "insert":
        return data[:at] + extra + data[at:]
    if kind == "zero":
        return data[:at] + bytes(len(extra)) + data[at + len(extra) :]
    return data[at:] + data[:at] if kind == "turn" else data[:at]


def test_the_page_finds_every_damage_and_never_breaks(small: bytes, check: Any) -> None:
    assert check(small) == {"signature": "good", "found": []}
    chance = random.Random(417)
    for turn in range(250):
        bad = damaged(small, chance)
        if bad != small:
            assert check(bad)["found"], turn


def test_every_byte_outside_the_members_is_covered(small: bytes, check: Any) -> None:
    directory = small.index(b"PK\x01\x02")
    for place in [*range(45), *range(directory, directory + 60), *range(len(small) - 60, len(small))]:
        bad = small[:place] + bytes([small[place] ^ 1]) + small[place + 1 :]
        assert check(bad)["found"], place


def test_headers_that_agree_with_each_other_and_not_with_the_content_are_found(small: bytes, check: Any) -> None:
    name = layout.FACTS.encode()
    local, central = small.index(name) - 30, small.rindex(name) - 46
    data = bytearray(small)
    for at in (local + 14, central + 16):
        data[at : at + 4] = struct.pack("<I", 1)
    assert [layout.FACTS, "verify_content_changed"] in check(bytes(data))["found"]


def test_another_date_in_every_header_is_found(small: bytes, check: Any, tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    whole.write_bytes(small)
    path = tmp_path / "dated.zip"
    write_zip([member_of(*row) for row in sorted(members(whole).items())], (0x5B71, 0x7001), path, lambda *step: None)
    assert check(path.read_bytes())["found"] == [["pack.zip", "verify_stamp_differs"]]
    assert {found.code for found in verify_pack(path).problems} == {"verify_stamp_differs"}
