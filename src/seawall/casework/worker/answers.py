"""Give decided answers to the platform, one call a request; look up what is in doubt by reading the order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from seawall.casework.models import BuyerRequest
from seawall.casework.policy import CALL_GOOD_FOR, LOOKS, MAX_TRIES, TRANSIENT_WAIT
from seawall.casework.states import REQUEST
from seawall.casework.watching import note_standing
from seawall.casework.worker.outcome import capture_of_order
from seawall.connectors.contracts import Connector, Exchange, PlatformOrder
from seawall.connectors.errors import AuthExpired, ConnectorError, OutcomeUnknown, RateLimited, Transient
from seawall.connectors.standing import Standing, standing_of
from seawall.evidence.api import CaptureSource, NewCapture, keep
from seawall.kernel.clock import Clock
from seawall.kernel.markets import Platform
from seawall.timeline.api import move_all

_COLUMNS = """p.id, p.team_id, p.incident_id, p.order_id, p.shop_id, p.request_id, p.round, p.accept, p.answer_reason,
          p.tries, p.looked_up, p.platform_code, o.platform_order_id, s.platform, c.id, c.changed_at"""
_FROM = """orders_order o, shops_shop s, shops_connection c
 WHERE p.id = due.id AND o.id = p.order_id AND s.id = p.shop_id AND c.shop_id = s.id AND c.is_active
   AND c.stopped_reason = '' AND (c.is_simulator OR NOT p.is_training)"""

_CLAIM = f"""
UPDATE casework_buyerrequest p
   SET state = 'claimed', claimed_by = %(worker)s, state_at = %(now)s, tries = p.tries + 1, called_at = NULL,
       look_up_after = NULL
  FROM (SELECT id FROM casework_buyerrequest
         WHERE state = 'decided' AND (look_up_after IS NULL OR look_up_after <= %(now)s)
         ORDER BY breach_at NULLS LAST, id LIMIT %(size)s FOR UPDATE SKIP LOCKED) due, {_FROM}
RETURNING {_COLUMNS}
"""  # noqa: S608  # put together from constants of this file

_TAKE = f"""
UPDATE casework_buyerrequest p
   SET look_up_after = %(lease)s
  FROM (SELECT id FROM casework_buyerrequest
         WHERE state = 'unknown' AND look_up_after <= %(now)s
         ORDER BY look_up_after LIMIT %(size)s FOR UPDATE SKIP LOCKED) due, {_FROM}
RETURNING {_COLUMNS}
"""  # noqa: S608  # put together from constants of this file

_LOST = """
UPDATE casework_buyerrequest p
   SET state = CASE WHEN called_at IS NULL THEN 'decided' ELSE 'unknown' END, claimed_by = NULL, looked_up = 0,
       state_at = %(now)s, look_up_after = CASE WHEN called_at IS NULL THEN NULL ELSE %(after)s::timestamptz END
 WHERE state = 'claimed' AND (state_at < %(before)s OR claimed_by = %(worker)s)
"""


@dataclass(frozen=True, kw_only=True)
class ToAnswer:
    """A decided request in this worker's hands."""

    id: int
    team_id: int
    incident_id: int
    order_id: int
    shop_id: int
    request_id: str
    round: int
    accept: bool
    answer_reason: str
    tries: int
    looked_up: int
    platform_code: str
    platform_order_id: str
    platform: Platform
    connection_id: int
    connection_changed_at: datetime

    @property
    def intent_key(self) -> str:
        """One per decision: a repeat is the same decision where the platform knows such keys."""
        return f"seawall-{self.id}-{self.round}-{'yes' if self.accept else 'no'}"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What came of an answer or of a look."""

    row: ToAnswer
    exchange: Exchange | None = None
    error: ConnectorError | None = None
    order: PlatformOrder | None = None
    may_go: bool = True


def claim_decided(*, worker: int, size: int, now: datetime) -> list[ToAnswer]:
    """Decided requests, the next to breach first."""
    return _rows(_CLAIM, {"worker": worker, "size": size, "now": now})


def take_due(*, now: datetime, size: int, lease: timedelta) -> list[ToAnswer]:
    """Answers in doubt that are due for a look, leased."""
    return _rows(_TAKE, {"now": now, "size": size, "lease": now + lease})


def _rows(sql: str, params: Mapping[str, int | datetime]) -> list[ToAnswer]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [
            ToAnswer(
                id=row[0], team_id=row[1], incident_id=row[2], order_id=row[3], shop_id=row[4], request_id=row[5],
                round=row[6], accept=row[7], answer_reason=row[8], tries=row[9], looked_up=row[10],
                platform_code=row[11], platform_order_id=row[12], platform=Platform(row[13]), connection_id=row[14],
                connection_changed_at=row[15],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


def mark_called(row: ToAnswer, *, worker: int, now: datetime) -> bool:
    """Write down, for good, that the answer leaves now; False when it may not (taken from this worker)."""
    rows = BuyerRequest.objects.filter(pk=row.id, state="claimed", claimed_by=worker, tries=row.tries)
    return rows.filter(called_at__isnull=True).update(called_at=now) == 1


async def answer(row: ToAnswer, connector: Connector) -> Answered:
    """The one call."""
    try:
        exchange = await connector.answer_cancel_request(
            row.request_id, accept=row.accept, reason=row.answer_reason, intent_key=row.intent_key
        )
    except ConnectorError as error:
        return Answered(row=row, error=error)
    return Answered(row=row, exchange=exchange)


def settle(done: Answered, *, clock: Clock, grace: timedelta) -> None:
    """Write down what came of an answer. A refusal is looked into: the order says whether somebody was faster."""
    row, error, now = done.row, done.error, clock.now()
    rows = BuyerRequest.objects.filter(pk=row.id, state="claimed", tries=row.tries)
    with transaction.atomic():
        exchange = done.exchange or (error.exchange if error else None)
        if exchange is not None:
            keep([_capture(row, exchange)])
        if error is None and done.may_go:
            move_all(rows, REQUEST, "answered", state_at=now, claimed_by=None, answered_at=now)
        elif error is None:
            move_all(rows, REQUEST, "release", state_at=now, claimed_by=None)
        elif isinstance(error, RateLimited | Transient | AuthExpired):
            until = error.until if isinstance(error, RateLimited) else now + TRANSIENT_WAIT
            if row.tries >= MAX_TRIES and isinstance(error, Transient):
                _to_person(rows, row, error, now)
            else:
                move_all(
                    rows, REQUEST, "release", state_at=now, claimed_by=None, called_at=None, look_up_after=until
                )  # fmt: skip
        else:
            code = "" if isinstance(error, OutcomeUnknown) else (error.platform_code or error.code)
            move_all(
                rows, REQUEST, "lost_sight", state_at=now, claimed_by=None, looked_up=0, platform_code=code[:120],
                platform_words="" if not code else (error.detail or str(error))[:1000],
                look_up_after=now + (timedelta(0) if code else grace),
            )  # fmt: skip


def _to_person(rows: Any, row: ToAnswer, error: ConnectorError, now: datetime) -> None:
    move_all(
        rows, REQUEST, "give_to_person", state_at=now, claimed_by=None, platform_code=error.platform_code[:120],
        platform_words=(error.detail or str(error))[:1000],
    )  # fmt: skip


async def look(row: ToAnswer, connector: Connector) -> Answered:
    """Read the order. Changes nothing."""
    try:
        return Answered(row=row, order=await connector.order(row.platform_order_id))
    except ConnectorError as error:
        return Answered(row=row, error=error)


def conclude(seen: Answered, *, clock: Clock, grace: timedelta) -> str:
    """Write down what a look means; returns the event, or `wait`."""
    row = seen.row
    if seen.order is None:
        return "wait"
    standing = standing_of(row.platform, seen.order)
    event = after_doubt(row, standing.standing)
    rows = BuyerRequest.objects.filter(pk=row.id, state="unknown", tries=row.tries)
    with transaction.atomic():
        if not event:
            rows.update(looked_up=row.looked_up + 1, look_up_after=clock.now() + grace)
            return "wait"
        keep([
            capture_of_order(
                seen.order, team_id=row.team_id, shop_id=row.shop_id, incident_id=row.incident_id,
                order_id=row.order_id, at=clock.now(),
            )
        ])  # fmt: skip
        values = {"answered_at": clock.now()} if event == "answered" else {}
        move_all(rows, REQUEST, event, state_at=clock.now(), claimed_by=None, **values)
        note_standing(row.order_id, standing, clock=clock)
    return event


def after_doubt(row: ToAnswer, standing: Standing) -> str:
    """The move of a request whose answer is in doubt or was refused, by the order's own record; empty: look again."""
    if standing is Standing.CANCELLED:
        return "answered" if row.accept and not row.platform_code else "gone"
    if standing is Standing.CANCEL_ASKED:
        if row.platform_code:
            return "give_to_person"
        return "still_waits" if row.looked_up + 1 >= LOOKS else ""
    if standing in (Standing.OPEN, Standing.SHIPPED, Standing.DELIVERED, Standing.RETURNED):
        return "answered" if not row.accept and not row.platform_code else "gone"
    return "give_to_person" if row.looked_up + 1 >= LOOKS else ""


def reap(*, own_key: int, now: datetime, grace: timedelta) -> None:
    """Claims of dead workers: decided again where no call left, else to be looked up."""
    params = {"now": now, "after": now + grace, "before": now - CALL_GOOD_FOR}
    claimed = BuyerRequest.objects.filter(state="claimed").exclude(claimed_by=own_key)
    for worker in {0, *claimed.values_list("claimed_by", flat=True).distinct()}:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [worker])
            free = cursor.fetchone()
            if free is not None and free[0]:
                cursor.execute(_LOST, {**params, "worker": worker})


def _capture(row: ToAnswer, exchange: Exchange) -> NewCapture:
    return NewCapture(
        team_id=row.team_id, shop_id=row.shop_id, incident_id=row.incident_id, order_id=row.order_id,
        source=CaptureSource.ANSWER, path=exchange.path, request=dict(exchange.request), body=exchange.body,
        request_id=exchange.request_id, speaker="system", our_time=exchange.answered_at,
    )  # fmt: skip
