"""Where a platform wants a person's key press for every message: nothing leaves without it, nobody is written twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from tests.kit.buyers import a_storm_of, times_named
from tests.kit.lazada_sim import LazadaSim
from tests.kit.rollout import Storm, a_desk, a_storm, planned, started, work_until

from seawall.incidents.commands.cases import withdraw_case
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import NotAllowed, NotFound, Refused
from seawall.outreach.api import Recipient, TakeBatch, give_back, pause, press, resume, take_batch
from seawall.outreach.policy import PRESS_GOOD_FOR
from seawall.shops.api import Connection
from seawall.tenancy.api import Actor
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def by_click(storm: Storm) -> Storm:
    """The storm's shops may send only by a person's key press."""
    Connection.objects.filter(team_id=storm.desk.admin.team_id).update(mode="click")
    return storm


def work_a_while() -> None:
    """A worker looks at the ledger many times (every 10 ms) and finds whatever it may send."""
    ended = threading.Event()
    timer = threading.Timer(0.5, ended.set)
    timer.start()
    work_until(ended.is_set)


def batch(storm: Storm, by: Actor, size: int = 20) -> list[Recipient]:
    """What this seat gets."""
    return take_batch(TakeBatch(incident_id=storm.incident.pk, size=size), by=by, clock=SYSTEM_CLOCK)


def press_all(rows: list[Recipient], by: Actor) -> None:
    """Enter, Enter, Enter."""
    for row in rows:
        press(row.pk, seen_sha256=row.text_sha256, by=by, clock=SYSTEM_CLOCK)


def rolling(sim: LazadaSim, orders: int = 6, *, storm: Storm | None = None) -> Storm:
    """A click storm whose sample was pressed, approved by the seller, and that has started."""
    storm = planned(storm or by_click(a_storm(a_desk(), sim, orders=orders)))
    from seawall.incidents.commands import roll_out as storm_commands

    storm_commands.send_sample(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    press_all(batch(storm, storm.desk.agent), storm.desk.agent)
    work_until(lambda: storm.refresh().state == "sample_sent")
    storm_commands.approve(
        storm.incident, seen_binding=storm.roll_out.binding_digest, comment="", by=storm.desk.approver,
        clock=SYSTEM_CLOCK,
    )  # fmt: skip
    storm_commands.start(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    return storm


def test_nothing_leaves_until_somebody_presses(lazada_sim: LazadaSim) -> None:
    storm = rolling(lazada_sim)
    work_a_while()
    assert len(lazada_sim.messages(from_="seller")) == 1, "only the sample was pressed"
    agent = storm.desk.agent

    press_all(batch(storm, agent)[:2], agent)
    work_until(lambda: storm.counts() == {"acknowledged": 3, "waiting": 3})

    sent = Recipient.objects.exclude(platform_message_id="")
    assert {row.pressed_by_id for row in sent} == {agent.membership_id}
    assert len(lazada_sim.messages(from_="seller")) == 3


def test_the_storm_ends_when_all_are_pressed_and_everybody_got_one(lazada_sim: LazadaSim) -> None:
    storm = rolling(lazada_sim)
    agent = storm.desk.agent

    def all_pressed() -> bool:
        press_all(batch(storm, agent), agent)
        return storm.refresh().state == "follow_up"

    work_until(all_pressed)
    assert lazada_sim.summary()["duplicates"] == 0
    assert len({m["text"] for m in lazada_sim.messages(from_="seller")}) == 6
    taken = Entry.objects.filter(verb="seat.take", incident_id=storm.incident.pk)
    assert sorted(order for entry in taken for order in entry.after["orders"]) == sorted(
        row.order.platform_order_id for row in Recipient.objects.select_related("order")
    )


def test_two_seats_never_hold_the_same_buyer(lazada_sim: LazadaSim) -> None:
    storm = rolling(lazada_sim, orders=15)
    got: dict[str, set[int]] = {}

    def take(name: str, by: Actor) -> None:
        got[name] = {row.pk for row in batch(storm, by, size=8)}
        connections.close_all()

    threads = [
        threading.Thread(target=take, args=(name, by))
        for name, by in (("agent", storm.desk.agent), ("lead", storm.desk.lead), ("admin", storm.desk.admin))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(rows) for rows in got.values()) == len(set().union(*got.values())) == 14


def test_what_a_silent_seat_held_comes_back_and_its_late_press_is_refused(lazada_sim: LazadaSim) -> None:
    storm = rolling(lazada_sim)
    mine = batch(storm, storm.desk.agent)
    assert batch(storm, storm.desk.lead) == []
    Recipient.objects.filter(seat__isnull=False).update(seat_until=SYSTEM_CLOCK.now() - timedelta(seconds=1))
    theirs = batch(storm, storm.desk.lead)
    assert {row.pk for row in theirs} == {row.pk for row in mine}
    with pytest.raises(Refused, match="not in your hands"):
        press_all(mine[:1], storm.desk.agent)


def test_only_the_approved_words_may_be_pressed(lazada_sim: LazadaSim) -> None:
    storm = rolling(lazada_sim)
    row = batch(storm, storm.desk.agent)[0]
    with pytest.raises(Refused, match="not the approved ones"):
        press(row.pk, seen_sha256="0" * 64, by=storm.desk.agent, clock=SYSTEM_CLOCK)
    row.refresh_from_db()
    assert row.pressed_at is None


def test_a_pause_closes_the_seat_and_a_press_from_before_it_is_asked_again(lazada_sim: LazadaSim) -> None:
    storm = rolling(lazada_sim)
    agent = storm.desk.agent
    rows = batch(storm, agent)
    press_all(rows[:1], agent)
    pause(storm.roll_out, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    with pytest.raises(Refused, match="may not go now"):
        press_all(rows[1:2], agent)
    # The pause outlasts the press.
    Recipient.objects.filter(pressed_at__isnull=False, state="waiting").update(
        pressed_at=SYSTEM_CLOCK.now() - PRESS_GOOD_FOR
    )
    resume(storm.roll_out, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="sorted out")
    work_a_while()
    assert len(lazada_sim.messages(from_="seller")) == 1
    assert rows[0].pk in {row.pk for row in batch(storm, agent)}, "the person is asked again"


def test_a_press_does_not_get_round_the_approval(lazada_sim: LazadaSim) -> None:
    storm = planned(by_click(a_storm(a_desk(), lazada_sim)))
    assert batch(storm, storm.desk.agent) == [], "no sample was asked for"
    row = Recipient.objects.filter(state="waiting").earliest("pk")
    Recipient.objects.filter(pk=row.pk).update(
        seat_id=storm.desk.agent.membership_id, seat_until=SYSTEM_CLOCK.now() + timedelta(minutes=5)
    )
    with pytest.raises(Refused, match="may not go now"):
        press_all([row], storm.desk.agent)
    Recipient.objects.filter(pk=row.pk).update(pressed_at=SYSTEM_CLOCK.now())
    work_a_while()
    assert lazada_sim.messages(from_="seller") == []


def test_a_connection_whose_mode_changed_after_the_plan_sends_nothing(lazada_sim: LazadaSim) -> None:
    storm = started(a_storm(a_desk(), lazada_sim))
    by_click(storm)
    work_a_while()
    assert len(lazada_sim.messages(from_="seller")) == 1, "the sample, sent before the change"
    assert batch(storm, storm.desk.agent) == [], "its lane is planned for the worker; it is to be planned again"


def test_one_press_lets_one_message_go_for_all_its_orders(lazada_sim: LazadaSim) -> None:
    storm = by_click(a_storm_of(1, 3, 2, sim=lazada_sim))
    rolling(lazada_sim, storm=storm)
    agent = storm.desk.agent
    rows = batch(storm, agent)
    assert sorted(row.riders.count() for row in rows) == [1, 2]
    rider = Recipient.objects.filter(rides_with__isnull=False).earliest("pk")
    with pytest.raises(Refused, match="not in your hands"):
        press_all([rider], agent)

    press_all(rows, agent)
    work_until(lambda: storm.refresh().state == "follow_up")

    assert len(lazada_sim.messages(from_="seller")) == 3
    assert set(times_named(storm).values()) == {1}
    assert {row.pressed_by_id for row in Recipient.objects.all()} == {agent.membership_id}
    (taken,) = Entry.objects.filter(verb="seat.take", incident_id=storm.incident.pk).order_by("-pk")[:1]
    assert (taken.after["count"], len(taken.after["orders"])) == (2, 5)


def test_a_press_on_words_that_are_no_longer_sent_is_asked_again(lazada_sim: LazadaSim) -> None:
    storm = rolling(lazada_sim, storm=by_click(a_storm_of(1, 3, sim=lazada_sim)))
    agent = storm.desk.agent
    press_all(batch(storm, agent), agent)
    rider = Recipient.objects.filter(rides_with__isnull=False).earliest("pk")
    withdraw_case(
        storm.incident, rider.order.platform_order_id, by=storm.desk.lead, clock=SYSTEM_CLOCK, why="delivered"
    )

    work_a_while()
    assert len(lazada_sim.messages(from_="seller")) == 1, "nobody pressed the new words"
    rows = batch(storm, agent)
    assert len(rows) == 2
    assert not any(rider.order.platform_order_id in row.text for row in rows)


def test_giving_back_frees_the_rest(lazada_sim: LazadaSim) -> None:
    storm = rolling(lazada_sim)
    batch(storm, storm.desk.agent)
    assert give_back(storm.incident.pk, by=storm.desk.agent, clock=SYSTEM_CLOCK) == 5
    assert len(batch(storm, storm.desk.lead)) == 5


def test_a_rival_and_the_wrong_role_get_nothing(lazada_sim: LazadaSim) -> None:
    storm, rival = rolling(lazada_sim), a_desk("south")
    row = batch(storm, storm.desk.agent)[0]
    assert batch(storm, rival.agent) == []
    with pytest.raises(NotFound):
        press_all([row], rival.agent)
    assert give_back(storm.incident.pk, by=rival.agent, clock=SYSTEM_CLOCK) == 0
    for by in (storm.desk.auditor, storm.desk.approver):
        with pytest.raises(NotAllowed):
            batch(storm, by)
    row.refresh_from_db()
    assert row.pressed_at is None
