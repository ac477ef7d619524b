"""From the plan to the ledger: which state a row of the plan stands in, and the bulk writes of doors and ranks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from seawall.kernel.reasons import Reason
from seawall.outreach.models import Lane
from seawall.outreach.reach import REFUSED_BEFORE, Door, DoorKind, ReachRow
from seawall.outreach.states import RecipientState

COMES_BACK = frozenset({"door_connection_stopped"})
"""A lane that stands still for now keeps its rows waiting: they would be forgotten elsewhere."""

UNTIL_A_PERSON_LOOKS = COMES_BACK | {"door_left_to_people", "door_needs_consent"}
"""So does a lane whose connection was given another mode, until a person plans anew."""

WRITE_DOORS = """
UPDATE outreach_recipient p
   SET door = d.door, door_until = d.until, next_doors = d.following, rank = d.rank
  FROM unnest(%(ids)s::bigint[], %(doors)s::text[], %(untils)s::timestamptz[], %(following)s::jsonb[],
              %(ranks)s::int[]) AS d(id, door, until, following, rank)
 WHERE p.id = d.id AND p.state IN ('waiting', 'no_connection', 'unreachable')
"""
"""Rows that were claimed in between are left as they are: their message is on its way."""

_RIDERS = """
UPDATE outreach_recipient p
   SET door = c.door, door_until = c.door_until, next_doors = c.next_doors
  FROM outreach_recipient c
 WHERE c.id = ANY(%(ids)s) AND c.has_riders AND p.rides_with_id = c.id
"""
"""Orders that ride along have their message's doors."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a row of the plan stands in the ledger."""

    state: RecipientState
    reason_code: str = ""
    reason_params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Doors:
    """What the ledger keeps of a row's doors."""

    door: str
    until: datetime | None
    following: list[list[str | None]]


def doors_kept(row: ReachRow) -> Doors:
    """The chosen door with its last instant, and the ones after it."""
    return Doors(
        door=row.door.kind.value if row.door else "",
        until=row.door.closes_at if row.door else None,
        following=[[each.kind.value, each.closes_at.isoformat() if each.closes_at else None] for each in row.others],
    )


def standing_of(row: ReachRow, lane: Lane | None, *, comes_back: Collection[str] = COMES_BACK) -> Standing:
    """Waiting in the lane, if the lane's own door is open or closed only for now (`comes_back`); else settled, with the
    reason.

    A buyer who can be written to by hand alone, and whose shop has no lane (a training storm, where a person would
    reach a real buyer), stands as `no_connection`; whoever can be phoned at most stands as `unreachable`, with `call`
    for a door.
    """
    own = _door_of(row, lane.mode) if lane else None
    if own is not None and (own.is_open or _code(own.why_closed) in comes_back):
        return Standing(state=RecipientState.WAITING)
    if row.door is None:
        why = row.unreachable or Reason("door_no_window")
        return Standing(state=RecipientState.UNREACHABLE, reason_code=why.code, reason_params=dict(why.params))
    if row.door.kind is DoorKind.CALL:
        return Standing(state=RecipientState.UNREACHABLE, reason_code="only_by_call")
    if own is not None and _code(own.why_closed) == REFUSED_BEFORE:
        # The mode is kept with the reason: a later plan must not open the same door again.
        refused = {"mode": own.kind.value}
        return Standing(state=RecipientState.NO_CONNECTION, reason_code=REFUSED_BEFORE, reason_params=refused)
    return Standing(state=RecipientState.NO_CONNECTION, reason_code="no_sending_connection")


def window_is_over(row: ReachRow, lane: Lane) -> bool:
    """Whether the platform's window for this buyer is closed for good, whatever the connection does."""
    own = _door_of(row, lane.mode)
    return own is not None and _code(own.why_closed) in ("door_window_closed", "door_no_window")


def write_doors(ids: Sequence[int], doors: Sequence[Doors], ranks: Sequence[int]) -> None:
    """Store doors and ranks of rows that nothing has been sent for."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE_DOORS,
            {
                "ids": list(ids), "doors": [each.door for each in doors], "untils": [each.until for each in doors],
                "following": [Jsonb(each.following) for each in doors], "ranks": list(ranks),
            },
        )  # fmt: skip
        cursor.execute(_RIDERS, {"ids": list(ids)})


def _door_of(row: ReachRow, kind: str) -> Door | None:
    return next(
        (door for door in (*([row.door] if row.door else []), *row.others, *row.closed) if door.kind.value == kind),
        None,
    )


def _code(why: Reason | None) -> str:
    return why.code if why else ""
