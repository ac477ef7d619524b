"""What buyers' answers want, counted from the inbox: for gates, for the room, for the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from seawall.inbox.api import HARM, ContactStop, Conversation, Label, Message
from seawall.outreach.models import Recipient
from seawall.tenancy.api import Actor, scoped

_COMPLAINTS = sorted(label.value for label in HARM)


def answer_counts(roll_out_id: int, wave: int) -> Mapping[str, int]:
    """Buyers of a wave by the harm in their answers: `complaint` (angry, or threatening a bad review) and `opt_out`.

    A buyer who did both counts in both, and each but once; an answer counts in the wave of the message it answers.
    One query, by the index of such messages.
    """
    harmful = Message.objects.filter(
        recipient__roll_out_id=roll_out_id, recipient__wave=wave, speaker="buyer",
        intent__in=[*_COMPLAINTS, Label.OPT_OUT.value],
    )  # fmt: skip
    counted = harmful.aggregate(
        complaint=Count("conversation", distinct=True, filter=Q(intent__in=_COMPLAINTS)),
        opt_out=Count("conversation", distinct=True, filter=Q(intent=Label.OPT_OUT.value)),
    )
    return {"complaint": counted["complaint"], "opt_out": counted["opt_out"]}


def answers_of(actor: Actor, incident_id: int) -> QuerySet[Message]:
    """Buyers' messages that answer a storm."""
    return scoped(Message, actor).filter(recipient__incident_id=incident_id, speaker="buyer")


@dataclass(frozen=True, kw_only=True)
class AnswerSummary:
    """A storm's answers in numbers."""

    buyers: int
    """Conversations in which a buyer answered."""
    messages: int
    by_intent: Mapping[str, int]
    """Conversations by what was wanted in them, most frequent first. One that wanted two things counts in both."""
    stopped: int
    """Buyers of these conversations who wanted no more messages, and still do."""
    to_look_at: int
    """Of them those a person should look at, since the reading is not sure."""


def summary_of(actor: Actor, incident_id: int) -> AnswerSummary:
    """Counts of a storm's answers, by the readings that hold now."""
    found = answers_of(actor, incident_id)
    total = found.aggregate(buyers=Count("conversation", distinct=True), messages=Count("pk"))
    by_intent = found.values_list("intent").annotate(n=Count("conversation", distinct=True)).order_by("-n", "intent")
    stops = stops_of(actor, incident_id).aggregate(all=Count("pk"), unsure=Count("pk", filter=Q(needs_look=True)))
    return AnswerSummary(
        buyers=total["buyers"], messages=total["messages"], by_intent=dict(by_intent), stopped=stops["all"],
        to_look_at=stops["unsure"],
    )  # fmt: skip


def stops_of(actor: Actor, incident_id: int) -> QuerySet[ContactStop]:
    """Stops in force that rest on an answer to a storm."""
    return scoped(ContactStop, actor).filter(message__recipient__incident_id=incident_id, lifted_at__isnull=True)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A conversation of a storm: the buyer's last word, and how it stands."""

    conversation: Conversation
    last: Message
    """The buyer's newest message."""
    row: Recipient
    stop: ContactStop | None
    waits_since: datetime | None
    """The buyer's first message that no person of the shop has answered since; none: answered."""


def talks_of(actor: Actor, incident_id: int, *, intent: str = "", order_number: str = "") -> QuerySet[Message]:
    """The newest message of each buyer who answered a storm, those that came first on top: they wait longest."""
    rows = answers_of(actor, incident_id)
    newest = rows.order_by("conversation_id", "-sent_at", "-pk").distinct("conversation_id").values("pk")
    found = scoped(Message, actor).filter(pk__in=newest)
    if intent:
        found = found.filter(intent=intent)
    if order_number:
        found = found.filter(recipient__order__platform_order_id__startswith=order_number)
    return found.select_related("conversation__shop", "recipient__order").order_by("sent_at", "pk")


def talk_views(newest: list[Message]) -> list[Talk]:
    """These messages with what stands around them. The number of queries does not grow with them."""
    ids = [message.conversation_id for message in newest]
    stops = {
        stop.conversation_id: stop
        for stop in ContactStop.objects.filter(conversation__in=ids, lifted_at__isnull=True).order_by("pk")
    }
    # Automatic replies answer nobody, by every platform's count of response times (rules.md, chat response).
    spoke = (
        Message.objects.filter(conversation__in=ids, speaker="seller", is_auto_reply=False)
        .values_list("conversation_id")
        .annotate(at=Max("sent_at"))
    )
    answered_at = dict(spoke.order_by())
    waits: dict[int, datetime] = {}
    said = Message.objects.filter(conversation__in=ids, speaker="buyer", is_auto_reply=False, is_recalled=False)
    for conversation_id, at in said.order_by("sent_at").values_list("conversation_id", "sent_at"):
        last = answered_at.get(conversation_id)
        if last is None or at > last:
            waits.setdefault(conversation_id, at)
    return [
        Talk(
            conversation=message.conversation, last=message, row=message.recipient,
            stop=stops.get(message.conversation_id), waits_since=waits.get(message.conversation_id),
        )
        for message in newest
        if message.recipient is not None
    ]  # fmt: skip
