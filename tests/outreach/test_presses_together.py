"""Seats by language and shop; many key presses told together; seats and other lanes each at their own pace."""

from datetime import timedelta

import pytest
from django.db import transaction
from tests.kit.by_hand import batch, rolling_by_hand
from tests.kit.lazada_sim import LazadaSim
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, a_desk, a_storm, rows_in
from tests.kit.storm import bring

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Market
from seawall.outreach.api import Press, Recipient, TakeBatch, copy_words, press, press_many, take_batch
from seawall.outreach.commands.steer import resume
from seawall.outreach.gates import tend
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Pace, Quota, RollOut
from seawall.outreach.queries import seat_desk
from seawall.shops.api import Connection
from seawall.tenancy.api import AddMember, Membership, actor_of, add_member
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def pressing(orders: int = 6, markets: tuple[str, ...] = ("TH", "VN")) -> Storm:
    """A storm that runs, whose shops ask for a key press for every message."""
    storm = bring(a_storm(a_desk(), orders=orders, markets=markets), "rolling_out")
    Connection.objects.update(mode="click")
    storm.roll_out.lanes.update(mode="click")
    return storm


def asleep(storm: Storm) -> None:
    """It is night where the storm's buyers live, and the storm keeps quiet hours."""
    now = SYSTEM_CLOCK.now()
    for pace in Pace.objects.select_related("connection__shop"):
        there = now.astimezone(Market(pace.connection.shop.market).zone)
        Pace.objects.filter(pk=pace.pk).update(
            quiet_from=(there - timedelta(hours=2)).time(), quiet_until=(there + timedelta(hours=3)).time()
        )
    RollOut.objects.filter(pk=storm.roll_out.pk).update(keeps_quiet_hours=True)


def told(rows: list[Recipient], **other: object) -> list[Press]:
    now = SYSTEM_CLOCK.now()
    return [
        Press(recipient_id=row.pk, seen_sha256=str(other.get("seen", row.text_sha256)), at=now - timedelta(seconds=n))
        for n, row in enumerate(rows)
    ]


def test_a_batch_is_of_the_languages_and_shops_asked_for() -> None:
    storm = pressing()
    agent, incident = storm.desk.agent, storm.incident.pk
    thai = take_batch(TakeBatch(incident_id=incident, languages=["th"]), by=agent, clock=SYSTEM_CLOCK)
    assert {row.language for row in thai} == {"th"}
    nothing = take_batch(
        TakeBatch(incident_id=incident, languages=["th"], shops=["LVN"]), by=storm.desk.lead, clock=SYSTEM_CLOCK
    )
    assert nothing == []
    other = take_batch(TakeBatch(incident_id=incident, shops=["LVN"]), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    assert {row.order.shop.code for row in other} == {"LVN"}


def test_a_member_gets_the_languages_noted_for_that_person() -> None:
    storm = pressing()
    made = add_member(
        AddMember(username="viet", role="agent", languages=["vi"]), by=storm.desk.admin, clock=SYSTEM_CLOCK
    )
    by = actor_of(Membership.objects.select_related("user").get(pk=made.pk))
    assert {row.language for row in batch(storm, by)} == {"vi"}
    with refused("unknown_language"):
        add_member(AddMember(username="x", role="agent", languages=["tlh"]), by=storm.desk.admin, clock=SYSTEM_CLOCK)


def test_presses_told_together_are_each_its_own() -> None:
    storm = pressing()
    agent = storm.desk.agent
    rows = batch(storm, agent)
    wrong = Press(recipient_id=rows[0].pk, seen_sha256="0" * 64, at=SYSTEM_CLOCK.now())
    late = Press(recipient_id=rows[1].pk, seen_sha256=rows[1].text_sha256, at=SYSTEM_CLOCK.now() - timedelta(hours=1))
    stranger = Press(recipient_id=10**9, seen_sha256="x", at=SYSTEM_CLOCK.now())
    good = told(rows[2:])
    found = press_many([wrong, late, stranger, *good, *good], by=agent, clock=SYSTEM_CLOCK)
    codes = {pk: error.code for pk, error in found.refused.items()}
    assert codes == {rows[0].pk: "seat_words_differ", rows[1].pk: "seat_press_too_old", 10**9: "not_found"}
    pressed = {row.pk: row.pressed_at for row in Recipient.objects.filter(pressed_by_id=agent.membership_id)}
    assert pressed == {each.recipient_id: each.at for each in good}
    assert len(set(pressed.values())) == len(good), "each at its own time"
    freed = Recipient.objects.get(pk=rows[0].pk)
    assert (freed.seat_id, freed.pressed_at) == (None, None)
    assert Entry.objects.get(verb="seat.words_differ").after["order"] == freed.order.platform_order_id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda storm: Connection.objects.update(stopped_reason="token_refused"), "seat_shop_stopped"),
        (lambda storm: Connection.objects.update(mode="manual"), "seat_mode_changed"),
        (lambda storm: storm.roll_out.lanes.update(is_stopped=True), "seat_lane_stopped"),
        (
            lambda storm: Pace.objects.update(blocked_until=SYSTEM_CLOCK.now() + timedelta(minutes=3)),
            "seat_shop_waits",
        ),
        (
            lambda storm: Quota.objects.update(blocked_until=SYSTEM_CLOCK.now() + timedelta(hours=9)),
            "seat_shop_waits",
        ),
        (asleep, "seat_buyers_sleep"),
    ],
    ids=["stopped connection", "other mode", "stopped lane", "limited", "day used up", "night"],
)
def test_a_press_that_could_not_leave_is_refused_with_its_reason(change: object, code: str) -> None:
    storm = pressing()
    row = batch(storm, storm.desk.agent)[0]
    assert callable(change)
    change(storm)
    with refused(code):
        press(row.pk, seen_sha256=row.text_sha256, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    row.refresh_from_db()
    assert row.pressed_at is None


def test_at_night_no_seat_is_handed_a_buyer_who_sleeps() -> None:
    storm = pressing(markets=("TH", "VN"))
    asleep(storm)
    awake = Pace.objects.get(connection__shop__code="LVN")
    Pace.objects.filter(pk=awake.pk).update(quiet_from=awake.quiet_until, quiet_until=awake.quiet_from)
    assert {row.order.shop.code for row in batch(storm, storm.desk.agent)} == {"LVN"}
    assert seat_desk(storm.desk.lead, clock=SYSTEM_CLOCK).free == 0
    RollOut.objects.filter(pk=storm.roll_out.pk).update(keeps_quiet_hours=False)
    assert {row.order.shop.code for row in batch(storm, storm.desk.lead)} == {"LTH"}, "a lead let this storm through"


def test_words_are_not_taken_to_seller_center_at_night() -> None:
    storm = rolling_by_hand(a_desk())
    row = batch(storm, storm.desk.agent)[0]
    asleep(storm)
    with refused("seat_buyers_sleep"):
        copy_words(row.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    row.refresh_from_db()
    assert row.copied_at is None


def test_slow_seats_do_not_hold_up_lanes_that_send_by_themselves() -> None:
    storm = bring(a_storm(a_desk(), orders=15, markets=("TH", "VN")), "rolling_out")
    by_seat = storm.roll_out.lanes.get(connection__shop__code="LVN")
    Connection.objects.filter(pk=by_seat.connection_id).update(mode="click")
    storm.roll_out.lanes.filter(pk=by_seat.pk).update(mode="click")
    of_api = Recipient.objects.filter(roll_out=storm.roll_out, lane__mode="api", state="waiting")
    assert storm.roll_out.open_wave == 1
    with transaction.atomic():
        of_api.filter(wave=1).update(platform_message_id="m1")
        move_rows(of_api.filter(wave=1), "acknowledged", clock=SYSTEM_CLOCK)
    tend(clock=SYSTEM_CLOCK, settle_s=0)
    assert (storm.roll_out.open_wave, storm.roll_out.seat_wave) == (2, 1)
    in_hand = batch(storm, storm.desk.agent, size=50)
    assert in_hand
    assert {row.wave for row in in_hand} == {1}, "seats stay in their own wave"
    Recipient.objects.filter(lane=by_seat, wave=1, state="waiting").update(state="left_out")
    tend(clock=SYSTEM_CLOCK, settle_s=0)
    assert storm.roll_out.seat_wave == 2
    assert {row.wave for row in batch(storm, storm.desk.lead, size=50)} == {2}


def test_failures_of_seats_behind_still_pause_the_roll_out() -> None:
    storm = bring(a_storm(a_desk(), orders=15, markets=("TH", "VN")), "rolling_out")
    by_seat = storm.roll_out.lanes.get(connection__shop__code="LVN")
    storm.roll_out.lanes.filter(pk=by_seat.pk).update(mode="click")
    of_api = Recipient.objects.filter(roll_out=storm.roll_out, lane__mode="api", state="waiting", wave=1)
    of_api.update(platform_message_id="m1")
    move_rows(of_api, "acknowledged", clock=SYSTEM_CLOCK)
    tend(clock=SYSTEM_CLOCK, settle_s=0)
    behind = list(Recipient.objects.filter(lane=by_seat, wave=1, state="waiting").values_list("pk", flat=True))
    Recipient.objects.filter(pk__in=behind[1:]).update(state="rejected")
    tend(clock=SYSTEM_CLOCK, settle_s=0)
    assert (storm.roll_out.state, storm.roll_out.paused_code) == ("paused", "too_many_rejects")
    resume(storm.roll_out, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="we looked at them all")
    tend(clock=SYSTEM_CLOCK, settle_s=0)
    assert storm.roll_out.state == "running", "what was seen pauses nothing again"
    Recipient.objects.filter(pk=behind[0]).update(state="rejected")
    tend(clock=SYSTEM_CLOCK, settle_s=0)
    assert storm.roll_out.state == "paused", "one more does"


def test_a_message_sent_in_seller_center_can_be_hidden_from_pushes(lazada_sim: LazadaSim) -> None:
    storm = rolling_by_hand(a_desk(), lazada_sim)
    row = batch(storm, storm.desk.agent)[0]
    copy_words(row.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    seller_id = row.lane.connection.platform_seller_id if row.lane else ""
    lazada_sim.seller_says(seller_id, row.order.platform_order_id, row.text)
    assert len(lazada_sim.messages(from_="seller")) == 1
    assert [each.state for each in rows_in(storm, "waiting")] == ["waiting"] * 4, "nothing is made up of it"
