"""What a person does with a buyer's answer: say what it wants, and let contact begin again."""

from django.db import transaction

from seawall.inbox.api import ContactStop, Label, Message, Source, keep_persons_reading
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.outreach.arrivals import one_at_a_time
from seawall.outreach.contact import stop_contact
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record


def correct_answer(message_id: int, label: str, *, by: Actor, clock: Clock, why: str = "") -> Message:
    """Say what a buyer's message wants. That holds against rules and model from now on, and stays with its author.

    A wish to be left alone ends contact at once; taking such a reading back lifts the stop that rests on it.
    Raises NotFound, InvalidInput(intent_unknown), Refused(intent_of_buyers_only).
    """
    by.require("inbox.correct")
    try:
        wanted = Label(label)
    except ValueError:
        raise InvalidInput("intent_unknown", intent=label, known=", ".join(each.value for each in Label)) from None
    with transaction.atomic():
        one_at_a_time()
        message = get_scoped(Message, by, lock=True, pk=message_id)
        if message.speaker != "buyer":
            raise Refused("intent_of_buyers_only")
        before, source = message.intent, message.intent_source
        if before == wanted.value and source == Source.PERSON.value:
            # Sent twice: said already.
            return message
        keep_persons_reading(message, wanted, by_user_id=by.user_id, why=why[:500], at=clock.now())
        row = message.recipient
        record(
            team_id=message.team_id, incident_id=row.incident_id if row else None, verb="answer.correct", clock=clock,
            by=by, subject=f"message:{message.pk}", before={"intent": before, "source": source},
            after={"intent": wanted.value}, why=why[:500],
        )  # fmt: skip
        if wanted is Label.OPT_OUT:
            ContactStop.objects.filter(message=message, lifted_at__isnull=True).update(needs_look=False)
            stop_contact(message, source=Source.PERSON, needs_look=False, by=by, clock=clock, reason=why[:500])
        else:
            for stop in ContactStop.objects.filter(message=message, lifted_at__isnull=True):
                _lift(stop, by=by, clock=clock, why=why[:500] or f"read as {wanted.value}")
    return message


def lift_stop(stop_id: int, *, by: Actor, clock: Clock, why: str) -> ContactStop:
    """Let a buyer be written to again, with a reason: later plans include them. What was left out stays left out.

    Raises NotFound, InvalidInput(lift_needs_reason), Refused(stop_lifted_already).
    """
    by.require("contact.lift")
    if not why.strip():
        raise InvalidInput("lift_needs_reason")
    with transaction.atomic():
        stop = get_scoped(ContactStop, by, lock=True, pk=stop_id)
        if stop.lifted_at is not None:
            raise Refused("stop_lifted_already")
        # Whoever said it three times has three stops; it is the buyer who may be written to again.
        for each in ContactStop.objects.filter(conversation_id=stop.conversation_id, lifted_at__isnull=True):
            _lift(each, by=by, clock=clock, why=why.strip()[:500])
        stop.refresh_from_db()
    return stop


def _lift(stop: ContactStop, *, by: Actor, clock: Clock, why: str) -> None:
    stop.lifted_at, stop.lifted_by_id, stop.lifted_why = clock.now(), by.user_id, why
    stop.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    row = stop.message.recipient
    record(
        team_id=stop.team_id, incident_id=row.incident_id if row else None, verb="contact.lift", clock=clock, by=by,
        subject=f"stop:{stop.pk}", after={"source": stop.source}, why=why,
    )  # fmt: skip
