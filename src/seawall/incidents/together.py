"""Several orders of one buyer in one shop become one message that names them all. Pure but for the words it renders."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.outreach.api import MOST_TOGETHER, PlannedMessage
from seawall.scripts.api import LENGTH_LIMITS, PlaceholderValues, Several, may_name_several, render


@dataclass(frozen=True, kw_only=True)
class Filled:
    """One order's message, with what it was filled with and whose it seems to be."""

    message: PlannedMessage
    values: PlaceholderValues
    language: Language
    platform: Platform
    market: Market
    buyer: str
    """The hint of `orders.buyer_hint`; empty: nothing is known, so it goes alone."""


def bring_together(
    filled: Sequence[Filled], templates: Mapping[Language, str], *, contacted: Collection[int]
) -> list[PlannedMessage]:
    """The messages of a plan, in the order given: those of one buyer in one shop in the words that name them all.

    Alone go orders whose buyer is not known, orders contacted before, and orders in a language whose wording speaks of
    one order only. At most `MOST_TOGETHER` orders, and never more than the platform's longest text holds.
    """
    by_buyer: dict[tuple[int, str], list[Filled]] = defaultdict(list)
    for each in filled:
        if each.buyer and each.message.order_id not in contacted:
            by_buyer[each.message.shop_id, each.buyer].append(each)
    merged: dict[int, PlannedMessage] = {}
    for orders in by_buyer.values():
        template = templates[orders[0].language]
        if len(orders) > 1 and may_name_several(template, orders[0].language):
            for message in _merge(sorted(orders, key=lambda each: each.message.exposure), template):
                merged[message.order_id] = message
    return [merged.get(each.message.order_id, each.message) for each in filled]


def _merge(orders: list[Filled], template: str) -> Iterator[PlannedMessage]:
    while len(orders) > 1:
        for size in range(min(MOST_TOGETHER, len(orders)), 1, -1):
            text = _text(orders[:size], template)
            if text is not None:
                named = frozenset(each.message.order_id for each in orders[:size])
                for each in orders[:size]:
                    yield replace(each.message, text=text, solo_text=each.message.text, together=named)
                orders = orders[size:]
                break
        else:
            orders = orders[1:]


def _text(orders: Sequence[Filled], template: str) -> str | None:
    """The words that name these orders, the oldest first; None where the platform takes no text so long."""
    first = orders[0]
    oldest = sorted(orders, key=lambda each: (str(each.values.order_date or ""), each.message.platform_order_id))
    values = [each.values for each in oldest]
    together = replace(
        first.values,
        order_id=_several([one.order_id for one in values]),
        item=_several([one.item for one in values]),
        order_date=_several([one.order_date for one in values]),
    )
    try:
        text = render(template, together, first.language, first.market).text
    except InvalidInput:
        return None
    return text if len(text) <= LENGTH_LIMITS[first.platform].characters else None


def _several(values: Sequence[object]) -> Several | None:
    known = tuple(each for each in values if isinstance(each, str | date))
    return Several(known) if len(known) == len(values) else None
