"""The seller cancels, and answers a buyer who wants to (sections 5.4 and 5.5 of the platform's pages)."""

from typing import Any

from simulators.shopee.answers import ApiError, wrong
from simulators.shopee.call import POST, Call, Endpoint
from simulators.shopee.entities import Order
from simulators.shopee.moves import Moves
from simulators.shopee.orders import CANCELLABLE, order_in

REASONS = {
    "OUT_OF_STOCK": "out of stock", "CUSTOMER_REQUEST": "buyer request",
    "UNDELIVERABLE_AREA": "undeliverable area", "COD_NOT_SUPPORTED": "COD unsupported",
}  # fmt: skip
NARROW = frozenset({"OUT_OF_STOCK", "UNDELIVERABLE_AREA"})
"""The Data Definition page knows only these two [D, conflicting]."""
UNDELIVERABLE_REGIONS = frozenset({"TW", "MY"})


def cancel_order(call: Call) -> dict[str, Any]:
    """Only before shipment; one order a call [D]. With `cancel_is_queued` the order is IN_CANCEL first [U]."""
    world, order = call.world, order_in(call)
    reason = call.text("cancel_reason")
    if reason not in REASONS or (world.switches.narrow_cancel_reasons and reason not in NARROW):
        raise wrong("cancel_reason is not valid")
    if reason == "UNDELIVERABLE_AREA" and call.shop.region not in UNDELIVERABLE_REGIONS:
        raise wrong("cancel_reason UNDELIVERABLE_AREA is for TW and MY alone")
    if reason == "COD_NOT_SUPPORTED" and not order.cod:
        raise wrong("cancel_reason COD_NOT_SUPPORTED is for COD orders alone")
    if reason == "OUT_OF_STOCK":
        _check_items(call, order)
    if call.values.get("partial_cancel_item_list"):
        raise wrong("partial_cancel_item_list: this order cannot be cancelled in part")  # can_partial_cancel_order
    if order.is_warehouse:
        raise ApiError("error_param", "This order is fulfilled by a warehouse and cannot be cancelled by the seller.")
    if order.status not in CANCELLABLE:
        raise ApiError("order.error_limit", "This order cannot be cancelled.")
    moves = Moves(world)
    if world.switches.cancel_is_queued:
        moves.set_status(order, "IN_CANCEL", cancel_by="seller", cancel_reason=REASONS[reason])
        due = world.clock.now_ms() + int(world.switches.cancel_queue_s * 1000)
        world.agenda.at(due, lambda: _carry_out(moves, order, reason))
    else:
        moves.cancel(order, by="seller", reason=REASONS[reason])
    return {"update_time": order.updated_ms // 1000}


def handle_buyer_cancellation(call: Call) -> dict[str, Any]:
    """Accept or refuse what the buyer asked for; the order must be IN_CANCEL [D]."""
    order, operation = order_in(call), call.text("operation")
    if operation not in {"ACCEPT", "REJECT"}:
        raise wrong("operation must be ACCEPT or REJECT")
    if order.status == "CANCELLED":
        raise ApiError("order.cancel_order_invalid_status", "The cancellation has ended already.")
    if order.status != "IN_CANCEL" or order.cancel_by == "seller":
        raise ApiError("order.order_status_invalid", "The order status must be IN_CANCEL.")
    moves = Moves(call.world)
    if operation == "ACCEPT":
        moves.cancel(order, by="buyer", reason=order.cancel_reason or order.buyer_cancel_reason or "buyer request")
    else:
        moves.set_status(order, order.status_before or "READY_TO_SHIP", cancel_by="", buyer_cancel_reason="")
    return {"update_time": order.updated_ms // 1000}


def _check_items(call: Call, order: Order) -> None:
    """OUT_OF_STOCK must name the items that are missing [D]."""
    known = {(item["item_id"], item["model_id"]) for item in order.items}
    given = call.values.get("item_list")
    if not isinstance(given, list) or not given:
        raise wrong("item_list is required when cancel_reason is OUT_OF_STOCK")
    for row in given:
        if not isinstance(row, dict) or (row.get("item_id"), row.get("model_id")) not in known:
            raise wrong("item_list names an item that is not in the order")


def _carry_out(moves: Moves, order: Order, reason: str) -> None:
    if order.status == "IN_CANCEL":
        moves.cancel(order, by="seller", reason=REASONS[reason])


ENDPOINTS = {
    "/order/cancel_order": Endpoint(methods=POST, handle=cancel_order),
    "/order/handle_buyer_cancellation": Endpoint(methods=POST, handle=handle_buyer_cancellation),
}
