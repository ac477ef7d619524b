"""What the simulator's own web page shows of any platform: shops, orders, and chats as the buyer sees them.

Plain values that every platform makes of its world; the page itself is in `pages.py` and knows no platform.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class ShopView:
    """A shop in the list."""

    shop_id: str
    name: str
    market: str
    orders: int
    conversations: int
    messages: int
    """Messages of the seller that were accepted."""


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order in a shop's list."""

    order_id: str
    status: str
    buyer_id: str
    conversation_id: str
    """Empty when the buyer was never written to."""
    ordered_at: str


@dataclass(frozen=True, kw_only=True)
class BubbleView:
    """One message, as the buyer sees it."""

    message_id: str
    at: str
    speaker: str
    """buyer, seller, system."""
    kind: str
    text: str
    is_hidden: bool
    """True when the platform's filter kept it from the buyer: shown struck out, for the seller
    believes that it was sent."""
    note: str


@dataclass(frozen=True, kw_only=True)
class ChatView:
    """A conversation."""

    conversation_id: str
    shop_id: str
    buyer_id: str
    order_ids: Sequence[str]
    unread_by_buyer: int
    bubbles: Sequence[BubbleView]


class Viewable(Protocol):
    """A simulated platform that can be looked at."""

    name: str

    def shops(self) -> list[ShopView]:
        """All shops."""
        ...

    def orders(self, shop_id: str, *, offset: int, limit: int) -> list[OrderView]:
        """Orders of a shop, newest first."""
        ...

    def chats(self, shop_id: str, *, offset: int, limit: int) -> list[ChatView]:
        """Conversations of a shop, the last spoken in first; bubbles may be left empty here."""
        ...

    def chat(self, conversation_id: str) -> ChatView | None:
        """One conversation with its messages, oldest first."""
        ...
