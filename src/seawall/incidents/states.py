"""The SOP as a pure state machine. What is not in the table is refused."""

from enum import StrEnum

from seawall.kernel.machine import Machine


class IncidentState(StrEnum):
    """Where a storm stands."""

    OPENED = "opened"
    FACTS_ATTESTED = "facts_attested"
    SCRIPT_READY = "script_ready"
    PLANNED = "planned"
    SAMPLE_SENT = "sample_sent"
    APPROVED = "approved"
    ROLLING_OUT = "rolling_out"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"


class CaseState(StrEnum):
    """Where one order of a storm stands."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


_S = IncidentState

INCIDENT = Machine[IncidentState](
    name="incident",
    moves={
        (_S.OPENED, "attest_facts"): _S.FACTS_ATTESTED,
        (_S.FACTS_ATTESTED, "submit_script"): _S.SCRIPT_READY,
        (_S.SCRIPT_READY, "submit_script"): _S.SCRIPT_READY,
        (_S.SCRIPT_READY, "plan"): _S.PLANNED,
        (_S.PLANNED, "plan"): _S.PLANNED,
        (_S.PLANNED, "send_sample"): _S.SAMPLE_SENT,
        (_S.SAMPLE_SENT, "approve"): _S.APPROVED,
        (_S.SAMPLE_SENT, "send_back"): _S.SCRIPT_READY,
        (_S.APPROVED, "start"): _S.ROLLING_OUT,
        (_S.ROLLING_OUT, "finish_roll_out"): _S.FOLLOW_UP,
        (_S.ROLLING_OUT, "stop_roll_out"): _S.FOLLOW_UP,
        (_S.FOLLOW_UP, "close"): _S.CLOSED,
        # An edit of facts or words before the roll-out throws the storm back and voids what was approved.
        **{
            (state, "revise_facts"): _S.OPENED
            for state in (_S.FACTS_ATTESTED, _S.SCRIPT_READY, _S.PLANNED, _S.SAMPLE_SENT, _S.APPROVED)
        },
        (_S.OPENED, "revise_facts"): _S.OPENED,
        **{(state, "revise_script"): _S.FACTS_ATTESTED for state in (_S.PLANNED, _S.SAMPLE_SENT, _S.APPROVED)},
    },
    terminal=frozenset({_S.CLOSED}),
)

CASE = Machine[CaseState](
    name="case",
    moves={
        (CaseState.OPEN, "withdraw"): CaseState.WITHDRAWN,
        (CaseState.OPEN, "close"): CaseState.CLOSED,
        (CaseState.WITHDRAWN, "reopen"): CaseState.OPEN,
    },
    terminal=frozenset({CaseState.CLOSED}),
)

SOP_STEPS: tuple[tuple[str, frozenset[IncidentState]], ...] = (
    ("facts", frozenset({_S.OPENED})),
    ("script", frozenset({_S.FACTS_ATTESTED})),
    ("risk", frozenset({_S.SCRIPT_READY})),
    ("sample", frozenset({_S.PLANNED})),
    ("approval", frozenset({_S.SAMPLE_SENT})),
    ("roll_out", frozenset({_S.APPROVED, _S.ROLLING_OUT})),
    ("follow_up", frozenset({_S.FOLLOW_UP})),
    ("evidence", frozenset({_S.CLOSED})),
)
"""The eight steps on the screen and the states in which each is the present one."""
