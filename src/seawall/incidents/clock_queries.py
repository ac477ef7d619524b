"""Reads of the clocks for the screens: counted now, grouped by storm and kind."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from seawall.incidents.models import Case, CaseClock
from seawall.incidents.states import CaseState
from seawall.rulebook.api import Certainty
from seawall.tenancy.api import Actor, scoped

TODAY = timedelta(hours=24)
"""What counts as due today: within so long from now, wherever the reader sits (ours)."""


@dataclass(frozen=True, kw_only=True)
class ClockGroup:
    """All watched clocks of one kind in one storm."""

    incident_id: int
    kind: str
    running: int
    """Not ended, not void, not yet due."""
    today: int
    """Of these, due within TODAY."""
    breached: int
    next_at: datetime | None
    """The nearest deadline that is still ahead."""
    weakest: Certainty
    """The least sure authority among them."""
    must_check: bool

    @property
    def code(self) -> str:
        """Where its name stands among the sentences."""
        return f"rules_clock_{self.kind}"


def clock_groups(actor: Actor, incident_ids: Collection[int], now: datetime) -> list[ClockGroup]:
    """The groups of several storms, the nearest deadline first, those with nothing ahead last."""
    ahead = Q(due_at__gte=now)
    rows = (
        scoped(CaseClock, actor)
        .filter(incident_id__in=incident_ids, ended_at__isnull=True, void_at__isnull=True, case__state=CaseState.OPEN)
        .values("incident_id", "kind", "certainty")
        .annotate(
            running=Count("pk", filter=ahead),
            today=Count("pk", filter=ahead & Q(due_at__lte=now + TODAY)),
            breached=Count("pk", filter=~ahead),
            next_at=Min("due_at", filter=ahead),
            to_check=Count("pk", filter=Q(must_check=True)),
        )
        .order_by()
    )
    found: dict[tuple[int, str], ClockGroup] = {}
    for row in rows:
        key = (row["incident_id"], row["kind"])
        certainty = Certainty(row["certainty"])
        old = found.get(key)
        nexts = [each for each in (row["next_at"], old.next_at if old else None) if each is not None]
        found[key] = ClockGroup(
            incident_id=key[0],
            kind=key[1],
            running=row["running"] + (old.running if old else 0),
            today=row["today"] + (old.today if old else 0),
            breached=row["breached"] + (old.breached if old else 0),
            next_at=min(nexts, default=None),
            weakest=max(certainty, old.weakest, key=lambda each: each.rank) if old else certainty,
            must_check=bool(row["to_check"]) or (old.must_check if old else False),
        )
    return sorted(found.values(), key=lambda each: (each.next_at is None, each.next_at or now, each.kind))


def clocks_of_case(actor: Actor, case: Case) -> list[CaseClock]:
    """The clocks of one order, the next to be due first, those that are over last."""
    rows = scoped(CaseClock, actor).filter(case=case, void_at__isnull=True)
    return sorted(rows, key=lambda each: (each.ended_at is not None, each.due_at, each.kind))


def unlooked(actor: Actor, incident_id: int) -> int:
    """Orders of a storm whose clocks no worker has worked out yet."""
    return scoped(Case, actor).filter(incident_id=incident_id, state=CaseState.OPEN, clocks_at__isnull=True).count()
