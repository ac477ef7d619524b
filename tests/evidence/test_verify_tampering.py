"""Nothing in a pack can be changed unseen: every byte is covered, and what was changed is named."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.evidence.packs import KEY, OTHER_KEY, a_push, a_record, an_order, contents, sealed

from seawall.evidence.seal.verify import VerifyReport, verify_pack
from seawall.kernel.languages import Language

ORDER = "88001122334450"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a small pack that verifies."""
    path = sealed(
        tmp_path_factory.mktemp("good"), contents([an_order(ORDER, a_record(ORDER, "a"), a_push(ORDER, "b"))])
    )
    assert verify_pack(path).ok
    return path.read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, good: bytes) -> Path:
    """The same bytes in a file."""
    path = tmp_path_factory.mktemp("whole") / "pack.zip"
    path.write_bytes(good)
    return path


@pytest.fixture
def check(tmp_path: Path) -> Callable[[bytes], VerifyReport]:
    """Verify these bytes as a file called bad.zip."""

    def verify(data: bytes) -> VerifyReport:
        path = tmp_path / "bad.zip"
        path.write_bytes(data)
        return verify_pack(path, language=Language.EN)

    return verify


Check = Callable[[bytes], VerifyReport]


def paths(report: VerifyReport) -> set[str]:
    assert report.ok is (not report.problems)
    assert all(found.path and found.what and found.what != found.code for found in report.problems)
    return {found.path for found in report.problems}


def codes(report: VerifyReport) -> set[str]:
    return {found.code for found in report.problems}


def spans(data: bytes) -> dict[str, tuple[int, int]]:
    """Where each member's bytes stand."""
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        found = {}
        for info in pack.infolist():
            start = info.header_offset + 30 + len(info.filename)
            found[info.filename] = (start, start + info.file_size)
        return found


def rezip(members: list[tuple[str, bytes]]) -> bytes:
    """The members in a new stored ZIP by the standard library."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name, content in members:
            pack.writestr(zipfile.ZipInfo(name, (2026, 11, 17, 14, 0, 0)), content)
    return out.getvalue()


def members(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        return [(name, pack.read(name)) for name in pack.namelist()]


def test_a_flipped_bit_in_any_byte_outside_the_members_is_found(good: bytes, check: Check) -> None:
    inside: set[int] = set()
    for start, end in spans(good).values():
        inside.update(range(start, end))
    outside = [place for place in range(len(good)) if place not in inside]
    # All of the first member's headers and of the end record, then every fifth byte: the headers are alike.
    directory = good.index(b"PK\x01\x02")
    for place in {*outside[:40], *range(directory, directory + 56), *outside[-22:], *outside[::5]}:
        data = bytearray(good)
        data[place] ^= 1 << place % 8
        assert paths(check(bytes(data))), f"byte {place} is not covered"


def test_a_flipped_bit_inside_a_member_names_that_member(good: bytes, check: Check) -> None:
    for name, (start, end) in spans(good).items():
        for place in {start, end - 1, *range(start, end, 151)}:
            data = bytearray(good)
            data[place] ^= 1 << place % 8
            assert name in paths(check(bytes(data))), f"{name} at {place}"


def test_each_removed_member_is_named(good: bytes, check: Check) -> None:
    everything = members(good)
    for name, _ in everything:
        report = check(rezip([row for row in everything if row[0] != name]))
        assert "verify_member_missing" in {found.code for found in report.problems if found.path == name}, name


def test_each_replaced_member_is_named(good: bytes, check: Check) -> None:
    everything = members(good)
    for name, _ in everything:
        report = check(rezip([(row, b"{}\n" if row == name else content) for row, content in everything]))
        assert name in paths(report), name


def test_an_added_member_is_named(good: bytes, check: Check) -> None:
    report = check(rezip(sorted([*members(good), ("papers/002-late.pdf", b"%PDF")])))
    assert ("papers/002-late.pdf", "verify_member_added") in {(p.path, p.code) for p in report.problems}


def test_a_renamed_member_is_named_under_both_names(good: bytes, check: Check) -> None:
    old, new = "papers/001-notice.pdf", "papers/001-noticE.pdf"
    report = check(rezip([(new if name == old else name, content) for name, content in members(good)]))
    assert {(old, "verify_member_missing"), (new, "verify_member_added")} <= {(p.path, p.code) for p in report.problems}


def test_one_odd_name_does_not_put_all_that_follow_out_of_place(good: bytes, check: Check) -> None:
    old, new = "facts.json", "x-facts.json"
    report = check(rezip([(new if name == old else name, content) for name, content in members(good)]))
    assert {(old, "verify_member_missing"), (new, "verify_member_added")} <= {(p.path, p.code) for p in report.problems}
    assert sum(found.code == "verify_member_order" for found in report.problems) == 1


def test_the_same_members_zipped_again_are_not_the_pack(good: bytes, check: Check) -> None:
    report = check(rezip(members(good)))
    assert not report.ok
    assert codes(report) == {"verify_packed_again"}


def test_a_change_in_one_member_is_not_buried_under_the_headers_of_a_pack_zipped_again(
    good: bytes, check: Check
) -> None:
    for name, content in members(good):
        bad = rezip(
            [(row, whole[:-1] + bytes([whole[-1] ^ 1]) if row == name else whole) for row, whole in members(good)]
        )
        report = check(bad)
        assert name in paths(report)
        assert "verify_header_changed" not in codes(report), name
        assert len(content) == 0 or len(report.problems) < len(members(good)), name


def test_reordered_members_are_named(good: bytes, check: Check) -> None:
    assert "verify_member_order" in codes(check(rezip(members(good)[::-1])))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_named(good: bytes, check: Check) -> None:
    report = check(rezip(sorted([*members(good), ("facts.json", b"{}")])))
    assert ("facts.json", "verify_member_twice") in {(p.path, p.code) for p in report.problems}


def test_bytes_around_the_pack_are_found(good: bytes, check: Check) -> None:
    assert codes(check(good + b"\n")) == {"verify_bytes_after"}
    assert codes(check(b"#!/bin/sh\n" + good)) == {"verify_bytes_before"}
    assert "verify_end_changed" in codes(check(good[:-2] + struct.pack("<H", 4) + b"note"))


def test_a_truncated_pack_is_found_wherever_it_is_cut(good: bytes, check: Check) -> None:
    for length in {0, 1, 4, 21, 22, 30, 100, len(good) // 2, len(good) - 22, len(good) - 1}:
        assert paths(check(good[:length])), length
    assert codes(check(good[: len(good) // 2])) == {"verify_truncated"}
    assert codes(check(b"")) == {"verify_not_zip"}
    assert codes(check(b"<html>not found</html>" * 50)) == {"verify_not_zip"}


def test_compressed_members_are_refused_unread(good: bytes, check: Check) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in members(good):
            pack.writestr(name, content)
    report = check(out.getvalue())
    assert codes(report) == {"verify_member_compressed"}
    assert report.items == 0


def test_a_decompression_bomb_costs_nothing(good: bytes, check: Check) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("records/messages.jsonl", bytes(50_000_000))
    assert ("records/messages.jsonl", "verify_member_compressed") in {
        (found.path, found.code) for found in check(out.getvalue()).problems
    }


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "/etc/passwd", "papers/../../x", "C:\\x", "papers//x", ".hidden", "papers/\x1b[2Jx", "ก.pdf",
     "papers/x/", "a" * 300],
)  # fmt: skip
def test_path_tricks_are_named_and_not_read(good: bytes, check: Check, name: str) -> None:
    report = check(rezip([*members(good), (name, b"x")]))
    assert "verify_name_unsafe" in codes(report)
    assert all(found.path.isprintable() for found in report.problems)


def change_header(data: bytes, name: str, offset: int, value: bytes) -> bytes:
    """The central directory line of a member with other bytes at an offset."""
    place = data.rindex(name.encode()) - 46 + offset
    return data[:place] + value + data[place + len(value) :]


def test_encrypted_and_linked_members_are_named(good: bytes, check: Check) -> None:
    encrypted = check(change_header(good, "facts.json", 8, struct.pack("<H", 1)))
    assert ("facts.json", "verify_member_encrypted") in {(p.path, p.code) for p in encrypted.problems}
    linked = check(change_header(good, "facts.json", 38, struct.pack("<I", (stat.S_IFLNK | 0o777) << 16)))
    assert ("facts.json", "verify_member_link") in {(p.path, p.code) for p in linked.problems}


def test_members_over_the_same_bytes_are_found_and_read_once(good: bytes, check: Check) -> None:
    report = check(change_header(good, "summary.json", 42, struct.pack("<I", 0)))
    assert ("summary.json", "verify_member_place") in {(p.path, p.code) for p in report.problems}


def test_another_date_in_every_header_is_found(good: bytes, tmp_path: Path, check: Check) -> None:
    # Everything of the ZIP made anew for another date, so that all headers agree with each other.
    from seawall.evidence.seal.members import member_of
    from seawall.evidence.seal.packfile import write_zip

    path = tmp_path / "other.zip"
    write_zip([member_of(*row) for row in members(good)], (0x5B71, 0x7001), path, lambda *step: None)
    assert codes(check(path.read_bytes())) == {"verify_stamp_differs"}


def test_what_is_not_a_file_is_said(tmp_path: Path) -> None:
    assert codes(verify_pack(tmp_path / "none.zip")) == {"verify_missing"}
    assert codes(verify_pack(tmp_path)) == {"verify_folder"}
    assert codes(verify_pack("a\x00b")) == {"verify_missing"}
    assert codes(verify_pack("/dev/null")) == {"verify_not_file"}


def test_the_report_says_who_signed_and_a_wanted_key_is_compared(tmp_path: Path) -> None:
    path = sealed(tmp_path, key=OTHER_KEY)

    assert verify_pack(path).key_id == OTHER_KEY.key_id
    assert verify_pack(path).ok
    assert verify_pack(path, expected_key=OTHER_KEY.key_id).ok
    assert verify_pack(path, expected_key=OTHER_KEY.fingerprint.upper()).ok
    for wrong in (KEY.key_id, OTHER_KEY.key_id[:15], "", OTHER_KEY.fingerprint + "0"):
        report = verify_pack(path, expected_key=wrong)
        assert not report.ok
        assert codes(report) == {"verify_key_unexpected"}


def test_the_sentence_is_in_the_readers_language(tmp_path: Path) -> None:
    found = verify_pack(tmp_path / "none.zip", language=Language.ZH_HANS).problems[0]
    assert found.what == "没有这个文件。"
    report = verify_pack(tmp_path / "none.zip", language=Language.EN).as_json()
    assert report["ok"] is False
    assert report["items"] == 0
    assert report["problems"] == [
        {"path": str(tmp_path / "none.zip"), "what": "There is no such file.", "code": "verify_missing"}
    ]


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "swap", "zero"]), st.integers(0, 10**9), st.binary(max_size=40)
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(EDITS)
def test_random_damage_never_crashes_and_never_passes(
    whole: Path, check: Check, edits: list[tuple[str, int, bytes]]
) -> None:
    data = good = whole.read_bytes()
    for kind, where, extra in edits:
        place = where % (len(data) or 1)
        if kind == "flip":
            data = data[:place] + bytes([data[place] ^ (1 + where % 255)]) + data[place + 1 :] if data else b"0"
        elif kind == "cut":
            data = data[:place] + data[place + len(extra) :]
        elif kind == "insert":
            data = data[:place] + extra + data[place:]
        elif kind == "turn":
            data = data[place:] + data[:place]
        else:
            data = data[:place] + bytes(len(extra)) + data[place + len(extra) :]
    report = check(data)
    assert report.ok is (data == good)
    paths(report)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400))
def test_rubbish_never_crashes(check: Check, data: bytes) -> None:
    assert not check(data).ok
    assert not check(b"PK\x03\x04" + data + b"PK\x05\x06" + data[:18].ljust(18, b"\0")).ok
