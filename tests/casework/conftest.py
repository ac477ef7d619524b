"""Fixtures of what follows the message: every story runs at the three platforms."""

from typing import Any

import pytest
from tests.kit.lazada_sim import lazada_sim
from tests.kit.shopee_sim import shopee_sim
from tests.kit.tiktok_sim import tiktok_sim

from seawall.kernel.markets import Platform

__all__ = ["lazada_sim", "shopee_sim", "tiktok_sim"]

_FIXTURES = {Platform.LAZADA: "lazada_sim", Platform.SHOPEE: "shopee_sim", Platform.TIKTOK: "tiktok_sim"}


@pytest.fixture(params=list(Platform), ids=lambda platform: platform.value)
def platform(request: pytest.FixtureRequest) -> Platform:
    """The platform of this run of the story."""
    found: Platform = request.param
    return found


@pytest.fixture
def sim(request: pytest.FixtureRequest, platform: Platform) -> Any:
    """Its simulator, empty, limits off."""
    return request.getfixturevalue(_FIXTURES[platform])
