"""Tracking: /logistic/order/trace."""

from typing import Any

from simulators.lazada.call import BOTH, Call, Endpoint
from simulators.lazada.entities import Order

STEPS: dict[str, list[tuple[str, str, str]]] = {
    "ready_to_ship": [("1200", "ready_to", "Packed")],
    "shipped": [("1200", "ready_to", "Packed"), ("1210", "shipped", "Shipped"), ("100013", "in_transit", "In transit")],
    "delivered": [
        ("1200", "ready_to", "Packed"), ("1210", "shipped", "Shipped"),
        ("100018", "out_for_delivery", "Out for delivery"),
        ("1400", "delivered", "Delivered"),
    ],
    "failed_delivery": [
        ("1200", "ready_to", "Packed"), ("1210", "shipped", "Shipped"),
        ("100018", "out_for_delivery", "Out for delivery"),
    ],
}  # fmt: skip
"""Events of an order that was loaded without a track. Codes as known [D, S]; the full list is unknown."""


def trace(call: Call) -> dict[str, Any]:
    """The track; an empty list for an order of another store, which is not an error [S]."""
    order = call.world.orders.get((call.store.seller_id, call.need("order_id")))
    tracks = [_track(call, order)] if order is not None and _shown(call, order) else []
    return {
        "result": {
            "success": True,
            "not_success": False,
            "repeated": False,
            "retry": False,
            "error_code": {"displayMessage": None},
            call.world.switches.trace_under: tracks,
        }
    }


def events_for(status: str, created_ms: int) -> list[dict[str, Any]]:
    """A plausible track: six hours between steps."""
    return [
        {"status_code": code, "detail_type": kind, "title": title, "event_time": created_ms + (n + 1) * 6 * 3_600_000}
        for n, (code, kind, title) in enumerate(STEPS.get(status, []))
    ]


def _shown(call: Call, order: Order) -> list[dict[str, Any]]:
    """Events whose time has come, in the order of the switch. What has no title is told by status and push only."""
    now = call.world.clock.now_ms()
    events = [e for e in order.events if int(e["event_time"]) <= now and e.get("title") != ""]
    return sorted(events, key=lambda e: int(e["event_time"]), reverse=call.world.switches.trace_newest_first)


def _track(call: Call, order: Order) -> dict[str, Any]:
    """The packages of an order; an event that names no package is the first one's."""
    in_seconds, events = call.world.switches.trace_in_seconds, _shown(call, order)
    codes = {str(item["package_id"]): item["tracking_code"] for item in reversed(order.items)}
    first = str(order.items[0]["package_id"])
    packages = [
        {
            "ofc_package_id": package,
            "tracking_number": codes[package],
            "order_line_info_list": None,
            "logistic_detail_info_list": [
                _event(event, in_seconds=in_seconds) for event in events if event.get("package_id", first) == package
            ],
        }
        for package in dict.fromkeys(str(item["package_id"]) for item in order.items)
    ]
    return {
        "ofc_order_id": 990000000001,
        "warehouse_detail_info": None,
        "package_detail_info_list": [each for each in packages if each["logistic_detail_info_list"]],
    }


def _event(event: dict[str, Any], *, in_seconds: bool) -> dict[str, Any]:
    at = int(event["event_time"])
    return {
        "status_code": event.get("status_code", ""),
        "detail_type": event.get("detail_type", ""),
        "title": event.get("title", ""),
        "description": event.get("description", ""),
        "event_time": at // 1000 if in_seconds else at,
        "event_date": None,
        "receive_time": 0,
        "icon": None,
        "package_location_name": None,
        "proof_images": event.get("proof_images", []),
    }


ENDPOINTS = {"/logistic/order/trace": Endpoint(methods=BOTH, handle=trace)}
