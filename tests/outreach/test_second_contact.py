"""The one reminder: whom the first message did not reach, and who has not answered it; nobody else, and once."""

from datetime import timedelta

import pytest
from tests.kit.refusals import refused
from tests.kit.storm import Desk, Storm, a_desk, a_storm, answer, block, bring, confirm, deliver, reject, tend_all

from seawall.connectors.registry import limits_of
from seawall.evidence.seal.verify import verify_pack
from seawall.inbox.api import ContactStop
from seawall.incidents import api as incidents
from seawall.incidents.commands import roll_out as commands
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.incidents.commands.write_facts import newest_sheet
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.outreach.api import STEP_SECOND_CONTACT, Recipient, counts_of, lift_stop
from seawall.outreach.ledger import move_rows

pytestmark = pytest.mark.django_db

STEP = STEP_SECOND_CONTACT


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
def storm(desk: Desk) -> Storm:
    """30 buyers: 2 blocked, 1 refused, 3 answered, the others silent for two days."""
    storm = bring(a_storm(desk, orders=30), "rolling_out")
    deliver(storm, 10)
    block(storm, 2)
    reject(storm, 1)
    commands_go_on(storm)
    answer(storm, 3)
    Recipient.objects.filter(incident=storm.incident, sent_at__isnull=False).update(
        sent_at=SYSTEM_CLOCK.now() - timedelta(days=2)
    )
    return storm


def commands_go_on(storm: Storm) -> None:
    while storm.refresh().state != "follow_up":
        if storm.roll_out.state == "paused":
            commands.resume(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="seen")
        deliver(storm, 1000)
        confirm(storm, 1000)
        tend_all()


def second(storm: Storm) -> None:
    lead = storm.desk.lead
    wording = library_wording("customs_return", STEP)
    submit_incident_script(storm.refresh(), wording, by=lead, clock=SYSTEM_CLOCK, step=STEP)
    plan(storm.refresh(), by=lead, clock=SYSTEM_CLOCK, step=STEP)


def rows(storm: Storm) -> dict[int, Recipient]:
    return {row.order_id: row for row in Recipient.objects.filter(incident=storm.incident, step=STEP)}


def test_it_goes_to_the_unreached_and_the_silent_and_to_nobody_who_answered(storm: Storm) -> None:
    second(storm)
    first = Recipient.objects.filter(incident=storm.incident, step="first_contact")
    answered = set(first.filter(state="answered").values_list("order_id", flat=True))
    (rejected,) = first.filter(state="rejected").values_list("order_id", flat=True)
    found = rows(storm)

    assert len(answered) == 3
    assert set(found) == set(first.values_list("order_id", flat=True)) - answered
    # Refused by the only door there is: a person must call, no second try by the same door.
    assert (found[rejected].state, found[rejected].reason_code) == ("no_connection", "no_next_door")
    words = {row.order_id: row.text for row in first}
    assert all(row.text != words[order_id] for order_id, row in found.items())

    # Nor is the door opened by a plan made anew.
    commands.replan(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK, step=STEP)
    again = rows(storm)[rejected]
    assert (again.state, again.reason_code, again.lane_id) == ("no_connection", "no_next_door", None)


def test_it_needs_a_sample_and_the_sellers_yes_of_its_own(storm: Storm) -> None:
    desk = storm.desk
    second(storm)
    with refused("roll_out_not_approved"):
        commands.start(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK, step=STEP)
    commands.send_sample(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK, step=STEP)
    send(storm, 1)
    live = commands.live_roll_out(storm.incident, STEP)
    assert live.state == "sample_sent"
    commands.approve(
        storm.incident, seen_binding=live.binding_digest, comment="", by=desk.approver, clock=SYSTEM_CLOCK, step=STEP
    )
    commands.start(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK, step=STEP)
    while commands.live_roll_out(storm.incident, STEP).state == "running":
        send(storm, 1000)

    counts = counts_of(commands.live_roll_out(storm.incident, STEP))
    assert (counts["confirmed"], counts["no_connection"]) == (26, 1)
    assert storm.refresh().state == "follow_up"
    shown = incidents.summary(storm.incident, by=desk.lead)
    assert shown["adds_up"]
    assert shown["second_contact"]["adds_up"]
    assert shown["second_contact"]["planned"] == 27
    # In the pack each order has one outcome: the message that went further.
    report = verify_pack(pack_path(seal_pack(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)))
    assert report.ok, report.problems
    assert report.counts["outcomes"] == {"confirmed": 26, "answered": 3, "rejected": 1}


def send(storm: Storm, number: int) -> None:
    """The platform takes messages of the second contact and shows them."""
    second_storm = _Second(storm)
    deliver(second_storm, number)
    confirm(second_storm, number)
    tend_all()


class _Second(Storm):
    """The storm as its second contact."""

    def __init__(self, storm: Storm) -> None:
        super().__init__(storm.desk, storm.incident, storm.shops)

    @property
    def roll_out(self):  # type: ignore[no-untyped-def]  # as above it
        return commands.live_roll_out(self.incident, STEP)


def test_a_conversation_that_holds_as_many_as_the_platform_allows_gets_no_more(storm: Storm) -> None:
    limit = limits_of(Platform.LAZADA)["unanswered_max"].value
    assert limit is not None
    silent = Recipient.objects.filter(incident=storm.incident, state="confirmed").order_by("pk")
    pks = list(silent.values_list("pk", flat=True)[:limit])
    Recipient.objects.filter(pk__in=pks).update(session_id="1_2_900_1_103")

    second(storm)

    full = set(Recipient.objects.filter(pk__in=pks).values_list("order_id", flat=True))
    assert not full & set(rows(storm))


def test_it_waits_for_the_follow_up_and_for_buyers_to_have_had_time(desk: Desk) -> None:
    early = bring(a_storm(desk, orders=3), "rolling_out")
    with refused("second_contact_too_early"):
        second(early)
    early = bring(a_storm(a_desk("south"), orders=3), "follow_up")
    assert newest_sheet(early.incident).attested_at
    with refused("audience_empty"):
        second(early)


def test_an_order_that_came_to_its_end_is_left_in_peace(storm: Storm) -> None:
    from seawall.casework.watching import note_standing
    from seawall.connectors.standing import OrderStanding, Party, Standing
    from seawall.incidents.commands.cancel import watch_cases

    watch_cases(clock=SYSTEM_CLOCK)
    over = Recipient.objects.filter(incident=storm.incident, state="confirmed").first()
    assert over is not None
    note_standing(over.order_id, OrderStanding(standing=Standing.CANCELLED, by=Party.BUYER), clock=SYSTEM_CLOCK)
    second(storm)
    assert over.order_id not in rows(storm)


def test_a_buyer_who_wants_no_more_messages_gets_none_about_another_order_either(storm: Storm) -> None:
    first = Recipient.objects.filter(incident=storm.incident, step="first_contact").select_related("order")
    silent, blocked = first.filter(state="confirmed")[0], first.filter(state="blocked")[0]
    # One buyer's, as the export tells it: they have written about the one, the other never reached them.
    for row in (silent, blocked):
        type(row.order).objects.filter(pk=row.order_id).update(buyer_handle="Siti Aminah", phone="60******07")
    move_rows(first.exclude(pk=silent.pk).filter(state="confirmed"), "read", clock=SYSTEM_CLOCK)
    assert answer(storm, 1, "อย่าส่งข้อความมาอีก ไม่ต้องติดต่อมาแล้ว") == 1
    stop = ContactStop.objects.get()
    assert stop.message.recipient == silent

    second(storm)

    assert {silent.order_id, blocked.order_id} & set(rows(storm)) == set()
    assert len(rows(storm)) == 25

    lift_stop(stop.pk, why="they asked us to write again", by=storm.desk.lead, clock=SYSTEM_CLOCK)
    plan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, step=STEP)
    assert {silent.order_id, blocked.order_id} & set(rows(storm)) == {blocked.order_id}
