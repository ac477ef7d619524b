"""What the simulated platform knows: apps, stores, grants, orders, conversations, messages."""

from dataclasses import dataclass, field
from typing import Any

SITES = ("sg", "my", "th", "ph", "id", "vn")
CURRENCIES = {"sg": "SGD", "my": "MYR", "th": "THB", "ph": "PHP", "id": "IDR", "vn": "VND"}
COUNTRIES = {
    "sg": "Singapore", "my": "Malaysia", "th": "Thailand", "ph": "Philippines", "id": "Indonesia", "vn": "Vietnam",
}  # fmt: skip
BUYER, SELLER = 1, 2
USER_MESSAGE, SYSTEM_MESSAGE = 1, 2


@dataclass(kw_only=True)
class App:
    """A registered application."""

    app_key: str
    app_secret: str
    callback_url: str = ""
    redirect_uri: str = ""
    """When set, consent goes back to exactly this address."""
    is_subscription: bool = False
    """Tokens follow a subscription and cannot be refreshed."""
    denied: list[str] = field(default_factory=list)
    """API path prefixes whose permission group is inactive."""


@dataclass(kw_only=True)
class Store:
    """A seller's store on one site."""

    seller_id: str
    user_id: str
    """The account that stands in session ids."""
    site: str
    name: str
    short_code: str
    is_ease_mode: bool = False
    is_cross_border: bool = False
    status: str = "ACTIVE"
    version: int = 0
    """Counts changes of its orders, so that sorted lists can be kept."""


@dataclass(kw_only=True)
class Grant:
    """A seller's consent: tokens and the stores they open."""

    app_key: str
    access_token: str
    access_expires_ms: int
    refresh_token: str
    refresh_expires_ms: int
    account: str
    seller_ids: list[str]
    is_revoked: bool = False


@dataclass(kw_only=True, slots=True)
class Order:
    """An order; `items` are the platform's item objects without what is the same for all."""

    seller_id: str
    order_id: str
    buyer_id: str
    buyer_name: str
    created_ms: int
    updated_ms: int
    payment_method: str
    voucher: str
    shipping_fee: str
    buyer_note: str
    items: list[dict[str, Any]]
    events: list[dict[str, Any]]
    reverse_order_id: str = ""

    @property
    def statuses(self) -> list[str]:
        """The distinct statuses of the items; an order has none of its own."""
        return list(dict.fromkeys(str(item["status"]) for item in self.items))

    def record(self) -> dict[str, Any]:
        """For the journal. Shallow: dataclasses.asdict copies deeply and took most of a bulk load."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(kw_only=True, slots=True)
class Reverse:
    """A reverse order: a cancellation, return or refund that a buyer asked for. `lines` are of reverse.py."""

    reverse_order_id: str
    seller_id: str
    order_id: str
    buyer_id: str
    request_type: str
    is_rtm: bool
    created_ms: int
    lines: list[dict[str, Any]]

    @property
    def modified_ms(self) -> int:
        """When a line changed last."""
        return max(int(line["modified_ms"]) for line in self.lines)

    def record(self) -> dict[str, Any]:
        """For the journal."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(kw_only=True, slots=True)
class Message:
    """A chat message as accepted."""

    message_id: str
    session_id: str
    seller_id: str
    template_id: int
    content: str
    from_type: int
    send_ms: int
    type: int = USER_MESSAGE
    status: int = 0
    process_msg: str = ""
    auto_reply: bool = False
    order_hint: str = ""
    text: str = ""

    def record(self) -> dict[str, Any]:
        """For the journal."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(kw_only=True, slots=True)
class Session:
    """A conversation of a store with a buyer."""

    session_id: str
    seller_id: str
    user_id: str
    buyer_id: str
    site: str
    order_ids: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    self_position: int = 0
    to_position: int = 0
    listed_length: int = -1
    """How many messages the last /im/message/list saw; a list that shows nothing new is an idle poll."""

    @property
    def unread(self) -> int:
        """The buyer's messages the seller has not read."""
        return sum(1 for m in self.messages if m.from_type == BUYER and m.send_ms > self.self_position)

    @property
    def answers(self) -> int:
        """How often the buyer wrote."""
        return sum(1 for m in self.messages if m.from_type == BUYER and m.type == USER_MESSAGE)

    def unanswered_since(self, not_before_ms: int) -> int:
        """Seller messages after the buyer's last word, newer than an instant."""
        count = 0
        for message in reversed(self.messages):
            if message.type == SYSTEM_MESSAGE:
                continue
            if message.from_type == BUYER or message.send_ms < not_before_ms:
                break
            count += 1
        return count
