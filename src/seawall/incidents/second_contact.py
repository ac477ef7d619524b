"""Who gets a second message: whom the first did not reach, and who has not answered it. One reminder, never more.

Never: a buyer who answered or who wrote since, one who wants no more messages, one whose order has come to its end, one
whose conversation already holds as many unanswered messages of ours as the platform allows.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from seawall.connectors.registry import limits_of
from seawall.inbox.api import Conversation
from seawall.incidents.models import Incident
from seawall.incidents.states import CaseState
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform
from seawall.outreach.api import SENT, STEP_FIRST_CONTACT, PlannedMessage, Recipient, stopped_orders

UNANSWERED_FOR = timedelta(hours=24)
"""How long a buyer is given to see and answer the first message (ours)."""

NOT_REACHED = ("blocked", "rejected", "too_late", "no_connection", "unreachable")
"""Ledger states of a first message that its buyer never got."""
NOT_ANSWERED = ("acknowledged", "confirmed", "read")


def audience(incident: Incident, unanswered_for: timedelta, *, clock: Clock) -> dict[int, frozenset[str]]:
    """Case -> modes that were refused for this buyer and must not be tried again."""
    first = Recipient.objects.filter(incident=incident, step=STEP_FIRST_CONTACT, case__state=CaseState.OPEN)
    reached = Q(state__in=NOT_ANSWERED, sent_at__lte=clock.now() - unanswered_for)
    rows = _who_may(first.filter(Q(state__in=NOT_REACHED) | reached), incident)
    found: dict[int, frozenset[str]] = {}
    for row in rows.select_related("lane").iterator(chunk_size=2000):
        is_refused = row.state == "rejected" and row.lane is not None
        found[row.case_id] = frozenset({row.lane.mode}) if is_refused and row.lane else frozenset()
    return found


def _who_may(rows: QuerySet[Recipient], incident: Incident) -> QuerySet[Recipient]:
    """Without buyers who wrote or who want no more messages, and without orders that are over."""
    wrote = Conversation.objects.filter(
        shop_id=OuterRef("order__shop_id"), session_id=OuterRef("session_id"), last_buyer_message_at__isnull=False,
        last_buyer_message_at__gte=OuterRef("sent_at"),
    )  # fmt: skip
    over = incident.watched.filter(order_id=OuterRef("order_id"), resolved_at__isnull=False)
    cancelled = incident.cases.filter(pk=OuterRef("case_id"), cancellations__state__in=["cancelled", "accepted"])
    rows = rows.exclude(~Q(session_id="") & Exists(wrote)).exclude(Exists(over)).exclude(Exists(cancelled))
    places = list(rows.values_list("order_id", "order__shop_id"))
    stopped = stopped_orders(incident.team_id, {order for order, _ in places}, {shop for _, shop in places})
    return rows.exclude(order_id__in=stopped)


def with_room(incident: Incident, messages: Sequence[PlannedMessage]) -> list[PlannedMessage]:
    """Without those whose conversation holds as many unanswered messages of ours as its platform allows. One message
    that names several orders is one; most exposed first."""
    rows = Recipient.objects.filter(incident=incident, step=STEP_FIRST_CONTACT).exclude(session_id="")
    talks = {
        order: _Talk(Platform(platform), shop, session)
        for order, platform, shop, session in rows.values_list(
            "order_id", "order__shop__platform", "order__shop_id", "session_id"
        )
    }
    room = _Room(incident)
    may: dict[frozenset[int], bool] = {}
    for message in sorted(messages, key=lambda each: each.exposure):
        named = _named(message)
        if named not in may:
            may[named] = room.take({talks[order] for order in named if order in talks})
    return [message for message in messages if may[_named(message)]]


def _named(message: PlannedMessage) -> frozenset[int]:
    return message.together or frozenset({message.order_id})


class _Talk(NamedTuple):
    """A conversation with a buyer."""

    platform: Platform
    shop_id: int
    session_id: str


class _Room:
    """How many more messages each conversation takes before its buyer has answered."""

    def __init__(self, incident: Incident) -> None:
        sent = Recipient.objects.filter(incident=incident, state__in=[s.value for s in SENT], rides_with=None)
        sent = sent.exclude(session_id="")
        self._ours: Counter[tuple[int, str]] = Counter(sent.values_list("order__shop_id", "session_id"))
        self._most: Mapping[Platform, int | None] = {
            platform: limit.value if (limit := limits_of(platform).get("unanswered_max")) else None
            for platform in Platform
        }

    def take(self, talks: Collection[_Talk]) -> bool:
        """Whether one more may go, which is then counted. A buyer is asked about in one conversation, as a rule."""
        for talk in talks:
            most = self._most[talk.platform]
            if most is not None and self._ours[talk.shop_id, talk.session_id] >= most:
                return False
        self._ours.update((talk.shop_id, talk.session_id) for talk in talks)
        return True
