"""Read the platform's own record of messages it acknowledged, where no push has proved them: ids alone are no proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from seawall.connectors.contracts import ChatMessage, Connector
from seawall.connectors.errors import ConnectorError
from seawall.evidence.api import CaptureSource
from seawall.inbox.api import store_message
from seawall.kernel.clock import Clock
from seawall.outreach.arrivals import one_at_a_time
from seawall.outreach.groups import keep_for_all
from seawall.outreach.models import Recipient
from seawall.outreach.policy import CONFIRM_LOOKS, CONFIRM_ONCE_MORE
from seawall.outreach.proof import apply_record
from seawall.outreach.replies.reads import take_read
from seawall.outreach.sender.readback import capture_of
from seawall.outreach.sender.tasks import pushes_own_messages

PER_SHOP = 2
"""Reads a shop and tick: proof must never take the speed from messages that still wait."""

_TAKE = """
UPDATE outreach_recipient p
   SET confirm_after = %(lease)s
  FROM (SELECT id FROM (
            SELECT r.id, row_number() OVER (PARTITION BY r.lane_id ORDER BY r.confirm_after) AS n
              FROM outreach_recipient r
             WHERE r.confirm_after <= %(now)s) ranked
         WHERE n <= %(per_shop)s ORDER BY id LIMIT %(size)s) due,
       outreach_lane l, shops_connection c, orders_order o, shops_shop s
 WHERE p.id = due.id AND p.confirm_after <= %(now)s AND l.id = p.lane_id AND c.id = l.connection_id AND c.is_active
   AND o.id = p.order_id AND s.id = o.shop_id
RETURNING p.id, p.team_id, p.incident_id, p.order_id, o.shop_id, p.session_id, p.platform_message_id, p.sent_at,
          l.connection_id, c.changed_at, s.market
"""


@dataclass(frozen=True, kw_only=True)
class Unproved:
    """An acknowledged row whose proof is to be read."""

    id: int
    team_id: int
    incident_id: int
    order_id: int
    shop_id: int
    session_id: str
    message_id: str
    sent_at: datetime
    connection_id: int
    connection_changed_at: datetime
    market: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What reading brought: our message as the record holds it, or nothing."""

    row: Unproved
    found: ChatMessage | None = None
    beside: Sequence[ChatMessage] = ()
    """What else the conversation holds: answers whose pushes may have been lost."""
    error: ConnectorError | None = None
    filters_in_silence: bool = False
    """No push tells when the platform's filter takes a message away later: it is looked at once more."""


def take_due(*, now: datetime, size: int, lease: timedelta) -> list[Unproved]:
    """Rows whose proof is due, a few a shop, leased so that two workers do not read the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"now": now, "lease": now + lease, "size": size, "per_shop": PER_SHOP})
        return [
            Unproved(
                id=row[0], team_id=row[1], incident_id=row[2], order_id=row[3], shop_id=row[4], session_id=row[5],
                message_id=row[6], sent_at=row[7] or now, connection_id=row[8], connection_changed_at=row[9],
                market=row[10],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


async def read_proof(row: Unproved, connector: Connector) -> Proof:
    """Read one conversation back. Changes nothing a buyer sees."""
    try:
        messages = await connector.read_back(row.session_id, since=row.sent_at)
    except ConnectorError as error:
        return Proof(row=row, error=error)
    found = next((m for m in messages if m.message_id == row.message_id), None)
    beside = [m for m in messages if m.message_id != row.message_id]
    return Proof(row=row, found=found, beside=beside, filters_in_silence=not pushes_own_messages(connector))


def conclude(proof: Proof, *, clock: Clock, again: timedelta) -> None:
    """Keep what was read and let the row become what it proves. Without proof it is read again later, a few times;
    where a filter works late and in silence, a proved one is looked at once more and may lose its proof."""
    _conclude_row(proof, clock=clock, again=again)
    if proof.beside:
        # A transaction of its own: whoever takes in news may wait for the row, which must not be held meanwhile.
        with transaction.atomic():
            one_at_a_time()
            take_read(
                proof.beside, team_id=proof.row.team_id, shop_id=proof.row.shop_id, market=proof.row.market,
                clock=clock,
            )  # fmt: skip


def _conclude_row(proof: Proof, *, clock: Clock, again: timedelta) -> None:
    rows = Recipient.objects.filter(pk=proof.row.id, confirm_after__isnull=False)
    with transaction.atomic():
        if proof.found is None:
            # An error costs no look: a platform in trouble says nothing about the message.
            looks = 0 if proof.error is not None else 1
            rows.update(confirm_looks=F("confirm_looks") + looks, confirm_after=clock.now() + again)
            rows.filter(confirm_looks__gte=CONFIRM_LOOKS).update(confirm_after=None)
            return
        row = rows.select_for_update(of=("self",)).first()
        if row is None:
            return
        is_last_look = not proof.filters_in_silence or row.confirm_looks >= CONFIRM_LOOKS
        Recipient.objects.filter(pk=row.pk).update(
            confirm_after=None if is_last_look else clock.now() + CONFIRM_ONCE_MORE, confirm_looks=CONFIRM_LOOKS
        )
        store_message(
            proof.found, team_id=row.team_id, shop_id=proof.row.shop_id, recipient_id=row.pk, received_at=clock.now()
        )
        keep_for_all([
            capture_of(proof.found, source=CaptureSource.READ_BACK, team_id=row.team_id, shop_id=proof.row.shop_id,
                       incident_id=row.incident_id, order_id=row.order_id, recipient_id=row.pk, at=clock.now())
        ])  # fmt: skip
        apply_record(proof.found, recipient_id=row.pk, clock=clock)
