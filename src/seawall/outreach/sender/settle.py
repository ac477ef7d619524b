"""Write outcomes down, many in one transaction. Every row moves by a conditional UPDATE on its state and attempt."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from seawall.evidence.api import CaptureSource, NewCapture, keep
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.outreach.groups import part
from seawall.outreach.models import Lane, RollOut
from seawall.outreach.pace import give_back, slow_down, wait
from seawall.outreach.sender.outcome import Outcome
from seawall.outreach.states import RECIPIENT, ROLL_OUT, RollOutState
from seawall.shops.api import ask_renewal
from seawall.timeline.api import move

_NOT_ENDED = [state.value for state in RollOutState if state not in ROLL_OUT.terminal]

RENEWAL_WAIT = timedelta(seconds=5)
"""How long a lane rests while its connection's token is renewed (ours)."""

_RECORD = """
WITH v AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb)
             AS v (id bigint, attempt int, state text, overtakes bool, at timestamptz, session text, message text,
                   sent_at timestamptz, reason text, params jsonb, look_up timestamptz, confirm timestamptz,
                   event text, code text, request text)
), moved AS (
    UPDATE outreach_recipient p
       SET state = v.state, claimed_by = NULL, state_at = v.at,
           session_id = CASE WHEN v.session = '' THEN p.session_id ELSE v.session END,
           platform_message_id = CASE WHEN v.message = '' THEN p.platform_message_id ELSE v.message END,
           sent_at = coalesce(v.sent_at, p.sent_at),
           reason_code = v.reason, reason_params = v.params,
           unknown_since = CASE WHEN v.state = 'unknown' THEN v.at ELSE p.unknown_since END,
           look_up_after = CASE WHEN v.state = 'unknown' THEN v.look_up ELSE p.look_up_after END,
           looked_up = CASE WHEN v.state = 'unknown' THEN 0 ELSE p.looked_up END,
           confirm_after = coalesce(v.confirm, p.confirm_after)
      FROM v
     WHERE p.id = v.id AND p.attempts = v.attempt AND (p.state = 'claimed' OR (v.overtakes AND p.state = 'unknown'))
)
UPDATE outreach_attempt a
   SET ended_at = v.at, outcome = v.event, platform_code = v.code, request_id = v.request,
       platform_message_id = v.message
  FROM v
 WHERE a.recipient_id = v.id AND a.number = v.attempt
"""
"""All outcomes of a batch in one statement and one parameter: thousands a second would drown in round trips, and arrays
in their quoting."""


def settle(outcomes: Sequence[Outcome], *, clock: Clock, grace: timedelta) -> None:
    """Apply outcomes of sends. An outcome that arrives after its row was declared unknown still counts when the
    platform gave an id; any other late word leaves the row to the look-up."""
    if not outcomes:
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Need not wait for the disk: after a crash of the server such a row is claimed, and looked up.
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute(_RECORD, [json.dumps([_values(outcome, grace) for outcome in outcomes])])
        keep(_captures(outcomes))
        for outcome in outcomes:
            if outcome.is_parted:
                part(outcome.claim.id)
        _steer_lanes(outcomes, clock)
    for outcome in outcomes:
        if outcome.is_restricted:
            _pause_restricted(outcome, clock)


def _values(outcome: Outcome, grace: timedelta) -> dict[str, Any]:
    sources = RECIPIENT.sources(outcome.event)
    state = RECIPIENT.next_state(next(iter(sources)), outcome.event)
    is_acknowledged = outcome.event == "acknowledged"
    sent_at = outcome.platform_time or (outcome.at if is_acknowledged else None)
    return {
        "id": outcome.claim.id,
        "attempt": outcome.claim.attempt,
        "state": state.value,
        # Only an acknowledgement may overtake "unknown"; a claimed row takes any word of its own worker.
        "overtakes": is_acknowledged,
        "at": outcome.at.isoformat(),
        "session": outcome.session_id,
        "message": outcome.message_id,
        "sent_at": sent_at.isoformat() if sent_at else None,
        "reason": outcome.reason_code,
        "params": outcome.reason_params if outcome.reason_code else {},
        "look_up": (outcome.at + grace).isoformat(),
        "confirm": outcome.confirm_after.isoformat() if outcome.confirm_after else None,
        "event": outcome.event,
        "code": outcome.platform_code[:80],
        "request": outcome.request_id[:120],
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
    """What the answers mean for shops as a whole: waits and stops hold in every roll-out of the connection."""
    waits: dict[int, datetime] = {}
    stops: dict[int, Outcome] = {}
    unsent: Counter[int] = Counter()
    for outcome in outcomes:
        shop = outcome.claim.connection_id
        if outcome.lane_wait_until:
            waits[shop] = max(waits.get(shop, outcome.lane_wait_until), outcome.lane_wait_until)
        if outcome.never_left:
            unsent[shop] += 1
        if not outcome.lane_stop:
            continue
        if outcome.lane_stop == "lane_auth_expired" and _is_renewed(outcome, clock):
            waits[shop] = max(waits.get(shop, outcome.at), outcome.at + RENEWAL_WAIT)
        else:
            stops[shop] = outcome
    now = max(outcome.at for outcome in outcomes)
    wait(waits, now=now)
    slow_down({o.claim.connection_id for o in outcomes if o.is_too_fast}, at=now)
    give_back(unsent, now=now)
    for shop, outcome in stops.items():
        lanes = Lane.objects.filter(connection_id=shop, is_stopped=False)
        lanes.filter(roll_out__state__in=_NOT_ENDED).update(
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
