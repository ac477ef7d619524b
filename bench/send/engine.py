"""This engine: `seawall worker` as a process of its own, with ledger, attempts, captures and gates."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.send.place import ROOT, Platform, child_env

if TYPE_CHECKING:
    from tests.kit.rollout import Storm

LONG = 600


def a_storm_of(orders: Sequence[int], platform: Platform, *, slug: str, pace: float = 99_999) -> "Storm":
    """A planned roll-out over one shop for each number of orders, its conversations known, so that one message is one
    call as with the peers. `let_go` begins it."""
    from tests.kit import rollout as kit

    from seawall.incidents.api import OpenIncident, add_cases, open_incident
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.outreach.models import Recipient
    from seawall.shops.api import ConnectShop, connect_shop

    desk = kit.a_desk(slug)
    incident = open_incident(
        OpenIncident(seller_code="s017", kind="customs_return", title="Bench", is_training=True),
        by=desk.lead, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    storm = kit.Storm(desk, incident)
    for number, count in enumerate(orders):
        shop = kit.a_shop(desk, "TH", code=f"S{number}")
        connect_shop(
            ConnectShop(
                shop_code=shop.code, base_url=f"{platform.url}/{slug}-{number}/rest", platform_seller_id=f"{number}",
                app_key="900001", app_secret="bench", access_token="bench", sends_per_second=Decimal(str(pace)),
            ),
            by=desk.admin, clock=SYSTEM_CLOCK,
        )  # fmt: skip
        kit.some_orders(shop, count, first=10**13 + number * 10**9)
        storm.shops.append(shop)
    add_cases(incident, None, by=desk.lead, clock=SYSTEM_CLOCK)
    kit.planned(storm)
    Recipient.objects.filter(incident=incident).update(session_id="100_2_300_1_103")
    analyze()
    return storm


def let_go(storm: "Storm") -> float:
    """The roll-out runs, all waves open, as after `seawall outreach start`. Gives the instant."""
    from tests.kit import rollout as kit

    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.outreach.models import RollOut
    from seawall.outreach.ready import wake

    roll_out = kit.approve_in_the_ledger(storm)
    RollOut.objects.filter(pk=roll_out.pk).update(state="running", open_wave=9)
    at = time.time()
    wake(roll_out.lanes.values_list("connection_id", flat=True), now=SYSTEM_CLOCK.now())
    return at


def analyze() -> None:
    """As autovacuum does in the field: fresh tables have no statistics, and plans are guesses without."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def workers(number: int = 1) -> Iterator[None]:
    """`seawall worker` so many times."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "seawall.cli", "worker"], cwd=ROOT, env=child_env(),
        )
        for _ in range(number)
    ]  # fmt: skip
    try:
        yield
    finally:
        for run in runs:
            run.terminate()
        for run in runs:
            run.wait(60)


def await_up() -> None:
    """A worker is up when its session holds its lock."""
    from django.db import connection

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            row = cursor.fetchone()
        if row is not None and row[0]:
            return
        time.sleep(0.05)


def await_settled(storm: "Storm", number: int) -> float:
    """The instant at which so many rows are recorded as taken by the platform."""
    from seawall.outreach.models import Recipient

    rows = Recipient.objects.filter(incident=storm.incident, state="acknowledged")
    deadline = time.monotonic() + LONG
    while rows.count() < number:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {rows.count()} of {number} went: {storm.counts()}")
        time.sleep(0.02)
    return time.time()


def rate(platform: Platform, orders: int, *, latency_ms: float, slug: str, processes: int = 1) -> float:
    """Messages a second from the first the platform took to the last that is recorded."""
    platform.set(latency_ms=latency_ms)
    storm = a_storm_of([orders], platform, slug=slug)
    with workers(processes):
        await_up()
        let_go(storm)
        ended = await_settled(storm, orders)
    times = sorted(at for each in platform.stats()["times"].values() for at in each)
    if len(times) != orders:
        raise SystemExit(f"the platform took {len(times)} messages for {orders} orders")
    return orders / (ended - times[0] + latency_ms / 1000)
