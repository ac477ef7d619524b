"""Promise 1 in the worst night: a fleet whose workers are killed fifty times, at every moment of a send."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.chaos.kit import assert_nobody_twice_nobody_forgotten, count, database_url, ledger, wait
from tests.kit.fleet import Fleet
from tests.kit.lazada_sim import QUIET, LazadaSimHelper, LazadaSimProcess
from tests.kit.rollout import Storm, a_desk, a_storm, started

from seawall.outreach.api import Attempt

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KILLS = 50
ORDERS_A_SHOP = 500


@pytest.fixture
def marketplace(tmp_path: Path) -> Iterator[LazadaSimHelper]:
    """In a process of its own, so that it goes on while workers die."""
    sim = LazadaSimProcess(tmp_path, switches=QUIET).start()
    yield sim
    sim.stop()


def test_fifty_workers_are_killed_in_mid_send_and_every_buyer_gets_one_message(marketplace: LazadaSimHelper) -> None:
    chance = random.Random(50)
    storm = started(a_storm(a_desk(), marketplace, orders=ORDERS_A_SHOP, markets=("TH", "VN"), pace=60))
    # Some answers are lost after the deed, some calls before it: killed workers are not the only trouble of the night.
    marketplace.switches(latency_ms=30)
    marketplace.set_faults(
        {"kind": "reset_after", "path": "/im/message/send", "probability": 0.02},
        {"kind": "reset_before", "path": "/im/message/send", "probability": 0.02},
    )
    after_claim = after_leaving = 0
    with Fleet(database_url()) as fleet:
        fleet.start(3)
        for number in range(KILLS):
            wait(lambda: count(storm, "claimed") > 0, storm)
            if number % 3 == 1:
                # The request has left and the platform has done it; the ledger does not know yet.
                wait(lambda: _platform_knows_more(marketplace) or _is_over(storm), storm)
                after_leaving += 1
            elif number % 3 == 2:
                time.sleep(chance.uniform(0, 0.1))
            else:
                after_claim += 1
            fleet.kill(chance.choice(fleet.workers))
            fleet.start()
            assert not _is_over(storm), f"all was sent after {number} kills: the story needs more orders"
        wait(lambda: storm.refresh().state == "follow_up", storm)
        for pid in list(fleet.workers):
            fleet.stop(pid)

    assert after_claim >= KILLS // 3
    assert after_leaving >= KILLS // 3
    # Without claims that died with their workers nothing was shown.
    looked_up = Attempt.objects.filter(recipient__incident=storm.incident, ended_at__isnull=True).count()
    assert looked_up >= KILLS // 3, "too few messages were in the hands of those who were killed"
    assert sum(storm.counts().values()) == 2 * ORDERS_A_SHOP
    assert_nobody_twice_nobody_forgotten(ledger(storm), marketplace.messages())
    assert marketplace.summary()["duplicates"] == 0


def _platform_knows_more(marketplace: LazadaSimHelper) -> bool:
    noted = Attempt.objects.filter(outcome="acknowledged").count()
    return int(marketplace.summary()["messages"]) > noted


def _is_over(storm: Storm) -> bool:
    return count(storm, "waiting", "claimed", "unknown") == 0
