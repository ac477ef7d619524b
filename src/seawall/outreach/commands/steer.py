"""Start, pause, resume, stop. Each holds within a second: workers look at the roll-out before every send."""

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.outreach.errors import NotApproved, StalePlan
from seawall.outreach.gates import seen_now
from seawall.outreach.ledger import audience_digest_now, counts_of, move_rows
from seawall.outreach.models import Approval, Recipient, RollOut, Wave
from seawall.outreach.ready import wake
from seawall.outreach.states import ROLL_OUT
from seawall.tenancy.api import Actor
from seawall.timeline.api import move


def start(roll_out: RollOut, *, by: Actor, clock: Clock) -> None:
    """Begin with the first wave after the sample.

    Raises NotApproved without a standing approval of this very binding; StalePlan when ledger rows are not the ones
    that were approved; Refused when the deadline has passed.
    """
    by.require("outreach.start")
    with transaction.atomic():
        roll_out = _locked(roll_out)
        _require_approval(roll_out)
        if clock.now() >= roll_out.deadline_at:
            raise Refused("deadline_passed", deadline=roll_out.deadline_at.isoformat(timespec="minutes"))
        first = roll_out.waves.filter(number__gt=0).order_by("number").first()
        move(
            roll_out, ROLL_OUT, "start", verb="outreach.start", clock=clock, by=by,
            started_at=clock.now(), open_wave=first.number if first else 0, seat_wave=first.number if first else 0,
        )  # fmt: skip
        Wave.objects.filter(roll_out=roll_out, number=0).update(passed_at=clock.now())
        if first:
            Wave.objects.filter(pk=first.pk).update(opened_at=clock.now())
        _wake(roll_out, clock)


def pause(roll_out: RollOut, *, by: Actor | None, clock: Clock, why: str = "") -> None:
    """Stop claiming at once; what was called already is recorded. Asks for no reason: pausing must be quick."""
    if by:
        by.require("outreach.pause")
    with transaction.atomic():
        move(
            _locked(roll_out), ROLL_OUT, "pause", verb="outreach.pause", clock=clock, by=by, why=why,
            paused_code="paused_by_person", paused_params={"name": by.name if by else "", "why": why},
        )  # fmt: skip


def resume(roll_out: RollOut, *, by: Actor, clock: Clock, why: str) -> None:
    """Go on, with a reason that stays on the timeline. The approval must still stand for these very rows."""
    by.require("outreach.resume")
    if not why.strip():
        raise Refused("resume_needs_reason")
    with transaction.atomic():
        roll_out = _locked(roll_out)
        _require_approval(roll_out)
        move(
            roll_out, ROLL_OUT, "resume", verb="outreach.resume", clock=clock, by=by, why=why,
            paused_code="", paused_params={}, forgiven=seen_now(roll_out),
        )  # fmt: skip
        # What the platform said of waiting holds on: it is the shop's, not the roll-out's.
        roll_out.lanes.update(is_stopped=False, stopped_code="", stopped_params={})
        _wake(roll_out, clock)


def stop(roll_out: RollOut, *, by: Actor, clock: Clock, why: str) -> int:
    """End for good. Rows that were not sent become left_out; returns how many."""
    by.require("outreach.stop")
    if not why.strip():
        raise Refused("stop_needs_reason")
    with transaction.atomic():
        roll_out = _locked(roll_out)
        move(
            roll_out, ROLL_OUT, "stop", verb="outreach.stop", clock=clock, by=by, why=why,
            ended_at=clock.now(), after={"counts": counts_of(roll_out)},
        )  # fmt: skip
        rows = Recipient.objects.filter(roll_out=roll_out)
        waiting = rows.filter(state="waiting")
        move_rows(waiting, "leave_out", clock=clock, reason="roll_out_stopped", params={"why": why})
        return rows.filter(state="left_out", reason_code="roll_out_stopped").count()


def _wake(roll_out: RollOut, clock: Clock) -> None:
    wake(roll_out.lanes.values_list("connection_id", flat=True), now=clock.now())


def _locked(roll_out: RollOut) -> RollOut:
    return RollOut.objects.select_for_update().get(pk=roll_out.pk)


def _require_approval(roll_out: RollOut) -> None:
    standing = Approval.objects.filter(
        roll_out=roll_out, is_approved=True, voided_at__isnull=True, binding_digest=roll_out.binding_digest
    ).exists()
    if not standing:
        raise NotApproved("roll_out_not_approved")
    if audience_digest_now(roll_out) != roll_out.audience_digest:
        raise StalePlan("ledger_differs_from_approval")
