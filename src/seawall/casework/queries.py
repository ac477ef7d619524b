"""Reads of casework for screens and reports. Every number is counted now; nothing is kept apart."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from seawall.casework.ledger import counts_of, live_cancelling, request_counts, without_message
from seawall.casework.models import BuyerRequest, Cancellation, Cancelling, Course, Watched
from seawall.casework.states import REQUEST_OPEN
from seawall.tenancy.api import Actor, scoped

_OPEN_REQUESTS = [s.value for s in REQUEST_OPEN]


def cancel_summary(incident_id: int) -> dict[str, Any]:
    """A storm's cancellations, requests and ends, as the command line shows them."""
    plan = live_cancelling(incident_id)
    return {"list": _list_of(plan) if plan else None, **after_numbers(incident_id)}


def after_numbers(incident_id: int) -> dict[str, Any]:
    """What was decided, and the numbers alone: outcomes, requests, ends."""
    course = Course.objects.filter(incident_id=incident_id).first()
    counts = counts_of(incident_id)
    rows = Cancellation.objects.filter(incident_id=incident_id, state="planned")
    resolved = Watched.objects.filter(incident_id=incident_id).exclude(resolved_by="").values_list("resolved_by")
    return {
        "platform_cancels": course.platform_cancels if course else None,
        "accepts_requests": course.accepts_requests if course else False,
        "cancellations": counts,
        "listed": sum(counts.values()),
        "waiting_for_message": without_message(rows).count() if counts["planned"] else 0,
        "requests": request_counts(incident_id),
        "resolved": dict(resolved.annotate(n=Count("pk")).order_by("resolved_by")),
    }


def _list_of(plan: Cancelling) -> dict[str, Any]:
    return {
        "version": plan.version,
        "state": plan.state,
        "binding": plan.binding_digest,
        "reasons": plan.reasons,
        "orders": plan.rows.count(),
        "open_wave": plan.open_wave,
        "paused": {"code": plan.paused_code, **plan.paused_params} if plan.paused_code else None,
        "approved_by": str(plan.approved_by) if plan.approved_by else None,
        "is_approval_simulated": plan.is_approval_simulated,
        "stopped_shops": [
            {"shop": lane.connection.shop.code, "code": lane.stopped_code}
            for lane in plan.lanes.filter(is_stopped=True).select_related("connection__shop")
        ],
    }


def cancellations_of(actor: Actor, incident_id: int, states: Collection[str] = ()) -> QuerySet[Cancellation]:
    """Rows of a storm's list in the order of calling, narrowed to states."""
    rows = scoped(Cancellation, actor).filter(incident_id=incident_id)
    if states:
        rows = rows.filter(state__in=states)
    return rows.select_related("order__shop", "waived_by__user", "cancelling").order_by("wave", "rank", "pk")


def open_requests(actor: Actor, incident_ids: Collection[int]) -> QuerySet[BuyerRequest]:
    """Buyers' requests that still have to be answered, the next to breach first."""
    rows = scoped(BuyerRequest, actor).filter(incident_id__in=incident_ids, state__in=_OPEN_REQUESTS)
    return rows.select_related("order__shop", "incident").order_by("breach_at", "pk")


def requests_running_out(actor: Actor, incident_ids: Collection[int]) -> dict[int, tuple[int, datetime | None]]:
    """How many buyers' requests wait for an answer in each storm, and when the first of them runs out."""
    rows = scoped(BuyerRequest, actor).filter(incident_id__in=incident_ids, state__in=_OPEN_REQUESTS)
    counted = rows.values_list("incident_id").annotate(n=Count("pk"), first=Min("breach_at")).order_by()
    return {pk: (number, first) for pk, number, first in counted}


def requests_of(actor: Actor, incident_id: int) -> QuerySet[BuyerRequest]:
    """All of a storm's requests, open ones first, the next to breach on top."""
    rows = scoped(BuyerRequest, actor).filter(incident_id=incident_id).select_related("order__shop", "decided_by__user")
    return rows.order_by("answered_at", "breach_at", "pk")


@dataclass(frozen=True, kw_only=True)
class CaseEnd:
    """What became of one order after its message."""

    cancellation: Cancellation | None
    watched: Watched | None


def ends_of(order_ids: Collection[int], incident_id: int) -> dict[int, CaseEnd]:
    """Cancellation and end of several orders of a storm."""
    rows = {
        row.order_id: row for row in Cancellation.objects.filter(incident_id=incident_id, order_id__in=order_ids)
    }  # fmt: skip
    watched = {w.order_id: w for w in Watched.objects.filter(incident_id=incident_id, order_id__in=order_ids)}
    return {pk: CaseEnd(cancellation=rows.get(pk), watched=watched.get(pk)) for pk in order_ids}
