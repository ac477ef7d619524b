"""A desk and its rival."""

import pytest
from tests.kit.rollout import Desk, a_desk, a_shop


@pytest.fixture
def desk(db: None) -> Desk:
    """The team `north`, with a Lazada shop in Thailand (LTH) and one in Malaysia (LMY)."""
    made = a_desk()
    a_shop(made, "TH")
    a_shop(made, "MY")
    return made


@pytest.fixture
def rival(db: None) -> Desk:
    """Another team with a shop of the same code."""
    made = a_desk("south")
    a_shop(made, "TH")
    return made
