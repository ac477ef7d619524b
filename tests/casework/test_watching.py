"""Orders that resolve by themselves are recognised, and what waits on them is let go."""

from typing import Any

import pytest
from tests.kit.casework import (
    a_case_storm,
    cancels,
    case_work_until,
    list_cancels,
    look_now,
    numbers_of,
    rows_of,
)
from tests.kit.refusals import refused

from seawall.casework.watching import stop_watching
from seawall.evidence.api import Capture
from seawall.incidents import api as incidents
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.outreach.api import Recipient

pytestmark = pytest.mark.django_db(transaction=True)

DELIVERED = {Platform.LAZADA: "delivered", Platform.SHOPEE: "COMPLETED", Platform.TIKTOK: "DELIVERED"}


def test_a_message_to_an_order_that_is_over_does_not_leave(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=4, told=False)
    waiting = Recipient.objects.filter(incident=storm.incident, state="waiting").order_by("pk")
    cancelled, delivered = (row.order.platform_order_id for row in waiting[:2])
    place.buyer_cancelled(cancelled)
    place.set_status(delivered, DELIVERED[platform])
    look_now(storm)

    case_work_until(lambda: storm.incident.watched.filter(resolved_at__isnull=False).count() == 2)

    found = {row.order.platform_order_id: row.resolved_by for row in storm.incident.watched.all()}
    assert (found[cancelled], found[delivered]) == ("buyer", "delivery")
    rows = {row.order.platform_order_id: row for row in Recipient.objects.filter(incident=storm.incident)}
    assert rows[cancelled].state == rows[delivered].state == "left_out"
    assert rows[cancelled].reason_code == "order_resolved"
    assert sum(storm.counts().values()) == 4
    for number in (cancelled, delivered):
        assert Capture.objects.filter(order__platform_order_id=number, path="order").exists()


def test_a_cancellation_of_an_order_that_is_over_is_not_needed(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=2)
    list_cancels(storm, platform, start=False)
    first = numbers_of(storm)[0]
    place.buyer_cancelled(first)
    look_now(storm)
    case_work_until(lambda: rows_of(storm)[first].state == "not_needed")
    assert place.calls() == {}


def test_where_the_platform_cancels_the_seller_does_not_and_orders_are_watched(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=2)
    incidents.set_course(
        storm.incident, platform_cancels=True, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="the manager wrote so"
    )
    with refused("platform_cancels"):
        list_cancels(storm, platform)
    for number in numbers_of(storm):
        by = {Platform.LAZADA: {"cancel_return_initiator": "system-cancel"}, Platform.SHOPEE: {"cancel_by": "system"},
              Platform.TIKTOK: {"by": "SYSTEM"}}[platform]  # fmt: skip
        place.set_status(number, {Platform.LAZADA: "canceled"}.get(platform, "CANCELLED"), **by)
    look_now(storm)

    case_work_until(lambda: storm.incident.watched.filter(resolved_by="platform").count() == 2)
    assert cancels(storm) == {}


def test_a_closed_storms_orders_are_read_no_more(sim: Any, platform: Platform) -> None:
    storm, _ = a_case_storm(sim, platform, orders=1)
    stop_watching(storm.incident.pk)
    assert not storm.incident.watched.filter(look_at__isnull=False).exists()
