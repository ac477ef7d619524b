"""One message for several orders: what the platform pushes of it, and what the buyer does, is true of every order."""

import pytest
from tests.kit.buyers import of_buyers
from tests.kit.lazada_sim import LazadaSim, PushSink
from tests.kit.refusals import refused
from tests.kit.rollout import a_desk, a_storm, planned
from tests.pushes.kit import (
    Play,
    approve_and_start,
    arrives,
    grades,
    handle_all,
    left_over,
    of_kind,
    own,
    sealed_grades,
    states,
    written,
)

from seawall.connectors.contracts import EventKind
from seawall.evidence.api import Capture
from seawall.incidents.commands import roll_out as commands
from seawall.incidents.commands.cases import withdraw_case
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient, settle_by_person
from seawall.outreach.ledger import move_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(db: None, lazada_sim: LazadaSim, push_sink: PushSink) -> Play:
    """A storm of a buyer with one order, whose message is the sample and approved, and one with three."""
    storm = a_storm(a_desk(), lazada_sim, orders=4)
    of_buyers(storm, 1, 3)
    lazada_sim.set_callback(push_sink.url)
    planned(storm)
    commands.send_sample(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    play = Play(storm, lazada_sim, push_sink)
    written(play.send(play.claim()))()
    approve_and_start(play)
    for push in play.pushes():
        push.arrive()
    handle_all()
    return play


def of_group(play: Play) -> list[str]:
    """The states of the orders of the buyer with three."""
    rows = Recipient.objects.filter(incident=play.storm.incident, wave__gt=0)
    return sorted(rows.values_list("state", flat=True))


def test_the_push_of_the_message_proves_it_for_each_order_and_the_answer_answers_all(
    play: Play, lazada_sim: LazadaSim
) -> None:
    (sent,) = play.send(play.claim())
    written([sent])()
    assert of_group(play) == ["acknowledged"] * 3
    play.wait()
    lazada_sim.buyer_says(sent.session_id, "ok ka")
    pushes = play.pushes()

    arrives(own(pushes, sent.message_id))()
    assert of_group(play) == ["confirmed"] * 3
    for push in of_kind(pushes, EventKind.MESSAGE):
        push.arrive()
    handle_all()

    assert of_group(play) == ["answered"] * 3
    assert sorted(grades(play).values()) == ["answered"] * 3 + ["confirmed"]
    assert sealed_grades(play) == {"answered": 3, "confirmed": 1}
    for row in Recipient.objects.filter(wave__gt=0):
        assert Capture.objects.filter(recipient=row, speaker="seller", source="push").count() == 1
        assert Capture.objects.filter(recipient=row, speaker="buyer").count() == 1
    assert left_over() == []


def test_an_answer_that_comes_before_the_proof_answers_every_order_when_the_proof_comes(
    play: Play, lazada_sim: LazadaSim
) -> None:
    (sent,) = play.send(play.claim())
    play.wait()
    lazada_sim.buyer_says(sent.session_id, "ok ka")
    play.wait()
    lazada_sim.buyer_reads(sent.session_id)
    pushes = play.pushes()
    mine = own(pushes, sent.message_id)
    for push in pushes:
        if push is not mine:
            push.arrive()
    handle_all()

    arrives(mine)()
    written([sent])()

    assert of_group(play) == ["answered"] * 3
    assert sealed_grades(play)["answered"] == 3


def test_a_filter_that_works_late_takes_the_proof_from_every_order(play: Play) -> None:
    (sent,) = play.send(play.claim())
    written([sent])()
    mine = own(play.pushes(), sent.message_id)
    arrives(mine)()
    assert of_group(play) == ["confirmed"] * 3

    arrives(mine.changed(process_msg="Sensitive words"))()

    assert of_group(play) == ["blocked"] * 3
    assert sealed_grades(play)["none"] == 3


def test_a_message_looked_for_in_vain_that_is_there_after_all_is_not_sent_again_though_its_group_parted(
    play: Play,
) -> None:
    (claimed,) = play.claim()
    (sent,) = play.send([claimed])
    rows = Recipient.objects.filter(pk=claimed.id)
    move_rows(rows, "lost_sight", clock=SYSTEM_CLOCK)
    move_rows(rows, "not_at_platform", clock=SYSTEM_CLOCK, reason="not_found_at_platform")
    withdrawn = claimed.riders[0].platform_order_id
    withdraw_case(play.storm.incident, withdrawn, by=play.storm.desk.lead, clock=SYSTEM_CLOCK, why="delivered")
    assert of_group(play) == ["left_out", "waiting", "waiting"]

    arrives(own(play.pushes(), sent.message_id))()

    assert of_group(play) == ["confirmed", "confirmed", "left_out"]
    assert play.claim() == []
    told = Recipient.objects.filter(state="confirmed", wave__gt=0)
    assert {row.text for row in told} == {claimed.text}
    # The one that was left out was told as well; its row says what was decided, its records what happened.
    assert states(play)[withdrawn] == "left_out"
    assert Capture.objects.get(order__platform_order_id=withdrawn).message_id == sent.message_id
    assert sealed_grades(play)["confirmed"] == 3


def test_what_a_person_decides_on_one_order_is_decided_for_its_message(play: Play) -> None:
    (claimed,) = play.claim()
    move_rows(Recipient.objects.filter(pk=claimed.id), "give_to_person", clock=SYSTEM_CLOCK)
    assert of_group(play) == ["needs_person"] * 3
    rider = claimed.riders[1].recipient_id

    with refused("not_allowed"):
        settle_by_person(rider, "leave_out", by=play.storm.desk.auditor, clock=SYSTEM_CLOCK, why="seen in the chat")
    settle_by_person(rider, "leave_out", by=play.storm.desk.lead, clock=SYSTEM_CLOCK, why="seen in the chat")

    assert of_group(play) == ["left_out"] * 3
