"""What the platform's record proves: the stories first, then the laws."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.packs import a_push, a_record, a_reply, at

from seawall.connectors.contracts import Speaker
from seawall.evidence.grades import grade
from seawall.evidence.records import Grade, MessageRecord, RecordKind


def a_read_back(ref: str = "rb", **changes: Any) -> MessageRecord:
    fields: dict[str, Any] = {"kind": RecordKind.READ_BACK, "path": "/im/message/list", "our_at": at(600)}
    return a_push(ref=ref, **(fields | changes))


def a_position(seconds: float, **changes: Any) -> MessageRecord:
    """The buyer has read up to then (lazada.md push 19)."""
    fields = {"speaker": Speaker.BUYER, "message_id": "", "platform_at": None, "read_up_to": at(seconds),
              "script_digest": ""}  # fmt: skip
    return a_push(ref=f"p{seconds}", **(fields | changes))


BLOCKED_PUSH = a_push(ref="b", blocked_note="contains forbidden words", our_at=at(5))

STORIES = [
    ("nothing was ever sent", [], Grade.NONE, "grade_no_record"),
    ("the platform refused the call", [a_record(message_id="", platform_code="E4")], Grade.NONE, "grade_no_record"),
    ("the platform took it", [a_record()], Grade.ACKNOWLEDGED, "grade_acknowledged"),
    ("a push shows it", [a_record(), a_push()], Grade.CONFIRMED, "grade_confirmed"),
    ("the answer was lost, a read-back found it", [a_read_back()], Grade.CONFIRMED, "grade_confirmed"),
    ("the buyer read it", [a_record(), a_push(), a_position(9)], Grade.READ, "grade_read"),
    ("the buyer read exactly up to it", [a_record(), a_push(), a_position(0)], Grade.READ, "grade_read"),
    ("the buyer has only read what came before", [a_push(), a_position(-1)], Grade.CONFIRMED, "grade_confirmed"),
    ("a read position without our message in the record", [a_record(), a_position(9)], Grade.ACKNOWLEDGED,
     "grade_acknowledged"),
    ("the buyer answered", [a_record(), a_push(), a_reply()], Grade.ANSWERED, "grade_answered"),
    ("the buyer wrote before us", [a_push(), a_reply(platform_at=at(-5))], Grade.CONFIRMED, "grade_confirmed"),
    ("the buyer wrote in another conversation", [a_push(), a_reply(session_id="other")], Grade.CONFIRMED,
     "grade_confirmed"),
    ("the buyer took the answer back", [a_push(), a_reply(is_recalled=True)], Grade.CONFIRMED, "grade_confirmed"),
    ("blocked after it was accepted", [a_record(), BLOCKED_PUSH], Grade.NONE, "grade_blocked_after_accept"),
    ("blocked although the buyer wrote", [a_record(), BLOCKED_PUSH, a_reply()], Grade.NONE,
     "grade_blocked_after_accept"),
    ("an old clean push came after the block", [a_record(), BLOCKED_PUSH, a_push(our_at=at(1_800))], Grade.NONE,
     "grade_blocked_after_accept"),
    ("a later read-back shows it unblocked", [a_record(), BLOCKED_PUSH, a_read_back()], Grade.CONFIRMED,
     "grade_confirmed"),
    ("a read-back of the same instant does not outweigh", [BLOCKED_PUSH, a_read_back(our_at=at(5))], Grade.NONE,
     "grade_blocked_after_accept"),
    ("unblocked and blocked again", [BLOCKED_PUSH, a_read_back(), a_push(blocked_note="x", our_at=at(700))], Grade.NONE,
     "grade_blocked_after_accept"),
    ("the read-back itself shows the block", [a_record(), a_read_back(blocked_note="x")], Grade.NONE,
     "grade_blocked_after_accept"),
    ("recalled by the shop", [a_record(), a_push(), a_push(ref="rc", is_recalled=True)], Grade.NONE, "grade_recalled"),
    ("only an auto-reply went out", [a_push(is_auto_reply=True)], Grade.NONE, "grade_no_record"),
    ("old talk of the shop, not of this script", [a_push(script_digest="")], Grade.NONE, "grade_no_record"),
    ("the push names no script but the answer did", [a_record(), a_push(script_digest="")], Grade.CONFIRMED,
     "grade_confirmed"),
    ("a system message", [a_push(speaker=Speaker.SYSTEM)], Grade.NONE, "grade_no_record"),
    ("the platform gave no time", [a_push(platform_at=None), a_reply(), a_position(9)], Grade.CONFIRMED,
     "grade_confirmed"),
    ("blocked, then sent again with other words", [a_record(), BLOCKED_PUSH, a_push(ref="n", message_id="m-new")],
     Grade.CONFIRMED, "grade_confirmed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("records", "expected", "reason"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES]
)
def test_what_the_records_prove(records: list[MessageRecord], expected: Grade, reason: str) -> None:
    found = grade(records)
    assert (found.grade, found.reason) == (expected, reason)


def test_a_screenshot_stands_beside_the_grade_and_never_in_it() -> None:
    picture = a_record(ref="pic", kind=RecordKind.SCREENSHOT, attachment_sha256="ab" * 32)
    alone, beside = grade([picture]), grade([picture, a_record()])

    assert (alone.grade, alone.has_screenshot) == (Grade.NONE, True)
    assert (beside.grade, beside.has_screenshot) == (Grade.ACKNOWLEDGED, True)


def test_the_message_that_gave_the_grade_is_named() -> None:
    found = grade([a_record(message_id="m-1"), a_push(ref="x", message_id="m-2", platform_at=at(40))])
    assert (found.message_id, found.sent_at) == ("m-2", at(40))
    assert grade([BLOCKED_PUSH]).message_id == ""


MESSAGES = ["m-1", "m-2"]
SENT = {"m-1": at(0), "m-2": at(60)}


@st.composite
def any_record(draw: st.DrawFn) -> MessageRecord:
    kind = draw(st.sampled_from(RecordKind))
    message_id = draw(st.sampled_from(["", *MESSAGES, "b-1"]))
    is_ours = message_id in MESSAGES
    return a_record(
        ref=str(draw(st.integers(0, 10**9))),
        kind=kind,
        message_id=message_id,
        speaker=Speaker.SELLER if is_ours else Speaker.BUYER,
        platform_at=SENT.get(message_id, at(draw(st.integers(-90, 90)))),
        our_at=at(draw(st.integers(0, 6))),
        session_id=draw(st.sampled_from(["s", "t"])),
        blocked_note=draw(st.sampled_from(["", "", "no"])),
        is_recalled=draw(st.sampled_from([False, False, False, True])),
        is_auto_reply=draw(st.sampled_from([False, False, True])),
        script_digest=draw(st.sampled_from(["", "5c"])) if is_ours else "",
        read_up_to=draw(st.none() | st.integers(-90, 90).map(at)),
    )


RECORDS = st.lists(any_record(), max_size=8)


def claims_less(record: MessageRecord) -> bool:
    return bool(record.blocked_note) or record.is_recalled


@given(RECORDS, st.randoms())
def test_order_and_repetition_do_not_matter(records: list[MessageRecord], random: Any) -> None:
    shuffled = [*records, *random.sample(records, random.randint(0, len(records)))]
    random.shuffle(shuffled)
    assert grade(shuffled) == grade(records)


@given(RECORDS, any_record())
def test_one_more_record_lowers_a_grade_only_by_a_block_or_a_recall(
    records: list[MessageRecord], more: MessageRecord
) -> None:
    before, after = grade(records), grade([*records, more])
    if not claims_less(more):
        assert after.grade.rank >= before.grade.rank


@given(RECORDS)
def test_a_block_after_everything_leaves_no_proof_at_all(records: list[MessageRecord]) -> None:
    blocks = [
        a_push(ref=f"{session}{message}", message_id=message, session_id=session, blocked_note="no", our_at=at(3_600))
        for message in MESSAGES
        for session in ("s", "t")
    ]
    found = grade([*records, *blocks])
    assert found.grade is Grade.NONE
    assert found.reason in {"grade_blocked_after_accept", "grade_recalled"}


@given(RECORDS)
def test_without_an_approved_script_nothing_is_proven(records: list[MessageRecord]) -> None:
    assert grade([replace(record, script_digest="") for record in records]).grade is Grade.NONE


@given(RECORDS, st.integers(1, 10_000))
def test_a_shift_of_all_clocks_changes_nothing(records: list[MessageRecord], seconds: int) -> None:
    by = timedelta(seconds=seconds)
    moved = [
        replace(
            record,
            our_at=record.our_at + by,
            platform_at=record.platform_at and record.platform_at + by,
            read_up_to=record.read_up_to and record.read_up_to + by,
        )
        for record in records
    ]
    assert (grade(moved).grade, grade(moved).reason) == (grade(records).grade, grade(records).reason)


@given(RECORDS)
def test_read_and_answered_never_come_without_the_platforms_own_record(records: list[MessageRecord]) -> None:
    answers = [record for record in records if record.speaker is Speaker.BUYER or record.kind is RecordKind.ANSWER]
    assert grade(answers).grade.rank <= Grade.ACKNOWLEDGED.rank
