"""Seller cancellation (121329): validate, create, and the answer to a buyer's request. All three are GET [D]."""

import json
from typing import Any

from simulators.lazada.answers import ApiError
from simulators.lazada.call import GET, Call, Endpoint
from simulators.lazada.entities import Order

CANCELLABLE = frozenset({"pending", "packed", "ready_to_ship"})
REASONS = {"10000019": "Sourcing Delay", "10000021": "Out of Stock", "10000023": "Wrong Price or Pricing Error"}


def validate(call: Call) -> dict[str, Any]:
    """Whether the items can be cancelled, and for which reasons."""
    _, items = _order_and_items(call)
    refusal = _refusal(items)
    if refusal:
        return {"data": {**_refused(call, refusal), "reason_options": []}}
    return {
        "data": {
            "tip_type": "warning",
            "tip_content": "Stock may be set to zero for some reasons.",
            "reason_options": [{"reason_id": key, "reason_name": name} for key, name in REASONS.items()],
        }
    }


def create(call: Call) -> dict[str, Any]:
    """Cancel. Packed: every item of the same package goes with it [D]."""
    order, items = _order_and_items(call)
    if call.params.get("reason_id", "") not in REASONS:
        raise ApiError("104", "reason id is invalid", kind="ISP")
    refusal = _refusal(items)
    if refusal:
        return {"data": _refused(call, refusal)}
    packages = {item["package_id"] for item in items if item["status"] == "packed"}
    together = [
        item for item in order.items if item in items or (item["package_id"] in packages and item["status"] == "packed")
    ]
    call.world.change_items(
        order,
        together,
        status="canceled",
        reason=REASONS[call.params["reason_id"]],
        cancel_return_initiator="cancellation-seller",
    )
    return {"data": {"tip_type": "success", "tip_content": ""}}


def decide(call: Call) -> dict[str, Any]:
    """Agree or not to a cancellation the buyer asked for."""
    reverse_order_id = call.need("reverse_order_id")
    agrees = call.need("agree_cancel").lower() == "true"
    order = next(
        (o for o in call.world.orders_of[call.store.seller_id].values() if o.reverse_order_id == reverse_order_id), None
    )
    if order is None:
        raise ApiError("105", "reverse order not found", kind="ISP")
    waiting = [item for item in order.items if item.get("need_cancel_confirm")]
    if not waiting:
        raise ApiError("131", "there is nothing to decide", kind="ISP")
    changes: dict[str, object] = {"need_cancel_confirm": False}
    if agrees:
        changes |= {"status": "canceled", "cancel_return_initiator": "cancellation-customer"}
    call.world.change_items(order, waiting, **changes)
    reverse = call.world.reverses.get(reverse_order_id)
    if reverse is not None:
        status, push = ("CANCEL_SUCCESS", "CANCEL_SUCCESS") if agrees else ("REQUEST_REJECT", "CANCEL_REJECTED")
        call.world.change_reverse(reverse, reverse.lines, push, reverse_status=status)
    return {}


def _order_and_items(call: Call) -> tuple[Order, list[dict[str, Any]]]:
    order_id = call.params.get("order_id", "")
    if not order_id:
        raise ApiError("115", "order id is null", kind="ISP")
    order = call.world.orders.get((call.store.seller_id, order_id))
    if order is None:
        raise ApiError("122", "invalid order", kind="ISP")
    try:
        wanted = {str(item) for item in json.loads(call.params.get("order_item_id_list", ""))}
    except (ValueError, TypeError) as error:
        raise ApiError("102", "order item id is invalid", kind="ISP") from error
    items = [item for item in order.items if str(item["order_item_id"]) in wanted]
    if not wanted or len(items) != len(wanted):
        raise ApiError("123", "invalid order lines", kind="ISP")
    return order, items


def _refused(call: Call, words: str) -> dict[str, Any]:
    """A refusal with `code` 0, as documented [D]; whether some answer a code instead is unknown, so it is a switch."""
    switches = call.world.switches
    if switches.cancel_refused_code:
        raise ApiError(switches.cancel_refused_code, words, kind="ISP")
    return {"tip_type": switches.cancel_refused_tip, "tip_content": words}


def _refusal(items: list[dict[str, Any]]) -> str:
    wrong = sorted({str(item["status"]) for item in items} - CANCELLABLE)
    return f"The item can not be cancelled in status {wrong[0]}" if wrong else ""


ENDPOINTS = {
    "/order/reverse/cancel/validate": Endpoint(methods=GET, handle=validate, needs_full_seller=True),
    "/order/reverse/cancel/create": Endpoint(methods=GET, handle=create, needs_full_seller=True),
    "/order/reverse/cancel/seller/decide": Endpoint(methods=GET, handle=decide, needs_full_seller=True),
}
