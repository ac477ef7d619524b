"""Counts of a pack: made from the orders when sealing, made again from orders.jsonl when verifying."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from seawall.evidence.records import Grade, Json
from seawall.evidence.seal.lines import OrderLine
from seawall.kernel.markets import Market, Platform


@dataclass
class Tally:
    """Running counts over the orders of a pack."""

    orders: int = 0
    records: int = 0
    screenshots: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    grades: Counter[Grade] = field(default_factory=Counter)
    shops: Counter[tuple[Platform, Market, str]] = field(default_factory=Counter)

    def add(self, line: OrderLine) -> None:
        """Count one order."""
        order = line.order
        self.orders += 1
        self.records += len(line.records)
        self.screenshots += line.grade.has_screenshot
        self.outcomes[order.outcome] += 1
        self.grades[line.grade.grade] += 1
        self.shops[(order.platform, order.market, order.shop)] += 1

    def as_json(self, claimed: Mapping[str, int]) -> dict[str, Json]:
        """For summary.json. `claimed` may name outcomes that no order has: they stand as 0."""
        markets: Counter[str] = Counter()
        shops: dict[str, Json] = {}
        for (platform, market, shop), orders in self.shops.items():
            place = f"{platform.value} {market.value}"
            markets[place] += orders
            shops[f"{place} {shop}"] = orders
        return {
            "grades": {grade.value: self.grades[grade] for grade in Grade},
            "markets": dict(markets),
            "orders": self.orders,
            "outcomes": {outcome: self.outcomes[outcome] for outcome in {*claimed, *self.outcomes}},
            "records": self.records,
            "screenshots": self.screenshots,
            "shops": shops,
        }


def same_counts(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether two counts agree, an absent name counting as 0."""
    return {name: n for name, n in one.items() if n} == {name: n for name, n in other.items() if n}
