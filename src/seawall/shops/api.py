"""What other capabilities may use of shops."""

from seawall.connectors.contracts import Credentials, PushKeys
from seawall.kernel.markets import Market, Platform
from seawall.settings.env import get_settings
from seawall.shops.commands.add_app import AddApp, add_app
from seawall.shops.commands.by_hand import hand_connection
from seawall.shops.commands.connect_shop import AddShop, ConnectShop, add_shop, connect_shop
from seawall.shops.commands.consent import (
    CALLBACK_PATH,
    ConsentLink,
    ConsentOutcome,
    begin_consent,
    callback_address,
    consent_outcome,
    finish_consent,
    withdraw_consent,
)
from seawall.shops.commands.set_mode import end_consent, set_mode
from seawall.shops.models import Connection, PlatformApp, SendMode, Shop
from seawall.shops.policy import CONSENTED, mode_for, refuse_moved_time
from seawall.shops.renewal import CONNECT_AGAIN, ask_renewal, renew_due
from seawall.shops.vault import seal_bytes, unseal, unseal_bytes

__all__ = [
    "CALLBACK_PATH", "CONNECT_AGAIN", "CONSENTED", "AddApp", "AddShop", "ConnectShop", "Connection", "ConsentLink",
    "ConsentOutcome", "PlatformApp", "SendMode", "Shop", "add_app", "add_shop", "ask_renewal", "begin_consent",
    "callback_address", "connect_shop", "consent_outcome", "credentials_of", "end_consent", "finish_consent",
    "hand_connection", "mode_for", "push_address", "push_keys_of", "renew_due", "seal_bytes", "set_mode",
    "unseal_bytes", "withdraw_consent",
]  # fmt: skip


def credentials_of(connection: Connection) -> Credentials:
    """What a connector signs with. The secrets leave the vault only here. Raises Refused(time_is_moved)."""
    refuse_moved_time(is_simulator=connection.is_simulator)
    return Credentials(
        platform=Platform(connection.shop.platform),
        market=Market(connection.shop.market),
        base_url=connection.base_url,
        app_key=connection.app_key,
        app_secret=unseal(connection.app_secret_sealed),
        access_token=unseal(connection.access_token_sealed),
        seller_id=connection.platform_seller_id,
        shop_cipher=unseal(connection.shop_cipher_sealed) if connection.shop_cipher_sealed else "",
    )


def push_keys_of(connection: Connection) -> PushKeys:
    """What this connection's pushes are verified with. Raises Refused(time_is_moved)."""
    refuse_moved_time(is_simulator=connection.is_simulator)
    return PushKeys(
        app_key=connection.app_key,
        app_secret=unseal(connection.app_secret_sealed),
        push_key=unseal(connection.push_key_sealed) if connection.push_key_sealed else "",
        callback_url=connection.callback_url or push_address(Platform(connection.shop.platform), connection.app_key),
    )


def push_address(platform: Platform, app_key: str) -> str:
    """Where a platform shall push to for an app: what is registered in its console."""
    return f"{get_settings().public_url.rstrip('/')}/hooks/{platform.value}/{app_key}/"
