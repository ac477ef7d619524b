"""Write outcomes down, many in one transaction. Every row moves by a conditional UPDATE on its state and attempt."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from seawall.evidence.api import CaptureSource, NewCapture, keep
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.outreach.groups import part
from seawall.outreach.models import Lane, RollOut
from seawall.outreach.pace import slow_down
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.states import RECIPIENT, ROLL_OUT
from seawall.shops.api import ask_renewal
from seawall.timeline.api import move

RENEWAL_WAIT = timedelta(seconds=5)
"""How long a lane rests while its connection's token is renewed (ours)."""

_MOVE = """
UPDATE outreach_recipient
   SET state = %(state)s, claimed_by = NULL, state_at = %(at)s,
       session_id = CASE WHEN %(session)s = '' THEN session_id ELSE %(session)s END,
       platform_message_id = CASE WHEN %(message)s = '' THEN platform_message_id ELSE %(message)s END,
       sent_at = coalesce(%(sent_at)s, sent_at),
       reason_code = %(reason)s, reason_params = %(params)s,
       unknown_since = CASE WHEN %(state)s = 'unknown' THEN %(at)s::timestamptz ELSE unknown_since END,
       look_up_after = CASE WHEN %(state)s = 'unknown' THEN %(look_up)s::timestamptz ELSE look_up_after END,
       looked_up = CASE WHEN %(state)s = 'unknown' THEN 0 ELSE looked_up END,
       confirm_after = coalesce(%(confirm)s, confirm_after)
 WHERE id = %(id)s AND attempts = %(attempt)s AND state = ANY(%(from)s)
"""

_ATTEMPT = """
UPDATE outreach_attempt
   SET ended_at = %(at)s, outcome = %(event)s, platform_code = %(code)s, request_id = %(request)s,
       platform_message_id = %(message)s
 WHERE recipient_id = %(id)s AND number = %(attempt)s
"""


def settle(outcomes: Sequence[Outcome], *, clock: Clock, grace: timedelta) -> None:
    """Apply outcomes of sends. An outcome that arrives after its row was declared unknown still counts when the
    platform gave an id; any other late word leaves the row to the look-up."""
    if not outcomes:
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.executemany(_MOVE, [_move_params(outcome, grace) for outcome in outcomes])
            cursor.executemany(_ATTEMPT, [_attempt_params(outcome) for outcome in outcomes])
        keep(_captures(outcomes))
        for outcome in outcomes:
            if outcome.is_parted:
                part(outcome.claim.id)
        _steer_lanes(outcomes, clock)
    for outcome in outcomes:
        if outcome.is_restricted:
            _pause_restricted(outcome, clock)


def _move_params(outcome: Outcome, grace: timedelta) -> dict[str, Any]:
    sources = RECIPIENT.sources(outcome.event)
    state = RECIPIENT.next_state(next(iter(sources)), outcome.event)
    # Only an acknowledgement may overtake "unknown"; a claimed row takes any word of its own worker.
    allowed = ["claimed", "unknown"] if outcome.event == "acknowledged" else ["claimed"]
    return {
        "id": outcome.claim.id,
        "attempt": outcome.claim.attempt,
        "state": state.value,
        "from": allowed,
        "at": outcome.at,
        "session": outcome.session_id,
        "message": outcome.message_id,
        "sent_at": outcome.platform_time or (outcome.at if outcome.event == "acknowledged" else None),
        "reason": outcome.reason_code,
        "params": Jsonb(outcome.reason_params if outcome.reason_code else {}),
        "look_up": outcome.at + grace,
        "confirm": outcome.confirm_after,
    }


def _attempt_params(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.claim.id,
        "attempt": outcome.claim.attempt,
        "at": outcome.at,
        "event": outcome.event,
        "code": outcome.platform_code[:80],
        "request": outcome.request_id[:120],
        "message": outcome.message_id,
    }


def _captures(outcomes: Iterable[Outcome]) -> Iterator[NewCapture]:
    """The platform's answers, each kept once for every order its message names."""
    for outcome in outcomes:
        if outcome.exchange is not None:
            answer = _capture(outcome)
            yield answer
            for rider in outcome.claim.riders:
                yield replace(answer, recipient_id=rider.recipient_id, order_id=rider.order_id)


def _capture(outcome: Outcome) -> NewCapture:
    exchange = outcome.exchange
    assert exchange is not None  # noqa: S101  # the caller filters on it
    return NewCapture(
        team_id=outcome.claim.team_id,
        shop_id=outcome.claim.shop_id,
        incident_id=outcome.claim.incident_id,
        order_id=outcome.claim.order_id,
        recipient_id=outcome.claim.id,
        source=CaptureSource.ANSWER,
        path=exchange.path,
        request=dict(exchange.request),
        body=exchange.body,
        request_id=exchange.request_id,
        session_id=outcome.session_id,
        message_id=outcome.message_id,
        speaker="seller",
        text=outcome.claim.text,
        platform_time=outcome.platform_time,
        our_time=exchange.answered_at,
    )


def _steer_lanes(outcomes: Sequence[Outcome], clock: Clock) -> None:
    waits: dict[int, datetime] = {}
    stops: dict[int, Outcome] = {}
    for outcome in outcomes:
        if outcome.lane_wait_until:
            lane = outcome.claim.lane_id
            waits[lane] = max(waits.get(lane, outcome.lane_wait_until), outcome.lane_wait_until)
        if not outcome.lane_stop:
            continue
        lane = outcome.claim.lane_id
        if outcome.lane_stop == "lane_auth_expired" and _is_renewed(outcome, clock):
            waits[lane] = max(waits.get(lane, outcome.at), outcome.at + RENEWAL_WAIT)
        else:
            stops[lane] = outcome
    for lane, until in waits.items():
        Lane.objects.filter(pk=lane).exclude(blocked_until__gt=until).update(blocked_until=until)
    slow_down({o.claim.lane_id for o in outcomes if o.is_too_fast}, at=max(o.at for o in outcomes))
    for lane, outcome in stops.items():
        Lane.objects.filter(pk=lane, is_stopped=False).update(
            is_stopped=True, stopped_code=outcome.lane_stop, stopped_params=outcome.reason_params
        )


def _is_renewed(outcome: Outcome, clock: Clock) -> bool:
    """Whether a new token is here or on its way; else only the seller can let us in again, and the lane stops."""
    return ask_renewal(outcome.claim.connection_id, clock=clock, seen=outcome.claim.connection_changed_at)


def _pause_restricted(outcome: Outcome, clock: Clock) -> None:
    """One "you are restricted" stops the whole roll-out; a person decides how to go on."""
    with transaction.atomic():
        roll_out = RollOut.objects.select_for_update().get(pk=outcome.claim.roll_out_id)
        try:
            move(
                roll_out, ROLL_OUT, "restricted", verb="outreach.pause_by_itself", clock=clock, by=None,
                paused_code=outcome.lane_stop, paused_params=outcome.reason_params,
                why=outcome.platform_code,
            )  # fmt: skip
        except Refused:
            # Paused or ended already: the lane is stopped, which is what matters.
            return
