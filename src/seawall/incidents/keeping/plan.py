"""What a run would erase, counted now, with a digest: what is run is what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from seawall.evidence.api import DataKind, LegalHold, RetentionRule
from seawall.incidents.keeping.due import Storms, due, months_before
from seawall.kernel.clock import Clock
from seawall.kernel.digest import digest_of
from seawall.tenancy.api import Actor, scoped

LENGTH = 16
"""Letters of the digest that a person is shown and gives back (ours)."""


@dataclass(frozen=True, kw_only=True)
class KindPlan:
    """One kind of data: its rule and what of it is due. `months` None: the team keeps it without end."""

    kind: DataKind
    months: int | None
    reason: str = ""
    cut_off: datetime | None = None
    counts: Mapping[str, int]
    newest: Mapping[str, int]
    """The highest row number of each, so that another set of as many rows is another plan."""
    storms_kept: int = 0
    """Storms that keep their data because they are open or were closed too lately."""
    storms_held: int = 0

    @property
    def total(self) -> int:
        """How many things are due."""
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run now would erase."""

    kinds: tuple[KindPlan, ...]
    is_team_held: bool

    @property
    def total(self) -> int:
        """How many things are due in all."""
        return sum(each.total for each in self.kinds)

    @property
    def digest(self) -> str:
        """What a run asks for: changes with every rule, row and cut-off (a whole day)."""
        return digest_of(
            [
                [each.kind.value, each.months, each.cut_off.isoformat() if each.cut_off else "",
                 dict(each.counts), dict(each.newest)]
                for each in self.kinds
            ]
        )[:LENGTH]  # fmt: skip


def rules_of(team_id: int) -> dict[DataKind, RetentionRule]:
    """The team's rules in force."""
    rows = RetentionRule.objects.filter(team_id=team_id, withdrawn_at__isnull=True)
    return {DataKind(row.kind): row for row in rows}


def retention_plan(*, by: Actor, clock: Clock) -> Plan:
    """What a run now would erase, kind by kind. Changes nothing."""
    by.require("retention.read")
    return plan_of(by.team_id, clock.now())


def plan_of(team_id: int, now: datetime) -> Plan:
    """The plan of a team at an instant."""
    rules = rules_of(team_id)
    kinds = tuple(_kind(team_id, kind, rules.get(kind), now) for kind in DataKind)
    held = LegalHold.objects.filter(team_id=team_id, incident__isnull=True, released_at__isnull=True).exists()
    return Plan(kinds=kinds, is_team_held=held)


def _kind(team_id: int, kind: DataKind, rule: RetentionRule | None, now: datetime) -> KindPlan:
    if rule is None:
        return KindPlan(kind=kind, months=None, counts={}, newest={})
    storms = Storms.at(team_id, months_before(now, rule.months))
    rows = due(kind, storms)
    counts = {what: found.count() for what, found in rows.items()}
    return KindPlan(
        kind=kind,
        months=rule.months,
        reason=rule.reason,
        cut_off=storms.cut_off,
        counts=counts,
        newest={what: found.aggregate(top=Max("pk"))["top"] or 0 for what, found in rows.items() if counts[what]},
        storms_kept=storms.keeping.exclude(pk__in=storms.held.values("pk")).count(),
        storms_held=storms.held.count(),
    )


def holds_of(*, by: Actor) -> list[LegalHold]:
    """The team's holds in force, the oldest first."""
    by.require("retention.read")
    rows = scoped(LegalHold, by).filter(released_at__isnull=True)
    return list(rows.select_related("incident").order_by("placed_at", "pk"))
