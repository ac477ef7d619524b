"""A simulated TikTok Shop, a callback, and a raw caller."""

import pytest
from tests.kit.tiktok_calls import Caller
from tests.kit.tiktok_sim import TiktokSim, TiktokStore, tiktok_sim, tiktok_sim_process, tiktok_sink

__all__ = ["tiktok_sim", "tiktok_sim_process", "tiktok_sink"]


@pytest.fixture
def shop(tiktok_sim: TiktokSim) -> TiktokStore:
    """A Vietnamese shop."""
    return tiktok_sim.add_store("vn", seller_id="7495000000000000002", name="Demo Store VN")


@pytest.fixture
def api(tiktok_sim: TiktokSim, shop: TiktokStore) -> Caller:
    """Raw calls for the Vietnamese shop."""
    return Caller(tiktok_sim, shop)
