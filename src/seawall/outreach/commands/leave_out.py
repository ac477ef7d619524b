"""Take single orders out of a roll-out, and settle rows that need a person."""

from collections.abc import Collection

from django.db import transaction

from seawall.inbox.api import Conversation, Message
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.outreach.arrivals import one_at_a_time
from seawall.outreach.contact import stopped_orders
from seawall.outreach.groups import alone, named_with, part_groups_of, part_off_withdrawn
from seawall.outreach.ledger import move_rows
from seawall.outreach.lost import look_again
from seawall.outreach.models import Recipient
from seawall.outreach.proof import apply_seen, same_words
from seawall.outreach.states import RecipientState, RollOutState
from seawall.tenancy.api import Actor, get_scoped
from seawall.timeline.api import record

_LEAVABLE = [
    state.value
    for state in (
        RecipientState.NEEDS_PERSON, RecipientState.WAITING, RecipientState.NO_CONNECTION, RecipientState.UNREACHABLE,
    )
]  # fmt: skip
_DOUBTFUL = (RecipientState.NEEDS_PERSON, RecipientState.UNKNOWN)
_LOOKED_UP_IN_VAIN = frozenset({"look_up_failed", "tried_too_often"})
"""Reasons a row is with a person for which the platform's record may still hold the answer."""
_GOES_ON = frozenset({
    RollOutState.SAMPLING, RollOutState.SAMPLE_SENT, RollOutState.APPROVED, RollOutState.RUNNING, RollOutState.PAUSED,
})  # fmt: skip


def leave_out_orders(
    incident_id: int, order_ids: Collection[int], *, by: Actor, clock: Clock, reason: str, why: str
) -> int:
    """Leave out orders that no longer concern the storm, if not sent yet. Returns how many rows moved.

    Where such an order stands in one message with others, that message parts first: the others go alone, in the words
    approved for each. A message that may have left is settled truthfully for all its orders.
    """
    rows = Recipient.objects.filter(team_id=by.team_id, incident_id=incident_id, order_id__in=order_ids)
    with transaction.atomic():
        part_groups_of(rows)
        return move_rows(alone(rows), "leave_out", clock=clock, reason=reason, params={"why": why})


def settle_by_person(recipient_id: int, event: str, *, by: Actor, clock: Clock, why: str) -> None:
    """A person decides on a row that nothing else could settle: `leave_out`, or `not_at_platform` to send again. The
    decision is on its message, and so on every order that this names.

    A person may not declare a row acknowledged: that word belongs to the platform's own record (see `told_as_sent`).
    Sending again is refused where it would not be lawful or never happen: the roll-out has ended, the deadline has
    passed, the order was withdrawn or has come to its end, the buyer wants no more messages.
    """
    by.require("outreach.settle")
    if event not in ("leave_out", "not_at_platform") or not why.strip():
        raise Refused("settle_needs_verb_and_reason")
    with transaction.atomic():
        row = _message_of(recipient_id, by)
        if event == "not_at_platform":
            _require_sendable(row, clock)
        states = _LEAVABLE if event == "leave_out" else [RecipientState.NEEDS_PERSON.value]
        moved = move_rows(
            Recipient.objects.filter(pk=row.pk, state__in=states), event, clock=clock, reason="settled_with_reason",
            params={"why": why.strip()[:500]},
        )  # fmt: skip
        if not moved:
            raise Refused("move_refused", machine="recipient", state=row.state, event=event)
        Recipient.objects.filter(pk=row.pk).update(told_message_id="")
        if event == "not_at_platform":
            # A person looked and says that it was never sent: the row is like one nobody has touched.
            Recipient.objects.filter(pk=row.pk).update(copied_at=None, seat=None, seat_until=None)
            part_off_withdrawn(row.pk, clock=clock)
        record(
            team_id=by.team_id, incident_id=row.incident_id, verb="outreach.settle", clock=clock, by=by,
            subject=f"recipient:{row.pk}", before={"state": row.state}, after={"event": event}, why=why,
        )  # fmt: skip


def _message_of(recipient_id: int, by: Actor) -> Recipient:
    """The row whose message names this one's order, locked: itself, or the one it rides with."""
    asked = get_scoped(Recipient, by, pk=recipient_id)
    return get_scoped(Recipient, by, lock=True, pk=asked.rides_with_id or asked.pk)


def _require_sendable(row: Recipient, clock: Clock) -> None:
    if row.state != RecipientState.NEEDS_PERSON:
        raise Refused("move_refused", machine="recipient", state=row.state, event="not_at_platform")
    if row.roll_out.state not in _GOES_ON or clock.now() >= row.roll_out.deadline_at or row.lane_id is None:
        raise Refused("settle_roll_out_over")
    named = list(named_with(row.pk).select_related("case"))
    if all(each.case.state != "open" for each in named):
        raise Refused("settle_order_withdrawn", order=row.order.platform_order_id)
    if all(each.case.state != "open" or each.resolved_as for each in named):
        raise Refused("settle_order_resolved", order=row.order.platform_order_id)
    if stopped_orders(row.team_id, [each.order_id for each in named], [row.order.shop_id]):
        raise Refused("settle_buyer_opted_out", order=row.order.platform_order_id)


def told_as_sent(recipient_id: int, *, message_id: str, by: Actor, clock: Clock, why: str) -> bool:
    """A person found the message at the platform and names its id there. The platform's own record settles the row.

    True when that record is kept already and the row is settled now; False when the conversation is to be read first:
    the row then stays as it is until the record shows that very message.
    Raises InvalidInput(settle_needs_message_id), Refused for a row that is in no doubt.
    """
    by.require("outreach.settle")
    told = message_id.strip()
    if not told or len(told) > 120:
        raise InvalidInput("settle_needs_message_id")
    if not why.strip():
        raise Refused("settle_needs_verb_and_reason")
    with transaction.atomic():
        one_at_a_time()
        row = _message_of(recipient_id, by)
        if RecipientState(row.state) not in _DOUBTFUL:
            raise Refused("move_refused", machine="recipient", state=row.state, event="acknowledged")
        taken = Recipient.objects.filter(
            order__shop_id=row.order.shop_id, platform_message_id=told, rides_with__isnull=True
        ).exclude(pk=row.pk)
        if taken.exists():
            raise Refused("settle_message_is_anothers", message=told)
        Recipient.objects.filter(pk=row.pk).update(told_message_id=told)
        record(
            team_id=by.team_id, incident_id=row.incident_id, verb="outreach.told_sent", clock=clock, by=by,
            subject=f"recipient:{row.pk}", before={"state": row.state}, after={"message_id": told}, why=why,
        )  # fmt: skip
        seen = Message.objects.filter(
            conversation__shop_id=row.order.shop_id, message_id=told, speaker="seller"
        ).select_related("conversation")
        kept = seen.first()
        if kept is not None:
            if not same_words(kept.text, row.text):
                raise Refused("settle_words_differ", message=told)
            apply_seen(kept, recipient_id=row.pk, clock=clock)
            return True
        # Only read: the look-ups of unknowns end in sending again, and somebody says that it was sent.
        _read_conversation(row, clock)
    return False


def look_now(recipient_id: int, *, by: Actor, clock: Clock) -> bool:
    """Have the platform asked about one row as soon as a worker is free; whether there is anything to ask for.

    Reads only: an unknown outcome is looked up, a conversation read, a proof looked for.
    """
    by.require("outreach.settle")
    with transaction.atomic():
        row = _message_of(recipient_id, by)
        is_asked = _look_again(row, clock)
        if is_asked:
            record(
                team_id=by.team_id, incident_id=row.incident_id, verb="outreach.look", clock=clock, by=by,
                subject=f"recipient:{row.pk}", after={"order": row.order.platform_order_id},
            )  # fmt: skip
    return is_asked


def _look_again(row: Recipient, clock: Clock) -> bool:
    now = clock.now()
    mine = Recipient.objects.filter(pk=row.pk)
    if row.state == RecipientState.UNKNOWN:
        mine.update(look_up_after=now)
        return True
    if row.state == RecipientState.ACKNOWLEDGED:
        mine.update(confirm_after=now)
        return True
    if row.state == RecipientState.NEEDS_PERSON and row.reason_code in _LOOKED_UP_IN_VAIN and not row.told_message_id:
        if row.lane_id is None:
            return False
        mine.update(looked_up=0, look_up_after=now, unknown_since=now)
        move_rows(mine, "look_again", clock=clock)
        return True
    return _read_conversation(row, clock)


def _read_conversation(row: Recipient, clock: Clock) -> bool:
    if not row.session_id:
        return False
    conversation, _ = Conversation.objects.get_or_create(
        shop_id=row.order.shop_id, session_id=row.session_id, defaults={"team_id": row.team_id}
    )
    look_again(conversation, at=clock.now())
    return True
