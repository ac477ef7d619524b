"""Moves of many ledger rows at once, each a conditional UPDATE by the recipient machine's own table."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from seawall.kernel.clock import Clock
from seawall.kernel.digest import sha256_text
from seawall.outreach.models import Recipient, RollOut
from seawall.outreach.policy import audience_digest, audience_entry
from seawall.outreach.states import RECIPIENT, RecipientState, RollOutState


def move_rows(
    rows: QuerySet[Recipient], event: str, *, clock: Clock, reason: str = "", params: Mapping[str, Any] | None = None
) -> int:
    """Move every row of the set that stands in a source state of `event`; the others stay. Returns how many messages
    moved. Orders that ride with another's message follow it by themselves (migration 0004) and are never moved alone.

    The event must lead to one state from all its sources.
    """
    if event in _NOT_SENT and (copied := _give_copied_to_person(rows, clock)):
        rows = rows.exclude(pk__in=copied)
    sources = RECIPIENT.sources(event)
    targets = {RECIPIENT.next_state(source, event) for source in sources}
    if len(targets) != 1:
        raise ValueError(f"{event!r} does not lead to one state")
    return rows.filter(rides_with__isnull=True, state__in=[s.value for s in sources]).update(
        state=targets.pop().value,
        reason_code=reason,
        reason_params=dict(params or {}),
        state_at=clock.now(),
        claimed_by=None,
    )


_NOT_SENT = frozenset({"leave_out", "too_late", "no_connection", "unreachable"})
"""Ends that say "was not sent": nobody may say that of a waiting row whose words a person took to Seller Center."""


def _give_copied_to_person(rows: QuerySet[Recipient], clock: Clock) -> list[int]:
    copied = rows.filter(state=RecipientState.WAITING.value, copied_at__isnull=False)
    pks = list(copied.values_list("pk", flat=True))
    if pks:
        move_rows(Recipient.objects.filter(pk__in=pks), "unsure", clock=clock, reason="manual_outcome_unsure")
    return pks


def standing_roll_out(incident_id: int, step: str) -> RollOut | None:
    """The roll-out of a storm's step that is in force: the one that is not void."""
    return RollOut.objects.filter(incident_id=incident_id, step=step).exclude(state=RollOutState.VOID).first()


def counts_of(roll_out: RollOut) -> dict[str, int]:
    """Recipients by state, counted now from the ledger; every state is present, so that sums can be checked."""
    counted = dict(Recipient.objects.filter(roll_out=roll_out).values_list("state").annotate(n=Count("pk")).order_by())
    return {state.value: counted.get(state.value, 0) for state in RecipientState}


@dataclass(frozen=True, kw_only=True)
class DoorCount:
    """So many orders of one shop and language by one door."""

    platform: str
    market: str
    shop: str
    language: str
    door: str
    """A kind of door, `unreachable`, or `unplanned` for rows that no reachability plan ever held."""
    orders: int


def doors_now(roll_out: RollOut) -> list[DoorCount]:
    """The orders of a roll-out by shop, language and the door their newest plan gave them, counted now."""
    counted: Counter[tuple[str, str, str, str, str]] = Counter()
    rows = Recipient.objects.filter(roll_out=roll_out).values_list(
        "order__shop__platform", "order__shop__market", "order__shop__code", "language", "door", "state"
    )
    for *place, door, state, n in rows.annotate(n=Count("pk")).order_by():
        without = "unreachable" if state in _WITHOUT_DOOR else "unplanned"
        counted[(*place, door or without)] += n
    return [
        DoorCount(platform=platform, market=market, shop=shop, language=language, door=door, orders=n)
        for (platform, market, shop, language, door), n in sorted(counted.items())
    ]


_WITHOUT_DOOR = (RecipientState.UNREACHABLE, RecipientState.NO_CONNECTION)


def audience_digest_now(roll_out: RollOut) -> str:
    """The audience digest of the rows as they stand in the table, to hold against the approved one.

    Rows contacted under an earlier plan are not part of it: nothing will be sent for them.
    """
    rows = (
        Recipient.objects.filter(roll_out=roll_out)
        .exclude(Q(lane__isnull=True) & (Q(attempts__gt=0) | Q(copied_at__isnull=False)))
        .values_list("order__shop_id", "order__platform_order_id", "text", "solo_text", "merged_sha256")
    )
    return audience_digest(
        audience_entry(shop, number, _approved_sha256(text, solo_text, merged_sha256), solo_text)
        for shop, number, text, solo_text, merged_sha256 in rows.iterator(chunk_size=5000)
    )


def _approved_sha256(text: str, solo_text: str, merged_sha256: str) -> str:
    """The digest that was approved for a row's first words: those it has, or those of its group that has parted since,
    when what it has now are the very words approved for it alone."""
    return merged_sha256 if solo_text and text == solo_text else sha256_text(text)
