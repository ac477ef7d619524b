"""Account health: performance, penalty points, late orders (section 8 of the platform's pages)."""

from typing import Any

from simulators.shopee.answers import ApiError
from simulators.shopee.call import GET, Call, Endpoint

METRICS: dict[int, tuple[int, int, str, float | None, int, float, str]] = {
    1: (1, 0, "late_shipment_rate", 2.1, 2, 10, "<"),
    3: (1, 0, "non_fulfillment_rate", 3.4, 2, 10, "<"),
    42: (1, 3, "cancellation_rate", 1.9, 2, 5, "<"),
    43: (1, 3, "return_refund_rate", 1.5, 2, 5, "<"),
    4: (1, 0, "preparation_time", 0.8, 4, 2, "<"),
    25: (1, 0, "same_day_handover_rate", 71.0, 2, 60, ">="),
    11: (3, 0, "response_rate", 92.0, 2, 70, ">="),
    21: (3, 0, "response_time", 0.2, 4, 1, "<"),
    22: (3, 0, "shop_rating", 4.8, 1, 4.5, ">="),
    12: (2, 0, "pre_order_listing_rate", 0.0, 2, 5, "<="),
    15: (2, 0, "days_of_pre_order_listing_violation", 0.0, 4, 6, "<"),
    52: (2, 0, "severe_listing_violations", 0.0, 1, 0, "<="),
    53: (2, 0, "other_listing_violations", 0.0, 1, 0, "<="),
    23: (3, -1, "non_responded_chats", 3.0, 1, 0, ""),
    95: (3, -1, "customer_satisfaction", None, 2, 0, ""),
}
"""Id -> kind, parent, name, present value, unit, target, comparator. Ids are real [D]; values are made up."""
PAGE_MAX = 100


def performance(call: Call) -> dict[str, Any]:
    """All figures; `current_period` may be null [D]."""
    shop = call.shop
    rows, failed = [], {1: 0, 2: 0, 3: 0}
    for number, (kind, parent, name, usual, unit, target, comparator) in METRICS.items():
        value = shop.metrics.get(str(number), usual)
        row: dict[str, Any] = {
            "metric_type": kind, "metric_id": number, "parent_metric_id": parent, "metric_name": name,
            "current_period": value, "last_period": usual, "unit": unit, "exemption_end_date": "",
        }  # fmt: skip
        if comparator:
            row["target"] = {"value": target, "comparator": comparator}
            failed[kind] += value is not None and not _meets(value, comparator, target)
        rows.append(row)
    return {
        "overall_performance": {
            "rating": shop.rating, "fulfillment_failed": failed[1], "listing_failed": failed[2],
            "custom_service_failed": failed[3],
        },
        "metric_list": rows,
    }  # fmt: skip


def penalty_points(call: Call) -> dict[str, Any]:
    """Points of the quarter, newest first; `reference_id` is beyond 2^53 [D]."""
    kind = call.whole("violation_type", 0)
    rows = [row for row in reversed(call.shop.penalties) if kind in {0, row["violation_type"]}]
    return _page(call, "penalty_point_list", rows)


def late_orders(call: Call) -> dict[str, Any]:
    """Orders past their shipping deadline that are not shipped."""
    return _page(call, "late_order_list", _late(call))


def _late(call: Call) -> list[dict[str, Any]]:
    now = call.world.clock.now_ms()
    return [
        {
            "order_sn": order.order_sn, "shipping_deadline": order.ship_by_ms // 1000,
            "late_by_days": (now - order.ship_by_ms) // 86_400_000 + 1,
        }
        for order in call.world.orders_of[call.shop.shop_id].values()
        if order.status in {"READY_TO_SHIP", "PROCESSED", "RETRY_SHIP"} and order.ship_by_ms < now
    ]  # fmt: skip


def source_detail(call: Call) -> dict[str, Any]:
    """The orders behind a figure; chat figures have none [D]. Reasons: 10012 the seller did not ship, 10005 out of
    stock, 10015 not received; which order gets which is ours."""
    metric_id, shop_id, world = call.whole("metric_id"), call.shop.shop_id, call.world
    orders = world.orders_of[shop_id].values()
    cancelled = [
        {
            "order_sn": order.order_sn, "cancellation_type": 2 if order.cancel_by == "seller" else 1,
            "detailed_reason": 10005 if order.cancel_reason == "out of stock" else 10012,
        }
        for order in orders
        if order.status == "CANCELLED" and order.cancel_by in {"seller", "system"}
    ]  # fmt: skip
    returned = [
        {"order_sn": row.order_sn, "detailed_reason": 10015} for row in world.returns.values() if row.shop_id == shop_id
    ]
    match metric_id:
        case 42:
            return {"metric_id": metric_id, **_page(call, "cancellation_order_list", cancelled)}
        case 43:
            return {"metric_id": metric_id, **_page(call, "return_refund_order_list", returned)}
        case 3:
            rows = [
                {"order_sn": row["order_sn"], "non_fulfillment_type": row["cancellation_type"],
                 "detailed_reason": row["detailed_reason"]}
                for row in cancelled
            ]  # fmt: skip
            return {"metric_id": metric_id, **_page(call, "nfr_order_list", rows)}
        case 1:
            return {"metric_id": metric_id, **_page(call, "lsr_order_list", _late(call))}
        case _:
            raise ApiError("PARAMS_ERROR", "metric_id is not supported")


def punishments(call: Call) -> dict[str, Any]:
    """Ongoing (1) or ended (2); the simulator has none of its own."""
    if call.whole("punishment_status") not in {1, 2}:
        raise ApiError("PARAMS_ERROR", "punishment_status must be 1 or 2")
    return _page(call, "punishment_list", [])


def _page(call: Call, name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    page, size = call.whole("page_no", 1), call.whole("page_size", 10)
    if page < 1 or not 1 <= size <= PAGE_MAX:
        raise ApiError("PARAMS_ERROR", f"page_no begins at 1, page_size must be 1 to {PAGE_MAX}")
    return {name: rows[(page - 1) * size : page * size], "total_count": len(rows)}


def _meets(value: float, comparator: str, target: float) -> bool:
    return {"<": value < target, "<=": value <= target, ">=": value >= target}[comparator]


ENDPOINTS = {
    "/account_health/get_shop_performance": Endpoint(methods=GET, handle=performance),
    "/account_health/get_penalty_point_history": Endpoint(methods=GET, handle=penalty_points),
    "/account_health/get_late_orders": Endpoint(methods=GET, handle=late_orders),
    "/account_health/get_metric_source_detail": Endpoint(methods=GET, handle=source_detail),
    "/account_health/get_punishment_history": Endpoint(methods=GET, handle=punishments),
}
