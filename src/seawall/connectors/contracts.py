"""What every platform connector offers, as Protocols with capability flags. Values in, values out; no tables here."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from seawall.kernel.markets import Market, Platform


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a connection signs with. Never logged; `repr` hides the secrets."""

    platform: Platform
    market: Market
    base_url: str
    """API base of the site the store belongs to, or of a simulator or proxy."""
    app_key: str
    app_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    seller_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and the platform's answer as received: the raw stuff of evidence. Holds no secret and no token."""

    platform: Platform
    path: str
    request: Mapping[str, str]
    """Business parameters as sent; app key, token, sign and timestamp are left out."""
    status: int
    body: str
    """The answer's body, unchanged."""
    request_id: str
    asked_at: datetime
    answered_at: datetime


@dataclass(frozen=True, kw_only=True)
class Capability:
    """Whether a platform can do a thing, and who says so."""

    can: bool
    source: str
    note: str = ""


class Speaker(StrEnum):
    """Who wrote a chat message."""

    BUYER = "buyer"
    SELLER = "seller"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class SessionOpened:
    """A conversation the platform opened (or found again) for an order."""

    session_id: str
    exchange: Exchange


@dataclass(frozen=True, kw_only=True)
class MessageSent:
    """The platform took a message and gave it an id. Acknowledged, not yet proof that the buyer sees it."""

    session_id: str
    message_id: str
    platform_time: datetime | None
    exchange: Exchange


@dataclass(frozen=True, kw_only=True)
class ChatMessage:
    """A message as the platform's own record holds it (push or read-back)."""

    session_id: str
    message_id: str
    speaker: Speaker
    buyer_id: str
    """The buyer's account in this conversation, whoever wrote this message."""
    text: str
    """Plain text of text messages; empty for pictures, cards and the like."""
    kind: str
    """Platform's template number or type, as text."""
    sent_at: datetime
    is_recalled: bool
    blocked_note: str
    """Non-empty when the platform filtered the message and the buyer does not see it."""
    is_auto_reply: bool
    raw: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SessionState:
    """A conversation's read positions."""

    session_id: str
    unread: int
    seller_read_up_to: datetime | None
    buyer_read_up_to: datetime | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class PlatformOrderLine:
    """One item line (Lazada: one unit)."""

    line_id: str
    status: str
    title: str
    sku: str
    quantity: int
    paid_price: Decimal | None
    currency: str
    tracking_code: str


@dataclass(frozen=True, kw_only=True)
class PlatformOrder:
    """An order as the platform answers it now."""

    order_id: str
    statuses: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None
    total: Decimal | None
    currency: str
    buyer_id: str
    lines: tuple[PlatformOrderLine, ...]
    raw: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TraceEvent:
    """A tracking event."""

    code: str
    kind: str
    title: str
    at: datetime
    package_id: str
    tracking_number: str
    raw: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TokenGrant:
    """What an authorisation or refresh gave. Secrets hidden from `repr`."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_s: int
    refresh_expires_in_s: int
    """0 means that it cannot be refreshed."""
    country: str
    stores: tuple[Mapping[str, str], ...]
    """One row a store: country, seller_id, user_id, short_code."""


class OrderSource(Protocol):
    """Reads orders."""

    def orders_updated(self, after: datetime, before: datetime) -> AsyncIterator[PlatformOrder]:
        """Orders changed in a window, without lines where the platform lists them apart."""
        ...

    async def order(self, order_id: str) -> PlatformOrder:
        """One order with its lines. Raises Rejected when it is not of this store."""
        ...


class ParcelSource(Protocol):
    """Reads tracking."""

    async def trace(self, order_id: str) -> Sequence[TraceEvent]:
        """Events of all parcels of an order, oldest first; empty when the platform knows none."""
        ...


class Messenger(Protocol):
    """Speaks to buyers. Only `send_text` changes what a buyer sees."""

    async def open_session(self, order_id: str) -> SessionOpened:
        """The conversation for an order; safe to repeat."""
        ...

    async def send_text(self, session_id: str, text: str) -> MessageSent:
        """Send once. Raises Transient / RateLimited / AuthExpired / Rejected only when it was certainly not sent,
        OutcomeUnknown in every other case."""
        ...

    async def read_back(self, session_id: str, *, since: datetime) -> Sequence[ChatMessage]:
        """Messages of one conversation since an instant, oldest first. For looking up an unknown outcome and for
        proof; never for polling where the platform forbids it. May reach back a little before `since`, since the
        platform stamps messages by its own clock: compare texts and ids, not instants alone."""
        ...

    async def session_state(self, session_id: str) -> SessionState:
        """The conversation's read positions."""
        ...


class Connector(OrderSource, ParcelSource, Messenger, Protocol):
    """All a connection can do, with flags for what the platform cannot."""

    capabilities: Mapping[str, Capability]

    async def __aenter__(self) -> "Connector": ...

    async def __aexit__(self, *exc: object) -> None: ...


class EventKind(StrEnum):
    """What a push is about."""

    MESSAGE = "message"
    SESSION = "session"
    ORDER = "order"
    PARCEL = "parcel"
    REVERSE = "reverse"
    AUTH = "auth"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class PushEvent:
    """A verified push, named but not yet acted on."""

    platform: Platform
    kind: EventKind
    seller_id: str
    external_id: str
    """Equal for two deliveries of the same event: what the unique index is on."""
    platform_type: str
    sent_at: datetime | None
    data: Mapping[str, Any]


class PushReader(Protocol):
    """Reads what a platform pushes to us. Pure: stores nothing, answers nothing."""

    def read(self, body: bytes, headers: Mapping[str, str], *, app_key: str, app_secret: str) -> PushEvent:
        """The event in a push, its signature checked over the raw bytes before anything is parsed.
        Raises NotAllowed(push_bad_signature) and InvalidInput(push_unreadable), and nothing else."""
        ...

    def parse(self, body: bytes) -> PushEvent:
        """The event in a body that `read` verified when it arrived and that was stored since.
        Raises InvalidInput(push_unreadable)."""
        ...

    def message_of(self, event: PushEvent) -> ChatMessage:
        """The chat message in a MESSAGE event. Raises InvalidInput(push_unreadable)."""
        ...

    def session_of(self, event: PushEvent) -> SessionState:
        """The read positions in a SESSION event. Raises InvalidInput(push_unreadable)."""
        ...


class Authoriser(Protocol):
    """Obtains and renews a seller's consent."""

    def consent_link(self, *, redirect_uri: str, state: str) -> str:
        """Where the seller says yes; the platform then calls `redirect_uri` with a code and our `state`."""
        ...

    async def create_token(self, code: str) -> TokenGrant:
        """Trade a consent code (single use) for tokens. Raises Rejected when the code is spent or foreign."""
        ...

    async def refresh_token(self, refresh_token: str) -> TokenGrant:
        """New tokens. Raises AuthExpired when the seller has to consent again."""
        ...

    async def __aenter__(self) -> "Authoriser": ...

    async def __aexit__(self, *exc: object) -> None: ...
