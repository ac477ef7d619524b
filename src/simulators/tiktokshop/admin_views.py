"""What the simulator shows of itself: its own log of messages, counts, deliveries."""

from collections import Counter, defaultdict
from dataclasses import asdict
from typing import Any

from aiohttp import web

from simulators.tiktokshop.entities import Conversation, Message, Order
from simulators.tiktokshop.world import World

BASE = "/_sim/tiktok-shop"


class AdminViews:
    """The reading half of the side door."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get(f"{BASE}/messages", self.messages),
            web.get(f"{BASE}/summary", self.summary),
            web.get(f"{BASE}/pushes", self.pushes),
            web.get(f"{BASE}/stores", self.get_stores),
        ]

    async def messages(self, request: web.Request) -> web.Response:
        """Accepted messages in order. Filters: seller_id, session_id, order_id, buyer_id, from=seller|buyer|all."""
        query = request.query
        wanted = query.get("from", "seller")
        rows = [
            message_row(conversation, message)
            for conversation, message in self._world.messages.values()
            if (wanted == "all" or (message.is_buyers if wanted == "buyer" else message.is_sellers))
            and query.get("seller_id", message.seller_id) == message.seller_id
            and query.get("session_id", message.conversation_id) == message.conversation_id
            and query.get("buyer_id", conversation.buyer_id) == conversation.buyer_id
            and ("order_id" not in query or query["order_id"] in message.order_ids)
        ]
        return web.json_response({"count": len(rows), "messages": rows})

    async def summary(self, request: web.Request) -> web.Response:
        """Counts by seller, and what is still on its way."""
        world = self._world
        told: dict[str, list[tuple[Conversation, Message]]] = defaultdict(list)
        answers: Counter[str] = Counter()
        for conversation, message in world.messages.values():
            if message.is_buyers:
                answers[message.seller_id] += 1
            elif message.is_sellers:
                told[message.seller_id].append((conversation, message))
        sellers = {
            seller_id: self._seller_row(told[seller_id], answers[seller_id], seller_id) for seller_id in world.stores
        }
        return web.json_response({
            "sellers": sellers,
            "messages": sum(row["messages"] for row in sellers.values()),
            "buyers_reached": sum(row["buyers_reached"] for row in sellers.values()),
            "duplicates": sum(row["duplicates"] for row in sellers.values()),
            "answers": sum(row["answers"] for row in sellers.values()),
            "orders": len(world.orders),
            "sessions": len(world.conversations),
            "pushes_pending": world.pushes.pending,
            "pushes_busy": world.pushes.busy,
            "pushes": dict(world.pushes.counts),
            "plans_pending": len(world.agenda),
            "chat_requests_today": world.limiter.spent_today(world.clock.now_ms()),
            "calls": dict(world.log.counts),
        })  # fmt: skip

    def _seller_row(self, told: list[tuple[Conversation, Message]], answers: int, seller_id: str) -> dict[str, Any]:
        repeats = Counter((message.conversation_id, message.content) for _, message in told)
        return {
            "market": self._world.stores[seller_id].market,
            "orders": len(self._world.orders_of[seller_id]),
            "messages": len(told),
            "buyers_reached": len({conversation.buyer_id for conversation, _ in told}),
            "duplicates": sum(count - 1 for count in repeats.values()),
            "answers": answers,
        }

    async def pushes(self, request: web.Request) -> web.Response:
        """The last deliveries and their outcome."""
        pushes = self._world.pushes
        return web.json_response({"pending": pushes.pending, "counts": dict(pushes.counts), "last": list(pushes.last)})

    async def get_stores(self, request: web.Request) -> web.Response:
        """All shops."""
        return web.json_response({"stores": [asdict(store) for store in self._world.stores.values()]})


def message_row(conversation: Conversation, message: Message) -> dict[str, Any]:
    """A message as the log shows it."""
    return {
        "message_id": message.message_id,
        "session_id": conversation.conversation_id,
        "seller_id": message.seller_id,
        "buyer_id": conversation.buyer_id,
        "order_ids": message.order_ids,
        "order_id": message.order_ids[0] if message.order_ids else "",
        "from": "buyer" if message.is_buyers else "seller" if message.is_sellers else "platform",
        "role": message.role,
        "type": message.type,
        "text": message.text,
        "content": message.content,
        "at_ms": message.send_ms,
    }


def order_row(order: Order, fate: str) -> dict[str, Any]:
    """An order as the side door shows it; `fate` is what the courier does, which no API tells."""
    return {
        "seller_id": order.seller_id,
        "order_id": order.order_id,
        "buyer_id": order.buyer_id,
        "status": order.status,
        "cancel_reason": order.cancel_reason,
        "cancel_by": order.cancel_by,
        "fate": fate,
        "events": len(order.events),
    }
