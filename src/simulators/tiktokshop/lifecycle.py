"""How orders move: by the seller, the buyer, the courier, and by clocks that run out."""

from collections.abc import Callable
from typing import Any

from simulators.tiktokshop.entities import Order, stable_id
from simulators.tiktokshop.switches import DAY_S
from simulators.tiktokshop.tracks import PACKED, event
from simulators.tiktokshop.world import World

STATUSES = (
    "UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "PARTIALLY_SHIPPING", "AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED",
    "COMPLETED", "CANCELLED",
)  # fmt: skip
PACKAGE_STATES = {
    "AWAITING_SHIPMENT": "TO_FULFILL", "PARTIALLY_SHIPPING": "PROCESSING", "AWAITING_COLLECTION": "PROCESSING",
    "IN_TRANSIT": "FULFILLING", "DELIVERED": "COMPLETED", "COMPLETED": "COMPLETED", "CANCELLED": "CANCELLED",
}  # fmt: skip
"""No failed delivery and no return to sender among them: those only show in the track [OAS]."""
PAYMENT_LATE = "system_cancel_order_reason_payment_timeout"
SHIPPING_LATE = "system_cancel_order_reason_shipping_timeout"
NOT_COLLECTED = "system_cancel_order_untracked"
AFTER_SALE_DAYS = 7
"""Days from DELIVERED to COMPLETED: ours."""
_PAID = STATUSES[1:]
_ARRANGED = STATUSES[4:8]


def first_times(status: str, created_ms: int) -> dict[str, int]:
    """The times of an order that is loaded in some status; the spans are ours."""
    at = created_ms // 1000
    times = {"create_time": at}
    if status == "UNPAID":
        return times
    times |= {
        "paid_time": at + 60,
        "rts_sla_time": at + 2 * DAY_S,
        "tts_sla_time": at + 3 * DAY_S,
        "shipping_due_time": at + 5 * DAY_S,
        "collection_due_time": at + 7 * DAY_S,
        "cancel_order_sla_time": at + (5 if status == "AWAITING_SHIPMENT" else 7) * DAY_S,
        "delivery_due_time": at + 30 * DAY_S,
    }
    if status in _ARRANGED:
        times["rts_time"] = at + DAY_S // 4
    if status in _ARRANGED[1:]:
        times["collection_time"] = at + DAY_S // 2
    if status in _ARRANGED[2:]:
        times["delivery_time"] = at + 30 * 3600
    if status == "CANCELLED":
        times["cancel_time"] = at + DAY_S
    return times


class Lifecycle:
    """Moves the orders of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.on_transit: Callable[[Order], None] = lambda order: None
        """The couriers, who plan what happens to a parcel under way."""

    def move(self, order: Order, status: str, *, reason: str = "", by: str = "") -> None:
        """Put an order into a status, with the times and line states that go with it."""
        world, market = self._world, self._world.stores[order.seller_id].market
        now = world.clock.now_ms()
        if order.status == "UNPAID" and status in _PAID[:-1]:
            order.times |= first_times("ON_HOLD", now) | {"create_time": order.created_ms // 1000}
        order.status, order.is_on_hold = status, status == "ON_HOLD"
        stamp = {"AWAITING_COLLECTION": "rts_time", "IN_TRANSIT": "collection_time", "DELIVERED": "delivery_time",
                 "CANCELLED": "cancel_time"}.get(status)  # fmt: skip
        if stamp:
            order.times[stamp] = now // 1000
        if status == "CANCELLED":
            order.cancel_reason, order.cancel_by, order.wants_cancel = reason, by, False
        if status == "AWAITING_COLLECTION":
            order.events.append(event(PACKED, market, now))
        for line in order.lines:
            self._move_line(order, line, status, reason, by)
        world.order_changed(order)
        self.plan(order)

    def _move_line(self, order: Order, line: dict[str, Any], status: str, reason: str, by: str) -> None:
        line["status"] = status
        if status not in {"UNPAID", "ON_HOLD"}:
            line["package_status"] = PACKAGE_STATES[status]
            line["package_id"] = line["package_id"] or stable_id("package", order.order_id)
        if status not in {"UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "CANCELLED"}:
            line["tracking_number"] = line["tracking_number"] or f"TT{order.order_id}"
        if status == "CANCELLED":
            line["cancel_reason"], line["cancel_user"] = reason, by

    def plan(self, order: Order) -> None:
        """Set the clock that ends this status by itself."""
        if order.status == "IN_TRANSIT":
            self.on_transit(order)
        due = self._due(order) if self._world.switches.orders_move else None
        if due is not None:
            at_s, status, reason = due
            before = order.status
            self._world.timers.at(at_s * 1000, lambda: self._ripe(order, before, status, reason))

    def _due(self, order: Order) -> tuple[int, str, str] | None:
        switches, times = self._world.switches, order.times
        match order.status:
            case "UNPAID":
                return times["create_time"] + switches.unpaid_s, "CANCELLED", PAYMENT_LATE
            case "ON_HOLD":
                return times["paid_time"] + switches.hold_s, "AWAITING_SHIPMENT", ""
            case "AWAITING_SHIPMENT" | "PARTIALLY_SHIPPING":
                return times["shipping_due_time"], "CANCELLED", SHIPPING_LATE
            case "AWAITING_COLLECTION":
                return times["collection_due_time"], "CANCELLED", NOT_COLLECTED
            case "DELIVERED":
                return times["delivery_time"] + AFTER_SALE_DAYS * DAY_S, "COMPLETED", ""
            case _:
                return None

    def _ripe(self, order: Order, before: str, status: str, reason: str) -> None:
        """The time is up; nothing when the order has moved meanwhile."""
        world = self._world
        current = world.orders.get((order.seller_id, order.order_id))
        if current is not order or order.status != before or not world.switches.orders_move:
            return
        if status == "COMPLETED" and any(
            case.is_return and case.deadline_ms for case in world.order_cases[order.seller_id, order.order_id]
        ):
            return
        self.move(order, status, reason=reason, by="SYSTEM" if status == "CANCELLED" else "")
