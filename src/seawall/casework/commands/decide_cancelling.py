"""The seller approves the list, and the desk steers it. Pausing holds at once: the worker asks before every call."""

from django.db import transaction

from seawall.casework.errors import CancelNotApproved, StaleCancelPlan
from seawall.casework.ledger import audience_now, counts_of, move_cancellations
from seawall.casework.models import Cancellation, Cancelling
from seawall.casework.states import CANCELLING
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.tenancy.api import Actor, Seller
from seawall.timeline.api import move


def approve_cancelling(
    cancelling: Cancelling, *, seen_binding: str, by: Actor, clock: Clock, comment: str = ""
) -> Cancelling:
    """The seller's yes to exactly these orders and reasons. Raises StaleCancelPlan when the list changed since it was
    looked at, Refused(author_may_not_approve) for whoever planned it."""
    seller_id = by.require_for_seller("cancel.approve")
    with transaction.atomic():
        row = _locked(cancelling)
        if row.binding_digest != seen_binding or audience_now(row) != row.audience_digest:
            raise StaleCancelPlan("stale_plan", seen=seen_binding[:8], now=row.binding_digest[:8])
        if row.planned_by_id == by.user_id:
            raise Refused("author_may_not_approve")
        move(
            row, CANCELLING, "approve", verb="cancel.approve", clock=clock, by=by, why=comment,
            after={"binding": row.binding_digest, "orders": row.rows.count()},
            on_behalf_of=Seller.objects.get(pk=seller_id).name, approved_by_id=by.user_id, approved_at=clock.now(),
            approved_binding=row.binding_digest, is_approval_simulated=by.is_simulated,
        )  # fmt: skip
    return row


def start_cancelling(cancelling: Cancelling, *, by: Actor, clock: Clock) -> None:
    """Begin with the first order. Raises CancelNotApproved, StaleCancelPlan."""
    by.require("cancel.start")
    with transaction.atomic():
        row = _locked(cancelling)
        if row.state == "planned":
            raise CancelNotApproved("cancel_not_approved")
        _require_approval(row)
        move(row, CANCELLING, "start", verb="cancel.start", clock=clock, by=by, started_at=clock.now())


def pause_cancelling(cancelling: Cancelling, *, by: Actor, clock: Clock, why: str = "") -> None:
    """Stop calling at once; what was called already is recorded. Asks for no reason: pausing must be quick."""
    by.require("cancel.pause")
    with transaction.atomic():
        move(
            _locked(cancelling), CANCELLING, "pause", verb="cancel.pause", clock=clock, by=by, why=why,
            paused_code="paused_by_person", paused_params={"name": by.name, "why": why},
        )  # fmt: skip


def resume_cancelling(cancelling: Cancelling, *, by: Actor, clock: Clock, why: str) -> None:
    """Go on, with a reason that stays on the timeline; stopped lanes open again."""
    by.require("cancel.start")
    if not why.strip():
        raise Refused("resume_needs_reason")
    with transaction.atomic():
        row = _locked(cancelling)
        _require_approval(row)
        move(
            row, CANCELLING, "resume", verb="cancel.resume", clock=clock, by=by, why=why, paused_code="",
            paused_params={}, forgiven_refusals=row.rows.filter(state="refused").count(),
        )  # fmt: skip
        row.lanes.update(is_stopped=False, stopped_code="", stopped_params={}, blocked_until=None)


def stop_cancelling(cancelling: Cancelling, *, by: Actor, clock: Clock, why: str) -> int:
    """End for good. Orders not called yet are left out; returns how many."""
    by.require("cancel.stop")
    if not why.strip():
        raise Refused("stop_needs_reason")
    with transaction.atomic():
        row = _locked(cancelling)
        move(
            row, CANCELLING, "stop", verb="cancel.stop", clock=clock, by=by, why=why, ended_at=clock.now(),
            after={"counts": counts_of(row.incident_id)},
        )  # fmt: skip
        left = Cancellation.objects.filter(cancelling=row, state="planned")
        return move_cancellations(left, "leave_out", clock=clock, reason="cancel_stopped", reason_params={"why": why})


def _locked(cancelling: Cancelling) -> Cancelling:
    return Cancelling.objects.select_for_update().get(pk=cancelling.pk)


def _require_approval(row: Cancelling) -> None:
    if row.approved_at is None or row.approved_binding != row.binding_digest:
        raise CancelNotApproved("cancel_not_approved")
    if audience_now(row) != row.audience_digest:
        raise StaleCancelPlan("cancel_ledger_differs")
