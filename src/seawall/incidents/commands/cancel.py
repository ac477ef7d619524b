"""Cancellations of a storm: the storm gathers what casework plans, and follows it."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from seawall.casework import api as casework
from seawall.casework.api import BuyerRequest, Cancelling, Course
from seawall.incidents.commands.prepare import exposure_of
from seawall.incidents.errors import WrongStep
from seawall.incidents.models import Case, Incident
from seawall.incidents.states import CaseState, IncidentState
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.tenancy.api import Actor, get_scoped

CANCELS = frozenset({IncidentState.ROLLING_OUT, IncidentState.FOLLOW_UP})
"""Message first: nothing is cancelled before the roll-out has begun."""

UNSHIPPED = ("unpaid", "on_hold", "to_ship", "ready", "cancel_requested")
"""Orders that were not handed over when last seen. The platform is asked about each of them all the same."""

WATCH_AT_ONCE = 2000


def plan_cancel(
    incident: Incident, *, by: Actor, clock: Clock, chosen: Mapping[Platform, str] | None = None,
    shops: Collection[str] | None = None, only_unshipped: bool = False, why: str = "",
) -> Cancelling:  # fmt: skip
    """Write the list of the storm's open orders to be cancelled, with the reason per platform. Nothing is called. With
    `only_unshipped` orders known to be on their way stay off the list; without, the platform is asked about each.

    Raises WrongStep(cancel_message_first) before the roll-out has begun, and as casework.plan_cancelling.
    """
    by.require("cancel.plan")
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        if incident.state not in CANCELS:
            raise WrongStep("cancel_message_first", incident=incident.code)
        cases = Case.objects.filter(incident=incident, state=CaseState.OPEN).exclude(
            watched__resolved_at__isnull=False
        )  # fmt: skip
        if only_unshipped:
            cases = cases.filter(order__status__in=UNSHIPPED)
        if shops:
            cases = cases.filter(order__shop__code__in=shops)
        orders = [
            casework.OrderToCancel(
                case_id=case.pk, order_id=case.order_id, shop_id=case.order.shop_id,
                platform=Platform(case.order.shop.platform), platform_order_id=case.order.platform_order_id,
                exposure=exposure_of(case.order, clock.now()),
            )
            for case in cases.select_related("order__shop").order_by("pk").iterator(chunk_size=2000)
        ]  # fmt: skip
        return casework.plan_cancelling(
            casework.PlanCancelling(
                incident_id=incident.pk, is_training=incident.is_training, storm=incident.kind, orders=orders,
                chosen=chosen or {}, why=why,
            ),
            by=by, clock=clock,
        )  # fmt: skip


def live_cancel(incident: Incident) -> Cancelling:
    """The storm's standing list. Raises Refused(cancel_unknown)."""
    found = casework.live_cancelling(incident.pk)
    if found is None:
        raise Refused("cancel_unknown", incident=incident.code)
    return found


def approve_cancel(incident: Incident, *, seen_binding: str, by: Actor, clock: Clock, comment: str = "") -> Cancelling:
    """The seller's yes to exactly these orders and reasons."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    return casework.approve_cancelling(
        live_cancel(incident), seen_binding=seen_binding, by=by, clock=clock, comment=comment
    )


def start_cancel(incident: Incident, *, by: Actor, clock: Clock) -> None:
    """Begin with the first order."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    casework.start_cancelling(live_cancel(incident), by=by, clock=clock)


def pause_cancel(incident: Incident, *, by: Actor, clock: Clock, why: str = "") -> None:
    """Stop calling at once."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    casework.pause_cancelling(live_cancel(incident), by=by, clock=clock, why=why)


def resume_cancel(incident: Incident, *, by: Actor, clock: Clock, why: str) -> None:
    """Go on, with a reason."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    casework.resume_cancelling(live_cancel(incident), by=by, clock=clock, why=why)


def stop_cancel(incident: Incident, *, by: Actor, clock: Clock, why: str) -> int:
    """End for good; returns how many orders are left out by it."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    return casework.stop_cancelling(live_cancel(incident), by=by, clock=clock, why=why)


def waive_message_first(
    incident: Incident, *, orders: Collection[str] | None, by: Actor, clock: Clock, why: str
) -> int:  # fmt: skip
    """Let orders be cancelled although their buyers' message is not delivered; needs a reason."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    return casework.waive_message(incident.pk, by=by, clock=clock, why=why, order_ids=orders)


def leave_uncancelled(incident: Incident, order: str, *, by: Actor, clock: Clock, why: str) -> None:
    """Take one order off the list for good."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    casework.leave_order(incident.pk, order, by=by, clock=clock, why=why)


def set_course(
    incident: Incident, *, platform_cancels: bool | None = None, accepts_requests: bool | None = None, by: Actor,
    clock: Clock, why: str,
) -> Course:  # fmt: skip
    """Note what the lead decided: whether the platform cancels by itself (rules: CRIT-04), and whether buyers who ask
    to cancel are told yes without a person."""
    with transaction.atomic():
        incident = get_scoped(Incident, by, lock=True, pk=incident.pk)
        course: Course | None = None
        if platform_cancels is not None:
            course = casework.set_platform_cancels(incident.pk, platform_cancels, by=by, clock=clock, why=why)
        if accepts_requests is not None:
            course = casework.set_accepts_requests(incident.pk, accepts_requests, by=by, clock=clock, why=why)
            if accepts_requests:
                casework.accept_waiting(incident.pk, clock=clock)
        if course is None:
            raise Refused("course_nothing_to_set")
    return course


def answer_buyer(
    incident: Incident, order: str, *, accept: bool, by: Actor, clock: Clock, why: str, reason: str = ""
) -> BuyerRequest:
    """Answer the request that waits for an order. Raises Refused(request_unknown)."""
    by.require("requests.answer")
    incident = get_scoped(Incident, by, pk=incident.pk)
    row = BuyerRequest.objects.filter(
        incident=incident, order__platform_order_id=order, state__in=[s.value for s in casework.REQUEST_OPEN]
    ).first()  # fmt: skip
    if row is None:
        raise Refused("request_unknown", order=order)
    return casework.answer_request(row.pk, accept=accept, by=by, clock=clock, why=why, reason=reason)


def cancel_options(incident: Incident, order: str, *, by: Actor, clock: Clock) -> dict[str, Any]:
    """What the platform offers for one order of the storm, read now; the first open one where none is named."""
    incident = get_scoped(Incident, by, pk=incident.pk)
    cases = Case.objects.filter(incident=incident, state=CaseState.OPEN).select_related("order__shop").order_by("pk")
    found = cases.filter(order__platform_order_id=order).first() if order else cases.first()
    if found is None:
        raise Refused("cancel_not_on_list", order=order)
    return casework.look_options(found.order, by=by, clock=clock)


def watch_cases(*, clock: Clock) -> bool:
    """Watch the orders of storms whose roll-out has begun, a part at a time. Called by workers; gives whether there may
    be more. Nothing is added to a storm that has begun, so each goes on after the last case it watches."""
    is_full = False
    for incident in Incident.objects.filter(state__in=[s.value for s in CANCELS]):
        last = incident.watched.order_by("-case_id").values_list("case_id", flat=True).first() or 0
        fresh = Case.objects.filter(incident=incident, pk__gt=last, state=CaseState.OPEN).order_by("pk")
        rows = list(fresh.values_list("team_id", "pk", "order_id")[:WATCH_AT_ONCE])
        casework.watch(
            (
                casework.CaseToWatch(team_id=team, incident_id=incident.pk, case_id=case, order_id=order)
                for team, case, order in rows
            ),
            clock=clock,
        )
        is_full = is_full or len(rows) == WATCH_AT_ONCE
    return is_full
