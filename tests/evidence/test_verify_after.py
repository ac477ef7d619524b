"""A later pack of a storm must hold all that an earlier one proved; whoever has both can tell, by name."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.evidence.packs import (
    KEY,
    OTHER_KEY,
    a_push,
    a_record,
    a_reply,
    an_order,
    at,
    contents,
    five_orders,
    sealed,
)  # fmt: skip

from seawall.evidence.records import AttachedFile, IncidentHead, OrderEvidence, PackContents, TimelineEntry
from seawall.evidence.seal.after import verify_after
from seawall.evidence.seal.chain import previous_pack
from seawall.evidence.seal.extract import extract_order
from seawall.evidence.seal.keychain import KeyLink, hand_over
from seawall.evidence.seal.keys import SigningKey
from seawall.evidence.seal.merkle import leaf_hash, root_of
from seawall.evidence.seal.packfile import Signer, write_pack
from seawall.evidence.seal.verify import VerifyReport, verify_pack
from seawall.kernel.languages import Language

ONE, TWO = five_orders()[0].order_id, five_orders()[1].order_id
DATA = Path(__file__).parent / "data"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return sealed(tmp_path, name="monday.zip")


def grown() -> list[OrderEvidence]:
    """The orders a day later: the second buyer has answered as well."""
    orders = five_orders()
    orders[1] = replace(orders[1], outcome="answered", records=(*orders[1].records, a_reply(TWO, "2c")))
    return orders


def later(old: Path, orders: list[OrderEvidence] | None = None, **changes: object) -> PackContents:
    return contents(orders or grown(), **({"sealed_at": at(90_000), "previous": previous_pack(old)} | changes))


def compared(new: Path, old: Path) -> VerifyReport:
    report = verify_after(new, old, language=Language.EN)
    assert report.ok is (not report.problems)
    assert all(found.what != found.code and "{" not in found.what for found in report.problems)
    return report


def named(report: VerifyReport) -> set[tuple[str, str]]:
    return {(found.path, found.code) for found in report.problems}


def test_a_later_pack_that_kept_everything_is_consistent_with_every_earlier_one(tmp_path: Path, old: Path) -> None:
    second = sealed(tmp_path, later(old), name="tuesday.zip")
    third = sealed(tmp_path, later(second, sealed_at=at(180_000)), name="wednesday.zip")

    assert compared(second, old).ok
    assert compared(third, second).ok
    assert compared(third, old).ok, "not only the pack right before it"
    assert compared(third, old).after_root == verify_pack(old).root


def test_packs_of_the_first_form_are_compared_too(tmp_path: Path) -> None:
    assert compared(DATA / "first-form-2.zip", DATA / "first-form-1.zip").ok
    second = DATA / "first-form-2.zip"
    assert compared(sealed(tmp_path, later(second, sealed_at=at(180_000))), second).ok


def test_the_old_pack_given_as_the_new_one_is_said_to_be_old(tmp_path: Path, old: Path) -> None:
    second = sealed(tmp_path, later(old), name="tuesday.zip")

    assert named(compared(old, second)) == {("monday.zip", "verify_after_is_older")}
    copy = tmp_path / "copy.zip"
    copy.write_bytes(old.read_bytes())
    assert named(compared(copy, old)) == {("copy.zip", "verify_after_same")}
    alone = sealed(tmp_path, contents(grown(), sealed_at=at(60)), name="alone.zip")
    assert named(compared(alone, second)) == {("alone.zip", "verify_after_sealed_before")}


def test_a_record_that_a_later_pack_left_out_is_named_although_the_tree_was_carried(tmp_path: Path, old: Path) -> None:
    orders = five_orders()
    orders[0] = an_order(ONE, a_record(ONE, "1a"), a_push(ONE, "1b"))
    report = compared(sealed(tmp_path, later(old, orders), name="tuesday.zip"), old)

    assert named(report) == {("records/messages.jsonl", "verify_after_record_dropped")}
    assert "1c" in report.problems[0].what
    assert ONE in report.problems[0].what


def test_a_record_that_a_later_pack_words_otherwise_is_named(tmp_path: Path, old: Path) -> None:
    orders = grown()
    orders[0] = replace(orders[0], records=(*orders[0].records[:2], a_reply(ONE, "1c", text="好的，同意取消")))
    report = compared(sealed(tmp_path, later(old, orders), name="tuesday.zip"), old)

    assert named(report) == {("records/messages.jsonl", "verify_after_record_changed")}


def test_that_the_ledger_learns_which_script_a_record_is_of_changes_no_record(tmp_path: Path) -> None:
    push = a_push(ONE, "1b", script_digest="", approval_digest="", language="")
    orders = five_orders()
    orders[0] = an_order(ONE, push, outcome="unknown")
    old = sealed(tmp_path, contents(orders), name="monday.zip")

    assert compared(sealed(tmp_path, later(old, grown()), name="tuesday.zip"), old).ok
    orders[0] = an_order(ONE, a_push(ONE, "1b"))
    assert compared(sealed(tmp_path, later(old, orders), name="wednesday.zip"), old).ok


def test_orders_papers_and_timeline_that_were_left_out_are_named(tmp_path: Path, old: Path) -> None:
    what = later(
        old, grown()[1:], papers=[AttachedFile(name="other.pdf", content=b"%PDF")], scripts=contents().scripts,
        timeline=[TimelineEntry(at=at(0), action="incident.opened", by="组长 3 号")],
    )  # fmt: skip
    report = compared(sealed(tmp_path, what, name="tuesday.zip"), old)

    assert named(report) == {
        ("records/orders.jsonl", "verify_after_order_dropped"),
        ("papers/001-notice.pdf", "verify_after_file_dropped"),
        ("records/timeline.jsonl", "verify_after_entry_dropped"),
    }


def test_a_pack_sealed_without_the_one_before_it_is_named(tmp_path: Path, old: Path) -> None:
    report = compared(sealed(tmp_path, later(old, previous=None), name="tuesday.zip"), old)

    assert named(report) == {("seal/tree.json", "verify_after_tree")}


def test_a_leaf_that_was_changed_in_the_carried_tree_is_named_by_its_order(tmp_path: Path, old: Path) -> None:
    before = previous_pack(old)
    leaves = list(before.leaves)
    leaves[2] = leaf_hash(b"another story")
    forged = replace(before, leaves=tuple(leaves), root=root_of(leaves).hex())
    report = compared(sealed(tmp_path, later(old, previous=forged), name="tuesday.zip"), old)

    assert named(report) == {("seal/tree.json", "verify_after_tree"), ("seal/tree.json", "verify_after_order_leaf")}
    assert five_orders()[2].order_id in report.problems[1].what


def test_a_pack_of_another_storm_is_no_later_one(tmp_path: Path, old: Path) -> None:
    head: IncidentHead = replace(contents().incident, reference="S-0418")
    report = compared(sealed(tmp_path, later(old, incident=head), name="other.zip"), old)
    assert named(report) == {("other.zip", "verify_after_other_storm")}


def test_the_key_may_change_only_by_handing_over(tmp_path: Path, old: Path) -> None:
    next_key = SigningKey.from_seed(b"\x09" * 32)
    link = hand_over(KEY, next_key.verify_key, generation=2, at=at(86_400))
    signer = Signer(key=next_key, chain=(KeyLink(KEY.verify_key), link))
    rotated = write_pack(later(old), signer, tmp_path / "tuesday.zip").path

    assert compared(rotated, old).ok
    stranger = sealed(tmp_path, later(old), key=OTHER_KEY, name="stranger.zip")
    assert named(compared(stranger, old)) == {("seal/public.pem", "verify_after_other_key")}
    relapse = sealed(tmp_path, later(rotated, sealed_at=at(180_000)), name="relapse.zip")
    assert named(compared(relapse, rotated)) == {("seal/public.pem", "verify_after_key_retired")}


def test_what_is_wrong_with_the_old_pack_is_said_of_the_old_pack(tmp_path: Path, old: Path) -> None:
    new = sealed(tmp_path, later(old), name="tuesday.zip")
    old.write_bytes(old.read_bytes()[:-5])
    assert {found.path for found in compared(new, old).problems} == {"monday.zip: monday.zip"}
    assert not compared(new, tmp_path / "none.zip").ok


def test_a_single_order_is_named_as_such_and_not_compared(tmp_path: Path, old: Path) -> None:
    second = sealed(tmp_path, later(old), name="tuesday.zip")
    single = extract_order(second, ONE, tmp_path / "one.zip").path

    assert named(compared(single, old)) == {("one.zip", "pack_is_extract")}
    assert named(compared(second, single)) == {("one.zip", "pack_is_extract")}
