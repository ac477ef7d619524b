"""Read the conversations that are marked, a few at a time, and hand what they hold to the path that pushes take.

Reads never take the speed from messages that still wait: one conversation a shop and round, one call after another.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection as session
from django.db import transaction
from django.db.models import Min

from seawall.connectors.contracts import ChatMessage
from seawall.connectors.errors import AuthExpired, ConnectorError, RateLimited, Rejected
from seawall.connectors.registry import open_connector
from seawall.evidence.api import CaptureSource
from seawall.inbox.api import Conversation
from seawall.kernel.clock import Clock
from seawall.outreach.arrivals import Arrival, is_news, one_at_a_time, take_message
from seawall.outreach.models import Recipient
from seawall.shops.api import Connection, ask_renewal, credentials_of

log = structlog.get_logger()

PER_SHOP = 1
"""Conversations read a shop and round."""
AT_ONCE = 16
LEASE = timedelta(minutes=2)
MOST_TRIES = 5
"""Failed reads after which a conversation is left until something new is heard of it (ours)."""
FIRST_PAUSE = timedelta(seconds=30)
FURTHEST_BACK = timedelta(days=7)
"""How far a conversation is read back that no storm of ours wrote into (ours)."""

_TAKE = """
UPDATE inbox_conversation v
   SET look_after = %(lease)s
  FROM (SELECT id, connection_id FROM (
            SELECT i.id, c.id AS connection_id,
                   row_number() OVER (PARTITION BY i.shop_id ORDER BY i.look_after) AS n
              FROM inbox_conversation i
              JOIN shops_connection c ON c.shop_id = i.shop_id AND c.is_active AND c.stopped_reason = ''
             WHERE i.look_after <= %(now)s) ranked
         WHERE n <= %(per_shop)s ORDER BY id LIMIT %(size)s) due
 WHERE v.id = due.id AND v.look_after <= %(now)s
RETURNING v.id, due.connection_id
"""


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What reading one conversation brought."""

    conversation: Conversation
    connection: Connection
    lease: datetime
    messages: Sequence[ChatMessage] = ()
    error: ConnectorError | None = None


def read_marked(*, clock: Clock) -> int:
    """Read marked conversations, at most one of each shop. Returns how many were read."""
    now = clock.now()
    lease = now + LEASE
    with transaction.atomic(), session.cursor() as cursor:
        cursor.execute(_TAKE, {"now": now, "lease": lease, "per_shop": PER_SHOP, "size": AT_ONCE})
        taken = dict(cursor.fetchall())
    if not taken:
        return 0
    connections = Connection.objects.select_related("shop").in_bulk(set(taken.values()))
    conversations = Conversation.objects.in_bulk(taken)
    jobs = [
        (conversations[pk], connections[connection], _since(conversations[pk], now)) for pk, connection in taken.items()
    ]
    for found in asyncio.run(_read_all(jobs, lease, clock)):
        _conclude(found, clock)
    return len(taken)


def _since(conversation: Conversation, now: datetime) -> datetime:
    """From where on something may be missing: the last message read, else the first one of ours."""
    if conversation.complete_at is not None:
        return conversation.complete_at
    ours = Recipient.objects.filter(order__shop_id=conversation.shop_id, session_id=conversation.session_id)
    first: datetime | None = ours.aggregate(at=Min("sent_at"))["at"]
    return first or now - FURTHEST_BACK


async def _read_all(
    jobs: Sequence[tuple[Conversation, Connection, datetime]], lease: datetime, clock: Clock
) -> list[_Read]:
    return list(await asyncio.gather(*(_read_one(*job, lease=lease, clock=clock) for job in jobs)))


async def _read_one(
    conversation: Conversation, connection: Connection, since: datetime, *, lease: datetime, clock: Clock
) -> _Read:
    try:
        async with open_connector(credentials_of(connection), clock=clock) as connector:
            messages = await connector.read_back(conversation.session_id, since=since)
    except ConnectorError as error:
        return _Read(conversation=conversation, connection=connection, lease=lease, error=error)
    return _Read(conversation=conversation, connection=connection, lease=lease, messages=messages)


def _conclude(found: _Read, clock: Clock) -> None:
    if found.error is not None:
        _put_off(found, found.error, clock)
        return
    conversation, connection = found.conversation, found.connection
    with transaction.atomic():
        one_at_a_time()
        take_read(
            found.messages, team_id=conversation.team_id, shop_id=conversation.shop_id, market=connection.shop.market,
            clock=clock,
        )  # fmt: skip
        row = Conversation.objects.filter(pk=conversation.pk)
        if found.messages:
            newest = found.messages[-1]
            row.update(complete_id=newest.message_id, complete_at=newest.sent_at)
        # A mark set while it was read stays: something newer is there.
        row.filter(look_after=found.lease).update(look_after=None, look_tries=0)


def take_read(messages: Sequence[ChatMessage], *, team_id: int, shop_id: int, market: str, clock: Clock) -> int:
    """Take in what was read of a conversation and is news. Call under `one_at_a_time`. Returns how many messages."""
    fresh = [message for message in messages if is_news(message, shop_id=shop_id)]
    for message in fresh:
        arrival = Arrival(
            team_id=team_id, shop_id=shop_id, market=market, source=CaptureSource.READ_BACK, path="message/list",
            body=json.dumps(dict(message.raw), ensure_ascii=False, separators=(",", ":")), received_at=clock.now(),
        )  # fmt: skip
        take_message(arrival, message, clock)
    return len(fresh)


def _put_off(found: _Read, error: ConnectorError, clock: Clock) -> None:
    tries = found.conversation.look_tries + 1
    mine = Conversation.objects.filter(pk=found.conversation.pk, look_after=found.lease)
    until: datetime | None = clock.now() + FIRST_PAUSE * 2 ** min(tries - 1, 6)
    if isinstance(error, RateLimited):
        # Too fast costs no try: the platform said when to come back.
        tries, until = tries - 1, error.until
    elif isinstance(error, AuthExpired):
        ask_renewal(found.connection.pk, clock=clock, seen=found.connection.changed_at)
    elif isinstance(error, Rejected) and tries >= MOST_TRIES:
        until = None
    mine.update(look_after=until, look_tries=min(tries, 100))
    log.warning(
        "conversation not read", action="replies.read_failed", conversation=found.conversation.pk, code=error.code
    )
