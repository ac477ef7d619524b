"""Who wants no more messages: contact ends at once, for every order of that buyer in that shop, now and in later plans.

A stop hangs on the conversation and on the buyer's account. Which waiting orders are the same buyer's is known by the
conversation, or by the buyer's name in the order export where that is an account name; what cannot be known before the
platform opens the conversation is known then, and looked at once more before a message leaves (sender.tasks).
"""

from collections import Counter
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet

from seawall.inbox.api import ContactStop, Message, Source
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform
from seawall.orders.api import Order
from seawall.outreach.groups import alone, part_groups_of
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Lane, Recipient
from seawall.outreach.states import SENDING, RecipientState
from seawall.tenancy.api import Actor
from seawall.timeline.api import record

REASON = "buyer_opted_out"

_ACCOUNT_NAMES = frozenset({Platform.SHOPEE, Platform.TIKTOK})
"""Where the export names the buyer's account. Lazada's and Tokopedia's name a person: two may share a name."""
_STOPPABLE = [RecipientState.WAITING.value, RecipientState.NO_CONNECTION.value, RecipientState.UNREACHABLE.value]


def stop_contact(
    message: Message, *, source: Source, needs_look: bool, by: Actor | None, clock: Clock, reason: str = ""
) -> ContactStop | None:
    """End contact with the buyer who wrote this, in the caller's transaction: rows that wait are left out, seats lose
    them. What is in flight is not called back, and stands in the ledger as what it becomes.

    None when this message stopped contact before: what a person lifted stays lifted. Only a person may stop it again.
    """
    before = ContactStop.objects.filter(message=message)
    if before.exists() and (source is not Source.PERSON or before.filter(lifted_at__isnull=True).exists()):
        return None
    conversation = message.conversation
    stop = ContactStop.objects.create(
        team_id=message.team_id, shop_id=conversation.shop_id, conversation=conversation, message=message,
        buyer_id=conversation.buyer_id, source=source.value, needs_look=needs_look, reason=reason,
        by_id=by.user_id if by else None, at=clock.now(),
    )  # fmt: skip
    rows = _with_mates(rows_of(stop).filter(state__in=_STOPPABLE))
    left_out = Counter(rows.values_list("incident_id", flat=True))
    free_and_leave_out(rows, clock=clock)
    if not left_out and message.recipient is not None:
        left_out[message.recipient.incident_id] = 0
    for incident_id, count in left_out.items():
        record(
            team_id=message.team_id, incident_id=incident_id, verb="contact.stop", clock=clock, by=by,
            subject=f"stop:{stop.pk}", after={"count": count, "source": source.value, "needs_look": needs_look},
            why=reason,
        )  # fmt: skip
    return stop


def free_and_leave_out(rows: QuerySet[Recipient], *, clock: Clock) -> int:
    """Take rows that have not been sent from their seats and leave them out, with the orders that would be told in the
    same message: they are one buyer's. Returns how many."""
    rows = _with_mates(rows)
    part_groups_of(rows)
    pks = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    # Words of a group that were taken to Seller Center may have been sent: it stays whole, and a person looks.
    taken = Recipient.objects.filter(pk__in=pks, state="waiting", has_riders=True, copied_at__isnull=False)
    move_rows(taken, "unsure", clock=clock, reason="manual_outcome_unsure")
    chosen = alone(Recipient.objects.filter(pk__in=pks, state__in=_STOPPABLE))
    chosen.update(seat=None, seat_until=None, pressed_by=None, pressed_at=None)
    return move_rows(chosen, "leave_out", clock=clock, reason=REASON)


def _with_mates(rows: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """These rows and those that share a message with them now; the set stays the same when the message parts."""
    carriers = {rides_with or pk for pk, rides_with in rows.values_list("pk", "rides_with_id")}
    together = Recipient.objects.filter(Q(pk__in=carriers) | Q(rides_with__in=carriers))
    return Recipient.objects.filter(pk__in=list(together.values_list("pk", flat=True)))


def rows_of(stop: ContactStop) -> QuerySet[Recipient]:
    """Ledger rows of that buyer in that shop, in any storm, whatever their state."""
    in_shop = Recipient.objects.filter(team_id=stop.team_id, order__shop_id=stop.shop_id)
    session_id = stop.conversation.session_id
    same = Q(session_id=session_id)
    for person in _people(stop):
        same |= Q(**{f"order__{name}": value for name, value in person.items()})
    return in_shop.filter(same)


def _people(stop: ContactStop) -> list[dict[str, str]]:
    """What the export says of the buyer of a stop, as far as it tells one buyer from another."""
    known = Order.objects.filter(
        pk__in=Recipient.objects.filter(order__shop_id=stop.shop_id, session_id=stop.conversation.session_id).values(
            "order_id"
        )
    ).exclude(buyer_handle="")
    people: list[dict[str, str]] = []
    for handle, phone, platform in known.values_list("buyer_handle", "phone", "shop__platform").distinct():
        if "*" in handle:
            continue
        if Platform(platform) in _ACCOUNT_NAMES:
            people.append({"buyer_handle": handle})
        elif phone:
            people.append({"buyer_handle": handle, "phone": phone})
    return people


def stopped_orders(team_id: int, order_ids: Collection[int], shop_ids: Collection[int]) -> frozenset[int]:
    """Which of these orders are a buyer's who wants no more messages: a plan leaves them out."""
    found: set[int] = set()
    stops = ContactStop.objects.filter(team_id=team_id, shop_id__in=shop_ids, lifted_at__isnull=True)
    for stop in stops.select_related("conversation"):
        in_shop = Order.objects.filter(shop_id=stop.shop_id)
        known = Recipient.objects.filter(
            order__shop_id=stop.shop_id, session_id=stop.conversation.session_id
        ).values_list("order_id", flat=True)
        found.update(known)
        for person in _people(stop):
            found.update(in_shop.filter(**person).values_list("pk", flat=True))
    return frozenset(found & set(order_ids))


def stopped_keys() -> frozenset[tuple[int, str]]:
    """(shop, conversation) and (shop, buyer's account) of everybody who wants no more messages, in shops that send now:
    what the worker looks at before each message."""
    shops = Lane.objects.filter(roll_out__state__in=[s.value for s in SENDING]).values("connection__shop_id")
    stops = ContactStop.objects.filter(lifted_at__isnull=True, shop_id__in=shops)
    found = stops.values_list("shop_id", "conversation__session_id", "conversation__buyer_id", "buyer_id")
    return frozenset((shop, key) for shop, *keys in found for key in keys if key)


def spare_waiting(*, clock: Clock) -> int:
    """Leave out rows that came back to waiting after their buyer's stop (given back, or found not sent). Returns how
    many."""
    keys = stopped_keys()
    sessions = {key for _, key in keys}
    if not sessions:
        return 0
    with transaction.atomic():
        rows = Recipient.objects.filter(session_id__in=sessions, state="waiting")
        found = rows.values_list("pk", "order__shop_id", "session_id")
        mine = [pk for pk, shop, session in found if (shop, session) in keys]
        return free_and_leave_out(Recipient.objects.filter(pk__in=mine), clock=clock) if mine else 0
