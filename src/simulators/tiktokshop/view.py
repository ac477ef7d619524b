"""The simulated TikTok Shop as the simulator's own web page shows it."""

from itertools import islice

from simulators.core.clock import iso
from simulators.core.views import BubbleView, ChatView, OrderView, ShopView
from simulators.tiktokshop.entities import BUYER, Conversation, Message
from simulators.tiktokshop.world import World


class View:
    """Implements simulators.core.views.Viewable."""

    name = "tiktok-shop"

    def __init__(self, world: World) -> None:
        self._world = world

    def shops(self) -> list[ShopView]:
        """All shops."""
        world = self._world
        return [
            ShopView(
                shop_id=store.seller_id,
                name=store.name,
                market=store.market,
                orders=len(world.orders_of[store.seller_id]),
                conversations=len(self._threads(store.seller_id)),
                messages=sum(
                    1 for thread in self._threads(store.seller_id) for message in thread.messages if message.is_sellers
                ),
            )
            for store in world.stores.values()
        ]

    def orders(self, shop_id: str, *, offset: int, limit: int) -> list[OrderView]:
        """Orders of a shop, newest first."""
        rows = sorted(self._world.orders_of.get(shop_id, {}).values(), key=lambda order: order.created_ms, reverse=True)
        found = []
        for order in rows[offset : offset + limit]:
            thread = self._world.conversation_of.get((shop_id, order.buyer_id))
            found.append(
                OrderView(
                    order_id=order.order_id,
                    status=order.status,
                    buyer_id=order.buyer_id,
                    conversation_id=thread.conversation_id if thread else "",
                    ordered_at=iso(order.created_ms),
                )
            )
        return found

    def chats(self, shop_id: str, *, offset: int, limit: int) -> list[ChatView]:
        """Conversations of a shop, the last spoken in first, without their messages."""
        rows = islice(reversed(self._threads(shop_id)), offset, offset + limit)
        return [self._chat(thread, ()) for thread in rows]

    def chat(self, conversation_id: str) -> ChatView | None:
        """One conversation with its messages, oldest first."""
        thread = self._world.conversations.get(conversation_id)
        if thread is None:
            return None
        return self._chat(thread, [_bubble(message) for message in thread.messages if message.is_visible])

    def _threads(self, shop_id: str) -> list[Conversation]:
        return list(self._world.recent[shop_id].values())

    def _chat(self, thread: Conversation, bubbles: list[BubbleView] | tuple[()]) -> ChatView:
        return ChatView(
            conversation_id=thread.conversation_id,
            shop_id=thread.seller_id,
            buyer_id=thread.buyer_id,
            order_ids=list(self._world.buyer_orders.get((thread.seller_id, thread.buyer_id), {})),
            unread_by_buyer=sum(
                1 for message in thread.messages if message.role != BUYER and message.send_ms > thread.buyer_read_ms
            ),
            bubbles=bubbles,
        )


def _bubble(message: Message) -> BubbleView:
    speaker = "buyer" if message.is_buyers else "seller" if message.is_sellers else "system"
    return BubbleView(
        message_id=message.message_id,
        at=iso(message.send_ms),
        speaker=speaker,
        kind=message.type,
        text=message.text or message.content,
        is_hidden=False,
        note="",
    )
