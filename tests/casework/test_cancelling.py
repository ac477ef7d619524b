"""Orders are cancelled once, after the message, for the reason the seller approved; refusals are kept."""

from typing import Any

import pytest
from tests.kit.casework import (
    REASON,
    a_case_storm,
    cancels,
    case_work_until,
    is_done,
    list_cancels,
    numbers_of,
    rows_of,
)
from tests.kit.refusals import refused

from seawall.casework.models import CancelAttempt
from seawall.evidence.api import Capture
from seawall.incidents import api as incidents
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_order_is_cancelled_with_one_call_and_its_record_kept(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=5)
    list_cancels(storm, platform)

    case_work_until(lambda: is_done(storm))

    assert cancels(storm) == {"cancelled": 5}
    assert place.calls() == dict.fromkeys(numbers_of(storm), 1)
    for number, row in rows_of(storm).items():
        assert row.chosen_code or row.chosen_text
        assert CancelAttempt.objects.filter(cancellation=row).count() == 1
        bodies = Capture.objects.filter(order=row.order, source="read_back").values_list("body", flat=True)
        assert any("cancel" in body.lower() for body in bodies), number


def test_an_order_shipped_or_cancelled_meanwhile_is_not_called(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=4)
    shipped, cancelled, *rest = numbers_of(storm)
    list_cancels(storm, platform, start=False)
    place.ship(shipped)
    place.buyer_cancelled(cancelled)
    incidents.start_cancel(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)

    case_work_until(lambda: is_done(storm))

    rows = rows_of(storm)
    assert (rows[shipped].state, rows[shipped].reason_code) == ("kept", "cancel_shipped")
    assert (rows[cancelled].state, rows[cancelled].reason_code) == ("not_needed", "order_resolved")
    assert place.calls() == dict.fromkeys(rest, 1)


def test_a_refusal_keeps_the_platforms_code_and_words(sim: Any, platform: Platform) -> None:
    storm, _ = a_case_storm(sim, platform, orders=3)
    code = {Platform.LAZADA: "104", Platform.SHOPEE: "order.error_limit", Platform.TIKTOK: "25001021"}[platform]
    sim.set_faults(
        {"kind": "error", "path": _call(platform), "method": _method(platform), "code": code, "message": "not now",
         "nth": [2]}
    )  # fmt: skip
    list_cancels(storm, platform)

    case_work_until(lambda: is_done(storm))

    assert cancels(storm) == {"cancelled": 2, "refused": 1}
    (row,) = [row for row in rows_of(storm).values() if row.state == "refused"]
    assert row.platform_code == code
    assert "not now" in row.platform_words
    assert Capture.objects.filter(order=row.order, body__contains="not now").exists()


def test_nothing_is_cancelled_before_its_message_unless_a_person_says_why(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=4, told=False)
    (told,) = [n for n in numbers_of(storm) if storm.roll_out.recipients.get(order__platform_order_id=n).sent_at]
    list_cancels(storm, platform)
    case_work_until(lambda: cancels(storm) == {"cancelled": 1, "planned": 3})
    assert set(place.calls()) == {told}

    with refused("cancel_waive_needs_reason"):
        incidents.waive_message_first(storm.incident, orders=None, by=storm.desk.lead, clock=SYSTEM_CLOCK, why=" ")
    count = incidents.waive_message_first(
        storm.incident, orders=None, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="the buyers were called"
    )
    assert count == 3
    case_work_until(lambda: is_done(storm))
    assert cancels(storm) == {"cancelled": 4}


def test_a_reason_the_platform_does_not_offer_goes_to_a_person(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=2)
    list_cancels(storm, platform, reason="Customs sent the container back")

    case_work_until(lambda: is_done(storm))

    assert cancels(storm) == {"needs_person": 2}
    assert place.calls() == {}
    row = next(iter(rows_of(storm).values()))
    assert row.reason_code == "cancel_no_truthful_reason"
    assert "stock" in row.reason_params["words"].lower()


def test_too_fast_is_waited_out_and_each_order_still_cancelled_once(sim: Any, platform: Platform) -> None:
    storm, _ = a_case_storm(sim, platform, orders=3)
    kind = {"kind": "http_429", "retry_after": 0.2} if platform is Platform.TIKTOK else {"kind": "http_429"}
    sim.set_faults({**kind, "path": _call(platform), "method": _method(platform), "nth": [1], "seconds": 0.2})
    list_cancels(storm, platform)

    case_work_until(lambda: is_done(storm))

    assert cancels(storm) == {"cancelled": 3}


@pytest.mark.parametrize("kind", ["reset_after", "http_5xx_after"])
def test_a_call_whose_answer_is_lost_is_looked_up_and_not_called_again(sim: Any, platform: Platform, kind: str) -> None:
    storm, place = a_case_storm(sim, platform, orders=3)
    sim.set_faults({"kind": kind, "path": _call(platform), "method": _method(platform), "nth": [1, 2]})
    list_cancels(storm, platform)

    case_work_until(lambda: is_done(storm))

    assert cancels(storm) == {"cancelled": 3}
    assert place.calls() == dict.fromkeys(numbers_of(storm), 1)


def test_a_call_that_never_arrived_is_made_again_only_after_two_looks(sim: Any, platform: Platform) -> None:
    storm, _ = a_case_storm(sim, platform, orders=2)
    sim.set_faults({"kind": "reset_before", "path": _call(platform), "method": _method(platform), "nth": [1]})
    list_cancels(storm, platform)

    case_work_until(lambda: is_done(storm))

    assert cancels(storm) == {"cancelled": 2}
    tries = CancelAttempt.objects.filter(cancellation__incident=storm.incident).order_by("pk")
    assert sorted(each.outcome for each in tries) == ["cancelled", "cancelled", "proved_untouched"]


def test_the_reason_never_puts_it_on_the_buyer(sim: Any, platform: Platform) -> None:
    storm, _ = a_case_storm(sim, platform, orders=1)
    for reason in ("CUSTOMER_REQUEST", "seller_cancel_paid_reason_buyer_requested_cancellation", "Buyer wants to"):
        with refused("cancel_reason_blames_buyer"):
            incidents.plan_cancel(
                storm.incident, chosen={platform: reason}, why="x", by=storm.desk.lead, clock=SYSTEM_CLOCK
            )


def test_the_seller_approves_exactly_these_orders_and_reasons(sim: Any, platform: Platform) -> None:
    storm, place = a_case_storm(sim, platform, orders=2)
    desk = storm.desk

    def plan(why: str = "x") -> str:
        return incidents.plan_cancel(
            storm.incident, chosen={platform: REASON[platform]}, why=why, by=desk.lead, clock=SYSTEM_CLOCK
        ).binding_digest  # fmt: skip

    binding = plan()
    with refused("cancel_not_approved"):
        incidents.start_cancel(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    with refused("stale_plan"):
        incidents.approve_cancel(storm.incident, seen_binding="0" * 64, by=desk.approver, clock=SYSTEM_CLOCK)
    with refused("not_allowed"):
        incidents.approve_cancel(storm.incident, seen_binding=binding, by=desk.lead, clock=SYSTEM_CLOCK)
    incidents.approve_cancel(storm.incident, seen_binding=binding, by=desk.approver, clock=SYSTEM_CLOCK)
    # A new list voids what was approved of the old one.
    plan()
    with refused("cancel_not_approved"):
        incidents.start_cancel(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    assert place.calls() == {}


def _call(platform: Platform) -> str:
    return {
        Platform.LAZADA: "/order/reverse/cancel/create", Platform.SHOPEE: "/api/v2/order/cancel_order",
        Platform.TIKTOK: "/return_refund/*/cancellations",
    }[platform]  # fmt: skip


def _method(platform: Platform) -> str:
    return "GET" if platform is Platform.LAZADA else "POST"
