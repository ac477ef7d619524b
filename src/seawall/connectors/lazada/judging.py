"""Whether an answer says that the call worked: transport, gateway code, second level."""

import json
from collections.abc import Mapping
from typing import Any

from seawall.connectors.errors import RateLimited, Rejected
from seawall.connectors.lazada.errors import CallFacts, doubt, refusal, retry_after
from seawall.connectors.tolerant import scalar, truth
from seawall.kernel.markets import Platform

SIMPLE_OK = frozenset({"", "0", "SUCCESS"})


def judged(
    status: int, retry_after_header: str | None, payload: Mapping[str, Any] | None, facts: CallFacts
) -> Mapping[str, Any]:
    """The payload when both levels say it worked; raises the fitting connector error when not."""
    if status == 429:
        raise RateLimited(
            "platform_rate_limited",
            until=retry_after(retry_after_header, facts.answered_at),
            platform=Platform.LAZADA,
            platform_code="429",
            request_id=facts.request_id,
            exchange=facts.exchange,
        )
    if payload is None:
        raise _unreadable(status, facts)
    if status >= 500:
        raise doubt(
            f"HTTP {status} {_message_of(payload)}"[:500], facts, code=scalar(payload.get("code")) or str(status)
        )
    code = scalar(payload.get("code"))  # a numeric 0 is tolerated, though the platform sends the text "0" [V]
    if code == "":
        raise _unreadable(status, facts)
    if code != "0":
        raise refusal(code, _message_of(payload), facts, payload)
    if status >= 300:
        raise _unreadable(status, facts)
    _judge_second_level(payload, facts)
    return payload


def _judge_second_level(payload: Mapping[str, Any], facts: CallFacts) -> None:
    """[D] IM answers say success / err_code at the top (the guide nests them under `data` for read and recall), trace
    and reverse lists under `result`, performance under `data`.

    An error code beside `success: true` is ignored: documented samples show that combination.
    """
    nested_levels = (payload.get("result"), payload.get("data"))
    for level in (payload, *(found for found in nested_levels if isinstance(found, dict))):
        err_code = scalar(level.get("err_code"))
        failed = not truth(level["success"]) if level.get("success") is not None else err_code not in SIMPLE_OK
        if not failed:
            continue
        data = payload.get("data")
        if facts.is_effect and isinstance(data, dict) and data.get("message_id"):
            raise doubt(f"refused with {err_code} and yet a message id", facts, code=err_code)
        nested = level.get("error_code")
        if isinstance(nested, dict):
            nested = nested.get("code") or nested.get("displayMessage")
        code = err_code if err_code not in SIMPLE_OK else scalar(nested)
        message = scalar(level.get("err_message")) or scalar(level.get("message"))
        raise refusal(code or "success_false", message, facts, payload)


def _unreadable(status: int, facts: CallFacts) -> Exception:
    if facts.is_effect or status >= 500 or status == 200:
        return doubt(f"HTTP {status}", facts, code="unreadable")
    # 3xx and 4xx pages come from a wrong address or a firewall: asking again gives the same page.
    return Rejected(
        "platform_unreadable",
        platform=Platform.LAZADA,
        platform_code=f"HTTP {status}",
        request_id=facts.request_id,
        exchange=facts.exchange,
    )


def _message_of(payload: Mapping[str, Any]) -> str:
    """The platform's words; generic codes put the real reason into `detail` [D]."""
    words = scalar(payload.get("message")) or scalar(payload.get("err_message"))
    detail = payload.get("detail")
    return f"{words} {json.dumps(detail, ensure_ascii=False)}"[:500] if detail else words
