"""A desk with one Lazada shop in Thailand."""

import pytest
from tests.kit.rollout import Desk, a_desk, a_shop


@pytest.fixture
def desk(db: None) -> Desk:
    made = a_desk()
    a_shop(made, "TH")
    return made
