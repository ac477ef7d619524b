"""A person answers a buyer who asks to cancel. The worker gives the answer to the platform, once."""

from typing import Any

from django.db import transaction

from seawall.casework.models import BuyerRequest
from seawall.casework.states import REQUEST
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Platform
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import move

NEEDS_REASON = frozenset({Platform.TIKTOK, Platform.LAZADA})
"""Platforms that want a reason of their own with a refusal [tiktok-shop.md 6, lazada.md 5]."""


def answer_request(
    request_pk: int, *, accept: bool, by: Actor, clock: Clock, why: str, reason: str = ""
) -> BuyerRequest:
    """Decide: accept, or decline with `reason`, the platform's own code where it wants one. `why` is kept.

    Raises Refused(move_refused) for a request that is decided already, InvalidInput(request_needs_why,
    request_needs_reason).
    """
    by.require("requests.answer")
    if not why.strip():
        raise InvalidInput("request_needs_why")
    with transaction.atomic():
        row = get_scoped(BuyerRequest, by, lock=True, pk=request_pk)
        platform = Platform(row.shop.platform)
        if not accept and platform in NEEDS_REASON and not reason.strip():
            raise InvalidInput("request_needs_reason", platform=platform.title)
        values: dict[str, Any] = {
            "clock": clock, "by": by, "why": why, "accept": accept, "answer_reason": reason.strip()[:120],
            "after": {"order": row.order.platform_order_id, "reason": reason}, "decided_by_id": by.membership_id,
            "decided_at": clock.now(), "called_at": None, "tries": 0, "platform_code": "", "platform_words": "",
            "look_up_after": None, "state_at": clock.now(),
        }  # fmt: skip
        if accept:
            move(row, REQUEST, "decide", verb="requests.accept", **values)
        else:
            move(row, REQUEST, "decide", verb="requests.decline", **values)
    return row
