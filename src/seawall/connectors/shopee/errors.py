"""Shopee's codes as our connector errors. Codes nobody documented fail closed as Rejected and are shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
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


class Family(Enum):
    """What a code means for who must act."""

    DOUBT = "doubt"
    """The platform failed inside: an effect may have been carried out."""
    NOT_DONE = "not done"
    """Certainly not carried out, and the next try may pass."""
    TOO_FAST = "too fast"
    QUOTA = "quota"
    AUTH = "auth"
    RESTRICTED = "restricted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Meaning:
    """A family with the sentence a person reads, and how long to wait where it is about pace."""

    family: Family
    sentence: str = ""
    wait_s: int = 2


_DOUBT = Meaning(Family.DOUBT)
_REJECTED = Meaning(Family.REJECTED, "platform_rejected")
_AUTH = Meaning(Family.AUTH, "platform_auth_expired")
_CONNECTION = Meaning(Family.AUTH, "shopee_connection_refused")
_RESTRICTED = Meaning(Family.RESTRICTED, "shopee_shop_restricted")
_STALE = Meaning(Family.NOT_DONE, "shopee_clock_off")


def _says(sentence: str) -> Meaning:
    return Meaning(Family.REJECTED, sentence)


MEANINGS: Mapping[str, Meaning] = {
    # The platform failed inside [D]. `system_busy` asks for a lower rate [S, D3]; whether the call that got it was
    # carried out is not documented [U], so an effect is looked up.
    **dict.fromkeys(
        ("error_server", "error_network", "error_inner", "error_data", "system_busy", "internal_server_error",
         "server_error"), _DOUBT,
    ),
    # Pace [D, P].
    "error_rate_limit": Meaning(Family.TOO_FAST, "platform_rate_limited"),
    "exceed_send_limitaion": Meaning(Family.TOO_FAST, "shopee_too_many_sends", 60),
    "exceed_send_limitation": Meaning(Family.TOO_FAST, "shopee_too_many_sends", 60),
    "error_limit": Meaning(Family.QUOTA, "shopee_daily_quota"),
    # The seller has to authorise again [D]; both spellings of the token code occur [D, S].
    **dict.fromkeys(
        ("error_auth", "invalid_acceess_token", "invalid_access_token", "refresh_token_expired",
         "error_shop_refresh_token", "error_merchant_refresh_token", "shop_access_expired", "merchant_access_expired"),
        _AUTH,
    ),
    # Every call of this connection fails alike, so the shop is stopped instead of burning its queue [D].
    **dict.fromkeys(
        ("error_sign", "invalid_partner_id", "shop_no_linked", "partner_shop_no_link", "merchant_no_linked",
         "source_ip_undeclared", "error_partner_key_expired", "error_shop", "invalid_shop"),
        _CONNECTION,
    ),
    # The platform does not let this shop or app do it at all [D].
    **dict.fromkeys(("shop_banned", "partner_frozen", "error_kyc_auth", "error_ashop_api_permission"), _RESTRICTED),
    "error_api_permission": Meaning(Family.RESTRICTED, "shopee_app_type"),
    "error_api_call_restricted": Meaning(Family.RESTRICTED, "shopee_api_not_granted"),
    "api_suspended": Meaning(Family.RESTRICTED, "shopee_api_not_granted"),
    "not_open_market": Meaning(Family.RESTRICTED, "shopee_market_without_chat"),
    "shop_bound_subaccount": Meaning(Family.RESTRICTED, "shopee_chat_distribution"),
    # Whether it means one message or the whole shop is unknown [P]: going on against a safety system risks the shop.
    "block_by_internal_safety_strategies": Meaning(Family.RESTRICTED, "shopee_safety_stop"),
    # Chat refusals of one message [M, P].
    "message_too_long": _says("shopee_message_too_long"),
    "reach_5_message_limit": _says("shopee_five_unanswered"),
    "user_is_forbidden": _says("shopee_outside_window"),
    "first_chat_without_order_info": _says("shopee_first_needs_order"),
    "message_is_censored": _says("shopee_censored"),
    "error_blocked": _says("shopee_blocked"),
    "error_sender_block_receiver": _says("shopee_blocked"),
    "assigned_to_subaccount": _says("shopee_subaccount_owns"),
    "resource_not_found": _says("shopee_no_conversation"),
    # Consent [D]; the misspelt code is the documented one.
    **dict.fromkeys(("invalid_code", "invalid_shop_id", "invalid_main_acount_id", "invalid_main_account_id"),
                    _says("shopee_code_invalid")),
    # Orders, parcels, returns [D].
    "invalid_error": _says("shopee_order_not_in_shop"),
    "cancel_order_invalid_status": _says("shopee_no_cancel_request"),
    "order_status_invalid": _says("shopee_no_cancel_request"),
    "returnsn.illegal": _says("shopee_return_not_in_shop"),
    **dict.fromkeys(
        ("dispute.rr.not.allow", "return.status.illegal", "error_return_status", "error_ongoing_dispute",
         "error_negotiation_status", "error_no_buyer_offer", "error_validation", "error_return_request_type",
         "rraoc_refund_not_allowed"),
        _says("shopee_return_not_disputable"),
    ),
    # Documented, and said by the platform's own words.
    **dict.fromkeys(
        ("error_param", "param_error", "params_error", "invalid_to_id", "user_is_unauthorized", "error_business",
         "error_not_found", "error_permission", "order_list_invalid_time", "cancel_forder_failed",
         "error_status_limit", "package_not_exist", "package_number_not_exist", "invalid_address_version",
         "dispute.request.param.error", "no.proof", "proof.overdue", "number.error", "format.unsupport",
         "image.upload.fail"),
        _REJECTED,
    ),
}  # fmt: skip
"""By the whole code, else by its last dotted part. Whole codes go first: the last part of `number.error` is no code."""

CANCEL_PATH = "/api/v2/order/cancel_order"
SEND_PATH = "/api/v2/sellerchat/send_message"
_ORDER_PATHS = ("/api/v2/order/", "/api/v2/logistics/")
_QUOTA_ZONE = timezone(timedelta(hours=8))
"""[D] the daily quota of an app starts anew at 00:00 there."""
_RETURN_PATHS = "/api/v2/returns/"
_AROUND_DOTS = re.compile(r"\s*\.\s*")
_STALE_WORDS = re.compile(r"\b(?:invalid|no) timestamp\b|\btimestamp is (?:expired|invalid)")
_COMMON_WORDS = re.compile(r"\b(?:partner_id|access_token|sign|shop_?id)\b")
_PARTNER_WORDS = re.compile(r"\bpartner_id is\b|\bapp\b.*\bdeleted\b")


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """What an error needs to know about the call it came from."""

    path: str
    is_effect: bool
    """Whether a buyer may see a result: then doubt is OutcomeUnknown and never Transient."""
    answered_at: datetime
    request_id: str = ""
    exchange: Exchange | None = None


def normal(code: str) -> str:
    """A code as it is compared: one page prints a blank after the dot, another a tab behind the code [D]."""
    return _AROUND_DOTS.sub(".", code.strip().lower())


def meaning_of(code: str, message: str, path: str) -> Meaning:
    """What a code means on this path, with these words beside it."""
    name = normal(code)
    last = name.rpartition(".")[2]
    by_words = _by_words(last, message.strip().lower(), path)
    if by_words is not None:
        return by_words
    if name == "order.error_limit" and path == CANCEL_PATH:
        # Without a prefix it is the app's daily quota; here "cannot cancel this order" [D].
        return _says("shopee_not_cancellable")
    if last == "error_business" and path == SEND_PATH:
        return _says("shopee_same_text")
    if last == "error_not_found" and path.startswith(_ORDER_PATHS):
        return _says("shopee_order_not_in_shop")
    return MEANINGS.get(name) or MEANINGS.get(last) or _REJECTED


def _by_words(last: str, words: str, path: str) -> Meaning | None:
    """[D] a few codes stand for several situations, and only the words beside them tell which."""
    match last:
        case "error_param" if _STALE_WORDS.search(words):
            return _STALE
        case "error_param" if not words.startswith("wrong parameters") and _COMMON_WORDS.search(words):
            return _CONNECTION
        case "error_permission" if "link shop" in words:
            return _CONNECTION
        case "error_auth" if "system error" in words:
            return _DOUBT
        case "error_auth" if "no permission" in words or "restricted" in words:
            return Meaning(Family.RESTRICTED, "shopee_api_not_granted")
        case "error_auth" if _PARTNER_WORDS.search(words):
            return _CONNECTION
        case "error_data" if path.startswith(_RETURN_PATHS) and "return you queried doesn't exist" in words:
            return _says("shopee_return_not_in_shop")
        case _:
            return None


def is_documented(code: str) -> bool:
    """Whether the table knows a code."""
    name = normal(code)
    return name in MEANINGS or name.rpartition(".")[2] in MEANINGS


def refusal(
    code: str, message: str, facts: CallFacts, raw: Mapping[str, Any] | None, *, retry_after_header: str | None = None
) -> ConnectorError:
    """The connector error for a code of Shopee."""
    rest = _rest(facts, code=code, detail=message, raw=raw)
    meaning = meaning_of(code, message, facts.path)
    match meaning.family:
        case Family.DOUBT:
            return doubt(message, facts, code=code, raw=raw)
        case Family.NOT_DONE:
            return Transient(meaning.sentence, **rest)
        case Family.TOO_FAST:
            until = retry_after(retry_after_header, facts.answered_at, fallback_s=meaning.wait_s)
            return RateLimited(meaning.sentence, until=until, **rest)
        case Family.QUOTA:
            return RateLimited(meaning.sentence, until=quota_returns_at(facts.answered_at), **rest)
        case Family.AUTH:
            return AuthExpired(meaning.sentence, **rest)
        case Family.RESTRICTED:
            return ShopRestricted(meaning.sentence, **rest)
        case Family.REJECTED:
            return Rejected(meaning.sentence, **rest)


def doubt(
    detail: str, facts: CallFacts, *, code: str = "", raw: Mapping[str, Any] | None = None
) -> Transient | OutcomeUnknown:
    """The request may have left and no answer says what became of it."""
    rest = _rest(facts, code=code, detail=detail, raw=raw)
    if facts.is_effect:
        return OutcomeUnknown("platform_outcome_unknown", **rest)
    return Transient("platform_transient", **rest)


def rejected(
    sentence: str, *, code: str = "", detail: str = "", facts: CallFacts | None = None, exchange: Exchange | None = None
) -> Rejected:
    """A refusal of our own, before or after a call."""
    return Rejected(
        sentence, platform=Platform.SHOPEE, platform_code=code, detail=detail[:500],
        request_id=facts.request_id if facts else "", exchange=facts.exchange if facts else exchange,
    )  # fmt: skip


def quota_returns_at(now: datetime) -> datetime:
    """When an app's daily quota starts anew: the next 00:00 UTC+8 [D]."""
    there = now.astimezone(_QUOTA_ZONE)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight.astimezone(UTC)


def retry_after(header: str | None, now: datetime, *, fallback_s: int = 2) -> datetime:
    """The instant of an HTTP `Retry-After` (seconds or a date); the fallback when it is missing or unreadable."""
    fallback = now + timedelta(seconds=fallback_s)
    text = (header or "").strip()
    if text.isascii() and text.isdecimal() and len(text) <= 6:
        stated = now + timedelta(seconds=int(text) + 1)
    else:
        try:
            stated = parsedate_to_datetime(text)
        except ValueError:
            return fallback
        if stated.tzinfo is None:
            return fallback
    # No further than a day: a wrong date must not park a shop for ever.
    return min(max(stated, fallback), now + timedelta(days=1))


def _rest(facts: CallFacts, *, code: str, detail: str, raw: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "platform": Platform.SHOPEE,
        "platform_code": code[:100],
        "request_id": facts.request_id,
        "raw": raw,
        "detail": detail[:500],
        "exchange": facts.exchange,
    }
