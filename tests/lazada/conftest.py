"""A simulated Lazada, a callback, and connectors that are closed again."""

from collections.abc import AsyncIterator

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore, lazada_sim, lazada_sim_process, push_sink

from seawall.connectors.lazada.api import LazadaConnector

__all__ = ["lazada_sim", "lazada_sim_process", "push_sink"]


@pytest.fixture
def shop(lazada_sim: LazadaSim) -> SimStore:
    """A Thai store."""
    return lazada_sim.add_store("th", seller_id="100000001")


@pytest.fixture
async def lazada(lazada_sim: LazadaSim, shop: SimStore) -> AsyncIterator[LazadaConnector]:
    """A connector for the Thai store."""
    async with LazadaConnector(lazada_sim.credentials(shop)) as connector:
        yield connector
