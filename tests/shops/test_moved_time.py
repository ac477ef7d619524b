"""An exercise whose time is moved on touches no real shop: not by a message, a renewal, a push or a new connection."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.kit.lazada_sim import LazadaSim
from tests.kit.rollout import Desk, a_shop
from tests.shops.kit import due

from seawall.kernel.clock import SYSTEM_CLOCK, run_ahead
from seawall.kernel.errors import Refused
from seawall.shops.api import Connection, ConnectShop, connect_shop, credentials_of, push_keys_of, renew_due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moved() -> Iterator[None]:
    run_ahead(lambda: timedelta(days=3))
    yield
    run_ahead(None)


def _real(desk: Desk) -> ConnectShop:
    return ConnectShop(
        shop_code=a_shop(desk, "TH").code, base_url="https://api.lazada.co.th/rest", platform_seller_id="7001",
        app_key="1", app_secret="s", access_token="t", refresh_token="r", renew_after=SYSTEM_CLOCK.now(),
    )  # fmt: skip


def test_no_real_shop_is_connected(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        connect_shop(_real(desk), by=desk.admin, clock=SYSTEM_CLOCK)
    assert refused.value.code == "time_is_moved"
    assert not Connection.objects.exists()


def test_one_that_was_connected_before_is_left_alone(desk: Desk) -> None:
    run_ahead(None)
    real = connect_shop(_real(desk), by=desk.admin, clock=SYSTEM_CLOCK)
    run_ahead(lambda: timedelta(days=3))
    for ask in (credentials_of, push_keys_of):
        with pytest.raises(Refused) as refused:
            ask(real)
        assert refused.value.code == "time_is_moved"
    assert not renew_due(SYSTEM_CLOCK)
    real.refresh_from_db()
    assert (real.renewing_until, real.stopped_reason) == (None, "")


def test_a_simulated_shop_goes_on(desk: Desk, lazada_sim: LazadaSim) -> None:
    store = lazada_sim.add_store("th", seller_id="7001")
    connection = due(desk, a_shop(desk, "TH"), store, lazada_sim)
    assert credentials_of(connection).seller_id == "7001"
    assert renew_due(SYSTEM_CLOCK)
