"""Read a connection's list of conversations for news that was not pushed, where the platform allows that.

One worker reads a list at a time (a lease in the database), at most once a minute, and only while a storm of that shop
is in contact with buyers or was lately. What may hold an answer is marked to be read; the cursor moves on only when the
marks are stored.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Min, Q, QuerySet

from seawall.connectors.contracts import SessionState
from seawall.connectors.errors import AuthExpired, ConnectorError, RateLimited
from seawall.connectors.registry import open_connector
from seawall.evidence.api import CaptureSource
from seawall.inbox.api import Conversation, ReplyList
from seawall.kernel.clock import Clock
from seawall.outreach.arrivals import Arrival, one_at_a_time, take_session
from seawall.outreach.lost import notice_listed
from seawall.outreach.models import Lane, Recipient, RollOut
from seawall.outreach.states import RollOutState
from seawall.shops.api import Connection, ask_renewal, credentials_of

log = structlog.get_logger()

LIST_EVERY = timedelta(minutes=1)
"""How soon an answer whose push was lost is found (ours): a list that shows nothing new costs one call."""
RECEIPTS_EVERY = timedelta(minutes=15)
"""How often the list is read further back for read receipts, where the platform has them in no push (ours)."""
RECEIPTS_BACK = timedelta(days=3)
"""How long a message's reading is waited for (ours)."""
KEEP_LISTENING = timedelta(days=14)
"""How long after the end of a roll-out its buyers' answers are still looked for (ours)."""
OVERLAP = timedelta(minutes=2)
"""How far before the cursor a list is read again: a platform may show a message later than it stamped it."""
LEASE = timedelta(minutes=5)
"""A worker that does not come back within this is taken for lost."""
NEVER_LISTED = timedelta(hours=6)
"""How soon a connection whose platform forbids listing is asked again whether it still does."""
AT_ONCE = 8
"""Lists read side by side, each of another shop."""
_CHUNK = 50
_LONGEST_PAUSE = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """What reading one list brought."""

    mine: ReplyList
    states: Sequence[SessionState] = ()
    may_list: bool = True
    is_wide: bool = False
    """Read further back, for receipts."""
    error: ConnectorError | None = None


def read_lists(*, clock: Clock) -> int:
    """Read the lists that are due, several shops side by side. Returns how many."""
    due = _take_due(clock)
    if not due:
        return 0
    jobs = [(row, _back_to(row, clock)) for row in due]
    for found in asyncio.run(_read_all(jobs, clock)):
        _conclude(found, clock)
    return len(due)


def _in_contact(now: datetime) -> QuerySet[Lane]:
    """Lanes of roll-outs that have written to buyers, or whose sample has, and whose answers may still come."""
    live = Q(state__in=[s.value for s in RollOutState if s not in (RollOutState.PLANNED, RollOutState.VOID)])
    # A plan that replaced another: the sample of that one may have gone out.
    live |= Q(state=RollOutState.PLANNED.value, version__gt=1)
    recent = Q(ended_at__isnull=True) | Q(ended_at__gt=now - KEEP_LISTENING)
    return Lane.objects.filter(roll_out__in=RollOut.objects.filter(live & recent))


def _take_due(clock: Clock) -> list[ReplyList]:
    now = clock.now()
    shops = _in_contact(now).values("connection__shop_id")
    reachable = Connection.objects.filter(is_active=True, stopped_reason="", shop_id__in=shops)
    for connection in reachable.filter(reply_list__isnull=True)[:100]:
        begun = (
            _in_contact(now).filter(connection__shop_id=connection.shop_id).aggregate(at=Min("roll_out__planned_at"))
        )
        ReplyList.objects.get_or_create(
            connection=connection,
            defaults={
                "team_id": connection.team_id, "cursor_at": begun["at"] or now, "due_at": now,
                "receipts_due_at": now + RECEIPTS_EVERY,
            },
        )  # fmt: skip
    free = ReplyList.objects.filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now), due_at__lte=now)
    taken = []
    for row in free.filter(connection__in=reachable).select_related("connection__shop").order_by("due_at")[:AT_ONCE]:
        # Of two workers exactly one finds the lease as it was read.
        mine = free.filter(pk=row.pk, leased_until=row.leased_until, due_at=row.due_at)
        if mine.update(leased_until=now + LEASE) == 1:
            row.leased_until = now + LEASE
            taken.append(row)
    return taken


async def _read_all(jobs: Sequence[tuple[ReplyList, datetime | None]], clock: Clock) -> list[_Listed]:
    return list(await asyncio.gather(*(_read_one(row, back_to, clock) for row, back_to in jobs)))


def _back_to(row: ReplyList, clock: Clock) -> datetime | None:
    """How far back receipts are to be looked for; None when that is not due, or nothing waits for one."""
    now = clock.now()
    if row.receipts_due_at > now:
        return None
    unread = Recipient.objects.filter(
        order__shop_id=row.connection.shop_id, state__in=["acknowledged", "confirmed"], sent_at__gt=now - RECEIPTS_BACK
    )
    oldest: datetime | None = unread.aggregate(at=Min("sent_at"))["at"]
    return oldest


async def _read_one(row: ReplyList, back_to: datetime | None, clock: Clock) -> _Listed:
    try:
        async with open_connector(credentials_of(row.connection), clock=clock) as connector:
            if not connector.capabilities["poll_messages"].can:
                return _Listed(mine=row, may_list=False)
            since = row.cursor_at - OVERLAP
            is_wide = back_to is not None and connector.capabilities["read_receipts"].can
            if is_wide and back_to is not None:
                since = min(since, back_to)
            states = [state async for state in connector.conversations(changed_since=since)]
            return _Listed(mine=row, states=states, is_wide=is_wide)
    except ConnectorError as error:
        return _Listed(mine=row, error=error)


def _conclude(found: _Listed, clock: Clock) -> None:
    row = found.mine
    held = ReplyList.objects.filter(pk=row.pk, leased_until=row.leased_until)
    now = clock.now()
    if not found.may_list:
        held.update(leased_until=None, due_at=now + NEVER_LISTED)
        return
    if found.error is not None:
        _put_off(found, held, clock)
        return
    marked = 0
    for start in range(0, len(found.states), _CHUNK):
        with transaction.atomic():
            one_at_a_time()
            marked += sum(_note(row, state, clock) for state in found.states[start : start + _CHUNK])
    newest = max((s.last_message_at for s in found.states if s.last_message_at is not None), default=row.cursor_at)
    held.update(
        leased_until=None, due_at=now + LIST_EVERY, read_at=now, tries=0, failed_with="",
        cursor_at=max(row.cursor_at, newest),
        receipts_due_at=now + RECEIPTS_EVERY if row.receipts_due_at <= now else row.receipts_due_at,
    )  # fmt: skip
    if marked:
        log.info("conversations to be read", action="replies.listed", connection=row.connection_id, count=marked)


def _note(row: ReplyList, state: SessionState, clock: Clock) -> bool:
    """Keep what one row of the list says; whether its conversation is to be read."""
    shop = row.connection.shop
    conversation, _ = Conversation.objects.get_or_create(
        shop_id=shop.pk, session_id=state.session_id, defaults={"team_id": row.team_id}
    )
    read_up_to, known = state.buyer_read_up_to, conversation.buyer_read_up_to
    if read_up_to is not None and (known is None or read_up_to > known):
        arrival = Arrival(
            team_id=row.team_id, shop_id=shop.pk, market=shop.market, source=CaptureSource.READ_BACK,
            path="conversation/list", body=json.dumps(dict(state.raw), ensure_ascii=False, separators=(",", ":")),
            received_at=clock.now(), said_at=clock.now(),
        )  # fmt: skip
        take_session(arrival, state, clock)
    return notice_listed(conversation, state, clock=clock)


def _put_off(found: _Listed, held: QuerySet[ReplyList], clock: Clock) -> None:
    error, tries = found.error, found.mine.tries + 1
    assert error is not None  # noqa: S101  # the caller asks
    pause = min(LIST_EVERY * 2 ** min(tries - 1, 8), _LONGEST_PAUSE)
    until = clock.now() + pause
    if isinstance(error, RateLimited):
        until = max(until, error.until)
    if isinstance(error, AuthExpired):
        ask_renewal(found.mine.connection_id, clock=clock, seen=found.mine.connection.changed_at)
    why = " ".join(filter(None, (error.code, error.platform_code)))[:200]
    held.update(leased_until=None, due_at=until, tries=min(tries, 100), failed_with=why)
    log.warning("list not read", action="replies.list_failed", connection=found.mine.connection_id, code=error.code)
