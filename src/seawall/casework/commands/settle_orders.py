"""A person decides on single orders: cancel although the message is not delivered, or leave it be."""

from collections.abc import Collection

from django.db import transaction

from seawall.casework.ledger import move_cancellations, without_message
from seawall.casework.models import Cancellation
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.tenancy.api import Actor, scoped
from seawall.timeline.api import record


def waive_message(
    incident_id: int, *, by: Actor, clock: Clock, why: str, order_ids: Collection[str] | None = None
) -> int:
    """Let planned orders be cancelled although their buyers' message is not delivered: those named, or all. Needs a
    reason, which stays on the timeline. Returns how many."""
    by.require("cancel.plan")
    if not why.strip():
        raise Refused("cancel_waive_needs_reason")
    with transaction.atomic():
        rows = scoped(Cancellation, by).filter(incident_id=incident_id, state="planned")
        if order_ids is not None:
            rows = rows.filter(order__platform_order_id__in=order_ids)
        found = list(without_message(rows).values_list("pk", flat=True))
        count = Cancellation.objects.filter(pk__in=found, state="planned").update(
            waived_by_id=by.membership_id, waived_at=clock.now(), waived_why=why.strip()
        )
        if not count:
            raise Refused("cancel_nothing_to_waive")
        record(
            team_id=by.team_id, incident_id=incident_id, verb="cancel.waive", clock=clock, by=by, why=why,
            after={"orders": count},
        )  # fmt: skip
    return count


def leave_order(incident_id: int, platform_order_id: str, *, by: Actor, clock: Clock, why: str) -> None:
    """Take one order off the list for good: one that waits, or that needs a person. Raises Refused(move_refused) for
    one that is settled or in hand. Should the platform cancel it all the same, its own record says so later."""
    by.require("cancel.settle")
    if not why.strip():
        raise Refused("cancel_leave_needs_reason")
    with transaction.atomic():
        rows = scoped(Cancellation, by).filter(incident_id=incident_id, order__platform_order_id=platform_order_id)
        row = rows.select_for_update(of=("self",)).first()
        if row is None:
            raise Refused("cancel_not_on_list", order=platform_order_id)
        before = row.state
        moved = move_cancellations(
            Cancellation.objects.filter(pk=row.pk), "leave_out", clock=clock, reason="cancel_left_by_person",
            reason_params={"why": why},
        )  # fmt: skip
        if not moved:
            raise Refused("move_refused", machine="cancellation", state=before, event="leave_out")
        record(
            team_id=by.team_id, incident_id=incident_id, verb="cancel.leave", clock=clock, by=by, why=why,
            subject=f"cancellation:{row.pk}", before={"state": before}, after={"order": platform_order_id},
        )  # fmt: skip
