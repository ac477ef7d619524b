"""Whether an answer says that the call worked. SDKs go by the body, not by the HTTP status [S]; so do we, unless the
status says that a proxy or the platform fell over."""

from collections.abc import Mapping
from typing import Any

from seawall.connectors.errors import ConnectorError, RateLimited, ShopRestricted
from seawall.connectors.shopee.errors import CallFacts, doubt, is_documented, refusal, rejected, retry_after
from seawall.connectors.tolerant import identifier, object_at, scalar
from seawall.kernel.markets import Platform

EMPTY_MARKS = frozenset({"", "-"})
"""[D, I] what stands in `error` when there is none, after trimming: samples print an empty text, a blank or a dash."""

NO_CHAT_STATUS = 491
"""[P] seen by users whose app has no chat permission."""


def judged(
    status: int, retry_after_header: str | None, payload: Mapping[str, Any] | None, facts: CallFacts
) -> Mapping[str, Any]:
    """The payload when it says that it worked; raises the fitting connector error when not."""
    if status == 429:
        raise _too_fast(status, retry_after_header, facts)
    code = scalar(payload.get("error")).strip() if payload else ""
    message = message_of(payload) if payload else ""
    has_code = code not in EMPTY_MARKS
    if status == NO_CHAT_STATUS and not (has_code and is_documented(code)):
        raise _not_granted(code, message, facts, payload)
    if status >= 500:
        if status == 503 and retry_after_header and not has_code:
            raise _too_fast(status, retry_after_header, facts)
        # 500, 502 and 504 are ambiguous for an effect. 503 counts as safe to repeat in one project's rules [M, I], but
        # proxies also answer it when the platform dropped a request it had already read: only with the platform's own
        # code or a `Retry-After` is it a refusal.
        if has_code and (not facts.is_effect or status == 503):
            raise refusal(code, message, facts, payload, retry_after_header=retry_after_header)
        raise doubt(f"HTTP {status} {message}".strip(), facts, code=code if has_code else str(status), raw=payload)
    if payload is None or not {"error", "response", "request_id"} & payload.keys():
        raise _unreadable(status, facts)
    if has_code:
        if facts.is_effect and identifier(object_at(payload, "response").get("message_id")):
            raise doubt(f"refused with {code} and yet a message id", facts, code=code, raw=payload)
        raise refusal(code, message, facts, payload, retry_after_header=retry_after_header)
    if status >= 300:
        raise _unreadable(status, facts)
    return payload


def message_of(payload: Mapping[str, Any]) -> str:
    """The platform's words, trimmed."""
    return scalar(payload.get("message")).strip()


def _too_fast(status: int, retry_after_header: str | None, facts: CallFacts) -> RateLimited:
    return RateLimited(
        "platform_rate_limited",
        until=retry_after(retry_after_header, facts.answered_at),
        platform=Platform.SHOPEE,
        platform_code=str(status),
        request_id=facts.request_id,
        exchange=facts.exchange,
    )


def _not_granted(code: str, message: str, facts: CallFacts, payload: Mapping[str, Any] | None) -> ShopRestricted:
    return ShopRestricted(
        "shopee_api_not_granted",
        platform=Platform.SHOPEE,
        platform_code=code[:100] or str(NO_CHAT_STATUS),
        request_id=facts.request_id,
        raw=payload,
        detail=message[:500],
        exchange=facts.exchange,
    )


def _unreadable(status: int, facts: CallFacts) -> ConnectorError:
    if facts.is_effect or status == 200:
        return doubt(f"HTTP {status}", facts, code="unreadable")
    # 3xx and 4xx pages come from a wrong address or a firewall: asking again gives the same page.
    return rejected("platform_unreadable", code=f"HTTP {status}", facts=facts)
