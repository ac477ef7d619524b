"""What a message about one order is filled with."""

from seawall.incidents.facts import Facts
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.orders.api import Order
from seawall.scripts.api import PlaceholderValues


def values_of(order: Order, facts: Facts, language: Language) -> PlaceholderValues:
    """The values in a language. Give an order with its shop selected and its parcels at hand."""
    shop = order.shop
    return PlaceholderValues(
        shop=shop.name,
        order_id=order.platform_order_id,
        item=order.lines[0].get("title") if order.lines else None,
        order_date=order.ordered_at,
        cause=facts.cause_by_language.get(language),
        new_date=facts.new_date,
        tracking_number=next((each.tracking_number for each in order.parcels.all() if each.tracking_number), None),
        compensation=facts.offer_in(Market(shop.market).currency),
    )
