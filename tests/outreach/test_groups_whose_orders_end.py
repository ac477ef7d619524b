"""Several orders in one message, one of which ends by itself: the buyer is told of those still concerned."""

from collections import Counter
from datetime import timedelta

import pytest
from tests.kit.buyers import a_storm_of, groups, times_named
from tests.kit.casework import case_work_until, look_now
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, fill_buckets, planned, started, work_until
from tests.kit.storm import tend_all

from seawall.casework.watching import note_standing
from seawall.connectors.standing import OrderStanding, Party, Standing
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.commands import roll_out as storm_commands
from seawall.incidents.commands.cancel import watch_cases
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import STEP_SECOND_CONTACT, Recipient, leave_out_unconcerned, settle_by_person
from seawall.outreach.ledger import audience_digest_now, move_rows
from seawall.outreach.sender.claim import claim

pytestmark = pytest.mark.django_db(transaction=True)

SEND = "/im/message/send"
CANCELLED_BY_BUYER = OrderStanding(standing=Standing.CANCELLED, by=Party.BUYER)


def a_storm_under_watch(sim: LazadaSimHelper, *sizes: int) -> Storm:
    """Approved and started; nothing has been sent but the sample. Every order is watched."""
    storm = started(a_storm_of(*sizes, sim=sim))
    watch_cases(clock=SYSTEM_CLOCK)
    return storm


def ends(order_id: int, standing: OrderStanding = CANCELLED_BY_BUYER) -> None:
    note_standing(order_id, standing, clock=SYSTEM_CLOCK)


def a_rider() -> Recipient:
    row = Recipient.objects.filter(rides_with__isnull=False).select_related("order").earliest("pk")
    assert row.rides_with_id
    return row


def take(storm: Storm) -> list[int]:
    """What a worker would claim now."""
    now = SYSTEM_CLOCK.now()
    fill_buckets(storm, now)
    return [row.id for row in claim(worker=42, size=50, now=now)]


def told_and_silent(sim: LazadaSimHelper, *sizes: int) -> Storm:
    """Every buyer was told two days ago and has not answered."""
    storm = a_storm_under_watch(sim, *sizes)
    work_until(lambda: storm.refresh().state == "follow_up")
    Recipient.objects.update(sent_at=SYSTEM_CLOCK.now() - timedelta(days=2), confirm_after=None)
    return storm


def remind(storm: Storm) -> None:
    """A second contact is planned."""
    submit_incident_script(
        storm.refresh(), library_wording("customs_return", STEP_SECOND_CONTACT), by=storm.desk.lead,
        clock=SYSTEM_CLOCK, step=STEP_SECOND_CONTACT,
    )  # fmt: skip
    plan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, step=STEP_SECOND_CONTACT)


def seen_cancelled(storm: Storm, sim: LazadaSimHelper, number: str) -> None:
    """The buyer cancels at the platform, and a worker sees it there."""
    seller = storm.shops[0].connections.get(is_active=True).platform_seller_id
    end = {"status": "canceled", "cancel_return_initiator": "cancellation-customer"}
    sim.post("/_sim/lazada/order-status", {"seller_id": seller, "order_id": number, **end})
    look_now(storm)
    case_work_until(lambda: storm.incident.watched.filter(resolved_by="buyer").count() == 1)


def test_the_message_parts_and_names_only_orders_still_concerned(lazada_sim: LazadaSimHelper) -> None:
    storm = a_storm_under_watch(lazada_sim, 1, 3, 2)
    roll_out, (group,) = storm.roll_out, [each for each in groups(storm) if len(each) == 3]

    seen_cancelled(storm, lazada_sim, group[1])

    assert [len(each) for each in groups(storm)] == [2]
    # The seller's approval covers the words of each order alone as well.
    assert audience_digest_now(roll_out) == roll_out.audience_digest
    work_until(lambda: storm.refresh().state == "follow_up")
    assert storm.counts() == {"acknowledged": 5, "left_out": 1}
    assert {number: times for number, times in times_named(storm).items() if times != 1} == {group[1]: 0}
    gone = Recipient.objects.get(state="left_out")
    assert (gone.reason_code, gone.reason_params) == ("order_resolved", {"words": "cancelled"})


def test_a_group_that_is_under_way_is_looked_up_and_parts_where_it_never_arrived(lazada_sim: LazadaSimHelper) -> None:
    storm = a_storm_under_watch(lazada_sim, 1, 3)
    rider = a_rider()
    held = Recipient.objects.filter(pk__in=take(storm))
    assert [row.has_riders for row in held] == [True]

    ends(rider.order_id)
    assert storm.counts() == {"acknowledged": 1, "claimed": 3}, "what may have left is one message for all its orders"

    move_rows(held, "release", clock=SYSTEM_CLOCK)
    assert take(storm) == [], "its words name an order that is over"
    assert leave_out_unconcerned(clock=SYSTEM_CLOCK) == 1
    assert groups(storm) == []
    work_until(lambda: storm.refresh().state == "follow_up")
    assert storm.counts() == {"acknowledged": 3, "left_out": 1}
    assert times_named(storm)[rider.order.platform_order_id] == 0
    assert set(times_named(storm).values()) == {0, 1}


def test_a_group_whose_answer_was_lost_stays_one_message_where_it_did_arrive(lazada_sim: LazadaSimHelper) -> None:
    storm = a_storm_under_watch(lazada_sim, 1, 3)
    rider = a_rider()
    lazada_sim.set_faults({"kind": "reset_after", "path": SEND, "nth": [1]})
    work_until(lambda: bool(storm.counts().get("unknown")) or storm.refresh().state == "follow_up")

    ends(rider.order_id)
    work_until(lambda: storm.refresh().state == "follow_up")

    # The buyer was told of it before it ended, and the ledger says so.
    assert storm.counts() == {"acknowledged": 1, "confirmed": 3}
    assert set(times_named(storm).values()) == {1}
    assert leave_out_unconcerned(clock=SYSTEM_CLOCK) == 0
    assert sealed(storm) == {"acknowledged": 1, "confirmed": 3}


def test_an_order_alone_that_ends_while_its_message_is_under_way_never_goes(lazada_sim: LazadaSimHelper) -> None:
    storm = a_storm_under_watch(lazada_sim, 1, 1)
    (pk,) = take(storm)
    row = Recipient.objects.get(pk=pk)
    ends(row.order_id, OrderStanding(standing=Standing.DELIVERED, by=Party.DELIVERY))
    move_rows(Recipient.objects.filter(pk=pk), "release", clock=SYSTEM_CLOCK)
    assert take(storm) == []
    assert leave_out_unconcerned(clock=SYSTEM_CLOCK) == 1
    tend_all()
    assert (storm.refresh().state, storm.counts()) == ("follow_up", {"acknowledged": 1, "left_out": 1})


def test_a_person_cannot_send_again_what_is_over_but_can_the_rest_of_its_message(lazada_sim: LazadaSimHelper) -> None:
    storm = a_storm_under_watch(lazada_sim, 1, 2)
    rows = Recipient.objects.filter(pk__in=take(storm))
    carrier, rider, lead = rows.get(), a_rider(), storm.desk.lead
    move_rows(rows, "give_to_person", clock=SYSTEM_CLOCK, reason="look_up_failed")
    ends(rider.order_id)
    settle_by_person(rider.pk, "not_at_platform", by=lead, clock=SYSTEM_CLOCK, why="nothing in the chat")
    assert leave_out_unconcerned(clock=SYSTEM_CLOCK) == 1
    assert storm.counts() == {"acknowledged": 1, "waiting": 1, "left_out": 1}

    assert take(storm) == [carrier.pk]
    move_rows(rows, "give_to_person", clock=SYSTEM_CLOCK, reason="look_up_failed")
    ends(carrier.order_id)
    with refused("settle_order_resolved"):
        settle_by_person(carrier.pk, "not_at_platform", by=lead, clock=SYSTEM_CLOCK, why="nothing in the chat")
    settle_by_person(carrier.pk, "leave_out", by=lead, clock=SYSTEM_CLOCK, why="cancelled by the buyer")
    assert storm.counts() == {"acknowledged": 1, "left_out": 2}


def test_a_reminder_names_the_buyers_orders_together_and_parts_when_one_of_them_ends(
    lazada_sim: LazadaSimHelper,
) -> None:
    storm = told_and_silent(lazada_sim, 1, 3, 2)
    desk = storm.desk
    remind(storm)
    second = Recipient.objects.filter(step=STEP_SECOND_CONTACT)
    carriers = second.filter(has_riders=True)
    assert sorted(each.riders.count() for each in carriers) == [1, 2]
    over = second.filter(rides_with__riders__isnull=False).earliest("pk")

    ends(over.order_id)

    roll_out = storm_commands.live_roll_out(storm.incident, STEP_SECOND_CONTACT)
    assert audience_digest_now(roll_out) == roll_out.audience_digest
    storm_commands.send_sample(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK, step=STEP_SECOND_CONTACT)
    work_until(lambda: storm_commands.live_roll_out(storm.incident, STEP_SECOND_CONTACT).state == "sample_sent")
    storm_commands.approve(
        storm.incident, seen_binding=roll_out.binding_digest, comment="", by=desk.approver, clock=SYSTEM_CLOCK,
        step=STEP_SECOND_CONTACT,
    )  # fmt: skip
    storm_commands.start(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK, step=STEP_SECOND_CONTACT)
    work_until(lambda: storm_commands.live_roll_out(storm.incident, STEP_SECOND_CONTACT).state == "done")

    assert dict(Counter(second.values_list("state", flat=True))) == {"acknowledged": 5, "left_out": 1}
    told = times_named(storm)
    assert {number: times for number, times in told.items() if times != 2} == {over.order.platform_order_id: 1}
    assert sum(sealed(storm).values()) == 6


def test_a_reminder_planned_while_its_order_was_ending_does_not_go(lazada_sim: LazadaSimHelper) -> None:
    storm = told_and_silent(lazada_sim, 1, 1, 2)
    lead, over = storm.desk.lead, a_rider()
    remind(storm)
    # Seen in the very moment of the plan: neither knew of the other.
    storm.incident.watched.filter(order_id=over.order_id).update(
        resolved_at=SYSTEM_CLOCK.now(), resolved_by="buyer", standing="cancelled", look_at=None
    )

    storm_commands.send_sample(storm.incident, by=lead, clock=SYSTEM_CLOCK, step=STEP_SECOND_CONTACT)

    reminder = Recipient.objects.get(step=STEP_SECOND_CONTACT, order_id=over.order_id)
    assert (reminder.state, reminder.reason_code) == ("left_out", "order_resolved")
    assert Recipient.objects.filter(step=STEP_SECOND_CONTACT, state="waiting").count() == 3


def test_a_storm_of_wrong_deliveries_goes_on_when_an_order_is_delivered(lazada_sim: LazadaSimHelper) -> None:
    storm = planned(a_storm_of(1, 2, sim=lazada_sim))
    type(storm.incident).objects.update(kind="false_delivered")
    delivered = OrderStanding(standing=Standing.DELIVERED, by=Party.DELIVERY)
    ends(a_rider().order_id, delivered)
    assert storm.counts() == {"waiting": 3}
    ends(a_rider().order_id)
    assert storm.counts() == {"waiting": 2, "left_out": 1}


def sealed(storm: Storm) -> dict[str, int]:
    """Seal and verify; how many orders stand how."""
    report = verify_pack(pack_path(seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)))
    assert report.ok, report.problems
    return {state: n for state, n in report.counts["outcomes"].items() if n}
