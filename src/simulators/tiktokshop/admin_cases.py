"""The side door's meddling with orders and cases: move, cancel, ask back, as buyers and couriers do."""

from aiohttp import web

from simulators.core.clock import parse_instant
from simulators.core.wire import bad_request, json_object
from simulators.tiktokshop.admin_views import BASE, order_row
from simulators.tiktokshop.cases import CaseError, case_row
from simulators.tiktokshop.entities import Order
from simulators.tiktokshop.lifecycle import STATUSES
from simulators.tiktokshop.parts import Parts
from simulators.tiktokshop.tracks import NAMES, event
from simulators.tiktokshop.world import World


class AdminCases:
    """Handlers of the side door that move orders and cases."""

    def __init__(self, world: World, parts: Parts) -> None:
        self._world, self._parts = world, parts

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post(f"{BASE}/order-status", self.set_status),
            web.post(f"{BASE}/buyer-cancels", self.buyer_cancels),
            web.post(f"{BASE}/buyer-returns", self.buyer_returns),
            web.post(f"{BASE}/case-status", self.case_status),
            web.get(f"{BASE}/cases", self.get_cases),
            web.get(f"{BASE}/orders", self.get_order),
        ]

    async def set_status(self, request: web.Request) -> web.Response:
        """Move an order: `seller_id`, `order_id`, `status`, optional `reason` and `by` (of a cancellation), `event`
        (`action_code`, `description`, `event_time`). Without a status only the event is added; no push follows then.
        """
        row = await json_object(request)
        order = self._order(str(row.get("seller_id", "")), str(row.get("order_id", "")))
        if order is None:
            return bad_request("unknown order")
        status = str(row.get("status") or "")
        if status and status not in STATUSES:
            return bad_request(f"unknown status {status!r}; known: {', '.join(STATUSES)}")
        if isinstance(row.get("event"), dict):
            try:
                self._add_event(order, row["event"])
            except (ValueError, TypeError) as error:
                return bad_request(str(error))
        if status:
            by = str(row.get("by") or "SYSTEM") if status == "CANCELLED" else ""
            self._parts.lifecycle.move(order, status, reason=str(row.get("reason") or ""), by=by)
        else:
            self._world.order_changed(order, is_told=False)
        return web.json_response(order_row(order, self._parts.couriers.fate(order)))

    def _add_event(self, order: Order, given: dict[str, object]) -> None:
        code = int(str(given.get("action_code") or 0))
        market = self._world.stores[order.seller_id].market
        words = str(given.get("description") or "") or (
            event(code, market, 0)["description"] if code in NAMES else f"Event {code}"
        )
        at_ms = parse_instant(given["event_time"]) if "event_time" in given else self._world.clock.now_ms()
        order.events.append({"action_code": code, "description": words, "at_ms": at_ms})

    async def buyer_cancels(self, request: web.Request) -> web.Response:
        """A buyer wants out of an order: `seller_id`, `order_id`, optional `reason`."""
        row = await json_object(request)
        order = self._order(str(row.get("seller_id", "")), str(row.get("order_id", "")))
        if order is None:
            return bad_request("unknown order")
        reason = str(row.get("reason") or "ecom_order_to_ship_canceled_reason_no_longer_needed")
        try:
            case = self._parts.cases.buyer_cancels(order, reason)
        except CaseError as error:
            return bad_request(str(error))
        return web.json_response(case_row(case, self._world.stores[order.seller_id]))

    async def buyer_returns(self, request: web.Request) -> web.Response:
        """A buyer asks for money or a return: `seller_id`, `order_id`, optional `return_type`, `reason`, `note`."""
        row = await json_object(request)
        order = self._order(str(row.get("seller_id", "")), str(row.get("order_id", "")))
        if order is None:
            return bad_request("unknown order")
        try:
            case = self._parts.cases.buyer_returns(
                order,
                type=str(row.get("return_type") or "REFUND"),
                reason=str(row.get("reason") or "ecom_order_delivered_refund_reason_not_received"),
                note=str(row.get("note") or "Nothing arrived"),
            )
        except CaseError as error:
            return bad_request(str(error))
        return web.json_response(case_row(case, self._world.stores[order.seller_id]))

    async def case_status(self, request: web.Request) -> web.Response:
        """Move a case: `case_id`, `status`; `waits` gives the seller 48 hours; `withdraw` for a buyer's wish."""
        row = await json_object(request)
        case = self._world.cases.get(str(row.get("case_id", "")))
        if case is None:
            return bad_request("unknown case")
        if row.get("withdraw"):
            if case.is_return or not case.deadline_ms:
                return bad_request("only a waiting cancellation can be withdrawn")
            self._parts.cases.withdraw_cancel(case)
        elif row.get("status"):
            self._parts.cases.set_status(case, str(row["status"]), waits=bool(row.get("waits")))
        return web.json_response(case_row(case, self._world.stores[case.seller_id]))

    async def get_cases(self, request: web.Request) -> web.Response:
        """Cancellations and returns, oldest first; `?seller_id= &order_id=`."""
        query = request.query
        rows = [
            case_row(case, self._world.stores[case.seller_id])
            for case in self._world.cases.values()
            if query.get("seller_id", case.seller_id) == case.seller_id
            and query.get("order_id", case.order_id) == case.order_id
        ]
        return web.json_response({"cases": rows})

    async def get_order(self, request: web.Request) -> web.Response:
        """One order with the courier's true doings: `?seller_id= &order_id=`."""
        order = self._order(request.query.get("seller_id", ""), request.query.get("order_id", ""))
        if order is None:
            return bad_request("unknown order")
        return web.json_response(order_row(order, self._parts.couriers.fate(order)))

    def _order(self, seller_id: str, order_id: str) -> Order | None:
        return self._world.orders.get((seller_id, order_id))
