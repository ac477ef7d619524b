"""The inbox as the desk reads it: conversations of storms, the next reply to be late first; the database filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from seawall.inbox.models import ContactStop, Conversation, Message, Note
from seawall.kernel.errors import NotFound
from seawall.tenancy.api import Actor, Membership, Role, may, scoped

WAITING_FIRST = (F("reply_by").asc(nulls_last=True), F("waits_since").asc(nulls_last=True), "-last_message_at", "pk")
"""The next reply to be late stands on top; whoever has been answered, below."""

MOST_SHOWN = 200
"""Messages of one conversation that are shown, the newest (ours)."""

SHOWS = ("waiting", "mine", "unassigned", "overdue", "person", "all")
"""What the list can be narrowed to; `waiting` is the usual."""


@dataclass(frozen=True, kw_only=True)
class InboxFilter:
    """What the list is narrowed to; empty: not."""

    show: str = "waiting"
    intent: str = ""
    language: str = ""
    incident: str = ""
    """Code of a storm."""
    order_number: str = ""
    """The beginning of one."""


def in_storms(actor: Actor) -> QuerySet[Conversation]:
    """Conversations in which a buyer wrote about a storm that is not closed."""
    rows: QuerySet[Conversation] = scoped(Conversation, actor)
    return rows.filter(incident__isnull=False).exclude(incident__state="closed")


def narrowed(actor: Actor, wanted: InboxFilter) -> QuerySet[Conversation]:
    """The same, by intent, language, storm and order number, whoever holds them."""
    rows = in_storms(actor)
    if wanted.intent:
        rows = rows.filter(asked_intent=wanted.intent)
    if wanted.language:
        rows = rows.filter(asked_language=wanted.language)
    if wanted.incident:
        rows = rows.filter(incident__code=wanted.incident)
    if wanted.order_number:
        rows = rows.filter(asked__recipient__order__platform_order_id__startswith=wanted.order_number)
    return rows


def listed(actor: Actor, wanted: InboxFilter, *, now: datetime) -> QuerySet[Conversation]:
    """The list, sorted; an unknown `show` lists nothing."""
    show = _shows(actor, now).get(wanted.show)
    rows = narrowed(actor, wanted)
    rows = rows.filter(show) if show is not None else rows.none()
    return rows.select_related(*_AROUND).order_by(*WAITING_FIRST)


_AROUND = ("shop", "holder__user", "incident", "asked__recipient__order")


def conversation_of(actor: Actor, pk: int) -> Conversation:
    """One conversation about a storm, with what stands around it. Raises NotFound alike for missing and foreign ones,
    and for the shop's talk about other things."""
    rows: QuerySet[Conversation] = scoped(Conversation, actor).filter(asked__recipient__isnull=False)
    around = (
        *_AROUND,
        "asked__recipient__order__shop",
        "asked__recipient__roll_out",
        "asked__recipient__case__order__shop",
    )
    rows = rows.select_related(*around).prefetch_related("asked__recipient__order__parcels")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", what=str(pk))
    return found


def counted(actor: Actor, wanted: InboxFilter, *, now: datetime) -> dict[str, int]:
    """How many conversations each `show` holds under the other filters. One query."""
    shows = _shows(actor, now)
    found: dict[str, int] = narrowed(actor, wanted).aggregate(
        **{name: Count("pk", filter=show) for name, show in shows.items()}
    )
    return found


def _shows(actor: Actor, now: datetime) -> dict[str, Q]:
    waits = Q(waits_since__isnull=False)
    return {
        "waiting": waits,
        "mine": Q(holder_id=actor.membership_id),
        "unassigned": waits & Q(holder__isnull=True),
        "overdue": waits & Q(reply_by__lt=now),
        "person": waits & Q(needs_person=True),
        "all": Q(pk__isnull=False),
    }


def held_by(actor: Actor) -> int:
    """How many conversations the actor holds, whatever the filters."""
    return scoped(Conversation, actor).filter(holder_id=actor.membership_id).count()


def said_in(actor: Actor, conversation: Conversation) -> list[Message]:
    """What was said, the last of it, oldest first, each with the ledger row it belongs to."""
    rows = scoped(Message, actor).filter(conversation=conversation).select_related("recipient")
    return list(rows.order_by("-sent_at", "-pk")[:MOST_SHOWN])[::-1]


def notes_of(actor: Actor, conversation: Conversation) -> list[Note]:
    """The team's own words about it, oldest first."""
    return list(scoped(Note, actor).filter(conversation=conversation).select_related("by").order_by("at", "pk"))


def stop_of(actor: Actor, conversation: Conversation) -> ContactStop | None:
    """The stop in force, if its buyer wants no more messages."""
    return scoped(ContactStop, actor).filter(conversation=conversation, lifted_at__isnull=True).first()


def colleagues(actor: Actor, language: str) -> Sequence[Membership]:
    """Members who may answer, those who speak the buyer's language first."""
    members = scoped(Membership, actor).filter(is_active=True).select_related("user").order_by("user__username")
    able = [each for each in members if may(Role(each.role), "inbox.answer")]
    return sorted(able, key=lambda each: language not in each.languages)
