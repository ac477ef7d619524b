"""Orders, as Get Order List and Get Order Detail answer them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.call import Call, Endpoint, paged
from simulators.tiktokshop.entities import (
    COUNTRIES,
    CURRENCIES,
    DIAL_CODES,
    ORDERS,
    TOKOPEDIA,
    Order,
    Store,
    stable_id,
)
from simulators.tiktokshop.lifecycle import STATUSES

LISTS_KEPT = 64
NO_ADDRESS = frozenset({"UNPAID", "ON_HOLD"})


def search(call: Call) -> dict[str, Any]:
    """Orders by time of creation or change; lower bounds inclusive, upper exclusive, as their names say."""
    offset, size = call.page(smallest=1, largest=100)
    field = call.choice("sort_field", ("create_time", "update_time"))
    order = call.choice("sort_order", ("DESC", "ASC"))
    status = str(call.body.get("order_status") or "")
    if status and status not in STATUSES:
        raise call.bad(f"order_status {status!r} is not valid")
    wants_cancel = call.body.get("is_buyer_request_cancel")
    if wants_cancel is not None and not isinstance(wants_cancel, bool):
        raise call.bad("is_buyer_request_cancel must be a boolean")
    bounds = tuple(
        call.whole(name) for name in ("create_time_ge", "create_time_lt", "update_time_ge", "update_time_lt")
    )
    wanted = (
        status, str(call.body.get("shipping_type") or ""), str(call.body.get("buyer_user_id") or ""),
        wants_cancel,
    )  # fmt: skip
    key = ("orders", call.store.seller_id, field, order, bounds, wanted)
    rows = kept_list(call, key, lambda: _matching(call, field, order, bounds, wanted))
    page, token = paged(rows, offset, size)
    return {
        "orders": [order_json(call.store, row) for row in page],
        "next_page_token": token,
        "total_count": len(rows),
    }


def kept_list(call: Call, key: tuple[object, ...], made: Callable[[], list[Any]]) -> list[Any]:
    """A sorted list, kept until something changes: paging through thousands must not sort them for every page."""
    kept = call.world.sorted_lists
    if key not in kept:
        if len(kept) >= LISTS_KEPT:
            kept.pop(next(iter(kept)))
        kept[key] = made()
    return kept[key]


def _matching(
    call: Call, field: str, order: str, bounds: tuple[int | None, ...], wanted: tuple[Any, ...]
) -> list[Order]:
    created_ge, created_lt, updated_ge, updated_lt = bounds
    status, shipping_type, buyer_id, wants_cancel = wanted
    rows = [
        row
        for row in call.world.orders_of.get(call.store.seller_id, {}).values()
        if within(row.created_ms, created_ge, created_lt)
        and within(row.updated_ms, updated_ge, updated_lt)
        and (not status or row.status == status)
        and (not shipping_type or row.shipping_type == shipping_type)
        and (not buyer_id or row.buyer_id == buyer_id)
        and (wants_cancel is None or row.wants_cancel == wants_cancel)
    ]
    is_created = field == "create_time"
    rows.sort(key=lambda row: (row.created_ms if is_created else row.updated_ms, row.order_id), reverse=order == "DESC")
    return rows


def within(ms: int, ge_s: int | None, lt_s: int | None) -> bool:
    """Whether an instant lies in a window of Unix seconds."""
    at = ms // 1000
    return (ge_s is None or at >= ge_s) and (lt_s is None or at < lt_s)


def detail(call: Call) -> dict[str, Any]:
    """Up to 50 orders by id. An order of another shop: 21008111 [3P]; one nobody knows is left out (ours)."""
    ids = call.asked_list("ids")
    if not ids:
        raise call.bad("ids is required")
    if len(ids) > call.world.switches.ids_max:
        raise call.bad(f"ids holds more than {call.world.switches.ids_max} orders")
    found = []
    for order_id in dict.fromkeys(ids):
        order = call.world.orders.get((call.store.seller_id, order_id))
        if order is not None:
            found.append(order_json(call.store, order))
        elif any((seller_id, order_id) in call.world.orders for seller_id in call.world.stores):
            raise ApiError(21008111, "The order does not belong to this shop")
    return {"orders": found}


def order_of(call: Call, order_id: str, code: int, words: str = "Order not found") -> Order:
    """An order of the shop, or the refusal of the family."""
    order = call.world.orders.get((call.store.seller_id, order_id))
    if order is None:
        raise ApiError(code, words)
    return order


def order_json(store: Store, order: Order) -> dict[str, Any]:
    """An order as list and detail carry it."""
    currency = CURRENCIES[store.market]
    times = {name: at for name, at in order.times.items() if at}
    first = order.lines[0]
    body: dict[str, Any] = {
        "id": order.order_id,
        "status": order.status,
        "user_id": order.buyer_id,
        "buyer_email": f"v2{order.buyer_id[-8:]}@chat.seller.tiktok.example",
        "buyer_nickname": order.buyer_name,
        "buyer_message": order.buyer_note,
        **times,
        "update_time": order.updated_ms // 1000,
        "is_cod": order.is_cod,
        "is_buyer_request_cancel": order.wants_cancel,
        "is_on_hold_order": order.is_on_hold,
        "is_replacement_order": False,
        "is_sample_order": False,
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "delivery_type": "HOME_DELIVERY",
        "delivery_option_name": "Standard shipping",
        "shipping_type": order.shipping_type,
        "shipping_provider": "Demo Express",
        "shipping_provider_id": stable_id("courier", store.market),
        "tracking_number": first["tracking_number"],
        "warehouse_id": stable_id("warehouse", store.seller_id),
        "payment_method_name": "Cash on delivery" if order.is_cod else "Card",
        "packages": [{"id": package_id} for package_id in order.package_ids],
        "line_items": [_line_json(line, currency) for line in order.lines],
        "payment": _payment(order, currency),
    }
    if order.status not in NO_ADDRESS:
        body["recipient_address"] = recipient_json(store, order)
    if order.status == "CANCELLED":
        body |= {"cancel_reason": order.cancel_reason, "cancellation_initiator": _initiator(order.cancel_by)}
    if store.market == "id":
        body["commerce_platform"] = "TOKOPEDIA" if order.platform == TOKOPEDIA else "TIKTOK_SHOP"
    return body


def _initiator(by: str) -> str:
    """Order level knows no OPERATOR [OAS]."""
    return "SYSTEM" if by == "OPERATOR" else by


def _line_json(line: dict[str, Any], currency: str) -> dict[str, Any]:
    body = {
        "id": line["id"],
        "sku_id": line["sku_id"],
        "sku_name": "Default",
        "sku_type": "NORMAL",
        "product_id": line["product_id"],
        "product_name": line["product_name"],
        "seller_sku": line["seller_sku"],
        "sale_price": line["sale_price"],
        "original_price": line["sale_price"],
        "currency": currency,
        "display_status": line["status"],
        "is_gift": False,
        "package_id": line["package_id"],
        "package_status": line["package_status"],
        "tracking_number": line["tracking_number"],
    }
    if line["cancel_user"]:
        body |= {"cancel_reason": line["cancel_reason"], "cancel_user": line["cancel_user"]}
    return body


def subtotal(order: Order) -> Decimal:
    """What the pieces cost together."""
    return sum((Decimal(str(line["sale_price"])) for line in order.lines), Decimal())


def _payment(order: Order, currency: str) -> dict[str, str]:
    total = subtotal(order)
    return {
        "currency": currency,
        "sub_total": str(total),
        "original_total_product_price": str(total),
        "shipping_fee": order.shipping_fee,
        "total_amount": str(total + Decimal(order.shipping_fee)),
    }


def recipient_json(store: Store, order: Order) -> dict[str, Any]:
    """Who gets the parcel: masked whenever the platform handles logistics, the normal case [DOC]."""
    name = order.recipient.get("name", "Lan Demo")
    dial = DIAL_CODES[store.market]
    phone = order.recipient.get("phone", f"(+{dial})900000012")
    address = order.recipient.get("address", f"1 Demo Street, {COUNTRIES[store.market]}")
    if order.shipping_type != "SELLER":
        name = " ".join(f"{part[:1]}**" for part in name.split())
        phone, address = f"(+{dial})9*****{phone[-2:]}", f"{address.rsplit(',', 1)[-1].strip()}, ****"
    return {
        "name": name,
        "phone_number": phone,
        "region_code": store.market.upper(),
        "full_address": address,
        "district_info": [
            {"address_level": "L0", "address_level_name": "Country", "address_name": COUNTRIES[store.market]}
        ],
    }


ENDPOINTS = (
    Endpoint(method="POST", path="/order/{version}/orders/search", versions=("202309",), handle=search, scope=ORDERS),
    Endpoint(method="GET", path="/order/{version}/orders", versions=("202309", "202507"), handle=detail, scope=ORDERS),
)
