"""Ask shops of live storms what has changed: buyers' requests, and orders that were touched. Pushes only hasten it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from seawall.casework.models import ShopPoll, Watched
from seawall.casework.requests import note_request
from seawall.casework.watching import look_soon, note_standing
from seawall.casework.worker.outcome import capture_of_order
from seawall.connectors.contracts import CancelRequest, Connector, PlatformOrder
from seawall.connectors.errors import ConnectorError
from seawall.connectors.standing import standing_of
from seawall.evidence.api import keep
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform
from seawall.shops.api import Connection, Shop

POLL_EVERY = timedelta(minutes=2)
"""Between two looks at a shop's changes (ours)."""
FIRST_WINDOW = timedelta(days=3)
"""How far the first look goes back: no platform lets a request wait longer."""
OVERLAP = timedelta(minutes=5)
"""Platforms stamp changes by their own clocks."""

_BEGIN = """
INSERT INTO casework_shoppoll (team_id, connection_id, seen_to, next_at, failed_code)
SELECT DISTINCT c.team_id, c.id, %(since)s::timestamptz, %(now)s::timestamptz, ''
  FROM shops_connection c
 WHERE c.is_active
   AND EXISTS (SELECT 1 FROM casework_watched w JOIN orders_order o ON o.id = w.order_id
                WHERE o.shop_id = c.shop_id AND w.look_at IS NOT NULL)
ON CONFLICT (connection_id) DO NOTHING
"""
_TAKE = """
UPDATE casework_shoppoll p
   SET next_at = %(lease)s
  FROM (SELECT q.id FROM casework_shoppoll q JOIN shops_connection d ON d.id = q.connection_id
         WHERE q.next_at <= %(now)s AND d.is_active AND d.stopped_reason = ''
           AND EXISTS (SELECT 1 FROM casework_watched w JOIN orders_order o ON o.id = w.order_id
                        WHERE o.shop_id = d.shop_id AND w.look_at IS NOT NULL)
         ORDER BY q.next_at LIMIT %(size)s FOR UPDATE OF q SKIP LOCKED) due, shops_connection c
 WHERE p.id = due.id AND c.id = p.connection_id
RETURNING p.id, p.seen_to, c.id, c.changed_at, c.shop_id
"""
_DUE = """
UPDATE casework_watched w
   SET look_at = %(lease)s, looks = w.looks + 1
  FROM (SELECT id FROM (
            SELECT v.id, row_number() OVER (PARTITION BY o.shop_id ORDER BY v.look_at) AS n
              FROM casework_watched v JOIN orders_order o ON o.id = v.order_id
             WHERE v.look_at <= %(now)s) ranked
         WHERE n <= %(per_shop)s LIMIT %(size)s) due, orders_order o, shops_shop s, shops_connection c
 WHERE w.id = due.id AND w.look_at <= %(now)s AND o.id = w.order_id AND s.id = o.shop_id
   AND c.shop_id = s.id AND c.is_active AND c.stopped_reason = ''
RETURNING w.id, w.team_id, w.incident_id, w.order_id, o.shop_id, o.platform_order_id, s.platform, c.id, c.changed_at,
          w.standing
"""
PER_SHOP = 2
"""Reads a shop and round: watching must never take the speed from what has to be sent."""


@dataclass(frozen=True, kw_only=True)
class ToPoll:
    """A shop whose changes are due."""

    id: int
    seen_to: datetime
    connection_id: int
    connection_changed_at: datetime
    shop_id: int


@dataclass(frozen=True, kw_only=True)
class Polled:
    """What a shop's lists brought."""

    row: ToPoll
    listed_at: datetime
    requests: list[CancelRequest] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    error: ConnectorError | None = None


@dataclass(frozen=True, kw_only=True)
class ToWatch:
    """A watched order that is due."""

    id: int
    team_id: int
    incident_id: int
    order_id: int
    shop_id: int
    platform_order_id: str
    platform: Platform
    connection_id: int
    connection_changed_at: datetime
    standing: str


def take_polls(*, now: datetime, size: int, lease: timedelta) -> list[ToPoll]:
    """Shops that are due, leased."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BEGIN, {"now": now, "since": now - FIRST_WINDOW})
        cursor.execute(_TAKE, {"now": now, "size": size, "lease": now + lease})
        return [
            ToPoll(id=row[0], seen_to=row[1], connection_id=row[2], connection_changed_at=row[3], shop_id=row[4])
            for row in cursor.fetchall()
        ]


async def poll(row: ToPoll, connector: Connector, *, now: datetime) -> Polled:
    """Read both lists. Changes nothing."""
    since = row.seen_to - OVERLAP
    requests: list[CancelRequest] = []
    touched: list[str] = []
    error: ConnectorError | None = None
    try:
        async for request in connector.cancel_requests(since, now):
            requests.append(request)  # what was read before an error counts
        async for order in connector.orders_updated(since, now):
            touched.append(order.order_id)  # likewise
    except ConnectorError as failed:
        error = failed
    return Polled(row=row, listed_at=now, requests=requests, touched=touched, error=error)


def conclude_poll(seen: Polled, *, clock: Clock, again: timedelta = POLL_EVERY) -> None:
    """Keep what was found; go on from there next time, or from the same place where the lists were not read whole."""
    shop = Shop.objects.get(pk=seen.row.shop_id)
    for request in seen.requests:
        note_request(shop, request, listed_at=seen.listed_at, clock=clock)
    numbers = [*seen.touched, *(request.order_id for request in seen.requests)]
    look_soon(shop.pk, numbers, clock=clock)
    rows = ShopPoll.objects.filter(pk=seen.row.id)
    rows.update(next_at=clock.now() + again, failed_code=seen.error.code if seen.error else "")
    if seen.error is None:
        rows.update(seen_to=seen.listed_at)


def poll_soon(shop_id: int, *, clock: Clock) -> None:
    """Something points at this shop: list its changes next."""
    found = Connection.objects.filter(shop_id=shop_id, is_active=True).values("pk")
    ShopPoll.objects.filter(connection_id__in=found, next_at__gt=clock.now()).update(next_at=clock.now())


def take_watched(*, now: datetime, size: int, lease: timedelta) -> list[ToWatch]:
    """Orders that are due, a few a shop, leased."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "size": size, "lease": now + lease, "per_shop": PER_SHOP})
        return [
            ToWatch(
                id=row[0], team_id=row[1], incident_id=row[2], order_id=row[3], shop_id=row[4],
                platform_order_id=row[5], platform=Platform(row[6]), connection_id=row[7],
                connection_changed_at=row[8], standing=row[9],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


async def read_order(row: ToWatch, connector: Connector) -> PlatformOrder | None:
    """The order as it is; None when it cannot be read now (it is read again later)."""
    try:
        return await connector.order(row.platform_order_id)
    except ConnectorError:
        return None


def conclude_watch(row: ToWatch, order: PlatformOrder | None, *, clock: Clock) -> None:
    """Note how it stands; where it has ended or moved, the platform's record of it is kept."""
    if order is None:
        return
    seen = standing_of(row.platform, order)
    with transaction.atomic():
        if seen.standing.value != row.standing and Watched.objects.filter(pk=row.id, look_at__isnull=False).exists():
            keep([
                capture_of_order(
                    order, team_id=row.team_id, shop_id=row.shop_id, incident_id=row.incident_id,
                    order_id=row.order_id, at=clock.now(),
                )
            ])  # fmt: skip
        note_standing(row.order_id, seen, clock=clock)
