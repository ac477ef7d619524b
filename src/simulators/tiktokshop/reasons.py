"""Reasons for cancelling and refusing, by market and status ([DOC] "Cancel reasons", SEA)."""

from simulators.tiktokshop.entities import Order, Store
from simulators.tiktokshop.switches import Switches

_UNPAID = "seller_cancel_unpaid_reason_"
OUT_OF_STOCK, WRONG_PRICE = "seller_cancel_reason_out_of_stock", "seller_cancel_reason_wrong_price"
ADDRESS, ADDRESS_SG = (
    "seller_cancel_paid_reason_address_not_deliver",
    "seller_cancel_unable_to_deliver_to_buyer_address",
)
BUYER_ASKED = "seller_cancel_paid_reason_buyer_requested_cancellation"
BUYER_ASKED_UNPAID = _UNPAID + "buyer_requested_cancellation"
WITHDRAWN = frozenset({ADDRESS, ADDRESS_SG})
"""Announced as removed on 31 August 2025, still in the copy of May 2026: refused by switch [DOC]."""
TEXTS = {
    OUT_OF_STOCK: "Out of stock",
    WRONG_PRICE: "Pricing error",
    ADDRESS: "Unable to deliver to the buyer's address",
    ADDRESS_SG: "Unable to deliver to the buyer's address",
    BUYER_ASKED: "Buyer requested cancellation",
    BUYER_ASKED_UNPAID: "Buyer requested cancellation",
    _UNPAID + "out_of_stock": "Out of stock",
    _UNPAID + "wrong_price": "Pricing error",
    _UNPAID + "buyer_hasnt_paid_within_time_allowed": "Buyer has not paid in time",
    "ecom_order_to_ship_canceled_reason_not_shipped_on_time": "Not shipped on time",
    "ecom_order_to_ship_canceled_reason_no_longer_needed": "No longer needed",
    "ecom_order_delivered_refund_reason_not_received": "Package not received",
}
BUYER_REASONS = frozenset(name for name in TEXTS if name.startswith("ecom_"))
"""Two of these names are ours in the platform's style; all are refused to sellers."""
_POPUP = "order_manage_list_action_respond_popup_reject_reason_"
CANCEL_REJECTS = {
    _POPUP + "invalid_cancellation_reason": "Invalid cancellation reason",
    _POPUP + "delivered": "Delivery is on schedule",
    _POPUP + "buyer_agree": "Reached an agreement with the buyer",
    "seller_reject_apply_product_has_been_packed": "Product has been packed",
}
RETURN_REJECTS = {
    "reverse_reject_request_reason_delivered": "The package was delivered",
    "reverse_reject_request_reason_invalid": "The reason of the request is not valid",
    "reverse_reject_request_reason_agreed": "Reached an agreement with the buyer",
}
"""Names for returns are unknown: ours."""


def all_for(market: str, status: str) -> list[str]:
    """Every reason a market's list names for an order status, withdrawn ones too."""
    if status == "UNPAID":
        names = [_UNPAID + "out_of_stock", _UNPAID + "wrong_price"]
        if market != "sg":
            names.append(_UNPAID + "buyer_hasnt_paid_within_time_allowed")
        return [*names, BUYER_ASKED_UNPAID] if market == "ph" else names
    names = [OUT_OF_STOCK, WRONG_PRICE, ADDRESS_SG if market == "sg" else ADDRESS]
    return [*names, BUYER_ASKED] if market == "ph" else names


def open_to_seller(switches: Switches, store: Store, order: Order) -> list[str]:
    """The reasons that would be taken for this order now."""
    names = all_for(store.market, order.status)
    return [name for name in names if not (switches.withdrawn_reasons_refused and name in WITHDRAWN)]


def text_of(name: str) -> str:
    """The words of a reason; its name when nobody knows them."""
    return TEXTS.get(name) or CANCEL_REJECTS.get(name) or RETURN_REJECTS.get(name) or name
