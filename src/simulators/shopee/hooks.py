"""Where pushes and buyers hang on to what happens in the world."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from simulators.shopee.entities import App, Conversation, Message, Order, Return, Shop


class PushDesk(Protocol):
    """What the push APIs need of the sender of pushes."""

    async def ping(self, app: App, url: str) -> bool:
        """Whether an address takes a test push."""
        ...

    def lost(self, partner_id: str) -> list[dict[str, Any]]:
        """Lost pushes that were not confirmed, the earliest first."""
        ...

    def forgive(self, app: App) -> None:
        """Begin to count anew."""
        ...


def _nothing(*_: object) -> None:
    """Nobody listens."""


@dataclass(kw_only=True)
class Hooks:
    """Called after the change is kept and journalled."""

    on_buyer_message: Callable[[Conversation, Message], None] = _nothing
    on_seller_message: Callable[[Conversation, Message], None] = _nothing
    after_seller_message: Callable[[Conversation, Message], None] = _nothing
    """For the buyers."""
    on_order: Callable[[Order], None] = _nothing
    on_tracking_number: Callable[[Order, dict[str, Any]], None] = _nothing
    on_package: Callable[[Order, dict[str, Any]], None] = _nothing
    on_return: Callable[[Return], None] = _nothing
    on_penalty: Callable[[Shop, dict[str, Any]], None] = _nothing
    on_authorisation: Callable[[str, str, int, dict[str, Any]], None] = _nothing
    """Partner id, shop id, push code (1, 2, 12), and what it says."""
    on_reset: Callable[[], None] = _nothing
