"""State machines of what follows the message. Pure; what is not in a table is refused."""

from enum import StrEnum

from seawall.kernel.machine import Machine


class CancellingState(StrEnum):
    """Where a storm's list of cancellations stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    VOID = "void"


class CancellationState(StrEnum):
    """What became of one order's cancellation. Every order of a list has exactly one of these."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    """The platform took it; its own record does not say "cancelled" yet."""
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    KEPT = "kept"
    """The platform lets the seller cancel it no more (shipped, delivered): the order stays as it is."""
    NOT_NEEDED = "not_needed"
    """It came to its end without us."""
    NEEDS_PERSON = "needs_person"
    NO_CONNECTION = "no_connection"
    LEFT_OUT = "left_out"


class RequestState(StrEnum):
    """Where a buyer's request to cancel stands."""

    WAITING = "waiting"
    DECIDED = "decided"
    CLAIMED = "claimed"
    UNKNOWN = "unknown"
    ANSWERED = "answered"
    GONE = "gone"
    """It waits no more at the platform, and not by our answer: withdrawn, run out, or answered elsewhere."""
    NEEDS_PERSON = "needs_person"


_L = CancellingState
_C = CancellationState
_Q = RequestState

CANCELLING = Machine[CancellingState](
    name="cancelling",
    moves={
        (_L.PLANNED, "approve"): _L.APPROVED,
        (_L.APPROVED, "start"): _L.RUNNING,
        (_L.RUNNING, "pause"): _L.PAUSED,
        (_L.RUNNING, "too_many_refusals"): _L.PAUSED,
        (_L.RUNNING, "restricted"): _L.PAUSED,
        (_L.PAUSED, "resume"): _L.RUNNING,
        (_L.RUNNING, "finish"): _L.DONE,
        (_L.PAUSED, "finish"): _L.DONE,
        (_L.APPROVED, "stop"): _L.STOPPED,
        (_L.RUNNING, "stop"): _L.STOPPED,
        (_L.PAUSED, "stop"): _L.STOPPED,
        (_L.PLANNED, "void"): _L.VOID,
        (_L.APPROVED, "void"): _L.VOID,
    },
    terminal=frozenset({_L.DONE, _L.STOPPED, _L.VOID}),
)

CANCELLATION = Machine[CancellationState](
    name="cancellation",
    moves={
        (_C.PLANNED, "claim"): _C.CLAIMED,
        (_C.CLAIMED, "release"): _C.PLANNED,
        (_C.CLAIMED, "accepted"): _C.ACCEPTED,
        (_C.CLAIMED, "cancelled"): _C.CANCELLED,
        (_C.CLAIMED, "refused"): _C.REFUSED,
        (_C.CLAIMED, "kept"): _C.KEPT,
        (_C.CLAIMED, "not_needed"): _C.NOT_NEEDED,
        (_C.CLAIMED, "lost_sight"): _C.UNKNOWN,
        (_C.CLAIMED, "give_to_person"): _C.NEEDS_PERSON,
        (_C.ACCEPTED, "cancelled"): _C.CANCELLED,
        (_C.ACCEPTED, "give_to_person"): _C.NEEDS_PERSON,
        (_C.ACCEPTED, "not_needed"): _C.NOT_NEEDED,
        (_C.UNKNOWN, "cancelled"): _C.CANCELLED,
        (_C.UNKNOWN, "accepted"): _C.ACCEPTED,
        (_C.UNKNOWN, "not_needed"): _C.NOT_NEEDED,
        (_C.UNKNOWN, "kept"): _C.KEPT,
        # Only where the order's own record proves that nothing has touched it since before the call.
        (_C.UNKNOWN, "proved_untouched"): _C.PLANNED,
        (_C.UNKNOWN, "give_to_person"): _C.NEEDS_PERSON,
        (_C.PLANNED, "not_needed"): _C.NOT_NEEDED,
        (_C.PLANNED, "leave_out"): _C.LEFT_OUT,
        (_C.NO_CONNECTION, "not_needed"): _C.NOT_NEEDED,
        (_C.NO_CONNECTION, "leave_out"): _C.LEFT_OUT,
        (_C.NEEDS_PERSON, "leave_out"): _C.LEFT_OUT,
        (_C.NEEDS_PERSON, "not_needed"): _C.NOT_NEEDED,
        (_C.NEEDS_PERSON, "cancelled"): _C.CANCELLED,
    },
    terminal=frozenset({_C.CANCELLED, _C.REFUSED, _C.KEPT, _C.NOT_NEEDED, _C.LEFT_OUT}),
)

REQUEST = Machine[RequestState](
    name="buyer_request",
    moves={
        (_Q.WAITING, "decide"): _Q.DECIDED,
        (_Q.DECIDED, "claim"): _Q.CLAIMED,
        (_Q.CLAIMED, "release"): _Q.DECIDED,
        (_Q.CLAIMED, "answered"): _Q.ANSWERED,
        (_Q.CLAIMED, "lost_sight"): _Q.UNKNOWN,
        (_Q.CLAIMED, "give_to_person"): _Q.NEEDS_PERSON,
        (_Q.CLAIMED, "gone"): _Q.GONE,
        (_Q.UNKNOWN, "answered"): _Q.ANSWERED,
        (_Q.UNKNOWN, "gone"): _Q.GONE,
        (_Q.UNKNOWN, "still_waits"): _Q.DECIDED,
        (_Q.UNKNOWN, "give_to_person"): _Q.NEEDS_PERSON,
        (_Q.WAITING, "gone"): _Q.GONE,
        (_Q.DECIDED, "gone"): _Q.GONE,
        (_Q.NEEDS_PERSON, "decide"): _Q.DECIDED,
        (_Q.NEEDS_PERSON, "gone"): _Q.GONE,
    },
    terminal=frozenset({_Q.ANSWERED, _Q.GONE}),
)

OPEN = frozenset({_C.PLANNED, _C.CLAIMED, _C.ACCEPTED, _C.UNKNOWN})
"""Not settled yet: a list with one of these is not done."""

NEEDS_SOMEBODY = OPEN | {_C.NEEDS_PERSON, _C.NO_CONNECTION}
"""What keeps a storm from being closed."""

REQUEST_OPEN = frozenset({_Q.WAITING, _Q.DECIDED, _Q.CLAIMED, _Q.UNKNOWN, _Q.NEEDS_PERSON})
"""Requests that still have to be answered, or whose answer is not certain."""

LIVE = frozenset({_L.PLANNED, _L.APPROVED, _L.RUNNING, _L.PAUSED})
"""Lists that stand; a storm has at most one."""
