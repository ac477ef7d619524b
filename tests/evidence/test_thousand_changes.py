"""A thousand random changes to a pack: each is found, and the place that was changed is named.

The seed is new in every run and stands in the failure; SEAWALL_TAMPER_SEED=N plays a run again.
"""

import hashlib
import os
import secrets
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from tests.evidence.packs import KEY, a_record, a_reply, at, contents, five_orders, sealed
from tests.evidence.tamper import WAYS, World

from seawall.evidence.records import AttachedFile, OrderEvidence, RecordKind, TimelineEntry
from seawall.evidence.seal.chain import previous_pack
from seawall.evidence.seal.keychain import KeyLink, hand_over
from seawall.evidence.seal.keys import SigningKey
from seawall.evidence.seal.packfile import Signer, write_pack
from seawall.evidence.seal.verify import verify_pack
from seawall.kernel.languages import Language

CHANGES = 1_000
SEED = int(os.environ.get("SEAWALL_TAMPER_SEED") or secrets.randbelow(2**32))


def a_picture(number: int) -> bytes:
    return b"\x89PNG" + bytes([number]) * 200


PICTURES = [AttachedFile(name=f"IMG_{n}.png", content=a_picture(n)) for n in range(3)]


def later_orders() -> list[OrderEvidence]:
    """The storm an hour later: a buyer has answered, and a seat has attached a picture."""
    orders = five_orders()
    two, five = orders[1].order_id, orders[4].order_id
    answered = replace(orders[1], outcome="answered", records=(*orders[1].records, a_reply(two, "2c")))
    sha = hashlib.sha256(a_picture(0)).hexdigest()
    shown = a_record(five, "5s", kind=RecordKind.SCREENSHOT, attachment_sha256=sha, body="", message_id="")
    return [orders[0], answered, orders[2], orders[3], replace(orders[4], records=(shown,), outcome="seat_sent")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    timeline = [TimelineEntry(at=at(n), action=f"step.{n}", by="组长 3 号") for n in range(4)]
    old = sealed(folder, contents(timeline=timeline[:2]), name="old.zip")
    what = contents(
        later_orders(), screenshots=PICTURES, timeline=timeline, sealed_at=at(10_800), previous=previous_pack(old)
    )
    next_key = SigningKey.from_seed(b"\x09" * 32)
    chain = (KeyLink(KEY.verify_key), hand_over(KEY, next_key.verify_key, generation=2, at=at(9_000)))
    new = write_pack(what, Signer(key=next_key, chain=chain), folder / "new.zip").path
    assert verify_pack(old).ok
    assert verify_pack(new).ok, verify_pack(new).problems
    return World(new=new.read_bytes(), old=old.read_bytes())


def test_a_thousand_random_changes_are_all_found_and_named(world: World, tmp_path: Path) -> None:
    rng = Random(SEED)
    path = tmp_path / "bad.zip"
    done: Counter[str] = Counter()
    for number in range(CHANGES):
        way = WAYS[number % len(WAYS)] if number < 3 * len(WAYS) else rng.choice(WAYS)
        bad = way(rng, world, tmp_path)
        path.write_bytes(bad.data)
        report = verify_pack(path, language=Language.EN, expected_key=KEY.key_id)
        what = f"seed {SEED}, change {number}, {way.__name__}: {report.problems}"
        if bad.data == world.new:
            assert report.ok, what
            continue
        assert not report.ok, what
        assert all(found.path and found.what and found.what != found.code for found in report.problems), what
        assert bad.places <= {found.path for found in report.problems}, f"{bad.places} {what}"
        assert not bad.says or bad.says in {found.code for found in report.problems}, f"{bad.says} {what}"
        done[way.__name__] += 1
    assert len(done) == len(WAYS)
    assert done.total() > CHANGES * 0.99
