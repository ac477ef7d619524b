"""Buyers with several orders: what a file says of them, and what the simulated platform knows."""

from collections import Counter
from collections.abc import Sequence

from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import Desk, Storm, a_desk, a_storm, rows_as_lines

from seawall.orders.api import Order
from seawall.outreach.api import Recipient


def of_buyers(storm: Storm, *sizes: int, truly: Sequence[int] = ()) -> list[list[str]]:
    """The storm's orders shared out: the first `sizes[0]` are one buyer's, and so on. Gives their numbers by buyer.

    `truly` is how the platform sees it, where that differs from what the file says.
    """
    orders = list(Order.objects.filter(cases__incident=storm.incident).order_by("pk"))
    assert sum(sizes) == len(orders)
    shared = _share(orders, sizes)
    for number, mine in enumerate(shared):
        Order.objects.filter(pk__in=[order.pk for order in mine]).update(
            buyer_handle=f"Siti {number}", phone=f"60******{number:02d}"
        )
    if storm.sim is not None:
        seller = storm.shops[0].connections.get(is_active=True).platform_seller_id
        rows = [
            {"order_id": order.platform_order_id, "seller_id": seller, "buyer_id": str(200_000_100 + number)}
            for number, mine in enumerate(_share(orders, truly or sizes))
            for order in mine
        ]
        storm.sim.post("/_sim/lazada/orders", rows_as_lines(rows))
    return [[order.platform_order_id for order in mine] for mine in shared]


def share_out(storm: Storm, *pattern: int) -> None:
    """Every shop's orders shared out by this pattern over and over: the last buyer of a shop gets what is left."""
    assert storm.sim is not None
    for number, shop in enumerate(storm.shops):
        orders = list(Order.objects.filter(cases__incident=storm.incident, shop=shop).order_by("pk"))
        seller = shop.connections.get(is_active=True).platform_seller_id
        rows = []
        for buyer, size in enumerate(pattern * len(orders)):
            mine, orders = orders[:size], orders[size:]
            Order.objects.filter(pk__in=[order.pk for order in mine]).update(
                buyer_handle=f"Siti {buyer}", phone=f"60******{buyer:02d}"
            )
            rows += [
                {
                    "order_id": order.platform_order_id, "seller_id": seller,
                    "buyer_id": str(200_000_100 + 1000 * number + buyer),
                }
                for order in mine
            ]  # fmt: skip
        if rows:
            storm.sim.post("/_sim/lazada/orders", rows_as_lines(rows))


def a_storm_of(*sizes: int, sim: LazadaSimHelper | None = None, desk: Desk | None = None) -> Storm:
    """A storm in one shop whose buyers have so many orders each."""
    storm = a_storm(desk or a_desk(), sim, orders=sum(sizes))
    of_buyers(storm, *sizes)
    return storm


def _share(orders: Sequence[Order], sizes: Sequence[int]) -> list[list[Order]]:
    left = iter(orders)
    return [[next(left) for _ in range(size)] for size in sizes]


def groups(storm: Storm) -> list[list[str]]:
    """The order numbers of every message that names several, by the ledger."""
    rows = Recipient.objects.filter(incident=storm.incident, has_riders=True).order_by("rank")
    return [
        sorted([row.order.platform_order_id, *row.riders.values_list("order__platform_order_id", flat=True)])
        for row in rows.select_related("order")
    ]


def times_named(storm: Storm) -> Counter[str]:
    """In how many of the messages that the platform took each order number stands."""
    assert storm.sim is not None
    numbers = [row.order.platform_order_id for row in Recipient.objects.filter(incident=storm.incident)]
    texts = [message["text"] for message in storm.sim.messages(from_="seller")]
    return Counter({number: sum(number in text for text in texts) for number in numbers})
