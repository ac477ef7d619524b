"""Couriers that deliver, come late, miss the buyer, lose parcels, or scan "delivered" what nobody got: by seed."""

from collections.abc import Callable

from simulators.core.clock import draw
from simulators.tiktokshop.entities import Order
from simulators.tiktokshop.lifecycle import Lifecycle
from simulators.tiktokshop.tracks import AT_HUB, FAILED, SIGNED, event
from simulators.tiktokshop.world import World

HOUR_MS = 3_600_000
STUCK_MS = 7 * 24 * HOUR_MS
"""The platform cancels when tracking has not moved for 7 days [DOC]."""
COMPLAINS_MS = 12 * HOUR_MS
"""When a buyer who got nothing asks for the money: ours."""
DELIVERED, LOST, DELAYED, MISSED, FALSE_DELIVERED = "delivered", "lost", "delayed", "missed", "false_delivered"


class Couriers:
    """Plans what happens to parcels under way."""

    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world, self._lifecycle = world, lifecycle
        self.on_false_delivery: Callable[[Order], None] = lambda order: None
        """The buyer, who got nothing and asks for the money."""

    def fate(self, order: Order) -> str:
        """What the courier will do with an order: the same in every run with one seed."""
        switches = self._world.switches
        point = draw(self._world.seed, "courier", order.seller_id, order.order_id)
        for name, share in ((LOST, switches.share_lost), (DELAYED, switches.share_delayed),
                            (MISSED, switches.share_missed),
                            (FALSE_DELIVERED, switches.share_false_delivered)):  # fmt: skip
            point -= share
            if point < 0:
                return name
        return DELIVERED

    def plan(self, order: Order) -> None:
        """Set the clocks of a parcel that is under way."""
        world = self._world
        if not world.switches.couriers_move or order.status != "IN_TRANSIT":
            return
        now, fate = world.clock.now_ms(), self.fate(order)
        if fate == LOST:
            world.timers.at(now + STUCK_MS, lambda: self._gone(order))
            return
        shortest, longest = world.switches.courier_delay_h
        hours = shortest + (longest - shortest) * draw(world.seed, "courier-delay", order.order_id)
        if fate == DELAYED:
            hours += 5 * 24
        due = now + int(hours * HOUR_MS)
        self._at(order, due - 3 * HOUR_MS, AT_HUB)
        if fate == MISSED:
            self._at(order, due, FAILED)
            due += 24 * HOUR_MS
        world.timers.at(due, lambda: self._delivered(order, due))

    def _at(self, order: Order, at_ms: int, code: int) -> None:
        self._world.timers.at(at_ms, lambda: self._scan(order, at_ms, code))

    def _scan(self, order: Order, at_ms: int, code: int) -> None:
        if self._is_moving(order):
            order.events.append(event(code, self._market(order), at_ms))
            self._world.order_changed(order, is_told=False)  # no push for scans: tracking is polled [OAS]

    def _delivered(self, order: Order, at_ms: int) -> None:
        if self._is_moving(order):
            order.events.append(event(SIGNED, self._market(order), at_ms))
            self._lifecycle.move(order, "DELIVERED")
            if self.fate(order) == FALSE_DELIVERED and self._world.switches.buyers_answer:
                self._world.timers.at(at_ms + COMPLAINS_MS, lambda: self.on_false_delivery(order))

    def _gone(self, order: Order) -> None:
        if self._is_moving(order):
            self._lifecycle.move(order, "CANCELLED", reason="package_lost", by="SYSTEM")

    def _is_moving(self, order: Order) -> bool:
        world = self._world
        return (
            world.switches.couriers_move
            and order.status == "IN_TRANSIT"
            and world.orders.get((order.seller_id, order.order_id)) is order
        )

    def _market(self, order: Order) -> str:
        return self._world.stores[order.seller_id].market
