"""The simulated Shopee as the simulator's own web page shows it (simulators.core.views)."""

from collections.abc import Iterable

from simulators.core.clock import iso
from simulators.core.views import BubbleView, ChatView, OrderView, ShopView
from simulators.shopee.entities import Conversation, Message, Order
from simulators.shopee.world import World


class ShopeeView:
    """Plain values of the world."""

    name = "shopee"

    def __init__(self, world: World) -> None:
        self._world = world

    def shops(self) -> list[ShopView]:
        """All shops."""
        world = self._world
        return [
            ShopView(
                shop_id=shop.shop_id,
                name=shop.name,
                market=shop.region,
                orders=len(world.orders_of[shop.shop_id]),
                conversations=sum(1 for each in world.conversations_of[shop.shop_id] if each.messages),
                messages=sum(
                    1 for each in world.conversations_of[shop.shop_id] for m in each.messages if not m.from_buyer
                ),
            )
            for shop in world.shops.values()
        ]

    def orders(self, shop_id: str, *, offset: int, limit: int) -> list[OrderView]:
        """Orders of a shop, newest first."""
        found = sorted(
            self._world.orders_of.get(shop_id, {}).values(), key=lambda o: (o.created_ms, o.order_sn), reverse=True
        )
        return [self._order(order) for order in found[offset : offset + limit]]

    def chats(self, shop_id: str, *, offset: int, limit: int) -> list[ChatView]:
        """Conversations of a shop, the last spoken in first."""
        found = [each for each in self._world.conversations_of.get(shop_id, []) if each.messages]
        found.sort(key=lambda each: each.last_ns, reverse=True)
        return [self._chat(each, ()) for each in found[offset : offset + limit]]

    def chat(self, conversation_id: str) -> ChatView | None:
        """One conversation with its messages, oldest first."""
        found = self._world.conversations.get(conversation_id)
        return None if found is None else self._chat(found, found.messages)

    def _order(self, order: Order) -> OrderView:
        conversation = self._world.conversation_of.get((order.shop_id, order.buyer_id))
        return OrderView(
            order_id=order.order_sn,
            status=order.status,
            buyer_id=order.buyer_id,
            conversation_id=conversation.conversation_id if conversation and conversation.messages else "",
            ordered_at=iso(order.created_ms),
        )

    def _chat(self, conversation: Conversation, messages: Iterable[Message]) -> ChatView:
        return ChatView(
            conversation_id=conversation.conversation_id,
            shop_id=conversation.shop_id,
            buyer_id=conversation.buyer_id,
            order_ids=tuple(conversation.order_sns),
            unread_by_buyer=sum(
                1
                for m in conversation.messages
                if not m.from_buyer and not m.censored_ms and int(m.message_id) > conversation.buyer_read
            ),
            bubbles=tuple(self._bubble(message) for message in messages),
        )

    def _bubble(self, message: Message) -> BubbleView:
        note = message.status_at(self._world.clock.now_ms())
        return BubbleView(
            message_id=message.message_id,
            at=iso(message.created_ms),
            speaker="buyer" if message.from_buyer else "seller",
            kind=message.type,
            text=message.text or str(message.content.get("order_sn") or message.content.get("image_url") or ""),
            is_hidden=bool(message.censored_ms) or message.deleted,
            note="deleted" if message.deleted else "" if note == "normal" else note,
        )
