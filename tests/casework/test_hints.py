"""A push about an order is a hint to read it: wherever the platform writes the number, and never a fact by itself."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.kit.casework import Marketplace, a_case_storm, numbers_of
from tests.kit.lazada_sim import push_sink
from tests.kit.shopee_sim import shopee_sink
from tests.kit.sim import SimDoor
from tests.kit.tiktok_sim import tiktok_sink

from seawall.casework.models import ShopPoll
from seawall.casework.pushes import hint
from seawall.connectors.contracts import EventKind, PushEvent
from seawall.connectors.registry import push_reader
from seawall.connectors.standing import order_hint
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform

__all__ = ["push_sink", "shopee_sink", "tiktok_sink"]

pytestmark = pytest.mark.django_db(transaction=True)

_SINKS = {Platform.LAZADA: "push_sink", Platform.SHOPEE: "shopee_sink", Platform.TIKTOK: "tiktok_sink"}


def pushed(sim: SimDoor, place: Marketplace, sink: Any, order: str) -> list[PushEvent]:
    """What the platform pushes when an order moves."""
    place.sim.set_callback(sink.url)
    place.ship(order)
    sim.until(lambda: bool(orders_in(place, sink)))
    return orders_in(place, sink)


def orders_in(place: Marketplace, sink: Any) -> list[PushEvent]:
    events = [push_reader(place.platform).parse(body) for _, body in list(sink.received)]
    return [event for event in events if event.kind is EventKind.ORDER]


def test_the_order_a_push_speaks_of_is_read_soon(sim: Any, platform: Platform, request: pytest.FixtureRequest) -> None:
    storm, place = a_case_storm(sim, platform, orders=2)
    first = numbers_of(storm)[0]
    event, *_ = pushed(sim, place, request.getfixturevalue(_SINKS[platform]), first)
    assert order_hint(event.data) == first
    shop = storm.shops[0]
    later = SYSTEM_CLOCK.now() + timedelta(hours=1)
    poll = ShopPoll.objects.create(
        team_id=shop.team_id, connection=shop.connections.get(), seen_to=SYSTEM_CLOCK.now(), next_at=later
    )

    hint(event, shop.pk, clock=SYSTEM_CLOCK)

    due = storm.incident.watched.filter(look_at__lte=SYSTEM_CLOCK.now())
    assert [row.order.platform_order_id for row in due] == [first]
    poll.refresh_from_db()
    assert poll.next_at <= SYSTEM_CLOCK.now()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"order_id": ""},
        {"order_id": 0},
        {"a": {"b": {"c": {"d": {"order_id": "1"}}}}},
        {"order_id": None},
        {"x": [1]},
    ],
    ids=json.dumps,
)
def test_a_push_that_names_no_order_gives_no_hint(data: dict[str, Any]) -> None:
    assert order_hint(data) == ""
