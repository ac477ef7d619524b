"""Orders and their items, as /orders/get, /order/get, /order/items/get and /orders/items/get answer them."""

import json
import operator
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from simulators.core.clock import parse_instant
from simulators.lazada.answers import ApiError, number
from simulators.lazada.call import GET, Call, Endpoint
from simulators.lazada.entities import COUNTRIES, CURRENCIES, Order, Store

PAGE_MAX = 100
MANY_MAX = 50
LISTS_KEPT = 32
STATUSES = frozenset({
    "all", "unpaid", "pending", "packed", "canceled", "ready_to_ship", "delivered", "returned", "shipped", "failed",
    "topack", "toship", "shipping", "lost", "lost_by_3pl", "damaged_by_3pl", "failed_delivery", "shipped_back",
    "shipped_back_success", "shipped_back_failed", "package_scrapped",
})  # fmt: skip
_SINGAPORE = timezone(timedelta(hours=8))
_BAD_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")


def list_orders(call: Call) -> dict[str, Any]:
    """Orders by time of creation or change."""
    params = call.params
    if not params.get("created_after") and not params.get("update_after"):
        raise ApiError("E018", "CreatedAfter or UpdatedAfter is mandatory", kind="ISP")
    status = params.get("status") or "all"
    if status not in STATUSES:
        raise ApiError("36", f"E036: Invalid status filter {status}", kind="ISP")
    limit, offset = call.whole("limit", PAGE_MAX), call.whole("offset", 0)
    if not 0 <= offset <= call.world.switches.offset_max:
        raise ApiError("14", "E014: Invalid offset", kind="ISP")
    if not 1 <= limit <= PAGE_MAX:
        raise ApiError("19", "E019: Invalid limit", kind="ISP")
    matches = _matches(call, status)
    page = matches[offset : offset + limit]
    return {
        "data": {
            "count": len(page),
            "countTotal": len(matches),
            "orders": [order_json(call.store, order) for order in page],
        }
    }


def get_order(call: Call) -> dict[str, Any]:
    """One order; 16 when it is not of this store."""
    order = order_in(call, call.need("order_id"))
    body = order_json(call.store, order)
    shipping = body["address_shipping"]
    shipping["addressDistrict"] = shipping.pop("addressDsitrict")  # misspelt in the list only [D]
    return {"data": {**body, "order_number": number(order.order_id)}}


def get_items(call: Call) -> dict[str, Any]:
    """The items of one order."""
    order = order_in(call, call.need("order_id"))
    return {"data": [item_json(call.store, order, item) for item in order.items]}


def get_items_of_many(call: Call) -> dict[str, Any]:
    """The items of up to 50 orders."""
    try:
        ids = json.loads(call.need("order_ids"))
    except ValueError as error:
        raise ApiError("56", "E056: Invalid OrdersIdList format. Must use array format [1,2]", kind="ISP") from error
    if not isinstance(ids, list):
        raise ApiError("56", "E056: Invalid OrdersIdList format. Must use array format [1,2]", kind="ISP")
    if not ids:
        raise ApiError("39", "E039: No orders found", kind="ISP")
    if len(ids) > MANY_MAX:
        raise ApiError("38", "E038: Too many orders were requested", kind="ISP")
    orders = []
    for order_id in map(str, ids):
        order = call.world.orders.get((call.store.seller_id, order_id))
        if order is None:
            raise ApiError("37", "E037: One or more order id in the list are incorrect", kind="ISP")
        orders.append(order)
    return {
        "data": [
            {
                "order_id": number(order.order_id),
                "order_number": number(order.order_id),
                "order_items": [item_json(call.store, order, item) for item in order.items],
            }
            for order in orders
        ]
    }


def order_in(call: Call, order_id: str) -> Order:
    """An order of the calling store, else 16."""
    order = call.world.orders.get((call.store.seller_id, order_id))
    if order is None:
        raise ApiError("16", f'E016: "{order_id[:40]}" Invalid Order ID', kind="ISP")
    return order


def order_json(store: Store, order: Order) -> dict[str, Any]:
    """The order object; money as text with two decimals, personal data masked [D]."""
    price = sum((Decimal(str(item["item_price"])) for item in order.items), Decimal(0))
    address = {
        "first_name": order.buyer_name, "last_name": "", "phone": f"{order.buyer_id[:2]}****{order.buyer_id[-2:]}",
        "phone2": "", "address1": "9* S***", "address2": "", "address3": "", "address4": "", "address5": "", "city": "",
        "post_code": "10110", "country": COUNTRIES[store.site], "addressDsitrict": "",
    }  # fmt: skip
    return {
        "order_id": number(order.order_id), "order_number": order.order_id, "statuses": order.statuses,
        "items_count": len(order.items), "price": f"{price:.2f}", "voucher": order.voucher, "voucher_platform": "0.00",
        "voucher_seller": order.voucher, "voucher_code": "", "shipping_fee": order.shipping_fee,
        "shipping_fee_original": order.shipping_fee, "shipping_fee_discount_seller": "0.00",
        "shipping_fee_discount_platform": "0.00", "payment_method": order.payment_method,
        "created_at": platform_date(order.created_ms), "updated_at": platform_date(order.updated_ms),
        "address_updated_at": "", "promised_shipping_times": "", "customer_first_name": order.buyer_name,
        "customer_last_name": "", "gift_option": False, "gift_message": "", "buyer_note": order.buyer_note,
        "remarks": "", "delivery_info": "", "warehouse_code": "dropshipping", "branch_number": "", "tax_code": "",
        "national_registration_number": "", "extra_attributes": None,
        "need_cancel_confirm": any(item.get("need_cancel_confirm") for item in order.items),
        "is_cancel_pending": False, "address_shipping": address,
        "address_billing": {name: address[name] for name in ("first_name", "phone", "country")},
    }  # fmt: skip


def item_json(store: Store, order: Order, item: dict[str, Any]) -> dict[str, Any]:
    """The item object: one unit of one product."""
    return {
        "order_item_id": number(item["order_item_id"]), "order_id": number(order.order_id), "status": item["status"],
        "name": item["name"], "sku": item["sku"], "shop_sku": f"{item['sku']}_{store.site.upper()}", "sku_id": "888",
        "product_id": "777", "variation": item.get("variation", ""), "item_price": item["item_price"],
        "paid_price": item["paid_price"], "currency": CURRENCIES[store.site], "buyer_id": number(order.buyer_id),
        "shop_id": store.name, "package_id": item["package_id"], "tracking_code": item["tracking_code"],
        "tracking_code_pre": "", "shipment_provider": item.get("shipment_provider", "Demo Express"),
        "shipping_type": "Dropshipping", "shipping_provider_type": "STANDARD", "warehouse_code": "dropshipping",
        "sla_time_stamp": "", "promised_shipping_time": "", "order_type": "Normal", "order_flag": "NORMAL", "is_fbl": 0,
        "delivery_option_sof": 0, "is_digital": 0, "is_reroute": 0, "reason": item.get("reason", ""),
        "reason_detail": "", "return_status": "", "cancel_return_initiator": item.get("cancel_return_initiator", ""),
        "reverse_order_id": number(order.reverse_order_id) if order.reverse_order_id else None,
        "need_cancel_confirm": bool(item.get("need_cancel_confirm", False)), "is_cancel_pending": False,
        "cancel_trigger_time": item.get("cancel_trigger_time"), "can_escalate_pickup": False,
        "payment_time": order.created_ms,
        "created_at": platform_date(order.created_ms), "updated_at": platform_date(order.updated_ms),
    }  # fmt: skip


def platform_date(ms: int) -> str:
    """A date as answers carry it, in Singapore time."""
    return datetime.fromtimestamp(ms // 1000, UTC).astimezone(_SINGAPORE).strftime("%Y-%m-%d %H:%M:%S %z")


def _matches(call: Call, status: str) -> list[Order]:
    """The orders asked for, sorted. Kept until an order changes, since paging asks the same again and again."""
    by, direction = call.params.get("sort_by") or "created_at", call.params.get("sort_direction") or "DESC"
    if by not in {"created_at", "updated_at"}:
        raise ApiError("75", "E075: Invalid sort filter", kind="ISP")
    if direction.upper() not in {"ASC", "DESC"}:
        raise ApiError("74", "E074: Invalid sort direction", kind="ISP")
    bounds, kept = _bounds(call), call.world.order_lists
    key = (call.store.seller_id, by, direction.upper(), status, *bounds.values())
    if key not in kept:
        stamp = operator.attrgetter("created_ms" if by == "created_at" else "updated_ms", "order_id")
        fitting = (o for o in call.world.orders_of[call.store.seller_id].values() if _fits(o, bounds, status))
        if len(kept) >= LISTS_KEPT:
            kept.clear()
        kept[key] = sorted(fitting, key=stamp, reverse=direction.upper() == "DESC")
    return kept[key]


def _fits(order: Order, bounds: dict[str, int], status: str) -> bool:
    created, updated = order.created_ms // 1000, order.updated_ms // 1000
    return (
        bounds["created_after"] <= created <= bounds["created_before"]
        and bounds["update_after"] <= updated <= bounds["update_before"]
        and (status == "all" or status in order.statuses)
    )


def _bounds(call: Call) -> dict[str, int]:
    """Seconds since 1970 for the four dates; both ends are inclusive (our choice)."""
    found: dict[str, int] = {}
    for name in ("created_after", "created_before", "update_after", "update_before"):
        text = call.params.get(name, "")
        found[name] = _seconds(text) if text else (0 if name.endswith("after") else 10**12)
    return found


def _seconds(text: str) -> int:
    try:
        return parse_instant(_BAD_OFFSET.sub(r"\1:\2", text.replace(" ", "+"))) // 1000
    except ValueError as error:
        raise ApiError("17", "E017: Invalid Date Format", kind="ISP") from error


ENDPOINTS = {
    "/orders/get": Endpoint(methods=GET, handle=list_orders),
    "/order/get": Endpoint(methods=GET, handle=get_order),
    "/order/items/get": Endpoint(methods=GET, handle=get_items),
    "/orders/items/get": Endpoint(methods=GET, handle=get_items_of_many),
}
