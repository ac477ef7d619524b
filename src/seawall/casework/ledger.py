"""Counts of the ledger, taken now."""

from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from seawall.casework.models import BuyerRequest, Cancellation, Cancelling
from seawall.casework.policy import MESSAGE_FIRST, audience_digest
from seawall.casework.states import CANCELLATION, LIVE, CancellationState, RequestState
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform
from seawall.outreach.api import Recipient
from seawall.timeline.api import move_all


def live_cancelling(incident_id: int) -> Cancelling | None:
    """The storm's standing list, else its newest that was begun; None without any."""
    lists = Cancelling.objects.filter(incident_id=incident_id).exclude(state="void").select_related("approved_by")
    is_live = Case(When(state__in=[s.value for s in LIVE], then=0), default=1)
    return lists.order_by(is_live, "-version").first()


def counts_of(incident_id: int) -> dict[str, int]:
    """Cancellations of a storm by state, every state present, so that sums can be checked."""
    rows = Cancellation.objects.filter(incident_id=incident_id).values_list("state")
    counted = dict(rows.annotate(n=Count("pk")).order_by())
    return {state.value: counted.get(state.value, 0) for state in CancellationState}


def request_counts(incident_id: int) -> dict[str, int]:
    """Buyers' requests of a storm by state, every state present."""
    rows = BuyerRequest.objects.filter(incident_id=incident_id).values_list("state")
    counted = dict(rows.annotate(n=Count("pk")).order_by())
    return {state.value: counted.get(state.value, 0) for state in RequestState}


def without_message(rows: QuerySet[Cancellation]) -> QuerySet[Cancellation]:
    """Of these rows, those whose buyer's message is not delivered as far as their platform asks, and not waived."""
    reached_by: Q = Q(pk__in=[])
    for number, (platform, states) in enumerate(MESSAGE_FIRST.items()):
        name = f"reached_{number}"
        told = Recipient.objects.filter(
            incident_id=OuterRef("incident_id"), order_id=OuterRef("order_id"), state__in=states
        )
        rows = rows.annotate(**{name: Exists(told)})
        reached_by |= Q(**{"order__shop__platform": platform.value, name: True})
    return rows.filter(waived_at__isnull=True).exclude(reached_by)


def move_cancellations(
    rows: QuerySet[Cancellation], event: str, *, clock: Clock, reason: str = "", **changes: Any
) -> int:
    """Move rows of the ledger, with why."""
    changes.setdefault("reason_params", {})
    return move_all(
        rows, CANCELLATION, event, reason_code=reason, state_at=clock.now(), claimed_by=None, **changes
    )  # fmt: skip


def audience_now(cancelling: Cancelling) -> str:
    """The digest of the rows as they stand in the table, to hold against the approved one."""
    rows = cancelling.rows.values_list("order__shop_id", "order__platform_order_id")
    return audience_digest(rows.iterator(chunk_size=5000))


def platform_of(row: Cancellation) -> Platform:
    """The platform of a row's order."""
    return Platform(row.order.shop.platform)
