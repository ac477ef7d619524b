"""A buyer asks to cancel: seen, clocked, warned of, answered once; accepted by itself only where the lead said so."""

from datetime import timedelta
from typing import Any

import pytest
from tests.kit.casework import (
    Marketplace,
    a_case_storm,
    cancels,
    case_work_until,
    list_cancels,
    look_now,
    numbers_of,
    requests_of,
    rows_of,
)
from tests.kit.refusals import refused
from tests.kit.rollout import Storm

from seawall.casework.models import BuyerRequest
from seawall.casework.requests import tell_clocks
from seawall.incidents import api as incidents
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.markets import Platform
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = {
    Platform.LAZADA: "/order/reverse/cancel/seller/decide",
    Platform.SHOPEE: "/api/v2/order/handle_buyer_cancellation",
    Platform.TIKTOK: "/return_refund/*/cancellations/*/approve",
}
DECLINE = {
    Platform.LAZADA: "10000025", Platform.SHOPEE: "", Platform.TIKTOK: "seller_reject_apply_product_has_been_packed",
}  # fmt: skip


def asked(sim: Any, platform: Platform, orders: int = 2) -> tuple[Storm, Marketplace, str]:
    """A storm in which the first order's buyer asks, and the worker has seen it."""
    storm, place = a_case_storm(sim, platform, orders=orders)
    first = numbers_of(storm)[0]
    place.buyer_asks(first)
    case_work_until(lambda: bool(requests_of(storm)))
    return storm, place, first


def state_of(storm: Storm) -> str:
    (row,) = requests_of(storm)
    return row.state


def test_a_request_stands_with_its_clock_and_is_accepted_once(sim: Any, platform: Platform) -> None:
    storm, _, first = asked(sim, platform)
    (row,) = requests_of(storm)
    assert (row.state, row.order.platform_order_id) == ("waiting", first)
    if platform is not Platform.SHOPEE:  # nobody says how long Shopee waits
        assert row.breach_at is not None
        assert row.breach_at > SYSTEM_CLOCK.now()

    incidents.answer_buyer(
        storm.incident, first, accept=True, by=storm.desk.agent, clock=SYSTEM_CLOCK, why="it is true"
    )
    case_work_until(lambda: state_of(storm) == "answered")

    look_now(storm)
    case_work_until(lambda: storm.incident.watched.get(order__platform_order_id=first).resolved_by != "")
    assert storm.incident.watched.get(order__platform_order_id=first).resolved_by == "buyer"
    with refused("request_unknown"):
        incidents.answer_buyer(storm.incident, first, accept=True, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="x")


def test_a_request_is_declined_with_the_platforms_own_reason(sim: Any, platform: Platform) -> None:
    storm, _, first = asked(sim, platform)
    lead = storm.desk.lead
    if DECLINE[platform]:
        with refused("request_needs_reason"):
            incidents.answer_buyer(storm.incident, first, accept=False, by=lead, clock=SYSTEM_CLOCK, why="packed")

    incidents.answer_buyer(
        storm.incident, first, accept=False, by=lead, clock=SYSTEM_CLOCK, why="packed", reason=DECLINE[platform]
    )
    case_work_until(lambda: state_of(storm) == "answered")

    assert requests_of(storm)[0].accept is False
    assert storm.incident.watched.get(order__platform_order_id=first).resolved_by == ""


def test_an_answer_whose_echo_is_lost_is_looked_up_and_given_once(sim: Any, platform: Platform) -> None:
    storm, _, first = asked(sim, platform)
    sim.set_faults({"kind": "reset_after", "path": ANSWER[platform]})
    incidents.answer_buyer(storm.incident, first, accept=True, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="yes")
    case_work_until(lambda: state_of(storm) == "answered")

    calls = [row for row in sim.calls() if row["api"] == ANSWER[platform] or row["api"].endswith("/approve")]
    assert len(calls) == 1


def test_buyers_who_ask_are_told_yes_by_itself_only_where_the_lead_says_so(sim: Any, platform: Platform) -> None:
    storm, place, _ = asked(sim, platform, orders=3)
    assert state_of(storm) == "waiting"
    with refused("course_needs_reason"):
        incidents.set_course(storm.incident, accepts_requests=True, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="")
    incidents.set_course(
        storm.incident, accepts_requests=True, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="the goods go back"
    )
    place.buyer_asks(numbers_of(storm)[1])

    case_work_until(lambda: [row.state for row in requests_of(storm)] == ["answered", "answered"])

    assert all(row.accept and row.decided_by is None for row in requests_of(storm))
    assert Entry.objects.filter(incident=storm.incident, verb="requests.accept_by_itself").count() == 2


def test_a_request_minutes_before_its_clock_is_warned_of_and_then_breached(sim: Any, platform: Platform) -> None:
    storm, _, _ = asked(sim, platform)
    now = SYSTEM_CLOCK.now()
    BuyerRequest.objects.update(warn_at=now - timedelta(hours=1), breach_at=now + timedelta(minutes=3), told="")

    assert [tell_clocks(clock=SYSTEM_CLOCK), tell_clocks(clock=SYSTEM_CLOCK)] == [1, 0]
    late = MovableClock(now + timedelta(minutes=4))
    assert [tell_clocks(clock=late), tell_clocks(clock=late)] == [1, 0]

    verbs = Entry.objects.filter(incident=storm.incident, verb__startswith="requests.").order_by("pk")
    assert [each.verb for each in verbs] == ["requests.new", "requests.warn", "requests.breach"]


def test_an_order_whose_buyer_asks_is_not_cancelled_over_the_buyers_head(sim: Any, platform: Platform) -> None:
    storm, place, first = asked(sim, platform)
    list_cancels(storm, platform)
    case_work_until(lambda: cancels(storm) == {"cancelled": 1, "needs_person": 1})
    assert rows_of(storm)[first].reason_code == "cancel_buyer_asks"
    assert first not in place.calls()

    incidents.answer_buyer(storm.incident, first, accept=True, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="yes")
    case_work_until(lambda: state_of(storm) == "answered")
    look_now(storm)
    case_work_until(lambda: cancels(storm) == {"cancelled": 1, "not_needed": 1})
