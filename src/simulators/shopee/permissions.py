"""Which app type may call what (section 2.5 of the platform's pages)."""

from simulators.shopee.answers import ApiError
from simulators.shopee.entities import CUSTOMER_SERVICE, ERP, IN_HOUSE, App

CHAT_TYPES = frozenset({IN_HOUSE, CUSTOMER_SERVICE})
"""Only these have chat, and the webchat push [D]. No new Customer Service app can be made."""
_ORDERS = frozenset({IN_HOUSE, ERP, CUSTOMER_SERVICE, "order_management"})
AREAS: dict[str, frozenset[str]] = {
    "/order/cancel_order": _ORDERS - {CUSTOMER_SERVICE},
    "/order/handle_buyer_cancellation": _ORDERS - {CUSTOMER_SERVICE},
    "/order/": _ORDERS,
    "/logistics/": _ORDERS,
    "/returns/": _ORDERS,
    "/account_health/": frozenset({IN_HOUSE, ERP, CUSTOMER_SERVICE}),
}
"""First fitting prefix counts. That Customer Service lacks cancel_order and has returns and tracking is [D]; the rest
of this table is our reading of the app types' names [I]."""


def has_chat(app: App) -> bool:
    """Whether the app may use chat."""
    return app.app_type in CHAT_TYPES and app.has_chat


def check_permission(app: App, path: str) -> None:
    """Raises ApiError(error_api_permission)."""
    if path.startswith("/sellerchat/"):
        is_allowed = has_chat(app)
    else:
        types = next((types for prefix, types in AREAS.items() if path.startswith(prefix)), None)
        is_allowed = types is None or app.app_type in types
    if not is_allowed or any(path.startswith(prefix) for prefix in app.denied):
        raise ApiError("error_api_permission", "Your app has no permission to call this API.")
