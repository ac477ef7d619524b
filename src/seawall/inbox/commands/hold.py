"""Who answers which buyer: taken over, handed back, given to somebody; and what the team notes among itself.

Each change is one conditional UPDATE on who held it as the person saw it: two agents never hold the same conversation,
and whoever comes second is told who was first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from seawall.inbox.models import Conversation, Note
from seawall.inbox.queries import WAITING_FIRST, in_storms
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.tenancy.api import Actor, Membership, Role, get_scoped, may, scoped
from seawall.timeline.api import record

HELD_FOR = timedelta(minutes=30)
"""A holder who does nothing with a conversation for so long may be relieved by anybody (ours)."""

MOST_NOTE = 1000


@dataclass(frozen=True, kw_only=True)
class TakeNext:
    """Somebody asks for the buyer who must be answered first, in languages they speak.

    No language named: those of the person's membership, and any where that names none.
    """

    incident_id: int | None = None
    languages: Sequence[str] = ()
    holds: int | None = None
    """How many conversations the person held when the form was shown: who holds more by now has sent it already."""


def take(conversation_id: int, *, by: Actor, clock: Clock) -> Conversation:
    """Take a conversation over. Taking what one holds already is no change.

    Raises NotFound, Refused(conversation_held) while somebody else has it: a lead may give it to another (`assign`),
    and a silent holder loses it after `HELD_FOR`.
    """
    by.require("inbox.answer")
    now = clock.now()
    with transaction.atomic():
        conversation = get_scoped(Conversation, by, pk=conversation_id)
        if conversation.holder_id == by.membership_id:
            return conversation
        free = Q(holder__isnull=True) | Q(held_at__lte=now - HELD_FOR) | Q(holder__is_active=False)
        mine = _of_id(conversation_id).filter(pk__in=_of_id(conversation_id).filter(free).values("pk"))
        if not mine.filter(holder=conversation.holder_id).update(holder_id=by.membership_id, held_at=now):
            raise _held(conversation_id)
        _tell(conversation, verb="inbox.take", by=by, clock=clock)
        conversation.refresh_from_db()
    return conversation


def take_next(cmd: TakeNext, *, by: Actor, clock: Clock) -> Conversation | None:
    """Take over the free conversation whose reply is due first; None when there is none. Two who ask at once get
    different ones; one form sent twice takes one."""
    by.require("inbox.answer")
    noted = Membership.objects.filter(pk=by.membership_id).values_list("languages", flat=True).first()
    with transaction.atomic():
        get_scoped(Membership, by, lock=True, pk=by.membership_id)
        mine = scoped(Conversation, by).filter(holder_id=by.membership_id)
        if cmd.holds is not None and mine.count() > cmd.holds:
            return mine.order_by("-held_at", "-pk").first()
        free = in_storms(by).filter(waits_since__isnull=False, holder__isnull=True)
        if languages := list(cmd.languages or noted or []):
            free = free.filter(asked_language__in=languages)
        if cmd.incident_id is not None:
            free = free.filter(incident_id=cmd.incident_id)
        found = free.order_by(*WAITING_FIRST).select_for_update(of=("self",), skip_locked=True).first()
        if found is None:
            return None
        _of_id(found.pk).update(holder_id=by.membership_id, held_at=clock.now())
        _tell(found, verb="inbox.take", by=by, clock=clock)
        found.refresh_from_db()
    return found


def hand_back(conversation_id: int, *, by: Actor, clock: Clock) -> Conversation:
    """Let a conversation go to the others. A lead may free what another holds.

    Raises NotFound, Refused(conversation_held) for another's.
    """
    by.require("inbox.answer")
    with transaction.atomic():
        conversation = get_scoped(Conversation, by, pk=conversation_id)
        held = _of_id(conversation_id).filter(holder__isnull=False)
        if not may(by.role, "inbox.assign"):
            held = held.filter(holder_id=by.membership_id)
        if held.update(holder=None, held_at=None):
            _tell(conversation, verb="inbox.hand_back", by=by, clock=clock)
        elif _of_id(conversation_id).filter(holder__isnull=False).exists():
            raise _held(conversation_id)
        conversation.refresh_from_db()
    return conversation


def assign(conversation_id: int, member_id: int, *, seen_holder: int | None, by: Actor, clock: Clock) -> Conversation:
    """Give a conversation to a member who may answer, whoever holds it, if that is still who the lead saw.

    Raises NotFound, Refused: conversation_held when somebody else took it meanwhile, member_may_not_answer.
    """
    by.require("inbox.assign")
    with transaction.atomic():
        conversation = get_scoped(Conversation, by, pk=conversation_id)
        member = get_scoped(Membership, by, pk=member_id)
        if not member.is_active or not may(Role(member.role), "inbox.answer"):
            raise Refused("member_may_not_answer", name=str(member.user))
        if conversation.holder_id == member.pk:
            return conversation
        if not _of_id(conversation_id).filter(_holder_is(seen_holder)).update(holder=member, held_at=clock.now()):
            raise _held(conversation_id)
        _tell(conversation, verb="inbox.assign", by=by, clock=clock, name=str(member.user))
        conversation.refresh_from_db()
    return conversation


def note(conversation_id: int, text: str, *, by: Actor, clock: Clock) -> Note:
    """Keep an internal note; it is never sent. The same words by the same person within a minute are one note.

    Raises NotFound, InvalidInput: note_empty, note_too_long.
    """
    by.require("inbox.answer")
    words, now = text.strip(), clock.now()
    if not words:
        raise InvalidInput("note_empty")
    if len(words) > MOST_NOTE:
        raise InvalidInput("note_too_long", limit=MOST_NOTE)
    with transaction.atomic():
        conversation = get_scoped(Conversation, by, lock=True, pk=conversation_id)
        # A form that was sent twice.
        twice = scoped(Note, by).filter(conversation=conversation, by_id=by.user_id, text=words)
        if kept := twice.filter(at__gt=now - timedelta(minutes=1)).first():
            return kept
        _of_id(conversation_id).filter(holder_id=by.membership_id).update(held_at=now)
        return Note.objects.create(
            team_id=conversation.team_id, conversation=conversation, text=words, by_id=by.user_id, at=now
        )


def is_silent(conversation: Conversation, now: datetime) -> bool:
    """Whether its holder has done nothing with it for so long that anybody may take it over."""
    return conversation.held_at is not None and conversation.held_at <= now - HELD_FOR


def _of_id(conversation_id: int) -> QuerySet[Conversation]:
    return Conversation.objects.filter(pk=conversation_id)


def _holder_is(membership_id: int | None) -> Q:
    return Q(holder__isnull=True) if membership_id is None else Q(holder_id=membership_id)


def _held(conversation_id: int) -> Refused:
    holder = _of_id(conversation_id).select_related("holder__user").get().holder
    return Refused("conversation_held", name=str(holder.user)) if holder else Refused("conversation_changed")


def _tell(conversation: Conversation, *, verb: str, by: Actor, clock: Clock, **after: str) -> None:
    incident_id = _of_id(conversation.pk).values_list("incident_id", flat=True).first()
    before = Membership.objects.filter(pk=conversation.holder_id or 0).select_related("user").first()
    record(
        team_id=conversation.team_id, incident_id=incident_id, verb=verb, clock=clock, by=by,
        subject=f"conversation:{conversation.pk}", before={"holder": str(before.user) if before else ""}, after=after,
    )  # fmt: skip
