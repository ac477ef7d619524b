"""Reads for a person at a seat: what is in hand, what is free, what this person did today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, Min, Q, QuerySet

from seawall.kernel.clock import Clock
from seawall.outreach.commands.seats import languages_of
from seawall.outreach.models import Recipient
from seawall.outreach.policy import PRESS_GOOD_FOR
from seawall.outreach.seat_rows import awake, in_hand, may_be_worked
from seawall.tenancy.api import Actor, scoped

SOME = 3
"""Messages from which on a pace is spoken of (ours)."""

LEAST_SPAN = timedelta(minutes=2)
"""A pace is never told from a shorter time (ours)."""

SHOWN = 3
"""Finished messages the desk shows (ours)."""

OF_LATE = timedelta(hours=8)
"""What counts as this shift (ours)."""


@dataclass(frozen=True, kw_only=True)
class SeatDesk:
    """One person's seat."""

    rows: list[Recipient]
    """In hand, in order of sending."""
    free: int
    """Messages that this seat could take now, in its person's languages."""
    done: int
    """Messages this person let go or sent within `OF_LATE`."""
    an_hour: int
    """This person's pace of the last hour, from the first message in it on; 0 while there is none to speak of."""
    lately: list[Recipient]
    """The last few of them, newest first, with what became of them."""

    @property
    def minutes_left(self) -> int | None:
        """How long what is in hand takes at this pace; None while there is none to speak of."""
        return ceil(60 * len(self.rows) / self.an_hour) if self.an_hour else None


def seat_desk(actor: Actor, *, clock: Clock) -> SeatDesk:
    """The seat as it is now. Looking takes nothing."""
    actor.require("seat.work")
    now = clock.now()
    rows = in_hand(actor, now).select_related("order__shop", "lane", "incident", "roll_out__script_version")
    free = awake(may_be_worked(scoped(Recipient, actor), now), now).filter(
        Q(seat__isnull=True) | Q(seat_until__lte=now),
        Q(pressed_at__isnull=True) | Q(pressed_at__lte=now - PRESS_GOOD_FOR),
        copied_at__isnull=True,
    )
    if languages := languages_of(actor):
        free = free.filter(language__in=languages)
    # A rider is pressed with its message: one press, one message.
    done = scoped(Recipient, actor).filter(
        pressed_by_id=actor.membership_id, pressed_at__gt=now - OF_LATE, rides_with__isnull=True
    )
    return SeatDesk(
        rows=list(rows.order_by("incident_id", "wave", "rank")),
        free=free.count(),
        done=done.count(),
        an_hour=_pace(done, now),
        lately=list(done.select_related("order__shop").order_by("-pressed_at", "-pk")[:SHOWN]),
    )


def _pace(done: QuerySet[Recipient], now: datetime) -> int:
    """Messages an hour, over the time since the first one of the last hour."""
    found = done.filter(pressed_at__gt=now - timedelta(hours=1)).aggregate(n=Count("pk"), first=Min("pressed_at"))
    if found["n"] < SOME:
        return 0
    span = max(now - found["first"], LEAST_SPAN)
    pace: int = round(found["n"] * timedelta(hours=1) / span)
    return pace
