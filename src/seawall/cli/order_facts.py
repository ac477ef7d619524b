"""What the rulebook is told of an order: times that the last import and the chat hold, and nothing guessed."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from seawall.kernel.markets import Market, Platform

if TYPE_CHECKING:
    from seawall.orders.api import Order
    from seawall.rulebook.api import Event, OrderFacts, Trait


def facts_of(order: "Order", traits: "Collection[Trait]", now: datetime) -> "OrderFacts":
    """The facts of an order as they stood at `now`. A state without a time starts no clock.

    The last event of the carrier is not in an export; the delivery is taken for it, which is never later.
    """
    from seawall.rulebook.api import ClockKind, Event, OrderFacts, zone_in

    market = Market(order.shop.market)
    problem = order.problems.order_by("-reported_at").first()
    times = {
        Event.ORDERED: order.ordered_at, Event.PAID: order.paid_at, Event.SHIPPED: order.shipped_at,
        Event.DELIVERED: order.delivered_at, Event.LAST_UPDATE: order.delivered_at,
        Event.CANCELLED: order.cancelled_at,
        Event.PROBLEM_REPORTED: problem.reported_at if problem else None,
        Event.ATTEMPT_FAILED: problem.reported_at if problem and problem.attempts else None,
        # Reached by the time it was last seen; when exactly, no export says.
        Event.COMPLETED: order.last_seen_at if order.status == "completed" else None,
        Event.RETURNED: order.last_seen_at if order.status == "returned" else None,
        **_chat_times(order, now),
    }  # fmt: skip
    given = {ClockKind.SHIP_BY: order.ship_by, ClockKind.PROBLEM: problem.deadline_at if problem else None}
    carrier = order.parcels.exclude(carrier="").first()
    return OrderFacts(
        ref=order.platform_order_id, platform=Platform(order.shop.platform), market=market,
        events={event: at for event, at in times.items() if at is not None},
        platform_deadlines={kind: at for kind, at in given.items() if at is not None},
        traits=frozenset(traits), carrier=carrier.carrier if carrier else "",
        buyer_zone=zone_in(market, str(order.address.get("province", ""))),
    )  # fmt: skip


def _chat_times(order: "Order", now: datetime) -> "dict[Event, datetime]":
    """The buyer's first message that nobody has answered; without one, the last that was, with its answer.

    Read from the chats in which messages about this order went out. Automatic replies answer nothing (SHP-CRR-01,
    LZD-CRR-02); neither does what the platform says itself.
    """
    from seawall.inbox.api import Conversation, Message
    from seawall.rulebook.api import Event

    chats = Conversation.objects.filter(shop=order.shop, messages__recipient__order=order)
    messages = Message.objects.filter(conversation__in=chats, sent_at__lte=now, is_recalled=False, is_auto_reply=False)
    said = messages.filter(speaker__in=("buyer", "seller")).order_by("sent_at", "pk").values_list("speaker", "sent_at")
    asked: datetime | None = None
    last: dict[Event, datetime] = {}
    for speaker, at in said:
        if speaker == "buyer":
            asked = asked or at
        elif asked is not None:
            last, asked = {Event.BUYER_WROTE: asked, Event.ANSWERED: at}, None
    return {Event.BUYER_WROTE: asked} if asked else last
