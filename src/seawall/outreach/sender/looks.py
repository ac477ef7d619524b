"""Look up sends whose outcome is unknown, in the platform's own record; decide; never repeat blindly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from seawall.connectors.contracts import ChatMessage, Messenger, Speaker
from seawall.connectors.errors import AuthExpired, ConnectorError, OutcomeUnknown, RateLimited, Transient
from seawall.evidence.api import CaptureSource
from seawall.kernel.clock import Clock
from seawall.outreach.groups import keep_for_all
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient, RollOut
from seawall.outreach.policy import CLOCK_STEP
from seawall.outreach.proof import apply_record
from seawall.outreach.sender.outcome import MAX_ATTEMPTS
from seawall.outreach.sender.readback import capture_of
from seawall.outreach.states import RollOutState

LOOKS_BEFORE_RESENDING = 2
"""How often a message must be missing from the platform's record before it may be sent again (ours: no platform
documents how soon a sent message can be read back)."""

_CLOCK_SKEW = timedelta(hours=3)
"""How far back before our own claim is looked. A platform stamps messages by its own clock, and Lazada serves callers
whose clock is up to two hours wrong [D]: a message overlooked for its stamp would be sent again. Finding too much does
no harm: the words name the order."""

_TAKE = """
UPDATE outreach_recipient p
   SET look_up_after = %(lease)s
  FROM (SELECT id FROM outreach_recipient
         WHERE state = 'unknown' AND look_up_after <= %(now)s
         ORDER BY look_up_after LIMIT %(size)s FOR UPDATE SKIP LOCKED) due,
       outreach_lane l, orders_order o, shops_connection c
 WHERE p.id = due.id AND l.id = p.lane_id AND o.id = p.order_id AND c.id = l.connection_id
RETURNING p.id, p.team_id, p.incident_id, p.order_id, p.roll_out_id, p.attempts, p.text, p.session_id, p.looked_up,
          coalesce(p.claimed_at, p.unknown_since), l.connection_id, o.shop_id, o.platform_order_id,
          c.changed_at
"""


def heed_clock(*, now: datetime, grace: timedelta) -> None:
    """After the clock was set back, an unknown outcome waits one grace by the new time, not until the old time comes
    again. No look is ever put off for longer than a grace: what lies further ahead was stamped by the old clock."""
    ahead = Recipient.objects.filter(state="unknown", look_up_after__gt=now + grace + CLOCK_STEP)
    ahead.update(look_up_after=now + grace)


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A row to be looked up."""

    id: int
    team_id: int
    incident_id: int
    order_id: int
    roll_out_id: int
    attempts: int
    text: str
    session_id: str
    looked_up: int
    since: datetime
    connection_id: int
    shop_id: int
    platform_order_id: str
    connection_changed_at: datetime


def take_due(*, now: datetime, size: int, lease: timedelta) -> list[Unknown]:
    """Rows due for a look, leased so that two workers do not look at once (harmless, but wasteful)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"now": now, "lease": now + lease, "size": size})
        return [
            Unknown(
                id=row[0], team_id=row[1], incident_id=row[2], order_id=row[3], roll_out_id=row[4], attempts=row[5],
                text=row[6], session_id=row[7], looked_up=row[8], since=row[9], connection_id=row[10],
                shop_id=row[11], platform_order_id=row[12], connection_changed_at=row[13],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look found: the message, its absence, or that looking is impossible."""

    row: Unknown
    session_id: str = ""
    found: ChatMessage | None = None
    error: ConnectorError | None = None


async def look(row: Unknown, messenger: Messenger) -> Look:
    """Read the conversation back. Opening a session and reading change nothing a buyer sees."""
    try:
        session_id = row.session_id or (await messenger.open_session(row.platform_order_id)).session_id
        messages = await messenger.read_back(session_id, since=row.since - _CLOCK_SKEW)
    except ConnectorError as error:
        return Look(row=row, error=error)
    return Look(row=row, session_id=session_id, found=_ours(messages, row.text))


def _ours(messages: Sequence[ChatMessage], text: str) -> ChatMessage | None:
    """Our message among those read: the seller's, with the very words (each text names its own order number)."""
    wanted = " ".join(text.split())
    for message in messages:
        if message.speaker is Speaker.SELLER and " ".join(message.text.split()) == wanted:
            return message
    return None


def conclude(seen: Look, *, clock: Clock, grace: timedelta) -> str:
    """Write down what a look means; returns the event, or `wait` when it is to be looked up again."""
    rows = Recipient.objects.filter(pk=seen.row.id, state="unknown", attempts=seen.row.attempts)
    with transaction.atomic():
        if seen.found is not None:
            return _found(seen, rows.select_for_update(of=("self",)).first(), seen.found, clock)
        if seen.error is not None:
            return _cannot_look(seen.error, rows, clock)
        rows.update(session_id=seen.session_id)
        if seen.row.looked_up + 1 < LOOKS_BEFORE_RESENDING:
            rows.update(looked_up=seen.row.looked_up + 1, look_up_after=clock.now() + grace)
            return "wait"
        if seen.row.attempts >= MAX_ATTEMPTS:
            move_rows(
                rows, "give_to_person", clock=clock, reason="tried_too_often", params={"attempts": seen.row.attempts}
            )
            return "give_to_person"
        if rows.exclude(told_message_id="").exists():
            # A person says that it was sent: then it never goes again by itself.
            move_rows(rows, "give_to_person", clock=clock, reason="told_but_not_found")
            return "give_to_person"
        move_rows(rows, "not_at_platform", clock=clock, reason="not_found_at_platform")
        ended = RollOut.objects.filter(
            pk=seen.row.roll_out_id, state__in=[RollOutState.STOPPED, RollOutState.DONE]
        ).exists()
        if ended:
            waiting = Recipient.objects.filter(pk=seen.row.id, state="waiting")
            move_rows(waiting, "leave_out", clock=clock, reason="roll_out_stopped")
        return "not_at_platform"


def _found(seen: Look, row: Recipient | None, message: ChatMessage, clock: Clock) -> str:
    if row is None:
        return "wait"
    Recipient.objects.filter(pk=row.pk).update(
        session_id=message.session_id, platform_message_id=message.message_id, sent_at=message.sent_at
    )
    move_rows(Recipient.objects.filter(pk=row.pk), "acknowledged", clock=clock)
    keep_for_all([
        capture_of(message, source=CaptureSource.READ_BACK, team_id=row.team_id, shop_id=seen.row.shop_id,
                   incident_id=row.incident_id, order_id=row.order_id, recipient_id=row.pk, at=clock.now())
    ])  # fmt: skip
    apply_record(message, recipient_id=row.pk, clock=clock)
    return "acknowledged"


def _cannot_look(error: ConnectorError, rows: QuerySet[Recipient], clock: Clock) -> str:
    if isinstance(error, Transient | RateLimited | OutcomeUnknown | AuthExpired):
        # The lease runs out and it is looked up again: waiting costs nothing, guessing might.
        return "wait"
    move_rows(
        rows, "give_to_person", clock=clock, reason="look_up_failed",
        params={"platform_code": error.platform_code},
    )  # fmt: skip
    return "give_to_person"
