"""When buyers wrote: the wave of answers, hour by hour."""

from datetime import datetime, timedelta

from django.db.models import Count, F, IntegerField
from django.db.models.functions import Cast, Extract, Floor

from seawall.inbox.models import Message
from seawall.tenancy.api import Actor, scoped


def buyers_messages_by_hour(actor: Actor, *, start: datetime, hours: int) -> list[int]:
    """How many messages buyers wrote in each of so many hours from `start`, by the platforms' clock."""
    actor.require("inbox.read")
    rows = scoped(Message, actor).filter(
        speaker="buyer", sent_at__gte=start, sent_at__lt=start + timedelta(hours=hours), is_recalled=False
    )
    hour = Cast(Floor(Extract(F("sent_at") - start, "epoch") / 3600), IntegerField())
    found = dict(rows.annotate(hour=hour).values_list("hour").annotate(n=Count("pk")).order_by())
    return [found.get(number, 0) for number in range(hours)]
