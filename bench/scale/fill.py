"""Fills a database with storms of any size by cloning one real storm in SQL.

The one storm is made by the product's own commands, so that every row is as a real one; the clones differ in what must
be unique and in their states. Columns are not named here: a new column is cloned like the others.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from tests.kit.storm import Desk, Storm, a_desk, a_storm, bring

from seawall.outreach.api import Recipient

LIVE = 8
"""So many storms roll out at the same time; the others are over: their rows are settled."""
STATES = (
    "CASE WHEN incident <= 1000000 + {live} AND r.n %% 100 < {waiting} THEN 'waiting' "
    "WHEN r.n %% 100 < 70 THEN 'confirmed' ELSE 'answered' END"
)


@dataclass(frozen=True)
class Filled:
    """What is in the database."""

    desk: Desk
    storm: Storm
    rows: int
    shops: int
    incidents: int
    took_s: float


def run(query: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """A statement, with its rows if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(query, params or {})
        return list(cursor.fetchall()) if cursor.description else []


def fill(*, rows: int, shops: int, shops_a_storm: int = 25) -> Filled:
    """So many ledger rows over so many shops, in storms of 25 shops that all roll out at the same time."""
    began = time.perf_counter()
    desk = a_desk("scale")
    storm = bring(a_storm(desk, orders=30), "rolling_out")
    incidents = max(1, shops // shops_a_storm)
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")  # triggers and foreign keys: the clones are right by make
        _make_maps(storm, shops=shops, incidents=incidents, rows=rows)
        _clone_frames()
        _clone_orders()
    run("VACUUM ANALYZE")
    return Filled(desk, storm, rows, shops, incidents, time.perf_counter() - began)


def _make_maps(storm: Storm, *, shops: int, incidents: int, rows: int) -> None:
    """Which clone stands for what: ids far above the real ones."""
    pattern = Recipient.objects.filter(incident=storm.incident, wave__gt=0).order_by("-rank").first()
    assert pattern is not None
    run(
        """
        CREATE TEMP TABLE seed ON COMMIT DROP AS
        SELECT %(recipient)s::bigint AS recipient, r.incident_id AS incident, r.roll_out_id AS roll_out,
               r.order_id AS orders, r.case_id AS cases, r.lane_id AS lane, o.shop_id AS shop,
               l.connection_id AS connection, r.wave AS wave,
               (SELECT script_version_id FROM outreach_rollout WHERE id = r.roll_out_id) AS script
          FROM outreach_recipient r JOIN orders_order o ON o.id = r.order_id JOIN outreach_lane l ON l.id = r.lane_id
         WHERE r.id = %(recipient)s
        """,
        {"recipient": pattern.pk},
    )
    run(
        "CREATE TEMP TABLE m_incident ON COMMIT DROP AS "
        "SELECT i AS n, 1000000 + i AS id FROM generate_series(1, %(n)s) i",
        {"n": incidents},
    )
    run(
        "CREATE TEMP TABLE m_shop ON COMMIT DROP AS "
        "SELECT s AS n, 1000000 + s AS id, 1000001 + (s %% %(incidents)s) AS incident FROM generate_series(1, %(n)s) s",
        {"n": shops, "incidents": incidents},
    )
    # Shops are not alike: the first of every storm has most of its orders, as in life.
    states = STATES.format(live=LIVE, waiting=60 if incidents <= LIVE else 90)
    run(
        f"CREATE TEMP TABLE m_row ON COMMIT DROP AS "
        f"SELECT r.n, 10000000 + r.n AS id, s.id AS shop, s.incident, {states} AS state "
        f"  FROM generate_series(1, %(rows)s) r(n) "
        f"  JOIN m_shop s ON s.n = CASE WHEN r.n %% 3 = 0 THEN 1 + (r.n %% %(busy)s) ELSE 1 + (r.n %% %(shops)s) END",
        {"rows": rows, "shops": shops, "busy": max(1, incidents)},
    )
    run("ANALYZE m_row")


def _clone(table: str, seed: str, source: str, changes: str) -> None:
    """Copies of one row of a table, one for each row of `source`, with `changes` (a jsonb expression) made."""
    run(f"INSERT INTO {table} SELECT (jsonb_populate_record(t, {changes})).* FROM {source}, {table} t WHERE {seed}")


def _clone_frames() -> None:
    """Shops with their connections, storms with all that a running roll-out rests on."""
    _clone(
        "shops_shop",
        "t.id = (SELECT shop FROM seed)",
        "m_shop m",
        "jsonb_build_object('id', m.id, 'code', 'x' || m.n, 'name', 'Shop ' || m.n)",
    )
    _clone(
        "shops_connection",
        "t.id = (SELECT connection FROM seed)",
        "m_shop m",
        "jsonb_build_object('id', m.id, 'shop_id', m.id, 'platform_seller_id', '9' || m.n)",
    )
    _clone(
        "incidents_incident",
        "t.id = (SELECT incident FROM seed)",
        "m_incident m",
        "jsonb_build_object('id', m.id, 'code', 'X-' || m.n)",
    )
    for table in ("incidents_factssheet", "scripts_scriptversion", "outreach_rollout"):
        _clone(
            table,
            "t.incident_id = (SELECT incident FROM seed)",
            "m_incident m",
            "jsonb_build_object('id', m.id, 'incident_id', m.id"
            + (", 'script_version_id', m.id)" if table == "outreach_rollout" else ")"),
        )
    _clone(
        "scripts_scripttext",
        "t.version_id = (SELECT script FROM seed)",
        "m_incident m",
        "jsonb_build_object('id', m.id * 100 + t.id, 'version_id', m.id)",
    )
    _clone(
        "outreach_approval",
        "t.roll_out_id = (SELECT roll_out FROM seed)",
        "m_incident m",
        "jsonb_build_object('id', m.id, 'roll_out_id', m.id)",
    )
    _clone(
        "outreach_wave",
        "t.roll_out_id = (SELECT roll_out FROM seed)",
        "m_incident m",
        "jsonb_build_object('id', m.id * 100 + t.number, 'roll_out_id', m.id)",
    )
    _clone(
        "outreach_lane",
        "t.id = (SELECT lane FROM seed)",
        "m_shop m",
        "jsonb_build_object('id', m.id, 'roll_out_id', m.incident, 'connection_id', m.id)",
    )
    run("UPDATE outreach_rollout SET open_wave = (SELECT wave FROM seed) WHERE id >= 1000000")
    over = f"id > 1000000 + {LIVE}"
    run(f"UPDATE outreach_rollout SET state = 'done' WHERE {over}")
    run(f"UPDATE incidents_incident SET state = 'closed', closed_at = now() WHERE {over}")


def _clone_orders() -> None:
    """Orders, cases and ledger rows, each settled one with its attempt."""
    _clone(
        "orders_order",
        "t.id = (SELECT orders FROM seed)",
        "m_row m",
        "jsonb_build_object('id', m.id, 'shop_id', m.shop, 'platform_order_id', '7' || m.id)",
    )
    _clone(
        "incidents_case",
        "t.id = (SELECT cases FROM seed)",
        "m_row m",
        "jsonb_build_object('id', m.id, 'incident_id', m.incident, 'order_id', m.id)",
    )
    _clone(
        "outreach_recipient",
        "t.id = (SELECT recipient FROM seed)",
        "m_row m",
        "jsonb_build_object('id', m.id, 'roll_out_id', m.incident, 'incident_id', m.incident, 'order_id', m.id, "
        "'case_id', m.id, 'lane_id', m.shop, 'state', m.state, 'rank', m.n, 'text_sha256', md5(m.n::text), "
        "'session_id', CASE WHEN m.state = 'waiting' THEN '' ELSE 's' || m.n END, "
        "'platform_message_id', CASE WHEN m.state = 'waiting' THEN '' ELSE 'p' || m.n END, "
        "'attempts', CASE WHEN m.state = 'waiting' THEN 0 ELSE 1 END, "
        "'sent_at', CASE WHEN m.state = 'waiting' THEN NULL ELSE now() END)",
    )
    run(
        "INSERT INTO outreach_attempt (id, team_id, recipient_id, number, worker, started_at, ended_at, outcome, "
        "platform_code, request_id, platform_message_id) "
        "SELECT r.id, r.team_id, r.id, 1, 1, now(), now(), 'acknowledged', '', '', r.platform_message_id "
        "FROM outreach_recipient r WHERE r.id >= 10000000 AND r.attempts = 1"
    )
