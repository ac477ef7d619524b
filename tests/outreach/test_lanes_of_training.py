"""A training storm can reach simulators only, and no desk can make Shopee send by itself."""

import pytest
from tests.kit.refusals import refused
from tests.kit.rollout import Desk, Storm, a_desk, a_shop, a_storm, planned

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.outreach.api import RollOut
from seawall.shops.api import Connection, ConnectShop, connect_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Desk:
    return a_desk()


def to_the_platform_itself(storm: Storm) -> None:
    """The storm's shop is connected to the real platform instead of a simulator."""
    Connection.objects.filter(shop=storm.shops[0]).update(
        base_url="https://api.lazada.example.test/rest", auth_url="", is_simulator=False
    )


def test_a_training_storm_with_a_really_connected_shop_is_refused_in_words(desk: Desk) -> None:
    storm = a_storm(desk, training=True)
    to_the_platform_itself(storm)
    with refused("training_needs_simulator"):
        planned(storm)
    assert not RollOut.objects.exists()


def test_a_true_storm_may_reach_it(desk: Desk) -> None:
    storm = a_storm(desk, training=False)
    to_the_platform_itself(storm)
    planned(storm)
    assert [lane.is_simulator for lane in storm.roll_out.lanes.all()] == [False]


def test_shopee_is_never_connected_to_send_by_itself(desk: Desk) -> None:
    shop = a_shop(desk, "MY", platform=Platform.SHOPEE)
    given = {
        "shop_code": shop.code, "base_url": "https://partner.shopeemobile.example.test", "platform_seller_id": "600123",
        "app_key": "1001234", "app_secret": "k", "access_token": "t",
    }  # fmt: skip
    with refused("mode_not_lawful"):
        connect_shop(ConnectShop(**given, mode="api"), by=desk.admin, clock=SYSTEM_CLOCK)  # type: ignore[arg-type]
    assert not Connection.objects.exists()
    made = connect_shop(ConnectShop(**given), by=desk.admin, clock=SYSTEM_CLOCK)  # type: ignore[arg-type]
    assert made.mode == "click"


def test_a_shopee_connection_turned_to_api_behind_our_back_opens_no_lane(desk: Desk) -> None:
    """As by hand in the database: planning looks at what the platform allows once more."""
    storm = a_storm(desk, training=False)
    shop = storm.shops[0]
    type(shop).objects.filter(pk=shop.pk).update(platform=Platform.SHOPEE)
    with refused("mode_not_lawful"):
        planned(storm)
    assert not RollOut.objects.exists()
