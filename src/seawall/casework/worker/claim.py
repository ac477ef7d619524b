"""Claim orders to cancel: lane, token bucket and rows in one statement; and the word right before the one call.

Two steps, so that a crash tells apart what may have left from what certainly did not: the claim with its attempt row,
then `mark_called` in a transaction of its own, which looks once more whether the call may go at all.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from seawall.casework.policy import BURST, PROVEN, TAKEN
from seawall.kernel.markets import Platform

_TOLD = """(p.waived_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM outreach_recipient m
         WHERE m.incident_id = p.incident_id AND m.order_id = p.order_id
           AND m.state = ANY(CASE s.platform WHEN %(strict)s THEN %(proven)s::text[] ELSE %(taken)s::text[] END)))"""
"""Message first: the buyer's message is delivered, and where cancelling may close the chat its proof has been read."""

CLAIM = f"""
WITH lane AS (
    SELECT l.id, l.connection_id, c.changed_at, l.cancelling_id, r.open_wave, s.platform,
           least({BURST}::float8,
                 l.tokens + greatest(0, extract(epoch FROM %(now)s::timestamptz - l.refilled_at)::float8)
                            * l.per_second::float8) AS tokens
      FROM casework_cancellane l
      JOIN casework_cancelling r ON r.id = l.cancelling_id
      JOIN shops_connection c ON c.id = l.connection_id
      JOIN shops_shop s ON s.id = c.shop_id
     WHERE NOT l.is_stopped AND c.is_active AND c.stopped_reason = ''
       AND (l.blocked_until IS NULL OR l.blocked_until <= %(now)s)
       AND least({BURST}::float8,
                 l.tokens + greatest(0, extract(epoch FROM %(now)s::timestamptz - l.refilled_at)::float8)
                            * l.per_second::float8) >= 1
       AND r.state = 'running' AND r.approved_at IS NOT NULL AND r.approved_binding = r.binding_digest
       AND EXISTS (SELECT 1 FROM casework_cancellation p
                    WHERE p.lane_id = l.id AND p.state = 'planned' AND p.wave <= r.open_wave AND {_TOLD})
     ORDER BY l.served_at
     LIMIT 1
     FOR UPDATE OF l SKIP LOCKED
), picked AS (
    SELECT p.id
      FROM casework_cancellation p JOIN lane s ON p.lane_id = s.id
     WHERE p.state = 'planned' AND p.wave <= s.open_wave AND {_TOLD}
     ORDER BY p.wave, p.rank
     LIMIT least(%(size)s, (SELECT floor(tokens)::int FROM lane))
     FOR UPDATE OF p SKIP LOCKED
), charged AS (
    UPDATE casework_cancellane l
       SET tokens = lane.tokens - (SELECT count(*) FROM picked), refilled_at = %(now)s, served_at = %(now)s
      FROM lane WHERE l.id = lane.id
), claimed AS (
    UPDATE casework_cancellation p
       SET state = 'claimed', claimed_by = %(worker)s, claimed_at = %(now)s, state_at = %(now)s,
           attempts = p.attempts + 1
      FROM picked WHERE p.id = picked.id
    RETURNING p.*
), tried AS (
    INSERT INTO casework_cancelattempt (team_id, cancellation_id, number, worker, started_at,
                                        reason, outcome, platform_code, request_id)
    SELECT team_id, id, attempts, %(worker)s, %(now)s, '', '', '', '' FROM claimed
)
SELECT claimed.id, claimed.attempts, claimed.team_id, claimed.incident_id, claimed.order_id, claimed.cancelling_id,
       claimed.lane_id, lane.connection_id, o.shop_id, o.platform_order_id, lane.platform, lane.changed_at
  FROM claimed JOIN lane ON true JOIN orders_order o ON o.id = claimed.order_id
 ORDER BY claimed.wave, claimed.rank
"""  # noqa: S608  # put together from constants of this file

_CALLED = """
UPDATE casework_cancelattempt a
   SET called_at = %(now)s, seen_updated_at = %(seen)s, reason = %(reason)s
  FROM casework_cancellation p JOIN casework_cancelling r ON r.id = p.cancelling_id
 WHERE a.cancellation_id = p.id AND a.number = p.attempts AND a.called_at IS NULL
   AND p.id = %(id)s AND p.attempts = %(attempt)s AND p.state = 'claimed' AND p.claimed_by = %(worker)s
   AND r.state = 'running' AND r.approved_at IS NOT NULL AND r.approved_binding = r.binding_digest
   AND NOT EXISTS (SELECT 1 FROM casework_cancelattempt b
                    WHERE b.cancellation_id = p.id AND b.number < a.number AND b.called_at IS NOT NULL
                      AND b.outcome NOT IN ('release', 'proved_untouched'))
"""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """An order this worker holds, with what cancelling it needs."""

    id: int
    attempt: int
    team_id: int
    incident_id: int
    order_id: int
    cancelling_id: int
    lane_id: int
    connection_id: int
    shop_id: int
    platform_order_id: str
    platform: Platform
    connection_changed_at: datetime


def claim(*, worker: int, size: int, now: datetime) -> list[Claimed]:
    """Up to `size` orders of the lane that waited longest, as far as its bucket allows; empty when nothing may go."""
    params: dict[str, int | datetime | str | list[str]] = {
        "worker": worker, "size": size, "now": now, "strict": Platform.TIKTOK.value, "proven": sorted(PROVEN),
        "taken": sorted(TAKEN),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, params)
        return [
            Claimed(
                id=row[0], attempt=row[1], team_id=row[2], incident_id=row[3], order_id=row[4], cancelling_id=row[5],
                lane_id=row[6], connection_id=row[7], shop_id=row[8], platform_order_id=row[9],
                platform=Platform(row[10]), connection_changed_at=row[11],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


def mark_called(row: Claimed, *, worker: int, now: datetime, seen_updated_at: datetime | None, reason: str) -> bool:
    """Write down, for good, that the call leaves now. False when it may not: paused, stopped, taken from this worker,
    or an earlier call whose outcome is not proved to be nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CALLED,
            {
                "id": row.id, "attempt": row.attempt, "worker": worker, "now": now, "seen": seen_updated_at,
                "reason": reason[:120],
            },
        )  # fmt: skip
        return bool(cursor.rowcount == 1)
