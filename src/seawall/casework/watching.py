"""Orders that resolve by themselves: what a look at an order means for everything that waits on it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from seawall.casework.ledger import move_cancellations
from seawall.casework.models import BuyerRequest, CancelAttempt, Cancellation, Watched
from seawall.casework.states import REQUEST
from seawall.connectors.standing import OrderStanding, Party, Standing
from seawall.kernel.clock import Clock
from seawall.outreach.api import Recipient, order_resolved
from seawall.timeline.api import move_all

LOOK_EVERY = timedelta(hours=6)
"""Between two looks at an order nothing pointed at (ours): pushes and the list of changed orders point at most."""


@dataclass(frozen=True, kw_only=True)
class CaseToWatch:
    """One order of a live storm."""

    team_id: int
    incident_id: int
    case_id: int
    order_id: int


def watch(cases: Iterable[CaseToWatch], *, clock: Clock) -> None:
    """Begin to watch orders; those watched already stay as they are."""
    first = clock.now() + LOOK_EVERY
    Watched.objects.bulk_create(
        (
            Watched(team_id=c.team_id, incident_id=c.incident_id, case_id=c.case_id, order_id=c.order_id, look_at=first)
            for c in cases
        ),
        batch_size=2000,
        ignore_conflicts=True,
    )


def look_soon(shop_id: int, order_numbers: Collection[str], *, clock: Clock) -> int:
    """Something points at these orders (a push, the list of changed ones): read them next. Returns how many."""
    rows = Watched.objects.filter(
        order__shop_id=shop_id, order__platform_order_id__in=order_numbers, look_at__gt=clock.now()
    )  # fmt: skip
    return rows.update(look_at=clock.now())


def stop_watching(incident_id: int) -> None:
    """The storm is closed: its orders are read no more."""
    Watched.objects.filter(incident_id=incident_id, look_at__isnull=False).update(look_at=None)


def note_standing(order_id: int, seen: OrderStanding, *, clock: Clock) -> None:
    """An order was read. Where it has come to its end, everything that waits on it is let go: a message that has not
    left is left out, a cancellation that was not called is not needed. A request that the order shows no more has gone.
    Safe to repeat."""
    if seen.standing not in (Standing.CANCEL_ASKED, Standing.UNKNOWN):
        open_requests = BuyerRequest.objects.filter(order_id=order_id, state__in=["waiting", "decided", "needs_person"])
        move_all(open_requests, REQUEST, "gone", state_at=clock.now())
    if not seen.standing.is_end:
        Watched.objects.filter(order_id=order_id, look_at__isnull=False).update(
            standing=seen.standing.value, looked_at=clock.now(), look_at=clock.now() + LOOK_EVERY
        )
        return
    with transaction.atomic():
        rows = Watched.objects.filter(order_id=order_id, look_at__isnull=False)
        rows.update(
            standing=seen.standing.value, resolved_by=seen.by.value, platform_words=seen.reason[:500],
            resolved_at=clock.now(), looked_at=clock.now(), look_at=None,
        )  # fmt: skip
        order_resolved(order_id, seen.standing.value, clock=clock)
        _let_go(order_id, seen, clock)


def spare_resolved(incident_id: int, *, clock: Clock) -> None:
    """Leave out messages that were planned while their order was coming to its end. Ask before a roll-out sends."""
    over = Watched.objects.filter(incident_id=incident_id, resolved_at__isnull=False)
    planned = Recipient.objects.filter(incident_id=incident_id, state="waiting", resolved_as="")
    for order_id, standing in list(
        over.filter(order_id__in=planned.values("order_id")).values_list("order_id", "standing")
    ):
        order_resolved(order_id, standing, clock=clock)


def _let_go(order_id: int, seen: OrderStanding, clock: Clock) -> None:
    waiting = Cancellation.objects.filter(
        order_id=order_id, state__in=["planned", "needs_person", "no_connection"]
    )  # fmt: skip
    called = CancelAttempt.objects.filter(cancellation__order_id=order_id, called_at__isnull=False)
    ours = called.exclude(outcome__in=["release", "proved_untouched"]).values("cancellation_id")
    if seen.standing is Standing.CANCELLED and seen.by not in (Party.BUYER, Party.PLATFORM):
        # A call of ours whose outcome went to a person, seen to be done after all.
        move_cancellations(waiting.filter(pk__in=ours, state="needs_person"), "cancelled", clock=clock)
    move_cancellations(
        waiting, "not_needed", clock=clock, reason="order_resolved",
        reason_params={"words": f"{seen.standing.value} {seen.by.value}"},
    )  # fmt: skip
