"""The clocks of a storm's orders: worked out in bulk, told once each, in step with `seawall rules explain`."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kit.storm import (
    Desk,
    Storm,
    a_desk,
    a_storm,
    let_tables_be_emptied,  # noqa: F401  # used by name
)

from seawall.incidents.api import CaseClock, facts_of_orders, refresh_due, strike, tend_clocks, withdraw_case
from seawall.incidents.models import Case
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.markets import Market
from seawall.orders.api import Order
from seawall.rulebook.api import ClockEventKind, SetFigure, clock_events, clocks_of, rules_of_team, set_figure
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(db: None) -> Desk:
    return a_desk("north")


def ticking(storm: Storm, **times: object) -> MovableClock:
    """A clock at now, and orders with these times."""
    clock = MovableClock(SYSTEM_CLOCK.now())
    Order.objects.filter(cases__incident=storm.incident).update(last_seen_at=clock.instant, **times)
    return clock


def run(clock: MovableClock) -> None:
    while tend_clocks(clock=clock):
        pass


def told(storm: Storm, verb: str) -> Counter[str]:
    """How many orders the timeline told of, by kind of clock."""
    found: Counter[str] = Counter()
    for entry in Entry.objects.filter(incident=storm.incident, verb=verb):
        found[entry.after["clock"]] += entry.after["count"]
    return found


def clocks(storm: Storm, kind: str = "ship_by") -> list[CaseClock]:
    return list(CaseClock.objects.filter(incident=storm.incident, kind=kind).order_by("pk"))


def test_a_ship_by_clock_warns_and_is_missed_once_for_all_orders(desk: Desk) -> None:
    storm = a_storm(desk, orders=7)
    now = SYSTEM_CLOCK.now()
    clock = ticking(storm, status="to_ship", ship_by=now + 20 * HOUR)
    run(clock)
    assert len(clocks(storm)) == 7
    assert {each.authority for each in clocks(storm)} == {"platform_column"}
    assert told(storm, "clock.warned")["ship_by"] == 0
    clock.move(9 * HOUR)  # 11 hours before: a ship-by clock warns 12 hours ahead
    run(clock)
    run(clock)
    assert told(storm, "clock.warned")["ship_by"] == 7
    entry = Entry.objects.get(verb="clock.warned", subject="clock:ship_by")
    assert (entry.user, entry.actor_name, len(entry.after["orders"])) == (None, "Seawall", 7)
    assert told(storm, "clock.breached")["ship_by"] == 0
    clock.move(12 * HOUR)
    run(clock)
    run(clock)
    assert told(storm, "clock.breached")["ship_by"] == 7


def test_a_deadline_is_kept_up_to_and_with_its_last_instant(desk: Desk) -> None:
    storm = a_storm(desk, orders=1)
    due = SYSTEM_CLOCK.now() + HOUR
    clock = ticking(storm, status="to_ship", ship_by=due)
    clock.instant = due
    run(clock)
    assert told(storm, "clock.breached")["ship_by"] == 0
    clock.move(timedelta(microseconds=1))
    run(clock)
    assert told(storm, "clock.breached")["ship_by"] == 1


def test_an_order_shipped_in_the_newest_file_is_not_told_as_missed(desk: Desk) -> None:
    storm = a_storm(desk, orders=3)
    start = SYSTEM_CLOCK.now()
    clock = ticking(storm, status="to_ship", ship_by=start + 20 * HOUR)
    run(clock)
    clock.move(19 * HOUR)
    Order.objects.update(shipped_at=clock.instant, last_seen_at=clock.instant)
    clock.move(4 * HOUR)
    run(clock)
    assert told(storm, "clock.breached")["ship_by"] == 0
    assert {str(each.state_at(clock.instant)) for each in clocks(storm)} == {"met"}


def test_a_deadline_that_moved_is_told_and_starts_over(desk: Desk) -> None:
    storm = a_storm(desk, orders=2)
    start = SYSTEM_CLOCK.now()
    clock = ticking(storm, status="to_ship", ship_by=start + 5 * HOUR)
    run(clock)
    assert told(storm, "clock.warned")["ship_by"] == 2
    clock.move(HOUR)
    Order.objects.update(ship_by=start + 30 * HOUR, last_seen_at=clock.instant)
    clock.move(HOUR)
    run(clock)
    assert told(storm, "clock.moved")["ship_by"] == 2
    assert told(storm, "clock.breached")["ship_by"] == 0
    clock.move(20 * HOUR)
    run(clock)
    assert told(storm, "clock.warned")["ship_by"] == 4


def test_a_figure_of_the_teams_own_takes_hold_at_once(desk: Desk) -> None:
    storm = a_storm(desk, orders=2)
    start = SYSTEM_CLOCK.now()
    clock = ticking(storm, status="to_ship", ordered_at=start - HOUR, paid_at=start - HOUR)
    run(clock)
    before = clocks(storm)[0]
    clock.move(timedelta(seconds=1))
    set_figure(SetFigure(rule_id=before.rule_id, value="hours=9", reason="told so"), by=desk.lead, clock=clock)
    clock.move(timedelta(seconds=11))
    run(clock)
    after = clocks(storm)[0]
    assert (after.authority, after.certainty) == ("override", "operator")
    assert after.due_at != before.due_at


def test_a_withdrawn_order_and_a_closed_storm_ring_no_more(desk: Desk) -> None:
    storm = a_storm(desk, orders=3)
    clock = ticking(storm, status="to_ship", ship_by=SYSTEM_CLOCK.now() + 20 * HOUR)
    run(clock)
    order = Case.objects.filter(incident=storm.incident).first().order.platform_order_id  # type: ignore[union-attr]
    withdraw_case(storm.incident, order, by=desk.lead, clock=clock, why="delivered after all")
    clock.move(30 * HOUR)
    run(clock)
    assert told(storm, "clock.breached")["ship_by"] == 2
    assert clocks(storm)[0].state_at(clock.instant) is None


def test_several_workers_tell_each_mark_once(desk: Desk, let_tables_be_emptied: None) -> None:  # noqa: F811
    storm = a_storm(desk, orders=60)
    clock = ticking(storm, status="to_ship", ship_by=SYSTEM_CLOCK.now() + HOUR)
    clock.move(2 * HOUR)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(200):
                if not tend_clocks(clock=clock, size=7):
                    break
        except BaseException as error:  # noqa: BLE001  # raised again below
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    run(clock)
    assert faults == []
    for verb in ("clock.warned", "clock.breached"):
        assert told(storm, verb)["ship_by"] == 60
    assert CaseClock.objects.filter(kind="ship_by").count() == 60


@given(
    steps=st.lists(st.tuples(st.sampled_from(["wait", "ship", "ship_by", "deliver"]), st.integers(1, 40)), max_size=7)
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_table_tells_what_the_rulebook_would_tell(desk: Desk, steps: list[tuple[str, int]]) -> None:
    """Whatever happens to an order, the marks told are those of `clock_events` over the same looks."""
    storm = _one(desk)
    order = Order.objects.get(cases__incident=storm.incident)
    clock = MovableClock(datetime(2026, 11, 20, 2, tzinfo=UTC))
    Order.objects.filter(pk=order.pk).update(
        ordered_at=clock.instant, paid_at=clock.instant, shipped_at=None, ship_by=None, delivered_at=None,
        last_seen_at=clock.instant, status="to_ship",
    )  # fmt: skip
    expected: Counter[tuple[str, str]] = Counter()
    seen: list[Any] = []
    for what, hours in [("wait", 0), *steps]:
        clock.move(hours * HOUR + timedelta(minutes=1))
        change = {"ship": {"shipped_at": clock.instant}, "deliver": {"delivered_at": clock.instant},
                  "ship_by": {"ship_by": clock.instant + 3 * HOUR}}.get(what, {})  # fmt: skip
        Order.objects.filter(pk=order.pk).update(last_seen_at=clock.instant, **change)
        clock.move(timedelta(minutes=1))
        order = Order.objects.select_related("shop").get(pk=order.pk)
        rules = rules_of_team(order.team_id, day=clock.instant.astimezone(Market(order.shop.market).zone).date(),
                              shop_id=order.shop_id)  # fmt: skip
        now = clocks_of(facts_of_orders([order], clock.instant)[order.pk], rules, clock.instant)
        for event in clock_events(seen, now):
            if event.kind in (ClockEventKind.WARN, ClockEventKind.BREACH):
                expected[event.kind.value, event.clock.kind.value] += 1
        seen = now
        run(clock)
        rows = {each.kind: str(each.state_at(clock.instant)) for each in CaseClock.objects.filter(
            incident=storm.incident, void_at__isnull=True)}  # fmt: skip
        assert rows == {each.kind.value: each.state.value for each in now}
    found = Counter({("warn", kind): n for kind, n in told(storm, "clock.warned").items()})
    found.update({("breach", kind): n for kind, n in told(storm, "clock.breached").items()})
    assert found == expected


def _one(desk: Desk) -> Storm:
    """Another storm with one order of its own, in the shop there is."""
    from tests.kit.rollout import a_shop, some_orders

    from seawall.incidents.api import OpenIncident, add_cases, open_incident
    from seawall.shops.api import Shop

    shop = Shop.objects.filter(code="LTH", team_id=desk.lead.team_id).first() or a_shop(desk)
    number = some_orders(shop, 1, first=77000000000000 + 10 * Order.objects.count())
    opened = open_incident(
        OpenIncident(seller_code="s017", kind="customs_return", title="x", is_training=True), by=desk.lead,
        clock=SYSTEM_CLOCK,
    )  # fmt: skip
    add_cases(opened, None, only=number, by=desk.lead, clock=SYSTEM_CLOCK)
    return Storm(desk, opened)


def test_explaining_an_order_agrees_with_the_table(desk: Desk) -> None:
    storm = a_storm(desk, orders=2, markets=("TH", "VN"))
    now = SYSTEM_CLOCK.now()
    ticking(storm, shipped_at=now - 30 * HOUR, delivered_at=now - HOUR, paid_at=now - 40 * HOUR)
    while refresh_due(clock=SYSTEM_CLOCK):
        pass
    strike(clock=SYSTEM_CLOCK)
    for case in Case.objects.filter(incident=storm.incident).select_related("order__shop"):
        order = case.order
        at = SYSTEM_CLOCK.now()
        day = at.astimezone(Market(order.shop.market).zone).date()
        said = clocks_of(
            facts_of_orders([order], at)[order.pk],
            rules_of_team(order.team_id, day=day, shop_id=order.shop_id), at,
        )  # fmt: skip
        assert said
        assert {(c.kind.value, c.breach_at, c.rule_id, c.certainty.value) for c in said} == {
            (c.kind, c.due_at, c.rule_id, c.certainty) for c in case.clocks.filter(void_at__isnull=True)
        }


def test_no_more_queries_for_more_orders(desk: Desk, django_assert_max_num_queries: Callable[..., Any]) -> None:
    a_storm(desk, orders=80)
    with django_assert_max_num_queries(25):
        assert refresh_due(clock=SYSTEM_CLOCK) == 80


def test_a_file_read_on_a_machine_whose_clock_is_slow_is_seen_all_the_same(desk: Desk) -> None:
    storm = a_storm(desk, orders=2)
    clock = ticking(storm, status="to_ship", ship_by=SYSTEM_CLOCK.now() + 20 * HOUR)
    run(clock)
    before = clocks(storm)[0].due_at
    clock.move(timedelta(seconds=1))
    Order.objects.update(ship_by=before + HOUR, last_seen_at=clock.instant - timedelta(minutes=3))
    run(clock)
    assert clocks(storm)[0].due_at == before + HOUR
    assert refresh_due(clock=clock) == 0
