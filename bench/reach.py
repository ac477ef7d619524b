"""How long the reachability plan of a whole container takes. Run: PYTHONPATH=src python bench/reach.py [ORDERS]

Pure planning over three platforms and six shops, with every kind of doubt in it: orders of all ages, without a date,
cancelled, with talks, masked and open phones; daily quotas shared by shops; nights. Best and worst of five runs.
"""

import sys
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random

from seawall.kernel.clock import monotonic
from seawall.kernel.markets import Market, Platform
from seawall.outreach.reach import Quota, ReachItem, ShopDoors, World, plan_reach

NIGHT = (time(21), time(8))
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
SHOPS = {
    number: ShopDoors(
        code=f"{platform.letter}{market}", platform=platform, market=market, mode=mode, pace=pace, quiet=NIGHT
    )
    for number, (platform, market, mode, pace) in enumerate(
        [
            (Platform.SHOPEE, Market.MY, "click", 1), (Platform.SHOPEE, Market.ID, "click", 1),
            (Platform.LAZADA, Market.TH, "api", 8), (Platform.LAZADA, Market.PH, "", 8),
            (Platform.TIKTOK, Market.VN, "api", 2), (Platform.TIKTOK, Market.ID, "api", 2),
        ],
        start=1,
    )
}  # fmt: skip


def container(count: int, seed: int = 1) -> list[ReachItem]:
    """Messages as a storm has them, the same for the same seed."""
    dice = Random(seed)
    return [
        ReachItem(
            key=number, orders=(f"{number:012d}",), shop=dice.randint(1, len(SHOPS)), language="en",
            text=f"{number:064d}",
            ordered_at=None if dice.random() < 0.01 else NOW - timedelta(hours=dice.uniform(0, 24 * 45)),
            is_cancelled=dice.random() < 0.02, is_late=dice.random() < 0.3, value=Decimal(dice.randint(1, 900)),
            talked_at=NOW - timedelta(days=dice.uniform(0, 40)) if dice.random() < 0.1 else None,
            phone=dice.choice(["", "masked", "masked", "open"]), unanswered=dice.choice([0] * 20 + [5]),
        )
        for number in range(count)
    ]  # fmt: skip


def the_world() -> World:
    """Six shops, two quotas, eight seats."""
    return World(
        now=NOW, shops=SHOPS, seats=8, deadline_at=NOW + timedelta(days=4),
        quotas=(
            Quota(name="t", platform=Platform.TIKTOK, shops=frozenset({5, 6}), per_day=4000, zone=Market.SG.zone),
            Quota(name="s", platform=Platform.SHOPEE, shops=frozenset({1, 2}), per_day=6000, zone=Market.SG.zone),
        ),
    )  # fmt: skip


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 24_000
    items, world = container(count), the_world()
    spans = []
    for _ in range(5):
        begin = monotonic()
        plan = plan_reach(items, world)
        spans.append(monotonic() - begin)
    sys.stdout.write(
        f"{count:,} messages planned in {min(spans):.2f} s (worst of five {max(spans):.2f} s)\n"
        f"doors {plan.totals['doors']}, {plan.expiring:,} would not get their turn, {plan.seconds / 86400:.1f} days\n"
    )
    for lane in plan.lanes:
        sys.stdout.write(
            f"  {SHOPS[lane.shop].code:4} {lane.door.value:7} {lane.sent:6,} of {lane.count:6,} at {lane.pace:.3f}/s,"
            f" {lane.seconds / 3600:6.1f} h, longest wait: {lane.waits_for}\n"
        )


if __name__ == "__main__":
    main()
