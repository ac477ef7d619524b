"""Reads of shops: how each one is reached, and what became of the last try to connect it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Prefetch

from seawall.shops.commands.consent import CONNECTED, WITHDRAWN
from seawall.shops.models import Connection, ConsentRequest, PlatformApp, Shop
from seawall.shops.renewal import CONNECT_AGAIN
from seawall.tenancy.api import Actor, scoped

IN_HAND = timedelta(minutes=2)
"""How long a call back may take: one that has no outcome by then was cut off (ours; a call ends after 20 s)."""


@dataclass(frozen=True, kw_only=True)
class ShopState:
    """A shop as the page shows it."""

    shop: Shop
    health: str
    """`none`, `good`, `token_ended`, `put_off` (the platform is in trouble), `connect_again`."""
    connection: Connection | None = None
    asked: ConsentRequest | None = None
    """The last try to connect, where it is news: newer than the connection, or not used yet."""
    asked_state: str = ""
    """`waiting`, `in_hand`, `cut_off`, `expired`, `refused`; empty where there is no news."""
    apps: list[PlatformApp] = field(default_factory=list)
    """As which apps its seller can be asked."""


def shop_states(actor: Actor, *, now: datetime) -> list[ShopState]:
    """The shops the member may see, those that need a person first. The number of queries does not grow with them."""
    actor.require("shops.read")
    active = Prefetch("connections", Connection.objects.filter(is_active=True), to_attr="active")
    shops = list(scoped(Shop, actor).select_related("seller").prefetch_related(active).order_by("code"))
    apps = list(scoped(PlatformApp, actor).order_by("label", "pk"))
    asked = {
        each.shop_id: each
        for each in scoped(ConsentRequest, actor).order_by("shop_id", "-created_at", "-pk").distinct("shop_id")
    }
    found = [_state(shop, asked.get(shop.pk), apps, now) for shop in shops]
    order = ("connect_again", "token_ended", "put_off", "none", "good")
    return sorted(found, key=lambda each: order.index(each.health))


def _state(shop: Shop, asked: ConsentRequest | None, apps: list[PlatformApp], now: datetime) -> ShopState:
    held: list[Connection] = getattr(shop, "active", [])
    connection = held[0] if held else None
    asked_state = _asked_state(asked, now) if asked else ""
    return ShopState(
        shop=shop,
        connection=connection,
        health=health_of(connection, now),
        asked=asked,
        asked_state=asked_state,
        apps=[app for app in apps if app.platform == shop.platform and app.seller_id in (None, shop.seller_id)],
    )


def health_of(connection: Connection | None, now: datetime) -> str:
    """One word for how a connection fares (see `ShopState.health`)."""
    if connection is None or not connection.base_url:
        return "none"
    if connection.stopped_reason in CONNECT_AGAIN:
        return "connect_again"
    if connection.expires_at is not None and connection.expires_at <= now:
        return "token_ended"
    return "put_off" if connection.renewal_tries else "good"


def _asked_state(asked: ConsentRequest, now: datetime) -> str:
    if asked.outcome in (CONNECTED, WITHDRAWN):
        return ""
    if asked.outcome:
        return "refused"
    if asked.spent_at is not None:
        return "in_hand" if now - asked.spent_at < IN_HAND else "cut_off"
    return "waiting" if now < asked.expires_at else "expired"
