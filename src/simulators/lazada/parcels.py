"""Couriers at the simulated Lazada: the scans of core/couriers.py as tracking events, item statuses and pushes."""

from functools import partial
from typing import Any

from simulators.core.couriers import Fate, Scan, Step, fate_of, scans_of
from simulators.lazada.entities import Order
from simulators.lazada.world import World

SHAPES = {
    Step.PACKED: ("1200", "ready_to", "Packed", "ready_to_ship", "READY_TO_SHIP"),
    Step.SHIPPED: ("1210", "shipped", "Shipped", "shipped", "TRANSIT_TO_SHIP"),
    Step.HUB: ("100013", "in_transit", "Arrived at hub", "shipped", "TRANSIT_TO_SHIP"),
    Step.WRONG_HUB: ("100014", "in_transit", "Arrived at hub", "shipped", "TRANSIT_TO_SHIP"),
    Step.LINEHAUL_ARRIVED: ("100102", "in_transit", "Arrived in the country", "shipped",
                            "INFO_ST_CB_LINEHAUL_ARRIVAL_SUCCESS"),
    Step.OUT_FOR_DELIVERY: ("100018", "out_for_delivery", "Out for delivery", "shipped",
                            "INFO_ST_DOMESTIC_OUT_FOR_DELIVERY"),
    Step.ATTEMPT_FAILED: ("100103", "in_transit", "Delivery attempt failed", "shipped",
                          "INFO_ST_DOMESTIC_1ST_ATTEMPT_FAILED"),
    Step.DELIVERED: ("1400", "delivered", "Delivered", "delivered", "DELIVERED"),
    Step.DELIVERY_FAILED: ("100103", "in_transit", "Delivery failed", "failed_delivery",
                           "INFO_ST_DOMESTIC_DELIVERY_FAILED"),
    Step.RETURNING: ("100103", "in_transit", "On the way back", "shipped_back", "ON_THE_WAY_BACK_TO_SHIPPER"),
    Step.LOST: ("", "", "", "lost_by_3pl", "LOST_BY_3PL"),
}  # fmt: skip
"""Code, kind, title, item status, package state [D, S]; which code goes with a failed attempt is unknown, so it is one
of the in-transit codes. A lost parcel has no tracking event: only status and push say so (ours)."""


class Couriers:
    """Carries parcels in simulated time. What they will do is known from the start and shown when its time has come."""

    def __init__(self, world: World) -> None:
        self._world = world

    def carry(self, order: Order, *, fate: Fate | None, packed_ms: int) -> dict[str, str]:
        """Hand an order's packages to couriers, in place of the track it had. Without a fate each package draws one by
        the switches. Gives the fate of each package."""
        world, fates = self._world, {}
        order.events = []
        for package_id in dict.fromkeys(str(item["package_id"]) for item in order.items):
            tracking = next(str(i["tracking_code"]) for i in order.items if i["package_id"] == package_id)
            chosen = fate or fate_of(world.seed, tracking, self._shares())
            fates[package_id] = chosen.value
            for scan in scans_of(world.seed, tracking, chosen, packed_ms):
                order.events.append(_event(package_id, scan))
        world.journal.add("order", order.record())
        self._plan(order)
        return fates

    def again(self) -> None:
        """After a restart: scans that were still to come."""
        for order in list(self._world.orders.values()):
            self._plan(order)

    def _plan(self, order: Order) -> None:
        for event in order.events:
            if event.get("is_done") is False:
                at = int(event["event_time"])
                if at <= self._world.clock.now_ms():
                    self._scan(order, event)
                else:
                    self._world.agenda.at(at, partial(self._scan, order, event))

    def _scan(self, order: Order, event: dict[str, Any]) -> None:
        if event["is_done"] or self._world.orders.get((order.seller_id, order.order_id)) is not order:
            return  # loaded anew or forgotten meanwhile
        event["is_done"] = True
        items = [i for i in order.items if i["package_id"] == event["package_id"] and i["status"] != "canceled"]
        self._world.change_items(order, items, status=event["status"], package_state=event["package_state"])

    def _shares(self) -> dict[str, float]:
        switches = self._world.switches
        return {fate.value: getattr(switches, f"share_{fate.value}", 0.0) for fate in Fate}


def _event(package_id: str, scan: Scan) -> dict[str, Any]:
    code, kind, title, status, state = SHAPES[scan.step]
    return {
        "package_id": package_id,
        "status_code": code,
        "detail_type": kind,
        "title": title,
        "description": scan.place,
        "event_time": scan.at_ms,
        "proof_images": ["https://img.example.test/proof.png"] if scan.is_proved else [],
        "status": status,
        "package_state": state,
        "is_done": False,
    }
