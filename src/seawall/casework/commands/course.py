"""What the lead decides about a storm: who cancels, and what is said to buyers who ask."""

from django.db import transaction

from seawall.casework.commands.plan_cancelling import void_live
from seawall.casework.models import Cancelling, Course
from seawall.casework.states import CancellingState
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.tenancy.api import Actor
from seawall.timeline.api import record


def set_platform_cancels(incident_id: int, answer: bool, *, by: Actor, clock: Clock, why: str) -> Course:
    """Note the answer to the first question (rules: CRIT-04): whether the platform cancels these orders by itself.

    With yes no list can be planned, one that waits for its approval is void, and one that is approved or runs must be
    stopped first: the orders are watched until they resolve.
    Raises Refused(course_needs_reason, cancelling_is_running).
    """
    by.require("cancel.plan")
    running = [CancellingState.APPROVED.value, CancellingState.RUNNING.value, CancellingState.PAUSED.value]
    with transaction.atomic():
        if answer and Cancelling.objects.filter(incident_id=incident_id, state__in=running).exists():
            raise Refused("cancelling_is_running")
        if answer:
            void_live(incident_id, by, clock)
        return _set(incident_id, by, clock, why, verb="cancel.course", platform_cancels=answer,
                    platform_cancels_why=why.strip())  # fmt: skip


def set_accepts_requests(incident_id: int, answer: bool, *, by: Actor, clock: Clock, why: str) -> Course:
    """Switch the answer by itself on or off: buyers who ask to cancel are told yes. Off unless the lead says so."""
    by.require("cancel.plan")
    with transaction.atomic():
        return _set(incident_id, by, clock, why, verb="requests.course", accepts_requests=answer,
                    accepts_why=why.strip())  # fmt: skip


def _set(incident_id: int, by: Actor, clock: Clock, why: str, *, verb: str, **values: object) -> Course:
    if not why.strip():
        raise Refused("course_needs_reason")
    row, _ = Course.objects.update_or_create(
        incident_id=incident_id,
        defaults={
            "team_id": by.team_id, "changed_by_id": by.membership_id, "changed_at": clock.now(), **values,
        },
    )  # fmt: skip
    record(
        team_id=by.team_id, incident_id=incident_id, verb=verb, clock=clock, by=by, why=why,
        after={name: value for name, value in values.items() if isinstance(value, bool)},
    )  # fmt: skip
    return row


def course_of(incident_id: int) -> Course | None:
    """What was decided; None when nothing was."""
    return Course.objects.filter(incident_id=incident_id).first()
