"""Shops no API reaches: a person copies, sends in Seller Center, shows it. What nobody can know goes to a person."""

import base64
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from tests.kit.by_hand import (
    a_shot,
    batch,
    by_hand_storm,
    mark,
    rolling_by_hand,
    send_by_hand,
)
from tests.kit.pictures import chunk
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, a_desk, a_storm, fill_buckets, planned, rows_in
from tests.kit.storm import tend_all

from seawall.evidence.api import Screenshot, screenshot_path
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.commands.cases import withdraw_case
from seawall.incidents.commands.prepare import plan
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.incidents.queries import proof_of
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order
from seawall.outreach.api import MarkSent, Recipient, cannot_reach, copy_words, give_back, mark_sent, not_sent, press
from seawall.outreach.commands.leave_out import settle_by_person
from seawall.outreach.commands.steer import stop
from seawall.outreach.concern import leave_out_unconcerned
from seawall.outreach.sender.claim import claim
from seawall.shops.api import Connection
from seawall.tenancy.api import Actor
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def fall_silent() -> None:
    """Every seat says nothing for longer than it may."""
    Recipient.objects.filter(seat__isnull=False).update(seat_until=SYSTEM_CLOCK.now() - timedelta(seconds=1))


def states(storm: Storm) -> dict[str, int]:
    return storm.counts()


def test_a_storm_by_hand_from_the_sample_to_the_sealed_pack() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk, orders=6)
    while rows := batch(storm, desk.agent):
        for row in rows:
            send_by_hand(row, desk.agent)
        tend_all()
    assert storm.refresh().state == "follow_up"
    assert states(storm) == {"sent_by_hand": 6}
    row = rows_in(storm, "sent_by_hand")[0]
    assert (row.platform_message_id, row.attempts) == ("", 0)
    assert (row.pressed_by_id, row.sent_at is not None) == (desk.agent.membership_id, True)

    proof = proof_of(desk.lead, row.case, row)
    assert (proof.result.grade.value, proof.result.has_screenshot) == ("none", True), "beside the grade, never for it"
    pack = seal_pack(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    report = verify_pack(pack_path(pack))
    assert report.ok, report.problems
    assert report.counts["outcomes"] == {"sent_by_hand": 6}
    assert report.counts["screenshots"] == 6


def test_a_shop_that_is_not_connected_is_worked_by_hand_but_never_in_a_training() -> None:
    desk = a_desk()
    training = planned(a_storm(desk, orders=2, unconnected=3))
    assert states(training) == {"waiting": 2, "no_connection": 3}
    real = a_storm(a_desk("south"), orders=2, unconnected=3, training=False)
    Connection.objects.filter(team_id=real.desk.admin.team_id).update(is_active=False)
    planned(real)
    assert states(real) == {"waiting": 5}
    assert {lane.mode for lane in real.roll_out.lanes.all()} == {"manual"}
    assert set(Connection.objects.filter(team_id=real.desk.admin.team_id, is_active=True).values_list(
        "base_url", "mode"
    )) == {("", "manual")}  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.filter(base_url="").update(mode="api")


def test_no_worker_can_claim_what_a_person_took_to_seller_center() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    copy_words(row.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    Connection.objects.update(mode="api")
    storm.roll_out.lanes.update(mode="api")
    fill_buckets(storm, SYSTEM_CLOCK.now())
    others = {each.pk for each in rows_in(storm, "waiting")} - {row.pk}
    assert {each.id for each in claim(worker=7, size=10, now=SYSTEM_CLOCK.now())} == others
    row.refresh_from_db()
    assert row.state == "waiting"
    with pytest.raises(IntegrityError, match="in_a_persons_hand"), transaction.atomic():
        Recipient.objects.filter(pk=row.pk).update(state="claimed", claimed_by=7)


def test_words_of_a_manual_lane_cannot_be_pressed_and_those_of_others_cannot_be_marked() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    with refused("seat_by_hand"):
        press(row.pk, seen_sha256=row.text_sha256, by=desk.agent, clock=SYSTEM_CLOCK)
    storm.roll_out.lanes.update(mode="click")
    for act in (lambda: copy_words(row.pk, by=desk.agent, clock=SYSTEM_CLOCK), lambda: mark(row, desk.agent)):
        with refused("seat_not_by_hand"):
            act()


def test_a_silent_seat_loses_what_it_did_not_touch_and_a_person_settles_what_it_copied() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    rows = batch(storm, desk.agent)
    copy_words(rows[0].pk, by=desk.agent, clock=SYSTEM_CLOCK)
    fall_silent()
    assert {row.pk for row in batch(storm, desk.lead)} == {row.pk for row in rows[1:]}, "not even before anyone tends"
    tend_all()
    unsure = rows_in(storm, "needs_person")
    assert [(row.pk, row.reason_code) for row in unsure] == [(rows[0].pk, "manual_outcome_unsure")]
    entry = Entry.objects.get(verb="seat.silent")
    assert (entry.after["count"], entry.actor_name) == (1, "Seawall")

    settle_by_person(rows[0].pk, "not_at_platform", by=desk.lead, clock=SYSTEM_CLOCK, why="looked: it is not there")
    assert rows[0].pk in {row.pk for row in batch(storm, desk.lead)}, "now it may go to a seat again"


def test_what_turns_out_to_be_sent_is_marked_by_whoever_looked() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    copy_words(row.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    give_back(storm.incident.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    assert states(storm) == {"sent_by_hand": 1, "needs_person": 1, "waiting": 3}
    assert mark(row, desk.lead).state == "sent_by_hand"
    assert Screenshot.objects.get(recipient=row).attached_name == "north-lead"


def test_the_agent_who_comes_back_late_can_still_say_that_it_was_sent() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    copied, untouched = batch(storm, desk.agent)[:2]
    copy_words(copied.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    fall_silent()
    tend_all()
    batch(storm, desk.lead)
    assert mark(copied, desk.agent).state == "sent_by_hand"
    with refused("seat_not_yours"):
        mark(untouched, desk.agent)


def test_copied_but_not_sent_stays_in_hand() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    copy_words(row.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    assert not_sent(row.pk, by=desk.agent, clock=SYSTEM_CLOCK).copied_at is None
    assert give_back(storm.incident.pk, by=desk.agent, clock=SYSTEM_CLOCK) == 4


def test_a_buyer_out_of_reach_goes_to_the_lead_with_the_reason() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    with refused("seat_needs_reason"):
        cannot_reach(row.pk, why="  ", by=desk.agent, clock=SYSTEM_CLOCK)
    found = cannot_reach(row.pk, why="the buyer blocked the shop", by=desk.agent, clock=SYSTEM_CLOCK)
    assert (found.state, found.reason_params) == ("needs_person", {"why": "the buyer blocked the shop"})


def test_a_stop_leaves_nobody_with_a_false_outcome() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    copy_words(row.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    stop(storm.roll_out, by=desk.lead, clock=SYSTEM_CLOCK, why="enough")
    assert states(storm) == {"sent_by_hand": 1, "needs_person": 1, "left_out": 3}
    assert mark(row, desk.agent).state == "sent_by_hand", "what was sent was sent"


def test_a_new_plan_does_not_write_again_to_whom_a_person_may_have_written() -> None:
    desk = a_desk()
    storm = by_hand_storm(desk)
    from seawall.incidents.commands import roll_out as storm_commands

    storm_commands.send_sample(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    row = batch(storm, desk.agent)[0]
    copy_words(row.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    Recipient.objects.filter(pk=row.pk).update(wave=1)  # the sample is another's; this plan can fall
    storm.roll_out.waves.update(passed_at=None)
    type(storm.roll_out).objects.filter(pk=storm.roll_out.pk).update(state="planned")
    Connection.objects.update(mode="api")
    plan(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    row.refresh_from_db()
    assert (row.state, row.reason_code, row.lane_id) == ("needs_person", "manual_outcome_unsure", None)


def test_marking_twice_is_one_message_and_one_picture() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row, other = batch(storm, desk.agent)[:2]
    shot = a_shot()
    first, again = send_by_hand(row, desk.agent, shot), mark(row, desk.agent, shot)
    assert (first.state, again.state, again.sent_at) == ("sent_by_hand", "sent_by_hand", first.sent_at)
    assert Screenshot.objects.filter(recipient=row).count() == 1
    with refused("picture_of_other_order"):
        send_by_hand(other, desk.agent, shot)
    other.refresh_from_db()
    assert other.state == "waiting"


def test_the_picture_is_kept_by_its_hash_and_without_what_the_camera_added() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    exif = chunk(b"eXIf", b"MM\0*made on a phone at home")
    send_by_hand(row, desk.agent, a_shot(extra=exif))
    kept = Screenshot.objects.get(recipient=row)
    stored = screenshot_path(kept).read_bytes()
    assert b"phone" not in stored
    assert b"phone" in base64.b64decode(kept.metadata)
    assert screenshot_path(kept).stem == kept.sha256 != kept.arrival_sha256
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("UPDATE evidence_screenshot SET attached_name = 'x'")


def test_what_is_no_screenshot_changes_nothing() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    for content, code in ((b"", "picture_empty"), (b"<html>ok</html>", "picture_kind_unknown")):
        with refused(code):
            mark_sent(
                MarkSent(recipient_id=row.pk, seen_sha256=row.text_sha256, picture=content),
                by=desk.agent, clock=SYSTEM_CLOCK,
            )  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.copied_at) == ("waiting", None)


def test_other_words_take_the_row_out_of_the_seat_and_stand_on_the_timeline() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row, copied = batch(storm, desk.agent)[:2]
    copy_words(copied.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    for each in (row, copied):
        with refused("seat_words_differ"):
            mark_sent(
                MarkSent(recipient_id=each.pk, seen_sha256="0" * 64, picture=a_shot()),
                by=desk.agent, clock=SYSTEM_CLOCK,
            )  # fmt: skip
        each.refresh_from_db()
        assert each.seat_id is None
    assert (row.state, copied.state, copied.reason_code) == ("waiting", "needs_person", "manual_words_differ")
    assert Entry.objects.filter(verb="seat.words_differ").count() == 2


def test_two_people_mark_the_same_row_and_one_message_stands() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    copy_words(row.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    fall_silent()
    tend_all()
    codes: list[str] = []

    def try_it(by: Actor) -> None:
        try:
            codes.append(mark(row, by).state)
        except Exception as error:  # noqa: BLE001  # what it was is asserted below
            codes.append(getattr(error, "code", repr(error)))
        connections.close_all()

    threads = [threading.Thread(target=try_it, args=(by,)) for by in (desk.lead, desk.admin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["seat_not_yours", "sent_by_hand"]
    assert Screenshot.objects.filter(recipient=row).count() == 1


def test_a_rival_and_the_wrong_role_mark_nothing() -> None:
    desk, rival = a_desk(), a_desk("south")
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    for act in (
        lambda by: copy_words(row.pk, by=by, clock=SYSTEM_CLOCK),
        lambda by: not_sent(row.pk, by=by, clock=SYSTEM_CLOCK),
        lambda by: mark(row, by),
        lambda by: cannot_reach(row.pk, why="x", by=by, clock=SYSTEM_CLOCK),
    ):
        with refused("not_found"):
            act(rival.agent)
        with refused("not_allowed"):
            act(desk.auditor)
    row.refresh_from_db()
    assert (row.state, row.copied_at) == ("waiting", None)


def test_an_order_taken_out_of_the_storm_while_its_words_are_at_seller_center_goes_to_a_person() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    copied, untouched = batch(storm, desk.agent)[:2]
    copy_words(copied.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    for row in (copied, untouched):
        number = row.order.platform_order_id
        withdraw_case(storm.incident, number, by=desk.lead, clock=SYSTEM_CLOCK, why="the buyer cancelled")
    leave_out_unconcerned(clock=SYSTEM_CLOCK)
    copied.refresh_from_db()
    untouched.refresh_from_db()
    assert (copied.state, copied.reason_code) == ("needs_person", "manual_outcome_unsure"), "it may have been sent"
    assert untouched.state == "left_out"


def test_an_order_that_the_platform_cancelled_meanwhile_is_not_written_to_by_hand() -> None:
    desk = a_desk()
    storm = rolling_by_hand(desk)
    row = batch(storm, desk.agent)[0]
    Order.objects.filter(pk=row.order_id).update(status="cancelled")
    with refused("seat_order_over"):
        copy_words(row.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    give_back(storm.incident.pk, by=desk.agent, clock=SYSTEM_CLOCK)
    assert row.pk not in {each.pk for each in batch(storm, desk.agent)}
