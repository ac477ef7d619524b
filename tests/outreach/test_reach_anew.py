"""Whatever moves in the world, planning anew forgets nobody: the same rows, one outcome each, lanes that fit."""

from datetime import timedelta
from random import Random

import pytest
from tests.kit.rollout import NOWHERE, Storm, a_desk, a_shop, a_storm, connect, planned, some_orders

from seawall.incidents.api import replan
from seawall.incidents.commands.cases import add_cases
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order
from seawall.outreach.api import Recipient, close_windows
from seawall.outreach.api import replan as replan_roll_out
from seawall.outreach.ledger import audience_digest_now
from seawall.shops.api import Connection, ConnectShop, connect_shop

pytestmark = pytest.mark.django_db(transaction=True)
CLOCK = SYSTEM_CLOCK


def something_moves(storm: Storm, dice: Random) -> None:
    """One of the things that happen between two plans."""
    orders = list(Order.objects.filter(cases__incident=storm.incident).order_by("pk"))
    one = dice.choice(orders)
    match dice.randrange(6):
        case 0:
            some = dice.sample([each.pk for each in orders], k=4)
            Order.objects.filter(pk__in=some).update(ordered_at=CLOCK.now() - timedelta(days=dice.choice([1, 20, 45])))
        case 1:
            Connection.objects.filter(shop=one.shop).update(stopped_reason=dice.choice(["", "lane_auth_expired"]))
        case 2:
            Connection.objects.filter(shop=one.shop).update(mode=dice.choice(["api", "click", "manual"]))
        case 3:
            Connection.objects.filter(shop=one.shop).update(is_active=dice.choice([True, False]))
        case 4:
            Recipient.objects.filter(incident=storm.incident, order=one).update(door_until=CLOCK.now())
            close_windows(clock=CLOCK)
        case _:
            Order.objects.filter(pk=one.pk).update(phone=dice.choice(["", "+66 81 555 0100"]))


def everything_fits(storm: Storm, digest: str) -> None:
    roll_out = storm.roll_out
    rows = list(Recipient.objects.filter(roll_out=roll_out).select_related("order", "lane__connection"))
    assert len(rows) == 10
    assert sum(storm.counts().values()) == 10
    assert set(storm.counts()) <= {"waiting", "no_connection", "unreachable"}
    for row in rows:
        assert (row.state == "waiting") == (row.lane is not None), (row.state, row.lane)
        assert (row.reason_code == "") == (row.state == "waiting")
        assert row.lane is None or row.lane.connection.shop_id == row.order.shop_id
        assert row.lane is not None or row.wave == 0
    in_lanes = [row for row in rows if row.lane]
    sizes = {wave.number: wave.size for wave in roll_out.waves.all()}
    for number, size in sizes.items():
        assert size == sum(row.wave == number for row in in_lanes)
    assert not in_lanes or sizes[0] == 1
    assert {row.wave for row in in_lanes} <= set(sizes)
    # What the seller will approve never moves.
    assert audience_digest_now(roll_out) == roll_out.audience_digest == digest


@pytest.mark.parametrize("seed", range(4))
def test_before_the_approval_nobody_is_lost(seed: int) -> None:
    dice, desk = Random(seed), a_desk()
    storm = a_storm(desk, orders=5, markets=("TH",))
    other = a_shop(desk, "PH")
    some_orders(other, 5, first=77001122330000)
    if dice.random() < 0.5:
        connect(desk, other, None)
    add_cases(storm.refresh(), None, by=desk.lead, clock=CLOCK)
    planned(storm)
    digest = storm.roll_out.audience_digest
    for _ in range(12):
        something_moves(storm, dice)
        if dice.random() < 0.7:
            replan(storm.refresh(), by=desk.lead, clock=CLOCK)
        else:
            replan_roll_out(storm.roll_out, by=None, clock=CLOCK)
        everything_fits(storm, digest)


def test_a_shop_connected_to_something_else_goes_by_its_new_lane() -> None:
    desk = a_desk()
    storm = planned(a_storm(desk, orders=3, training=False))
    old = storm.roll_out.lanes.get()
    real = ConnectShop(
        shop_code="LTH", base_url="https://api.lazada.co.th/rest", platform_seller_id="1", app_key="k", app_secret="s",
        access_token="t",
    )  # fmt: skip
    connect_shop(real, by=desk.admin, clock=CLOCK)
    replan(storm.refresh(), by=desk.lead, clock=CLOCK)
    lanes = {row.lane_id for row in Recipient.objects.filter(incident=storm.incident)}
    assert len(lanes) == 1
    assert old.pk not in lanes
    assert NOWHERE not in {lane.connection.base_url for lane in storm.roll_out.lanes.exclude(pk=old.pk)}


def test_a_mode_that_changed_moves_nobody_until_a_person_looks() -> None:
    desk = a_desk()
    storm = planned(a_storm(desk, orders=3))
    Connection.objects.update(mode="manual")
    replan_roll_out(storm.roll_out, by=None, clock=CLOCK)
    assert storm.counts() == {"waiting": 3}
    assert {lane.mode for lane in storm.roll_out.lanes.all()} == {"api"}
    replan(storm.refresh(), by=desk.lead, clock=CLOCK)
    assert storm.counts() == {"waiting": 3}
    assert {lane.mode for lane in storm.roll_out.lanes.all()} == {"manual"}
    assert {row.door for row in Recipient.objects.all()} == {"manual"}
    Connection.objects.update(mode="click")
    replan(storm.refresh(), by=desk.lead, clock=CLOCK)
    assert storm.counts() == {"waiting": 3}
    assert {row.door for row in Recipient.objects.all()} == {"click"}
