"""The ready list: which shops a worker should look at, and when. It keeps a claim flat however many shops there are.

`Pace.ready_at` is set when something may be there to send, and taken away by a claim that finds nothing. Whoever makes
work wakes its shops at once; a sweep a few times a second finds what was not announced, so that nothing is forgotten.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from seawall.outreach.allowance import URGENT_WITHIN, Turn
from seawall.outreach.concern import OVER
from seawall.outreach.policy import CLOCK_STEP, PRESS_GOOD_FOR

MAY_SEND = """
       NOT l.is_stopped AND c.is_active AND c.stopped_reason = '' AND c.mode = l.mode AND r.deadline_at > %(now)s
       AND (r.state = 'sampling'
            OR (r.state = 'running' AND EXISTS (
                SELECT 1 FROM outreach_approval a
                 WHERE a.roll_out_id = r.id AND a.is_approved AND a.voided_at IS NULL
                   AND a.binding_digest = r.binding_digest)))
"""
"""Whether a lane `l` of roll-out `r` on connection `c` may send at all. Every state not named here may not."""

TURN = f"""
       CASE WHEN r.state = 'sampling' THEN {Turn.SAMPLE:d}
            WHEN least(r.deadline_at, r.golden_until) <= %(urgent_before)s THEN {Turn.URGENT:d}
            ELSE {Turn.NORMAL:d} END
"""
"""Whose turn it is: a sample, for which a person waits; then what closes soon; then the rest."""

_OVER = ", ".join(f"'{status}'" for status in OVER)

_CONCERNS = f"""p.resolved_as = '' AND EXISTS (
           SELECT 1 FROM incidents_case k, orders_order q
            WHERE k.id = p.case_id AND k.state = 'open' AND q.id = p.order_id AND q.status NOT IN ({_OVER}))
       AND (NOT p.has_riders OR (outreach_group_is_whole(p.id) AND NOT EXISTS (
           SELECT 1 FROM outreach_recipient m
            WHERE m.rides_with_id = p.id
              AND (SELECT q.status FROM orders_order q WHERE q.id = m.order_id)
                  IN ({_OVER}))))"""  # noqa: S608  # put together from constants of ours
"""Whether every order that the message of `p` names still concerns the storm: neither withdrawn from it, nor known to
be cancelled or returned, nor seen at its end at the platform (of a whole group `outreach_group_is_whole` asks that).
Its riders are found first: read the other way round, each look would pass over all orders."""

TO_SEND = f"""p.state = 'waiting' AND p.wave <= {{open_wave}}
       AND p.rides_with_id IS NULL AND {_CONCERNS}
       AND (p.door_until IS NULL OR p.door_until > %(now)s) AND p.copied_at IS NULL"""
"""Whether a ledger row `p` may go on a lane of mode `api`: one that carries its message, whose orders all still belong
to it and concern the storm, while its door is open. What a person took to Seller Center may have been sent there: it
never goes by API."""

PRESSED_TO_SEND = TO_SEND + " AND p.pressed_at > %(pressed_since)s"
"""On a lane of mode `click`: only after a person's key press on that very row, and not long after it."""

_SWEEP = f"""
UPDATE outreach_pace b
   SET ready_at = CASE WHEN b.refilled_at > %(clock_step)s THEN %(now)s ELSE coalesce(b.ready_at, %(now)s) END,
       turn = found.turn
  FROM (
        SELECT b.id, min({TURN}) AS turn
          FROM outreach_rollout r
          JOIN outreach_lane l ON l.roll_out_id = r.id
          JOIN shops_connection c ON c.id = l.connection_id
          JOIN outreach_pace b ON b.connection_id = c.id
         WHERE r.state IN ('sampling', 'running') AND {MAY_SEND}
           AND (b.asleep_until IS NULL OR b.asleep_until <= %(now)s OR NOT r.keeps_quiet_hours)
           AND CASE l.mode
               WHEN 'api' THEN EXISTS (SELECT 1 FROM outreach_recipient p
                                        WHERE p.lane_id = l.id AND {TO_SEND.format(open_wave="r.open_wave")})
               WHEN 'click' THEN EXISTS (SELECT 1 FROM outreach_recipient p
                                          WHERE p.lane_id = l.id AND {PRESSED_TO_SEND.format(open_wave="r.open_wave")})
               ELSE false END
         GROUP BY b.id) found
 WHERE b.id = found.id AND (b.ready_at IS NULL OR b.turn <> found.turn OR b.refilled_at > %(clock_step)s)
   AND b.id IN (SELECT id FROM outreach_pace WHERE id = found.id FOR UPDATE SKIP LOCKED)
"""  # noqa: S608  # put together from constants of ours

_WAKE = """
UPDATE outreach_pace b
   SET ready_at = %(now)s, turn = least(b.turn, %(turn)s)
 WHERE b.connection_id = ANY(%(ids)s) AND (b.ready_at IS NULL OR b.ready_at > %(now)s)
"""


def spans(now: datetime) -> dict[str, datetime]:
    """The instants that the conditions above name."""
    return {
        "now": now, "pressed_since": now - PRESS_GOOD_FOR, "urgent_before": now + URGENT_WITHIN,
        "clock_step": now + CLOCK_STEP,
    }  # fmt: skip


def sweep(*, now: datetime) -> int:
    """Put shops on the list that have something to send, and let urgent ones move up. Returns how many changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SWEEP, spans(now))
        changed: int = cursor.rowcount
        return changed


def wake(connection_ids: Iterable[int], *, now: datetime) -> None:
    """Look at these shops at once, before others: something to send was made. The sweep knows its true turn."""
    ids = sorted(set(connection_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_WAKE, {"now": now, "turn": int(Turn.URGENT), "ids": ids})
