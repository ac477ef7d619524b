"""Orders whose message did not simply arrive: what happened to each, for the people who settle them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from seawall.outreach.models import Attempt, Recipient
from seawall.outreach.states import RecipientState
from seawall.tenancy.api import Actor, scoped

TO_SETTLE = (RecipientState.UNKNOWN, RecipientState.NEEDS_PERSON)
"""What somebody has to decide, or the platform has to tell."""

NOT_DELIVERED = (
    *TO_SETTLE, RecipientState.REJECTED, RecipientState.BLOCKED, RecipientState.TOO_LATE, RecipientState.LEFT_OUT,
)  # fmt: skip
"""All outcomes that are no delivered message, the most urgent first."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the list is narrowed to. Empty means: all."""

    states: Collection[str] = ()
    reason: str = ""
    shop: str = ""
    order_number: str = ""


def not_delivered(actor: Actor, incident_id: int, wanted: Wanted) -> QuerySet[Recipient]:
    """Ledger rows of a storm without a delivered message, the newest change first."""
    states = [state for state in NOT_DELIVERED if not wanted.states or state.value in wanted.states]
    rows = scoped(Recipient, actor).filter(incident_id=incident_id, state__in=[state.value for state in states])
    if wanted.reason:
        rows = rows.filter(reason_code=wanted.reason)
    if wanted.shop:
        rows = rows.filter(order__shop__code=wanted.shop)
    if wanted.order_number:
        rows = rows.filter(order__platform_order_id__startswith=wanted.order_number)
    return rows.select_related("order__shop", "roll_out", "lane").order_by("-state_at", "pk")


def reasons_of(actor: Actor, incident_id: int) -> Counter[tuple[str, str]]:
    """How many rows without a delivered message stand in each (state, reason)."""
    rows = scoped(Recipient, actor).filter(incident_id=incident_id, state__in=[state.value for state in NOT_DELIVERED])
    found = rows.values_list("state", "reason_code").annotate(n=Count("pk")).order_by()
    return Counter({(state, reason): n for state, reason, n in found})


def last_tries(rows: Collection[Recipient]) -> dict[int, Attempt]:
    """The last try of each of these rows."""
    tries = Attempt.objects.filter(recipient__in=[row.pk for row in rows])
    return {each.recipient_id: each for each in tries.order_by("recipient_id", "-number").distinct("recipient_id")}
