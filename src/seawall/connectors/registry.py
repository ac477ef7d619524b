"""Which platform is spoken by whom. A platform without a connector is a clear refusal, never a guess."""

from collections.abc import Callable
from datetime import timedelta

from seawall.connectors.contracts import Authoriser, Connector, Credentials, Exchange, PushReader
from seawall.connectors.lazada.api import (
    API_BASE_URLS,
    AUTH_BASE_URL,
    CONSENT_URL,
    LazadaAuthoriser,
    LazadaConnector,
    LazadaPushReader,
    Limits,
)
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Market, Platform

CONNECTED: frozenset[Platform] = frozenset({Platform.LAZADA})
"""Platforms that can be spoken to; orders of the others are planned as "no connection yet"."""


def can_connect(platform: Platform) -> bool:
    """Whether a connector for this platform exists."""
    return platform in CONNECTED


def open_connector(
    credentials: Credentials,
    *,
    clock: Clock = SYSTEM_CLOCK,
    record: Callable[[Exchange], None] | None = None,
    total_timeout: timedelta = timedelta(seconds=20),
    connect_timeout: timedelta = timedelta(seconds=5),
    connections: int = 64,
) -> Connector:
    """The connector of a shop's connection, to be used in `async with`. Opens nothing before that.

    `record` gets every exchange, refused ones too. Raises Refused(no_connection_yet).
    """
    _require(credentials.platform)
    limits = Limits(
        total_s=total_timeout.total_seconds(), connect_s=connect_timeout.total_seconds(), connections=connections
    )
    return LazadaConnector(credentials, clock=clock, limits=limits, record=record)


def push_reader(platform: Platform) -> PushReader:
    """What reads this platform's pushes. Raises Refused(no_connection_yet)."""
    _require(platform)
    return LazadaPushReader()


def authoriser(
    platform: Platform,
    *,
    app_key: str,
    app_secret: str,
    auth_url: str = "",
    consent_url: str = "",
    service_id: str = "",
    clock: Clock = SYSTEM_CLOCK,
) -> Authoriser:
    """What obtains a seller's consent; the two addresses default to the platform's own. Raises Refused.

    `service_id` is what TikTok Shop's consent link names; no other platform has one.
    """
    _require(platform)
    return LazadaAuthoriser(
        app_key=app_key,
        app_secret=app_secret,
        auth_url=auth_url or AUTH_BASE_URL,
        consent_url=consent_url or CONSENT_URL,
        clock=clock,
    )


def base_url(platform: Platform, market: Market) -> str:
    """The platform's own API address for a market. Raises Refused(no_connection_yet)."""
    _require(platform)
    if market not in API_BASE_URLS:
        raise Refused("no_connection_yet", platform=f"{platform.title} {market.value}")
    return API_BASE_URLS[market]


def _require(platform: Platform) -> None:
    if platform not in CONNECTED:
        raise Refused("no_connection_yet", platform=platform.title)
