"""A training storm cancels nothing and answers nobody at a real platform; the database refuses it too."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.kit.refusals import refused
from tests.kit.rollout import Desk, a_desk, a_shop, some_orders
from tests.kit.storm import Storm, a_storm, bring

from seawall.casework.models import BuyerRequest, CancelLane, Watched
from seawall.casework.requests import note_request
from seawall.connectors.contracts import CancelRequest
from seawall.incidents import api as incidents
from seawall.incidents.models import Case
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.orders.api import Order
from seawall.shops.api import ConnectShop, Shop, connect_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
def storm(desk: Desk) -> Storm:
    return bring(a_storm(desk, orders=2), "follow_up")


@pytest.fixture
def real(desk: Desk, storm: Storm) -> Shop:
    """A shop that is connected to the platform itself, with one order of the training storm."""
    shop = a_shop(desk, "VN")
    connect_shop(
        ConnectShop(
            shop_code=shop.code, base_url="https://platform.invalid/rest", platform_seller_id="2", app_key="k",
            app_secret="s", access_token="t",
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    some_orders(shop, 1, first=77001122330000)
    order, now = Order.objects.get(shop=shop), SYSTEM_CLOCK.now()
    case = Case.objects.create(
        team_id=storm.incident.team_id, incident=storm.incident, order=order, created_at=now
    )  # fmt: skip
    Watched.objects.create(
        team_id=storm.incident.team_id, incident=storm.incident, order=order, case=case, look_at=now
    )  # fmt: skip
    return shop


def test_a_buyer_of_a_real_shop_is_no_part_of_a_training(real: Shop) -> None:
    seen = CancelRequest(
        request_id="9", order_id="77001122330000", reason="", asked_at=None, answer_by=None, raw={}
    )  # fmt: skip
    assert note_request(real, seen, listed_at=SYSTEM_CLOCK.now(), clock=SYSTEM_CLOCK) is None
    assert not BuyerRequest.objects.exists()


def test_a_list_that_would_reach_a_real_platform_is_refused(real: Shop, storm: Storm, desk: Desk) -> None:
    with refused("training_needs_simulator"):
        incidents.plan_cancel(
            storm.incident, chosen={Platform.LAZADA: "Out of Stock"}, why="x", by=desk.lead, clock=SYSTEM_CLOCK
        )
    plan = incidents.plan_cancel(
        storm.incident, chosen={Platform.LAZADA: "Out of Stock"}, why="x", shops=["LTH"], by=desk.lead,
        clock=SYSTEM_CLOCK,
    )  # fmt: skip
    connection: Any = real.connections.get()
    lane = {
        "team_id": plan.team_id, "cancelling": plan, "connection": connection, "is_training": True, "per_second": 1,
        "refilled_at": SYSTEM_CLOCK.now(), "served_at": SYSTEM_CLOCK.now(),
    }  # fmt: skip
    for is_simulator in (False, True):
        # Neither as what it is, nor by saying that it is a simulator.
        with pytest.raises(IntegrityError), transaction.atomic():
            CancelLane.objects.create(**lane, is_simulator=is_simulator)
