"""What `need_data` and `need_plaintext` add to a message: the business behind a card at the time of reading [DOC]."""

import json
from typing import Any

from simulators.tiktokshop.entities import CURRENCIES, Message, Store
from simulators.tiktokshop.world import World


def snapshot(world: World, store: Store, message: Message) -> str:
    """JSON text of the state now; it ages. Empty object for plain messages."""
    order = world.orders.get((store.seller_id, message.order_ids[0])) if message.order_ids else None
    if order is None or message.type not in {"ORDER_CARD", "LOGISTICS_CARD", "RETURN_REFUND_CARD"}:
        return "{}"
    body: dict[str, Any] = {"order_id": order.order_id, "order_status": order.status}
    if message.type == "LOGISTICS_CARD":
        body["packages"] = [
            {
                "package_id": package_id,
                "tracking_number": order.lines[0]["tracking_number"],
                "tracking": [{"description": e["description"], "update_time": e["at_ms"]} for e in order.events],
            }
            for package_id in order.package_ids
        ]
    else:
        price = sum(float(line["sale_price"]) for line in order.lines)
        body["price"] = f"{CURRENCIES[store.market]} {price:,.2f}"
    return json.dumps(body, ensure_ascii=False)


def plaintext(message: Message) -> str:
    """A summary in plain words."""
    if message.type == "TEXT":
        return message.text
    return f"[{message.type.replace('_', ' ').capitalize()}] {' '.join(message.order_ids)}".strip()
