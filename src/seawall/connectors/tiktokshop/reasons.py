"""Cancel reasons a seller may give, by market and order status, as documented. [DOC] "Cancel reasons" (May 2026).

A fall-back only: what the platform answers for the order itself comes first, and the list has no customs or logistics
reason for sellers. The "address" reasons are left out, since their removal was announced for 31 August 2025; whether
they are really refused is unknown, and the platform still names them for an order where it takes them.
"""

import re

from seawall.connectors.contracts import CaseReason, Fault
from seawall.kernel.markets import Market

NEVER = frozenset({"IN_TRANSIT", "DELIVERED", "COMPLETED", "CANCELLED"})
"""[DOC] Statuses in which a seller never cancels."""

DOCUMENTED_FOR = frozenset({"ON_HOLD", "AWAITING_SHIPMENT"})
"""Statuses in which the documents agree that a seller may cancel. They disagree on UNPAID and on AWAITING_COLLECTION:
there only the platform's own answer for the order counts."""

_TEXTS = {
    "seller_cancel_reason_out_of_stock": "Out of stock",
    "seller_cancel_reason_wrong_price": "Wrong price",
    "seller_cancel_unpaid_reason_out_of_stock": "Out of stock",
    "seller_cancel_unpaid_reason_wrong_price": "Wrong price",
    "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed": "Buyer has not paid in time",
    "seller_cancel_paid_reason_address_not_deliver": "Cannot deliver to this address",
    "seller_cancel_unable_to_deliver_to_buyer_address": "Cannot deliver to this address",
    "seller_cancel_unpaid_reason_buyer_requested_cancellation": "Buyer requested cancellation",
    "seller_cancel_paid_reason_buyer_requested_cancellation": "Buyer requested cancellation",
}
_SELLERS_FAULT = ("out_of_stock", "wrong_price")
"""Out of stock is the seller's fault in Indonesia since 31 August 2025 [DOC], elsewhere presumably [INF]; wrong price
presumably too [INF]. Counting it as the seller's is the side on which nobody is surprised."""
_BUYER_SAID = re.compile(r"buyer_(requested|request|agree|ask|want|change)")

PAID_REASONS = ("seller_cancel_reason_out_of_stock", "seller_cancel_reason_wrong_price")
PHILIPPINES = "seller_cancel_paid_reason_buyer_requested_cancellation"


def reason_of(name: str, text: str = "") -> CaseReason:
    """A reason by its name, with whose fault it counts as, as far as anybody says."""
    return CaseReason(
        code=name,
        text=text or _TEXTS.get(name, name),
        fault=Fault.SELLER if name.endswith(_SELLERS_FAULT) else Fault.UNKNOWN,
        claims_buyer_asked=bool(_BUYER_SAID.search(name)),
    )


def documented(status: str, market: Market) -> tuple[CaseReason, ...]:
    """The documented reasons for a status, each saying that the platform did not confirm it for this order."""
    if status not in DOCUMENTED_FOR:
        return ()
    names = (*PAID_REASONS, PHILIPPINES) if market is Market.PH else PAID_REASONS
    return tuple(reason_of(name, f"{_TEXTS[name]} [documented, not confirmed for this order]") for name in names)
