"""What the simulator shows of itself: its own log of messages, counts, deliveries."""

from collections import Counter, defaultdict
from dataclasses import asdict
from typing import Any

from aiohttp import web

from simulators.lazada.entities import BUYER, SELLER, USER_MESSAGE, Message, Session
from simulators.lazada.world import World


class AdminViews:
    """The reading half of the side door."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        base = "/_sim/lazada"
        return [
            web.get(f"{base}/messages", self.messages),
            web.get(f"{base}/summary", self.summary),
            web.get(f"{base}/pushes", self.pushes),
            web.get(f"{base}/stores", self.get_stores),
        ]

    async def messages(self, request: web.Request) -> web.Response:
        """Accepted messages in order. Filters: seller_id, session_id, order_id, from=seller|buyer|all."""
        query = request.query
        wanted = {"seller": SELLER, "buyer": BUYER}.get(query.get("from", "seller"), 0)
        rows = [
            message_row(session, message)
            for session, message in self._world.messages.values()
            if (not wanted or message.from_type == wanted)
            and query.get("seller_id", message.seller_id) == message.seller_id
            and query.get("session_id", message.session_id) == message.session_id
            and query.get("order_id", message.order_hint) == message.order_hint
        ]
        return web.json_response({"count": len(rows), "messages": rows})

    async def summary(self, request: web.Request) -> web.Response:
        """Counts by seller, and what is still on its way."""
        world = self._world
        told: dict[str, list[Message]] = defaultdict(list)
        answers: Counter[str] = Counter()
        for _, message in world.messages.values():
            if message.type != USER_MESSAGE:
                continue
            if message.from_type == SELLER:
                told[message.seller_id].append(message)
            else:
                answers[message.seller_id] += 1
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
            "sessions": len(world.sessions),
            "pushes_pending": world.pushes.pending,
            "pushes_busy": world.pushes.busy,
            "pushes": dict(world.pushes.counts),
            "plans_pending": len(world.agenda),
            "calls": dict(world.log.counts),
        })  # fmt: skip

    def _seller_row(self, messages: list[Message], answers: int, seller_id: str) -> dict[str, Any]:
        repeats = Counter((message.session_id, message.content) for message in messages)
        return {
            "site": self._world.stores[seller_id].site,
            "orders": len(self._world.orders_of[seller_id]),
            "messages": len(messages),
            "blocked": sum(1 for message in messages if message.process_msg),
            "buyers_reached": len({message.session_id for message in messages if not message.process_msg}),
            "duplicates": sum(count - 1 for count in repeats.values()),
            "answers": answers,
            "idle_polls": self._world.idle_polls[seller_id],
        }

    async def pushes(self, request: web.Request) -> web.Response:
        """The last deliveries and their outcome."""
        pushes = self._world.pushes
        return web.json_response({"pending": pushes.pending, "counts": dict(pushes.counts), "last": list(pushes.last)})

    async def get_stores(self, request: web.Request) -> web.Response:
        """All stores."""
        return web.json_response({"stores": [asdict(store) for store in self._world.stores.values()]})


def message_row(session: Session, message: Message) -> dict[str, Any]:
    """A message as the log shows it."""
    return {
        "message_id": message.message_id,
        "session_id": session.session_id,
        "seller_id": message.seller_id,
        "buyer_id": session.buyer_id,
        "order_id": message.order_hint,
        "from": "buyer" if message.from_type == BUYER else "seller",
        "template_id": message.template_id,
        "text": message.text,
        "at_ms": message.send_ms,
        "status": message.status,
        "type": message.type,
        "process_msg": message.process_msg,
    }
