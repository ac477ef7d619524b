"""The simulated Lazada as plain values for the simulator's own web page (core/views.py)."""

import heapq
import json
from collections import Counter

from simulators.core.clock import iso
from simulators.core.views import BubbleView, ChatView, OrderView, ShopView
from simulators.lazada.entities import BUYER, SELLER, SYSTEM_MESSAGE, USER_MESSAGE, Message, Order, Session
from simulators.lazada.world import World

KINDS = {1: "text", 2: "system text", 3: "picture", 4: "emoji", 6: "video", 10006: "item card", 10007: "order card",
         10008: "voucher card", 10010: "invitation to follow"}  # fmt: skip


class LazadaView:
    """Implements core.views.Viewable."""

    name = "lazada"

    def __init__(self, world: World) -> None:
        self._world = world

    def shops(self) -> list[ShopView]:
        """All stores."""
        world = self._world
        sessions, messages = Counter[str](), Counter[str]()
        for session in world.sessions.values():
            sessions[session.seller_id] += bool(session.messages)
            messages[session.seller_id] += sum(
                1 for m in session.messages if m.from_type == SELLER and m.type == USER_MESSAGE
            )
        return [
            ShopView(
                shop_id=store.seller_id,
                name=store.name,
                market=store.site.upper(),
                orders=len(world.orders_of.get(store.seller_id, {})),
                conversations=sessions[store.seller_id],
                messages=messages[store.seller_id],
            )
            for store in world.stores.values()
        ]

    def orders(self, shop_id: str, *, offset: int, limit: int) -> list[OrderView]:
        """Orders of a store, newest first."""
        orders = self._world.orders_of.get(shop_id, {}).values()
        newest = heapq.nlargest(offset + limit, orders, key=lambda o: (o.created_ms, o.order_id))
        return [self._order(order) for order in newest[offset:]]

    def chats(self, shop_id: str, *, offset: int, limit: int) -> list[ChatView]:
        """Conversations of a store with a message in them, the last spoken in first; bubbles are left empty."""
        spoken = [s for s in self._world.sessions.values() if s.seller_id == shop_id and s.messages]
        spoken.sort(key=lambda s: (s.messages[-1].send_ms, s.messages[-1].message_id), reverse=True)
        return [self._chat(session, bubbles=False) for session in spoken[offset : offset + limit]]

    def chat(self, conversation_id: str) -> ChatView | None:
        """One conversation with its messages, oldest first."""
        session = self._world.sessions.get(conversation_id)
        return self._chat(session, bubbles=True) if session is not None else None

    def _order(self, order: Order) -> OrderView:
        store = self._world.stores[order.seller_id]
        session_id = f"{store.user_id}_2_{order.buyer_id}_1_103"
        return OrderView(
            order_id=order.order_id,
            status=", ".join(order.statuses),
            buyer_id=order.buyer_id,
            conversation_id=session_id if session_id in self._world.sessions else "",
            ordered_at=iso(order.created_ms),
        )

    def _chat(self, session: Session, *, bubbles: bool) -> ChatView:
        unread = sum(
            1
            for m in session.messages
            if m.from_type == SELLER and not m.process_msg and m.send_ms > session.to_position
        )
        return ChatView(
            conversation_id=session.session_id,
            shop_id=session.seller_id,
            buyer_id=session.buyer_id,
            order_ids=tuple(session.order_ids),
            unread_by_buyer=unread,
            bubbles=tuple(_bubble(m) for m in session.messages) if bubbles else (),
        )


def _bubble(message: Message) -> BubbleView:
    is_system = message.type == SYSTEM_MESSAGE
    notes = [message.process_msg, "recalled" if message.status == 1 else ""]
    return BubbleView(
        message_id=message.message_id,
        at=iso(message.send_ms),
        speaker="system" if is_system else "buyer" if message.from_type == BUYER else "seller",
        kind=KINDS.get(message.template_id, str(message.template_id)),
        text=message.text or ", ".join(str(value) for value in json.loads(message.content).values()),
        is_hidden=bool(message.process_msg) or message.status == 1,
        note="; ".join(filter(None, notes)),
    )
