"""The shops of a token [OAS]."""

from typing import Any

from simulators.tiktokshop.call import Call, Endpoint
from simulators.tiktokshop.entities import SHOP_INFO, Store


def authorized_shops(call: Call) -> dict[str, Any]:
    """Shops the seller opened to the app, with the ciphers that name them in calls."""
    return {
        "shops": [
            {
                "id": store.seller_id,
                "name": store.name,
                "region": store.market.upper(),
                "seller_type": store.seller_type,
                "cipher": store.cipher,
                "code": store.code,
            }
            for store in _stores(call)
        ]
    }


def active_shops(call: Call) -> dict[str, Any]:
    """Active shops, id and region only."""
    return {
        "shops": [
            {"id": store.seller_id, "region": store.market.upper()}
            for store in _stores(call)
            if store.status == "ACTIVE"
        ]
    }


def _stores(call: Call) -> list[Store]:
    return [call.world.stores[seller_id] for seller_id in call.grant.seller_ids if seller_id in call.world.stores]


ENDPOINTS = (
    Endpoint(
        method="GET", path="/authorization/{version}/shops", versions=("202309",), handle=authorized_shops,
        scope=SHOP_INFO, needs_cipher=False,
    ),
    Endpoint(
        method="GET", path="/seller/{version}/shops", versions=("202309",), handle=active_shops,
        scope=SHOP_INFO, needs_cipher=False,
    ),
)  # fmt: skip
