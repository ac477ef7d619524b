"""The side door's half for trouble after the sale: buyers who cancel or return, couriers, the store's standing."""

from functools import partial
from typing import Any

from aiohttp import web

from simulators.core.clock import parse_instant
from simulators.core.couriers import Fate
from simulators.core.wire import bad_request, json_object
from simulators.lazada.entities import Order, Reverse
from simulators.lazada.parcels import Couriers
from simulators.lazada.reverse import ASKED, CANCELLED, DELIVERED_BACK
from simulators.lazada.world import World

REQUEST_TYPES = ("RETURN", "ONLY_REFUND")
DAY_MS = 86_400_000


class AdminCases:
    """Handlers."""

    def __init__(self, world: World, couriers: Couriers) -> None:
        self._world = world
        self._couriers = couriers

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        base = "/_sim/lazada"
        return [
            web.post(f"{base}/cancel-request", self.ask_to_cancel),
            web.post(f"{base}/returns", self.ask_to_return),
            web.get(f"{base}/returns", self.get_returns),
            web.post(f"{base}/return-moves", self.move_return),
            web.post(f"{base}/couriers", self.send_couriers),
            web.post(f"{base}/standing", self.set_standing),
        ]

    async def ask_to_cancel(self, request: web.Request) -> web.Response:
        """A buyer asks to cancel: `seller_id`, `order_id`, optional `reason`. Unanswered it is cancelled by itself
        after `cancel_trigger_s` [D: at cancel_trigger_time]."""
        row, world = await json_object(request), self._world
        order = self._order(row)
        if order is None:
            return bad_request("unknown order")
        due = world.clock.now_ms() + world.switches.cancel_trigger_s * 1000
        order.reverse_order_id = self._fresh_id()
        reason = str(row.get("reason") or "Change of mind")
        reverse = self._reverse(order, "CANCEL", order.items, reason, due)
        world.change_reverse(reverse, reverse.lines, "CANCEL_INIT")
        world.change_items(order, order.items, need_cancel_confirm=True, cancel_trigger_time=due, reason=reason)
        world.agenda.at(due, lambda: self._run_out(order, reverse))
        return web.json_response({"reverse_order_id": order.reverse_order_id, "cancel_trigger_time": due})

    async def ask_to_return(self, request: web.Request) -> web.Response:
        """A buyer asks for a return or refund: `seller_id`, `order_id`; optional `request_type` (RETURN, ONLY_REFUND),
        `order_item_ids`, `reason`, `is_rtm` (true), `sla` (instant; in two days)."""
        row, world = await json_object(request), self._world
        order, request_type = self._order(row), str(row.get("request_type") or "RETURN")
        if order is None:
            return bad_request("unknown order")
        if request_type not in REQUEST_TYPES:
            return bad_request(f"unknown request_type {request_type!r}; known: {', '.join(REQUEST_TYPES)}")
        wanted = {str(each) for each in row.get("order_item_ids") or []}
        items = [item for item in order.items if not wanted or str(item["order_item_id"]) in wanted]
        try:
            sla = parse_instant(row.get("sla", world.clock.now_ms() + 2 * DAY_MS))
        except ValueError as error:
            return bad_request(str(error))
        order.reverse_order_id = self._fresh_id()
        reason = str(row.get("reason") or "Item is defective or not working")
        reverse = self._reverse(order, request_type, items, reason, sla, is_rtm=bool(row.get("is_rtm", True)))
        world.change_reverse(reverse, reverse.lines, "REFUND_INIT" if request_type == "ONLY_REFUND" else "RTM_INIT")
        return web.json_response(reverse.record())

    async def get_returns(self, request: web.Request) -> web.Response:
        """All reverse orders as they are."""
        return web.json_response({"returns": [reverse.record() for reverse in self._world.reverses.values()]})

    async def move_return(self, request: web.Request) -> web.Response:
        """`reverse_order_id` and `to`: `arrived` (the goods are back), `withdrawn` (by the buyer), or any
        `reverse_status` of your own."""
        row, world = await json_object(request), self._world
        reverse = world.reverses.get(str(row.get("reverse_order_id", "")))
        if reverse is None:
            return bad_request("unknown reverse_order_id")
        match str(row.get("to", "")):
            case "arrived":
                changes, push = {"reverse_status": "RTM_RECEIVE_ITEM", "ofc_status": DELIVERED_BACK}, "RTM_RECEIVE_ITEM"
            case "withdrawn":
                changes, push = {"reverse_status": CANCELLED, "ofc_status": "RETURN_CANCELED"}, "RTM_CANCELED"
            case other:
                changes, push = {"reverse_status": other}, other
        world.change_reverse(reverse, reverse.lines, push, **changes)
        return web.json_response(reverse.record())

    async def send_couriers(self, request: web.Request) -> web.Response:
        """Hand orders to couriers: `seller_id`; optional `order_ids` (all), `fate` (drawn by the shares),
        `packed_at` (instant; now)."""
        row, world = await json_object(request), self._world
        seller_id, known = str(row.get("seller_id", "")), [fate.value for fate in Fate]
        fate = str(row.get("fate") or "")
        if fate and fate not in known:
            return bad_request(f"unknown fate {fate!r}; known: {', '.join(known)}")
        orders = world.orders_of.get(seller_id, {})
        wanted = [str(each) for each in row.get("order_ids") or orders]
        if any(order_id not in orders for order_id in wanted):
            return bad_request("unknown order")
        try:
            packed = parse_instant(row.get("packed_at", world.clock.now_ms()))
        except ValueError as error:
            return bad_request(str(error))
        fates = {
            order_id: self._couriers.carry(orders[order_id], fate=Fate(fate) if fate else None, packed_ms=packed)
            for order_id in wanted
        }
        return web.json_response({"fates": fates})

    async def set_standing(self, request: web.Request) -> web.Response:
        """What /seller/metrics/get and /seller/performance/get say: `seller_id`, `metrics` {}, `indicators` []."""
        row, world = await json_object(request), self._world
        seller_id = str(row.get("seller_id", ""))
        if seller_id not in world.stores:
            return bad_request("unknown seller_id")
        world.set_standing(seller_id, {name: row[name] for name in ("metrics", "indicators") if name in row})
        return web.json_response(world.standing[seller_id])

    def again(self) -> None:
        """After a restart: requests that are still open run out at their time."""
        world = self._world
        for order in world.orders.values():
            reverse = world.reverses.get(order.reverse_order_id)
            due = [int(i["cancel_trigger_time"]) for i in order.items if i.get("need_cancel_confirm")]
            if reverse is not None and due:
                world.agenda.at(min(due), partial(self._run_out, order, reverse))

    def _run_out(self, order: Order, reverse: Reverse) -> None:
        """Nobody answered: the platform cancels."""
        waiting = [item for item in order.items if item.get("need_cancel_confirm")]
        if waiting and order.reverse_order_id == reverse.reverse_order_id:
            self._world.change_items(
                order, waiting, status="canceled", need_cancel_confirm=False, cancel_return_initiator="system-cancel"
            )
            self._world.change_reverse(reverse, reverse.lines, "CANCEL_SUCCESS", reverse_status="CANCEL_SUCCESS")

    def _order(self, row: dict[str, Any]) -> Order | None:
        return self._world.orders.get((str(row.get("seller_id", "")), str(row.get("order_id", ""))))

    def _fresh_id(self) -> str:
        """A number no reverse order has, also not before a restart."""
        while (found := str(500_000_000_000 + self._world.fresh_number())) in self._world.reverses:
            pass
        return found

    def _reverse(
        self,
        order: Order,
        request_type: str,
        items: list[dict[str, Any]],
        reason: str,
        sla_ms: int,
        *,
        is_rtm: bool = True,
    ) -> Reverse:
        now = self._world.clock.now_ms()
        cents = 1 if self._world.stores[order.seller_id].site == "vn" else 100
        reverse_id = int(order.reverse_order_id)
        return Reverse(
            reverse_order_id=str(reverse_id),
            seller_id=order.seller_id,
            order_id=order.order_id,
            buyer_id=order.buyer_id,
            request_type=request_type,
            is_rtm=is_rtm,
            created_ms=now,
            lines=[
                {
                    "reverse_order_line_id": str(reverse_id * 1000 + number),
                    "trade_order_line_id": str(item["order_item_id"]),
                    "reverse_status": ASKED,
                    "ofc_status": "INITIAL",
                    "reason_text": reason,
                    "reason_code": "10010025",
                    "refund_amount": round(float(item["paid_price"]) * cents),
                    "sku": item["sku"],
                    "sla_ms": sla_ms,
                    "modified_ms": now,
                }
                for number, item in enumerate(items, 1)
            ],
        )
