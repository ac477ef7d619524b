"""Claim rows to send: lane, token bucket and rows in one statement, each claim with its attempt row.

Why one statement: the bucket is charged for exactly the rows that were taken, and a crash at any point leaves either
nothing or claimed rows with an open attempt, which are looked up at the platform and never sent again blindly.

On a lane of mode `click` a row may go only after a person's key press on that very row, and not long after it. A lane
of any other mode, or whose connection's mode has changed since the plan, sends nothing.

An order that no longer concerns the storm is passed over here and left out by `concern`: withdrawn from it, known to be
cancelled or returned, or seen at its end at the platform.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from seawall.outreach.concern import OVER
from seawall.outreach.policy import PRESS_GOOD_FOR

CLAIM = """
WITH lane AS (
    SELECT l.id, l.connection_id, c.changed_at, l.roll_out_id, r.open_wave, l.mode,
           least(l.burst::float8,
                 l.tokens + greatest(0, extract(epoch FROM %(now)s::timestamptz - l.refilled_at)::float8)
                            * l.sends_per_second::float8) AS tokens
      FROM outreach_lane l
      JOIN outreach_rollout r ON r.id = l.roll_out_id
      JOIN shops_connection c ON c.id = l.connection_id
     WHERE NOT l.is_stopped AND c.is_active AND c.stopped_reason = '' AND c.mode = l.mode
       AND (l.blocked_until IS NULL OR l.blocked_until <= %(now)s)
       AND r.deadline_at > %(now)s
       AND least(l.burst::float8,
                 l.tokens + greatest(0, extract(epoch FROM %(now)s::timestamptz - l.refilled_at)::float8)
                            * l.sends_per_second::float8) >= 1
       AND (r.state = 'sampling'
            OR (r.state = 'running' AND EXISTS (
                SELECT 1 FROM outreach_approval a
                 WHERE a.roll_out_id = r.id AND a.is_approved AND a.voided_at IS NULL
                   AND a.binding_digest = r.binding_digest)))
       AND CASE l.mode
           WHEN 'api' THEN EXISTS (SELECT 1 FROM outreach_recipient p
                                    WHERE p.lane_id = l.id AND p.state = 'waiting' AND p.wave <= r.open_wave)
           WHEN 'click' THEN EXISTS (SELECT 1 FROM outreach_recipient p
                                      WHERE p.lane_id = l.id AND p.state = 'waiting' AND p.wave <= r.open_wave
                                        AND p.pressed_at > %(pressed_since)s)
           ELSE false END
     ORDER BY l.served_at
     LIMIT 1
     FOR UPDATE OF l SKIP LOCKED
), picked AS (
    SELECT p.id
      FROM outreach_recipient p JOIN lane ON p.lane_id = lane.id
      JOIN incidents_case k ON k.id = p.case_id AND k.state = 'open'
      JOIN orders_order q ON q.id = p.order_id AND q.status <> ALL(%(over)s)
     WHERE p.state = 'waiting' AND p.wave <= lane.open_wave AND p.resolved_as = ''
       AND p.rides_with_id IS NULL AND (NOT p.has_riders OR (outreach_group_is_whole(p.id) AND NOT EXISTS (
           SELECT 1 FROM outreach_recipient m JOIN orders_order mo ON mo.id = m.order_id
            WHERE m.rides_with_id = p.id AND mo.status = ANY(%(over)s))))
       AND (lane.mode = 'api' OR p.pressed_at > %(pressed_since)s)
       AND (p.door_until IS NULL OR p.door_until > %(now)s)
     ORDER BY p.wave, p.rank
     LIMIT least(%(size)s, (SELECT floor(tokens)::int FROM lane))
     FOR UPDATE OF p SKIP LOCKED
), charged AS (
    UPDATE outreach_lane l
       SET tokens = lane.tokens - (SELECT count(*) FROM picked), refilled_at = %(now)s, served_at = %(now)s
      FROM lane WHERE l.id = lane.id
), claimed AS (
    UPDATE outreach_recipient p
       SET state = 'claimed', claimed_by = %(worker)s, claimed_at = %(now)s, state_at = %(now)s,
           attempts = p.attempts + 1
      FROM picked WHERE p.id = picked.id
    RETURNING p.*
), tried AS (
    INSERT INTO outreach_attempt (team_id, recipient_id, number, worker, started_at,
                                  outcome, platform_code, request_id, platform_message_id)
    SELECT team_id, id, attempts, %(worker)s, %(now)s, '', '', '', '' FROM claimed
)
SELECT claimed.id, claimed.attempts, claimed.team_id, claimed.incident_id, claimed.order_id, claimed.roll_out_id,
       claimed.lane_id, lane.connection_id, o.shop_id, o.platform_order_id,
       claimed.text, claimed.text_sha256, claimed.session_id, lane.changed_at,
       CASE WHEN claimed.has_riders THEN
           (SELECT json_agg(json_build_array(m.id, m.order_id, mo.platform_order_id) ORDER BY m.rank)
              FROM outreach_recipient m JOIN orders_order mo ON mo.id = m.order_id WHERE m.rides_with_id = claimed.id)
       END
  FROM claimed JOIN lane ON true JOIN orders_order o ON o.id = claimed.order_id
 ORDER BY claimed.wave, claimed.rank
"""


class Rider(NamedTuple):
    """A further order that a message names, with its own ledger row."""

    recipient_id: int
    order_id: int
    platform_order_id: str


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A ledger row this worker holds, with what sending needs."""

    id: int
    attempt: int
    team_id: int
    incident_id: int
    order_id: int
    roll_out_id: int
    lane_id: int
    connection_id: int
    shop_id: int
    platform_order_id: str
    text: str
    text_sha256: str
    session_id: str
    claimed_at: datetime
    connection_changed_at: datetime
    riders: tuple[Rider, ...] = ()
    """Further orders that its words name."""


def claim(*, worker: int, size: int, now: datetime) -> list[Claimed]:
    """Up to `size` rows of the lane that waited longest, as far as its bucket allows; empty when nothing may go."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {"worker": worker, "size": size, "now": now, "pressed_since": now - PRESS_GOOD_FOR, "over": list(OVER)},
        )
        return [
            Claimed(
                id=row[0], attempt=row[1], team_id=row[2], incident_id=row[3], order_id=row[4], roll_out_id=row[5],
                lane_id=row[6], connection_id=row[7], shop_id=row[8], platform_order_id=row[9],
                text=row[10], text_sha256=row[11], session_id=row[12], claimed_at=now, connection_changed_at=row[13],
                riders=tuple(Rider(*each) for each in row[14] or ()),
            )
            for row in cursor.fetchall()
        ]  # fmt: skip
