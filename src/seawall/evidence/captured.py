"""The grade of an order from its stored captures, by the same rules as a pack's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from seawall.connectors.contracts import Speaker
from seawall.evidence.grades import BLOCKED, RECALLED, GradeResult, grade
from seawall.evidence.models import Capture
from seawall.evidence.records import RecordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A capture as the grade reads it."""

    kind: RecordKind
    speaker: Speaker
    our_at: datetime
    platform_at: datetime | None
    read_up_to: datetime | None
    session_id: str
    message_id: str
    blocked_note: str
    is_recalled: bool
    is_auto_reply: bool
    script_digest: str


def grade_of(captures: Iterable[Capture], *, message_id: str, script_digest: str) -> GradeResult:
    """The grade that these captures of one order prove. `message_id` is our message's, `script_digest` the approved
    words it was sent in: other talk of the seller proves nothing."""
    return grade(_seen(capture, message_id, script_digest) for capture in captures)


def _seen(capture: Capture, message_id: str, script_digest: str) -> _Seen:
    is_ours = capture.speaker == Speaker.SELLER and capture.message_id == message_id
    return _Seen(
        kind=RecordKind(capture.source),
        speaker=Speaker(capture.speaker),
        our_at=capture.our_time,
        platform_at=None if capture.is_read else capture.platform_time,
        read_up_to=capture.platform_time if capture.is_read else None,
        session_id=capture.session_id,
        message_id=capture.message_id,
        blocked_note=capture.blocked_note,
        is_recalled=capture.is_recalled,
        is_auto_reply=capture.is_auto_reply,
        script_digest=script_digest if is_ours else "",
    )


def is_blocked(found: GradeResult) -> bool:
    """Whether the platform took the message and then hid it from the buyer."""
    return found.reason == BLOCKED


def is_recalled(found: GradeResult) -> bool:
    """Whether the message was taken back after it was sent."""
    return found.reason == RECALLED
