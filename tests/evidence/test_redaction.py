"""The reviewer's form: no phone in any spelling, no address, and every record traced to the internal one."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.packs import KEY, a_push, a_record, a_reply, an_order, at, contents, sealed

from seawall.evidence.records import AttachedFile, BodyEncoding, OrderKey, RecordKind
from seawall.evidence.redaction.derive import Derived, derive
from seawall.evidence.redaction.masking import Known, mask, masked_phone
from seawall.evidence.redaction.records import redacted
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.verify import verify_pack

# National numbers, made up, in the form of each market's mobile and landline numbers: code, national number.
NUMBERS = [
    ("62", "81234567890"), ("62", "2150001234"), ("60", "123456789"), ("60", "1134567890"), ("65", "91234567"),
    ("66", "812345678"), ("66", "21234567"), ("63", "9171234567"), ("84", "912345678"), ("84", "2838221234"),
    ("86", "13800138000"),
]  # fmt: skip
SEPARATORS = ["", " ", "-", ".", " - ", "–", "\u00a0", "\u200b", "·", "/"]


def _in_script(digits: str, zero: int) -> str:
    return "".join(chr(zero + int(each)) if each.isdigit() else each for each in digits)


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str, str]:
    """(the number as an order states it, its national digits, a usual spelling)."""
    code, national = draw(st.sampled_from(NUMBERS))
    start = draw(
        st.sampled_from([f"+{code}", f"+{code} ", f"({code})", f"00{code}", f"+{code} (0)", "0", "", code, "(0)"])
    )
    separator = draw(st.sampled_from(SEPARATORS))
    cuts = sorted(draw(st.sets(st.integers(1, len(national) - 1), max_size=4)))
    parts = [national[a:b] for a, b in zip([0, *cuts], [*cuts, len(national)], strict=True)]
    spelling = start + separator.join(parts)
    zero = draw(st.sampled_from([0x30, 0xFF10, 0xE50]))
    return f"{code}{national}", national, _in_script(spelling, zero)


def digits_of(text: str) -> str:
    import unicodedata

    return "".join(str(unicodedata.decimal(each)) for each in text if each.isdecimal())


WORDS = st.sampled_from(["โทร ", "call me ", "SĐT:", "WA", "hp saya ", "我的电话", "tel.", "", "ร้านคะ\n", "ok "])


@settings(max_examples=400, deadline=None)
@given(spelled(), WORDS, WORDS, st.booleans())
def test_no_spelling_of_a_phone_is_left(number: tuple[str, str, str], before: str, after: str, is_known: bool) -> None:
    stated, national, spelling = number
    known = Known(phones=[stated] if is_known else [], keep={"88001122334455"})
    made = mask(f"{before}{spelling} {after}88001122334455", known, is_buyers=True)
    assert national not in digits_of(made.text.replace("88001122334455", ""))
    assert len(digits_of(made.text.replace("88001122334455", ""))) <= 2
    assert made.text.endswith("88001122334455")
    assert made.counts["phone"] >= 1


@settings(max_examples=200, deadline=None)
@given(spelled(), st.text(max_size=30))
def test_a_masked_text_stays_as_it_is_when_masked_again(number: tuple[str, str, str], more: str) -> None:
    known = Known(phones=[number[0]], names=["Nguyen Van An"])
    once = mask(f"{more} Nguyen Van An {number[2]}", known).text
    assert mask(once, known).text == once


@pytest.mark.parametrize(
    "words",
    [
        "Pesanan 88001122334455 tiba 2026-11-17 12:30, refund Rp1.250.000",
        "คืนเงิน ฿1,250.00 วันที่ 17/11/2026 คำสั่งซื้อ 88001122334455ค่ะ",
        "đơn LZVN0001234567 hoàn 1.250.000đ trong 3-5 ngày",
        "Road to refund: RM 1,250.00, case S-0417",
    ],
)
def test_order_numbers_dates_and_amounts_stay(words: str) -> None:
    assert mask(words, Known(keep={"88001122334455", "LZVN0001234567"})).text == words


@pytest.mark.parametrize(
    ("words", "hidden", "left"),
    [
        ("Kirim ke Jl. Melati No. 12 RT 03/RW 05, Bandung ya kak", ["Melati", "12"], "Kirim ke"),
        ("send to No. 8, Jalan Ampang, 50450 KL\nthank you", ["8", "Ampang", "50450"], "thank you"),
        ("Blk 123 #04-56 Tampines", ["123", "04-56"], ""),
        ("บ้านเลขที่ 99/1 ถนนสุขุมวิท ค่ะ", ["99/1", "สุขุมวิท"], ""),
        ("giao tới số nhà 12 đường Lê Lợi nhé", ["12", "Lê Lợi"], "giao tới"),
        ("寄到幸福路12号3单元", ["幸福路", "12"], ""),
        ("mail me at some.one@example.com", ["some.one", "example"], "mail me at"),
    ],
)  # fmt: skip
def test_an_address_a_buyer_writes_is_masked(words: str, hidden: list[str], left: str) -> None:
    made = mask(words, Known(), is_buyers=True).text
    assert not [each for each in hidden if each in made], made
    assert left in made


def test_a_name_an_order_states_is_masked_whole_and_in_part() -> None:
    known = Known(names=["Somchai Jaidee", "s***i"])
    assert mask("Dear SOMCHAI  JAIDEE, yours Jaidee", known).text == "Dear S***, yours J***"


def test_a_body_is_masked_field_by_field_and_keeps_its_ids_and_times() -> None:
    inner = {"txt": "call 0812345678", "img_url": "https://files.test/buyer.jpg"}
    body = {
        "data": {
            "message_id": "m-1", "from_user_name": "somchai99", "to_id": 100200300400, "send_time": 1763380800000,
            "content": json.dumps(inner), "receiver": {"phone": 66812345678, "full_address": "99/1 Sukhumvit"},
        }
    }  # fmt: skip
    record = a_reply(message_id="m-1", body=json.dumps(body), text="call 0812345678")
    made = redacted(record, Known(phones=["66812345678"]))
    data = json.loads(made.record.body)["data"]
    assert data["message_id"] == "m-1"
    assert (data["to_id"], data["send_time"]) == (100200300400, 1763380800000)
    assert data["from_user_name"] == "s***"
    assert data["receiver"] == {"phone": "***78", "full_address": "***"}
    assert json.loads(data["content"]) == {"txt": "call ***78", "img_url": "***"}
    assert made.record.text == "call ***78"
    assert (made.record.our_at, made.record.platform_at, made.record.ref) == (record.our_at, record.platform_at, "r3")


def test_a_body_that_is_no_text_is_left_out_whole() -> None:
    record = a_record(body="gIGC", body_encoding=BodyEncoding.BASE64)
    made = redacted(record, Known()).record
    assert json.loads(made.body) == {"body": "left out: not text", "message_id": record.message_id}


PHONE = "66812345678"
SHOT = b"\x89PNG a screenshot"


def internal(folder: Path) -> Path:
    """A sealed pack in which a buyer gave phone, address and name, and a person attached a screenshot."""
    import hashlib

    digest = hashlib.sha256(SHOT).hexdigest()
    one, two = "88001122334455", "88001122334466"
    said = "เบอร์ 081-234-5678 ค่ะ\nบ้านเลขที่ 99/1 ถนนสุขุมวิท"
    shot = a_record(one, "s1", kind=RecordKind.SCREENSHOT, message_id="", attachment_sha256=digest, body="{}",
                    script_digest="", approval_digest="")  # fmt: skip
    orders = [
        an_order(one, a_record(one, "1a"), a_push(one, "1b"), a_reply(one, "1c", text=said), shot, outcome="answered"),
        an_order(two, a_record(two, "2a"), a_push(two, "2b")),
    ]
    what = contents(orders, screenshots=[AttachedFile(name=f"{digest}.png", content=SHOT, sha256=digest)])
    return sealed(folder, what, name="internal.zip")


def known_of(keys: Sequence[OrderKey]) -> Mapping[OrderKey, Known]:
    return {key: Known(phones=[PHONE], names=["Somchai Jaidee"]) for key in keys}


def derived(folder: Path, **how: Any) -> Derived:
    return derive(internal(folder), known_of, KEY, folder / "redacted.zip", at=at(9_000), **how)


def test_the_reviewers_pack_verifies_shows_no_buyer_and_names_its_source(tmp_path: Path) -> None:
    before = internal(tmp_path).read_bytes()
    made = derived(tmp_path)
    assert (tmp_path / "internal.zip").read_bytes() == before
    report = verify_pack(made.sealed.path)
    assert report.ok, report.problems
    source = verify_pack(tmp_path / "internal.zip")
    assert made.derived_from == source.root
    assert report.counts["grades"] == source.counts["grades"]
    assert report.counts["outcomes"] == source.counts["outcomes"]
    with zipfile.ZipFile(made.sealed.path) as pack:
        whole = b"\n".join(pack.read(name) for name in pack.namelist()).decode(errors="replace")
        told = json.loads(pack.read("redaction/redaction.json"))
        lines = [json.loads(line) for line in pack.read("redaction/records.jsonl").splitlines()]
        assert "REDACTED 脱敏" in pack.read("START-HERE.html").decode()
        assert "REDACTED 脱敏" in pack.read("README.txt").decode()
    assert "081-234-5678" not in whole
    assert "สุขุมวิท" not in whole
    assert told["derived_from"]["root"] == source.root
    assert told["left_out"] == {"screenshots": 1}
    assert made.masked == told["masked"]
    with zipfile.ZipFile(tmp_path / "internal.zip") as pack:
        orders = [json.loads(line) for line in pack.read("records/orders.jsonl").splitlines()]
    assert {(line["ref"], line["derived_from"]) for line in lines} == {
        (ref["ref"], ref["sha256"]) for order in orders for ref in order["records"]
    }


def test_papers_go_along_unless_they_are_not_wanted(tmp_path: Path) -> None:
    with zipfile.ZipFile(derived(tmp_path).sealed.path) as pack:
        assert [name for name in pack.namelist() if name.startswith("papers/")]
    with zipfile.ZipFile(derived(tmp_path, with_papers=False).sealed.path) as pack:
        assert not [name for name in pack.namelist() if name.startswith("papers/")]
        assert json.loads(pack.read("redaction/redaction.json"))["left_out"] == {"papers": 1, "screenshots": 1}


def test_nothing_is_derived_from_a_damaged_pack_or_from_a_derived_one(tmp_path: Path) -> None:
    made = derived(tmp_path)
    with pytest.raises(PackRefused) as refused:
        derive(made.sealed.path, known_of, KEY, tmp_path / "again.zip", at=at(9_000))
    assert refused.value.code == "redact_source_redacted"
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes((tmp_path / "internal.zip").read_bytes().replace(b"answered", b"Answered", 1))
    with pytest.raises(PackRefused) as refused:
        derive(damaged, known_of, KEY, tmp_path / "again.zip", at=at(9_000))
    assert refused.value.code == "redact_source_damaged"
    assert not (tmp_path / "again.zip").exists()
    assert not list(tmp_path.glob(".redact-*"))


def test_a_very_short_number_shows_nothing() -> None:
    assert (masked_phone("123456"), masked_phone("0812345678")) == ("***", "***78")
