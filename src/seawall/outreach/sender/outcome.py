"""What came of one send, as values; and which outcome a connector error means."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from seawall.connectors.contracts import Exchange
from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    ShopRestricted,
    Transient,
)
from seawall.outreach.policy import DAY_USED_UP
from seawall.outreach.sender.claim import Claimed

MAX_ATTEMPTS = 5
"""After so many tries without a clear answer a person looks (ours)."""

TRANSIENT_WAIT = timedelta(seconds=3)
"""How long a lane rests after the platform said that it is in trouble (ours)."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The next move of one claimed row, and what it does to its lane."""

    claim: Claimed
    event: str
    """A verb of the recipient machine."""
    at: datetime
    session_id: str = ""
    message_id: str = ""
    platform_time: datetime | None = None
    request_id: str = ""
    platform_code: str = ""
    reason_code: str = ""
    reason_params: dict[str, Any] = field(default_factory=dict)
    exchange: Exchange | None = None
    lane_wait_until: datetime | None = None
    lane_stop: str = ""
    confirm_after: datetime | None = None
    is_parted: bool = False
    """Its words may not name these orders together: each goes alone, in the words approved for it alone."""
    is_restricted: bool = False
    is_too_fast: bool = False
    """The platform said "too fast": the lane learns from it."""
    never_left: bool = False
    """No message reached the platform: it does not count against the day."""


def outcome_of_error(claim: Claimed, error: ConnectorError, *, at: datetime, may_have_left: bool) -> Outcome:
    """What an error during a send means for the row and its lane.

    `may_have_left` is True for the send call itself: only then can an unknown outcome be one. Opening a conversation
    changes nothing a buyer sees and is simply done again.
    """
    common: dict[str, Any] = {
        "claim": claim, "at": at, "platform_code": error.platform_code, "request_id": error.request_id,
        "never_left": not may_have_left,
    }  # fmt: skip
    params = {"platform": error.platform.title, "platform_code": error.platform_code, "detail": error.detail}
    tried_out = claim.attempt >= MAX_ATTEMPTS
    match error:
        case OutcomeUnknown() if may_have_left:
            return Outcome(event="lost_sight", **common)
        case RateLimited():
            # A day's quota that is used up says nothing of the pace.
            is_pace = error.until - at <= DAY_USED_UP
            return Outcome(event="release", lane_wait_until=error.until, is_too_fast=is_pace, **common)
        case AuthExpired():
            return Outcome(event="release", lane_stop="lane_auth_expired", reason_params=params, **common)
        case ShopRestricted():
            return Outcome(
                event="release", lane_stop="lane_restricted", reason_params=params, is_restricted=True, **common
            )
        case Transient() | OutcomeUnknown():
            if tried_out:
                return Outcome(
                    event="give_to_person", reason_code="tried_too_often",
                    reason_params={"attempts": claim.attempt}, **common,
                )  # fmt: skip
            return Outcome(event="release", lane_wait_until=at + TRANSIENT_WAIT, **common)
        case _:
            return Outcome(event="rejected", reason_code="platform_refused", reason_params=params, **common)
