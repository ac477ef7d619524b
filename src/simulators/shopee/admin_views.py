"""What the simulator shows of itself: its own log of messages, counts, deliveries."""

from collections import Counter, defaultdict
from typing import Any

from aiohttp import web

from simulators.shopee.entities import Message, Order
from simulators.shopee.world import World


class AdminViews:
    """The reading half of the side door."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        base = "/_sim/shopee"
        return [
            web.get(f"{base}/messages", self.messages),
            web.get(f"{base}/summary", self.summary),
            web.get(f"{base}/pushes", self.pushes),
            web.get(f"{base}/stores", self.get_stores),
            web.get(f"{base}/orders", self.get_orders),
        ]

    async def messages(self, request: web.Request) -> web.Response:
        """Accepted messages in order. Filters: seller_id, session_id, order_id, buyer_id, from=seller|buyer|all."""
        query = request.query
        who = query.get("from", "seller")
        rows = [
            row
            for row in (message_row(self._world, message) for _, message in self._world.messages.values())
            if who in {"all", row["from"]}
            and all(query.get(name, row[name]) == row[name] for name in ("seller_id", "session_id", "buyer_id"))
            and ("order_id" not in query or query["order_id"] in row["order_ids"])
        ]
        return web.json_response({"count": len(rows), "messages": rows})

    async def summary(self, request: web.Request) -> web.Response:
        """Counts by seller, and what is still on its way."""
        world = self._world
        told: dict[str, list[Message]] = defaultdict(list)
        answers: Counter[str] = Counter()
        for _, message in world.messages.values():
            if message.from_buyer:
                answers[message.shop_id] += 1
            else:
                told[message.shop_id].append(message)
        sellers = {shop_id: self._seller_row(told[shop_id], answers[shop_id], shop_id) for shop_id in world.shops}
        totals = {
            name: sum(row[name] for row in sellers.values())
            for name in ("messages", "buyers_reached", "duplicates", "answers")
        }
        return web.json_response({
            "sellers": sellers,
            **totals,
            "orders": len(world.orders),
            "sessions": len(world.conversations),
            "pushes_pending": world.pushes.pending,
            "pushes_busy": world.pushes.busy,
            "pushes": dict(world.pushes.counts),
            "plans_pending": len(world.agenda),
            "calls": dict(world.log.counts),
        })  # fmt: skip

    def _seller_row(self, messages: list[Message], answers: int, shop_id: str) -> dict[str, Any]:
        world = self._world
        repeats = Counter((m.conversation_id, world.fingerprint(m.type, m.content)) for m in messages)
        return {
            "market": world.shops[shop_id].region,
            "orders": len(world.orders_of[shop_id]),
            "messages": len(messages),
            "blocked": sum(1 for message in messages if message.censored_ms),
            "buyers_reached": len({message.conversation_id for message in messages if not message.censored_ms}),
            "duplicates": sum(count - 1 for count in repeats.values()),
            "answers": answers,
        }

    async def pushes(self, request: web.Request) -> web.Response:
        """The last deliveries and their outcome; the lost ones by app."""
        pushes, lost = self._world.pushes, self._world.lost
        return web.json_response({
            "pending": pushes.pending, "counts": dict(pushes.counts), "last": list(pushes.last),
            "lost": {partner_id: len(rows) for partner_id, rows in lost.items() if rows},
        })  # fmt: skip

    async def get_stores(self, request: web.Request) -> web.Response:
        """All shops."""
        return web.json_response({"stores": [shop.record() for shop in self._world.shops.values()]})

    async def get_orders(self, request: web.Request) -> web.Response:
        """Orders of a shop with their present status; `?seller_id=`."""
        orders = self._world.orders_of.get(request.query.get("seller_id", ""), {})
        return web.json_response({"orders": [order_row(order) for order in orders.values()]})


def message_row(world: World, message: Message) -> dict[str, Any]:
    """A message as the log shows it."""
    conversation = world.conversations[message.conversation_id]
    return {
        "message_id": message.message_id,
        "session_id": message.conversation_id,
        "seller_id": message.shop_id,
        "buyer_id": conversation.buyer_id,
        "order_id": message.order_sn or (conversation.order_sns[-1] if conversation.order_sns else ""),
        "order_ids": list(conversation.order_sns),
        "from": "buyer" if message.from_buyer else "seller",
        "kind": message.type,
        "text": message.text,
        "at_ms": message.created_ms,
        "status": message.status_at(world.clock.now_ms()),
        "is_hidden": bool(message.censored_ms),
        "source": message.source,
    }


def order_row(order: Order) -> dict[str, Any]:
    """An order as the side door shows it."""
    return {
        "seller_id": order.shop_id,
        "order_id": order.order_sn,
        "buyer_id": order.buyer_id,
        "statuses": [order.status],
        "logistics": [package["logistics_status"] for package in order.packages],
        "cancel_by": order.cancel_by,
        "cancel_reason": order.cancel_reason,
    }
