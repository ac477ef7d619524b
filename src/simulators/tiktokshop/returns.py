"""Returns and refunds: search, history, approve, refuse [OAS]."""

from typing import Any

from simulators.tiktokshop import reasons
from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.call import Call, Endpoint
from simulators.tiktokshop.cancellations import (
    case_of,
    check_images,
    is_repeat,
    refund_json,
    remember,
    search_cases,
)
from simulators.tiktokshop.cases import (
    AWAITING_BUYER,
    AWAITING_BUYER_SHIP,
    BUYER_SHIPPED,
    RECEIVE_REJECTED,
    RETURN_PENDING,
    RETURN_REJECTED,
    RETURN_SUCCESS,
)
from simulators.tiktokshop.entities import CURRENCIES, RETURNS, Case

_REPLACE_PENDING = "REPLACEMENT_REQUEST_PENDING"
APPROVALS: dict[str, dict[tuple[str, str], str]] = {
    "APPROVE_REFUND": {
        ("REFUND", RETURN_PENDING): RETURN_SUCCESS,
        ("RETURN_AND_REFUND", RETURN_PENDING): RETURN_SUCCESS,
    },
    "APPROVE_RETURN": {("RETURN_AND_REFUND", RETURN_PENDING): AWAITING_BUYER_SHIP},
    "APPROVE_RECEIVED_PACKAGE": {("RETURN_AND_REFUND", BUYER_SHIPPED): RETURN_SUCCESS},
    "APPROVE_REPLACEMENT": {("REPLACEMENT", _REPLACE_PENDING): "REPLACEMENT_REQUEST_COMPLETE"},
    "ISSUE_REPLACEMENT_REFUND": {("REPLACEMENT", _REPLACE_PENDING): "REPLACEMENT_REQUEST_REFUND_SUCCESS"},
    "OFFER_PARTIAL_REFUND": {
        ("REFUND", RETURN_PENDING): AWAITING_BUYER,
        ("RETURN_AND_REFUND", RETURN_PENDING): AWAITING_BUYER,
    },
}
REJECTIONS: dict[str, dict[tuple[str, str], str]] = {
    "REJECT_REFUND": {("REFUND", RETURN_PENDING): RETURN_REJECTED},
    "REJECT_RETURN": {("RETURN_AND_REFUND", RETURN_PENDING): RETURN_REJECTED},
    "REJECT_RECEIVED_PACKAGE": {("RETURN_AND_REFUND", BUYER_SHIPPED): RECEIVE_REJECTED},
    "REJECT_REPLACEMENT": {("REPLACEMENT", _REPLACE_PENDING): "REPLACEMENT_REQUEST_REJECT"},
}
_NEXT = {"REFUND": "SELLER_RESPOND_REFUND", "RETURN_AND_REFUND": "SELLER_RESPOND_RETURN",
         "REPLACEMENT": "SELLER_RESPOND_REPLACEMENT"}  # fmt: skip


def search(call: Call) -> dict[str, Any]:
    """Returns, at least ten a page [OAS]."""
    return search_cases(call, is_return=True, answer="return_orders", row=return_json)


def return_json(call: Call, case: Case) -> dict[str, Any]:
    """A return as the search carries it."""
    order = call.world.orders[case.seller_id, case.order_id]
    amount = refund_json(order, CURRENCIES[call.store.market])
    body: dict[str, Any] = {
        "return_id": case.case_id,
        "order_id": case.order_id,
        "return_type": case.type,
        "return_status": case.status,
        "role": case.role,
        "return_reason": case.reason,
        "return_reason_text": reasons.text_of(case.reason),
        "create_time": case.created_ms // 1000,
        "update_time": case.updated_ms // 1000,
        "refund_amount": amount,
        "can_buyer_keep_item": case.keeps_item,
        "is_combined_return": False,
        "return_line_items": [
            {
                "return_line_item_id": f"{case.case_id}{n}",
                "order_line_item_id": line["id"],
                "sku_id": line["sku_id"],
                "product_name": line["product_name"],
                "seller_sku": line["seller_sku"],
            }
            for n, line in enumerate(order.lines, start=1)
        ],
    }
    if case.arbitration:
        body["arbitration_status"] = case.arbitration
    if case.partial:
        body["partial_refund"] = case.partial
    if case.deadline_ms:
        action = "SELLER_RESPOND_RECEIVE_PACKAGE" if case.status == BUYER_SHIPPED else _NEXT[case.type]
        body["seller_next_action_response"] = [{"action": action, "deadline": case.deadline_ms // 1000}]
    return body


def records(call: Call) -> dict[str, Any]:
    """The history of a return."""
    case = case_of(call, is_return=True)
    return {
        "records": [
            {
                "event": row["event"],
                "role": row["role"],
                "description": row["description"],
                "reason_text": reasons.text_of(row["reason"]),
                "note": row["note"],
                "create_time": row["at"],
                "images": [],
                "videos": [],
            }
            for row in case.records
        ]
    }


def approve(call: Call) -> dict[str, Any]:
    """Yes, in one of its forms."""
    case, decision = case_of(call, is_return=True), call.need("decision")
    if is_repeat(call, decision):
        return {}
    status = _next_status(call, case, decision, APPROVALS)
    partial = call.body.get("partial_refund")
    if (decision == "OFFER_PARTIAL_REFUND") != isinstance(partial, dict):
        raise ApiError(25020004, "partial_refund belongs to OFFER_PARTIAL_REFUND and nothing else")
    if isinstance(partial, dict):
        case.partial = {"amount": str(partial.get("amount", "")), "currency": str(partial.get("currency", ""))}
    if call.body.get("buyer_keep_item"):
        if decision != "APPROVE_RETURN":
            raise call.bad("buyer_keep_item belongs to APPROVE_RETURN")
        case.keeps_item, status = True, RETURN_SUCCESS
    remember(call, decision)
    call.cases.record(case, "SELLER", "Seller approved the request", "")
    call.cases.set_status(case, status)
    return {}


def reject(call: Call) -> dict[str, Any]:
    """No, with a reason of the list and pictures as evidence."""
    case, decision, reason = case_of(call, is_return=True), call.need("decision"), call.need("reject_reason")
    if is_repeat(call, f"{decision} {reason}"):
        return {}
    status = _next_status(call, case, decision, REJECTIONS)
    if reason not in reasons.RETURN_REJECTS:
        raise call.bad("reject_reason is not valid")
    check_images(call)
    remember(call, f"{decision} {reason}")
    call.cases.record(case, "SELLER", "Seller rejected the request", str(call.body.get("comment") or ""))
    call.cases.set_status(case, status)
    return {}


def _next_status(call: Call, case: Case, decision: str, table: dict[str, dict[tuple[str, str], str]]) -> str:
    if decision not in table:
        raise call.bad(f"decision must be one of {', '.join(table)}")
    status = table[decision].get((case.type, case.status))
    if status is None:
        raise ApiError(25011011, "The status of the return does not allow this decision")
    return status


def _endpoint(method: str, path: str, versions: tuple[str, ...], handle: Any, *, is_write: bool = False) -> Endpoint:
    return Endpoint(
        method=method, path="/return_refund/{version}/returns" + path, versions=versions, handle=handle,
        scope=RETURNS, is_write=is_write,
    )  # fmt: skip


ENDPOINTS = (
    _endpoint("POST", "/search", ("202309", "202602"), search),
    _endpoint("GET", "/{}/records", ("202309",), records),
    _endpoint("POST", "/{}/approve", ("202309",), approve, is_write=True),
    _endpoint("POST", "/{}/reject", ("202309", "202606"), reject, is_write=True),
)
