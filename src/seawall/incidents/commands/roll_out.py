"""Sample, approval and roll-out of a storm: outreach does it, the storm moves with it."""

from collections import Counter

from django.db import transaction

from seawall.casework import api as casework
from seawall.incidents.clocks import void_clocks
from seawall.incidents.commands.consent import consented_shops
from seawall.incidents.golden import set_golden
from seawall.incidents.models import Incident
from seawall.incidents.states import INCIDENT, IncidentState
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.origin import UNSAID, Origin
from seawall.outreach import api as outreach
from seawall.outreach.api import (
    STEP_FIRST_CONTACT,
    STEP_SECOND_CONTACT,
    Approval,
    ReachSnapshot,
    RollOut,
    RollOutState,
    Tune,
)
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import move


def live_roll_out(incident: Incident, step: str = STEP_FIRST_CONTACT) -> RollOut:
    """The storm's standing roll-out of a step. Raises Refused(roll_out_unknown)."""
    found = outreach.standing_roll_out(incident.pk, step)
    if found is None:
        raise Refused("roll_out_unknown", incident=incident.code)
    return found


def send_sample(incident: Incident, *, by: Actor, clock: Clock, step: str = STEP_FIRST_CONTACT) -> None:
    """Let the sample go. The storm moves to `sample_sent` when the worker has the platform's answer (see tend)."""
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        casework.spare_resolved(incident.pk, clock=clock)
        outreach.send_sample(live_roll_out(incident, step), by=by, clock=clock)


def approve(
    incident: Incident, *, seen_binding: str, comment: str, by: Actor, clock: Clock, step: str = STEP_FIRST_CONTACT,
    origin: Origin = UNSAID,
) -> Approval:  # fmt: skip
    """The seller's yes to exactly what was shown. Only the first contact moves the storm with it."""
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        decision = outreach.approve(
            outreach.Decide(
                roll_out=live_roll_out(incident, step), seen_binding=seen_binding, comment=comment, origin=origin
            ),
            by=by,
            clock=clock,
        )
        if step != STEP_FIRST_CONTACT:
            return decision
        move(
            incident, INCIDENT, "approve", verb="incident.approved", clock=clock, by=by, why=comment,
            after={"binding": decision.binding_digest, **origin.as_json()}, on_behalf_of=incident.seller.name,
        )  # fmt: skip
    return decision


def send_back(
    incident: Incident, *, seen_binding: str, comment: str, by: Actor, clock: Clock, step: str = STEP_FIRST_CONTACT,
    origin: Origin = UNSAID,
) -> Approval:  # fmt: skip
    """The seller's no, with what must change. The plan falls; with the first contact the storm goes back to the
    script."""
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        decision = outreach.send_back(
            outreach.Decide(
                roll_out=live_roll_out(incident, step), seen_binding=seen_binding, comment=comment, origin=origin
            ),
            by=by,
            clock=clock,
        )
        outreach.void_live_roll_outs(incident.pk, step, by=by, clock=clock, why="sent back by the seller")
        if step != STEP_FIRST_CONTACT:
            return decision
        move(incident, INCIDENT, "send_back", verb="incident.sent_back", clock=clock, by=by, why=comment)
    return decision


def replan(
    incident: Incident, *, by: Actor, clock: Clock, note: str = "", step: str = STEP_FIRST_CONTACT
) -> ReachSnapshot:
    """Make the reachability plan of the standing roll-out anew: doors, windows, order. Words and audience stay, so an
    approval stands too. Raises Refused(replan_not_now)."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    snapshot = outreach.replan(
        live_roll_out(incident, step), by=by, clock=clock, note=note, consented=consented_shops(incident.team_id)
    )
    if step == STEP_FIRST_CONTACT:
        set_golden(incident, clock=clock)
    return snapshot


def start(incident: Incident, *, by: Actor, clock: Clock, step: str = STEP_FIRST_CONTACT) -> None:
    """Begin the roll-out that the seller approved."""
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        casework.spare_resolved(incident.pk, clock=clock)
        outreach.start(live_roll_out(incident, step), by=by, clock=clock)
        if step == STEP_FIRST_CONTACT:
            move(incident, INCIDENT, "start", verb="incident.rolling_out", clock=clock, by=by)


def pause(incident: Incident, *, by: Actor, clock: Clock, why: str = "", step: str = STEP_FIRST_CONTACT) -> None:
    """Stop sending at once."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    outreach.pause(live_roll_out(incident, step), by=by, clock=clock, why=why)


def resume(incident: Incident, *, by: Actor, clock: Clock, why: str, step: str = STEP_FIRST_CONTACT) -> None:
    """Go on, with a reason."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    outreach.resume(live_roll_out(incident, step), by=by, clock=clock, why=why)


def stop(incident: Incident, *, by: Actor, clock: Clock, why: str, step: str = STEP_FIRST_CONTACT) -> int:
    """End for good; returns how many buyers were left out by it."""
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        left_out = outreach.stop(live_roll_out(incident, step), by=by, clock=clock, why=why)
        if step == STEP_FIRST_CONTACT:
            move(incident, INCIDENT, "stop_roll_out", verb="incident.stopped", clock=clock, by=by, why=why)
    return left_out


def tune(
    incident: Incident, changes: Tune, *, by: Actor, clock: Clock, step: str = STEP_FIRST_CONTACT
) -> RollOut:  # fmt: skip
    """Other quiet hours, quota or thresholds than the usual ones, with a reason."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    return outreach.tune(live_roll_out(incident, step), changes, by=by, clock=clock)


def tend(*, clock: Clock) -> None:
    """Let storms follow their roll-outs: sample out, roll-out done. Called by workers, a few times a second."""
    for event, incident_state, roll_out_state, verb in (
        ("send_sample", IncidentState.PLANNED, RollOutState.SAMPLE_SENT, "incident.sample_sent"),
        ("finish_roll_out", IncidentState.ROLLING_OUT, RollOutState.DONE, "incident.follow_up"),
    ):
        due = Incident.objects.filter(
            state=incident_state, roll_outs__state=roll_out_state, roll_outs__step=STEP_FIRST_CONTACT
        )
        for incident in due.distinct():
            with transaction.atomic():
                locked = Incident.objects.select_for_update().get(pk=incident.pk)
                if locked.state == incident_state:
                    move(locked, INCIDENT, event, verb=verb, clock=clock, by=None)


def close(incident: Incident, *, by: Actor, clock: Clock, why: str) -> None:
    """Close the storm: every order has a settled outcome, and there is a pack that holds them all.

    Raises Refused(close_outcomes_open, close_cancellations_open, close_requests_open) with the count,
    Refused(close_without_pack).
    """
    by.require("incident.close")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        counts = Counter(outreach.counts_of(live_roll_out(incident)))
        if second := outreach.standing_roll_out(incident.pk, STEP_SECOND_CONTACT):
            counts.update(outreach.counts_of(second))
        unsettled = sum(counts[state.value] for state in outreach.OPEN) + counts["needs_person"]
        if unsettled:
            raise Refused("close_outcomes_open", incident=incident.code, count=unsettled)
        cancels = casework.counts_of(incident.pk)
        if open_cancels := sum(cancels[state.value] for state in casework.NEEDS_SOMEBODY):
            raise Refused("close_cancellations_open", incident=incident.code, count=open_cancels)
        requests = casework.request_counts(incident.pk)
        if open_requests := sum(requests[state.value] for state in casework.REQUEST_OPEN):
            raise Refused("close_requests_open", incident=incident.code, count=open_requests)
        if not incident.packs.exists():
            raise Refused("close_without_pack", incident=incident.code)
        casework.stop_watching(incident.pk)
        void_clocks(incident.cases.values_list("pk", flat=True), now=clock.now())
        move(incident, INCIDENT, "close", verb="incident.close", clock=clock, by=by, why=why, closed_at=clock.now())
