"""Every story here is told three times, once a platform."""

from collections.abc import Iterator

import pytest
from tests.contracts.places import PLACES, Place
from tests.kit.lazada_sim import push_sink

from seawall.kernel.markets import Platform

__all__ = ["push_sink"]


@pytest.fixture(params=list(Platform), ids=lambda platform: platform.value)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A platform with a shop and orders, limits off, silent buyers."""
    made = PLACES[request.param]()
    yield made
    made.sim.stop()
