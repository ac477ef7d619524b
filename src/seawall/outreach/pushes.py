"""Act on pushes: the platform's own record raises ledger rows; buyers' answers are kept and tied to their orders.

Pushes come late, twice and out of order; every step here may be repeated, and a later one never undoes an earlier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from seawall.connectors.contracts import ChatMessage, EventKind, PushEvent, SessionState, Speaker
from seawall.connectors.models import ReceivedEvent
from seawall.connectors.received import secret_mark
from seawall.connectors.registry import push_reader
from seawall.evidence.api import CaptureSource, NewCapture, keep
from seawall.inbox.api import store_message, store_session
from seawall.kernel.clock import Clock
from seawall.kernel.digest import sha256_text
from seawall.kernel.errors import SeawallError
from seawall.kernel.markets import Platform
from seawall.outreach.groups import keep_for_all
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient
from seawall.outreach.proof import apply_record, follow_records
from seawall.outreach.states import SENT
from seawall.shops.api import Connection, credentials_of

log = structlog.get_logger()

MAX_TRIES = 5
"""A push that fails this often stays listed and is no longer tried by itself."""

_HANDLER = 0x5EA_0002
"""Advisory lock of whoever handles pushes."""


@dataclass(frozen=True, kw_only=True)
class _Arrival:
    """A push with the shop it is for."""

    event: PushEvent
    stored: ReceivedEvent
    team_id: int
    shop_id: int


class Hint(Protocol):
    """What a layer above does with a push that is no message: (the push, our shop)."""

    def __call__(self, event: PushEvent, shop_id: int, *, clock: Clock) -> None: ...


def handle_received(*, clock: Clock, size: int = 200, hint: Hint | None = None) -> int:
    """Handle up to `size` stored pushes, oldest first, each in its own transaction. Returns how many were taken up.

    One handler works at a time, whatever number of workers there is: what one push proves and what another one adds to
    it must not pass each other unseen.
    """
    waiting = ReceivedEvent.objects.filter(handled_at__isnull=True, tries__lt=MAX_TRIES).order_by("pk")
    taken = 0
    for pk in list(waiting.values_list("pk", flat=True)[:size]):
        with transaction.atomic():
            _one_at_a_time()
            row = waiting.filter(pk=pk).first()
            if row is not None:
                _handle_one(row, clock, hint)
                taken += 1
    return taken


def _one_at_a_time() -> None:
    """Until the transaction ends, which need not wait for the disk: after a crash its push is still to be handled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s), set_config('synchronous_commit', 'off', true)", [_HANDLER])


def _handle_one(row: ReceivedEvent, clock: Clock, hint: Hint | None) -> None:
    failed = ""
    try:
        with transaction.atomic():
            _act(row, clock, hint)
    except SeawallError as error:
        failed = error.code
    except (DataError, IntegrityError, ValueError):
        # Longer, larger or stranger than any push we know: kept as received, and the others go on.
        failed = "push_not_storable"
    if failed:
        log.warning("push not handled", action="push.failed", push=row.pk, code=failed)
    row.tries += 1
    row.failed_with = failed
    row.handled_at = None if failed else clock.now()
    row.save(update_fields=["tries", "failed_with", "handled_at"])


def _act(row: ReceivedEvent, clock: Clock, hint: Hint | None) -> None:
    is_talk = row.kind in (EventKind.MESSAGE, EventKind.SESSION)
    if not is_talk and (hint is None or row.kind not in (EventKind.ORDER, EventKind.REVERSE, EventKind.PARCEL)):
        return
    reader = push_reader(Platform(row.platform))
    event = reader.parse(row.body.encode())
    found = _connection_of(row, event.seller_id)
    if found is None:
        # Not one of ours (a shop that was never connected here): kept as received, nothing to act on.
        return
    if not is_talk:
        if hint is not None:
            hint(event, found.shop_id, clock=clock)
        return
    arrival = _Arrival(event=event, stored=row, team_id=found.team_id, shop_id=found.shop_id)
    if event.kind is EventKind.MESSAGE:
        message = reader.message_of(event)
        (_own_message if message.speaker is Speaker.SELLER else _buyer_message)(arrival, message, clock)
    else:
        _session(arrival, reader.session_of(event), clock)


def _connection_of(row: ReceivedEvent, seller_id: str) -> Connection | None:
    """The seller's newest connection that holds the very secret which verified the push. The same app key and seller
    id registered under another secret, by whomever, receive nothing."""
    claims = Connection.objects.filter(
        app_key=row.app_key, platform_seller_id=seller_id, shop__platform=row.platform
    ).select_related("shop")
    for claim in claims.order_by("-is_active", "-pk"):
        if secret_mark(row.app_key, credentials_of(claim).app_secret) == row.verified_with:
            return claim
    return None


def _own_message(arrival: _Arrival, message: ChatMessage, clock: Clock) -> None:
    """The seller's own message in the platform's record: the proof that it was really sent, or really filtered."""
    rows = _sendings_of(arrival, message) or _parted(arrival, message)
    store_message(
        message, team_id=arrival.team_id, shop_id=arrival.shop_id,
        recipient_id=rows[0].pk if rows else None, received_at=arrival.stored.received_at,
    )  # fmt: skip
    if not rows:
        keep([_capture(arrival, message, None)])
    keep(_capture(arrival, message, each) for each in _told_beside(arrival, message, rows))
    for row in rows:
        # There is a push for every message: those of single orders are spared a look for others.
        (keep_for_all if row.has_riders else keep)([_capture(arrival, message, row)])
        if not row.platform_message_id:
            # The push overtook the answer of the send call, or came where none ever did: the platform's word settles
            # it.
            Recipient.objects.filter(pk=row.pk, platform_message_id="").update(
                platform_message_id=message.message_id, session_id=message.session_id, sent_at=message.sent_at
            )
            move_rows(Recipient.objects.filter(pk=row.pk), "acknowledged", clock=clock)
        apply_record(message, recipient_id=row.pk, clock=clock)


def _buyer_message(arrival: _Arrival, message: ChatMessage, clock: Clock) -> None:
    """An answer: kept, tied to the orders it can be an answer to, and every such row is answered."""
    rows = list(_contacted(arrival, message.session_id).filter(sent_at__lte=message.sent_at).order_by("-sent_at"))
    named = [row for row in rows if row.order.platform_order_id in message.text]
    store_message(
        message, team_id=arrival.team_id, shop_id=arrival.shop_id,
        recipient_id=(named or rows)[0].pk if rows else None, received_at=arrival.stored.received_at,
    )  # fmt: skip
    if message.speaker is not Speaker.BUYER:
        return
    tied: Sequence[Recipient | None] = rows or [None]
    keep(_capture(arrival, message, each) for each in tied)
    for row in rows:
        follow_records(row, clock=clock)


def _session(arrival: _Arrival, state: SessionState, clock: Clock) -> None:
    store_session(state, said_at=arrival.event.sent_at, team_id=arrival.team_id, shop_id=arrival.shop_id)
    read_up_to = state.buyer_read_up_to
    if read_up_to is None:
        return
    now_read = list(
        _contacted(arrival, state.session_id).filter(state__in=["acknowledged", "confirmed"], sent_at__lte=read_up_to)
    )
    # One record at least, so that an order whose proof comes later finds it.
    tied: Sequence[Recipient | None] = now_read or [None]
    keep(
        NewCapture(
            team_id=arrival.team_id, shop_id=arrival.shop_id,
            incident_id=row.incident_id if row else None, order_id=row.order_id if row else None,
            recipient_id=row.pk if row else None, source=CaptureSource.PUSH,
            path=f"push/{arrival.event.platform_type}", body=arrival.stored.body,
            our_time=arrival.stored.received_at, session_id=state.session_id,
            speaker="buyer", is_read=True, platform_time=read_up_to,
        )
        for row in tied
    )  # fmt: skip
    for row in now_read:
        follow_records(row, clock=clock)


def _contacted(arrival: _Arrival, session_id: str) -> QuerySet[Recipient]:
    """Ledger rows whose message went into this conversation."""
    return Recipient.objects.filter(
        team_id=arrival.team_id, session_id=session_id, order__shop_id=arrival.shop_id,
        state__in=[s.value for s in SENT],
    ).select_related("order")  # fmt: skip


def _sendings_of(arrival: _Arrival, message: ChatMessage) -> list[Recipient]:
    """The ledger row a message of ours is the sending of: by platform id, else by its words (they name the order) where
    an attempt has no answer yet. More than one only where a group had parted, see `_parted`. Each look goes by an
    index: there is a push for every message."""
    mine = _messages_of(arrival)
    same_words = mine.filter(text_sha256=sha256_text(message.text))
    return (
        list(same_words.filter(platform_message_id=message.message_id))
        or list(mine.filter(session_id=message.session_id, platform_message_id=message.message_id))
        or list(same_words.filter(_TRIED, platform_message_id="")[:1])
    )


_TRIED = Q(state__in=["claimed", "unknown", "needs_person"]) | Q(state="waiting", attempts__gt=0)
"""An attempt has no answer yet, or was looked for in vain."""


def _messages_of(arrival: _Arrival) -> QuerySet[Recipient]:
    """The shop's messages: rows that ride with another's have none of their own."""
    return Recipient.objects.filter(
        team_id=arrival.team_id, order__shop_id=arrival.shop_id, rides_with__isnull=True
    ).order_by("pk")


def _parted(arrival: _Arrival, message: ChatMessage) -> list[Recipient]:
    """The rows of a group that was looked for in vain and parted since, whose one message is there after all: what has
    not been sent alone in between must not go again, and has the words that the platform shows."""
    words = sha256_text(message.text)
    rows = list(_messages_of(arrival).filter(_TRIED, merged_sha256=words, platform_message_id="").select_for_update())
    Recipient.objects.filter(pk__in=[row.pk for row in rows]).update(text=message.text, text_sha256=words)
    return rows


def _told_beside(arrival: _Arrival, message: ChatMessage, rows: Sequence[Recipient]) -> QuerySet[Recipient]:
    """Orders that the words of a parted group named as well, but whose rows go another way (left out, or sent alone in
    between): their buyer was told all the same, and the record of it is kept with them."""
    parted = [row.merged_sha256 for row in rows if row.merged_sha256 and not row.has_riders]
    mates = _messages_of(arrival).filter(merged_sha256__in=parted, has_riders=False)
    return mates.exclude(pk__in=[row.pk for row in rows])


def _capture(arrival: _Arrival, message: ChatMessage, row: Recipient | None) -> NewCapture:
    return NewCapture(
        team_id=arrival.team_id, shop_id=arrival.shop_id,
        incident_id=row.incident_id if row else None, order_id=row.order_id if row else None,
        recipient_id=row.pk if row else None, source=CaptureSource.PUSH,
        path=f"push/{arrival.event.platform_type}", body=arrival.stored.body,
        our_time=arrival.stored.received_at, session_id=message.session_id, message_id=message.message_id,
        speaker=message.speaker.value, text=message.text, blocked_note=message.blocked_note,
        is_auto_reply=message.is_auto_reply, is_recalled=message.is_recalled, platform_time=message.sent_at,
    )  # fmt: skip
