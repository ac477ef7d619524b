"""Sealing: what a pack holds, what is refused, and that nothing half-made is ever left."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.evidence.packs import (
    APPROVAL_DIGEST,
    KEY,
    SCRIPT_DIGEST,
    a_push,
    a_record,
    an_order,
    at,
    contents,
    five_orders,
    sealed,
)

from seawall.evidence.records import (
    Approval,
    AttachedFile,
    BodyEncoding,
    Grade,
    OrderEvidence,
    PackContents,
    RecordKind,
    ScriptVersion,
    keep_body,
)
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.layout import file_name, is_safe_name
from seawall.evidence.seal.packfile import write_pack
from seawall.evidence.seal.verify import verify_pack
from seawall.kernel.cells import neutral
from seawall.kernel.languages import DESK_LANGUAGES
from seawall.kernel.markets import Market
from seawall.kernel.texts import text


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_a_sealed_pack_verifies_and_its_counts_add_up(tmp_path: Path) -> None:
    pack = write_pack(contents(), KEY, tmp_path / "S-0417.zip")
    report = verify_pack(pack.path)

    assert report.ok, report.problems
    assert (report.items, pack.items, report.files, pack.files) == (5, 5, 24, 24)
    assert report.root == pack.root
    assert report.key_id == KEY.key_id
    assert report.is_simulated
    summary = json.loads(members_of(pack.path)["summary.json"])
    assert summary["planned"] == sum(summary["counts"]["outcomes"].values()) == 5
    assert summary["counts"]["grades"] == {"none": 2, "acknowledged": 1, "confirmed": 1, "read": 0, "answered": 1}
    assert pack.counts == summary["counts"] == report.counts


def test_any_zip_program_opens_it_and_the_members_are_stored(tmp_path: Path) -> None:
    with zipfile.ZipFile(sealed(tmp_path)) as pack:
        assert pack.testzip() is None
        assert {info.compress_type for info in pack.infolist()} == {zipfile.ZIP_STORED}
        assert {info.date_time for info in pack.infolist()} == {(2026, 11, 17, 14, 0, 0)}
        assert pack.namelist() == sorted(pack.namelist())


def test_the_same_contents_and_key_give_the_same_bytes(tmp_path: Path) -> None:
    assert sealed(tmp_path, name="a.zip").read_bytes() == sealed(tmp_path, name="b.zip").read_bytes()


def test_a_platforms_words_are_kept_byte_for_byte(tmp_path: Path) -> None:
    body = ' {"z":1,\r\n"id" : "m-7","t":"\\ud800 \u2028 =1+1 ก็ 🙏 \x00"}'
    order = an_order("7", a_push("7", "r", message_id="m-7", body=body, text="lone \ud800 half"))
    line = json.loads(members_of(sealed(tmp_path, contents([order])))["records/messages.jsonl"])

    assert line["body"] == body
    assert line["text"] == "lone \ufffd half"
    assert (line["our_at"], line["platform_at"]) == ("2026-11-17T12:00:02.000000Z", "2026-11-17T12:00:00.000000Z")


def test_a_body_that_is_not_utf8_comes_back_too(tmp_path: Path) -> None:
    received = b'{"message_id":"m-7","x":"\xff\xfe"}'
    body, encoding = keep_body(received)
    assert encoding is BodyEncoding.BASE64
    order = an_order("7", a_push("7", "r", message_id="m-7", body=body, body_encoding=encoding))
    assert verify_pack(sealed(tmp_path, contents([order]))).ok
    assert keep_body("ก".encode()) == ("ก", BodyEncoding.UTF8)


def test_an_orders_records_are_found_by_the_offset_in_its_line(tmp_path: Path) -> None:
    files = members_of(sealed(tmp_path))
    orders = [json.loads(line) for line in files["records/orders.jsonl"].splitlines()]
    ref = orders[1]["records"][1]
    record = json.loads(files["records/messages.jsonl"][ref["offset"] : ref["offset"] + ref["length"]])
    assert (record["ref"], record["order_id"]) == ("2b", orders[1]["order_id"])


def test_the_order_list_opens_in_a_spreadsheet_with_whole_ids_and_no_formula(tmp_path: Path) -> None:
    data = members_of(sealed(tmp_path))["records/orders.csv"]
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))

    assert [row["order_id"] for row in rows] == [order.order_id for order in five_orders()]
    assert rows[0]["order"] == "Lazada TH 88001122334450"
    assert rows[4]["item"] == '\'=HYPERLINK("http://evil.test")'
    assert [row["grade"] for row in rows] == ["answered", "confirmed", "acknowledged", "none", "none"]
    assert rows[3]["grade_reason"] == "grade_blocked_after_accept"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("=1+1", "'=1+1"), ("+62", "'+62"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "' =1"), ("\r=1", "' =1"),
     ("＝1", "'＝1"), ("a=1", "a=1"), ("a\nb", "a b"), ("", ""), ("ก็", "ก็")],
)  # fmt: skip
def test_formula_cells_are_neutralised(cell: str, shown: str) -> None:
    assert neutral(cell) == shown


def test_training_packs_say_so_on_their_face(tmp_path: Path) -> None:
    files = members_of(sealed(tmp_path))
    for name in ("START-HERE.html", "README.txt", "summary.json", "seal/manifest.json"):
        assert "SIMULATED 演练" in files[name].decode(), name
    approval = json.loads(files["approvals/approvals.json"])["approvals"][0]
    assert approval["is_simulated"] is True
    assert "not by a person" in approval["plainly"]


def a_real(**changes: Any) -> PackContents:
    real = replace(contents().approvals[0], is_simulated=False, by="店主 王")
    return contents(is_simulated=False, approvals=[real], **changes)


def test_a_real_pack_does_not_say_simulated_and_takes_no_simulated_approval(tmp_path: Path) -> None:
    files = members_of(sealed(tmp_path, a_real()))
    assert all(b"SIMULATED" not in data for data in files.values())
    with pytest.raises(PackRefused) as refused:
        sealed(tmp_path, contents(is_simulated=False), name="no.zip")
    assert refused.value.code == "pack_approval_simulated"


def test_titles_and_paper_names_from_outside_are_shown_never_run(tmp_path: Path) -> None:
    paper = AttachedFile(name="../..\\<img src=x onerror=alert(1)>.html", content=b"<script>")
    files = members_of(sealed(tmp_path, contents(papers=[paper])))
    page = files["START-HERE.html"].decode()

    assert "papers/001-img-src-x-onerror-alert-1-html.bin" in files
    assert "&lt;b&gt;柜 17" in page
    assert "<img" not in page
    assert page.count("<script") == 3
    assert "http:" not in page
    assert "https:" not in page


@pytest.mark.parametrize(
    ("given", "kept"),
    [("海关通知.PDF", "001.pdf"), ("a b/../c.png", "001-c.png"), ("notice.pdf.exe", "001-notice-pdf-exe.bin"),
     ("x.svg", "001-x-svg.bin"), ("", "001.bin"), (".pdf", "001-pdf.bin"), ("ｆｕｌｌ.jpg", "001-full.jpg"),
     ("a\x00b\u202egpj.exe", "001-a-b-gpj-exe.bin"), ("CON.pdf", "001-CON.pdf"),
     ("y" * 300 + ".pdf", "001-" + "y" * 76 + ".pdf")],
)  # fmt: skip
def test_names_from_outside_become_safe(given: str, kept: str) -> None:
    assert file_name(1, given) == kept
    assert is_safe_name(f"papers/{kept}")


def one(order_id: str = "1", **changes: Any) -> OrderEvidence:
    order = an_order(order_id, a_record(order_id, f"a{order_id}"), outcome="acknowledged")
    return replace(order, **changes)


NOWHERE = AttachedFile(name="a.pdf", content=Path("/nowhere/a.pdf"))
CHANGED = AttachedFile(name="a.pdf", content=b"x", sha256="0" * 64)
TWINS = [ScriptVersion(version=version, digest=SCRIPT_DIGEST, texts={}) for version in "12"]
ODD_TAG = ScriptVersion(version="1", digest="x", texts={"../x": ""})
APPROVED = Approval(step="sample", digest=APPROVAL_DIGEST, by="a", on_behalf_of="b", at=at(0), binds={})
PICTURE = a_record("1", kind=RecordKind.SCREENSHOT)
MADE_UP = a_push("1", body='{"message_id":"m-2"}')

REFUSALS = [
    ("an order is missing", contents([one()], planned=2), "pack_order_count"),
    ("the outcomes do not add up", contents([one()], outcomes={"acknowledged": 1, "confirmed": 1}), "pack_outcome_sum"),
    ("the ledger counts another outcome", contents([one()], outcomes={"confirmed": 1}), "pack_outcome_count"),
    ("an order came twice", contents([one(), one(records=(), outcome="x")]), "pack_order_twice"),
    ("a grade kept elsewhere is higher", contents([one(stated_grade=Grade.READ)]), "pack_grade_differs"),
    ("an outcome without proof", contents([one(outcome="confirmed")]), "pack_outcome_unbacked"),
    ("a record of another order", contents([one(records=(a_record("2"),))]), "pack_record_of_other_order"),
    ("a record of another market", contents([one(records=(a_record("1", market=Market.VN),))]),
     "pack_record_of_other_order"),
    ("a record twice", contents([one(records=(a_record("1"), a_record("1")))]), "pack_record_twice"),
    ("a script that is not in the pack", contents([one()], scripts=[]), "pack_record_script_unknown"),
    ("an approval that is not in the pack", contents([one()], approvals=[]), "pack_record_approval_unknown"),
    ("a made-up message id", contents([one(records=(MADE_UP,))]), "pack_record_id_not_in_body"),
    ("a screenshot that is not there", contents([one(records=(PICTURE,), outcome="x")]),
     "pack_record_screenshot_missing"),
    ("a paper that changed since it arrived", contents(papers=[CHANGED]), "pack_file_changed"),
    ("a paper that is gone", contents(papers=[NOWHERE]), "pack_file_unreadable"),
    ("a fraction in the facts", contents(facts={"rate": 0.5}), "pack_not_canonical"),
    ("two scripts of one digest", contents(scripts=TWINS), "pack_script_twice"),
    ("a path as language", contents(scripts=[ODD_TAG]), "pack_language_tag"),
    ("two approvals of one digest", contents(approvals=[APPROVED, APPROVED]), "pack_approval_twice"),
    ("a sealing time before ZIP", contents(sealed_at=at(-2_000_000_000)), "pack_sealing_year"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "code"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_what_does_not_add_up_is_refused_and_nothing_is_left(tmp_path: Path, what: PackContents, code: str) -> None:
    with pytest.raises(PackRefused) as refused:
        write_pack(what, KEY, tmp_path / "pack.zip")

    assert refused.value.code == code
    assert list(tmp_path.iterdir()) == []
    for language in DESK_LANGUAGES:
        sentence = text(code, language, **refused.value.params)
        assert sentence != code
        assert "{" not in sentence


def test_a_pack_that_fails_halfway_leaves_the_earlier_one_untouched(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    before = path.read_bytes()

    def breaks() -> Iterator[OrderEvidence]:
        yield one()
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        write_pack(replace(contents([one()]), orders=breaks()), KEY, path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["pack.zip"]


def test_a_file_that_changes_while_it_is_packed_is_refused(tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"first")

    def change(stage: str, done: int, total: int) -> None:
        if stage == "orders":
            paper.write_bytes(b"other")

    with pytest.raises(PackRefused) as refused:
        write_pack(contents(papers=[AttachedFile(name="p.pdf", content=paper)]), KEY, tmp_path / "x.zip", change)
    assert refused.value.code == "pack_file_changed"
    assert [found.name for found in tmp_path.iterdir()] == ["paper.pdf"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackRefused) as refused:
        write_pack(contents(), KEY, tmp_path / "no" / "pack.zip")
    assert refused.value.code == "pack_folder_missing"


def test_a_screenshot_stands_in_the_pack_beside_the_grade(tmp_path: Path) -> None:
    picture = AttachedFile(name="IMG_1.png", content=b"\x89PNG")
    sha = "0f4636c78f65d3639ece5a064b5ae753e3408614a14fb18ab4d7540d2c248543"
    record = a_record("1", kind=RecordKind.SCREENSHOT, attachment_sha256=sha, body="", message_id="")
    path = sealed(tmp_path, contents([an_order("1", record, outcome="seat_sent")], screenshots=[picture]))

    report = verify_pack(path)
    assert report.ok, report.problems
    assert report.counts["screenshots"] == 1
    assert report.counts["grades"]["none"] == 1
    assert "screenshots/001-IMG-1.png" in members_of(path)


def test_progress_is_told_in_orders_and_in_bytes(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    pack = write_pack(contents(), KEY, tmp_path / "p.zip", lambda *step: told.append(step))
    assert ("orders", 5, 5) in told
    assert told[-1][0] == "write"
    assert told[-1][1] <= told[-1][2] == pack.size


def test_memory_does_not_grow_with_the_text_of_the_records(tmp_path: Path) -> None:
    long = "ก" * 20_000
    orders = (one(str(n), status=long) for n in range(300))
    what = replace(contents([]), planned=300, outcomes={"acknowledged": 300}, orders=orders)
    tracemalloc.start()
    pack = write_pack(what, KEY, tmp_path / "big.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pack.size > 30_000_000
    assert peak < 15_000_000
