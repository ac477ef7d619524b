"""A simulated Lazada with a shop: what is shared by all platforms is looked at through it."""

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore, lazada_sim, lazada_sim_process, push_sink

__all__ = ["lazada_sim", "lazada_sim_process", "push_sink"]


@pytest.fixture
def shop(lazada_sim: LazadaSim) -> SimStore:
    """A Thai store."""
    return lazada_sim.add_store("th", seller_id="100000001", name="Nice Home")
