"""A key has had successors: the page follows the chain from the key a reviewer was told to the one that signed."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.kit.reviewer import Reviewer, zipped

from seawall.evidence.seal import start_page
from seawall.evidence.seal.canonical import canonical
from seawall.evidence.seal.keys import SigningKey, VerifyKey

KEYS = [SigningKey.from_seed(bytes([n]) * 32) for n in (1, 2, 3)]
CHECK = """async ({ data, last }) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const pack = new ZipPack(new File([bytes], "pack.zip"));
  await pack.open(new Problems());
  const found = new Problems();
  const chain = await readChain(pack, last, found);
  return { chain, found: found.listed.map(({ path, key }) => [path, key]) };
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
def follow(reviewer: Reviewer, tmp_path: Path) -> Any:
    """What the page makes of these files, when the last key signed the pack."""
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>", encoding="utf-8")
    page = reviewer.open(blank)
    folder = Path(start_page.__file__).parent / "start"
    for name in ("sha256", "packs", "checks", "keychain", "tree"):
        page.add_script_tag(content=(folder / f"{name}.js").read_text(encoding="utf-8"))

    def run(files: dict[str, bytes]) -> Any:
        data = base64.b64encode(zipped(files, tmp_path / "keys.zip").read_bytes()).decode()
        return page.evaluate(CHECK, {"data": data, "last": KEYS[-1].fingerprint})

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
