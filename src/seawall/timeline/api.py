"""Write the timeline, and apply moves of state machines with it: one conditional UPDATE, one row of history."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.db import models

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.machine import Machine
from seawall.tenancy.api import Actor, Role, scoped
from seawall.timeline.audit import SYSTEM, AuditFilter, audit_log, chunks_of, page_of
from seawall.timeline.models import Entry, Mention

S = TypeVar("S", bound=StrEnum)

__all__ = [
    "COMMENT", "SYSTEM", "SYSTEM_ACTOR_NAME", "AuditFilter", "Entry", "Mention", "audit_log", "chunks_of",
    "entries_of", "move", "move_all", "page_of", "record",
]  # fmt: skip

COMMENT = "timeline.comment"
"""The verb of a comment: the desk's own talk about a storm, which neither a seller nor a pack shows."""

SYSTEM_ACTOR_NAME = "Seawall"
"""Name under which the system's own acts (automatic pause, gates) stand on the timeline."""


def entries_of(actor: Actor, incident_id: int) -> models.QuerySet[Entry]:
    """All entries of a storm, the newest first. A seller does not see what the desk says to itself."""
    rows = scoped(Entry, actor).filter(incident_id=incident_id).order_by("-at", "-pk")
    return rows.exclude(verb=COMMENT) if actor.role is Role.SELLER_APPROVER else rows


def record(
    *,
    team_id: int,
    incident_id: int | None,
    verb: str,
    clock: Clock,
    by: Actor | None,
    subject: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    why: str = "",
    on_behalf_of: str = "",
) -> Entry:
    """Append one entry. `by=None` is the system itself."""
    return Entry.objects.create(
        team_id=team_id,
        incident_id=incident_id,
        at=clock.now(),
        verb=verb,
        user_id=by.user_id if by else None,
        actor_name=by.name if by else SYSTEM_ACTOR_NAME,
        actor_role=by.role.value if by else "system",
        on_behalf_of=on_behalf_of,
        is_simulated=by.is_simulated if by else False,
        subject=subject,
        before=dict(before or {}),
        after=dict(after or {}),
        why=why,
    )


def move(
    row: models.Model,
    machine: Machine[S],
    event: str,
    *,
    verb: str,
    clock: Clock,
    by: Actor | None,
    why: str = "",
    after: Mapping[str, Any] | None = None,
    on_behalf_of: str = "",
    **changes: Any,
) -> S:
    """Move `row.state` by `event`, with further column `changes`, and write it down.

    Nothing else assigns `.state`. Raises Refused(move_refused) when the table has no such move, Refused(stale_view)
    when somebody else moved the row since it was read. The row needs `team_id`, and `incident_id` unless it is the
    incident itself.
    """
    state_type = type(next(iter(machine.moves.values())))
    old = state_type(row.state)  # type: ignore[attr-defined]  # every model with a machine has `state`
    new = machine.next_state(old, event)
    changed = type(row)._default_manager.filter(pk=row.pk, state=old.value).update(state=new.value, **changes)
    if changed != 1:
        raise Refused("stale_view", machine=machine.name, state=old.value)
    row.state = new.value  # type: ignore[attr-defined]  # seawall: move
    for name, value in changes.items():
        setattr(row, name, value)
    is_incident = machine.name == "incident"
    record(
        team_id=row.team_id,  # type: ignore[attr-defined]  # said above to be needed
        incident_id=row.pk if is_incident else row.incident_id,  # type: ignore[attr-defined]  # likewise
        verb=verb,
        clock=clock,
        by=by,
        subject=f"{machine.name}:{row.pk}",
        before={"state": old.value},
        after={"state": new.value, **(after or {})},
        why=why,
        on_behalf_of=on_behalf_of,
    )
    return new


def move_all(rows: models.QuerySet[Any], machine: Machine[S], event: str, **changes: Any) -> int:
    """Move every row of a set that stands in a source state of `event`, with further column `changes`; the others
    stay. Returns how many moved. Writes no history: whoever moves many says once what was done.

    The event must lead to one state from all its sources.
    """
    sources = machine.sources(event)
    targets = {machine.next_state(source, event) for source in sources}
    if len(targets) != 1:
        raise ValueError(f"{event!r} of {machine.name} does not lead to one state")
    moved: int = rows.filter(state__in=[s.value for s in sources]).update(state=targets.pop().value, **changes)
    return moved
