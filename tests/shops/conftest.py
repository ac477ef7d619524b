"""A simulated Lazada, and a desk with a Thai shop and an app that may let its seller in."""

import pytest
from tests.kit.lazada_sim import LazadaSim, lazada_sim
from tests.kit.rollout import Desk, a_desk, a_shop
from tests.kit.storm import let_tables_be_emptied
from tests.shops.kit import an_app

from seawall.shops.api import Shop

__all__ = ["lazada_sim", "let_tables_be_emptied"]


@pytest.fixture
def desk(db: None) -> Desk:
    """A team with a person in every role."""
    return a_desk()


@pytest.fixture
def shop(desk: Desk, lazada_sim: LazadaSim) -> Shop:
    """A Thai shop (LTH) that is not connected, its store at the platform (7001), and the team's app there."""
    an_app(desk, lazada_sim)
    lazada_sim.add_store("th", seller_id="7001")
    return a_shop(desk, "TH")
