"""Moves of many ledger rows at once, each a conditional UPDATE by the recipient machine's own table."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from seawall.kernel.clock import Clock
from seawall.kernel.digest import sha256_text
from seawall.outreach.models import Recipient, RollOut
from seawall.outreach.policy import audience_digest
from seawall.outreach.states import RECIPIENT, RecipientState


def move_rows(
    rows: QuerySet[Recipient], event: str, *, clock: Clock, reason: str = "", params: Mapping[str, Any] | None = None
) -> int:
    """Move every row of the set that stands in a source state of `event`; the others stay. Returns how many moved.

    The event must lead to one state from all its sources.
    """
    if event in _NOT_SENT:
        _give_copied_to_person(rows, clock)
    sources = RECIPIENT.sources(event)
    targets = {RECIPIENT.next_state(source, event) for source in sources}
    if len(targets) != 1:
        raise ValueError(f"{event!r} does not lead to one state")
    return rows.filter(state__in=[s.value for s in sources]).update(
        state=targets.pop().value,
        reason_code=reason,
        reason_params=dict(params or {}),
        state_at=clock.now(),
        claimed_by=None,
    )


_NOT_SENT = frozenset({"leave_out", "too_late", "no_connection", "unreachable"})
"""Ends that say "was not sent": nobody may say that of a waiting row whose words a person took to Seller Center."""


def _give_copied_to_person(rows: QuerySet[Recipient], clock: Clock) -> None:
    copied = rows.filter(state=RecipientState.WAITING.value, copied_at__isnull=False)
    move_rows(copied, "unsure", clock=clock, reason="manual_outcome_unsure")


def counts_of(roll_out: RollOut) -> dict[str, int]:
    """Recipients by state, counted now from the ledger; every state is present, so that sums can be checked."""
    counted = dict(Recipient.objects.filter(roll_out=roll_out).values_list("state").annotate(n=Count("pk")).order_by())
    return {state.value: counted.get(state.value, 0) for state in RecipientState}


def audience_digest_now(roll_out: RollOut) -> str:
    """The audience digest of the rows as they stand in the table, to hold against the approved one.

    Rows contacted under an earlier plan are not part of it: nothing will be sent for them.
    """
    rows = (
        Recipient.objects.filter(roll_out=roll_out)
        .exclude(Q(lane__isnull=True) & (Q(attempts__gt=0) | Q(copied_at__isnull=False)))
        .values_list("order__shop_id", "order__platform_order_id", "text")
    )
    return audience_digest((shop, number, sha256_text(text)) for shop, number, text in rows.iterator(chunk_size=5000))
