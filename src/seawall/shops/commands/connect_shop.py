"""Add a shop of a seller, and connect it to its platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput
from seawall.kernel.markets import Market, Platform
from seawall.shops.models import Connection, SendMode, Shop
from seawall.shops.policy import default_pace, is_loopback, mode_for, refuse_moved_time
from seawall.shops.vault import seal, unseal
from seawall.tenancy.api import Actor, Seller, get_scoped
from seawall.timeline.api import record


@dataclass(frozen=True, kw_only=True)
class AddShop:
    """A store as the team will call it."""

    seller_code: str
    platform: Platform
    market: Market
    code: str
    name: str


def add_shop(cmd: AddShop, *, by: Actor, clock: Clock) -> Shop:
    """The shop, new or as it was; a code that is taken by another store is refused (shop_code_taken)."""
    by.require("shops.connect")
    seller = get_scoped(Seller, by, code=cmd.seller_code)
    with transaction.atomic():
        shop, is_new = Shop.objects.get_or_create(
            team_id=by.team_id,
            code=cmd.code,
            defaults={"seller": seller, "platform": cmd.platform, "market": cmd.market, "name": cmd.name},
        )
        if (shop.seller_id, shop.platform, shop.market) != (seller.pk, cmd.platform.value, cmd.market.value):
            raise InvalidInput("shop_code_taken", code=cmd.code, shop=str(shop))
        if is_new:
            record(
                team_id=by.team_id, incident_id=None, verb="shop.add", clock=clock, by=by,
                subject=f"shop:{shop.pk}", after={"code": shop.code, "platform": shop.platform, "market": shop.market},
            )  # fmt: skip
    return shop


SECRETS = ("app_secret", "access_token", "refresh_token", "shop_cipher", "push_key")
"""What is stored encrypted, each in a column of its own."""


@dataclass(frozen=True, kw_only=True)
class ConnectShop:
    """Credentials for a shop. Secrets stay out of `repr` and are encrypted before they are stored."""

    shop_code: str
    base_url: str
    platform_seller_id: str
    app_key: str
    app_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    shop_cipher: str = field(default="", repr=False)
    """TikTok Shop only: required there."""
    push_key: str = field(default="", repr=False)
    """Shopee: the live push key."""
    callback_url: str = ""
    """The push address as registered, where it is not our public address (Shopee)."""
    auth_url: str = ""
    """Where tokens are renewed, where it is not the platform's own address (simulators)."""
    expires_at: datetime | None = None
    renew_after: datetime | None = None
    consent_until: datetime | None = None
    sends_per_second: Decimal | None = None
    mode: str = ""
    """A mode that leaves more to people than the platform's default; empty takes the default."""


def _is_simulator(url: str) -> bool:
    if not is_loopback(url) and not url.startswith("https://"):
        raise InvalidInput("connection_needs_tls", url=url)
    refuse_moved_time(is_simulator=is_loopback(url))
    return is_loopback(url)


def connect_shop(cmd: ConnectShop, *, by: Actor, clock: Clock) -> Connection:
    """The shop's one active connection. New address or secrets change it in place, so that lanes go on with them;
    the same values change nothing.

    Whether it is a simulator is read off the address: loopback is, anything else must be https (also a constraint).
    """
    by.require("shops.connect")
    for name in ("base_url", "platform_seller_id", "app_key", "app_secret", "access_token"):
        if not getattr(cmd, name).strip():
            raise InvalidInput("connection_field_missing", field=name)
    if cmd.auth_url and is_loopback(cmd.auth_url) != is_loopback(cmd.base_url):
        # Tokens of a real shop must never travel to a simulator, nor the other way round.
        raise InvalidInput("connection_addresses_differ", url=cmd.auth_url)
    is_simulator = _is_simulator(cmd.base_url)
    with transaction.atomic():
        shop = get_scoped(Shop, by, lock=True, code=cmd.shop_code)
        platform = Platform(shop.platform)
        mode, why = mode_for(platform, cmd.mode)
        pace = cmd.sends_per_second or default_pace(platform)
        values = {
            "base_url": cmd.base_url.rstrip("/"),
            "platform_seller_id": cmd.platform_seller_id,
            "app_key": cmd.app_key,
            "mode": SendMode(mode),
            "mode_reason": why,
            "sends_per_second": pace,
            "burst": max(1, round(pace)),
            "callback_url": cmd.callback_url,
            "auth_url": cmd.auth_url.rstrip("/"),
            "expires_at": cmd.expires_at,
            "renew_after": cmd.renew_after,
            "consent_until": cmd.consent_until,
        }
        if platform is Platform.TIKTOK and not cmd.shop_cipher.strip():
            raise InvalidInput("connection_field_missing", field="shop_cipher")
        connection = shop.connections.filter(is_active=True).first()
        if connection is not None and connection.is_simulator != is_simulator:
            # Lanes are bound to what a connection reaches: a platform is another connection than a simulator.
            Connection.objects.filter(pk=connection.pk).update(is_active=False, stopped_reason="connection_replaced")
            connection = None
        if connection is not None and not connection.stopped_reason and _is_same(connection, values, cmd):
            return connection
        if connection is None:
            connection = Connection(team_id=by.team_id, shop=shop, is_simulator=is_simulator)
        for name, value in values.items():
            setattr(connection, name, value)
        for name in SECRETS:
            setattr(connection, f"{name}_sealed", seal(getattr(cmd, name)))
        connection.renewing_until = connection.renewed_at = None
        connection.renewal_tries, connection.renewal_error = 0, ""
        connection.stopped_reason = ""
        connection.changed_at = clock.now()
        connection.save()
        record(
            team_id=by.team_id, incident_id=None, verb="shop.connect", clock=clock, by=by, subject=f"shop:{shop.pk}",
            after={"mode": mode, "is_simulator": is_simulator, "sends_per_second": str(connection.sends_per_second)},
        )  # fmt: skip
    return connection


def _is_same(connection: Connection, values: Mapping[str, object], cmd: ConnectShop) -> bool:
    """Whether nothing would change, secrets included (they are compared opened: each sealing differs)."""
    return all(getattr(connection, name) == value for name, value in values.items()) and all(
        _opened(getattr(connection, f"{name}_sealed")) == getattr(cmd, name) for name in SECRETS
    )


def _opened(sealed: bytes | memoryview) -> str:
    return unseal(sealed) if sealed else ""
