"""A seller who follows a link to the platform, and connections whose tokens are about to end."""

import urllib.error
import urllib.request
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSim, LazadaSimHelper, SimStore
from tests.kit.rollout import Desk

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.shops.api import (
    AddApp,
    Connection,
    ConnectShop,
    PlatformApp,
    Shop,
    add_app,
    begin_consent,
    connect_shop,
)
from seawall.shops.vault import unseal

REFRESH = "/auth/token/refresh"
CREATE = "/auth/token/create"


def addresses(sim: LazadaSimHelper) -> dict[str, str]:
    """Where the simulator stands in for each of the platform's three addresses."""
    return {
        "base_url": f"{sim.url}/lazada/{{market}}/rest",
        "auth_url": f"{sim.url}/lazada/auth/rest",
        "consent_url": f"{sim.url}/oauth/authorize",
    }


def an_app(desk: Desk, sim: LazadaSimHelper, *, seller: str = "", app_key: str = APP_KEY) -> PlatformApp:
    """The simulator's app, made known to the team."""
    return add_app(
        AddApp(
            platform=Platform.LAZADA, app_key=app_key, app_secret=APP_SECRET, label="Our Lazada app",
            seller_code=seller, **addresses(sim),
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip


def a_link(desk: Desk, shop: Shop) -> str:
    """A fresh link for the shop's seller."""
    return begin_consent(shop.code, APP_KEY, by=desk.admin, clock=SYSTEM_CLOCK).link


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def says(link: str, *, stores: tuple[str, ...] = (), deny: bool = False) -> dict[str, str]:
    """What the platform calls back with after the seller's answer: `stores` are those the seller opens."""
    more = [("seller_id", store) for store in stores] + ([("deny", "1")] if deny else [])
    url = link + ("&" + urlencode(more) if more else "")
    try:
        urllib.request.build_opener(_Stay).open(url, timeout=10)
    except urllib.error.HTTPError as answer:
        with answer:
            return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    raise AssertionError("the platform did not send the seller back")


def due(desk: Desk, shop: Shop, store: SimStore, sim: LazadaSim) -> Connection:
    """The shop, connected with the store's tokens, whose access token should be renewed now."""
    return connect_shop(
        ConnectShop(
            shop_code=shop.code, base_url=store.base_url, platform_seller_id=store.seller_id, app_key=APP_KEY,
            app_secret=APP_SECRET, access_token=store.access_token, refresh_token=store.refresh_token,
            auth_url=addresses(sim)["auth_url"], expires_at=SYSTEM_CLOCK.now() + timedelta(days=1),
            renew_after=SYSTEM_CLOCK.now() - timedelta(seconds=1),
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip


def tokens_of(connection: Connection) -> tuple[str, str]:
    """Access and refresh token as stored now."""
    connection.refresh_from_db()
    return unseal(connection.access_token_sealed), unseal(connection.refresh_token_sealed)
