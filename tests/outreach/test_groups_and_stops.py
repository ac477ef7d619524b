"""Several orders in one message, and what ends contact: no order of a buyer goes out in another's company."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from tests.kit.buyers import a_storm_of, groups
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.rollout import fill_buckets, planned, started, work_until

from seawall.inbox.api import ContactStop, Conversation, Message, Source
from seawall.incidents.commands.prepare import plan
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order
from seawall.outreach import reach_world
from seawall.outreach.api import Recipient, RollOut, leave_out_unconcerned, look_now, told_as_sent
from seawall.outreach.commands import plan_roll_out
from seawall.outreach.contact import stop_contact
from seawall.outreach.ledger import audience_digest_now, move_rows
from seawall.outreach.sender.claim import claim

pytestmark = pytest.mark.django_db(transaction=True)


def stop_of(row: Recipient) -> ContactStop | None:
    """The buyer of this row wants no more messages, in a conversation that is known."""
    conversation = Conversation.objects.create(team_id=row.team_id, shop_id=row.order.shop_id, session_id="talk")
    Recipient.objects.filter(pk=row.pk).update(session_id="talk")
    message = Message.objects.create(
        team_id=row.team_id, conversation=conversation, message_id="m1", speaker="buyer", text="stop",
        sent_at=datetime(2026, 11, 1, tzinfo=UTC), received_at=SYSTEM_CLOCK.now(), recipient=row,
    )  # fmt: skip
    with transaction.atomic():
        return stop_contact(message, source=Source.RULES, needs_look=False, by=None, clock=SYSTEM_CLOCK)


def test_a_stop_leaves_out_every_order_of_the_message(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 3, 2, sim=lazada_sim))
    carrier = next(row for row in Recipient.objects.filter(has_riders=True) if row.riders.count() == 2)
    stop_of(carrier)
    assert storm.counts()["left_out"] == 3
    work_until(lambda: storm.refresh().state == "follow_up")
    assert storm.counts() == {"acknowledged": 3, "left_out": 3}
    assert set(Recipient.objects.filter(state="left_out").values_list("reason_code", flat=True)) == {"buyer_opted_out"}
    assert len(lazada_sim.messages(from_="seller")) == 2


def test_a_rider_known_to_be_cancelled_holds_the_group_back_and_the_others_go_alone(
    lazada_sim: LazadaSimHelper,
) -> None:
    storm = started(a_storm_of(1, 3, sim=lazada_sim))
    rider = Recipient.objects.filter(rides_with__isnull=False).first()
    assert rider is not None
    Order.objects.filter(pk=rider.order_id).update(status="cancelled")
    fill_buckets(storm, SYSTEM_CLOCK.now())
    assert claim(worker=42, size=50, now=SYSTEM_CLOCK.now()) == [], "its words name an order that is over"
    assert leave_out_unconcerned(clock=SYSTEM_CLOCK) == 1
    assert groups(storm) == []
    work_until(lambda: storm.refresh().state == "follow_up")
    rider.refresh_from_db()
    assert (rider.state, rider.reason_code) == ("left_out", "order_no_longer_open")
    assert storm.counts() == {"acknowledged": 3, "left_out": 1}


def test_a_plan_leaves_out_an_order_whose_buyer_stopped_and_groups_nobody_with_it(
    lazada_sim: LazadaSimHelper, monkeypatch: pytest.MonkeyPatch
) -> None:
    storm = planned(a_storm_of(1, 3, sim=lazada_sim))
    order = Recipient.objects.get(has_riders=True).order
    for module in (plan_roll_out, reach_world):
        monkeypatch.setattr(module, "stopped_orders", lambda *_: frozenset({order.pk}))
    plan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    row = Recipient.objects.get(state="left_out")
    assert (row.order, row.reason_code, row.lane) == (order, "buyer_opted_out", None)
    assert (row.has_riders, row.rides_with) == (False, None)
    assert storm.counts() == {"waiting": 3, "left_out": 1}
    assert order.platform_order_id not in {number for group in groups(storm) for number in group}
    roll_out = RollOut.objects.get(pk=storm.roll_out.pk)
    assert audience_digest_now(roll_out) == roll_out.audience_digest


def test_a_person_may_ask_and_tell_by_any_order_of_the_message(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm_of(1, 3, sim=lazada_sim))
    fill_buckets(storm, SYSTEM_CLOCK.now())
    held = claim(worker=42, size=50, now=SYSTEM_CLOCK.now())
    rows = Recipient.objects.filter(pk__in=[row.id for row in held])
    move_rows(rows, "lost_sight", clock=SYSTEM_CLOCK)
    rider = Recipient.objects.filter(rides_with__isnull=False).first()
    assert rider is not None
    assert rider.state == "unknown"
    lead = storm.desk.lead
    assert look_now(rider.pk, by=lead, clock=SYSTEM_CLOCK)
    told_as_sent(rider.pk, message_id="m-7", by=lead, clock=SYSTEM_CLOCK, why="seen in Seller Center")
    assert Recipient.objects.get(told_message_id="m-7").pk == rider.rides_with_id
