"""What other capabilities may use of shops."""

from seawall.connectors.contracts import Credentials
from seawall.kernel.markets import Market, Platform
from seawall.shops.commands.connect_shop import AddShop, ConnectShop, add_shop, connect_shop
from seawall.shops.models import Connection, SendMode, Shop
from seawall.shops.vault import seal_bytes, unseal, unseal_bytes

__all__ = [
    "AddShop", "ConnectShop", "Connection", "SendMode", "Shop", "add_shop", "connect_shop", "credentials_of",
    "seal_bytes", "unseal_bytes",
]  # fmt: skip


def credentials_of(connection: Connection) -> Credentials:
    """What a connector signs with. The secrets leave the vault only here."""
    return Credentials(
        platform=Platform(connection.shop.platform),
        market=Market(connection.shop.market),
        base_url=connection.base_url,
        app_key=connection.app_key,
        app_secret=unseal(connection.app_secret_sealed),
        access_token=unseal(connection.access_token_sealed),
        seller_id=connection.platform_seller_id,
    )
