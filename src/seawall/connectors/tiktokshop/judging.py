"""Whether an answer says that the call worked: JSON first, then its code, then the HTTP status."""

from collections.abc import Mapping
from typing import Any

from seawall.connectors.tiktokshop.errors import CODES, CallFacts, doubt, refusal, rejected, throttled
from seawall.connectors.tolerant import object_at, rows_at, scalar

_IDS_OF_EFFECTS = ("message_id", "cancel_id")


def judged(status: int, payload: Mapping[str, Any] | None, facts: CallFacts) -> Mapping[str, Any]:
    """`data` of a success, empty when it was null; raises the fitting connector error when it was none.

    Gateway refusals come with real HTTP statuses (401, 429) and the same JSON; which status business errors have is
    not known [UNK]. A code of the table therefore counts whatever the status; any other trouble goes by the status.
    """
    code = scalar(payload.get("code")) if payload is not None else ""
    message = scalar(payload.get("message")) if payload is not None else ""
    if payload is not None and code in CODES:
        raise refusal(code, message, facts, payload)
    if status == 429:
        raise throttled(facts, message)
    if status >= 500:
        raise doubt(f"HTTP {status} {message}", facts, code=code or str(status))
    if payload is None or code == "":
        raise _unreadable(status, facts)
    if code != "0":
        raise refusal(code, message, facts, payload)
    if status >= 300:
        raise doubt(f"HTTP {status} with code 0", facts, code="unreadable")
    data = object_at(payload, "data")
    _refuse_partial(data, facts, payload)
    return data


def _refuse_partial(data: Mapping[str, Any], facts: CallFacts, payload: Mapping[str, Any]) -> None:
    """[OAS, PY] Some calls answer code 0 and list what failed in `data.errors`."""
    failed = rows_at(data, "errors")
    if not failed:
        return
    code, message = scalar(failed[0].get("code")), scalar(failed[0].get("message"))
    if facts.is_effect and any(data.get(name) for name in _IDS_OF_EFFECTS):
        raise doubt(f"refused with {code} and yet an id", facts, code=code)
    raise refusal(code or "errors", message, facts, payload)


def _unreadable(status: int, facts: CallFacts) -> Exception:
    if facts.is_effect or status < 300:
        return doubt(f"HTTP {status}", facts, code="unreadable")
    # 3xx and 4xx pages come from a wrong address or a firewall: asking again gives the same page.
    return rejected("platform_unreadable", code=f"HTTP {status}", exchange=facts.exchange)
