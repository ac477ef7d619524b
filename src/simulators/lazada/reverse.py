"""Returns and refunds: the six calls of pages 121370 and 121372. What changes something is registered GET [D]."""

import json
from typing import Any

from simulators.lazada.answers import ApiError, number
from simulators.lazada.call import BOTH, GET, Call, Endpoint
from simulators.lazada.entities import Reverse

REASONS = {
    "20000001": "Buyer has not sent the item back",
    "20000002": "Item is used or damaged by the buyer",
    "20000003": "Wrong evidence from the buyer",
}
"""Reasons for refusing; numbers and words are ours, the real ones are unknown."""
ASKED, REFUSED, CANCELLED, REFUNDED = "REQUEST_INITIATE", "REQUEST_REJECT", "REQUEST_CANCEL", "REFUND_SUCCESS"
STATES = frozenset({ASKED, REFUSED, CANCELLED, REFUNDED, "CANCEL_SUCCESS", "REFUND_REJECTED", "RTM_SHIPPING_BACK",
                    "RTM_RECEIVE_ITEM"})  # fmt: skip
DELIVERED_BACK = "RETURN_RTM_DELIVERED"
ACTIONS = ("instantRefund", "agreeReturn", "refuseReturn", "confirmDelivery", "agreeRefund", "refuseRefund")
REFUSALS = frozenset({"refuseReturn", "refuseRefund"})
Line = dict[str, Any]


def list_reverse(call: Call) -> dict[str, Any]:
    """Reverse orders of the store, the latest change first (our choice)."""
    switches = call.world.switches
    number, size = call.whole("page_no"), call.whole("page_size")
    if number < 1:
        raise ApiError("120", "page no is invalid", kind="ISP")
    if not 1 <= size <= switches.reverse_page_max:
        raise ApiError("121", f"page size must be between 1 and {switches.reverse_page_max}", kind="ISP")
    mine = [r for r in call.world.reverses.values() if r.seller_id == call.store.seller_id and _fits(call, r)]
    mine.sort(key=lambda r: (r.modified_ms, r.reverse_order_id), reverse=True)
    page = mine[(number - 1) * size : number * size] if number <= switches.reverse_pages_max else []
    return {
        "result": {
            "success": True,
            "page_no": number,
            "page_size": size,
            "total": len(mine),
            "items": [_head(r) | {"reverse_order_lines": [_line_json(call, r, x) for x in r.lines]} for r in page],
        }
    }


def detail(call: Call) -> dict[str, Any]:
    """One reverse order. A foreign one has no lines and `code` 0 [S], or a code by switch."""
    reverse = call.world.reverses.get(call.need("reverse_order_id"))
    if reverse is None or reverse.seller_id != call.store.seller_id:
        if call.world.switches.reverse_foreign_code:
            raise ApiError(call.world.switches.reverse_foreign_code, "reverse order not found", kind="ISP")
        return {"data": {"reverse_order_id": call.params["reverse_order_id"], "reverseOrderLineDTOList": []}}
    return {"data": _head(reverse) | {"reverseOrderLineDTOList": [_line_json(call, reverse, x) for x in reverse.lines]}}


def history(call: Call) -> dict[str, Any]:
    """Who did what to a line, with pictures and time; no text [D]."""
    _, line = _line_of(call)
    rows = line.get("history", [])
    size, number = call.whole("page_size", 10), call.whole("page_number", 1)
    page = rows[(number - 1) * size : number * size] if size > 0 and number > 0 else []
    return {"data": {"list": page, "page_info": {"page_size": size, "current_page_number": number, "total": len(rows)}}}


def reasons(call: Call) -> dict[str, Any]:
    """Reasons for refusing a line."""
    _line_of(call)
    rows = [{"reason_id": int(key), "text": text, "muti_language_text": text} for key, text in REASONS.items()]
    return {"data": rows}


def update(call: Call) -> dict[str, Any]:
    """Decide a return."""
    action = call.params.get("action", "")
    if action not in ACTIONS:
        raise ApiError("107", "action is invalid", kind="ISP")
    reverse, lines = _reverse_and_lines(call)
    if action in REFUSALS:
        if len(lines) > 1:
            raise ApiError("111", "bulk refusal is not supported", kind="ISP")
        _check_refusal(call, action)
    for line in lines:
        if line["reverse_status"] not in STATES:
            raise ApiError("113", "unknown reverse status", kind="ISP")
        if reverse.request_type != "RETURN" or not reverse.is_rtm or not _allows(call, line, action):
            raise ApiError("114", f"action {action} is not allowed in status {line['reverse_status']}", kind="ISP")
    changes, push = _after(action)
    _note(call, lines, "image_info")
    call.world.change_reverse(reverse, lines, push, **changes)
    return {"data": {}}


def decide_refund(call: Call) -> dict[str, Any]:
    """Agree to a refund without return, or start a dispute; exactly one line [D]."""
    action = call.params.get("action", "")
    if action not in {"agreeRefund", "startDispute"}:
        raise ApiError("107", "action is invalid", kind="ISP")
    reverse, lines = _reverse_and_lines(call)
    if len(lines) != 1:
        raise ApiError("133", "batch is not supported", kind="ISP")
    if action == "startDispute":
        _need_words(call, "comment", "109")
        _need_pictures(call, "image_info_list", "file_url")
    if reverse.request_type != "ONLY_REFUND" or lines[0]["reverse_status"] != ASKED:
        raise ApiError("114", f"action {action} is not allowed in status {lines[0]['reverse_status']}", kind="ISP")
    _note(call, lines, "image_info_list")
    if action == "agreeRefund":
        call.world.change_reverse(reverse, lines, "REFUND_SUCCESS", reverse_status=REFUNDED)
    else:
        call.world.change_reverse(reverse, lines, "REFUND_REJECTED", reverse_status=REFUSED, is_dispute=True)
    return {"data": {}}


# ---- what decides


def _allows(call: Call, line: Line, action: str) -> bool:
    is_back = line["ofc_status"] == DELIVERED_BACK and line["reverse_status"] in {"RTM_RECEIVE_ITEM", ASKED}
    if action == "confirmDelivery":
        return is_back
    if action in {"agreeRefund", "refuseRefund"}:
        return is_back and (bool(line.get("is_confirmed")) or not call.world.switches.refund_needs_confirm)
    return bool(line["reverse_status"] == ASKED and line["ofc_status"] == "INITIAL")


def _after(action: str) -> tuple[dict[str, object], str]:
    """What an action makes of a line, and the word of the push. Ours beyond the documented names."""
    match action:
        case "agreeReturn":
            return {"reverse_status": "RTM_SHIPPING_BACK", "ofc_status": "RETURN_RTM_SHIPPING"}, "RTM_SHIPPING_BACK"
        case "confirmDelivery":
            return {"is_confirmed": True}, "RTM_RECEIVE_ITEM"
        case "refuseReturn":
            return {"reverse_status": REFUSED, "ofc_status": "RETURN_CANCELED"}, "RTM_CANCELED"
        case "refuseRefund":
            return {"reverse_status": REFUSED, "is_dispute": True}, "REFUND_REJECTED"
        case _:
            return {"reverse_status": REFUNDED}, "REFUND_SUCCESS"


def _check_refusal(call: Call, action: str) -> None:
    if call.params.get("reason_id", "") not in REASONS:
        raise ApiError("108", "reason is missing", kind="ISP")
    _need_words(call, "comment", "109")
    if action == "refuseRefund" or call.world.switches.refuse_return_needs_image:
        _need_pictures(call, "image_info", "url")


def _need_words(call: Call, name: str, code: str) -> None:
    if not call.params.get(name, "").strip():
        raise ApiError(code, f"{name} is missing", kind="ISP")


def _need_pictures(call: Call, name: str, address: str) -> None:
    rows = _array(call.params.get(name, ""))
    if not rows or not all(isinstance(row, dict) and row.get(address) for row in rows):
        raise ApiError("110", "image is missing", kind="ISP")


def _note(call: Call, lines: list[Line], images: str) -> None:
    pictures = [row.get("url") or row.get("file_url") for row in _array(call.params.get(images, "")) or []]
    for line in lines:
        line.setdefault("history", []).insert(
            0, {"operator": "SELLER", "picture": pictures, "time": call.world.clock.now_ms()}
        )


# ---- reading parameters


def _reverse_and_lines(call: Call) -> tuple[Reverse, list[Line]]:
    reverse_id = call.params.get("reverse_order_id", "")
    if not reverse_id:
        raise ApiError("105", "reverse order id is invalid", kind="ISP")
    ids = _array(call.params.get("reverse_order_item_ids", ""))
    if ids is None:
        raise ApiError("126", "reverse order item ids are invalid", kind="ISP")
    if not ids:
        raise ApiError("100", "the list of reverse order items is empty", kind="ISP")
    reverse = call.world.reverses.get(reverse_id)
    if reverse is None:
        raise ApiError("112", "reverse order not found", kind="ISP")
    if reverse.seller_id != call.store.seller_id:
        raise ApiError("127", "the reverse order belongs to another seller", kind="ISP")
    wanted = {str(each) for each in ids}
    lines = [line for line in reverse.lines if str(line["reverse_order_line_id"]) in wanted]
    if len(lines) != len(wanted):
        raise ApiError("125", "reverse order item id is invalid", kind="ISP")
    return reverse, lines


def _line_of(call: Call) -> tuple[Reverse, Line]:
    wanted = call.need("reverse_order_line_id")
    for reverse in call.world.reverses.values():
        for line in reverse.lines:
            if str(line["reverse_order_line_id"]) == wanted:
                if reverse.seller_id != call.store.seller_id:
                    raise ApiError("127", "the reverse order belongs to another seller", kind="ISP")
                return reverse, line
    raise ApiError("112", "reverse order not found", kind="ISP")


def _array(text: str) -> list[Any] | None:
    """A JSON array parameter; empty when absent, None when it is none."""
    if not text:
        return []
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, list) else None


def _fits(call: Call, reverse: Reverse) -> bool:
    params = call.params
    chosen = {
        "request_type_list": {reverse.request_type},
        "reverse_status_list": {str(line["reverse_status"]) for line in reverse.lines},
        "ofc_status_list": {str(line["ofc_status"]) for line in reverse.lines},
    }
    if any(params.get(name) and not have & set(map(str, _array(params[name]) or [])) for name, have in chosen.items()):
        return False
    exact = {
        "reverse_order_id": reverse.reverse_order_id,
        "trade_order_id": reverse.order_id,
        "return_to_type": "RTM" if reverse.is_rtm else "RTW",
        "dispute_in_progress": str(any(line.get("is_dispute") for line in reverse.lines)).lower(),
    }
    if any(params.get(name) and params[name].lower() != value.lower() for name, value in exact.items()):
        return False
    ranges = {
        "ReverseOrderLineModifiedTimeRange": [int(line["modified_ms"]) for line in reverse.lines],
        "ReverseOrderLineTimeRange": [reverse.created_ms],
    }
    return all(
        any(call.whole(f"{name}Start", 0) <= at <= call.whole(f"{name}End", 10**15) for at in stamps)
        for name, stamps in ranges.items()
    )


# ---- answers


def _head(reverse: Reverse) -> dict[str, Any]:
    return {
        "reverse_order_id": number(reverse.reverse_order_id),
        "trade_order_id": number(reverse.order_id),
        "request_type": reverse.request_type,
        "is_rtm": reverse.is_rtm,
        "shipping_type": "PICK_UP",
    }


def _line_json(call: Call, reverse: Reverse, line: Line) -> dict[str, Any]:
    """A line; money in cents, in Vietnam in dong; times in ms [D], in seconds by switch [S]."""
    unit = 1000 if call.world.switches.reverse_in_seconds else 1
    return {
        "reverse_order_line_id": number(line["reverse_order_line_id"]),
        "trade_order_line_id": number(line["trade_order_line_id"]),
        "reverse_status": line["reverse_status"],
        "ofc_status": line["ofc_status"],
        "reason_text": line["reason_text"],
        "reason_code": number(line["reason_code"]),
        "refund_amount": line["refund_amount"],
        "item_unit_price": line["refund_amount"],
        "refund_payment_method": "Wallet",
        "is_need_refund": True,
        "is_dispute": bool(line.get("is_dispute")),
        "whqc_decision": "",
        "tracking_number": line.get("tracking_number", ""),
        "sla": int(line["sla_ms"]) // unit,
        "buyer": {"user_id": number(reverse.buyer_id)},
        "productDTO": {"product_id": 777, "sku": "888"},
        "seller_sku_id": line.get("sku", ""),
        "platform_sku_id": "777_888",
        "trade_order_gmt_create": reverse.created_ms // unit,
        "return_order_line_gmt_create": reverse.created_ms // unit,
        "return_order_line_gmt_modified": int(line["modified_ms"]) // unit,
    }


ENDPOINTS = {
    "/reverse/getreverseordersforseller": Endpoint(methods=BOTH, handle=list_reverse, needs_full_seller=True),
    "/order/reverse/return/detail/list": Endpoint(methods=GET, handle=detail, needs_full_seller=True),
    "/order/reverse/return/history/list": Endpoint(methods=GET, handle=history, needs_full_seller=True),
    "/order/reverse/reason/list": Endpoint(methods=GET, handle=reasons, needs_full_seller=True),
    "/order/reverse/return/update": Endpoint(methods=GET, handle=update, needs_full_seller=True),
    "/order/reverse/onlyrefund/seller/decide": Endpoint(methods=GET, handle=decide_refund, needs_full_seller=True),
}
