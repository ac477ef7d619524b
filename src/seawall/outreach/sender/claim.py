"""Claim rows to send: the shops whose turn it is, as far as bucket, hours and quota allow, each claim with its attempt.

Why in one transaction: a shop's pace and its day's quota are locked, judged and charged together for exactly the rows
that were taken, and a crash at any point leaves either nothing or claimed rows with an open attempt, which are looked
up at the platform and never sent again blindly. A claim waits for no lock: what another worker holds is left to it.

On a lane of mode `click` a row may go only after a person's key press on that very row, and not long after it. A lane
of any other mode, or whose connection's mode has changed since the plan, sends nothing.

An order that no longer concerns the storm is passed over here and left out by `concern`: withdrawn from it, known to be
cancelled or returned, or seen at its end at the platform.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from seawall.kernel.markets import Market
from seawall.outreach.allowance import (
    Bucket,
    DayQuota,
    Grant,
    QuietHours,
    Standing,
    grant,
    spread_next,
)
from seawall.outreach.ready import MAY_SEND, PRESSED_TO_SEND, TO_SEND, TURN, spans

MOST_SHOPS = 50
"""Shops one claim looks at."""

LOOKS = 5
"""How often a claim looks again when the shops it looked at had nothing to send."""

FULL_WAIT = timedelta(milliseconds=20)
"""After which a shop is offered again that had room while the worker's hands were full of it."""

_SHOPS = """
SELECT b.id, b.connection_id, b.sends_per_second, b.burst, b.tokens, b.refilled_at, b.quiet_from, b.quiet_until,
       b.blocked_until, s.market, q.id, q.day_limit, q.reset_zone, q.spent, q.spread_next_at, q.blocked_until
  FROM outreach_pace b
  JOIN outreach_quota q ON q.id = b.quota_id
  JOIN shops_connection c ON c.id = b.connection_id
  JOIN shops_shop s ON s.id = c.shop_id
 WHERE b.ready_at <= %(now)s AND b.limits_at IS NOT NULL
 ORDER BY b.turn, b.ready_at
 LIMIT %(shops)s
 FOR UPDATE OF b, q SKIP LOCKED
"""
"""A shop whose figures were never looked up is left alone."""

_ROWS_OF_LANE = """
SELECT p.id FROM outreach_recipient p
 WHERE p.lane_id = lane.id AND {which}
 ORDER BY p.wave, p.rank
 LIMIT CASE WHEN lane.spreads_quota THEN least(g.number, g.spread) ELSE g.number END
 FOR UPDATE OF p SKIP LOCKED
"""

CLAIM = f"""
WITH g AS (
    SELECT * FROM unnest(%(connections)s::bigint[], %(numbers)s::int[], %(spreads)s::int[], %(quiets)s::bool[])
             AS g (connection_id, number, spread, is_quiet)
), picked AS MATERIALIZED (
    SELECT taken.id, taken.connection_id, taken.changed_at, taken.is_spread
      FROM g CROSS JOIN LATERAL (
        SELECT p.id, g.connection_id, lane.changed_at, lane.spreads_quota AS is_spread
          FROM (SELECT l.id, l.mode, c.changed_at, r.open_wave, r.spreads_quota
                  FROM outreach_lane l
                  JOIN outreach_rollout r ON r.id = l.roll_out_id
                  JOIN shops_connection c ON c.id = l.connection_id
                 WHERE l.connection_id = g.connection_id AND r.state IN ('sampling', 'running') AND {MAY_SEND}
                   AND (NOT g.is_quiet OR NOT r.keeps_quiet_hours)
                 ORDER BY {TURN}, random()) lane
         CROSS JOIN LATERAL (
            SELECT id FROM ({_ROWS_OF_LANE.format(which="lane.mode = 'api' AND " + TO_SEND)}) sent_by_worker
             UNION ALL
            SELECT id FROM ({_ROWS_OF_LANE.format(which="lane.mode = 'click' AND " + PRESSED_TO_SEND)}) pressed
           ) p
         LIMIT g.number) taken
), claimed AS (
    UPDATE outreach_recipient p
       SET state = 'claimed', claimed_by = %(worker)s, claimed_at = %(now)s, state_at = %(now)s,
           attempts = p.attempts + 1
      FROM picked WHERE p.id = picked.id
    RETURNING p.id, p.attempts, p.team_id, p.incident_id, p.order_id, p.roll_out_id, p.lane_id, p.text, p.text_sha256,
              p.session_id, p.wave, p.rank, p.has_riders, picked.connection_id, picked.changed_at, picked.is_spread
), tried AS (
    INSERT INTO outreach_attempt (team_id, recipient_id, number, worker, started_at,
                                  outcome, platform_code, request_id, platform_message_id)
    SELECT team_id, id, attempts, %(worker)s, %(now)s, '', '', '', '' FROM claimed
)
SELECT claimed.id, claimed.attempts, claimed.team_id, claimed.incident_id, claimed.order_id, claimed.roll_out_id,
       claimed.lane_id, claimed.connection_id, o.shop_id, o.platform_order_id,
       claimed.text, claimed.text_sha256, claimed.session_id, claimed.changed_at, claimed.is_spread,
       CASE WHEN claimed.has_riders THEN
           (SELECT json_agg(json_build_array(m.id, m.order_id, mo.platform_order_id) ORDER BY m.rank)
              FROM outreach_recipient m JOIN orders_order mo ON mo.id = m.order_id WHERE m.rides_with_id = claimed.id)
       END
  FROM claimed JOIN orders_order o ON o.id = claimed.order_id
 ORDER BY claimed.wave, claimed.rank
""".replace("{open_wave}", "lane.open_wave")  # noqa: S608  # put together from constants of ours
"""Lanes of a shop in their turn, by chance among equals, so that no roll-out holds another one up."""

_CHARGE = """
UPDATE outreach_pace b
   SET tokens = v.tokens, refilled_at = v.refilled_at, ready_at = v.ready_at, asleep_until = v.asleep_until
  FROM unnest(%(ids)s::bigint[], %(tokens)s::float8[], %(refilled)s::timestamptz[], %(ready)s::timestamptz[],
              %(asleep)s::timestamptz[]) AS v (id, tokens, refilled_at, ready_at, asleep_until)
 WHERE b.id = v.id
"""

_SPEND = """
UPDATE outreach_quota q
   SET spent = v.spent, spread_next_at = v.spread_next_at
  FROM unnest(%(ids)s::bigint[], %(spent)s::jsonb[], %(next)s::timestamptz[]) AS v (id, spent, spread_next_at)
 WHERE q.id = v.id
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


@dataclass
class _Shop:
    """A locked shop while a claim judges it."""

    pace_id: int
    connection_id: int
    quota_id: int
    standing: Standing
    grant: Grant = field(default_factory=Grant)
    taken: int = 0
    spread: int = 0


def claim(
    *, worker: int, size: int, now: datetime, busy: Mapping[int, int] | None = None, most_of_shop: int = 0
) -> list[Claimed]:
    """Up to `size` rows of the shops whose turn it is; empty when nothing may go.

    `busy` says how many messages of a connection are in the caller's hands already: with `most_of_shop` it gets no more
    than brings it to that number, so that a platform that hangs cannot take every hand.
    """
    for _ in range(LOOKS):
        rows, has_looked = _claim_once(worker, size, now, busy or {}, most_of_shop or size)
        if rows or not has_looked:
            return rows
    return []


def _claim_once(
    worker: int, size: int, now: datetime, busy: Mapping[int, int], most_of_shop: int
) -> tuple[list[Claimed], bool]:
    """The rows, and whether any shop was on the list: one with nothing to send has left it, and the next may have."""
    with transaction.atomic(), connection.cursor() as cursor:
        shops = _lock_shops(cursor, now, MOST_SHOPS)
        if not shops:
            return [], False
        looked_at = _grant(shops, size=size, now=now, busy=busy, most_of_shop=most_of_shop)
        rows = _take(cursor, [shop for shop in looked_at if shop.grant.number], worker, now)
        _note(looked_at, rows)
        _charge(cursor, looked_at, now)
        return [row for row, _ in rows], True


def next_look(*, now: datetime) -> datetime | None:
    """When the next shop is to be looked at, if any waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(ready_at) FROM outreach_pace WHERE ready_at > %s", [now])
        row = cursor.fetchone()
    found: datetime | None = row[0] if row else None
    return found


def _lock_shops(cursor: CursorWrapper, now: datetime, number: int) -> list[_Shop]:
    cursor.execute(_SHOPS, {"now": now, "shops": number})
    quotas: dict[int, DayQuota] = {}
    shops = []
    for row in cursor.fetchall():
        quotas.setdefault(row[10], DayQuota(day_limit=row[11], reset_zone=row[12], spent=json.loads(row[13])))
        standing = Standing(
            bucket=Bucket(sends_per_second=float(row[2]), burst=row[3], tokens=row[4], refilled_at=row[5]),
            quota=quotas[row[10]],
            quiet=_quiet(row[6], row[7], row[9]),
            blocked_until=max(filter(None, (row[8], row[15])), default=None),
            spread_next_at=row[14],
        )
        shops.append(_Shop(pace_id=row[0], connection_id=row[1], quota_id=row[10], standing=standing))
    return shops


def _quiet(begin: time | None, end: time | None, market: str) -> QuietHours | None:
    return QuietHours(begin=begin, end=end, zone=Market(market).zone) if begin is not None and end is not None else None


def _grant(
    shops: Sequence[_Shop], *, size: int, now: datetime, busy: Mapping[int, int], most_of_shop: int
) -> Sequence[_Shop]:
    """Share what the caller can carry: an equal part for each shop, and what slow ones cannot use for the others. Shops
    on one quota never get more than its room together. Gives the shops that were judged: when there are more than can
    be carried, those first in turn."""
    judged = sorted(shops[:size], key=lambda shop: shop.standing.bucket.at(now).has)
    left, promised = size, dict.fromkeys((shop.quota_id for shop in judged), 0)
    spreading: set[int] = set()
    for number, shop in enumerate(judged):
        part = max(1, left // (len(judged) - number))
        most = max(0, min(part, most_of_shop - busy.get(shop.connection_id, 0)))
        quota = shop.standing.quota.with_sent(promised[shop.quota_id], now) if promised[shop.quota_id] else None
        standing = replace(shop.standing, quota=quota) if quota else shop.standing
        shop.grant = grant(standing, now=now, most=most)
        if shop.quota_id in spreading:
            shop.grant = replace(shop.grant, spread=0)
        if shop.grant.spread:
            spreading.add(shop.quota_id)
        promised[shop.quota_id] += shop.grant.number
        left -= shop.grant.number
    return judged


def _take(cursor: CursorWrapper, shops: Sequence[_Shop], worker: int, now: datetime) -> list[tuple[Claimed, bool]]:
    """The rows, each with whether it is of a roll-out that spreads the day."""
    if not shops:
        return []
    cursor.execute(
        CLAIM,
        {
            "worker": worker,
            "connections": [shop.connection_id for shop in shops],
            "numbers": [shop.grant.number for shop in shops],
            "spreads": [shop.grant.spread for shop in shops],
            "quiets": [shop.grant.is_quiet for shop in shops],
            **spans(now),
        },
    )
    return [
        (
            Claimed(
                id=row[0], attempt=row[1], team_id=row[2], incident_id=row[3], order_id=row[4], roll_out_id=row[5],
                lane_id=row[6], connection_id=row[7], shop_id=row[8], platform_order_id=row[9],
                text=row[10], text_sha256=row[11], session_id=row[12], claimed_at=now, connection_changed_at=row[13],
                riders=tuple(Rider(*each) for each in row[15] or ()),
            ),
            row[14],
        )
        for row in cursor.fetchall()
    ]  # fmt: skip


def _note(shops: Sequence[_Shop], rows: Sequence[tuple[Claimed, bool]]) -> None:
    by_connection = {shop.connection_id: shop for shop in shops}
    for row, is_spread in rows:
        by_connection[row.connection_id].taken += 1
        by_connection[row.connection_id].spread += is_spread


def _charge(cursor: CursorWrapper, shops: Sequence[_Shop], now: datetime) -> None:
    """Charge what was taken, and say when each shop is to be looked at again."""
    buckets = [shop.standing.bucket.at(now).without(shop.taken) for shop in shops]
    cursor.execute(
        _CHARGE,
        {
            "ids": [shop.pace_id for shop in shops],
            "tokens": [bucket.tokens for bucket in buckets],
            "refilled": [bucket.refilled_at for bucket in buckets],
            "ready": [_ready_at(shop, bucket, now) for shop, bucket in zip(shops, buckets, strict=True)],
            "asleep": [shop.standing.quiet.ends_at(now) if shop.standing.quiet else None for shop in shops],
        },
    )
    spenders: dict[int, list[_Shop]] = {}
    for shop in shops:
        if shop.taken:
            spenders.setdefault(shop.quota_id, []).append(shop)
    if not spenders:
        return
    params: dict[str, list[Any]] = {"ids": [], "spent": [], "next": []}
    for quota_id, members in spenders.items():
        standing = members[0].standing
        spent = standing.quota.with_sent(sum(shop.taken for shop in members), now)
        params["ids"].append(quota_id)
        params["spent"].append(json.dumps(spent.spent))
        params["next"].append(spread_next(standing, now=now, sent=sum(shop.spread for shop in members)))
    cursor.execute(_SPEND, params)


def _ready_at(shop: _Shop, bucket: Bucket, now: datetime) -> datetime | None:
    """At once or with the next token while there is work; not before something wakes it when there was none."""
    if shop.grant.number == 0:
        return shop.grant.look_again_at or now + FULL_WAIT
    return bucket.next_at if shop.taken >= shop.grant.number else None
