"""What a platform pushes to us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from seawall.connectors.contracts.chat import ChatMessage, SessionState
from seawall.kernel.markets import Platform


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


@dataclass(frozen=True, kw_only=True)
class PushKeys:
    """What a push is verified with. `repr` hides the secrets."""

    app_key: str
    app_secret: str = field(repr=False)
    push_key: str = field(default="", repr=False)
    """Shopee: the separate live push key, where the console issued one; empty means the app secret is used."""
    callback_url: str = ""
    """Shopee signs it together with the body: exactly as registered at the platform."""


class PushReader(Protocol):
    """Reads what a platform pushes to us. Pure: stores nothing, answers nothing."""

    def read(self, body: bytes, headers: Mapping[str, str], *, keys: PushKeys) -> PushEvent:
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
