"""A signature says who sealed a pack, not that its story is true: what does not follow from the records is named."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.evidence.packs import KEY, a_record, an_order, at, contents, sealed

from seawall.evidence.records import Approval, PreviousPack
from seawall.evidence.seal import layout, zipform
from seawall.evidence.seal.canonical import canonical
from seawall.evidence.seal.chain import previous_pack
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.lines import sha256_hex
from seawall.evidence.seal.manifest import file_json, file_leaf, signature_bytes, tree_json
from seawall.evidence.seal.members import member_of
from seawall.evidence.seal.merkle import consistency_proof, leaf_hash, verify_consistency
from seawall.evidence.seal.packfile import write_pack, write_zip
from seawall.evidence.seal.papers import sums
from seawall.evidence.seal.verify import VerifyReport, verify_pack

Files = dict[str, bytes]


def lie(path: Path, change: Callable[[Files], None], **manifest_changes: Any) -> VerifyReport:
    """Change contents (and manifest fields), then hash, sign and zip all of it properly again; verify that."""
    with zipfile.ZipFile(path) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    manifest = json.loads(files[layout.MANIFEST])
    kept = {layout.HOW_TO: files[layout.HOW_TO], layout.PUBLIC_KEY: files[layout.PUBLIC_KEY]}
    files = {name: data for name, data in files.items() if not name.startswith("seal/")}
    change(files)
    leaves = [leaf_hash(line) for line in files[layout.ORDERS].splitlines()]
    orders = len(leaves)
    leaves += [file_leaf(name, sha256_hex(files[name]), len(files[name])) for name in sorted(files)]
    tree = tree_json(leaves, carried=0, orders=orders)
    files |= kept | {layout.TREE: canonical(tree)}
    files[layout.SUMS] = sums((name, sha256_hex(files[name])) for name in sorted(files))
    manifest["files"] = [file_json(name, sha256_hex(files[name]), len(files[name])) for name in sorted(files)]
    manifest["tree"] = {name: tree[name] for name in manifest["tree"]}
    data = canonical(manifest | manifest_changes)
    signature = KEY.sign(data)
    files |= {
        layout.MANIFEST: data,
        layout.SIGNATURE_RAW: signature,
        layout.SIGNATURE: signature_bytes(data, signature, KEY.verify_key),
    }
    stamp = zipform.dos_stamp(at(7_200))
    write_zip([member_of(*row) for row in sorted(files.items())], stamp, path, lambda *step: None)
    return verify_pack(path)


def found(report: VerifyReport) -> set[tuple[str, str]]:
    return {(problem.path, problem.code) for problem in report.problems}


def swap(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


def test_sealing_the_same_again_is_no_lie(tmp_path: Path) -> None:
    assert lie(sealed(tmp_path), lambda files: None).ok


def test_a_made_up_grade_is_named(tmp_path: Path) -> None:
    report = lie(sealed(tmp_path), swap(layout.ORDERS, b'"grade":"acknowledged"', b'"grade":"read"'))
    assert (layout.ORDERS, "verify_grade_made_up") in found(report)
    assert "88001122334452" in next(p.what for p in report.problems if p.code == "verify_grade_made_up")


def test_a_blocked_order_passed_off_as_confirmed_is_named(tmp_path: Path) -> None:
    report = lie(sealed(tmp_path), swap(layout.ORDERS, b'"outcome":"blocked"', b'"outcome":"confirmed"'))
    assert (layout.ORDERS, "verify_outcome_unbacked") in found(report)


def test_a_record_without_its_block_no_longer_fits_its_order(tmp_path: Path) -> None:
    report = lie(sealed(tmp_path), swap(layout.MESSAGES, b'"blocked_note":"filtered"', b'"blocked_note":""'))
    assert (layout.MESSAGES, "verify_record_changed") in found(report)


def test_a_dropped_record_is_named(tmp_path: Path) -> None:
    def drop(files: Files) -> None:
        lines = files[layout.MESSAGES].splitlines(keepends=True)
        files[layout.MESSAGES] = b"".join(lines[:1] + lines[2:])

    assert (layout.MESSAGES, "verify_record_changed") in found(lie(sealed(tmp_path), drop))


def test_records_of_no_order_are_named(tmp_path: Path) -> None:
    def drop(files: Files) -> None:
        lines = files[layout.ORDERS].splitlines(keepends=True)
        files[layout.ORDERS] = b"".join(lines[:3])

    report = lie(sealed(tmp_path), drop)
    assert {
        (layout.MESSAGES, "verify_records_left_over"),
        (layout.SUMMARY, "verify_planned_differs"),
        (layout.SUMMARY, "verify_counts_differ"),
        (layout.ORDERS_CSV, "verify_csv_differs"),
    } <= found(report)


def test_an_order_that_stands_twice_is_named(tmp_path: Path) -> None:
    def twice(files: Files) -> None:
        files[layout.ORDERS] += files[layout.ORDERS].splitlines(keepends=True)[4]

    assert (layout.ORDERS, "verify_order_twice") in found(lie(sealed(tmp_path), twice))


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        (layout.ORDERS_CSV, b"'=HYPERLINK", b"=HYPERLINK", "verify_csv_differs"),
        (layout.SUMMARY, b'"answered":1', b'"answered":2', "verify_counts_differ"),
        (layout.SUMMARY, b'"planned":5', b'"planned":6', "verify_planned_differs"),
        (layout.SUMMARY, b'"is_simulated":true', b'"is_simulated":false', "verify_summary_differs"),
        (layout.START, b"SIMULATED", b"REAL", "verify_label_differs"),
        (layout.README, b"SIMULATED", b"REAL", "verify_label_differs"),
        (layout.FACTS, b'"size":13', b'"size":14', "verify_hash_differs"),
        (layout.SCRIPTS, b'"language":"th"', b'"language": "th"', "verify_json_unreadable"),
        (layout.SCRIPTS, b'"digest":"5c', b'"digest":"00', "pack_record_script_unknown"),
        (layout.APPROVALS, b'"approvals":[', b'"others":[', "verify_json_unreadable"),
        (layout.TIMELINE, b'"by":', b'"BY" :', "verify_line_unreadable"),
        (layout.ORDERS, b'"kind":"order"', b'"kind":"other"', "verify_line_unreadable"),
        (layout.ORDERS, b'"offset":0', b'"offset":1', "verify_record_missing"),
        ("script/01/th.txt", b"{order_id}", b"{order}", "verify_hash_differs"),
        ("papers/001-notice.pdf", b"demo", b"DEMO", "verify_hash_differs"),
    ],
)
def test_each_part_must_agree_with_the_others(tmp_path: Path, name: str, old: bytes, new: bytes, code: str) -> None:
    report = lie(sealed(tmp_path), swap(name, old, new))
    assert not report.ok
    assert code in {problem.code for problem in report.problems}


def test_a_training_pack_cannot_be_relabelled_as_real(tmp_path: Path) -> None:
    def relabel(files: Files) -> None:
        for name in (layout.START, layout.README):
            files[name] = files[name].replace("SIMULATED 演练".encode(), b"")
        swap(layout.SUMMARY, b'"is_simulated":true', b'"is_simulated":false')(files)
        swap(layout.SUMMARY, '"label":"SIMULATED 演练"'.encode(), b'"label":""')(files)

    report = lie(sealed(tmp_path), relabel, is_simulated=False, label="")
    assert found(report) == {(layout.APPROVALS, "verify_approval_simulated"), (layout.START, "verify_page_differs")}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"format": "seawall-pack/2"}, "verify_manifest_unreadable"),
        ({"planned": "5"}, "verify_manifest_unreadable"),
        ({"planned": -1}, "verify_manifest_unreadable"),
        ({"files": []}, "verify_member_added"),
        ({"files": 5}, "verify_manifest_unreadable"),
        ({"tree": None}, "verify_manifest_unreadable"),
        ({"sealed_at": "yesterday"}, "verify_manifest_unreadable"),
        ({"sealed_at": "2026-11-17T14:00:02.000000Z"}, "verify_stamp_differs"),
        ({"counts": {}}, "verify_counts_differ"),
        ({"incident": []}, "verify_manifest_unreadable"),
        ({"key_fingerprint": "0" * 64}, "verify_key_differs"),
        ({"label": ""}, "verify_label_differs"),
        ({"previous_pack": {"root": "0" * 64, "sha256": "", "tree_size": 3}}, "verify_previous_differs"),
    ],
)  # fmt: skip
def test_a_signed_manifest_of_the_wrong_shape_is_named_and_never_crashes(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    report = lie(sealed(tmp_path), lambda files: None, **changes)
    assert code in {problem.code for problem in report.problems}


def test_a_damaged_pack_names_a_bounded_number_of_problems(tmp_path: Path) -> None:
    orders = [an_order(str(n), a_record(str(n), f"r{n}"), outcome="acknowledged") for n in range(100)]
    report = lie(sealed(tmp_path, contents(orders)), swap(layout.ORDERS, b'"acknowledged"', b'"read"'))
    assert 20 < len(report.problems) < 30
    assert report.problems[-1].code == "verify_more"


def grown(tmp_path: Path) -> tuple[Path, Path, PreviousPack]:
    first = sealed(tmp_path, name="first.zip")
    before = previous_pack(first)
    return first, sealed(tmp_path, contents(previous=before, sealed_at=at(9_000)), name="second.zip"), before


def test_a_later_pack_carries_the_leaves_of_the_earlier_one(tmp_path: Path) -> None:
    first, second, before = grown(tmp_path)
    report = verify_pack(second)

    assert report.ok, report.problems
    assert report.previous_root == verify_pack(first).root
    after = previous_pack(second)
    proof = consistency_proof(after.leaves, len(before.leaves))
    roots = bytes.fromhex(before.root), bytes.fromhex(after.root)
    assert verify_consistency(len(before.leaves), len(after.leaves), *roots, proof)


def test_a_pack_cannot_be_chained_to_a_past_that_is_not_its_own(tmp_path: Path) -> None:
    _, _, before = grown(tmp_path)
    with pytest.raises(PackRefused) as refused:
        write_pack(contents(previous=replace(before, leaves=before.leaves[1:])), KEY, tmp_path / "third.zip")
    assert refused.value.code == "pack_previous_differs"
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"nothing")
    with pytest.raises(PackRefused) as refused:
        previous_pack(bad)
    assert refused.value.code == "pack_previous_unverified"


def test_a_real_approval_may_stand_in_a_training_pack(tmp_path: Path) -> None:
    approval = Approval(step="sample", digest="a9" * 32, by="店主", on_behalf_of="店", at=at(0), binds={})
    assert verify_pack(sealed(tmp_path, contents(approvals=[approval]))).ok
