"""The page of what follows the message: numbers, rows with reasons, acts for those who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.kit.storm import Desk, Storm
from tests.web.conftest import client_of

from seawall.casework.ledger import move_cancellations
from seawall.casework.models import BuyerRequest, Cancellation
from seawall.incidents import api as incidents
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.tenancy.api import Actor

pytestmark = pytest.mark.django_db

StormAt = Callable[..., Storm]


@pytest.fixture
def storm(storm_at: StormAt) -> Storm:
    """A storm in follow-up, with a list that waits for the seller."""
    storm = storm_at("follow_up", orders=4)
    incidents.plan_cancel(
        storm.incident, chosen={Platform.LAZADA: "Out of Stock"}, why="nothing else fits", by=storm.desk.lead,
        clock=SYSTEM_CLOCK,
    )  # fmt: skip
    return storm


def page(storm: Storm, who: Actor, *, language: str = "en", query: str = "") -> str:
    answer = client_of(who, language=language).get(f"/incidents/{storm.incident.code}/cancellations/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def act(storm: Storm, who: Actor, name: str, **given: str) -> int:
    url = f"/incidents/{storm.incident.code}/cancellations/act/"
    return client_of(who).post(url, {"act": name, **given}).status_code


def test_the_seller_sees_orders_and_reason_and_approves_from_the_page(storm: Storm, desk: Desk) -> None:
    plan = incidents.live_cancel(storm.incident)
    seen = page(storm, desk.approver)
    assert "Out of Stock" in seen
    assert "chosen by a person" in seen
    assert plan.binding_digest in seen
    assert "Approve these orders and reasons" in seen
    assert "Approve these orders and reasons" not in page(storm, desk.lead)

    assert act(storm, desk.lead, "approve", binding=plan.binding_digest) == 403
    assert act(storm, desk.approver, "approve", binding="0" * 64) == 409
    assert act(storm, desk.approver, "approve", binding=plan.binding_digest) == 302
    assert act(storm, desk.agent, "start") == 403
    assert act(storm, desk.lead, "start") == 302
    assert act(storm, desk.approver, "pause") == 302
    assert "Paused by north-seller_approver" in page(storm, desk.lead)
    assert act(storm, desk.lead, "resume", why=" ") == 409
    assert act(storm, desk.lead, "resume", why="seen") == 302
    assert incidents.live_cancel(storm.incident).state == "running"
    assert act(storm, desk.lead, "dance") == 400


def test_rows_stand_with_their_reason_and_filter_by_outcome(storm: Storm, desk: Desk) -> None:
    rows = Cancellation.objects.filter(incident=storm.incident).order_by("rank")
    first, second = rows[0], rows[1]
    move_cancellations(
        Cancellation.objects.filter(pk=first.pk), "not_needed", clock=SYSTEM_CLOCK, reason="order_resolved",
        reason_params={"words": "cancelled buyer"},
    )  # fmt: skip
    seen = page(storm, desk.agent, query="?state=not_needed")
    assert first.order.platform_order_id in seen
    assert second.order.platform_order_id not in seen
    assert "The order came to its end without us" in seen
    assert second.order.platform_order_id in page(storm, desk.agent, query="?state=nonsense")

    assert act(storm, desk.lead, "leave", order=second.order.platform_order_id, why="the buyer waits") == 302
    assert "A person took it off the list: the buyer waits" in page(storm, desk.lead)


def test_a_buyers_request_shows_what_is_left_and_is_answered(storm: Storm, desk: Desk) -> None:
    now = SYSTEM_CLOCK.now()
    order = Cancellation.objects.filter(incident=storm.incident).first().order  # type: ignore[union-attr]
    row = BuyerRequest.objects.create(
        team_id=storm.incident.team_id, shop=order.shop, incident=storm.incident, order=order, request_id="r1",
        is_training=True, is_simulator=True,
        reason="no longer needed", first_seen_at=now, last_seen_at=now, asked_at=now, is_asked_at_ours=False,
        warn_at=now, breach_at=now + timedelta(minutes=45, seconds=30), must_check=True, state_at=now,
    )  # fmt: skip
    seen = page(storm, desk.agent)
    assert "0:45" in seen
    assert "check with the platform" in seen
    assert "no longer needed" in seen
    room = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    assert "1 buyer asks to cancel" in room

    assert act(storm, desk.auditor, "accept", order=order.platform_order_id, why="x") == 403
    assert act(storm, desk.agent, "decline", order=order.platform_order_id, why="packed") == 422
    assert act(storm, desk.agent, "accept", order=order.platform_order_id, why="true") == 302
    row.refresh_from_db()
    assert (row.state, row.accept, row.decided_by_id) == ("decided", True, desk.agent.membership_id)


def test_the_page_speaks_chinese(storm: Storm, desk: Desk) -> None:
    seen = page(storm, desk.lead, language="zh-hans")
    assert "待取消的订单" in seen
    assert "待卖家批准" in seen


def test_without_a_list_the_first_question_stands_there(storm_at: StormAt, desk: Desk) -> None:
    storm = storm_at("follow_up", orders=2)
    assert "No list yet" in page(storm, desk.lead)
    room = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    assert "First question: does the platform cancel by itself?" in room
    incidents.set_course(storm.incident, platform_cancels=True, by=desk.lead, clock=SYSTEM_CLOCK, why="they said so")
    assert "The platform cancels by itself" in page(storm, desk.lead)
