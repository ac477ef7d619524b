"""Lazada's codes as our connector errors. Codes nobody documented fail closed as Rejected.

Tags as in the platform notes: [D] Lazada's documentation, [C] other clients' code, [S] seen on the sister platform
Daraz, [I] inferred.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from seawall.connectors.contracts import Exchange
from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ShopRestricted,
    Transient,
)
from seawall.kernel.markets import Platform

BACKEND_TROUBLE = frozenset({
    "ServiceTimeout", "UnknownRuntimeException", "SYSTEM_ERROR", "6", "1000", "500", "501",
    "LD_INVOKE_DOWNSTREAM_RESPONSE_BLANK",
})  # fmt: skip
"""[D] The backend failed after the gateway let the call through: on a send it may have been carried out."""

REVERSE_TROUBLE = frozenset({"106"})
"""[D] "internal" on the cancel and return calls: nobody says whether it was carried out."""

TOO_FAST = frozenset({"ApiCallLimit", "AppCallLimit", "SellerCallLimit", "TRAFFIC_CONTROL", "901"})
"""[D, C] Refused before any work was done. 901 also means "switched off for a moment"."""

NOT_CARRIED_OUT = frozenset({"IllegalTimestamp"})
"""[S] The gateway refused, and the next try carries a new stamp."""

SHOP_STOPS = frozenset({
    "IllegalAccessToken", "InvalidAccessToken", "IllegalRefreshToken", "AUTH_TYPE_UNSUPPORTED", "AppNotSubscribed",
})  # fmt: skip
"""[D, C] The seller has to authorise (or subscribe) again."""

CONNECTION_STOPS = frozenset({
    "IncompleteSignature", "InvalidAppKey", "APP_KEY_INVALID", "AppWhiteIpLimit", "SellerNotActive",
})  # fmt: skip
"""[D, C] Every call of this connection will fail alike, so the shop is stopped instead of burning its queue."""

SHOP_RESTRICTED = frozenset({
    "InsufficientPermission", "Mp3SellerApiLimit", "SellerNotVerified",
})  # fmt: skip
"""[C, D] The platform does not let this shop or app do it at all: nothing more may be tried for it."""

ONE_GROUP = frozenset({"InsufficientPermission", "Mp3SellerApiLimit"})
"""Refusals of a group of calls, not of the whole shop."""

SENTENCES = {
    "-22": "lazada_order_too_old",
    "16": "lazada_order_not_in_shop",
    "Mp3SellerApiLimit": "lazada_semi_managed",
    "InvalidApi": "lazada_api_not_granted",
    "InsufficientPermission": "lazada_api_not_granted",
    "InvalidCode": "lazada_code_invalid",
    "AUTH_TYPE_UNSUPPORTED": "lazada_not_refreshable",
}
"""Codes with a sentence of their own; `16` and `-22` mean other things on other paths (see `refusal`)."""

REVERSE_SENTENCES = {
    "100": "lazada_lines_invalid",
    "102": "lazada_lines_invalid",
    "104": "lazada_reason_invalid",
    "105": "lazada_case_not_found",
    "107": "lazada_case_state",
    "108": "lazada_case_incomplete",
    "109": "lazada_case_incomplete",
    "110": "lazada_case_incomplete",
    "111": "lazada_case_one_line",
    "112": "lazada_case_not_found",
    "113": "lazada_case_state",
    "114": "lazada_case_state",
    "122": "lazada_order_not_in_shop",
    "123": "lazada_lines_invalid",
    "124": "lazada_order_not_in_shop",
    "125": "lazada_lines_invalid",
    "126": "lazada_lines_invalid",
    "127": "lazada_order_not_in_shop",
    "131": "lazada_nothing_to_decide",
    "133": "lazada_case_one_line",
}
"""[D] Numbers of the cancel and return calls (121329, 121370, 121372); elsewhere the same numbers mean other things.
115 to 118 (no order id, seller, user, e-mail) and 120, 121 (paging) are told in the platform's own words."""

IMAGE_SENTENCES = dict.fromkeys(("30", "300", "302", "303"), "image_not_allowed")
"""[D] /image/upload: empty, missing, wrong kind, too large."""

_ORDER_PATHS = ("/order/", "/orders/", "/im/session/open")
REVERSE_PATHS = ("/order/reverse/", "/reverse/")
IMAGE_PATHS = ("/image/",)
ASIDE_PATHS = (*REVERSE_PATHS, *IMAGE_PATHS, "/seller/metrics/", "/seller/performance/")
"""Calls beside orders and chat, with permission groups of their own and closed to semi-managed sellers (but pictures)
[D 121541]. A refusal there says nothing about the chat, so it must not stop the shop's messages."""
_BAN = re.compile(r"ban will last\s+(\d{1,6})\s*second", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """What an error needs to know about the call it came from."""

    path: str
    is_effect: bool
    """Whether the buyer may see a result: then doubt is OutcomeUnknown and never Transient."""
    answered_at: datetime
    request_id: str = ""
    exchange: Exchange | None = None


def ban_seconds(message: str) -> int:
    """Seconds to wait after a rate limit: the announced ban and one more; 0 and 1 were seen in the wild [D, C]."""
    found = _BAN.search(message)
    return (int(found.group(1)) if found else 1) + 1


def retry_after(header: str | None, now: datetime) -> datetime:
    """The instant of an HTTP `Retry-After` (seconds or a date); 2 s from now when it is missing or unreadable."""
    fallback = now + timedelta(seconds=2)
    if not header:
        return fallback
    if header.strip().isdecimal() and len(header.strip()) <= 6:
        return now + timedelta(seconds=int(header.strip()) + 1)
    try:
        stated = parsedate_to_datetime(header)
    except ValueError:
        return fallback
    if stated.tzinfo is None:
        return fallback
    # No further than a day: a wrong date must not park a shop for ever.
    return min(max(stated, fallback), now + timedelta(days=1))


def refusal(code: str, message: str, facts: CallFacts, raw: Mapping[str, Any]) -> ConnectorError:
    """The connector error for a Lazada code, of the gateway or of the second level."""
    rest: dict[str, Any] = {
        "platform": Platform.LAZADA,
        "platform_code": code,
        "request_id": facts.request_id,
        "raw": raw,
        "detail": message[:500],
        "exchange": facts.exchange,
    }
    if code in TOO_FAST:
        until = facts.answered_at + timedelta(seconds=ban_seconds(message))
        return RateLimited("platform_rate_limited", until=until, **rest)
    if code in BACKEND_TROUBLE or (code in REVERSE_TROUBLE and facts.path.startswith(REVERSE_PATHS)):
        return (
            OutcomeUnknown("platform_outcome_unknown", **rest)
            if facts.is_effect
            else Transient("platform_transient", **rest)
        )
    if code in NOT_CARRIED_OUT:
        return Transient("platform_transient", **rest)
    if code in SHOP_STOPS:
        return AuthExpired(SENTENCES.get(code, "platform_auth_expired"), **rest)
    if code in CONNECTION_STOPS:
        return AuthExpired("lazada_connection_refused", **rest)
    if code in SHOP_RESTRICTED and not (code in ONE_GROUP and facts.path.startswith(ASIDE_PATHS)):
        return ShopRestricted(_sentence(code, facts.path), **rest)
    return Rejected(_sentence(code, facts.path), **rest)


def doubt(detail: str, facts: CallFacts, *, code: str = "") -> ConnectorError:
    """The request may have left and no readable answer came back."""
    rest: dict[str, Any] = {
        "platform": Platform.LAZADA,
        "platform_code": code,
        "request_id": facts.request_id,
        "detail": detail,
        "exchange": facts.exchange,
    }
    if facts.is_effect:
        return OutcomeUnknown("platform_outcome_unknown", **rest)
    return Transient("platform_transient", **rest)


def _sentence(code: str, path: str) -> str:
    if path.startswith(REVERSE_PATHS) and code in REVERSE_SENTENCES:
        return REVERSE_SENTENCES[code]
    if path.startswith(IMAGE_PATHS) and code in IMAGE_SENTENCES:
        return IMAGE_SENTENCES[code]
    if code in {"16", "-22"} and not path.startswith(_ORDER_PATHS):
        return "platform_rejected"
    return SENTENCES.get(code, "platform_rejected")
