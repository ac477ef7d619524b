"""One order taken out of a pack: small, whole, and checked without the pack, by our program and without it."""

import json
import subprocess
import zipfile
from pathlib import Path
from random import Random

import pytest
from tests.evidence.packs import KEY, OTHER_KEY, an_order, at, contents, five_orders, sealed
from tests.evidence.tamper import World, files_of, flip, forged, insert, truncate, zip_again
from tests.evidence.test_pack_pictures import pictured_contents
from tests.evidence.test_thousand_changes import PICTURES, later_orders

from seawall.evidence.seal import layout
from seawall.evidence.seal.chain import previous_pack
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.extract import Extract, extract_order, paths_in
from seawall.evidence.seal.keychain import KeyLink, hand_over
from seawall.evidence.seal.keys import SigningKey
from seawall.evidence.seal.packfile import Signer, write_pack
from seawall.evidence.seal.verify import verify_pack
from seawall.kernel.languages import Language

ONE, FIVE = five_orders()[0].order_id, five_orders()[4].order_id
DATA = Path(__file__).parent / "data"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    before = sealed(tmp_path, name="before.zip")
    what = contents(later_orders(), screenshots=PICTURES, sealed_at=at(90_000), previous=previous_pack(before))
    return sealed(tmp_path, what)


def taken(pack: Path, order: str = ONE, **more: str) -> Extract:
    return extract_order(pack, order, pack.with_name("order.zip"), **more)


def test_an_order_taken_out_verifies_alone_and_names_the_packs_root_and_key(pack: Path) -> None:
    whole, found = verify_pack(pack), taken(pack)
    pack.unlink()
    report = verify_pack(found.path, expected_key=KEY.key_id)

    assert report.ok, report.problems
    assert (report.form, report.items, report.root) == ("seawall-extract/1", 1, whole.root)
    assert (report.key_id, report.sealed_at, report.is_simulated) == (whole.key_id, whole.sealed_at, True)
    assert report.counts["grades"]["answered"] == 1
    assert found.records == 3
    assert found.size < 60_000


def test_it_holds_the_order_its_words_and_what_belongs_to_it_and_nothing_of_other_orders(pack: Path) -> None:
    with zipfile.ZipFile(taken(pack, FIVE).path) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}

    assert json.loads(files["order.json"])["order_id"] == FIVE
    assert "screenshots/001-IMG-1.png" in files or "screenshots/001-IMG-0.png" in files
    assert sum(name.startswith("screenshots/") for name in files) == 1
    assert b"approvals" in files["approvals/approvals.json"]
    other = five_orders()[0].order_id.encode()
    assert all(other not in data for data in files.values())
    with zipfile.ZipFile(taken(pack).path) as opened:
        assert "script/01/th.txt" in opened.namelist()


def test_what_a_list_in_the_pack_ties_to_an_order_goes_with_it(tmp_path: Path) -> None:
    """As the chat pictures do: `chats/pictures.jsonl` names the pages of each order."""
    row = {"order_id": "1", "pages": [{"path": "chats/1-1.png"}, {"path": "chats/1-2.png"}], "shop": "s"}
    assert list(paths_in(row)) == ["chats/1-1.png", "chats/1-2.png"]


def test_the_chat_picture_of_the_order_goes_with_it_and_no_other(tmp_path: Path) -> None:
    pack = sealed(tmp_path, pictured_contents())
    one = taken(pack)
    two = files_of(taken(pack, five_orders()[1].order_id).path.read_bytes())

    report = verify_pack(one.path)
    assert report.ok, report.problems
    assert [name for name in one.files if name.startswith(("chats/", "view/"))] == [f"chats/{ONE}-1.png"]
    assert [name for name in two if name.startswith("chats/")] == ["chats/88001122334451-1.png"]
    bare = taken(sealed(tmp_path, name="bare.zip"))
    assert not [name for name in bare.files if name.startswith("chats/")]


def test_a_picture_of_another_order_is_named_although_it_stood_in_the_pack(tmp_path: Path) -> None:
    """Its proof is real: the same pack holds it. It is no picture of this order all the same."""
    pack = sealed(tmp_path, pictured_contents())
    one = taken(pack).path.read_bytes()
    other = files_of(taken(pack, five_orders()[1].order_id).path.read_bytes())
    foreign = "chats/88001122334451-1.png"
    proof = next(row for row in other[layout.PROOFS].splitlines(keepends=True) if foreign.encode() in row)
    path = tmp_path / "bad.zip"

    for drop in (False, True):
        files = files_of(one)
        if drop:
            del files[f"chats/{ONE}-1.png"]
        rows = [row for row in files[layout.PROOFS].splitlines(keepends=True) if row.split()[1].decode() in files]
        files |= {foreign: other[foreign], layout.PROOFS: b"".join(sorted([*rows, proof], key=place_of))}
        path.write_bytes(forged(files, tmp_path, one))
        assert (foreign, "verify_picture_of_other") in {(each.path, each.code) for each in verify_pack(path).problems}


def test_a_screenshot_of_another_order_is_named(pack: Path, tmp_path: Path) -> None:
    one, other = taken(pack).path.read_bytes(), files_of(taken(pack, FIVE).path.read_bytes())
    files = files_of(one)
    foreign = next(name for name in other if name.startswith("screenshots/") and name not in files)
    rows = [*files[layout.PROOFS].splitlines(keepends=True)]
    rows += [row for row in other[layout.PROOFS].splitlines(keepends=True) if foreign.encode() in row]
    files |= {foreign: other[foreign], layout.PROOFS: b"".join(sorted(rows, key=place_of))}
    path = tmp_path / "bad.zip"
    path.write_bytes(forged(files, tmp_path, one))
    found = [(each.path, each.code) for each in verify_pack(path).problems]
    assert found == [(foreign, "verify_screenshot_of_other")]


def place_of(proof: bytes) -> int:
    return int(proof.split()[0])


def test_without_its_picture_the_order_still_verifies(tmp_path: Path) -> None:
    one = taken(sealed(tmp_path, pictured_contents())).path.read_bytes()
    files = files_of(one)
    del files[f"chats/{ONE}-1.png"]
    rows = files[layout.PROOFS].splitlines(keepends=True)
    files[layout.PROOFS] = b"".join(row for row in rows if b" chats/" not in row)
    path = tmp_path / "less.zip"
    path.write_bytes(forged(files, tmp_path, one))
    assert verify_pack(path).ok, verify_pack(path).problems


def test_the_commands_of_its_verify_txt_really_work_and_notice_changes(pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(taken(pack).path) as opened:
        opened.extractall(folder)

    assert answers(folder) == [True] * 5
    for name, wrong in (
        ("order.json", {2, 3}),
        ("records.jsonl", {4}),
        ("script/01/th.txt", {2}),
        ("seal/root.json", {0}),
    ):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[:-3] + b"x" + data[-2:])
        assert wrong & {place for place, is_right in enumerate(answers(folder)) if not is_right}, name
        (folder / name).write_bytes(data)


def answers(folder: Path) -> list[bool]:
    """Whether each command of VERIFY.txt gives the answer stated under it; a block of lines is run as one."""
    found, block = [], []
    for line in (folder / "seal/VERIFY.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("   -> "):
            done = subprocess.run(
                ["bash", "-c", "\n".join(block)], cwd=folder, capture_output=True, text=True, check=False
            )
            found.append(done.stdout.strip().removesuffix("  -") == line[6:].strip())
            block = []
        elif line.startswith("   ") and line[3:4].isascii() and line[3:4] not in ("(", "T"):
            block.append(line.strip())
        else:
            block = []
    return found


def test_a_later_pack_and_a_rotated_key_go_with_it(tmp_path: Path) -> None:
    next_key = SigningKey.from_seed(b"\x09" * 32)
    link = hand_over(KEY, next_key.verify_key, generation=2, at=at(0))
    signer = Signer(key=next_key, chain=(KeyLink(KEY.verify_key), link))
    found = taken(write_pack(contents(), signer, tmp_path / "pack.zip").path)

    assert verify_pack(found.path, expected_key=KEY.key_id).ok
    assert verify_pack(found.path).key_chain == [KEY.key_id, next_key.key_id]
    assert not verify_pack(found.path, expected_key=OTHER_KEY.key_id).ok


def test_what_cannot_be_taken_out_is_refused_in_words(pack: Path, tmp_path: Path) -> None:
    twins = [an_order("7", shop="a"), an_order("7", shop="b")]
    double = sealed(tmp_path, contents(twins), name="double.zip")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(pack.read_bytes()[:-9])
    single = taken(pack).path
    for what, order, code in (
        (pack, "1", "pack_extract_order_unknown"), (double, "7", "pack_extract_order_ambiguous"),
        (broken, ONE, "pack_extract_unverified"), (tmp_path / "none.zip", ONE, "pack_extract_unverified"),
        (DATA / "first-form-1.zip", ONE, "pack_extract_too_old"), (single, ONE, "pack_extract_unverified"),
    ):  # fmt: skip
        with pytest.raises(PackRefused) as refused:
            extract_order(what, order, tmp_path / "no.zip")
        assert refused.value.code == code
        assert not (tmp_path / "no.zip").exists()
    assert verify_pack(taken(double, "7", shop="b").path).ok


def test_six_hundred_changes_to_an_extract_are_found_and_named(pack: Path, tmp_path: Path) -> None:
    one = taken(pack).path.read_bytes()
    other = taken(pack, FIVE).path.read_bytes()
    rng, path = Random(20), tmp_path / "bad.zip"
    for number in range(600):
        bad, places = changed(number % 8, rng, one, other, tmp_path)
        if bad == one:
            continue
        path.write_bytes(bad)
        report = verify_pack(path, language=Language.EN, expected_key=KEY.key_id)
        assert not report.ok, (number, places)
        assert all(found.path and found.what != found.code for found in report.problems)
        assert places <= {found.path for found in report.problems}, (number, places, report.problems)


def changed(way: int, rng: Random, one: bytes, other: bytes, folder: Path) -> tuple[bytes, set[str]]:
    files = files_of(one)
    if way < 4:
        bad = (flip, truncate, insert, zip_again)[way](rng, World(one, other), folder)
        return bad.data, set(bad.places)
    # VERIFY.txt may be left as it is where only its twin in the other order differs.
    name = rng.choice(sorted(files))
    if way == 4:
        del files[name]
    elif way == 5:
        files[name] += b"\n"
    elif way == 6:
        name = f"papers/{rng.randrange(999)}.pdf"
        files[name] = b"%PDF"
    else:
        foreign = files_of(other)
        name = rng.choice([n for n in foreign if n in files and foreign[n] != files[n]])
        files[name] = foreign[name]
    # With the order's line or the root changed, what follows from them cannot be told: one of them is named.
    return forged(files, folder, one), {name} if name not in (layout.ORDER, layout.PROOFS, layout.PUBLIC_KEY) else set()
