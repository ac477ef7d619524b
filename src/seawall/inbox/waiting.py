"""Who waits for a reply, since when, and until when the platform lets the shop take.

Kept on the conversation so that a list of any length is sorted and cut by the database. Worked out anew from the
messages whenever one comes, so that no order of arrival matters.
"""

from datetime import datetime
from typing import Any

from seawall.inbox.intents import Label
from seawall.inbox.models import Conversation, Message
from seawall.kernel.markets import Market, Platform
from seawall.rulebook.api import Clock, ClockKind, Event, OrderFacts, clocks_of, rules_of_team

SURE = 0.8
"""From this score on a reading stands without a second look (ours; docs/explain/reply-intents.md has the shares)."""

HARM = frozenset({Label.ANGRY_COMPLAINT, Label.THREATENS_BAD_REVIEW})
"""Complaints, as gates count them."""

_PERSON = frozenset(label.value for label in HARM | {Label.GIVES_NEW_ADDRESS, Label.GIVES_NEW_PHONE, Label.OTHER})
"""No prepared words answer these: a person has to think."""


def what_is_asked(asked: Message | None) -> dict[str, Any]:
    """What a conversation says of its buyer's newest message."""
    row = asked.recipient if asked else None
    is_unsure = asked is not None and asked.intent_source != "person" and (asked.intent_score or 0) < SURE
    return {
        "asked": asked,
        "incident_id": row.incident_id if row else None,
        "asked_intent": asked.intent if asked else "",
        "asked_language": row.language if row else "",
        "needs_person": asked is not None and (is_unsure or asked.intent in _PERSON),
    }


def refresh_asked(message: Message) -> None:
    """A reading of a message changed: its conversation says so too, if it is the newest."""
    changes = what_is_asked(message)
    Conversation.objects.filter(pk=message.conversation_id, asked=message).update(**changes)


def refresh_waiting(conversation_id: int) -> None:
    """Say anew what the buyer last asked, whether they wait, and until when. Call in the transaction that kept the
    message."""
    conversation = Conversation.objects.select_for_update(of=("self",)).select_related("shop").get(pk=conversation_id)
    said = Message.objects.filter(conversation_id=conversation_id, is_recalled=False, is_auto_reply=False)
    asked = said.filter(speaker="buyer").select_related("recipient").order_by("-sent_at", "-pk").first()
    # Automatic replies answer nobody, by every platform's count of response times (rules.md, chat response).
    answered = said.filter(speaker="seller").order_by("-sent_at").values_list("sent_at", flat=True).first()
    open_words = said.filter(speaker="buyer").order_by("sent_at")
    if answered is not None:
        open_words = open_words.filter(sent_at__gt=answered)
    waits_since = open_words.values_list("sent_at", flat=True).first()
    changes = what_is_asked(asked)
    if waits_since != conversation.waits_since or (waits_since is not None and conversation.reply_by is None):
        clock = _reply_clock(conversation, waits_since)
        changes |= {
            "waits_since": waits_since,
            "reply_by": clock.breach_at if clock else None,
            "reply_rule": clock.rule_id if clock else "",
            "reply_must_check": clock.must_check if clock else False,
        }
    Conversation.objects.filter(pk=conversation_id).update(**changes)


def _reply_clock(conversation: Conversation, waits_since: datetime | None) -> Clock | None:
    """The strictest response clock of the shop's platform and market, or the team's own figure."""
    if waits_since is None:
        return None
    shop = conversation.shop
    facts = OrderFacts(
        ref=str(conversation.pk), platform=Platform(shop.platform), market=Market(shop.market),
        events={Event.BUYER_WROTE: waits_since},
    )  # fmt: skip
    rules = rules_of_team(conversation.team_id, day=waits_since.date(), shop_id=shop.pk)
    return next((each for each in clocks_of(facts, rules, waits_since) if each.kind is ClockKind.CHAT), None)
