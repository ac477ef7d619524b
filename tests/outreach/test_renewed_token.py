"""A token that ends in the middle of a roll-out: renewed by a worker, and nobody is lost or written to twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSim
from tests.kit.rollout import a_desk, a_storm, started, work_until

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Lane
from seawall.shops.api import Connection, ConnectShop, connect_shop, renew_due

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def a_renewing_worker() -> Iterator[None]:
    """The part of `seawall worker` that renews tokens, in a thread of its own as there."""
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            if not renew_due(SYSTEM_CLOCK):
                ended.wait(0.05)
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(20)


def test_the_lane_waits_for_the_new_token_and_goes_on(lazada_sim: LazadaSim) -> None:
    desk = a_desk()
    storm = started(a_storm(desk, lazada_sim, orders=8))
    lazada_sim.switches(access_expires_s=60)
    seller_id = Connection.objects.get().platform_seller_id
    store = lazada_sim.add_store(site="th", seller_id=seller_id, name="again", access_token="short-lived")
    lazada_sim.switches(access_expires_s=2_592_000)
    connect_shop(
        ConnectShop(
            shop_code="LTH", base_url=store.base_url, platform_seller_id=store.seller_id, app_key=APP_KEY,
            app_secret=APP_SECRET, access_token=store.access_token, refresh_token=store.refresh_token,
            auth_url=f"{lazada_sim.url}/lazada/auth/rest",
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    lazada_sim.advance(61)
    with a_renewing_worker():
        work_until(lambda: storm.refresh().state == "follow_up")
    assert not Lane.objects.get().is_stopped
    assert len({m["text"] for m in lazada_sim.messages(from_="seller")}) == 8
    assert lazada_sim.summary()["duplicates"] == 0


def test_without_a_refresh_token_the_lane_stops_and_says_so(lazada_sim: LazadaSim) -> None:
    desk = a_desk()
    storm = started(a_storm(desk, lazada_sim, orders=4))
    lazada_sim.set_faults({"kind": "token_expired", "path": "/im/session/open", "times": 1})
    work_until(lambda: Lane.objects.get().is_stopped)
    assert Lane.objects.get().stopped_code == "lane_auth_expired"
    assert Connection.objects.get().stopped_reason == "auth_expired"
    assert storm.counts() == {"acknowledged": 1, "waiting": 3}
