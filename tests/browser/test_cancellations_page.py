"""What follows the message in the browser: the seller approves on a phone, the lead starts, an agent answers."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import Desk, a_storm, bring

from seawall.casework.ledger import move_cancellations
from seawall.casework.models import BuyerRequest, Cancellation
from seawall.incidents import api as incidents
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform

Look = Callable[[Page, str], None]


def test_from_the_sellers_yes_to_the_answer_to_a_buyer(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    storm = bring(a_storm(desk, orders=12), "follow_up")
    incidents.plan_cancel(
        storm.incident, chosen={Platform.LAZADA: "Out of Stock"}, why="nothing else fits", by=desk.lead,
        clock=SYSTEM_CLOCK,
    )  # fmt: skip
    rows = Cancellation.objects.filter(incident=storm.incident).order_by("rank")
    now, order = SYSTEM_CLOCK.now(), rows[0].order
    BuyerRequest.objects.create(
        team_id=storm.incident.team_id, shop=order.shop, incident=storm.incident, order=order, request_id="r1",
        is_training=True, is_simulator=True,
        reason="No longer needed", first_seen_at=now, last_seen_at=now, asked_at=now, is_asked_at_ours=False,
        warn_at=now, breach_at=now + timedelta(minutes=45), must_check=True, state_at=now,
    )  # fmt: skip
    url = f"{visitors.url}/incidents/{storm.incident.code}/"

    seller = visitors.open(desk.approver, viewport=PHONE)
    seller.goto(f"{url}cancellations/")
    look_at(seller, "cancels-phone")
    width = seller.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    seller.get_by_role("button", name="批准这些订单和原因").click()
    expect(seller.get_by_text("已批准：仅限这些订单、这些原因。")).to_be_visible()

    lead = visitors.open(desk.lead)
    lead.goto(url)
    expect(lead.locator("#cancels")).to_contain_text("1 位买家申请取消")
    look_at(lead, "cancels-room")
    lead.locator("#cancels").get_by_role("button", name="开始取消").click()
    expect(lead.get_by_role("button", name="暂停取消")).to_be_visible()
    move_cancellations(
        Cancellation.objects.filter(pk__in=[row.pk for row in rows[1:3]]), "not_needed", clock=SYSTEM_CLOCK,
        reason="order_resolved", reason_params={"words": "cancelled buyer"},
    )  # fmt: skip
    lead.reload()
    look_at(lead, "cancels-desk")

    agent = visitors.open(desk.agent, language="en")
    agent.goto(f"{url}cancellations/")
    agent.get_by_label("Why", exact=True).first.fill("the buyer is right")
    agent.get_by_role("button", name="Yes").click()
    expect(agent.get_by_text("Decided: the platform is told yes.")).to_be_visible()
