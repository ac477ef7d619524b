"""Look up cancellations whose outcome is unknown or not yet shown, by reading the order; never call again blindly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from seawall.casework import policy
from seawall.casework.ledger import move_cancellations
from seawall.casework.models import CancelAttempt, Cancellation, Cancelling
from seawall.casework.watching import note_standing
from seawall.casework.worker.outcome import capture_of_order
from seawall.connectors.contracts import Connector, PlatformOrder
from seawall.connectors.errors import AuthExpired, ConnectorError, OutcomeUnknown, RateLimited, Transient
from seawall.connectors.standing import standing_of
from seawall.evidence.api import keep
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform

_LOST = """
UPDATE casework_cancellation p
   SET state = CASE WHEN a.called_at IS NULL THEN 'planned' ELSE 'unknown' END,
       claimed_by = NULL, state_at = %(now)s, looked_up = 0,
       look_up_after = CASE WHEN a.called_at IS NULL THEN NULL ELSE %(after)s::timestamptz END
  FROM casework_cancelattempt a
 WHERE a.cancellation_id = p.id AND a.number = p.attempts AND p.state = 'claimed'
   AND (p.claimed_at < %(before)s OR p.claimed_by = %(worker)s)
RETURNING p.id, a.id, a.called_at IS NULL
"""

_TAKE = """
UPDATE casework_cancellation p
   SET look_up_after = %(lease)s
  FROM (SELECT id FROM casework_cancellation
         WHERE state IN ('unknown', 'accepted') AND look_up_after <= %(now)s
         ORDER BY look_up_after LIMIT %(size)s FOR UPDATE SKIP LOCKED) due,
       casework_cancellane l, orders_order o, shops_connection c, shops_shop s
 WHERE p.id = due.id AND l.id = p.lane_id AND o.id = p.order_id AND s.id = o.shop_id
   AND c.id = l.connection_id AND c.is_active
RETURNING p.id, p.team_id, p.incident_id, p.order_id, p.attempts, p.state, p.looked_up, p.cancelling_id,
          l.connection_id, o.shop_id, o.platform_order_id, s.platform, c.changed_at
"""


@dataclass(frozen=True, kw_only=True)
class Doubtful:
    """An order to be read."""

    id: int
    team_id: int
    incident_id: int
    order_id: int
    attempts: int
    state: str
    looked_up: int
    cancelling_id: int
    connection_id: int
    shop_id: int
    platform_order_id: str
    platform: Platform
    connection_changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look found: the order as it is, or that looking failed."""

    row: Doubtful
    order: PlatformOrder | None = None
    error: ConnectorError | None = None


def reap(*, own_key: int, now: datetime, grace: timedelta) -> int:
    """Claims of dead workers and claims that are far too old: planned again where no call left, else to be looked up
    after `grace`, which must exceed the connectors' time-outs. Returns how many."""
    before = now - policy.CALL_GOOD_FOR
    lost = _take_back({"now": now, "after": now + grace, "before": before, "worker": 0})
    claims = Cancellation.objects.filter(state="claimed").exclude(claimed_by=own_key)
    for worker in filter(None, list(claims.values_list("claimed_by", flat=True).distinct())):
        # Transaction-level lock: freed at the end of this block whatever happens.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [worker])
            answer = cursor.fetchone()
            if answer is not None and answer[0]:
                lost += _take_back({"now": now, "after": now + grace, "before": before, "worker": worker})
    return lost


def _take_back(params: Mapping[str, int | datetime]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOST, params)
        found = cursor.fetchall()
        for is_certain, outcome in ((True, "release"), (False, "lost_sight")):
            tries = [row[1] for row in found if row[2] is is_certain]
            CancelAttempt.objects.filter(pk__in=tries).update(ended_at=params["now"], outcome=outcome)
    return len(found)


def take_due(*, now: datetime, size: int, lease: timedelta) -> list[Doubtful]:
    """Rows due for a look, leased so that two workers do not look at once (harmless, but wasteful)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"now": now, "lease": now + lease, "size": size})
        return [
            Doubtful(
                id=row[0], team_id=row[1], incident_id=row[2], order_id=row[3], attempts=row[4], state=row[5],
                looked_up=row[6], cancelling_id=row[7], connection_id=row[8], shop_id=row[9],
                platform_order_id=row[10], platform=Platform(row[11]), connection_changed_at=row[12],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


async def look(row: Doubtful, connector: Connector) -> Look:
    """Read the order. Changes nothing."""
    try:
        return Look(row=row, order=await connector.order(row.platform_order_id))
    except ConnectorError as error:
        return Look(row=row, error=error)


def conclude(seen: Look, *, clock: Clock, grace: timedelta) -> str:
    """Write down what a look means; returns the event, or `wait` when it is to be looked up again."""
    row = seen.row
    rows = Cancellation.objects.filter(pk=row.id, state=row.state, attempts=row.attempts)
    with transaction.atomic():
        if seen.order is None:
            return _cannot_look(seen, clock)
        standing = standing_of(row.platform, seen.order)
        attempt = CancelAttempt.objects.get(cancellation_id=row.id, number=row.attempts)
        if row.state == "accepted":
            event, code = policy.after_acceptance(standing, row.looked_up)
        else:
            doubt = policy.Doubt(
                called_at=attempt.called_at or attempt.started_at, seen_updated_at=attempt.seen_updated_at,
                looked_up=row.looked_up,
            )  # fmt: skip
            event, code = policy.after_doubt(doubt, standing, seen.order.updated_at)
        if not event:
            wait = policy.look_wait(row.looked_up, grace)
            rows.update(looked_up=row.looked_up + 1, look_up_after=clock.now() + wait)
            return "wait"
        keep([
            capture_of_order(
                seen.order, team_id=row.team_id, shop_id=row.shop_id, incident_id=row.incident_id,
                order_id=row.order_id, at=clock.now(),
            )
        ])  # fmt: skip
        later = {"look_up_after": clock.now() + grace, "looked_up": 0} if event == "accepted" else {}
        chosen = {"chosen_code": attempt.reason} if event == "cancelled" and attempt.reason else {}
        params = {"words": standing.reason[:300]}
        moved = move_cancellations(rows, event, clock=clock, reason=code, reason_params=params, **later, **chosen)
        if moved and event != "accepted":
            CancelAttempt.objects.filter(pk=attempt.pk).update(outcome=event)
        if event == "proved_untouched":
            _not_after_the_end(row, clock)
        note_standing(row.order_id, standing, clock=clock)
        return event


def _not_after_the_end(row: Doubtful, clock: Clock) -> None:
    """A list that ended meanwhile calls nothing more."""
    if Cancelling.objects.filter(pk=row.cancelling_id, state__in=["stopped", "done"]).exists():
        move_cancellations(
            Cancellation.objects.filter(pk=row.id, state="planned"), "leave_out", clock=clock, reason="cancel_stopped",
            reason_params={"why": ""},
        )  # fmt: skip


def _cannot_look(seen: Look, clock: Clock) -> str:
    error = seen.error
    if error is None or isinstance(error, Transient | RateLimited | OutcomeUnknown | AuthExpired):
        # The lease runs out and it is looked up again: waiting costs nothing, guessing might.
        return "wait"
    move_cancellations(
        Cancellation.objects.filter(pk=seen.row.id, state=seen.row.state, attempts=seen.row.attempts),
        "give_to_person", clock=clock, reason="look_up_failed", reason_params={"platform_code": error.platform_code},
    )  # fmt: skip
    return "give_to_person"
