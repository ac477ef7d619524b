"""A simulated Shopee, a callback, and a shop in Malaysia."""

import pytest
from tests.kit.shopee_sim import ShopeeSim, ShopeeStore, shopee_sim, shopee_sim_process, shopee_sink

__all__ = ["shopee_sim", "shopee_sim_process", "shopee_sink"]


@pytest.fixture
def shop(shopee_sim: ShopeeSim) -> ShopeeStore:
    """A Malaysian shop."""
    return shopee_sim.add_store("MY", seller_id="600123")
