"""What goes into a pack, as values: records as the platform gave them, orders, approvals, papers. Pure: no tables."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from seawall.connectors.contracts import Speaker
from seawall.kernel.markets import Market, Platform

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""JSON without fractions: amounts and long numbers go in as text."""


class Grade(StrEnum):
    """How far the platform's own record carries an order, weakest first (product.md promise 4)."""

    NONE = "none"
    ACKNOWLEDGED = "acknowledged"
    """The platform gave our message an id."""
    CONFIRMED = "confirmed"
    """Our message stands in the platform's own record (push or read-back) and is not blocked."""
    READ = "read"
    """Confirmed, and the buyer's read position is at or past it."""
    ANSWERED = "answered"
    """Confirmed, and the buyer wrote after it in the same conversation."""

    @property
    def rank(self) -> int:
        """0 for none up to 4 for answered."""
        return _RANKS[self]


_RANKS = {grade: place for place, grade in enumerate(Grade)}


class RecordKind(StrEnum):
    """How a record reached us."""

    ANSWER = "answer"
    """The platform's answer to our own call (send, or a refusal of it)."""
    PUSH = "push"
    """The platform told us by itself. Arrives late, twice and out of order."""
    READ_BACK = "read_back"
    """We asked the platform what its record holds now."""
    SCREENSHOT = "screenshot"
    """A person's picture of the platform's page; counts beside the grade, never for it."""


class BodyEncoding(StrEnum):
    """How `MessageRecord.body` holds the bytes that were received."""

    UTF8 = "utf-8"
    BASE64 = "base64"


class Direction(StrEnum):
    """Which way a message went, seen from the shop."""

    TO_BUYER = "to_buyer"
    FROM_BUYER = "from_buyer"
    SYSTEM = "system"


DIRECTIONS = {
    Speaker.SELLER: Direction.TO_BUYER,
    Speaker.BUYER: Direction.FROM_BUYER,
    Speaker.SYSTEM: Direction.SYSTEM,
}


@dataclass(frozen=True, slots=True)
class OrderKey:
    """An order in a pack. The shop is part of it: Lazada ids are unique only inside one store (lazada.md 4.1)."""

    platform: Platform
    market: Market
    shop: str
    order_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRecord:
    """One answer, push or read-back exactly as received, with what we read out of it. Append-only: never edited.

    All instants carry a zone. `body` is the received body byte for byte (see `keep_body`); every other field is our
    reading of it. A record without a message id (a refusal, a read position) proves no contact by itself.
    """

    ref: str
    """Our id of this record, unique in the pack."""
    kind: RecordKind
    platform: Platform
    market: Market
    shop: str
    order_id: str
    """As text: 18-digit ids lose digits as numbers."""
    speaker: Speaker
    """Who wrote the message; for a read position, whose position it is."""
    our_at: datetime
    """When we received it, by our clock."""
    platform_at: datetime | None = None
    """When the message was sent, by the platform's clock; None where the platform does not say."""
    read_up_to: datetime | None = None
    """The buyer's read position in this conversation, by the platform's clock, where the record carries one."""
    session_id: str = ""
    message_id: str = ""
    text: str = ""
    language: str = ""
    blocked_note: str = ""
    """Non-empty when the platform says that it filtered the message (Lazada `process_msg`)."""
    is_recalled: bool = False
    is_auto_reply: bool = False
    request_id: str = ""
    path: str = ""
    """API path asked, or the platform's name of the push type."""
    http_status: int = 0
    """0 for a push."""
    platform_code: str = ""
    script_digest: str = ""
    """Digest of the approved script version this text was made from; empty for words that are not ours."""
    approval_digest: str = ""
    attachment_sha256: str = ""
    """For a screenshot: the sha256 of the picture in the pack."""
    body: str = ""
    body_encoding: BodyEncoding = BodyEncoding.UTF8

    @property
    def key(self) -> OrderKey:
        """The order this record is of."""
        return OrderKey(self.platform, self.market, self.shop, self.order_id)

    @property
    def direction(self) -> Direction:
        """Which way it went."""
        return DIRECTIONS[self.speaker]


def keep_body(received: bytes) -> tuple[str, BodyEncoding]:
    """A received body as a string that gives the same bytes back: UTF-8 where it is, base64 where it is not."""
    try:
        return received.decode("utf-8"), BodyEncoding.UTF8
    except UnicodeDecodeError:
        return base64.b64encode(received).decode("ascii"), BodyEncoding.BASE64


def body_bytes(body: str, encoding: BodyEncoding) -> bytes:
    """The body as received. Raises ValueError for a base64 body that is not base64."""
    if encoding is BodyEncoding.BASE64:
        return base64.b64decode(body, validate=True)
    return body.encode("utf-8")


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A page of a chat picture: a PNG, or the file that holds it, with the hash it must have."""

    content: bytes | Path
    sha256: str


@dataclass(frozen=True, slots=True)
class OrderPicture:
    """The drawn chat of an order. A picture whose `drawn_from` is not the digest of the order's records is refused."""

    drawn_from: str
    pages: tuple[PictureFile, ...]
    missing: tuple[int, ...] = ()
    """Code points that no font had a glyph for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderEvidence:
    """One order of the incident with all its records. `outcome` is the ledger's state, as the ledger names it."""

    platform: Platform
    market: Market
    shop: str
    order_id: str
    outcome: str
    status: str = ""
    """The platform's order status as last seen."""
    shop_name: str = ""
    ordered_at: datetime | None = None
    shipped_at: datetime | None = None
    tracking_number: str = ""
    item: str = ""
    sent_by: str = ""
    """Who let the message go: `worker`, or `seat: NAME`, with ` [simulated]` for a stand-in person; empty: nobody."""
    cancellation: str = ""
    """What became of the order's cancellation, as the ledger names it; empty: it was on no list."""
    cancellation_reason: str = ""
    """The platform's own reason that was given with it, or why it was not cancelled."""
    named_with: tuple[str, ...] = ()
    """The other orders of the same shop that this order's message names, sorted; empty: it names this one alone."""
    records: tuple[MessageRecord, ...] = ()
    picture: OrderPicture | None = None
    stated_grade: Grade | None = None
    """The grade kept elsewhere, if any: it must be the one derived from the records, or the pack is refused."""

    @property
    def key(self) -> OrderKey:
        """What makes this order one order in the pack."""
        return OrderKey(self.platform, self.market, self.shop, self.order_id)


@dataclass(frozen=True, kw_only=True)
class ScriptVersion:
    """One version of the wording: `texts` maps a BCP 47 tag to the approved text of that language."""

    version: str
    digest: str
    """What records and approvals name as `script_digest`."""
    texts: Mapping[str, str]
    source_language: str = "zh-Hans"


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who agreed to what, for whom and when. `binds` holds the digests the approval is bound to."""

    step: str
    """What was approved, as the incident names it: sample, roll_out, ..."""
    digest: str
    """What records name as `approval_digest`."""
    by: str
    on_behalf_of: str
    at: datetime
    binds: Mapping[str, str]
    """Name -> digest, such as script, audience, ceiling, sample."""
    is_simulated: bool = False
    """True when no person approved: allowed in a simulated pack only."""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One change of the incident: who, on whose behalf, what, before and after."""

    at: datetime
    action: str
    by: str
    on_behalf_of: str = ""
    subject: str = ""
    before: Mapping[str, Json] = field(default_factory=dict)
    after: Mapping[str, Json] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AttachedFile:
    """An official paper or a real screenshot. `sha256` is the hash taken on arrival; a file that changed is refused."""

    name: str
    """The name it arrived under; in the pack it gets a safe one, this one is kept in facts.json."""
    content: bytes | Path
    sha256: str = ""
    note: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class IncidentHead:
    """What the pack is about, for its face and its manifest."""

    reference: str
    """How people call the incident, such as S-0417."""
    kind: str
    title: str
    team: str
    seller: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class PreviousPack:
    """The pack of the same incident sealed before this one: its leaves are carried at the front of the new tree."""

    root: str
    sha256: str
    leaves: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class PackContents:
    """All that is sealed. `orders` and `timeline` are read once, in order, so they may stream from the database.

    `planned` and `outcomes` are what the ledger counts; they are checked against the orders that come.
    """

    incident: IncidentHead
    is_simulated: bool
    sealed_at: datetime
    planned: int
    outcomes: Mapping[str, int]
    orders: Iterable[OrderEvidence]
    facts: Mapping[str, Json]
    scripts: Sequence[ScriptVersion]
    approvals: Sequence[Approval]
    papers: Sequence[AttachedFile] = ()
    screenshots: Sequence[AttachedFile] = ()
    timeline: Iterable[TimelineEntry] = ()
    previous: PreviousPack | None = None
    extra: Mapping[str, bytes | Path] = field(default_factory=dict)
    """Further members by their path in the pack. A file may be finished as late as with the last of the orders."""
