"""Write outcomes down. Every row moves by a conditional UPDATE on its state and attempt."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from seawall.casework.ledger import move_cancellations
from seawall.casework.models import CancelAttempt, CancelLane, Cancellation, Cancelling
from seawall.casework.policy import SLOWEST
from seawall.casework.states import CANCELLING
from seawall.casework.watching import note_standing
from seawall.casework.worker.outcome import Outcome
from seawall.evidence.api import keep
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.shops.api import ask_renewal
from seawall.timeline.api import move

RENEWAL_WAIT = timedelta(seconds=5)


def settle(outcomes: Sequence[Outcome], *, clock: Clock, grace: timedelta) -> None:
    """Apply outcomes of cancellations. One that arrives after its row was declared unknown is left to the look-up."""
    for outcome in outcomes:
        with transaction.atomic():
            _settle_one(outcome, clock, grace)
        if outcome.is_restricted:
            _pause_restricted(outcome, clock)


def _settle_one(outcome: Outcome, clock: Clock, grace: timedelta) -> None:
    claim = outcome.claim
    rows = Cancellation.objects.filter(pk=claim.id, attempts=claim.attempt, state="claimed")
    looks = {"looked_up": 0, "look_up_after": outcome.at + grace} if outcome.event in ("lost_sight", "accepted") else {}
    words = {"platform_words": outcome.platform_words[:2000]} if outcome.platform_words else {}
    chosen = {"chosen_code": outcome.chosen[0][:120], "chosen_text": outcome.chosen[1]} if outcome.chosen[0] else {}
    moved = move_cancellations(
        rows, outcome.event, clock=clock, reason=outcome.reason_code, reason_params=outcome.reason_params,
        platform_code=outcome.platform_code[:120], cancel_id=outcome.cancel_id[:120], **looks, **words, **chosen,
    )  # fmt: skip
    if not moved:
        # The platform's word still counts as a record; what the row becomes is for the look-up.
        keep(outcome.captures)
        return
    CancelAttempt.objects.filter(cancellation_id=claim.id, number=claim.attempt).update(
        ended_at=outcome.at, outcome=outcome.event, platform_code=outcome.platform_code[:120],
        request_id=outcome.request_id[:120],
    )  # fmt: skip
    keep(outcome.captures)
    if outcome.seen is not None:
        note_standing(claim.order_id, outcome.seen, clock=clock)
    _steer_lane(outcome, clock)


def _steer_lane(outcome: Outcome, clock: Clock) -> None:
    lane = CancelLane.objects.filter(pk=outcome.claim.lane_id)
    if outcome.lane_wait_until:
        _wait(outcome.claim.lane_id, outcome.lane_wait_until)
    if outcome.is_too_fast:
        lane.update(per_second=Greatest(F("per_second") * 7 / 10, SLOWEST))
    if not outcome.lane_stop:
        return
    connection, changed_at = outcome.claim.connection_id, outcome.claim.connection_changed_at
    if outcome.lane_stop == "lane_auth_expired" and ask_renewal(connection, clock=clock, seen=changed_at):
        _wait(outcome.claim.lane_id, outcome.at + RENEWAL_WAIT)
        return
    lane.filter(is_stopped=False).update(
        is_stopped=True, stopped_code=outcome.lane_stop, stopped_params=outcome.reason_params
    )


def _wait(lane: int, until: datetime) -> None:
    CancelLane.objects.filter(pk=lane).exclude(blocked_until__gt=until).update(blocked_until=until)


def _pause_restricted(outcome: Outcome, clock: Clock) -> None:
    """One "you are restricted" stops the whole list; a person decides how to go on."""
    with transaction.atomic():
        row = Cancelling.objects.select_for_update().get(pk=outcome.claim.cancelling_id)
        try:
            move(
                row, CANCELLING, "restricted", verb="cancel.pause_by_itself", clock=clock, by=None,
                paused_code=outcome.lane_stop, paused_params=outcome.reason_params, why=outcome.platform_code,
            )  # fmt: skip
        except Refused:
            # Paused or ended already: the lane is stopped, which is what matters.
            return
