"""The grade of an order, derived from its records alone. Pure; the order and repetition of records do not matter.

Rules, each on the side of claiming less:

1. A message counts only when the seller's side wrote it, not as an auto-reply, and one of its records carries the
   digest of an approved script. Older talk in the same conversation proves nothing about this incident.
2. *Acknowledged*: an answer gave it an id. *Confirmed*: a push or read-back shows it unblocked.
3. *Blocked wins.* One record with a block note takes acknowledged and confirmed away: an accepted call whose message
   the buyer cannot see is no proof (lazada.md 2.1: documented fields, inferred rule). Only a read-back received
   strictly later than the last block, and clean, gives it back: it is the platform's record at the time of asking,
   while a clean push may be an old delivery retried up to six hours late (lazada.md 8).
4. *Recalled* is final: the buyer no longer has the message.
5. *Read* and *answered* need a confirmed message and the platform's clock on both sides, in the same conversation:
   a buyer's position or words say nothing about a message the buyer may never have been shown.
6. The order has the best grade of its messages. Screenshots stand beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from seawall.connectors.contracts import Speaker
from seawall.evidence.records import Grade, RecordKind

_OWN_RECORD = (RecordKind.PUSH, RecordKind.READ_BACK)

REASONS: dict[Grade, str] = {
    Grade.ACKNOWLEDGED: "grade_acknowledged",
    Grade.CONFIRMED: "grade_confirmed",
    Grade.READ: "grade_read",
    Grade.ANSWERED: "grade_answered",
}
BLOCKED = "grade_blocked_after_accept"
RECALLED = "grade_recalled"
NO_RECORD = "grade_no_record"


class Seen(Protocol):
    """What the grade reads of a record: a MessageRecord has it, and so has a line read back from a pack."""

    @property
    def kind(self) -> RecordKind: ...
    @property
    def speaker(self) -> Speaker: ...
    @property
    def our_at(self) -> datetime: ...
    @property
    def platform_at(self) -> datetime | None: ...
    @property
    def read_up_to(self) -> datetime | None: ...
    @property
    def session_id(self) -> str: ...
    @property
    def message_id(self) -> str: ...
    @property
    def blocked_note(self) -> str: ...
    @property
    def is_recalled(self) -> bool: ...
    @property
    def is_auto_reply(self) -> bool: ...
    @property
    def script_digest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class GradeResult:
    """The grade, the code of the reason for it, whether a real screenshot stands beside it, and which of our
    messages gave the grade (empty for `none`)."""

    grade: Grade
    reason: str
    has_screenshot: bool
    message_id: str = ""
    sent_at: datetime | None = None


@dataclass(slots=True)
class _Message:
    """What all records of one message say together."""

    is_ours: bool = False
    is_acknowledged: bool = False
    is_seen: bool = False
    is_recalled: bool = False
    sent_at: datetime | None = None
    blocked_at: datetime | None = None
    clean_read_back_at: datetime | None = None

    def take(self, record: Seen) -> None:
        if record.script_digest:
            self.is_ours = True
        if record.is_recalled:
            self.is_recalled = True
        # The platform may stamp the answer and the record some ms apart: the later one claims less for "read".
        self.sent_at = _latest(self.sent_at, record.platform_at)
        if record.blocked_note:
            self.blocked_at = _latest(self.blocked_at, record.our_at)
        elif record.kind in _OWN_RECORD:
            self.is_seen = True
            if record.kind is RecordKind.READ_BACK:
                self.clean_read_back_at = _latest(self.clean_read_back_at, record.our_at)
        else:
            self.is_acknowledged = True

    def is_blocked(self) -> bool:
        if self.blocked_at is None:
            return False
        return self.clean_read_back_at is None or self.clean_read_back_at <= self.blocked_at


def _is_buyers_word(record: Seen) -> bool:
    # A recalled word is no longer in the conversation, so it cannot be shown as an answer.
    return (
        record.speaker is Speaker.BUYER
        and record.kind in _OWN_RECORD
        and bool(record.session_id)
        and not (record.is_auto_reply or record.is_recalled or record.blocked_note)
    )


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)


def grade(records: Iterable[Seen]) -> GradeResult:
    """The grade of one order from all its records (see the rules above). No record at all is `none`."""
    messages: dict[tuple[str, str], _Message] = {}
    read_up_to: dict[str, datetime | None] = {}
    answered_at: dict[str, datetime | None] = {}
    has_screenshot = False
    for record in records:
        session = record.session_id
        if record.kind is RecordKind.SCREENSHOT:
            has_screenshot = True
            continue
        if record.read_up_to is not None and session:
            read_up_to[session] = _latest(read_up_to.get(session), record.read_up_to)
        if not record.message_id:
            continue
        if record.speaker is Speaker.SELLER and not record.is_auto_reply:
            messages.setdefault((session, record.message_id), _Message()).take(record)
        elif _is_buyers_word(record):
            answered_at[session] = _latest(answered_at.get(session), record.platform_at)
    best = GradeResult(Grade.NONE, NO_RECORD, has_screenshot)
    # Sorted, so that of two equally good messages the same one is named whatever order the records came in.
    for (session, message_id), message in sorted(messages.items(), key=_by_time):
        found, why = _grade_message(message, read_up_to.get(session), answered_at.get(session))
        if (found.rank, _WEIGHT[why]) > (best.grade.rank, _WEIGHT[best.reason]):
            is_proof = found is not Grade.NONE
            sent_at = message.sent_at if is_proof else None
            best = GradeResult(found, why, has_screenshot, message_id if is_proof else "", sent_at)
    return best


_WEIGHT = {NO_RECORD: 0, RECALLED: 1, BLOCKED: 2} | dict.fromkeys(REASONS.values(), 3)
"""Among messages that prove nothing, the one that most needs a second contact gives the reason."""


_NEVER = datetime.max.replace(tzinfo=UTC)


def _by_time(item: tuple[tuple[str, str], _Message]) -> tuple[bool, datetime, tuple[str, str]]:
    key, message = item
    return message.sent_at is None, message.sent_at or _NEVER, key


def _grade_message(message: _Message, read_up_to: datetime | None, answered_at: datetime | None) -> tuple[Grade, str]:
    if not message.is_ours:
        return Grade.NONE, NO_RECORD
    if message.is_recalled:
        return Grade.NONE, RECALLED
    if message.is_blocked():
        return Grade.NONE, BLOCKED
    best = Grade.ACKNOWLEDGED
    if message.is_seen:
        best = Grade.CONFIRMED
        sent_at = message.sent_at
        if sent_at is not None and answered_at is not None and answered_at > sent_at:
            best = Grade.ANSWERED
        elif sent_at is not None and read_up_to is not None and read_up_to >= sent_at:
            best = Grade.READ
    elif not message.is_acknowledged:
        return Grade.NONE, NO_RECORD
    return best, REASONS[best]
