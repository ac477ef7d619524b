"""What a lane learns of a platform's speed: slower after "too fast", and slowly back to its own pace.

No platform publishes its chat speed, so the configured pace is a guess on the safe side; a refusal is better knowledge.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Greatest

from seawall.outreach.models import Lane
from seawall.outreach.policy import CLOCK_STEP, FASTER, FASTER_EVERY, SLOWER, SLOWEST

ONE_REFUSAL = timedelta(seconds=1)
"""Refusals within this span are one: what was in flight together was too fast together."""


def slow_down(lanes: Collection[int], *, at: datetime) -> None:
    """Note that the platform refused these lanes as too fast."""
    if lanes:
        Lane.objects.filter(pk__in=lanes).exclude(limited_at__gt=at - ONE_REFUSAL).update(
            sends_per_second=Greatest(F("sends_per_second") * SLOWER, SLOWEST),
            limited_at=at,
            limit_hits=F("limit_hits") + 1,
        )


def speed_up(*, now: datetime) -> None:
    """Let lanes that were not refused for a while gain pace again, never beyond their connection's own."""
    slowed = Lane.objects.filter(
        limited_at__lte=now - FASTER_EVERY, sends_per_second__lt=F("connection__sends_per_second")
    )
    for lane in slowed.select_related("connection"):
        pace = min(lane.sends_per_second * FASTER, lane.connection.sends_per_second)
        Lane.objects.filter(pk=lane.pk, limited_at=lane.limited_at).update(sends_per_second=pace, limited_at=now)


def heed_clock(*, now: datetime) -> None:
    """After the clock was set back, buckets fill again from the new time on: else a lane would stand still until the
    old time comes again. What they held stays; nothing is given for the hour that came twice."""
    Lane.objects.filter(refilled_at__gt=now + CLOCK_STEP).update(refilled_at=now)
