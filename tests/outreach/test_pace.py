"""A lane learns how fast its platform will have it: slower after "too fast", and slowly back to its own pace."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.kit.lazada_sim import LazadaSim
from tests.kit.rollout import a_desk, a_storm, planned, running, started, work_until

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.models import Pace
from seawall.outreach.pace import heed_clock, slow_down, speed_up
from seawall.outreach.policy import SLOWEST
from seawall.outreach.sender.claim import claim

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_refusal_as_too_fast_slows_the_lane_and_loses_nobody(lazada_sim: LazadaSim) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=12))
    lazada_sim.set_faults(
        {"kind": "api_call_limit", "path": "/im/message/send", "nth": [3], "seconds": 1},
    )
    work_until(lambda: storm.refresh().state == "follow_up")
    pace = Pace.objects.get()
    assert pace.limit_hits == 1
    assert pace.sends_per_second == Decimal("140.000"), "70 % of 200"
    assert len({m["text"] for m in lazada_sim.messages(from_="seller")}) == 12
    assert lazada_sim.summary()["duplicates"] == 0


def test_refusals_of_messages_in_flight_together_count_once(lazada_sim: LazadaSim) -> None:
    planned(a_storm(a_desk(), lazada_sim))
    pace, at = Pace.objects.get(), SYSTEM_CLOCK.now()
    for late in (0, 0.1, 0.9):
        slow_down([pace.connection_id], at=at + timedelta(seconds=late))
    pace.refresh_from_db()
    assert (pace.limit_hits, pace.sends_per_second) == (1, Decimal(140))


def test_no_lane_falls_so_low_that_it_never_ends(lazada_sim: LazadaSim) -> None:
    planned(a_storm(a_desk(), lazada_sim))
    pace, at = Pace.objects.get(), SYSTEM_CLOCK.now()
    for n in range(60):
        slow_down([pace.connection_id], at=at + timedelta(seconds=2 * n))
    pace.refresh_from_db()
    assert pace.sends_per_second == SLOWEST


def test_pace_comes_back_a_little_a_minute_and_never_beyond_its_own(lazada_sim: LazadaSim) -> None:
    planned(a_storm(a_desk(), lazada_sim))
    pace, at = Pace.objects.get(), SYSTEM_CLOCK.now()
    slow_down([pace.connection_id], at=at)
    speed_up(now=at + timedelta(seconds=30))
    pace.refresh_from_db()
    assert pace.sends_per_second == Decimal(140), "half a minute is too soon"
    paces = []
    for minute in range(1, 8):
        speed_up(now=at + timedelta(minutes=minute))
        pace.refresh_from_db()
        paces.append(pace.sends_per_second)
    assert paces == sorted(paces)
    assert paces[0] == Decimal(154)
    assert paces[-1] == Decimal(200)


def test_a_clock_set_back_starves_no_shop_and_gives_nothing_twice() -> None:
    running(a_storm(a_desk(), orders=30))
    now = SYSTEM_CLOCK.now()
    ahead, morning = now + timedelta(hours=2), now + timedelta(hours=10)
    Pace.objects.update(tokens=3, refilled_at=ahead, ready_at=ahead, limits_at=ahead, asleep_until=morning)
    assert claim(worker=1, size=30, now=now) == []
    heed_clock(now=now)
    pace = Pace.objects.get()
    assert (pace.refilled_at, pace.limits_at, pace.asleep_until) == (now, now, None)
    assert len(claim(worker=1, size=30, now=now)) == 3, "what it held, and nothing for the hours that come again"


def test_clocks_a_little_apart_are_no_step_back() -> None:
    running(a_storm(a_desk(), orders=2))
    now = SYSTEM_CLOCK.now()
    soon = now + timedelta(seconds=4)
    Pace.objects.update(refilled_at=soon, ready_at=soon)
    heed_clock(now=now)
    assert Pace.objects.get().ready_at == soon
