"""Late is one rule, whether a program or the database asks it."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from tests.kit.rollout import a_desk, a_shop, some_orders

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order, is_late, late_orders
from seawall.orders.imports.api import OrderStatus

pytestmark = pytest.mark.django_db

NOW = SYSTEM_CLOCK.now()
BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


def test_a_query_finds_exactly_the_orders_that_are_late_one_by_one() -> None:
    times = (None, BEFORE - timedelta(days=1), BEFORE, NOW, AFTER)
    kinds = list(product(["", *OrderStatus], times, times))
    shop = a_shop(a_desk())
    some_orders(shop, len(kinds))
    orders = list(Order.objects.filter(shop=shop).order_by("pk"))
    for order, (status, ship_by, shipped_at) in zip(orders, kinds, strict=True):
        order.status, order.ship_by, order.shipped_at = str(status), ship_by, shipped_at
    Order.objects.bulk_update(orders, ["status", "ship_by", "shipped_at"])

    late = {
        order.pk
        for order in orders
        if is_late(status=order.status, ship_by=order.ship_by, shipped_at=order.shipped_at, now=NOW)
    }

    assert set(Order.objects.filter(late_orders(NOW), shop=shop).values_list("pk", flat=True)) == late
    assert 0 < len(late) < len(orders)


@pytest.mark.parametrize(
    ("status", "ship_by", "shipped_at", "late"),
    [
        ("shipped", BEFORE, AFTER, True),
        ("shipped", AFTER, BEFORE, False),
        ("to_ship", BEFORE, None, True),
        ("to_ship", AFTER, None, False),
        ("to_ship", None, None, False),
        ("cancelled", BEFORE, None, False),
        ("delivered", BEFORE, None, False),
    ],
)
def test_who_is_late(status: str, ship_by: datetime | None, shipped_at: datetime | None, late: bool) -> None:
    assert is_late(status=status, ship_by=ship_by, shipped_at=shipped_at, now=NOW) is late
