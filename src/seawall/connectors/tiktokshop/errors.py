"""TikTok Shop's codes as our connector errors. Codes nobody documented fail closed as Rejected, with their words.

Tags as in the platform notes: [OAS] TikTok's own OpenAPI description, [DOC] its pages, [PY] models generated from
them, [SDK] client code, [3P] a third party's account, [INF] inferred, [UNK] unknown. The whole table is [3P]: retold
from the official pages by several projects, never seen live by us.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    """Who must act, and whether it may have been carried out."""

    TRANSIENT = "transient"
    """Certainly not done; may be tried again."""
    DOUBT = "doubt"
    """Failed inside: of an effect nobody knows."""
    PACE = "pace"
    HOUR = "hour"
    DAY = "day"
    AUTH = "auth"
    STOP = "stop"
    """Every call of this shop or app fails alike until a person acts; the seller need not authorise again."""
    NO = "no"
    WORDS = "words"
    """One code for many refusals: only its words tell."""


_STOP, _NO = "tiktok_connection_refused", "platform_rejected"

CODES: Mapping[str, tuple[Family, str]] = {
    # Gateway
    "36009002": (Family.PACE, "platform_rate_limited"),
    "36009003": (Family.DOUBT, "platform_transient"),
    "36009004": (Family.WORDS, _NO),
    "36009007": (Family.DOUBT, "platform_transient"),
    "36009009": (Family.NO, "tiktok_our_fault"),
    "36009010": (Family.NO, "tiktok_our_fault"),
    "36009014": (Family.NO, "tiktok_our_fault"),
    "36009021": (Family.NO, "tiktok_our_fault"),
    "36009022": (Family.NO, "tiktok_our_fault"),
    "36009023": (Family.NO, "tiktok_our_fault"),
    "36009033": (Family.STOP, _STOP),
    "36009037": (Family.HOUR, "platform_rate_limited"),
    "36009043": (Family.STOP, "tiktok_shop_inactive"),
    "36009044": (Family.STOP, "tiktok_shop_inactive"),
    # Credentials. 105002 ends an authorisation only after a refresh failed too: refreshing is the caller's.
    "36004004": (Family.NO, "tiktok_code_invalid"),
    "105002": (Family.AUTH, "platform_auth_expired"),
    "105005": (Family.NO, "tiktok_scope_missing"),
    "101000": (Family.STOP, _STOP),
    "1010000": (Family.STOP, _STOP),  # one source prints it so
    "106001": (Family.STOP, _STOP),
    "106013": (Family.STOP, _STOP),
    "12000000": (Family.STOP, _STOP),
    # Chat
    "45101001": (Family.DOUBT, "platform_transient"),
    "45101002": (Family.NO, _NO),
    "45101003": (Family.NO, "tiktok_no_conversation"),
    "45101004": (Family.DAY, "tiktok_day_quota"),
    "45101006": (Family.NO, "tiktok_text_refused"),
    "45101008": (Family.DOUBT, "platform_transient"),
    "45102007": (Family.NO, "tiktok_not_permitted"),
    "45109001": (Family.NO, "tiktok_may_not_message"),
    "45109003": (Family.NO, "tiktok_may_not_message"),
    "45111017": (Family.NO, "tiktok_card_refused"),
    # Orders
    "10002014": (Family.DOUBT, "platform_transient"),
    "10002015": (Family.DOUBT, "platform_transient"),
    "10037002": (Family.DOUBT, "platform_transient"),
    "10037003": (Family.DOUBT, "platform_transient"),
    "10037004": (Family.DOUBT, "platform_transient"),
    "10006402": (Family.DOUBT, "platform_transient"),
    "21008111": (Family.NO, "tiktok_order_not_in_shop"),
    # Cancellations and returns
    "25001001": (Family.NO, _NO),
    "25001003": (Family.NO, _NO),
    "25001011": (Family.NO, "tiktok_already_cancelling"),
    "25001014": (Family.NO, "tiktok_reason_refused"),
    "25001015": (Family.NO, "tiktok_reason_refused"),
    "25001020": (Family.NO, "tiktok_reason_refused"),
    "25001021": (Family.NO, "tiktok_reason_refused"),
    # The lock was not had, so nothing was done; an earlier try may hold it, and 25001011 then sends us to the record.
    "25001028": (Family.TRANSIENT, "platform_transient"),
    "25001045": (Family.NO, "tiktok_already_shipped"),
    "25001046": (Family.NO, _NO),
    "25001051": (Family.NO, "tiktok_already_ended"),
    "25005010": (Family.NO, _NO),
    "25005011": (Family.NO, _NO),
    "25007006": (Family.NO, "tiktok_order_not_in_shop"),
    "25011011": (Family.NO, "tiktok_not_waiting"),
    "25011012": (Family.NO, "tiktok_not_waiting"),
    "25020004": (Family.NO, _NO),
    "25020005": (Family.NO, "tiktok_not_permitted"),
    "25020010": (Family.NO, "tiktok_not_waiting"),
    # Fulfilment and logistics
    "10007014": (Family.NO, _NO),
    "11007009": (Family.NO, _NO),
    "11007010": (Family.DOUBT, "platform_transient"),
    "21001001": (Family.NO, _NO),
    "21011001": (Family.NO, _NO),
    "21011006": (Family.NO, "tiktok_already_shipped"),
    "21011048": (Family.NO, _NO),
}
"""Every code of the platform notes."""

NO_SUCH_PATH = frozenset({"36009009", "36009010", "36009014"})
"""This path, method or version does not exist (for this app or market)."""

_WORDS: tuple[tuple[Family, str, re.Pattern[str]], ...] = (
    # Only the clock drifts: the next try carries a new stamp, and no shop is cut off for it.
    (Family.TRANSIENT, "tiktok_clock", re.compile(r"timestamp", re.IGNORECASE)),
    (Family.STOP, _STOP, re.compile(r"\bsign\b|signature|app[ _-]?(key|secret)|cipher|\bversion\b", re.IGNORECASE)),
    (Family.AUTH, "platform_auth_expired", re.compile(r"access[ _-]?token|x-tts-access-token", re.IGNORECASE)),
)
"""Of several names in one sentence the first here counts: asking the seller again is the last guess, not the first."""

LONGEST_CODE = 80
"""What our tables keep of a code; the platform's have at most nine digits."""

FIRST_WAIT_S, LONGEST_WAIT_S = 1, 60
"""[DOC] "Rate limits": one second, doubling, to about a minute. No jitter is added here: lanes wait apart anyway."""


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """What an error needs to know about the call it came from."""

    is_effect: bool
    answered_at: datetime
    request_id: str = ""
    exchange: Exchange | None = None
    retry_after: str = ""
    """The header, when the answer had one."""
    throttled: int = 0
    """How many answers in a row before this one asked to slow down."""


def next_try(facts: CallFacts) -> datetime:
    """When to go on after a throttle: as `Retry-After` says (seconds or a date), else by doubling waits."""
    now = facts.answered_at
    fallback = now + timedelta(seconds=min(FIRST_WAIT_S * 2 ** min(facts.throttled, 10), LONGEST_WAIT_S))
    header = facts.retry_after.strip()
    if header.isascii() and header.isdecimal() and len(header) <= 6:
        return max(now + timedelta(seconds=int(header) + 1), now + timedelta(seconds=FIRST_WAIT_S))
    try:
        stated = parsedate_to_datetime(header) if header else None
    except ValueError:
        stated = None
    if stated is None or stated.tzinfo is None:
        return fallback
    # No further than a day: a wrong date must not park a shop for ever.
    return min(max(stated, fallback), now + timedelta(days=1))


def refusal(code: str, message: str, facts: CallFacts, raw: Mapping[str, Any]) -> ConnectorError:
    """The connector error for a code, whatever the HTTP status it came with [UNK for business errors]."""
    family, sentence = CODES.get(code, (Family.NO, _NO))
    if family is Family.WORDS:
        family, sentence = _by_words(message)
    rest = _rest(code, message, facts) | {"raw": raw}
    if family in _WAITS:
        until = next_try(facts) if family is Family.PACE else facts.answered_at + _WAITS[family]
        return RateLimited(sentence, until=until, **rest)
    if family is Family.DOUBT and facts.is_effect:
        return OutcomeUnknown("platform_outcome_unknown", **rest)
    return _KINDS[family](sentence, **rest)


_WAITS: Mapping[Family, timedelta] = {
    Family.PACE: timedelta(0),
    Family.HOUR: timedelta(hours=1),
    # [UNK] in which zone the day of the chat quota begins, or whether it slides: 24 hours are right for all of them.
    Family.DAY: timedelta(hours=24),
}
_KINDS: Mapping[Family, type[Transient | AuthExpired | Rejected]] = {
    Family.TRANSIENT: Transient,
    Family.DOUBT: Transient,
    Family.AUTH: AuthExpired,
    Family.STOP: ShopRestricted,
    Family.NO: Rejected,
}


def throttled(facts: CallFacts, message: str) -> RateLimited:
    """HTTP 429 without a code of its own."""
    return RateLimited("platform_rate_limited", until=next_try(facts), **_rest("429", message, facts))


def doubt(detail: str, facts: CallFacts, *, code: str = "") -> ConnectorError:
    """The request may have been carried out and no readable answer says so."""
    rest = _rest(code, detail, facts)
    if facts.is_effect:
        return OutcomeUnknown("platform_outcome_unknown", **rest)
    return Transient("platform_transient", **rest)


def rejected(sentence: str, *, code: str = "", detail: str = "", exchange: Exchange | None = None) -> Rejected:
    """Our own refusal, before anything is sent or after reading what the platform holds."""
    return Rejected(
        sentence,
        platform=Platform.TIKTOK,
        platform_code=code,
        detail=detail[:500],
        request_id=exchange.request_id if exchange else "",
        exchange=exchange,
    )


def _by_words(message: str) -> tuple[Family, str]:
    for family, sentence, pattern in _WORDS:
        if pattern.search(message):
            return family, sentence
    return Family.NO, _NO


def _rest(code: str, detail: str, facts: CallFacts) -> dict[str, Any]:
    return {
        "platform": Platform.TIKTOK,
        "platform_code": code[:LONGEST_CODE],
        "request_id": facts.request_id,
        "detail": detail[:500],
        "exchange": facts.exchange,
    }
