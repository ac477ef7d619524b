"""The line to the platform is cut in mid-send, and comes back."""

import time

import pytest
from django.db.models import F, Value
from django.db.models.functions import Replace
from tests.chaos.kit import assert_nobody_twice_nobody_forgotten, count, database_url, ledger, wait
from tests.kit.cable import Cable, State
from tests.kit.fleet import Fleet
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import Storm, a_desk, a_storm, started

from seawall.outreach.api import Attempt
from seawall.shops.api import Connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ORDERS = 160


def _through(cable: Cable, storm: Storm, sim: LazadaSimHelper) -> None:
    """The storm's shops are reached through the cable from now on."""
    Connection.objects.filter(shop__in=[shop.pk for shop in storm.shops]).update(
        base_url=Replace(F("base_url"), Value(sim.url), Value(cable.url))
    )


@pytest.mark.parametrize("broken", ["cut", "one way"])
def test_the_network_breaks_three_times_and_heals(lazada_sim: LazadaSimHelper, broken: State) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=ORDERS, pace=60))
    lazada_sim.switches(latency_ms=30)
    with Cable(lazada_sim.url) as cable, Fleet(database_url()) as fleet:
        _through(cable, storm, lazada_sim)
        fleet.start(2)
        for enough in (5, 40, 90):
            wait(lambda: len(lazada_sim.messages()) >= enough and count(storm, "claimed") > 0, storm)  # noqa: B023
            cable.state = broken
            before = len(lazada_sim.messages())
            # Long enough for every kind of call to run into it: sends, look-ups, reads.
            time.sleep(1.0)
            if broken == "cut":
                assert len(lazada_sim.messages()) <= before + 40
            else:
                # What was lost on the way back never comes, and the callers must not wait for it for ever.
                cable.state = "cut"
            cable.state = "whole"
        wait(lambda: storm.refresh().state == "follow_up", storm)
        for pid in list(fleet.workers):
            fleet.stop(pid)
    assert Attempt.objects.filter(recipient__incident=storm.incident, outcome="lost_sight").exists()
    assert sum(storm.counts().values()) == ORDERS
    assert_nobody_twice_nobody_forgotten(ledger(storm), lazada_sim.messages())
