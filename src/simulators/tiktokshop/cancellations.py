"""Cancel Order, Search Cancellations, the answers to a buyer, eligibility and reasons [OAS, PY]."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulators.tiktokshop import reasons
from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.call import Call, Endpoint, paged
from simulators.tiktokshop.cases import PENDING, REFUNDABLE, REJECTED, SUCCESS
from simulators.tiktokshop.entities import CURRENCIES, RETURNS, Case, Order
from simulators.tiktokshop.orders import kept_list, order_of, subtotal, within

CANCEL_TYPES = ("CANCEL", "BUYER_CANCEL")
_WORDS = {
    25001011: "The order is being cancelled or has been cancelled",
    25001021: "The cancel reason does not match the order status",
    25001045: "The order has been shipped",
    25001051: "The order is complete or cancelled",
}


def cancel(call: Call) -> dict[str, Any]:
    """Cancel a whole order for a reason of the seller's. No idempotency key [OAS]."""
    order = order_of(call, call.need("order_id"), 25001001)
    reason = call.need("cancel_reason")
    refusal = call.cases.seller_refusal(order)
    if refusal:
        raise ApiError(refusal, _WORDS[refusal])
    _check_reason(call, order, reason)
    _check_lines(call, order)
    case = call.cases.cancel(order, reason=reason, by="SELLER")
    return {"cancel_id": case.case_id, "cancel_status": case.status}


def _check_reason(call: Call, order: Order, reason: str) -> None:
    market = call.store.market
    if reason in reasons.BUYER_REASONS:
        raise ApiError(25001015, "The cancel reason is not open to sellers")
    if reason not in reasons.TEXTS:
        raise ApiError(25001014, "The cancel reason is unknown")
    if reason in reasons.WITHDRAWN and call.world.switches.withdrawn_reasons_refused:
        raise ApiError(25001020, "The cancel reason has been withdrawn")
    if reason not in reasons.all_for(market, order.status):
        raise ApiError(25001021, _WORDS[25001021])


def _check_lines(call: Call, order: Order) -> None:
    """Single lines can be cancelled in the US and UK only [OAS]; naming all of them is the whole order."""
    named = set(call.texts("order_line_item_ids"))
    for name in ("skus", "order_line_list"):
        rows = call.body.get(name) or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise call.bad(f"{name} must be a list of objects")
        if name == "order_line_list":
            named |= {str(row.get("order_line_item_id")) for row in rows}
        elif rows and sum(_quantity(call, row) for row in rows) < len(order.lines):
            raise ApiError(25005010, "The line items cannot be cancelled")
    lines = {str(line["id"]) for line in order.lines}
    if named and named != lines:
        raise ApiError(25005011 if named > lines else 25005010, "The line items cannot be cancelled")


def _quantity(call: Call, row: dict[str, Any]) -> int:
    quantity = row.get("quantity")
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise call.bad("quantity must be an integer")
    return quantity


def search(call: Call) -> dict[str, Any]:
    """Cancellations; oldest first unless asked otherwise [OAS]."""
    return search_cases(call, is_return=False, answer="cancellations", row=cancellation_json)


def search_cases(
    call: Call, *, is_return: bool, answer: str, row: Callable[[Call, Case], dict[str, Any]]
) -> dict[str, Any]:
    """The filters that cancellations and returns share."""
    offset, size = call.page(smallest=10 if is_return else 1, largest=50, default=10)
    field = call.choice("sort_field", ("create_time", "update_time"))
    direction = call.choice("sort_order", ("ASC", "DESC"))
    prefix = "return" if is_return else "cancel"
    lists = [
        tuple(call.texts(name))
        for name in (f"{prefix}_ids", "order_ids", "buyer_user_ids", f"{prefix}_types", f"{prefix}_status")
    ]
    bounds = tuple(
        call.whole(name) for name in ("create_time_ge", "create_time_lt", "update_time_ge", "update_time_lt")
    )
    key = (prefix, call.store.seller_id, field, direction, bounds, *lists)

    def matching() -> list[Case]:
        ids, order_ids, buyers, types, statuses = lists
        rows = [
            case
            for case in call.world.cases.values()
            if case.seller_id == call.store.seller_id
            and case.is_return == is_return
            and (not ids or case.case_id in ids)
            and (not order_ids or case.order_id in order_ids)
            and (not buyers or call.world.orders[case.seller_id, case.order_id].buyer_id in buyers)
            and (not types or case.type in types)
            and (not statuses or case.status in statuses)
            and within(case.created_ms, *bounds[:2])
            and within(case.updated_ms, *bounds[2:])
        ]
        by_creation = field == "create_time"
        rows.sort(key=lambda case: (case.created_ms if by_creation else case.updated_ms, case.case_id))
        return rows if direction == "ASC" else rows[::-1]

    rows = kept_list(call, key, matching)
    page, token = paged(rows, offset, size)
    return {answer: [row(call, case) for case in page], "next_page_token": token, "total_count": len(rows)}


def cancellation_json(call: Call, case: Case) -> dict[str, Any]:
    """A cancellation as the search carries it."""
    order = call.world.orders[case.seller_id, case.order_id]
    currency = CURRENCIES[call.store.market]
    status = call.world.switches.cancelled_word if case.status == REJECTED else case.status
    body: dict[str, Any] = {
        "cancel_id": case.case_id,
        "order_id": case.order_id,
        "cancel_type": case.type,
        "cancel_status": status,
        "role": case.role,
        "cancel_reason": case.reason,
        "cancel_reason_text": reasons.text_of(case.reason),
        "create_time": case.created_ms // 1000,
        "update_time": case.updated_ms // 1000,
        "refund_amount": refund_json(order, currency),
        "cancel_line_items": [
            {
                "cancel_line_item_id": f"{case.case_id}{n}",
                "order_line_item_id": line["id"],
                "sku_id": line["sku_id"],
                "product_name": line["product_name"],
                "seller_sku": line["seller_sku"],
            }
            for n, line in enumerate(order.lines, start=1)
        ],
    }
    if case.deadline_ms:
        # The two descriptions name the same step differently [OAS, PY].
        action = "SELLER_RESPOND_CANCEL" if call.version == "202309" else "SELLER_RESPOND_BUYER_CANCEL"
        body["seller_next_action_response"] = [{"action": action, "deadline": case.deadline_ms // 1000}]
    return body


def refund_json(order: Order, currency: str) -> dict[str, str]:
    """What goes back; of an order on delivery nothing was paid, yet the platform shows the sum."""
    pieces = subtotal(order)
    return {
        "currency": currency,
        "refund_total": str(pieces + Decimal(order.shipping_fee)),
        "refund_subtotal": str(pieces),
        "refund_shipping_fee": order.shipping_fee,
        "refund_tax": "0",
    }


def approve(call: Call) -> dict[str, Any]:
    """Yes to a buyer's cancellation."""
    case = case_of(call, is_return=False)
    if is_repeat(call, "approve"):
        return {}
    order = call.world.orders[case.seller_id, case.order_id]
    if order.status in {"IN_TRANSIT", "DELIVERED"}:
        raise ApiError(25001045, _WORDS[25001045])
    if case.status != PENDING:
        raise ApiError(25011012, "The status of the cancellation does not allow this")
    remember(call, "approve")
    call.cases.approve_cancel(case)
    return {}


def reject(call: Call) -> dict[str, Any]:
    """No to a buyer's cancellation, with a reason of the list and pictures as evidence."""
    case = case_of(call, is_return=False)
    reason = call.need("reject_reason")
    if is_repeat(call, reason):
        return {}
    if case.status == SUCCESS:
        raise ApiError(25020010, "The cancellation has been approved already")
    if case.status != PENDING:
        raise ApiError(25011011, "The status of the cancellation does not allow this")
    if reason not in reasons.CANCEL_REJECTS:
        raise call.bad("reject_reason is not valid")
    check_images(call)
    remember(call, reason)
    call.cases.reject_cancel(case)
    return {}


def case_of(call: Call, *, is_return: bool) -> Case:
    """The case in the path, of this shop."""
    case = call.world.cases.get(call.ids[0])
    if case is None or case.seller_id != call.store.seller_id or case.is_return != is_return:
        raise ApiError(25007006, "The request was not found")
    return case


def is_repeat(call: Call, asked: str) -> bool:
    """Whether this decision was taken before under the same key. One key for two decisions is refused."""
    key = call.asked("idempotency_key")
    if len(key) > 255:
        raise call.bad("idempotency_key is longer than 255 characters")
    known = call.world.done_keys.get((call.store.seller_id, call.path, key)) if key else None
    if known is not None and known != asked:
        raise call.bad("idempotency_key was used for another request")
    return known is not None


def remember(call: Call, asked: str) -> None:
    """Keep the key of a decision."""
    key = call.asked("idempotency_key")
    if key:
        call.world.add_key(call.store.seller_id, call.path, key, asked)


def check_images(call: Call) -> None:
    """Evidence: at most six pictures with URIs of the product upload [OAS; the count PY of a newer call]."""
    images = call.body.get("images") or []
    if not isinstance(images, list) or len(images) > 6 or not all(isinstance(image, dict) for image in images):
        raise call.bad("images must be a list of at most 6 objects")
    for image in images:
        if f"{call.store.seller_id}:{image.get('image_id')}" not in call.world.images:
            raise call.bad("image_id must be the URI of an uploaded product image")


def eligibility(call: Call) -> dict[str, Any]:
    """What may be asked for each line; the newer versions name the reasons [OAS]."""
    user = call.asked("initiate_aftersale_user") or "SELLER"
    if user not in {"SELLER", "BUYER"}:
        raise call.bad("initiate_aftersale_user must be SELLER or BUYER")
    order = order_of(call, call.ids[0], 25007006)
    wanted = call.asked_list("request_types") or ["CANCEL", "REFUND", "RETURN_AND_REFUND"]
    by_sku: dict[str, list[str]] = {}
    for line in order.lines:
        by_sku.setdefault(str(line["sku_id"]), []).append(str(line["id"]))
    return {
        "sku_eligibility": [
            {
                "sku_id": sku_id,
                "line_item_eligibility": [_eligible(call, order, kind, user, line_ids) for kind in wanted],
            }
            for sku_id, line_ids in by_sku.items()
        ]
    }


def _eligible(call: Call, order: Order, kind: str, user: str, line_ids: list[str]) -> dict[str, Any]:
    code = 0
    names: list[str] = []
    if kind == "CANCEL" and user == "SELLER":
        code = call.cases.seller_refusal(order)
        names = [] if code else reasons.open_to_seller(call.world.switches, call.store, order)
    elif kind == "CANCEL":
        code = 0 if order.status in {"UNPAID", "ON_HOLD", "AWAITING_SHIPMENT"} else 25001045
    elif kind == "REFUND":
        code = 0 if order.status in REFUNDABLE else 25001021
    else:
        code = 0 if order.status == "DELIVERED" and user == "BUYER" else 25001021
    body: dict[str, Any] = {"request_type": kind, "eligible": not code, "order_line_items_ids": line_ids}
    if code:
        body |= {"ineligible_code": code, "ineligible_reason": _WORDS.get(code, "Not allowed in this status")}
    if call.version != "202309":
        body["available_reason_names"] = names
    return body


def reject_reasons(call: Call) -> dict[str, Any]:
    """The reasons a request can be refused with."""
    case = call.world.cases.get(call.asked("return_or_cancel_id"))
    if case is None or case.seller_id != call.store.seller_id:
        raise ApiError(25007006, "The request was not found")
    known = reasons.RETURN_REJECTS if case.is_return else reasons.CANCEL_REJECTS
    return {"reasons": [{"name": name, "text": text} for name, text in known.items()]}


def _endpoint(method: str, path: str, versions: tuple[str, ...], handle: Any, *, is_write: bool = False) -> Endpoint:
    return Endpoint(
        method=method, path="/return_refund/{version}" + path, versions=versions, handle=handle, scope=RETURNS,
        is_write=is_write,
    )  # fmt: skip


ENDPOINTS = (
    _endpoint("POST", "/cancellations", ("202309", "202602"), cancel, is_write=True),
    _endpoint("POST", "/cancellations/search", ("202309", "202602"), search),
    _endpoint("POST", "/cancellations/{}/approve", ("202309",), approve, is_write=True),
    _endpoint("POST", "/cancellations/{}/reject", ("202309",), reject, is_write=True),
    _endpoint("GET", "/orders/{}/aftersale_eligibility", ("202309", "202512", "202602"), eligibility),
    _endpoint("GET", "/reject_reasons", ("202309",), reject_reasons),
)
