"""Which platform is spoken by whom. A platform without a connector is a clear refusal, never a guess."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from seawall.connectors.contracts import Authoriser, Connector, Credentials, Exchange, Limit, PushReader
from seawall.connectors.lazada import api as lazada
from seawall.connectors.shopee import api as shopee
from seawall.connectors.tiktokshop import api as tiktok
from seawall.connectors.transport import Limits
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Market, Platform

CONNECTED: frozenset[Platform] = frozenset(Platform)
"""Platforms that can be spoken to; orders of others would be planned as "no connection yet"."""

_BASE_URLS: Mapping[Platform, Mapping[Market, str]] = {
    Platform.LAZADA: lazada.API_BASE_URLS,
    Platform.SHOPEE: shopee.API_BASE_URLS,
    Platform.TIKTOK: tiktok.API_BASE_URLS,
}
_LIMITS: Mapping[Platform, Mapping[str, Limit]] = {
    Platform.LAZADA: lazada.limits(),
    Platform.SHOPEE: shopee.limits(),
    Platform.TIKTOK: tiktok.limits(),
}


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

    `record` gets every exchange, refused ones too.
    """
    limits = Limits(
        total_s=total_timeout.total_seconds(), connect_s=connect_timeout.total_seconds(), connections=connections
    )
    match credentials.platform:
        case Platform.LAZADA:
            return lazada.LazadaConnector(credentials, clock=clock, limits=limits, record=record)
        case Platform.SHOPEE:
            return shopee.ShopeeConnector(credentials, clock=clock, limits=limits, record=record)
        case Platform.TIKTOK:
            return tiktok.TiktokConnector(credentials, clock=clock, limits=limits, record=record)


def limits_of(platform: Platform) -> Mapping[str, Limit]:
    """What a platform is known to allow, as data with its source."""
    return _LIMITS[platform]


def push_reader(platform: Platform) -> PushReader:
    """What reads this platform's pushes."""
    readers: Mapping[Platform, Callable[[], PushReader]] = {
        Platform.LAZADA: lazada.LazadaPushReader,
        Platform.SHOPEE: shopee.ShopeePushReader,
        Platform.TIKTOK: tiktok.TiktokPushReader,
    }
    return readers[platform]()


def authoriser(
    platform: Platform,
    *,
    app_key: str,
    app_secret: str,
    auth_url: str = "",
    consent_url: str = "",
    service_id: str = "",
    api_url: str = "",
    clock: Clock = SYSTEM_CLOCK,
) -> Authoriser:
    """What obtains a seller's consent; addresses left out are the platform's own.

    `service_id` is what TikTok Shop's consent link names, and `api_url` where it lists the shops of a consent; no other
    platform has the one or needs the other.
    """
    match platform:
        case Platform.LAZADA:
            return lazada.LazadaAuthoriser(
                app_key=app_key, app_secret=app_secret, auth_url=auth_url or lazada.AUTH_BASE_URL,
                consent_url=consent_url or lazada.CONSENT_URL, clock=clock,
            )  # fmt: skip
        case Platform.SHOPEE:
            return shopee.ShopeeAuthoriser(
                app_key=app_key, app_secret=app_secret, auth_url=auth_url or shopee.PRODUCTION, consent_url=consent_url,
                clock=clock,
            )  # fmt: skip
        case Platform.TIKTOK:
            return tiktok.TiktokAuthoriser(
                app_key=app_key, app_secret=app_secret, service_id=service_id,
                auth_url=auth_url or tiktok.AUTH_BASE_URL, consent_url=consent_url or tiktok.CONSENT_URL,
                api_url=api_url or tiktok.API_BASE_URL, clock=clock,
            )  # fmt: skip


def base_url(platform: Platform, market: Market) -> str:
    """The platform's own API address for a market. Raises Refused(no_connection_yet)."""
    found = _BASE_URLS[platform].get(market)
    if found is None:
        raise Refused("no_connection_yet", platform=f"{platform.title} {market.value}")
    return found
