"""Conversations and messages."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from seawall.connectors.contracts.basics import Exchange


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
    buyer_id: str = ""
    """The buyer's account where the platform names it here: before the first message a handle alone says no more."""
    buyer_key: str = ""
    """Equal for two orders of one shop when, and only when, the platform says that their buyer is the same account;
    empty where it does not say."""


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
    last_message_id: str = ""
    """The newest message of whomever; empty where the platform does not say."""
    last_message_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class UploadedImage:
    """An image the platform stored for use in chat."""

    url: str
    width: int
    """Pixels; 0 when the platform did not say."""
    height: int
    raw: Mapping[str, Any]


class Messenger(Protocol):
    """Speaks to buyers. Only the `send_*` calls change what a buyer sees.

    A `session_id` is opaque to the caller. Before the first message a platform may have no conversation yet; then
    `open_session` gives a handle that only this connector understands (it may name buyer and order), and
    `MessageSent.session_id` gives the platform's own id, which replaces the handle from then on.
    """

    async def open_session(self, order_id: str) -> SessionOpened:
        """The conversation for an order; safe to repeat. Raises Rejected when the buyer may not be messaged."""
        ...

    async def send_text(self, session_id: str, text: str, *, order_id: str = "") -> MessageSent:
        """Send once; `order_id` is the order it is about, for platforms whose first message must carry one.
        Raises Transient / RateLimited / AuthExpired / Rejected only when it was certainly not sent,
        OutcomeUnknown in every other case."""
        ...

    async def send_order_card(self, session_id: str, order_id: str) -> MessageSent:
        """Send the platform's card of an order once. Raises as `send_text`."""
        ...

    async def upload_image(self, image: bytes, *, file_name: str) -> UploadedImage:
        """Store a PNG or JPEG for `send_image`. Nothing a buyer sees. Raises Rejected(image_not_allowed) for what the
        platform would not take (size, kind), before a byte leaves."""
        ...

    async def send_image(self, session_id: str, image: UploadedImage) -> MessageSent:
        """Send an uploaded image once. Raises as `send_text`."""
        ...

    async def read_back(self, session_id: str, *, since: datetime) -> Sequence[ChatMessage]:
        """Messages of one conversation since an instant, oldest first. For looking up an unknown outcome and for
        proof; never for polling where the platform forbids it. May reach back a little before `since`, since the
        platform stamps messages by its own clock: compare texts and ids, not instants alone. Takes a handle of
        `open_session` too, and is then empty when the platform has no such conversation."""
        ...

    async def session_state(self, session_id: str) -> SessionState:
        """The conversation's read positions."""
        ...

    def conversations(self, *, changed_since: datetime) -> AsyncIterator[SessionState]:
        """Conversations with a message since an instant, newest first: how answers are found where pushes were lost.
        Raises Rejected(platform_forbids_polling) where the capability `poll_messages` says no."""
        ...

    async def unread_count(self) -> int:
        """Conversations with something unread. Raises Rejected(capability_missing) where there is no such call."""
        ...

    async def mark_read(self, session_id: str, *, up_to_message_id: str) -> Exchange:
        """Mark read as the shop: clears the unread mark for the shop's own people too, so never while mirroring."""
        ...
