"""Orders: get_order_list and get_order_detail (sections 5.1 to 5.3 of the platform's pages)."""

import base64
import operator
from typing import Any

from simulators.shopee.answers import ApiError, wrong
from simulators.shopee.call import GET, POST, Call, Endpoint
from simulators.shopee.entities import CURRENCIES, OPEN_RETURNS, Order
from simulators.shopee.world import World

PAGE_MAX, MANY_MAX, LISTS_KEPT = 100, 50, 32
FILTERS = frozenset({
    "UNPAID", "READY_TO_SHIP", "PROCESSED", "SHIPPED", "COMPLETED", "IN_CANCEL", "CANCELLED", "INVOICE_PENDING",
})  # fmt: skip
"""TO_CONFIRM_RECEIVE, RETRY_SHIP and TO_RETURN are not accepted in the list [D]."""
CANCELLABLE = frozenset({"READY_TO_SHIP", "PROCESSED", "RETRY_SHIP"})
"""Only before shipment [D][I]."""


def list_orders(call: Call) -> dict[str, Any]:
    """Orders by time of creation or change, a page after a cursor."""
    field = call.text("time_range_field")
    if field not in {"create_time", "update_time"}:
        raise wrong("time_range_field must be create_time or update_time")
    start, end = call.window("time_from", "time_to", "order.order_list_invalid_time")
    size, status = call.whole("page_size"), call.text("order_status", "")
    if not 1 <= size <= PAGE_MAX:
        raise wrong(f"page_size must be 1 to {PAGE_MAX}")
    if status and status not in FILTERS:
        raise wrong(f"order_status {status[:40]} is not one of {', '.join(sorted(FILTERS))}")
    pending = call.text("request_order_status_pending", "false").lower() == "true"
    found = _matches(call, field, start, end, status)
    after = _offset(call.text("cursor", ""))
    page = found[after : after + size]
    more = after + size < len(found)
    named = "order_status" in call.text("response_optional_fields", "")
    rows = [
        {"order_sn": order.order_sn, **({"order_status": shown_status(order, pending=pending)} if named else {})}
        for order in page
    ]
    return {"more": more, "next_cursor": _cursor(after + size) if more else "", "order_list": rows}


def order_detail(call: Call) -> dict[str, Any]:
    """Up to 50 orders; optional fields only when asked for [D]. Foreign and unknown ones are left out; when none is
    left: error_not_found [I]."""
    shop_id = call.shop.shop_id
    wanted = call.listed("order_sn_list", most=MANY_MAX)
    optional = frozenset(call.text("response_optional_fields", "").split(","))
    pending = call.text("request_order_status_pending", "false").lower() == "true"
    found = [call.world.orders[shop_id, sn] for sn in wanted if (shop_id, sn) in call.world.orders]
    if not found:
        raise ApiError("error_not_found", "Order is not found.")
    return {"order_list": [order_json(call, order, optional, pending=pending) for order in found]}


def set_note(call: Call) -> dict[str, Any]:
    """The seller's own note."""
    order = order_in(call)
    order.note = call.text("note", "")
    call.world.order_changed(order)
    return {}


def order_in(call: Call) -> Order:
    """The order named by `order_sn`; else error_not_found."""
    order = call.world.orders.get((call.shop.shop_id, call.text("order_sn")))
    if order is None:
        raise ApiError("error_not_found", "Order is not found.")
    return order


def shown_status(order: Order, *, pending: bool) -> str:
    """PENDING is shown only to who asks for it [D]; it reads READY_TO_SHIP to others [I]."""
    return "READY_TO_SHIP" if order.status == "PENDING" and not pending else order.status


def order_json(call: Call, order: Order, optional: frozenset[str], *, pending: bool) -> dict[str, Any]:
    """The order object; personal data masked [D]."""
    region = call.shop.region
    body: dict[str, Any] = {
        "order_sn": order.order_sn, "region": region, "currency": CURRENCIES[region], "cod": order.cod,
        "order_status": shown_status(order, pending=pending), "message_to_seller": order.message_to_seller,
        "create_time": order.created_ms // 1000, "update_time": order.updated_ms // 1000,
        "days_to_ship": order.days_to_ship, "ship_by_date": order.ship_by_ms // 1000,
        "can_full_cancel_order": order.status in CANCELLABLE and not order.is_warehouse,
        "can_partial_cancel_order": False, "buyer_preference_for_partial_cancellation": 0,
    }  # fmt: skip
    body.update({name: value for name, value in _optional(call, order).items() if name in optional})
    return body


def _optional(call: Call, order: Order) -> dict[str, Any]:
    paid_ms = 0 if order.status == "UNPAID" else order.created_ms + 100_000
    is_tw = call.shop.region == "TW"
    return {
        "buyer_user_id": int(order.buyer_id), "buyer_username": "****" if is_tw else f"buyer_{order.buyer_id[-4:]}",
        "estimated_shipping_fee": 4.9, "actual_shipping_fee": 4.9, "actual_shipping_fee_confirmed": False,
        "recipient_address": _address(call, order), "goods_to_declare": False, "note": order.note,
        "note_update_time": order.updated_ms // 1000 if order.note else 0, "pay_time": paid_ms // 1000,
        "dropshipper": "", "dropshipper_phone": "", "split_up": len(order.packages) > 1,
        "buyer_cancel_reason": order.buyer_cancel_reason, "cancel_by": order.cancel_by,
        "cancel_reason": order.cancel_reason, "buyer_cpf_id": None,
        "fulfillment_flag": "fulfilled_by_shopee" if order.is_warehouse else "fulfilled_by_local_seller",
        "pickup_done_time": order.pickup_done_ms // 1000, "shipping_carrier": order.packages[0]["carrier"],
        "payment_method": order.payment_method, "total_amount": order.total, "invoice_data": None,
        "order_chargeable_weight_gram": 300, "return_request_due_date": 0, "edt": None, "payment_info": [],
        "item_list": [_item(call.world, order, item) for item in order.items],
        "package_list": [_package(order, package) for package in order.packages],
    }  # fmt: skip


def _address(call: Call, order: Order) -> dict[str, str]:
    region = call.shop.region
    if region == "TW":
        names = ("name", "phone", "town", "district", "city", "state", "zipcode", "full_address")
        return {**dict.fromkeys(names, "****"), "region": region}
    return {
        "name": order.buyer_name, "phone": f"******{order.buyer_id[-2:]}", "town": "", "district": "Demo district",
        "city": "Demo city", "state": "Demo state", "region": region, "zipcode": "50000", "full_address": "No******",
    }  # fmt: skip


def _item(world: World, order: Order, item: dict[str, Any]) -> dict[str, Any]:
    is_cancelled = order.status == "CANCELLED"
    returned = any(
        row.order_sn == order.order_sn and row.shop_id == order.shop_id and row.status in OPEN_RETURNS
        for row in world.returns.values()
    )
    quantity = item["quantity"]
    return {
        "item_id": item["item_id"], "item_name": item["name"], "item_sku": item["sku"], "model_id": item["model_id"],
        "model_name": "", "model_sku": item["sku"], "model_quantity_purchased": quantity,
        "model_original_price": item["price"], "model_discounted_price": item["price"], "wholesale": False,
        "weight": 0.3, "add_on_deal": False, "main_item": False, "add_on_deal_id": 0, "promotion_type": "",
        "promotion_id": 0, "order_item_id": item["item_id"], "promotion_group_id": 0,
        "image_info": {"image_url": "https://img.example.test/item.png"}, "product_location_id": [order.shop_id],
        "active_qty": 0 if is_cancelled else quantity, "cancelled_qty": quantity if is_cancelled else 0,
        "cancel_requested_qty": quantity if order.status == "IN_CANCEL" else 0,
        "return_requested_qty": quantity if returned else 0, "returned_qty": 0,
    }  # fmt: skip


def _package(order: Order, package: dict[str, Any]) -> dict[str, Any]:
    return {
        "package_number": package["package_number"], "logistics_status": package["logistics_status"],
        "logistics_channel_id": 20021, "shipping_carrier": package["carrier"], "allow_self_design_awb": False,
        "item_list": [
            {
                "item_id": order.items[n]["item_id"], "model_id": order.items[n]["model_id"],
                "model_quantity": order.items[n]["quantity"], "order_item_id": order.items[n]["item_id"],
                "promotion_group_id": 0, "product_location_id": order.shop_id,
            }
            for n in package["items"]
        ],
    }  # fmt: skip


def _matches(call: Call, field: str, start: int, end: int, status: str) -> list[Order]:
    """The orders asked for, oldest first. Kept until an order changes, since paging asks the same again."""
    kept, shop_id = call.world.order_lists, call.shop.shop_id
    key = (shop_id, field, start, end, status)
    if key not in kept:
        name = "created_ms" if field == "create_time" else "updated_ms"
        stamp = operator.attrgetter(name)
        fitting = [
            order
            for order in call.world.orders_of[shop_id].values()
            if start <= stamp(order) // 1000 <= end and status in {"", order.status}
        ]
        if len(kept) >= LISTS_KEPT:
            kept.clear()
        kept[key] = sorted(fitting, key=operator.attrgetter(name, "order_sn"))
    return kept[key]


def _cursor(offset: int) -> str:
    """Opaque [D]: no client may take it for a number."""
    return base64.urlsafe_b64encode(f"after:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        name, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if name == "after" and number.isdecimal() and len(number) < 10:
            return int(number)
    except ValueError:
        pass
    raise wrong("cursor is not valid")


ENDPOINTS = {
    "/order/get_order_list": Endpoint(methods=GET, handle=list_orders),
    "/order/get_order_detail": Endpoint(methods=GET, handle=order_detail),
    "/order/set_note": Endpoint(methods=POST, handle=set_note),
}
