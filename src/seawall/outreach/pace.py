"""What a shop learns of its platform: slower after "too fast", slowly back to its own pace, and waits it was told.

No platform publishes its chat speed, so the configured pace is a guess on the safe side; a refusal is better knowledge.
What is learned stays with the connection, beyond the roll-out that learned it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from seawall.outreach.models import Pace, Quota
from seawall.outreach.policy import CLOCK_STEP, DAY_USED_UP, FASTER, FASTER_EVERY, SLOWER, SLOWEST

ONE_REFUSAL = timedelta(seconds=1)
"""Refusals within this span are one: what was in flight together was too fast together."""


def slow_down(connections: Collection[int], *, at: datetime) -> None:
    """Note that the platform refused these connections as too fast."""
    if connections:
        Pace.objects.filter(connection_id__in=connections).exclude(limited_at__gt=at - ONE_REFUSAL).update(
            sends_per_second=Greatest(F("sends_per_second") * SLOWER, SLOWEST),
            limited_at=at,
            limit_hits=F("limit_hits") + 1,
        )


def speed_up(*, now: datetime) -> None:
    """Let shops that were not refused for a while gain pace again, never beyond their connection's own."""
    slowed = Pace.objects.filter(limited_at__lte=now - FASTER_EVERY)
    for pace in slowed.select_related("connection"):
        own = pace.connection.sends_per_second
        faster = min(pace.sends_per_second * FASTER, own)
        # At its own pace again it has forgotten: from there on it follows what the team sets.
        Pace.objects.filter(pk=pace.pk, limited_at=pace.limited_at).update(
            sends_per_second=faster, limited_at=None if faster >= own else now
        )


def heed_clock(*, now: datetime) -> None:
    """After the clock was set back, buckets fill again from the new time on, and shops are looked at by it: else they
    would stand still until the old time comes again. What buckets held stays; nothing is given for the hour that came
    twice. A shop that a claim holds is left to it."""
    ahead = Pace.objects.filter(refilled_at__gt=now + CLOCK_STEP)
    with transaction.atomic():
        found = list(ahead.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))
        if found:
            paces = Pace.objects.filter(pk__in=found)
            paces.update(refilled_at=now, ready_at=now, asleep_until=None)
            paces.filter(limits_at__gt=now).update(limits_at=now)


def wait(until: Mapping[int, datetime], *, now: datetime) -> None:
    """The platform told these connections to wait: nothing leaves before that, in any roll-out. A long wait is the
    day's quota, and holds for every shop that shares it."""
    for connection_id in sorted(until):
        at = until[connection_id]
        mine = Pace.objects.filter(connection_id=connection_id)
        mine.update(ready_at=Greatest(Coalesce(F("ready_at"), at), at))
        if at - now > DAY_USED_UP:
            quota = Quota.objects.filter(paces__connection_id=connection_id)
            quota.exclude(blocked_until__gt=at).update(blocked_until=at)
        else:
            mine.exclude(blocked_until__gt=at).update(blocked_until=at)


def give_back(unsent: Mapping[int, int], *, now: datetime) -> None:
    """Messages that were let go and certainly never left do not count against the day."""
    for connection_id in sorted(unsent):
        quota = Quota.objects.select_for_update().filter(paces__connection_id=connection_id).first()
        if quota is not None:
            spent, left = dict(quota.spent), unsent[connection_id]
            for hour in sorted(spent, reverse=True):
                taken = min(left, spent[hour])
                spent[hour] -= taken
                left -= taken
            Quota.objects.filter(pk=quota.pk).update(spent=spent)
