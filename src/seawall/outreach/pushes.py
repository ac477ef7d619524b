"""Act on pushes: each is handed to the one path that all news of a platform takes (arrivals).

Pushes come late, twice and out of order; every step here may be repeated, and a later one never undoes an earlier.
"""

from typing import Protocol

import structlog
from django.db import DataError, IntegrityError, transaction

from seawall.connectors.contracts import EventKind, PushEvent
from seawall.connectors.models import ReceivedEvent
from seawall.connectors.received import secret_mark
from seawall.connectors.registry import push_reader
from seawall.evidence.api import CaptureSource
from seawall.kernel.clock import Clock
from seawall.kernel.errors import SeawallError
from seawall.kernel.markets import Platform
from seawall.outreach.arrivals import Arrival, one_at_a_time, take_message, take_session
from seawall.shops.api import Connection, credentials_of

log = structlog.get_logger()

MAX_TRIES = 5
"""A push that fails this often stays listed and is no longer tried by itself."""


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
            one_at_a_time()
            row = waiting.filter(pk=pk).first()
            if row is not None:
                _handle_one(row, clock, hint)
                taken += 1
    return taken


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
    arrival = Arrival(
        team_id=found.team_id, shop_id=found.shop_id, market=found.shop.market, source=CaptureSource.PUSH,
        path=f"push/{event.platform_type}", body=row.body, received_at=row.received_at, said_at=event.sent_at,
    )  # fmt: skip
    if event.kind is EventKind.MESSAGE:
        take_message(arrival, reader.message_of(event), clock)
    else:
        take_session(arrival, reader.session_of(event), clock)


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
