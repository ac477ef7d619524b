"""State machines of outreach: the roll-out and the recipient. Pure; what is not in a table is refused."""

from enum import StrEnum

from seawall.kernel.machine import Machine


class RollOutState(StrEnum):
    """Where a roll-out stands."""

    PLANNED = "planned"
    SAMPLING = "sampling"
    SAMPLE_SENT = "sample_sent"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    VOID = "void"


class RecipientState(StrEnum):
    """What happened to one buyer's message. Every order of a plan has exactly one of these."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT_BY_HAND = "sent_by_hand"
    """A person sent it in Seller Center and attached the screenshot; the platform's own record is not (yet) there."""
    UNKNOWN = "unknown"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    READ = "read"
    ANSWERED = "answered"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    NEEDS_PERSON = "needs_person"
    NO_CONNECTION = "no_connection"
    UNREACHABLE = "unreachable"
    """The platform lets nobody write to this buyer (any more), whatever the connection; the reason says why."""
    TOO_LATE = "too_late"
    LEFT_OUT = "left_out"


_R = RollOutState
_P = RecipientState

SENDING = frozenset({_R.SAMPLING, _R.RUNNING})
"""States in which the worker may claim."""

ROLL_OUT = Machine[RollOutState](
    name="roll_out",
    moves={
        (_R.PLANNED, "send_sample"): _R.SAMPLING,
        (_R.SAMPLING, "sample_out"): _R.SAMPLE_SENT,
        (_R.SAMPLING, "sample_failed"): _R.PLANNED,
        (_R.SAMPLE_SENT, "approve"): _R.APPROVED,
        (_R.APPROVED, "start"): _R.RUNNING,
        (_R.RUNNING, "pause"): _R.PAUSED,
        (_R.RUNNING, "too_many_failures"): _R.PAUSED,
        (_R.RUNNING, "restricted"): _R.PAUSED,
        (_R.PAUSED, "resume"): _R.RUNNING,
        (_R.RUNNING, "finish"): _R.DONE,
        (_R.PAUSED, "finish"): _R.DONE,
        (_R.RUNNING, "stop"): _R.STOPPED,
        (_R.PAUSED, "stop"): _R.STOPPED,
        # Any edit of facts, words or audience before the start voids the plan and what was approved of it.
        (_R.PLANNED, "void"): _R.VOID,
        (_R.SAMPLE_SENT, "void"): _R.VOID,
        (_R.APPROVED, "void"): _R.VOID,
    },
    terminal=frozenset({_R.DONE, _R.STOPPED, _R.VOID}),
)

RECIPIENT = Machine[RecipientState](
    name="recipient",
    moves={
        (_P.WAITING, "claim"): _P.CLAIMED,
        (_P.CLAIMED, "release"): _P.WAITING,
        (_P.CLAIMED, "acknowledged"): _P.ACKNOWLEDGED,
        (_P.CLAIMED, "rejected"): _P.REJECTED,
        (_P.CLAIMED, "lost_sight"): _P.UNKNOWN,
        (_P.CLAIMED, "give_to_person"): _P.NEEDS_PERSON,
        # At the last look before the send its buyer turned out to want no more messages: nothing left.
        (_P.CLAIMED, "opted_out"): _P.LEFT_OUT,
        (_P.UNKNOWN, "acknowledged"): _P.ACKNOWLEDGED,
        (_P.UNKNOWN, "not_at_platform"): _P.WAITING,
        (_P.UNKNOWN, "give_to_person"): _P.NEEDS_PERSON,
        (_P.NEEDS_PERSON, "acknowledged"): _P.ACKNOWLEDGED,
        # A person has the platform asked once more; what is not there by the rules for unknowns may go again.
        (_P.NEEDS_PERSON, "look_again"): _P.UNKNOWN,
        # A row given back after looking in vain, whose message the platform pushes after all: it must not go again.
        (_P.WAITING, "acknowledged"): _P.ACKNOWLEDGED,
        (_P.NEEDS_PERSON, "not_at_platform"): _P.WAITING,
        # Manual lanes: only a screenshot makes a row sent by hand; only the platform's own record raises it further.
        (_P.WAITING, "sent_by_hand"): _P.SENT_BY_HAND,
        (_P.NEEDS_PERSON, "sent_by_hand"): _P.SENT_BY_HAND,
        (_P.SENT_BY_HAND, "acknowledged"): _P.ACKNOWLEDGED,
        # A seat that took the words to Seller Center and fell silent may have sent them: never back to the others.
        (_P.WAITING, "unsure"): _P.NEEDS_PERSON,
        (_P.WAITING, "cannot_reach"): _P.NEEDS_PERSON,
        (_P.WAITING, "ask_lead"): _P.NEEDS_PERSON,
        (_P.NEEDS_PERSON, "leave_out"): _P.LEFT_OUT,
        (_P.WAITING, "leave_out"): _P.LEFT_OUT,
        (_P.WAITING, "too_late"): _P.TOO_LATE,
        (_P.WAITING, "no_connection"): _P.NO_CONNECTION,
        (_P.WAITING, "unreachable"): _P.UNREACHABLE,
        # A door opened before the seller approved: a shop was connected, the buyer wrote.
        (_P.NO_CONNECTION, "door_opened"): _P.WAITING,
        (_P.UNREACHABLE, "door_opened"): _P.WAITING,
        (_P.NO_CONNECTION, "leave_out"): _P.LEFT_OUT,
        (_P.UNREACHABLE, "leave_out"): _P.LEFT_OUT,
        # Proof may only rise, and only by the platform's own record; a filter or a recall takes all of it away.
        (_P.ACKNOWLEDGED, "confirmed"): _P.CONFIRMED,
        (_P.ACKNOWLEDGED, "blocked"): _P.BLOCKED,
        (_P.CONFIRMED, "blocked"): _P.BLOCKED,
        (_P.READ, "blocked"): _P.BLOCKED,
        (_P.ANSWERED, "blocked"): _P.BLOCKED,
        (_P.CONFIRMED, "read"): _P.READ,
        (_P.CONFIRMED, "answered"): _P.ANSWERED,
        (_P.READ, "answered"): _P.ANSWERED,
    },
    terminal=frozenset({_P.BLOCKED, _P.REJECTED, _P.TOO_LATE, _P.LEFT_OUT}),
)

RIDERS = (
    "An order that is told in another order's message moves only with that order, by a trigger of the table and in the"
    " same statement: both always stand in the same state."
)
"""How the machine moves rows that ride with another's message (migration 0004); it stands in the reference."""

OPEN = frozenset({_P.WAITING, _P.CLAIMED, _P.UNKNOWN})
"""Not settled yet: a roll-out with one of these is not done."""

DELIVERED = frozenset({_P.SENT_BY_HAND, _P.ACKNOWLEDGED, _P.CONFIRMED, _P.READ, _P.ANSWERED})
"""The platform took the message and did not filter it, or a person sent it in Seller Center and shows it."""

SENT = DELIVERED | {_P.BLOCKED}
"""The platform gave it an id, or a person sent it: never to be sent again."""

FAILED = frozenset({_P.REJECTED, _P.BLOCKED, _P.NEEDS_PERSON})
"""What counts against a wave at its gate."""
