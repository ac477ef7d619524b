"""Pushes that overtake an answer, come where none came, are for nobody, or cannot be handled."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connections
from tests.kit.lazada_sim import LazadaSim, PushSink
from tests.kit.rollout import a_desk, a_shop, connect
from tests.pushes.kit import (
    Play,
    a_play,
    approve_and_start,
    arrives,
    grades,
    handle_all,
    left_over,
    of_kind,
    own,
    sealed_grades,
    signed,
    states,
    written,
)

from seawall.connectors.contracts import EventKind
from seawall.connectors.models import ReceivedEvent
from seawall.evidence.api import Capture
from seawall.inbox.models import Conversation, Message
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import Language
from seawall.kernel.texts import catalogue
from seawall.outreach.api import Recipient
from seawall.outreach.ledger import move_rows
from seawall.outreach.pushes import MAX_TRIES, handle_received
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(db: None, lazada_sim: LazadaSim, push_sink: PushSink) -> Play:
    """A sample that was claimed and really sent, whose answer nobody has written down."""
    return a_play(lazada_sim, push_sink)


@pytest.mark.parametrize("lost", ["lost_sight", "give_to_person", "given back"])
def test_a_push_settles_a_row_whose_answer_never_came_and_it_is_not_sent_again(play: Play, lost: str) -> None:
    (claimed,) = play.claim()
    (sent,) = play.send([claimed])
    row = Recipient.objects.filter(pk=claimed.id)
    move_rows(row, "lost_sight" if lost == "given back" else lost, clock=SYSTEM_CLOCK)
    if lost == "given back":
        move_rows(row, "not_at_platform", clock=SYSTEM_CLOCK, reason="not_found_at_platform")

    for push in play.pushes():
        arrives(push)()

    settled = row.get()
    assert (settled.state, settled.platform_message_id, settled.attempts) == ("confirmed", sent.message_id, 1)
    assert (settled.session_id, settled.reason_code, settled.claimed_by) == (play.session, "", None)
    assert grades(play)[settled.order.platform_order_id] == "confirmed"
    assert play.claim() == []
    assert len(play.sim.messages()) == 1
    written([sent])()  # the answer after all, hours late
    assert row.get().state == "confirmed"


def test_a_row_that_was_never_tried_is_not_settled_by_somebody_elses_words(play: Play) -> None:
    """The same words, written by hand in Seller Center, before the row was ever claimed: a person did not follow the
    procedure, and no approved message of ours is proved by it."""
    (claimed,) = play.claim()
    play.send([claimed])
    Recipient.objects.filter(pk=claimed.id).update(state="waiting", attempts=0, claimed_by=None)
    for push in play.pushes():
        arrives(push)()
    assert Recipient.objects.get(pk=claimed.id).state == "waiting"
    assert left_over() == []


def test_a_message_the_simulators_filter_takes_is_blocked(play: Play) -> None:
    play.sim.set_faults({"kind": "censored", "path": "/im/message/send"})
    (sent,) = play.send(play.claim())
    (push,) = of_kind(play.pushes(), EventKind.MESSAGE)
    assert push.event.data["process_msg"]
    for act in (written([sent]), arrives(push)):
        act()
    row = Recipient.objects.get(platform_message_id=sent.message_id)
    assert (row.state, row.reason_code) == ("blocked", "filtered_by_platform")
    assert row.reason_params["note"] == push.event.data["process_msg"]
    assert Message.objects.get().blocked_note == push.event.data["process_msg"]


def test_a_redelivery_is_stored_once_and_changes_nothing(play: Play) -> None:
    play.sim.set_faults({"kind": "duplicate_webhook"})
    (sent,) = play.send(play.claim())
    written([sent])()
    pushes = play.pushes()
    assert len(pushes) >= 2
    twin = json.loads(pushes[0].body)
    twin["timestamp"] = 1
    assert [push.arrive() for push in (*pushes, signed(twin))].count(True) == 1
    handle_all()
    before = (ReceivedEvent.objects.count(), Capture.objects.count(), Message.objects.count())
    for push in pushes:
        arrives(push)()
    assert (ReceivedEvent.objects.count(), Capture.objects.count(), Message.objects.count()) == before
    assert before == (1, 2, 1)


def test_a_push_for_a_shop_we_do_not_know_is_kept_and_ignored(play: Play) -> None:
    (sent,) = play.send(play.claim())
    written([sent])()
    (push,) = of_kind(play.pushes(), EventKind.MESSAGE)
    for seller in ("999", None):
        body = {**json.loads(push.body), "seller_id": seller}
        arrives(signed(body))()
    stored = ReceivedEvent.objects.order_by("pk")
    assert [event.handled_at is not None for event in stored] == [True, True]
    assert json.loads(stored[0].body)["seller_id"] == "999"
    assert set(states(play).values()) == {"acknowledged", "waiting"}
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()


def test_another_shops_push_with_our_message_id_touches_nothing(play: Play, lazada_sim: LazadaSim) -> None:
    rival = a_desk("rival")
    other = connect(rival, a_shop(rival, "TH"), lazada_sim)
    (sent,) = play.send(play.claim())
    written([sent])()
    (push,) = of_kind(play.pushes(), EventKind.MESSAGE)
    arrives(signed({**json.loads(push.body), "seller_id": other}))()
    assert set(states(play).values()) == {"acknowledged", "waiting"}
    assert Message.objects.get().team_id == rival.lead.team_id


BAD = {
    "no session": {"session_id": ""},
    "no time": {"send_time": "soon"},
    "far too long an id": {"session_id": "9" * 500},
}


@pytest.mark.parametrize("what", BAD)
def test_a_push_that_fails_stays_listed_with_its_code_and_stops_no_other(play: Play, what: str) -> None:
    (sent,) = play.send(play.claim())
    written([sent])()
    pushes = play.pushes()
    push = own(pushes, sent.message_id)
    assert push.changed(**BAD[what], message_id="m1").arrive()
    assert push.arrive()

    handle_all()

    (failed,) = ReceivedEvent.objects.filter(handled_at__isnull=True)
    assert failed.tries == MAX_TRIES
    assert failed.failed_with in catalogue(Language.EN), failed.failed_with
    assert Recipient.objects.get(platform_message_id=sent.message_id).state == "confirmed"
    assert Message.objects.count() == 1
    assert handle_received(clock=SYSTEM_CLOCK) == 0


def test_a_push_that_failed_is_tried_again_and_may_succeed(play: Play) -> None:
    """A buyer's account longer than any: it cannot open a conversation, but can write into one that is there."""
    (sent,) = play.send(play.claim())
    written([sent])()
    push = own(play.pushes(), sent.message_id)
    push.changed(from_account_id="9" * 500, from_account_type="1", message_id="m1").arrive()
    push.arrive()
    handle_all()
    assert list(ReceivedEvent.objects.order_by("pk").values_list("tries", "failed_with")) == [(2, ""), (1, "")]
    assert set(Message.objects.values_list("message_id", flat=True)) == {"m1", sent.message_id}


def test_hostile_shapes_never_stop_the_handling(play: Play) -> None:
    (sent,) = play.send(play.claim())
    written([sent])()
    (push,) = of_kind(play.pushes(), EventKind.MESSAGE)
    odd: list[object] = [[], {}, "x" * 5000, 10**30, -1, None, True, "\x00", "\ud800", {"a": [1]}]
    for number, value in enumerate(odd):
        for name in ("content", "send_time", "status", "from_account_type", "unread_count", "to_position", "type"):
            event = push.changed(**{name: value, "message_id": f"odd{number}{name}"})
            event.arrive()
            body = json.loads(push.body) | {"message_type": 19, "data": {"session_id": play.session, name: value}}
            signed(body).arrive()
    push.arrive()
    handle_all()
    assert Recipient.objects.get(platform_message_id=sent.message_id).state == "confirmed"


def test_a_pack_of_an_unapproved_sample_can_be_sealed_once_it_is_approved(play: Play) -> None:
    (sent,) = play.send(play.claim())
    written([sent])()
    for push in play.pushes():
        arrives(push)()
    approve_and_start(play)
    assert sealed_grades(play) == {"confirmed": 1, "none": 1}


def test_handling_leaves_no_entry_on_the_timeline_and_no_other_state(play: Play) -> None:
    (sent,) = play.send(play.claim())
    written([sent])()
    before, state = Entry.objects.count(), play.storm.refresh().state
    for push in play.pushes():
        arrives(push)()
    assert Entry.objects.count() == before
    assert play.storm.refresh().state == state


@pytest.mark.django_db(transaction=True)
def test_two_handlers_at_once_lose_no_answer(lazada_sim: LazadaSim, push_sink: PushSink) -> None:
    """Our own message and the buyer's answer to it, handled in the same moment by two workers."""
    play = a_play(lazada_sim, push_sink, orders=1)
    (sent,) = play.send(play.claim())
    written([sent])()
    play.wait()
    lazada_sim.buyer_says(play.session, "ok ka")
    pushes = play.pushes()
    base = own(pushes, sent.message_id)
    (answer,) = [p for p in of_kind(pushes, EventKind.MESSAGE) if p.event.data["message_id"] != sent.message_id]
    for number in range(30):
        answer.changed(message_id=f"b{number}", send_time=answer.event.data["send_time"] + number).arrive()
    base.arrive()
    start, failed = threading.Barrier(3), list[BaseException]()

    def run() -> None:
        try:
            start.wait()
            while handle_received(clock=SYSTEM_CLOCK, size=4):
                pass
        except BaseException as error:  # noqa: BLE001  # shown below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert left_over() == []
    assert set(states(play).values()) == {"answered"}
    assert Message.objects.filter(speaker="buyer").count() == 30
    assert Capture.objects.filter(speaker="buyer", order__isnull=False).count() == 30
    assert timedelta(0) <= SYSTEM_CLOCK.now() - Conversation.objects.get().messages.latest("pk").received_at
