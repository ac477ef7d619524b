"""Take single orders out of a roll-out, and settle rows that need a person."""

from collections.abc import Collection

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.outreach.groups import MAY_PART, alone, part_groups_of
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record


def leave_out_orders(
    incident_id: int, order_ids: Collection[int], *, by: Actor, clock: Clock, reason: str, why: str
) -> int:
    """Leave out orders that no longer concern the storm, if not sent yet. Returns how many rows moved.

    Where such an order stands in one message with others, that message parts first: the others go alone, in the words
    approved for each. A message that may have left is settled truthfully for all its orders.
    """
    rows = Recipient.objects.filter(team_id=by.team_id, incident_id=incident_id, order_id__in=order_ids)
    with transaction.atomic():
        part_groups_of(rows)
        return move_rows(alone(rows), "leave_out", clock=clock, reason=reason, params={"why": why})


def settle_by_person(recipient_id: int, event: str, *, by: Actor, clock: Clock, why: str) -> None:
    """A person decides on a row that nothing else could settle: `leave_out`, or `not_at_platform` to send again. The
    decision is on its message, and so on every order that this names.

    A person may not declare a row acknowledged: that word belongs to the platform's own record.
    """
    by.require("outreach.settle")
    if event not in ("leave_out", "not_at_platform") or not why.strip():
        raise Refused("settle_needs_verb_and_reason")
    with transaction.atomic():
        asked = get_scoped(Recipient, by, pk=recipient_id)
        row = get_scoped(Recipient, by, lock=True, pk=asked.rides_with_id or asked.pk)
        moved = move_rows(
            Recipient.objects.filter(pk=row.pk, state="needs_person"), event, clock=clock, reason="settled_by_person"
        )
        if not moved:
            raise Refused("move_refused", machine="recipient", state=row.state, event=event)
        record(
            team_id=by.team_id, incident_id=row.incident_id, verb="outreach.settle", clock=clock, by=by,
            subject=f"recipient:{row.pk}", before={"state": row.state}, after={"event": event}, why=why,
        )  # fmt: skip


ENDS_BY_DELIVERY = ("customs_return",)
"""Storms a delivered order is no part of any more; in others (false deliveries) it is what they are about."""


def order_resolved(order_id: int, standing: str, *, clock: Clock) -> int:
    """An order has come to its end at the platform: its message, if it has not left, does not leave any more.
    A message that names others too parts first, as in `leave_out_orders`.

    `standing` is cancelled, returned or delivered. Returns how many rows moved.
    """
    rows = Recipient.objects.filter(order_id=order_id, state__in=[state.value for state in MAY_PART])
    if standing == "delivered":
        rows = rows.filter(incident__kind__in=ENDS_BY_DELIVERY)
    with transaction.atomic():
        part_groups_of(rows)
        return move_rows(alone(rows), "leave_out", clock=clock, reason="order_resolved", params={"words": standing})
