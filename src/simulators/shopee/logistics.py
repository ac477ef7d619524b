"""Parcels: tracking number, tracking events, package detail (sections 5.6 and 6.1 of the platform's pages)."""

from typing import Any

from simulators.shopee.answers import ApiError, wrong
from simulators.shopee.call import GET, POST, Call, Endpoint
from simulators.shopee.entities import Order

MANY_MAX = 50
SOON_MS = 86_400_000
_HIDDEN = {"LOGISTICS_PENDING_ARRANGE": "LOGISTICS_READY", "LOGISTICS_COD_REJECTED": "LOGISTICS_INVALID"}
"""`fulfillment_status` is the same set without these two [D]; what stands for them is our choice."""


def tracking_number(call: Call) -> dict[str, Any]:
    """May be empty until shipment is arranged [D]."""
    package = _package(call)
    return {
        "tracking_number": package["tracking_number"], "plp_number": "", "pickup_code": "",
        "hint": "" if package["tracking_number"] else "The tracking number is being allocated, ask again in 5 minutes.",
    }  # fmt: skip


def many_tracking_numbers(call: Call) -> dict[str, Any]:
    """Up to 50 parcels, named in `package_list` [D]."""
    wanted = call.values.get("package_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= MANY_MAX:
        raise wrong(f"package_list must hold 1 to {MANY_MAX} packages")
    good, bad = [], []
    for row in wanted:
        number = str(row.get("package_number", "")) if isinstance(row, dict) else ""
        package = _find(call, number)
        if package is None:
            bad.append({"package_number": number, "fail_reason": "logistics.package_not_exist"})
        else:
            good.append({"package_number": number, "tracking_number": package[1]["tracking_number"], "hint": ""})
    return {"success_list": good, "fail_list": bad}


def tracking_info(call: Call) -> dict[str, Any]:
    """Events of one parcel, the newest first [M]; words are free text."""
    package = _package(call)
    if not package["tracking_number"]:
        raise ApiError("logistics.error_status_limit", "The order has not been shipped: no tracking information yet.")
    events = sorted(
        package["events"], key=lambda event: int(event["at_ms"]), reverse=call.world.switches.track_newest_first
    )
    return {
        "order_sn": call.text("order_sn"), "package_number": package["package_number"],
        "logistics_status": package["logistics_status"],
        "tracking_info": [
            {
                "update_time": event["at_ms"] // 1000, "description": event["description"],
                "logistics_status": event["logistics_status"],
            }
            for event in events
        ],
        **_way_back(package),
    }  # fmt: skip


def _way_back(package: dict[str, Any]) -> dict[str, Any]:
    """Of a failed parcel: its number and events on the way back to the seller [D, cross-border]."""
    back = [event for event in package["events"] if event["logistics_status"] == "RETURN_STARTED"]
    if not back:
        return {}
    return {
        "reversed_tracking_number": f"R{package['tracking_number']}",
        "reversed_courier_name": package["carrier"],
        "reversed_tracking_info": [
            {"update_time": event["at_ms"] // 1000, "description": event["description"]} for event in back
        ],
    }


def package_detail(call: Call) -> dict[str, Any]:
    """Up to 50 parcels by number, with the early-warning tag [D]."""
    rows = []
    for number in call.listed("package_number_list", most=MANY_MAX):
        found = _find(call, number)
        if found is not None:
            rows.append(_detail(call, *found))
    if not rows:
        raise ApiError("logistics.package_not_exist", "The package does not exist.")
    return {"package_list": rows}


def search_packages(call: Call) -> dict[str, Any]:
    """Parcels not handed over; `shipping_priority` 1 asks for the overdue ones [D]."""
    now, sent = call.world.clock.now_ms(), call.values.get("filter")
    overdue = isinstance(sent, dict) and sent.get("shipping_priority") == 1
    rows = [
        _detail(call, order, package)
        for order in call.world.orders_of[call.shop.shop_id].values()
        if order.status in {"READY_TO_SHIP", "PROCESSED", "RETRY_SHIP"} and (not overdue or order.ship_by_ms < now)
        for package in order.packages
    ]
    paging = call.values.get("pagination")
    size = min(100, int(paging.get("page_size", 100))) if isinstance(paging, dict) else 100
    after = str(paging.get("cursor") or "0") if isinstance(paging, dict) else "0"
    start = int(after) if after.isdecimal() else 0
    more = start + size < len(rows)
    page = {"total_count": len(rows), "next_cursor": str(start + size) if more else "", "more": more}
    return {"packages_list": rows[start : start + size], "pagination": page}


def _detail(call: Call, order: Order, package: dict[str, Any]) -> dict[str, Any]:
    state = package["logistics_status"]
    return {
        "order_sn": order.order_sn, "package_number": package["package_number"],
        "fulfillment_status": _HIDDEN.get(state, state), "tracking_number": package["tracking_number"],
        "logistics_channel_id": 20021, "shipping_carrier": package["carrier"],
        "ship_by_date": order.ship_by_ms // 1000, "update_time": order.updated_ms // 1000,
        "status_info_tag": {"tag_id": _tag(call, order), "timestamp": order.ship_by_ms // 1000},
        "is_split_up": len(order.packages) > 1,
    }  # fmt: skip


def _tag(call: Call, order: Order) -> int:
    """1 will be cancelled within a day, 2 ship before ship_by_date, 3 delayed; 0 for none."""
    if order.status not in {"READY_TO_SHIP", "PROCESSED", "RETRY_SHIP"}:
        return 0
    late_ms = call.world.clock.now_ms() - order.ship_by_ms
    if late_ms < 0:
        return 2
    return 1 if late_ms > SOON_MS else 3


def _find(call: Call, number: str) -> tuple[Order, dict[str, Any]] | None:
    order = call.world.by_package.get((call.shop.shop_id, number))
    if order is None:
        return None
    return order, next(package for package in order.packages if package["package_number"] == number)


def _package(call: Call) -> dict[str, Any]:
    """The parcel of `order_sn`, by number when the order was split [D]."""
    order = call.world.orders.get((call.shop.shop_id, call.text("order_sn")))
    if order is None:
        raise ApiError("logistics.invalid_error", "The order does not exist.")
    if "package_number" in call.values and not call.values["package_number"]:
        raise ApiError("logistics.error_param", "package_number must not be empty.")
    number = call.text("package_number", "")
    if not number and len(order.packages) > 1:
        raise ApiError("logistics.package_number_not_exist", "The order was split: package_number is needed.")
    for package in order.packages:
        if number in {"", package["package_number"]}:
            return package
    raise ApiError("logistics.package_not_exist", "The package does not exist.")


ENDPOINTS = {
    "/logistics/get_tracking_number": Endpoint(methods=GET, handle=tracking_number),
    "/logistics/get_mass_tracking_number": Endpoint(methods=POST, handle=many_tracking_numbers),
    "/logistics/get_tracking_info": Endpoint(methods=GET, handle=tracking_info),
    "/order/get_package_detail": Endpoint(methods=GET, handle=package_detail),
    "/order/search_package_list": Endpoint(methods=POST, handle=search_packages),
}
