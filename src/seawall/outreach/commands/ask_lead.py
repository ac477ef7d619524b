"""A person at a seat is not sure about a buyer: the message leaves the seat, and whoever leads decides."""

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient
from seawall.outreach.seat_rows import in_hand
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record

MOST_WHY = 300


def ask_lead(recipient_id: int, *, why: str, by: Actor, clock: Clock) -> Recipient:
    """Put one message that this seat has in hand to whoever leads, with the question. It waits for a person, who lets
    it go again or leaves it out; words that were copied before may have been sent, and the person looks there first.

    Raises NotFound, Refused: seat_needs_question, seat_not_yours (also for one that was pressed: it is on its way).
    """
    by.require("seat.work")
    question = why.strip()[:MOST_WHY]
    if not question:
        raise Refused("seat_needs_question")
    with transaction.atomic():
        row = get_scoped(Recipient, by, lock=True, pk=recipient_id)
        mine = in_hand(by, clock.now()).filter(pk=row.pk)
        if not move_rows(mine, "ask_lead", clock=clock, reason="seat_asked_lead", params={"why": question}):
            raise Refused("seat_not_yours", order=row.order.platform_order_id)
        record(
            team_id=by.team_id, incident_id=row.incident_id, verb="seat.ask_lead", clock=clock, by=by,
            subject=f"recipient:{row.pk}", after={"order": row.order.platform_order_id}, why=question,
        )  # fmt: skip
        row.refresh_from_db()
    return row
