"""What every call has in common: who signs, what was exchanged, what a platform can do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from seawall.kernel.markets import Market, Platform


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a connection signs with. Never logged; `repr` hides the secrets."""

    platform: Platform
    market: Market
    base_url: str
    """API base of the site the store belongs to, or of a simulator or proxy."""
    app_key: str
    app_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    seller_id: str = ""
    """The store's id at the platform (Shopee: shop_id; TikTok Shop: shop id)."""
    shop_cipher: str = field(default="", repr=False)
    """TikTok Shop only: names the shop in calls; pushes carry `seller_id` instead."""
    buyer_platform: str = ""
    """TikTok Shop in Indonesia: TIKTOK_SHOP or TOKOPEDIA where the shop serves both; empty elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and the platform's answer as received: the raw stuff of evidence. Holds no secret and no token."""

    platform: Platform
    path: str
    request: Mapping[str, str]
    """Business parameters as sent; app key, token, sign and timestamp are left out."""
    status: int
    body: str
    """The answer's body, unchanged."""
    request_id: str
    asked_at: datetime
    answered_at: datetime


@dataclass(frozen=True, kw_only=True)
class Capability:
    """Whether a platform can do a thing, and who says so."""

    can: bool
    source: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit of a platform as data: the lane starts from it, and what the platform answers later overrules it."""

    name: str
    """`sends_per_second`, `sends_per_day`, `text_max`, `unanswered_max`, `identical_text_h`, `chat_window_days`, ..."""
    value: int | None
    """None: the platform has such a limit and nobody published it."""
    unit: str
    scope: str
    """What it counts over: `shop`, `app`, `buyer`, `conversation`, `message`, `unknown`."""
    source: str
    is_documented: bool
    """False for values seen, measured by others, or chosen by us on the safe side."""
