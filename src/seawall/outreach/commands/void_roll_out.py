"""Take a plan that has not begun out of force, with its approval, so that a new one can stand."""

from django.db.models import Max

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Approval, Recipient, RollOut
from seawall.outreach.states import ROLL_OUT, SENT, RecipientState, RollOutState
from seawall.tenancy.api import Actor
from seawall.timeline.api import move

_KEPT = {state.value for state in SENT | {RecipientState.UNKNOWN, RecipientState.CLAIMED, RecipientState.NEEDS_PERSON}}


def void_live_roll_outs(incident_id: int, step: str, *, by: Actor, clock: Clock, why: str) -> int:
    """Void the step's live roll-out, if any; its approvals fall. Returns the highest version so far (0 if none).

    Call inside a transaction. Ledger rows of buyers who were not contacted are removed with the plan, so that the new
    plan can hold these orders; rows of buyers who were contacted (the sample) stay, and are never contacted again.
    Raises Refused(move_refused) when the roll-out has begun.
    """
    for roll_out in RollOut.objects.select_for_update().filter(incident_id=incident_id, step=step).order_by("pk"):
        if roll_out.state == RollOutState.VOID:
            continue
        move(roll_out, ROLL_OUT, "void", verb="outreach.void", clock=clock, by=by, why=why)
        Approval.objects.filter(roll_out=roll_out, is_approved=True, voided_at__isnull=True).update(
            voided_at=clock.now(), voided_why=why
        )
        if Recipient.objects.filter(roll_out=roll_out, state=RecipientState.CLAIMED).exists():
            raise Refused("sample_still_leaving")
        copied = Recipient.objects.filter(roll_out=roll_out, state=RecipientState.WAITING, copied_at__isnull=False)
        move_rows(copied, "unsure", clock=clock, reason="manual_outcome_unsure")
        _drop_uncontacted(roll_out)
    top = RollOut.objects.filter(incident_id=incident_id, step=step).aggregate(top=Max("version"))["top"]
    return top or 0


def _drop_uncontacted(roll_out: RollOut) -> None:
    """Remove planned rows that nothing hangs on. A row that was tried, or whose message was, stays for its history."""
    untried = Recipient.objects.filter(roll_out=roll_out, tries__isnull=True, attempts=0).exclude(state__in=_KEPT)
    untried.filter(rides_with__isnull=False).delete()
    untried.delete()
