"""Orders that no longer concern a storm are not written to: the claim passes them over, and this leaves them out.

A withdrawn order's waiting row is left out at once by the command. What this is for: rows that came back to waiting
after that (given back by a worker, or looked up and not found), and orders whose end an import or the platform told.
"""

from django.db import transaction
from django.db.models import QuerySet

from seawall.kernel.clock import Clock
from seawall.outreach.groups import MAY_PART, alone, part_groups_of
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient
from seawall.outreach.states import RecipientState, RollOutState

OVER = ("cancelled", "returned")
"""Order states in which a message that announces a cancellation comes too late to be true."""

_LIVE = [
    state.value for state in RollOutState if state not in (RollOutState.VOID, RollOutState.DONE, RollOutState.STOPPED)
]


ENDS_BY_DELIVERY = ("customs_return",)
"""Storms a delivered order is no part of any more; in others (false deliveries) it is what they are about."""

_NOT_GONE = [
    *(state.value for state in MAY_PART),
    RecipientState.CLAIMED.value, RecipientState.UNKNOWN.value, RecipientState.NEEDS_PERSON.value,
]  # fmt: skip
"""A message in these states has not left, or not for certain."""


def leave_out_unconcerned(*, clock: Clock) -> int:
    """Leave out waiting rows whose order was withdrawn, is known to be cancelled or returned, or came to its end while
    its message was under way. Where such an order stands in one message with others, that message parts first.
    Returns how many."""
    waiting = Recipient.objects.filter(state="waiting", roll_out__state__in=_LIVE)
    gone = list(waiting.exclude(case__state="open").values_list("pk", flat=True))
    over = list(waiting.filter(case__state="open", order__status__in=OVER).values_list("pk", flat=True))
    ended = list(waiting.exclude(resolved_as="").values_list("pk", flat=True))
    if not (gone or over or ended):
        return 0
    with transaction.atomic():
        part_groups_of(Recipient.objects.filter(pk__in=[*gone, *over, *ended]))
        left_out = move_rows(
            alone(Recipient.objects.filter(pk__in=gone, state="waiting")), "leave_out", clock=clock,
            reason="case_withdrawn", params={"why": ""},
        )  # fmt: skip
        left_out += _leave_out_resolved(Recipient.objects.filter(pk__in=ended, state="waiting"), clock)
        return left_out + move_rows(
            alone(Recipient.objects.filter(pk__in=over, state="waiting")), "leave_out", clock=clock,
            reason="order_no_longer_open",
        )  # fmt: skip


def order_resolved(order_id: int, standing: str, *, clock: Clock) -> int:
    """An order has come to its end at the platform: its message, if it has not left, does not leave any more.
    A message that names others too parts first, as in `leave_out_orders`. One that is under way is looked up, and does
    not go again when it proves not to have left (`leave_out_unconcerned`).

    `standing` is cancelled, returned or delivered. Returns how many rows moved.
    """
    rows = Recipient.objects.filter(order_id=order_id, state__in=_NOT_GONE)
    if standing == "delivered":
        rows = rows.filter(incident__kind__in=ENDS_BY_DELIVERY)
    with transaction.atomic():
        rows.update(resolved_as=standing)
        waiting = rows.filter(state__in=[state.value for state in MAY_PART])
        part_groups_of(waiting)
        return _leave_out_resolved(waiting, clock)


def _leave_out_resolved(rows: QuerySet[Recipient], clock: Clock) -> int:
    return sum(
        move_rows(
            alone(rows.filter(resolved_as=standing)), "leave_out", clock=clock, reason="order_resolved",
            params={"words": standing},
        )
        for standing in rows.values_list("resolved_as", flat=True).order_by("resolved_as").distinct()
    )  # fmt: skip
