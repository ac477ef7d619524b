"""Parcels and tracking: packages, order tracking, the cross-border track."""

from typing import Any

from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.call import Call, Endpoint, paged
from simulators.tiktokshop.entities import LOGISTICS, PARCELS, Order, Store, stable_id
from simulators.tiktokshop.lifecycle import PACKAGE_STATES
from simulators.tiktokshop.orders import kept_list, order_of, recipient_json, within
from simulators.tiktokshop.tracks import NAMES

SEARCHABLE = frozenset(PACKAGE_STATES.values()) - {"TO_FULFILL"}


def get_package(call: Call) -> dict[str, Any]:
    """One parcel."""
    package_id = call.ids[0]
    order_id = call.world.package_orders.get((call.store.seller_id, package_id))
    if order_id is None:
        raise ApiError(21011001, "Package not found")
    order = call.world.orders[call.store.seller_id, order_id]
    lines = [line for line in order.lines if line["package_id"] == package_id]
    body = {
        "package_id": package_id,
        "package_status": lines[0]["package_status"],
        "tracking_number": lines[0]["tracking_number"],
        "shipping_provider_id": stable_id("courier", call.store.market),
        "shipping_provider_name": "Demo Express",
        "shipping_type": order.shipping_type,
        "handover_method": "PICKUP",
        "has_multi_skus": len({line["sku_id"] for line in lines}) > 1,
        "orders": [_order_part(order, lines)],
        "order_line_item_ids": [line["id"] for line in lines],
        "create_time": order.times.get("rts_time", order.created_ms // 1000),
        "update_time": order.updated_ms // 1000,
        "recipient_address": _plain_address(call.store, order),
    }
    if call.store.seller_type == "CROSS_BORDER":
        body["last_mile_tracking_number"] = f"LM{lines[0]['tracking_number']}"
    return body


def search_packages(call: Call) -> dict[str, Any]:
    """Parcels by time and status. A status TO_FULFILL exists on order lines only [OAS]."""
    offset, size = call.page(smallest=1, largest=50)
    field = call.choice("sort_field", ("create_time", "update_time", "order_pay_time"))
    direction = call.choice("sort_order", ("DESC", "ASC"))
    status = str(call.body.get("package_status") or "")
    if status and status not in SEARCHABLE:
        raise call.bad(f"package_status {status!r} is not valid")
    bounds = tuple(
        call.whole(name) for name in ("create_time_ge", "create_time_lt", "update_time_ge", "update_time_lt")
    )

    def matching() -> list[dict[str, Any]]:
        rows = [
            row
            for order in call.world.orders_of.get(call.store.seller_id, {}).values()
            for row in _package_rows(call.store, order)
            if (not status or row["status"] == status)
            and within(row["create_time"] * 1000, *bounds[:2])
            and within(row["update_time"] * 1000, *bounds[2:])
        ]
        by = "create_time" if field == "order_pay_time" else field
        return sorted(rows, key=lambda row: (row[by], row["id"]), reverse=direction == "DESC")

    rows = kept_list(call, ("packages", call.store.seller_id, field, direction, status, bounds), matching)
    page, token = paged(rows, offset, size)
    return {"packages": page, "next_page_token": token, "total_count": len(rows)}


def _package_rows(store: Store, order: Order) -> list[dict[str, Any]]:
    rows = []
    for package_id in order.package_ids:
        lines = [line for line in order.lines if line["package_id"] == package_id]
        if lines[0]["package_status"] in SEARCHABLE:
            rows.append({
                "id": package_id,
                "status": lines[0]["package_status"],
                "tracking_number": lines[0]["tracking_number"],
                "shipping_provider_id": stable_id("courier", store.market),
                "shipping_provider_name": "Demo Express",
                "orders": [_order_part(order, lines)],
                "order_line_item_ids": [line["id"] for line in lines],
                "create_time": order.times.get("rts_time", order.created_ms // 1000),
                "update_time": order.updated_ms // 1000,
            })  # fmt: skip
    return rows


def _order_part(order: Order, lines: list[dict[str, Any]]) -> dict[str, Any]:
    skus: dict[str, dict[str, Any]] = {}
    for line in lines:
        row = skus.setdefault(line["sku_id"], {"id": line["sku_id"], "name": line["product_name"], "quantity": 0})
        row["quantity"] += 1
    return {"id": order.order_id, "skus": list(skus.values())}


def _plain_address(store: Store, order: Order) -> dict[str, Any]:
    found = recipient_json(store, order)
    return {name: found[name] for name in ("name", "phone_number", "region_code", "full_address")}


def tracking(call: Call) -> dict[str, Any]:
    """The events of all parcels of an order together, without a package id [OAS]; newest first as in the samples."""
    order = order_of(call, call.ids[0], 21001001)
    switches = call.world.switches
    events = sorted(order.events, key=lambda e: int(e["at_ms"]))
    if not switches.tracking_oldest_first:
        events.reverse()
    rows = [{"description": e["description"], "update_time_millis": e["at_ms"]} for e in events]
    if switches.tracking_codes:
        rows = [{**row, "action_code": e["action_code"]} for row, e in zip(rows, events, strict=True)]
    return {"tracking": rows}


def cross_border_tracking(call: Call) -> dict[str, Any]:
    """By parcel, with the leg before the border; other shops are refused with 11007009 [PY]."""
    if call.store.seller_type != "CROSS_BORDER":
        raise ApiError(11007009, "The order type is not supported")
    order = order_of(call, call.ids[0], 11007009)
    number = str(order.lines[0]["tracking_number"])
    return {
        "order_id": order.order_id,
        "logistics_details": [
            {
                "newest_tracking_no": f"LM{number}",
                "carrier_name": "Demo Express",
                "track_list": [
                    {
                        "description": e["description"],
                        "tracking_no": number,
                        "update_time_millis": e["at_ms"],
                        "action_code": e["action_code"],
                        "action_code_name": NAMES.get(e["action_code"], "UNKNOWN"),
                    }
                    for e in sorted(order.events, key=lambda e: int(e["at_ms"]), reverse=True)
                ],
            }
        ],
    }


ENDPOINTS = (
    Endpoint(
        method="POST", path="/fulfillment/{version}/packages/search", versions=("202309",),
        handle=search_packages, scope=PARCELS,
    ),
    Endpoint(
        method="GET", path="/fulfillment/{version}/packages/{}", versions=("202309",), handle=get_package, scope=PARCELS
    ),
    Endpoint(
        method="GET", path="/fulfillment/{version}/orders/{}/tracking", versions=("202309",),
        handle=tracking, scope=PARCELS,
    ),
    Endpoint(
        method="GET", path="/logistics/{version}/orders/{}/tracking", versions=("202604",),
        handle=cross_border_tracking, scope=LOGISTICS,
    ),
)  # fmt: skip
