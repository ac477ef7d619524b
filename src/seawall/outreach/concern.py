"""Orders that no longer concern a storm are not written to: the claim passes them over, and this leaves them out.

A withdrawn order's waiting row is left out at once by the command. What this is for: rows that came back to waiting
after that (given back by a worker, or looked up and not found), and orders whose end an import or the platform told.
"""

from django.db import transaction
from django.db.models import Q

from seawall.kernel.clock import Clock
from seawall.outreach.groups import alone, part_groups_of
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient
from seawall.outreach.states import RollOutState

OVER = ("cancelled", "returned")
"""Order states in which a message that announces a cancellation comes too late to be true."""

_LIVE = [
    state.value for state in RollOutState if state not in (RollOutState.VOID, RollOutState.DONE, RollOutState.STOPPED)
]


def leave_out_unconcerned(*, clock: Clock) -> int:
    """Leave out waiting rows whose order was withdrawn, or is known to be cancelled or returned. Where such
    an order stands in one message with others, that message parts first. Returns how many."""
    waiting = Recipient.objects.filter(state="waiting", roll_out__state__in=_LIVE)
    gone = list(waiting.exclude(case__state="open").values_list("pk", flat=True))
    over = list(waiting.filter(Q(case__state="open"), order__status__in=OVER).values_list("pk", flat=True))
    with transaction.atomic():
        part_groups_of(Recipient.objects.filter(pk__in=gone + over))
        left_out = move_rows(
            alone(Recipient.objects.filter(pk__in=gone, state="waiting")), "leave_out", clock=clock,
            reason="case_withdrawn", params={"why": ""},
        )  # fmt: skip
        return left_out + move_rows(
            alone(Recipient.objects.filter(pk__in=over, state="waiting")), "leave_out", clock=clock,
            reason="order_no_longer_open",
        )  # fmt: skip
