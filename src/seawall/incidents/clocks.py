"""Clocks of the cases of all storms: looked at again when something changed, and told when a mark is reached.

Called by workers, by several at once: cases and clocks are taken with SKIP LOCKED, and a mark is set by one conditional
UPDATE, so that each is told exactly once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from seawall.incidents import clock_sql
from seawall.incidents.models import Case, CaseClock
from seawall.incidents.order_facts import facts_of_orders
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Market
from seawall.rulebook.api import RulesOn, clocks_of, rules_of_team
from seawall.timeline.api import record

BATCH = 2000
"""Cases looked at, or marks told, in one transaction (ours)."""
LOOK_AGAIN = timedelta(hours=6)
"""A case is looked at again after this even when nothing is known to have changed: rules begin and end (ours)."""
NAMED = 10
"""How many order numbers a timeline entry about many clocks names (ours)."""


def tend_clocks(*, clock: Clock, size: int = BATCH) -> bool:
    """Look at cases that need it; when none is left, tell marks that were reached. True when there was work."""
    if refresh_due(clock=clock, size=size):
        return True
    # A deadline that was met in a file that has just been read must not be told as missed: hence the order.
    return strike(clock=clock, size=size) > 0


def refresh_due(*, clock: Clock, size: int = BATCH) -> int:
    """Work out the clocks of up to `size` cases that are new or changed. Returns how many cases."""
    with transaction.atomic():
        now = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(clock_sql.DUE, {"now": now, "stale": now - LOOK_AGAIN, "size": size})
            due = cursor.fetchall()
        taken = [pk for pk, _ in due]
        if not taken:
            return 0
        cases = list(Case.objects.filter(pk__in=taken).select_related("order__shop").order_by("pk"))
        # All read before the copy begins: a session that copies cannot ask anything.
        _store(list(_rows(cases, now)), taken, now=now, clock=clock)
        with connection.cursor() as cursor:
            cursor.execute(clock_sql.LOOKED, {"now": now, "cases": taken, "seen": [seen for _, seen in due]})
    return len(taken)


def _rows(cases: Iterable[Case], now: datetime) -> Iterable[tuple[Any, ...]]:
    listed = list(cases)
    facts = facts_of_orders([case.order for case in listed], now)
    rules: dict[tuple[int, int, date], RulesOn] = {}
    for case in listed:
        shop = case.order.shop
        key = (case.team_id, shop.pk, now.astimezone(Market(shop.market).zone).date())
        if key not in rules:
            rules[key] = rules_of_team(key[0], day=key[2], shop_id=key[1])
        for each in clocks_of(facts[case.order_id], rules[key], now):
            yield (
                case.team_id, case.incident_id, case.pk, each.kind.value, each.authority.value, each.certainty.value,
                each.must_check, each.rule_id, each.started_at, each.warn_at, each.breach_at, each.ended_at,
            )  # fmt: skip


def _store(rows: Iterable[tuple[Any, ...]], cases: list[int], *, now: datetime, clock: Clock) -> None:
    with connection.cursor() as cursor:
        cursor.execute(clock_sql.STAGE)
        with cursor.copy(clock_sql.COPY) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(clock_sql.MOVED)
        moved = cursor.fetchall()
        cursor.execute(clock_sql.STORE)
        cursor.execute(clock_sql.VOID_GONE, {"now": now, "cases": cases})
        cursor.execute(clock_sql.UNSTAGE)
    for team_id, incident_id, kind, count, first in moved:
        record(
            team_id=team_id, incident_id=incident_id, verb="clock.moved", clock=clock, by=None,
            subject=f"clock:{kind}", after={"clock": kind, "count": count, "first": first.isoformat()},
        )  # fmt: skip


@dataclass(frozen=True)
class _Struck:
    due_at: datetime
    rule_id: str
    certainty: str
    must_check: bool
    order: str


def strike(*, clock: Clock, size: int = BATCH) -> int:
    """Tell marks that were reached: one timeline entry for each storm and kind of clock, with the count. Returns how
    many marks. Both marks of a clock that passed both unseen are told."""
    with transaction.atomic():
        near = _take(clock_sql.WARN, now=clock.now(), size=size)
        for (team_id, incident_id, kind), struck in near.items():
            record(
                team_id=team_id, incident_id=incident_id, verb="clock.warned", clock=clock, by=None,
                subject=f"clock:{kind}", after=_summary(kind, struck),
            )  # fmt: skip
    with transaction.atomic():
        passed = _take(clock_sql.BREACH, now=clock.now(), size=size)
        for (team_id, incident_id, kind), struck in passed.items():
            record(
                team_id=team_id, incident_id=incident_id, verb="clock.breached", clock=clock, by=None,
                subject=f"clock:{kind}", after=_summary(kind, struck),
            )  # fmt: skip
    return sum(len(struck) for found in (near, passed) for struck in found.values())


def _take(statement: str, *, now: datetime, size: int) -> dict[tuple[int, int, str], list[_Struck]]:
    """Set a mark on the clocks that reached it; gives them by team, storm and kind."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": now, "size": size})
        rows = cursor.fetchall()
    found: dict[tuple[int, int, str], list[_Struck]] = defaultdict(list)
    for team_id, incident_id, kind, *rest in sorted(rows):
        found[team_id, incident_id, kind].append(_Struck(*rest))
    return found


def _summary(kind: str, struck: list[_Struck]) -> Mapping[str, Any]:
    first = sorted(struck, key=lambda each: (each.due_at, each.order))
    return {
        "clock": kind,
        "count": len(struck),
        "first": first[0].due_at.isoformat(),
        "orders": [each.order for each in first[:NAMED]],
        "rules": sorted({each.rule_id or "platform_column" for each in struck}),
        "certainty": sorted({each.certainty for each in struck}),
        "check_with_platform": any(each.must_check for each in struck),
    }


def void_clocks(cases: Iterable[int], *, now: datetime) -> int:
    """These cases concern nobody any more: their clocks stop. Call inside the transaction that says so."""
    return CaseClock.objects.filter(case_id__in=list(cases), void_at__isnull=True).update(void_at=now)
