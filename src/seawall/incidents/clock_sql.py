"""The statements of the clocks: which cases to look at again, the bulk store, the marks."""

STAGE = """
CREATE TEMP TABLE staged_clocks (
    team_id bigint, incident_id bigint, case_id bigint, kind text, authority text, certainty text, must_check boolean,
    rule_id text, started_at timestamptz, warn_at timestamptz, due_at timestamptz, ended_at timestamptz
) ON COMMIT DROP
"""

COPY = "COPY staged_clocks FROM STDIN"

UNSTAGE = "DROP TABLE staged_clocks"

DUE = """
SELECT c.id, greatest(o.last_seen_at, p.seen_at)
  FROM incidents_case c
  JOIN incidents_incident i ON i.id = c.incident_id
  JOIN orders_order o ON o.id = c.order_id
  LEFT JOIN (SELECT q.order_id, max(q.last_seen_at) AS seen_at
               FROM orders_problemparcel q WHERE q.order_id IS NOT NULL GROUP BY q.order_id) p ON p.order_id = o.id
  LEFT JOIN (SELECT r.order_id, max(v.last_message_at) AS spoke_at
               FROM inbox_conversation v
               JOIN outreach_recipient r ON r.session_id = v.session_id AND r.session_id <> '' AND r.team_id = v.team_id
              WHERE v.last_message_at > %(now)s - interval '10 minutes'
              GROUP BY r.order_id) t ON t.order_id = c.order_id
 WHERE c.state = 'open' AND i.state <> 'closed'
   AND (c.clocks_at IS NULL
        OR c.clocks_seen_at IS DISTINCT FROM greatest(o.last_seen_at, p.seen_at)
        OR c.clocks_at < %(stale)s
        OR (c.clocks_at < %(now)s - interval '10 seconds' AND c.clocks_at - interval '30 seconds' < (
            SELECT max(greatest(f.set_at, f.withdrawn_at)) FROM rulebook_ruleoverride f WHERE f.team_id = c.team_id))
        OR (c.clocks_at < %(now)s - interval '10 seconds' AND t.spoke_at > c.clocks_at - interval '30 seconds'))
 ORDER BY c.clocks_at NULLS FIRST, c.id
 LIMIT %(size)s
   FOR UPDATE OF c SKIP LOCKED
"""
"""Cases that were never looked at, or whose order, chat or rules have changed since, each with when its order and its
problem parcels were last seen. Orders are compared by that very instant, whatever clock wrote it. Figures and messages
carry the time of other machines, which may differ: hence an overlap of 30 seconds, and no second look within 10."""

LOOKED = """
UPDATE incidents_case c SET clocks_at = %(now)s, clocks_seen_at = s.seen_at
  FROM unnest(%(cases)s::bigint[], %(seen)s::timestamptz[]) AS s(id, seen_at)
 WHERE c.id = s.id
"""

MOVED = """
SELECT s.team_id, s.incident_id, s.kind, count(*), min(s.due_at)
  FROM staged_clocks s
  JOIN incidents_caseclock k ON k.case_id = s.case_id AND k.kind = s.kind
 WHERE k.due_at <> s.due_at AND k.void_at IS NULL AND k.ended_at IS NULL AND s.ended_at IS NULL
 GROUP BY s.team_id, s.incident_id, s.kind
 ORDER BY s.incident_id, s.kind
"""

STORE = """
INSERT INTO incidents_caseclock AS k (
    team_id, incident_id, case_id, kind, authority, certainty, must_check, rule_id, started_at, warn_at, due_at,
    ended_at)
SELECT team_id, incident_id, case_id, kind, authority, certainty, must_check, rule_id, started_at, warn_at, due_at,
       ended_at
  FROM staged_clocks
 ORDER BY case_id, kind
ON CONFLICT (case_id, kind) DO UPDATE SET
    authority = excluded.authority, certainty = excluded.certainty, must_check = excluded.must_check,
    rule_id = excluded.rule_id, started_at = excluded.started_at, warn_at = excluded.warn_at,
    due_at = excluded.due_at, ended_at = excluded.ended_at, void_at = NULL,
    warned_at = CASE WHEN k.due_at = excluded.due_at AND k.void_at IS NULL THEN k.warned_at END,
    breached_at = CASE WHEN k.due_at = excluded.due_at AND k.void_at IS NULL THEN k.breached_at END
"""

VOID_GONE = """
UPDATE incidents_caseclock k SET void_at = %(now)s
 WHERE k.case_id = ANY(%(cases)s) AND k.void_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM staged_clocks s WHERE s.case_id = k.case_id AND s.kind = k.kind)
"""

_MARK = """
UPDATE incidents_caseclock k SET {mark} = %(now)s
  FROM incidents_case c, orders_order o
 WHERE c.id = k.case_id AND o.id = c.order_id AND k.id IN (
       SELECT d.id
         FROM incidents_caseclock d
         JOIN incidents_case e ON e.id = d.case_id
         JOIN incidents_incident i ON i.id = d.incident_id
        WHERE d.{mark} IS NULL AND d.ended_at IS NULL AND d.void_at IS NULL AND d.{at} {reached} %(now)s
          AND e.state = 'open' AND i.state <> 'closed'
        ORDER BY d.{at}
        LIMIT %(size)s
          FOR UPDATE OF d SKIP LOCKED)
RETURNING k.team_id, k.incident_id, k.kind, k.due_at, k.rule_id, k.certainty, k.must_check, o.platform_order_id
"""

WARN = _MARK.format(mark="warned_at", at="warn_at", reached="<=")
BREACH = _MARK.format(mark="breached_at", at="due_at", reached="<")
