"""Keep access tokens alive: one worker at a time for each connection, the new pair stored before anybody uses it.

A worker takes a connection by a lease of `LEASE`, asks the platform with no transaction open, and stores what came in
one transaction. Where it is lost in between, the lease runs out. What is done then depends on the platform: a refresh
token that serves again is simply used again; one that is good for one use only may be dead by then, nobody can know,
and the connection is stopped for a person to connect it again.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from seawall.connectors.contracts import Authoriser, TokenGrant
from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from seawall.connectors.registry import authoriser
from seawall.kernel.clock import Clock, may_be_moved
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.shops.grants import Life, life_of
from seawall.shops.models import Connection
from seawall.shops.vault import seal, unseal
from seawall.timeline.api import record

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""How long a worker holds a renewal. Longer than the slowest call of a connector (20 s)."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
"""Between tries while a platform is in trouble: doubled each time (ours)."""
ASKED_AGAIN = timedelta(seconds=60)
"""A token refused so soon after its renewal is not renewed again at once: the trouble lies elsewhere (ours)."""

CONNECT_AGAIN = frozenset({"auth_expired", "renewal_unclear", "renewal_refused", "encryption_key_changed"})
"""Reasons of a stop that only a new consent ends."""


def renew_due(clock: Clock) -> bool:
    """Renew one connection that is due. Whether there was one; call again at once then, else after a pause.

    Safe to call from any number of workers. Opens an event loop of its own, so not to be called inside one.
    """
    taken = _take(clock)
    if taken is None:
        return False
    connection, was_lost = taken
    try:
        token = unseal(connection.refresh_token_sealed)
        platform = _authoriser(connection, clock)
    except Refused as error:
        _stop(connection, "encryption_key_changed", why=str(error), clock=clock)
        return True
    if was_lost and platform.refresh_is_single_use:
        _stop(connection, "renewal_unclear", why="", clock=clock)
        return True
    try:
        grant = asyncio.run(_refreshed(platform, token, connection.platform_seller_id))
    except ConnectorError as error:
        _after_error(connection, error, is_single_use=platform.refresh_is_single_use, clock=clock)
        return True
    _keep(connection, token, grant, clock)
    return True


def ask_renewal(connection_id: int, *, clock: Clock, seen: datetime | None = None) -> bool:
    """A platform said that the access token has ended: have it renewed as soon as a worker is free.

    `seen` is the connection's `changed_at` the caller's token belonged to; where the connection has changed since, the
    token was renewed already and nothing is asked. Whether a new token is here or on its way; False means that the
    seller has to consent again, and the connection is stopped with that reason.
    """
    connection = Connection.objects.select_related("shop").filter(pk=connection_id, is_active=True).first()
    if connection is None or connection.stopped_reason in CONNECT_AGAIN:
        return False
    if seen is not None and connection.changed_at != seen:
        return True
    if not connection.refresh_token_sealed or not unseal(connection.refresh_token_sealed):
        _stop(connection, "auth_expired", why="", clock=clock)
        return False
    now = clock.now()
    soonest = max(now, connection.renewed_at + ASKED_AGAIN) if connection.renewed_at else now
    # A renewal in hand, or put off because the platform is in trouble, stays as it is.
    Connection.objects.filter(
        Q(renew_after__isnull=True) | Q(renew_after__gt=soonest), pk=connection_id, renewal_tries=0
    ).update(renew_after=soonest)
    return True


# ---- one renewal, step by step


def _take(clock: Clock) -> tuple[Connection, bool] | None:
    """A due connection under a lease of ours, and whether an earlier lease ran out without an answer."""
    now = clock.now()
    due = Connection.objects.filter(
        Q(renewing_until__isnull=True) | Q(renewing_until__lte=now),
        is_active=True,
        stopped_reason="",
        renew_after__lte=now,
    ).exclude(refresh_token_sealed=b"")
    if may_be_moved():
        # In an exercise the hours that passed did not pass for a real shop.
        due = due.filter(is_simulator=True)
    for connection in due.select_related("shop").order_by("renew_after", "pk")[:20]:
        # One conditional UPDATE on what was read: of two workers exactly one gets the lease, and reads what it holds.
        mine = due.filter(pk=connection.pk, changed_at=connection.changed_at, renewing_until=connection.renewing_until)
        if mine.update(renewing_until=now + LEASE) == 1:
            was_lost = connection.renewing_until is not None
            connection.renewing_until = now + LEASE
            return connection, was_lost
    return None


async def _refreshed(opened: Authoriser, token: str, seller_id: str) -> TokenGrant:
    async with opened as platform:
        return await platform.refresh_token(token, seller_id=seller_id)


def _keep(connection: Connection, used: str, grant: TokenGrant, clock: Clock) -> None:
    """Store the new pair in one transaction, unless the shop was connected anew meanwhile: then that holds."""
    now = clock.now()
    with transaction.atomic():
        row = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        if not row.is_active or unseal(row.refresh_token_sealed) != used:
            log.warning("renewed token not needed", action="renewal.overtaken", connection=row.pk)
            return
        old = Life(expires_at=row.expires_at, renew_after=row.renew_after, consent_until=row.consent_until)
        life = life_of(grant, now=now, old=old)
        row.access_token_sealed = seal(grant.access_token)
        if grant.refresh_token:
            row.refresh_token_sealed = seal(grant.refresh_token)
        row.expires_at, row.renew_after, row.consent_until = life.expires_at, life.renew_after, life.consent_until
        row.renewing_until = None
        row.renewal_tries, row.renewal_error = 0, ""
        row.renewed_at = row.changed_at = now
        row.save()
    log.info("token renewed", action="renewal.done", connection=connection.pk)


def _after_error(connection: Connection, error: ConnectorError, *, is_single_use: bool, clock: Clock) -> None:
    """Put it off, or stop the connection for a person: what each error of a platform calls for."""
    why = " ".join(filter(None, (error.platform_code, error.detail)))[:200]
    is_unreadable = isinstance(error, Rejected) and error.code == "platform_unreadable"
    if isinstance(error, AuthExpired):
        _stop(connection, "auth_expired", why=why, clock=clock)
    elif isinstance(error, Transient | RateLimited):
        _put_off(connection, why, until=error.until if isinstance(error, RateLimited) else None, clock=clock)
    elif isinstance(error, OutcomeUnknown) or is_unreadable:
        if is_single_use:
            _stop(connection, "renewal_unclear", why=why, clock=clock)
        else:
            _put_off(connection, why, until=None, clock=clock)
    else:
        _stop(connection, "renewal_refused", why=why, clock=clock)


def _put_off(connection: Connection, why: str, *, until: datetime | None, clock: Clock) -> None:
    tries = min(connection.renewal_tries + 1, 100)
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)
    _held(connection).update(
        renew_after=max(clock.now() + pause, until) if until else clock.now() + pause,
        renewing_until=None,
        renewal_tries=tries,
        renewal_error=why,
    )
    log.warning("renewal put off", action="renewal.put_off", connection=connection.pk, tries=tries)


def _stop(connection: Connection, reason: str, *, why: str, clock: Clock) -> None:
    """Stop the connection for a person, once, unless it was connected anew or renewed meanwhile."""
    with transaction.atomic():
        changed = (
            Connection.objects.filter(pk=connection.pk, is_active=True, changed_at=connection.changed_at)
            .exclude(stopped_reason=reason)
            .update(stopped_reason=reason, renewing_until=None, renewal_error=why)
        )
        if changed:
            record(
                team_id=connection.team_id, incident_id=None, verb="shop.stop", clock=clock, by=None,
                subject=f"shop:{connection.shop_id}", after={"code": connection.shop.code, "reason": reason}, why=why,
            )  # fmt: skip
    if changed:
        log.error("shop must be connected again", action="renewal.stopped", connection=connection.pk, reason=reason)


def _held(connection: Connection) -> QuerySet[Connection]:
    """The row while it is still as it was taken: our lease, the same secrets."""
    return Connection.objects.filter(
        pk=connection.pk, renewing_until=connection.renewing_until, changed_at=connection.changed_at
    )


def _authoriser(connection: Connection, clock: Clock) -> Authoriser:
    return authoriser(
        Platform(connection.shop.platform),
        app_key=connection.app_key,
        app_secret=unseal(connection.app_secret_sealed),
        auth_url=connection.auth_url,
        api_url=connection.base_url,
        clock=clock,
    )
