"""What the rulebook is told of orders: times that the last import and the chats hold, and nothing guessed.

Read for many orders at once: a number of queries that does not grow with them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from seawall.inbox.api import Message
from seawall.kernel.markets import Market, Platform
from seawall.orders.api import Order, Parcel, ProblemParcel
from seawall.rulebook.api import ClockKind, Event, OrderFacts, Trait, zone_in


def facts_of_orders(orders: Sequence[Order], now: datetime, *, traits: Collection[Trait] = ()) -> dict[int, OrderFacts]:
    """The facts of each order (by its key) as they stood at `now`. A state without a time starts no clock.

    Give orders with their shops selected. The last event of the carrier is not in an export; the delivery is taken for
    it, which is never later.
    """
    pks = [order.pk for order in orders]
    problems = _newest_problems(pks)
    carriers = dict(
        Parcel.objects.filter(order_id__in=pks).exclude(carrier="").order_by("-pk").values_list("order_id", "carrier")
    )
    chats = _chat_times(orders, now)
    known = frozenset(traits)
    return {
        order.pk: _facts(order, problems.get(order.pk), carriers.get(order.pk, ""), chats.get(order.pk, {}), known)
        for order in orders
    }


def _facts(
    order: Order, problem: ProblemParcel | None, carrier: str, chat: Mapping[Event, datetime], traits: frozenset[Trait]
) -> OrderFacts:
    market = Market(order.shop.market)
    times = {
        Event.ORDERED: order.ordered_at, Event.PAID: order.paid_at, Event.SHIPPED: order.shipped_at,
        Event.DELIVERED: order.delivered_at, Event.LAST_UPDATE: order.delivered_at,
        Event.CANCELLED: order.cancelled_at,
        Event.PROBLEM_REPORTED: problem.reported_at if problem else None,
        Event.ATTEMPT_FAILED: problem.reported_at if problem and problem.attempts else None,
        # Reached by the time it was last seen; when exactly, no export says.
        Event.COMPLETED: order.last_seen_at if order.status == "completed" else None,
        Event.RETURNED: order.last_seen_at if order.status == "returned" else None,
        **chat,
    }  # fmt: skip
    given = {ClockKind.SHIP_BY: order.ship_by, ClockKind.PROBLEM: problem.deadline_at if problem else None}
    return OrderFacts(
        ref=order.platform_order_id, platform=Platform(order.shop.platform), market=market,
        events={event: at for event, at in times.items() if at is not None},
        platform_deadlines={kind: at for kind, at in given.items() if at is not None},
        traits=traits, carrier=carrier,
        buyer_zone=zone_in(market, str(order.address.get("province", ""))),
    )  # fmt: skip


def _newest_problems(order_ids: Collection[int]) -> dict[int, ProblemParcel]:
    rows = ProblemParcel.objects.filter(order_id__in=order_ids).order_by("order_id", "-reported_at")
    return {row.order_id: row for row in rows.distinct("order_id") if row.order_id is not None}


def _chat_times(orders: Iterable[Order], now: datetime) -> dict[int, dict[Event, datetime]]:
    """The buyer's first message that nobody has answered; without one, the last that was, with its answer.

    Read from the chats in which messages about an order went out. Automatic replies answer nothing (SHP-CRR-01,
    LZD-CRR-02); neither does what the platform says itself.
    """
    shops = {order.pk: order.shop_id for order in orders}
    about = (
        Message.objects.filter(recipient__order_id__in=shops)
        .values_list("recipient__order_id", "conversation_id", "conversation__shop_id")
        .distinct()
        .order_by()
    )
    chats: dict[int, list[int]] = defaultdict(list)
    for order_id, chat, shop_id in about:
        if order_id is not None and shops[order_id] == shop_id:
            chats[chat].append(order_id)
    if not chats:
        return {}
    said = Message.objects.filter(
        conversation_id__in=chats, sent_at__lte=now, is_recalled=False, is_auto_reply=False,
        speaker__in=("buyer", "seller"),
    ).order_by("sent_at", "pk").values_list("conversation_id", "speaker", "sent_at")  # fmt: skip
    by_order: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for chat, speaker, at in said:
        for order_id in chats[chat]:
            by_order[order_id].append((speaker, at))
    return {order_id: _asked_and_answered(spoken) for order_id, spoken in by_order.items()}


def _asked_and_answered(spoken: Iterable[tuple[str, datetime]]) -> dict[Event, datetime]:
    asked: datetime | None = None
    last: dict[Event, datetime] = {}
    for speaker, at in spoken:
        if speaker == "buyer":
            asked = asked or at
        elif asked is not None:
            last, asked = {Event.BUYER_WROTE: asked, Event.ANSWERED: at}, None
    return {Event.BUYER_WROTE: asked} if asked else last
