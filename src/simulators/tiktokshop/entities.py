"""What the simulated platform knows: apps, shops, grants, orders, conversations, messages, cases."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

MARKETS = ("sg", "my", "th", "ph", "id", "vn")
CURRENCIES = {"sg": "SGD", "my": "MYR", "th": "THB", "ph": "PHP", "id": "IDR", "vn": "VND"}
COUNTRIES = {
    "sg": "Singapore", "my": "Malaysia", "th": "Thailand", "ph": "Philippines", "id": "Indonesia", "vn": "Vietnam",
}  # fmt: skip
DIAL_CODES = {"sg": "65", "my": "60", "th": "66", "ph": "63", "id": "62", "vn": "84"}

CHAT, ORDERS, RETURNS = "seller.customer_service", "seller.order.info", "seller.return_refund.basic"
PARCELS, LOGISTICS, PRODUCTS = "seller.fulfillment.basic", "seller.logistics", "seller.product.write"
SHOP_INFO = "seller.authorization.info"
SCOPES = (SHOP_INFO, ORDERS, CHAT, RETURNS, PARCELS, LOGISTICS, PRODUCTS)
"""Names of the chat and order scopes are documented [3P]; the others are ours in the same style."""

BUYER, SHOP, SERVICE, SYSTEM, ROBOT = "BUYER", "SHOP", "CUSTOMER_SERVICE", "SYSTEM", "ROBOT"
SELLER_ROLES = frozenset({SHOP, SERVICE, SYSTEM, ROBOT})
PEOPLES_TYPES = frozenset({
    "TEXT", "IMAGE", "EMOTICONS", "VIDEO", "PRODUCT_CARD", "ORDER_CARD", "RETURN_REFUND_CARD", "COUPON_CARD",
    "LOGISTICS_CARD",
})  # fmt: skip
"""What people say. Everything else is the platform's own: notices, and marks of where a buyer came from [OAS]."""
TIKTOK, TOKOPEDIA = "TIKTOK_SHOP", "TOKOPEDIA"


@dataclass(kw_only=True)
class App:
    """A registered application."""

    app_key: str
    app_secret: str
    service_id: str
    """What stands in the authorise link; not the app key."""
    callback_url: str = ""
    """App-wide address for pushes, as set in Partner Center."""
    redirect_uri: str = ""
    """Where consent goes back to; the authorise link names none."""
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))


@dataclass(kw_only=True)
class Store:
    """A seller's shop in one market."""

    seller_id: str
    """The shop id, which pushes carry."""
    cipher: str
    """Names the shop in calls."""
    market: str
    name: str
    code: str
    seller_type: str = "LOCAL"
    status: str = "ACTIVE"
    can_accept_chat: bool = True
    webhooks: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """By app key, then event type."""

    def person(self, role: str) -> tuple[str, str, str]:
        """Chat id, account id and nickname of the shop or its service agent."""
        who = "agent" if role == SERVICE else "shop"
        return _id_of(f"im:{who}:{self.seller_id}"), _id_of(f"user:{who}:{self.seller_id}"), self.name


@dataclass(kw_only=True)
class Grant:
    """A seller's consent: tokens and the shops they open."""

    app_key: str
    access_token: str
    access_expires_ms: int
    refresh_token: str
    refresh_expires_ms: int
    seller_ids: list[str]
    scopes: list[str]
    is_access_dead: bool = False
    is_refresh_dead: bool = False
    is_revoked: bool = False
    """The seller took the consent back: nothing of it works again."""


@dataclass(kw_only=True, slots=True)
class Order:
    """An order. `lines` are units: three pieces are three lines [DOC]."""

    seller_id: str
    order_id: str
    buyer_id: str
    buyer_name: str
    status: str
    created_ms: int
    updated_ms: int
    is_cod: bool
    shipping_type: str
    platform: str
    shipping_fee: str
    buyer_note: str
    recipient: dict[str, str]
    lines: list[dict[str, Any]]
    events: list[dict[str, Any]]
    times: dict[str, int] = field(default_factory=dict)
    """Unix seconds by the platform's field name."""
    cancel_reason: str = ""
    cancel_by: str = ""
    wants_cancel: bool = False
    is_on_hold: bool = False

    def record(self) -> dict[str, Any]:
        """For the journal. Shallow: dataclasses.asdict copies deeply and takes most of a bulk load."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def package_ids(self) -> list[str]:
        """The parcels, in the order of the lines."""
        return list(dict.fromkeys(str(line["package_id"]) for line in self.lines if line["package_id"]))


@dataclass(kw_only=True, slots=True)
class Message:
    """A chat message as accepted."""

    message_id: str
    conversation_id: str
    seller_id: str
    index: int
    type: str
    content: str
    """JSON text, as the platform carries it."""
    role: str
    send_ms: int
    is_visible: bool = True
    text: str = ""
    order_ids: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """For the journal."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def is_sellers(self) -> bool:
        """Whether the seller's side sent it through the API."""
        return self.role in SELLER_ROLES and self.type in PEOPLES_TYPES

    @property
    def is_buyers(self) -> bool:
        """Whether the buyer said it."""
        return self.role == BUYER and self.type in PEOPLES_TYPES


@dataclass(kw_only=True, slots=True)
class Conversation:
    """A thread of a shop with a buyer: one for ever, closed and reopened under the same id [OAS]."""

    conversation_id: str
    seller_id: str
    buyer_id: str
    buyer_name: str
    platform: str
    created_ms: int
    opened_ms: int
    is_joined: bool = False
    """Whether a service agent has joined."""
    session_id: str = ""
    sessions: list[dict[str, Any]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    read_up_to: int = 0
    """Index of the last message the shop marked read."""
    buyer_read_ms: int = 0
    is_closing_planned: bool = False

    def record(self) -> dict[str, Any]:
        """For the journal, without its messages."""
        left_out = {"messages", "is_closing_planned"}
        return {name: getattr(self, name) for name in self.__slots__ if name not in left_out}

    @property
    def unread(self) -> int:
        """The buyer's messages the shop has not read."""
        return sum(1 for m in self.messages if m.is_buyers and m.index > self.read_up_to)

    @property
    def answers(self) -> int:
        """How often the buyer wrote."""
        return sum(1 for m in self.messages if m.is_buyers)

    @property
    def last_word(self) -> Message | None:
        """What a person said last; the platform's own notices open and close nothing."""
        return next((m for m in reversed(self.messages) if m.type in PEOPLES_TYPES), None)


@dataclass(kw_only=True)
class Case:
    """A cancellation or a return."""

    case_id: str
    seller_id: str
    order_id: str
    is_return: bool
    type: str
    """CANCEL, BUYER_CANCEL; REFUND, RETURN_AND_REFUND, REPLACEMENT."""
    status: str
    role: str
    reason: str
    created_ms: int
    updated_ms: int
    deadline_ms: int = 0
    """When silence counts as yes; 0: nothing waits for the seller."""
    line_ids: list[str] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    arbitration: str = ""
    partial: dict[str, str] = field(default_factory=dict)
    keeps_item: bool = False


@lru_cache(maxsize=65_536)
def _id_of(text: str) -> str:
    """A decimal id beyond 2^53, always the same for the same text."""
    digest = hashlib.sha256(text.encode()).digest()
    return str(7_100_000_000_000_000_000 + int.from_bytes(digest[:7]) % 399_999_999_999_999_999)


def chat_id_of(user_id: str) -> str:
    """A buyer's chat-only id (`im_user_id`), never equal to the account id that orders carry [OAS]."""
    return _id_of(f"im:buyer:{user_id}")


def stable_id(*parts: object) -> str:
    """A decimal id drawn from what it belongs to."""
    return _id_of(":".join(map(str, parts)))
