"""What moves orders: couriers by their plan, people through the side door, cancellations and returns."""

import hashlib
from typing import Any

from simulators.shopee import couriers
from simulators.shopee.entities import OPEN_RETURNS, Order, Return
from simulators.shopee.loading import PACKAGE_STATES
from simulators.shopee.world import World

DAY_MS = 86_400_000


class Moves:
    """Moves orders and lets everybody know."""

    def __init__(self, world: World) -> None:
        self._world = world

    def set_status(self, order: Order, status: str, *, package_state: str = "", **values: str) -> None:
        """Give an order a status, its parcels what goes with it, and push 3, 4 and 30 as they apply."""
        if status == "IN_CANCEL" and order.status != "IN_CANCEL":
            order.status_before = order.status
        for name, value in values.items():
            setattr(order, name, value)
        changed = status != order.status
        order.status = status
        state = package_state or ("" if status == "IN_CANCEL" else PACKAGE_STATES[status])
        if status == "CANCELLED" and not package_state:
            state = _cancelled_state(order)
        moved = [package for package in order.packages if state and package["logistics_status"] != state]
        for package in moved:
            package["logistics_status"] = state
        if status == "SHIPPED" and not order.pickup_done_ms:
            order.pickup_done_ms = self._world.clock.now_ms()
        arranged = self._arrange(order) if status in {"PROCESSED", "SHIPPED"} else []
        self._world.order_changed(order)
        if changed:
            self._world.hooks.on_order(order)
        for package in arranged:
            self._world.hooks.on_tracking_number(order, package)
        for package in moved:
            self._world.hooks.on_package(order, package)
        if changed and status == "TO_RETURN":
            self.open_return(order, reason="NOT_RECEIPT", text_reason="not received")

    def scan(self, order: Order, event: dict[str, Any]) -> None:
        """A tracking event for all parcels of an order; says nothing about its status."""
        for package in order.packages:
            package["events"].append(event)
        self._world.order_changed(order)

    def cancel(self, order: Order, *, by: str, reason: str) -> None:
        """The order ends as cancelled."""
        self.set_status(order, "CANCELLED", cancel_by=by, cancel_reason=reason)

    def open_return(self, order: Order, **values: Any) -> Return:
        """A buyer asks for a return or refund."""
        world, now = self._world, self._world.clock.now_ms()
        digest = hashlib.sha256(f"{order.shop_id}:{order.order_sn}:{world.fresh_number()}".encode()).hexdigest()
        row: dict[str, Any] = {
            "return_sn": f"2601020000{digest[:5].upper()}", "order_sn": order.order_sn, "shop_id": order.shop_id,
            "buyer_id": order.buyer_id, "status": "REQUESTED", "reason": "NOT_RECEIPT", "text_reason": "",
            "refund_amount": order.total, "created_ms": now, "updated_ms": now,
            "due_ms": now + world.switches.return_days * DAY_MS, **values,
        }  # fmt: skip
        return world.add_return(Return(**row))

    def plan(self, order: Order) -> None:
        """With `couriers_move`: what the courier will do with an order that is on its way."""
        world = self._world
        if not world.switches.couriers_move or not _is_on_its_way(order):
            return
        steps = couriers.steps_of(world.seed, order.fate, order.order_sn)
        at = couriers.times(world.seed, world.switches, order.order_sn, order.created_ms, steps)
        done = len(order.packages[0]["events"])
        if done < len(steps):
            world.agenda.at(at[done], lambda: self._step(order, at[done], steps[done]))

    def again(self) -> None:
        """After a restart: every parcel that was on its way goes on."""
        for order in self._world.orders.values():
            self.plan(order)

    def _step(self, order: Order, at_ms: int, step: couriers.Step) -> None:
        if not _is_on_its_way(order):
            return
        self.scan(order, couriers.event_json(at_ms, step))
        if step.order == "CANCELLED":
            reason = "parcel lost" if step.event == "LOST" else "failed delivery"
            self.set_status(order, "CANCELLED", package_state=step.package, cancel_by="system", cancel_reason=reason)
        elif step.order:
            self.set_status(order, step.order, package_state=step.package)
        self.plan(order)

    def _arrange(self, order: Order) -> list[dict[str, Any]]:
        """Parcels that get their tracking number now."""
        fresh = [package for package in order.packages if not package["tracking_number"]]
        for package in fresh:
            package["tracking_number"] = "SPX" + package["package_number"].removeprefix("OFG")
        return fresh


def has_open_return(world: World, shop_id: str, buyer_id: str) -> bool:
    """Whether the buyer has an unfinished return or refund at the shop."""
    return any(
        row.shop_id == shop_id and row.buyer_id == buyer_id and row.status in OPEN_RETURNS
        for row in world.returns.values()
    )


def _is_on_its_way(order: Order) -> bool:
    """A parcel whose delivery failed goes on, back to the seller."""
    failed = order.status == "CANCELLED" and order.cancel_by == "system"
    return not order.by_hand and (failed or order.status in {"PROCESSED", "SHIPPED"})


def _cancelled_state(order: Order) -> str:
    """LOGISTICS_INVALID while it was only ready, LOGISTICS_REQUEST_CANCELED once shipment was arranged [D]."""
    was_arranged = any(package["tracking_number"] for package in order.packages)
    return "LOGISTICS_REQUEST_CANCELED" if was_arranged else "LOGISTICS_INVALID"
