"""What came of one order, as a value; and which outcome a connector error means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from seawall.casework.policy import MAX_TRIES, TRANSIENT_WAIT
from seawall.casework.worker.claim import Claimed
from seawall.connectors.contracts import Exchange, PlatformOrder
from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    ShopRestricted,
    Transient,
)
from seawall.connectors.standing import OrderStanding
from seawall.evidence.api import CaptureSource, NewCapture


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The next move of one claimed order, and what it does to its lane."""

    claim: Claimed
    event: str
    at: datetime
    reason_code: str = ""
    reason_params: dict[str, Any] = field(default_factory=dict)
    chosen: tuple[str, str] = ("", "")
    """Code and words of the reason given with the call."""
    cancel_id: str = ""
    platform_code: str = ""
    platform_words: str = ""
    request_id: str = ""
    captures: tuple[NewCapture, ...] = ()
    seen: OrderStanding | None = None
    lane_wait_until: datetime | None = None
    lane_stop: str = ""
    is_restricted: bool = False
    is_too_fast: bool = False


def outcome_of_error(
    claim: Claimed, error: ConnectorError, *, at: datetime, was_called: bool, kept: tuple[NewCapture, ...] = ()
) -> Outcome:
    """What an error means. `was_called` is True for the cancel call itself: only then can it have been carried out."""
    params = {"platform": error.platform.title, "platform_code": error.platform_code, "detail": error.detail}
    if error.exchange is not None and was_called:
        kept = (*kept, *answer_of(claim, error.exchange, at))
    common: dict[str, Any] = {
        "claim": claim, "at": at, "platform_code": error.platform_code, "request_id": error.request_id,
        "captures": kept if was_called else (),
    }  # fmt: skip
    match error:
        case OutcomeUnknown() if was_called:
            return Outcome(event="lost_sight", **common)
        case RateLimited():
            return Outcome(event="release", lane_wait_until=error.until, is_too_fast=True, **common)
        case AuthExpired():
            return Outcome(event="release", lane_stop="lane_auth_expired", reason_params=params, **common)
        case ShopRestricted():
            return Outcome(
                event="release", lane_stop="lane_restricted", reason_params=params, is_restricted=True, **common
            )
        case Transient() | OutcomeUnknown():
            if claim.attempt >= MAX_TRIES:
                return Outcome(
                    event="give_to_person", reason_code="tried_too_often", reason_params={"attempts": claim.attempt},
                    **common,
                )  # fmt: skip
            return Outcome(event="release", lane_wait_until=at + TRANSIENT_WAIT, **common)
        case _:
            words = error.detail or str(error)
            if not was_called:
                return Outcome(
                    event="give_to_person", reason_code="cancel_cannot_look", reason_params=params,
                    platform_words=words, **common,
                )  # fmt: skip
            return Outcome(
                event="refused", reason_code="platform_refused", reason_params=params, platform_words=words, **common
            )


def answer_of(claim: Claimed, exchange: Exchange, at: datetime) -> tuple[NewCapture, ...]:
    """The answer to the cancel call. A connector may give the reading of the order in its place, which names the buyer:
    that is kept by `capture_of_order`, without the person."""
    return (capture_of_exchange(claim, exchange, at),) if "cancel" in exchange.path else ()


def capture_of_exchange(claim: Claimed, exchange: Exchange, at: datetime) -> NewCapture:
    """The platform's answer, as received, tied to the order."""
    return NewCapture(
        team_id=claim.team_id, shop_id=claim.shop_id, incident_id=claim.incident_id, order_id=claim.order_id,
        source=CaptureSource.ANSWER, path=exchange.path, request=dict(exchange.request), body=exchange.body,
        request_id=exchange.request_id, speaker="system", our_time=exchange.answered_at or at,
    )  # fmt: skip


def capture_of_order(
    order: PlatformOrder, *, team_id: int, shop_id: int, incident_id: int, order_id: int, at: datetime
) -> NewCapture:
    """The order as the platform's own record holds it now. Buyers' names and addresses are left out of what is kept."""
    return NewCapture(
        team_id=team_id, shop_id=shop_id, incident_id=incident_id, order_id=order_id,
        source=CaptureSource.READ_BACK, path="order", speaker="system", our_time=at, platform_time=order.updated_at,
        body=json.dumps(_without_person(order.raw), ensure_ascii=False, separators=(",", ":")),
    )  # fmt: skip


_PERSONAL = (
    "address", "recipient", "phone", "name", "email", "buyer", "user", "note", "remark", "message", "tax", "cpf",
    "invoice", "district", "postal", "zip",
)  # fmt: skip
_NEEDED = frozenset({"buyer_cancel_reason", "is_buyer_request_cancel", "cancel_user"})


def _without_person(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            str(name): _without_person(each)
            for name, each in value.items()
            if name in _NEEDED or not any(sign in str(name).lower() for sign in _PERSONAL)
        }
    if isinstance(value, list | tuple):
        return [_without_person(each) for each in value]
    return value
