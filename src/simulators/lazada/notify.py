"""Pushes: bodies of types 0, 2, 10, 14 and 19, signed as in "Lazada Push Mechanism" (120168)."""

import json
from collections.abc import Callable
from typing import Any

from simulators.lazada.answers import encoded
from simulators.lazada.entities import SELLER, App, Message, Order, Reverse, Session, Store
from simulators.lazada.im import message_json
from simulators.lazada.signing import push_signature
from simulators.lazada.world import World

PACKAGE_STATES = {
    "ready_to_ship": "READY_TO_SHIP", "shipped": "TRANSIT_TO_SHIP", "delivered": "DELIVERED", "canceled": "CANCELLED",
    "failed_delivery": "DELIVER_FAILED", "shipped_back": "ON_THE_WAY_BACK_TO_SHIPPER", "lost_by_3pl": "LOST_BY_3PL",
}  # fmt: skip


class Notifier:
    """Turns what happens in the world into pushes for each app with a valid grant of the store."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.on_message = self.message
        world.on_session = self.session
        world.on_order = self.order
        world.on_reverse = self.reverse

    def message(self, session: Session, message: Message) -> None:
        """Type 2: every message, the seller's own too, and again when it is recalled."""
        status = message.status
        self._push(
            self._world.stores[session.seller_id],
            2,
            message_json(session, message),
            lambda: self._world.acked(message.message_id, status),
        )

    def session(self, session: Session) -> None:
        """Type 19: read positions moved."""
        self._push(
            self._world.stores[session.seller_id],
            19,
            {
                "sync_type": "SESSION_UPDATE",
                "user_account_id": session.user_id,
                "user_account_type": SELLER,
                "session_id": session.session_id,
                "unread_count": session.unread,
                "self_position": session.self_position,
                "to_position": session.to_position,
                "site_id": session.site.upper(),
            },
        )

    def order(self, order: Order, item: dict[str, Any]) -> None:
        """Type 0 for the line and, where the public list knows the state, type 14 for the package."""
        store = self._world.stores[order.seller_id]
        at_s = self._world.clock.now_ms() // 1000
        data: dict[str, Any] = {
            "order_status": item["status"],
            "trade_order_id": order.order_id,
            "trade_order_line_id": str(item["order_item_id"]),
            "status_update_time": at_s,
        }
        if order.reverse_order_id:
            data["reverse_order_id"] = order.reverse_order_id
        self._push(store, 0, data)
        state = item.get("package_state") or PACKAGE_STATES.get(str(item["status"]))
        if state:
            self._push(
                store,
                14,
                {
                    "trade_order_id": order.order_id,
                    "buyer_id": order.buyer_id,
                    "fulfillment_package_id": item["package_id"],
                    "status": state,
                    "status_update_time": at_s,
                },
            )

    def reverse(self, reverse: Reverse, line: dict[str, Any], push_status: str) -> None:
        """Type 10 for a line of a reverse order. Its words differ from `reverse_status` of the lists [D]; which word
        comes when is ours."""
        self._push(
            self._world.stores[reverse.seller_id],
            10,
            {
                "reverse_order_id": reverse.reverse_order_id,
                "reverse_order_line_id": str(line["reverse_order_line_id"]),
                "reverse_status": push_status,
                "trade_order_id": reverse.order_id,
                "trade_order_line_id": str(line["trade_order_line_id"]),
                "buyer_id": reverse.buyer_id,
                "seller_id": reverse.seller_id,
                "status_update_time": self._world.clock.now_ms() // 1000,
            },
        )

    def again(self) -> int:
        """After a restart: message pushes that were never taken. Gives how many."""
        waiting = sorted(self._world.unacked)
        for message_id, _ in waiting:
            self.message(*self._world.messages[message_id])
        return len(waiting)

    def _push(self, store: Store, kind: int, data: dict[str, Any], acked: Callable[[], None] | None = None) -> None:
        for app in self._world.apps.values():
            if app.callback_url and self._has_grant(app, store) and not self._is_stopped():
                self._send(app, store, kind, data, acked)

    def _send(self, app: App, store: Store, kind: int, data: dict[str, Any], acked: Callable[[], None] | None) -> None:
        world = self._world
        body = self._body(store, kind, data)
        faults = world.faults.on_push("lazada", str(kind), store.seller_id)
        world.pushes.send_signed(
            url=app.callback_url,
            body=body,
            authorization=push_signature(app.app_key, app.app_secret, body),
            label=f"type {kind} seller {store.seller_id}",
            on_acked=acked,
            faults=faults,
        )

    def _body(self, store: Store, kind: int, data: dict[str, Any]) -> bytes:
        """The envelope, in the shape the switches ask for."""
        switches, now = self._world.switches, self._world.clock.now_ms()
        envelope: dict[str, Any] = {}
        if switches.push_seller_id != "missing":
            number = switches.push_seller_id == "number" and store.seller_id.isdecimal()
            envelope["seller_id"] = int(store.seller_id) if number else store.seller_id
        envelope |= {
            "message_type": kind,
            "data": _shaped(data, switches.push_data_shape if kind in {2, 19} else "object"),
        }
        if not (switches.push_im_bare and kind in {2, 19}):
            in_ms = switches.push_in_ms or kind == 0  # milliseconds in type 0 samples, seconds in most others [D]
            style = switches.push_site_style
            site = f"lazada{style[6:7] or '_'}{store.site}"
            envelope |= {
                "timestamp": now if in_ms else now // 1000,
                "site": site.upper() if style.isupper() else site,
            }
        body = encoded(envelope)
        if switches.push_data_shape == "doubled_brace" and kind in {2, 19}:
            inner = encoded(data)
            body = body.replace(b'"data":' + inner, b'"data":{' + inner + b"}")
        return body

    def _has_grant(self, app: App, store: Store) -> bool:
        """Nothing is pushed for a seller whose authorisation is not valid [D]."""
        now = self._world.clock.now_ms()
        return any(
            grant.app_key == app.app_key
            and store.seller_id in grant.seller_ids
            and not grant.is_revoked
            and grant.access_expires_ms > now
            for grant in self._world.grants
        )

    def _is_stopped(self) -> bool:
        """More than half failed: pushing stops [D]; over how many is unknown, ours is 100."""
        counts = self._world.pushes.counts
        tries = counts["acked"] + counts["failed"]
        return self._world.switches.push_stops_when_failing and tries >= 100 and counts["failed"] * 2 > tries


def _shaped(data: dict[str, Any], shape: str) -> Any:
    match shape:
        case "text":
            return json.dumps(data, ensure_ascii=False)
        case "inner_message":
            return {"message": data}
        case "inner_message_text":
            return {"message": json.dumps(data, ensure_ascii=False)}
        case _:
            return data
