"""The store itself and its standing: /seller/get, /seller/metrics/get, /seller/performance/get."""

from typing import Any

from simulators.core.clock import draw
from simulators.lazada.answers import ApiError
from simulators.lazada.call import BOTH, GET, Call, Endpoint

LANGUAGES = frozenset({"en-US", "zh-CN", "ms-MY", "th-TH", "vi-VN", "id-ID"})


def get_seller(call: Call) -> dict[str, Any]:
    """The connected store."""
    store = call.store
    return {
        "data": {
            "seller_id": int(store.seller_id) if store.seller_id.isdecimal() else store.seller_id,
            "name": store.name,
            "short_code": store.short_code,
            "name_company": store.name,
            "email": "o***r@example.test",
            "location": store.site.upper(),
            "cb": store.is_cross_border,
            "status": store.status,
            "verified": True,
            "marketplaceEaseMode": store.is_ease_mode,
        }
    }


def get_metrics(call: Call) -> dict[str, Any]:
    """Figures of the store, all of them text; the response rate is a fraction, the others percent [D]."""
    seller_id, seed = call.store.seller_id, call.world.seed
    metrics = {
        "seller_id": seller_id,
        "main_category_id": "1438",
        "main_category_name": "Home",
        "positive_seller_rating": f"{80 + 19 * draw(seed, 'rating', seller_id):.1f}",
        "ship_on_time": f"{85 + 14 * draw(seed, 'ship', seller_id):.2f}",
        "response_rate": f"{0.7 + 0.3 * draw(seed, 'response', seller_id):.4f}",
        "response_time": f"{5 + 40 * draw(seed, 'time', seller_id):.4f}",
    }
    return {"data": {**metrics, **call.world.standing.get(seller_id, {}).get("metrics", {})}}


def get_performance(call: Call) -> dict[str, Any]:
    """Indicators with targets; `error_code` beside success as the sample shows it [D]. Types beyond the first two are
    of one client's map [C]; the targets are ours."""
    if (call.params.get("language") or "en-US") not in LANGUAGES:
        raise ApiError("InvalidParameter", "The specified value of 'language' is not valid")
    seller_id, seed = call.store.seller_id, call.world.seed
    indicators = call.world.standing.get(seller_id, {}).get("indicators") or [
        indicator("POSITIVE_SELLER_RATING", "Positive Seller Rating", 80 + 19 * draw(seed, "rating", seller_id), 85.0),
        indicator("SHIP_ON_TIME", "Ship on Time", 85 + 14 * draw(seed, "ship", seller_id), 90.0),
        indicator("CANCELLATION_RATE", "Cancellation Rate", 4 * draw(seed, "cancel", seller_id), 2.0, lower=True),
        indicator("RESPONSE_RATE", "Chat Response Rate", 70 + 30 * draw(seed, "response", seller_id), 85.0),
    ]
    return {"data": {"indicators": indicators, "success": True, "error_code": "REQUEST_CANNOT_BE_NULL"}}


def indicator(kind: str, name: str, score: float, target: float, *, lower: bool = False) -> dict[str, Any]:
    """An indicator in percent as the sample has it [D]."""
    score = round(score, 2)
    return {
        "type": kind, "name": name, "tip": f"<div>{name}</div>", "score": score, "score_format": "PERCENTAGE",
        "formatted_score": f"{score:g}%", "target": target,
        "target_format": "LOWER_THAN_PERCENTAGE" if lower else "GREATER_THAN_PERCENTAGE",
        "formatted_target": f"{'≤' if lower else '≥'} {target:g}%",
        "target_respected": score <= target if lower else score >= target, "action_url": "/apps/review/manage",
    }  # fmt: skip


ENDPOINTS = {
    "/seller/get": Endpoint(methods=GET, handle=get_seller),
    "/seller/metrics/get": Endpoint(methods=GET, handle=get_metrics, needs_full_seller=True),
    "/seller/performance/get": Endpoint(methods=BOTH, handle=get_performance, needs_full_seller=True),
}
