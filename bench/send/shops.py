"""Ten shops at five messages a second each, one of them with nine tenths of all: does each get what it may have?"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bench.send.engine import a_storm_of, analyze, await_settled, await_up, let_go, workers
from bench.send.place import Platform

if TYPE_CHECKING:
    from tests.kit.rollout import Storm

PACE = 5
LARGE, SMALL, SMALL_SHOPS = 300, 3, 9
GOLDEN = 5


@dataclass(frozen=True, kw_only=True)
class TenShops:
    """What the platform saw."""

    least_share: float
    """Of its allowance, of the shop that came off worst; the large one over its whole run."""
    large_share: float
    refused: int
    """Answers "too fast"."""
    small_done_s: float
    """From the launch to the last message of the slowest small shop."""
    small_minimum_s: float
    golden_first_s: float
    """From the launch of an urgent storm on the large shop to its first message."""
    golden_done_s: float


def ten_shops(platform: Platform) -> TenShops:
    """One worker process. The platform counts each shop's messages by a bucket of five a second."""
    platform.set(latency_ms=50, pace=PACE, burst=PACE)
    storm = a_storm_of([LARGE, *[SMALL] * SMALL_SHOPS], platform, slug="ten", pace=PACE)
    golden = _golden_storm(storm)
    with workers():
        await_up()
        launched = let_go(storm)
        await_settled(storm, LARGE // 3)
        golden_launched = let_go(golden)
        await_settled(storm, LARGE + SMALL * SMALL_SHOPS)
        await_settled(golden, GOLDEN)
    stats = platform.stats()
    times = {shop: sorted(each) for shop, each in stats["times"].items()}
    shares = {shop: (len(each) - 1) / ((each[-1] - each[0]) * PACE) for shop, each in times.items()}
    small = [each for shop, each in times.items() if shop != "ten-0"]
    marked = sorted(stats["marked"])
    return TenShops(
        least_share=min(shares.values()),
        large_share=shares["ten-0"],
        refused=sum(stats["refused"].values()),
        small_done_s=max(each[-1] for each in small) - launched,
        small_minimum_s=SMALL / PACE,
        golden_first_s=marked[0] - golden_launched,
        golden_done_s=marked[-1] - golden_launched,
    )


def _golden_storm(storm: "Storm") -> "Storm":
    """A storm of the large shop whose window closes in two hours, planned and waiting."""
    from tests.kit import rollout as kit

    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.outreach.models import Recipient, RollOut

    golden = kit.planned(kit.another_storm(storm, orders=GOLDEN))
    Recipient.objects.filter(incident=golden.incident).update(session_id="GOLDEN")
    RollOut.objects.filter(incident=golden.incident).update(golden_until=SYSTEM_CLOCK.now() + timedelta(hours=2))
    analyze()
    return golden
