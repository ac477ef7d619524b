"""A key has had successors: the page follows the chain from the key a reviewer was told to the one that signed."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.evidence.packs import KEY, OTHER_KEY, at, contents, sealed
from tests.evidence.test_thousand_changes import PICTURES, later_orders
from tests.kit.reviewer import Reviewer, hand_over, members, state_is, zipped

from seawall.evidence.seal import layout, start_page
from seawall.evidence.seal.canonical import canonical
from seawall.evidence.seal.chain import previous_pack
from seawall.evidence.seal.keychain import KeyLink
from seawall.evidence.seal.keychain import hand_over as handed_to
from seawall.evidence.seal.keys import SigningKey, VerifyKey
from seawall.evidence.seal.packfile import Signer, write_pack

KEYS = [SigningKey.from_seed(bytes([n]) * 32) for n in (1, 2, 3)]
CHECK = """async ({ data, last }) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const pack = new ZipPack(new File([bytes], "pack.zip"));
  await pack.open(new Problems());
  const found = new Problems();
  const chain = await readChain(pack, last, found);
  return { chain, found: found.listed.map(({ path, key }) => [path, key]) };
}"""
CHECK_ROOT = """async ({ data, manifest }) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const pack = new ZipPack(new File([bytes], "pack.zip"));
  await pack.open(new Problems());
  const found = new Problems();
  await checkRoot(pack, manifest, found);
  return found.listed.map(({ path, key }) => [path, key]);
}"""


def statement(old: VerifyKey, new: VerifyKey, generation: int) -> bytes:
    return canonical(
        {
            "at": "2026-11-17T12:00:00.000000Z", "format": "seawall-key/1", "generation": generation,
            "new_fingerprint": new.fingerprint, "new_public_key": new.public.hex(), "old_fingerprint": old.fingerprint,
        }
    )  # fmt: skip


def generations() -> dict[str, bytes]:
    files = {f"seal/keys/{n:04d}.pem": key.public_pem() for n, key in enumerate(KEYS, 1)}
    for n in (2, 3):
        old, new = KEYS[n - 2], KEYS[n - 1]
        said = statement(old.verify_key, new.verify_key, n)
        files |= {f"seal/keys/{n:04d}.json": said, f"seal/keys/{n:04d}.sig": old.sign(said)}
    return files


@pytest.fixture
def program(reviewer: Reviewer, tmp_path: Path) -> Any:
    """A blank page that holds the checks of START-HERE.html."""
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>", encoding="utf-8")
    page = reviewer.open(blank)
    folder = Path(start_page.__file__).parent / "start"
    for name in ("sha256", "packs", "checks", "keychain", "tree"):
        page.add_script_tag(content=(folder / f"{name}.js").read_text(encoding="utf-8"))
    return page


@pytest.fixture
def follow(program: Any, tmp_path: Path) -> Any:
    """What the page makes of these files, when the last key signed the pack."""

    def run(files: dict[str, bytes]) -> Any:
        data = base64.b64encode(zipped(files, tmp_path / "keys.zip").read_bytes()).decode()
        return program.evaluate(CHECK, {"data": data, "last": KEYS[-1].fingerprint})

    return run


def test_three_generations_lead_to_the_key_that_signed(follow: Any) -> None:
    assert follow(generations()) == {"chain": [key.fingerprint for key in KEYS], "found": []}
    assert follow({"facts.json": b"{}"}) == {"chain": [KEYS[-1].fingerprint], "found": []}


def test_a_handing_over_that_nobody_signed_is_named(follow: Any) -> None:
    second = "seal/keys/0002"
    said = json.loads(generations()[f"{second}.json"])
    changes: list[dict[str, bytes]] = [
        {f"{second}.sig": KEYS[1].sign(generations()[f"{second}.json"])},
        {f"{second}.json": canonical(said | {"generation": 3})},
        {f"{second}.json": canonical(said | {"old_fingerprint": KEYS[2].fingerprint})},
        {f"{second}.pem": b"not a key"},
    ]
    for change in changes:
        found = follow(generations() | change)
        assert found == {"chain": [KEYS[-1].fingerprint], "found": [[f"{second}.pem", "check.chain_broken"]]}


def test_a_chain_that_ends_elsewhere_is_named(follow: Any) -> None:
    shorter = {name: data for name, data in generations().items() if "0003" not in name}
    assert follow(shorter)["found"] == [["seal/keys/0002.pem", "check.chain_other"]]


def test_a_root_that_does_not_follow_from_the_list_of_files_is_named(program: Any, tmp_path: Path) -> None:
    files = members(sealed(tmp_path))
    manifest = json.loads(files[layout.MANIFEST])

    def said(change: dict[str, bytes]) -> Any:
        data = base64.b64encode(zipped(files | change, tmp_path / "root.zip").read_bytes()).decode()
        return program.evaluate(CHECK_ROOT, {"data": data, "manifest": manifest})

    other = files[layout.ROOT].replace(b'"is_simulated":true', b'"is_simulated":false')
    assert other != files[layout.ROOT]
    assert said({}) == []
    assert said({layout.ROOT: other, layout.ROOT_SIGNATURE: KEY.sign(other)}) == [
        [layout.ROOT, "verify_root_statement_differs"], [layout.ROOT_SIGNATURE, "verify_root_signature_wrong"],
    ]  # fmt: skip
    by_another = OTHER_KEY.sign(files[layout.ROOT])
    assert said({layout.ROOT_SIGNATURE: by_another}) == [[layout.ROOT_SIGNATURE, "verify_root_signature_wrong"]]


def test_a_later_pack_sealed_by_the_next_key_is_found_good(reviewer: Reviewer, tmp_path: Path) -> None:
    next_key = SigningKey.from_seed(b"\x09" * 32)
    link = handed_to(KEY, next_key.verify_key, generation=2, at=at(0))
    signer = Signer(key=next_key, chain=(KeyLink(KEY.verify_key), link))
    before = previous_pack(sealed(tmp_path, name="before.zip"))
    what = contents(later_orders(), screenshots=PICTURES, sealed_at=at(90_000), previous=before)
    pack = write_pack(what, signer, tmp_path / "later.zip").path
    assert {layout.CONSISTENCY, layout.ROOT, f"{layout.KEYS}0002.json"} <= members(pack).keys()

    page = reviewer.open(reviewer.unpack(pack) / layout.START)
    hand_over(page, pack)
    state_is(page, "Checked, unchanged")
    expect(page.locator("#result .note.warn")).to_have_count(1)  # that it is an exercise, and nothing else
    page.get_by_label("Key id you were told").fill(KEY.key_id)
    expect(page.locator("#result")).to_contain_text("which handed over to the key that signed this pack")
