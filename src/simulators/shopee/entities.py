"""What the simulated platform knows: apps, shops, grants, orders, parcels, returns, conversations, messages."""

from dataclasses import dataclass, field
from typing import Any

CURRENCIES = {
    "SG": "SGD", "MY": "MYR", "TH": "THB", "PH": "PHP", "ID": "IDR", "VN": "VND", "TW": "TWD", "BR": "BRL",
}  # fmt: skip
"""The regions there are, with their money."""
CHAT_CLOSED = frozenset({"TW"})
"""Regions where developers cannot send [S][D3]."""
IN_HOUSE, CUSTOMER_SERVICE, ERP = "seller_in_house", "customer_service", "erp"
APP_TYPES = frozenset({
    IN_HOUSE, CUSTOMER_SERVICE, ERP, "order_management", "product_management", "accounting", "marketing",
})  # fmt: skip
ORDER_STATUSES = frozenset({
    "UNPAID", "READY_TO_SHIP", "PROCESSED", "RETRY_SHIP", "SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED", "IN_CANCEL",
    "CANCELLED", "TO_RETURN", "INVOICE_PENDING", "PENDING",
})  # fmt: skip
OPEN_RETURNS = frozenset({"REQUESTED", "ACCEPTED", "PROCESSING", "JUDGING", "SELLER_DISPUTE"})


class Recorded:
    """A row of the journal. Shallow: dataclasses.asdict copies deeply and took most of a bulk load."""

    __slots__ = ()

    def record(self) -> dict[str, Any]:
        """All fields."""
        names: tuple[str, ...] = type(self).__slots__
        return {name: getattr(self, name) for name in names}


@dataclass(kw_only=True, slots=True)
class App(Recorded):
    """A registered application."""

    partner_id: str
    partner_key: str
    push_key: str = ""
    """The live push key; empty means that pushes are signed with the partner key."""
    app_type: str = IN_HOUSE
    has_chat: bool = True
    """Whether the chat request of an app whose type may have it was approved."""
    own_shop_ids: list[str] = field(default_factory=list)
    """An in-house app serves its own seller's shops and nobody else's [D]."""
    redirect_url: str = ""
    """When set, consent goes back to this host alone."""
    callback_url: str = ""
    push_off: list[int] = field(default_factory=list)
    blocked_shop_ids: list[str] = field(default_factory=list)
    push_status: str = "Normal"
    state: str = "live"
    """live, frozen, key_expired, suspended, restricted."""
    denied: list[str] = field(default_factory=list)
    """API path prefixes without permission, beyond those of the type."""


@dataclass(kw_only=True, slots=True)
class Shop(Recorded):
    """A seller's shop in one region."""

    shop_id: str
    user_id: str
    """The account that speaks in chats."""
    region: str
    name: str
    status: str = "NORMAL"
    is_cb: bool = False
    main_account_id: str = ""
    merchant_id: str = ""
    chat_distribution: bool = False
    """Sub-accounts receive chats by distribution: no sends by API since 2026-01-29 [P]."""
    metrics: dict[str, float | None] = field(default_factory=dict)
    """Figures of account health that differ from the defaults, by metric id."""
    rating: int = 3
    penalties: list[dict[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Grant(Recorded):
    """A pair of tokens and whom it speaks for."""

    partner_id: str
    access_token: str
    access_expires_ms: int
    refresh_token: str
    refresh_expires_ms: int
    shop_ids: list[str]
    merchant_ids: list[str]
    auth_ms: int
    auth_expires_ms: int
    refreshed: dict[str, int] = field(default_factory=dict)
    """By shop or merchant id: when its access through this pair ends, since it has a newer pair."""
    is_revoked: bool = False


@dataclass(kw_only=True, slots=True)
class Order(Recorded):
    """An order; `items` and `packages` are the platform's objects without what is the same for all."""

    shop_id: str
    order_sn: str
    buyer_id: str
    buyer_name: str
    status: str
    created_ms: int
    updated_ms: int
    ship_by_ms: int
    days_to_ship: int
    cod: bool
    payment_method: str
    total: float
    items: list[dict[str, Any]]
    packages: list[dict[str, Any]]
    fate: str
    """What the courier makes of it (couriers.py)."""
    cancel_by: str = ""
    cancel_reason: str = ""
    buyer_cancel_reason: str = ""
    status_before: str = ""
    """What it was before a cancellation was asked for."""
    note: str = ""
    message_to_seller: str = ""
    pickup_done_ms: int = 0
    is_warehouse: bool = False
    """Sent by the platform's warehouse: the seller cannot cancel."""
    by_hand: bool = False
    """Moved from the side door: the courier's plan no longer holds."""


@dataclass(kw_only=True, slots=True)
class Return(Recorded):
    """A return or refund a buyer asked for."""

    return_sn: str
    order_sn: str
    shop_id: str
    buyer_id: str
    status: str
    reason: str
    text_reason: str
    refund_amount: float
    created_ms: int
    updated_ms: int
    due_ms: int
    request_type: int = 0
    validation_type: str = "seller_validation"
    negotiation_status: str = "PENDING_RESPOND"
    proof_status: str = "PENDING"
    compensation_status: str = "COMPENSATION_NOT_APPLICABLE"
    images: list[str] = field(default_factory=list)
    dispute: dict[str, Any] = field(default_factory=dict)
    proof: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Message(Recorded):
    """A chat message as accepted."""

    message_id: str
    conversation_id: str
    shop_id: str
    from_buyer: bool
    type: str
    content: dict[str, Any]
    text: str
    created_ms: int
    order_sn: str = ""
    source: str = "openapi"
    status: str = "normal"
    censored_ms: int = 0
    """When it turns `censored_blacklist`; 0 for never."""
    deleted: bool = False

    def status_at(self, now_ms: int) -> str:
        """The status as read back."""
        return "censored_blacklist" if self.censored_ms and now_ms >= self.censored_ms else self.status


@dataclass(kw_only=True, slots=True)
class Conversation:
    """A conversation of a shop with a buyer."""

    conversation_id: str
    shop_id: str
    buyer_id: str
    messages: list[Message] = field(default_factory=list)
    order_sns: list[str] = field(default_factory=list)
    flags: dict[str, Any] = field(default_factory=dict)
    """pinned, mute, marked_unread, deleted, blocked_by_buyer, blocked_by_shop, frozen_buyer, sub_account_id."""
    shop_read: int = 0
    """Message id up to which the shop has read."""
    buyer_read: int = 0
    in_a_row: int = 0
    """Seller messages since the buyer's last word."""
    buyer_wrote_ms: int = 0
    answers: int = 0

    @property
    def unread(self) -> int:
        """The buyer's messages the shop has not read."""
        count = 0
        for message in reversed(self.messages):
            if int(message.message_id) <= self.shop_read:
                break
            count += message.from_buyer
        return count

    @property
    def last_ns(self) -> int:
        """Nanoseconds of the last message, unique as the id is."""
        last = self.messages[-1]
        return last.created_ms * 1_000_000 + int(last.message_id) % 1_000_000
