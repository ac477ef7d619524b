"""What a chat picture shows of one order, as values: made from the order's records and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from seawall.connectors.contracts import Speaker
from seawall.evidence.pictures.digest import drawn_from
from seawall.evidence.records import MessageRecord, OrderEvidence, OrderKey, RecordKind


class Standing(StrEnum):
    """How far the records carry one message of ours, or what became of it."""

    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    READ = "read"
    BLOCKED = "blocked"
    RECALLED = "recalled"
    RECEIVED = "received"
    """Of a buyer's or the platform's message: it stands in the platform's record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bubble:
    """One message. `text` is as the platform has it; empty for what is not text."""

    speaker: Speaker
    message_id: str
    text: str
    at: datetime | None
    """By the platform's clock; None where it does not say."""
    standing: Standing
    blocked_note: str = ""
    is_auto_reply: bool = False
    read_up_to: datetime | None = None
    image: bytes | None = None
    """The buyer's picture as received, where it was fetched. Never trusted: see `images.py`."""


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """A chat of one order, ready to be drawn. The same value gives the same bytes."""

    key: OrderKey
    shop_name: str
    zone: ZoneInfo
    bubbles: tuple[Bubble, ...]
    drawn_from: str
    """See `digest.drawn_from`."""
    records: int
    is_simulated: bool


@dataclass(slots=True)
class _Message:
    speaker: Speaker
    session_id: str
    message_id: str
    text: str = ""
    at: datetime | None = None
    first_at: datetime | None = None
    is_seen: bool = False
    is_recalled: bool = False
    is_auto_reply: bool = False
    blocked_at: datetime | None = None
    blocked_note: str = ""
    clean_at: datetime | None = None
    reads: list[datetime] = field(default_factory=list)

    def take(self, record: MessageRecord) -> None:
        self.text = record.text or self.text
        self.first_at = min(self.first_at or record.our_at, record.our_at)
        if record.platform_at is not None:
            self.at = max(self.at or record.platform_at, record.platform_at)
        self.is_recalled |= record.is_recalled
        self.is_auto_reply |= record.is_auto_reply
        if record.blocked_note:
            self.blocked_note = record.blocked_note
            self.blocked_at = max(self.blocked_at or record.our_at, record.our_at)
        elif record.kind is not RecordKind.ANSWER:
            self.is_seen = True
            if record.kind is RecordKind.READ_BACK:
                self.clean_at = max(self.clean_at or record.our_at, record.our_at)


def transcript_of(order: OrderEvidence, *, zone: ZoneInfo, is_simulated: bool) -> Transcript | None:
    """The chat that an order's records hold, times in `zone`; None when they hold no message.

    A block stands until a read-back received later shows the message clean, as for the grade (see `grades.py`).
    """
    messages: dict[tuple[str, str], _Message] = {}
    read_up_to: dict[str, datetime] = {}
    for record in order.records:
        if record.read_up_to is not None:
            position = read_up_to.get(record.session_id, record.read_up_to)
            read_up_to[record.session_id] = max(position, record.read_up_to)
        if record.message_id and record.kind is not RecordKind.SCREENSHOT:
            place = (record.session_id, record.message_id)
            messages.setdefault(place, _Message(record.speaker, *place)).take(record)
    if not messages:
        return None
    ordered = sorted(messages.values(), key=_when)
    return Transcript(
        key=order.key,
        shop_name=order.shop_name,
        zone=zone,
        bubbles=_bubbles(ordered, read_up_to),
        drawn_from=drawn_from(order.key, order.shop_name, order.records, is_simulated=is_simulated),
        records=len(order.records),
        is_simulated=is_simulated,
    )


def _when(message: _Message) -> tuple[datetime, str, str]:
    at = message.at or message.first_at
    assert at is not None  # noqa: S101  # a message is made by its first record
    return at, message.session_id, message.message_id


def _bubbles(messages: Sequence[_Message], read_up_to: dict[str, datetime]) -> tuple[Bubble, ...]:
    return tuple(
        Bubble(
            speaker=message.speaker,
            message_id=message.message_id,
            text=message.text,
            at=message.at,
            standing=(standing := _standing(message, read_up_to.get(message.session_id))),
            blocked_note=message.blocked_note if standing is Standing.BLOCKED else "",
            is_auto_reply=message.is_auto_reply,
            read_up_to=read_up_to.get(message.session_id) if standing is Standing.READ else None,
        )
        for message in messages
    )


def _standing(message: _Message, read_up_to: datetime | None) -> Standing:
    if message.is_recalled:
        return Standing.RECALLED
    if message.blocked_at is not None and (message.clean_at is None or message.clean_at <= message.blocked_at):
        return Standing.BLOCKED
    if message.speaker is not Speaker.SELLER:
        return Standing.RECEIVED
    if not message.is_seen:
        return Standing.ACKNOWLEDGED
    if read_up_to is not None and message.at is not None and read_up_to >= message.at:
        return Standing.READ
    return Standing.CONFIRMED
