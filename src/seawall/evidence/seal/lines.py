"""Records and orders as canonical JSON lines, and back. A line that does not come back the same is refused."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple

from seawall.connectors.contracts import Speaker
from seawall.evidence.grades import GradeResult
from seawall.evidence.records import (
    DIRECTIONS,
    BodyEncoding,
    Direction,
    Grade,
    MessageRecord,
    OrderEvidence,
    OrderKey,
    RecordKind,
)
from seawall.evidence.seal.canonical import without_lone_surrogates
from seawall.evidence.seal.shape import COUNT, FLAG, INSTANT, TEXT, TEXTS, TIME, Kind, Shape, named
from seawall.kernel.markets import Market, Platform


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Where an order's record stands in messages.jsonl, and the hash of its line (without the line end)."""

    ref: str
    sha256: str
    offset: int
    length: int


class Age(IntEnum):
    """What a pack says of an order grew with the product. Packs of every age are read; only the newest is written."""

    FIRST = 1
    SENDER = 2
    """Says who let the message go."""
    CANCELLATION = 3
    """Says what became of the order after its message."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of orders.jsonl: the order, its grade, its records. This line is the order's leaf in the tree."""

    order: OrderEvidence
    grade: GradeResult
    records: tuple[RecordRef, ...]
    age: Age = Age.CANCELLATION


def sha256_hex(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


# Words of the platform or of people: a lone surrogate, which JSON escapes can smuggle in, becomes U+FFFD here. The
# body keeps what was received.
_WORDS = Kind(lambda value: TEXT.write(without_lone_surrogates(value)), TEXT.pattern, TEXT.read)

RECORD = Shape(
    approval_digest=TEXT,
    attachment_sha256=TEXT,
    blocked_note=_WORDS,
    body=TEXT,
    body_encoding=named(BodyEncoding),
    direction=named(Direction),
    http_status=COUNT,
    is_auto_reply=FLAG,
    is_recalled=FLAG,
    kind=named(RecordKind),
    language=TEXT,
    market=named(Market),
    message_id=TEXT,
    order_id=TEXT,
    our_at=INSTANT,
    path=TEXT,
    platform=named(Platform),
    platform_at=TIME,
    platform_code=TEXT,
    read_up_to=TIME,
    ref=TEXT,
    request_id=TEXT,
    script_digest=TEXT,
    session_id=TEXT,
    shop=TEXT,
    speaker=named(Speaker),
    text=_WORDS,
)
_REF = Shape(length=COUNT, offset=COUNT, ref=TEXT, sha256=TEXT)
_ORDER_FIELDS: dict[str, Kind] = {
    "grade": named(Grade),
    "grade_reason": TEXT,
    "has_screenshot": FLAG,
    "item": _WORDS,
    "kind": Kind(TEXT.write, '"(order)"', str),
    "market": named(Market),
    "message_id": TEXT,
    "order_id": TEXT,
    "ordered_at": TIME,
    "outcome": TEXT,
    "platform": named(Platform),
    "records": _REF.all_of(),
    "sent_at": TIME,
    "shipped_at": TIME,
    "shop": TEXT,
    "shop_name": _WORDS,
    "status": _WORDS,
    "tracking_number": _WORDS,
}
_CANCEL_FIELDS: dict[str, Kind] = {"cancellation": TEXT, "cancellation_reason": _WORDS}
_FIRST, _SENDER = Shape(**_ORDER_FIELDS), Shape(**_ORDER_FIELDS, sent_by=_WORDS)
_SENDER_TOGETHER = Shape(**_ORDER_FIELDS, sent_by=_WORDS, named_with=TEXTS)
ORDER = Shape(**_CANCEL_FIELDS, **_ORDER_FIELDS, sent_by=_WORDS)
ORDER_TOGETHER = Shape(**_CANCEL_FIELDS, **_ORDER_FIELDS, sent_by=_WORDS, named_with=TEXTS)
"""The line of an order whose message names further ones; packs from before there were such hold none."""
_SHAPES = {
    (Age.FIRST, False): _FIRST, (Age.SENDER, False): _SENDER, (Age.SENDER, True): _SENDER_TOGETHER,
    (Age.CANCELLATION, False): ORDER, (Age.CANCELLATION, True): ORDER_TOGETHER,
}  # fmt: skip
_CANCELLED = b'"cancellation":"'
_SENT_BY = b'"sent_by":"'
_TOGETHER = b'"named_with":['
"""These stand in no text: a quotation mark inside one is always escaped."""
_RECORD_FIELDS = [name for name in RECORD.names if name != "direction"]
_DIRECTION = RECORD.names.index("direction")


def record_line(record: MessageRecord) -> bytes:
    """The record's line, without line end. A lone surrogate in its text becomes U+FFFD; the body keeps the truth."""
    values: list[Any] = [getattr(record, name) for name in _RECORD_FIELDS]
    values.insert(_DIRECTION, DIRECTIONS[record.speaker])
    return RECORD.line(values)


class SealedRecord(NamedTuple):
    """A record read back from its line: the fields of `MessageRecord`, in the order of the line.

    A named tuple and not a MessageRecord: making one of those costs as much again as reading the line.
    """

    approval_digest: str
    attachment_sha256: str
    blocked_note: str
    body: str
    body_encoding: BodyEncoding
    direction: Direction
    http_status: int
    is_auto_reply: bool
    is_recalled: bool
    kind: RecordKind
    language: str
    market: Market
    message_id: str
    order_id: str
    our_at: datetime
    path: str
    platform: Platform
    platform_at: datetime | None
    platform_code: str
    read_up_to: datetime | None
    ref: str
    request_id: str
    script_digest: str
    session_id: str
    shop: str
    speaker: Speaker
    text: str

    def is_of(self, key: OrderKey) -> bool:
        """Whether it is a record of this order."""
        return (self.order_id, self.shop, self.market, self.platform) == (
            key.order_id,
            key.shop,
            key.market,
            key.platform,
        )


def parse_record(line: bytes) -> SealedRecord:
    """The record of a line. Raises ValueError for a line that `record_line` would not have written."""
    record = SealedRecord._make(RECORD.read(line))
    if DIRECTIONS[record.speaker] is not record.direction:
        raise ValueError("the direction is not the speaker's")
    return record


def order_line(line: OrderLine) -> bytes:
    """The order's line, without line end: also the data of its leaf."""
    order, found = line.order, line.grade
    refs = [(ref.length, ref.offset, ref.ref, ref.sha256) for ref in line.records]
    before = (
        order.cancellation,
        order.cancellation_reason,
        found.grade,
        found.reason,
        found.has_screenshot,
        order.item,
        "order",
        order.market,
        found.message_id,
    )
    after = (
        order.order_id,
        order.ordered_at,
        order.outcome,
        order.platform,
        refs,
        found.sent_at,
        order.sent_by,
        order.shipped_at,
        order.shop,
        order.shop_name,
        order.status,
        order.tracking_number,
    )
    if order.named_with:
        return ORDER_TOGETHER.line((*before, order.named_with, *after))
    return ORDER.line((*before, *after))


def parse_order(line: bytes) -> OrderLine:
    """The order of a line, without its records' contents. Raises ValueError as `parse_record` does."""
    is_together = _TOGETHER in line
    age = Age.CANCELLATION if _CANCELLED in line else Age.SENDER if _SENT_BY in line else Age.FIRST
    shape = _SHAPES.get((age, is_together))
    if shape is None:
        raise ValueError("no pack was ever written so")
    raw = dict(zip(shape.names, shape.read(line), strict=True))
    if is_together and not raw["named_with"]:
        raise ValueError("an order that is named alone has no such field")
    rows: Sequence[Sequence[Any]] = raw["records"]
    return OrderLine(
        OrderEvidence(
            platform=raw["platform"],
            market=raw["market"],
            shop=raw["shop"],
            order_id=raw["order_id"],
            outcome=raw["outcome"],
            status=raw["status"],
            shop_name=raw["shop_name"],
            ordered_at=raw["ordered_at"],
            shipped_at=raw["shipped_at"],
            tracking_number=raw["tracking_number"],
            item=raw["item"],
            sent_by=raw.get("sent_by", ""),
            cancellation=raw.get("cancellation", ""),
            cancellation_reason=raw.get("cancellation_reason", ""),
            named_with=tuple(raw.get("named_with", ())),
        ),
        GradeResult(raw["grade"], raw["grade_reason"], raw["has_screenshot"], raw["message_id"], raw["sent_at"]),
        tuple(RecordRef(ref, sha256, offset, length) for length, offset, ref, sha256 in rows),
        age,
    )
