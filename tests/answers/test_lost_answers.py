"""A buyer's answer whose push is lost is found within the next round of looking, on every platform by its own rules."""

from datetime import timedelta

import pytest
from tests.answers.kit import Scene, a_scene, handle_all, is_message, look, row_of
from tests.contracts.places import Place
from tests.kit.lazada_sim import PushSink
from tests.kit.refusals import refused
from tests.kit.rollout import work_until

from seawall.evidence.api import Capture
from seawall.inbox.api import Conversation, ReplyList
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.markets import Platform
from seawall.outreach.api import Recipient, RollOut, told_as_sent
from seawall.outreach.replies.lists import read_lists

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(place: Place, push_sink: PushSink) -> Scene:
    return a_scene(place, push_sink)


def test_an_answer_whose_push_was_lost_is_found_by_the_next_look(scene: Scene) -> None:
    session = scene.contact()
    scene.push_in()
    scene.says(session, "ok, thank you")
    scene.push_in(but=is_message)
    assert scene.buyers_words() == []

    look()

    assert scene.buyers_words() == ["ok, thank you"]
    assert row_of(scene, session).state == "answered"
    records = Capture.objects.filter(recipient=row_of(scene, session), speaker="buyer").exclude(message_id="")
    assert set(records.values_list("source", "text")) == {("read_back", "ok, thank you")}


def test_the_push_that_comes_after_all_changes_nothing(scene: Scene) -> None:
    session = scene.contact()
    scene.push_in()
    scene.says(session, "ok")
    late = scene._pushed()
    for event, body in late:
        if not is_message(event):
            scene.arrive(event, body)
    handle_all()
    look()
    before, states = scene.words(), scene.states()
    for event, body in late:
        scene.arrive(event, body)
    scene.push_in()
    look()
    assert (scene.words(), scene.states()) == (before, states)
    assert scene.buyers_words() == ["ok"]


def test_nothing_new_is_read_a_second_time(scene: Scene) -> None:
    session = scene.contact()
    scene.push_in()
    scene.says(session, "ok")
    scene.push_in(but=is_message)
    look()
    captures, calls = Capture.objects.count(), len(scene.place.sim.calls())
    look()
    look()
    assert Capture.objects.count() == captures
    # Where listing is allowed, a round that shows nothing new costs the one list and no conversation is read.
    assert len(scene.place.sim.calls()) - calls == (0 if scene.place.platform is Platform.LAZADA else 2)


def test_when_every_push_is_lost_the_proof_that_is_read_brings_the_answer_too(scene: Scene) -> None:
    session = scene.contact()
    scene.says(session, "ok, thank you")
    Recipient.objects.filter(confirm_after__isnull=False).update(confirm_after=SYSTEM_CLOCK.now())

    def is_answered() -> bool:
        return row_of(scene, session).state == "answered"

    work_until(is_answered)
    assert scene.buyers_words() == ["ok, thank you"]


def test_where_the_platform_counts_more_than_is_kept_its_conversation_is_marked_once(scene: Scene) -> None:
    if scene.place.platform is not Platform.LAZADA:
        return
    session = scene.contact()
    scene.push_in()
    scene.says(session, "one")
    scene.says(session, "two")
    scene.push_in(but=is_message)
    marked = Conversation.objects.filter(look_after__isnull=False)
    assert list(marked.values_list("session_id", flat=True)) == [session]
    assert scene.place.sim.calls("/im/session/list") == []
    look()
    assert scene.buyers_words() == ["one", "two"]
    assert not marked.exists()
    assert len(scene.place.sim.calls("/im/message/list")) == 1
    assert len(scene.place.sim.calls("/im/session/list")) == 0, "listing costs the permission there"


def test_what_buyers_have_read_is_found_where_the_platform_lists_it(scene: Scene) -> None:
    session = scene.contact()
    scene.push_in()
    look()
    if scene.place.platform is Platform.SHOPEE:
        Recipient.objects.filter(confirm_after__isnull=False).update(confirm_after=SYSTEM_CLOCK.now())
        work_until(lambda: row_of(scene, session).state == "confirmed")
        scene.place.sim.buyer_reads(session)
        # The conversation moved long ago, so that only the look further back, every quarter of an hour, reaches it.
        later = SYSTEM_CLOCK.now() + timedelta(hours=1)
        ReplyList.objects.update(cursor_at=later)
        look()
        assert row_of(scene, session).state == "confirmed"
        ReplyList.objects.update(receipts_due_at=SYSTEM_CLOCK.now(), cursor_at=later)
        look()
        assert row_of(scene, session).state == "read"
        captures = Capture.objects.filter(is_read=True).count()
        ReplyList.objects.update(receipts_due_at=SYSTEM_CLOCK.now())
        look()
        assert Capture.objects.filter(is_read=True).count() == captures, "what is known is not kept again"


def test_a_platform_in_trouble_is_left_alone_and_nothing_is_skipped(scene: Scene) -> None:
    if scene.place.platform is Platform.LAZADA:
        return
    session = scene.contact()
    scene.push_in()
    look()
    before = ReplyList.objects.get().cursor_at
    scene.says(session, "ok")
    scene.push_in(but=is_message)
    scene.place.sim.set_faults({"kind": "http_5xx", "status": 503})
    look()
    mine = ReplyList.objects.get()
    assert (mine.cursor_at, mine.tries, mine.leased_until) == (before, 1, None)
    assert mine.due_at > SYSTEM_CLOCK.now()
    assert mine.failed_with != ""
    scene.place.sim.set_faults({"kind": "http_429", "retry_after": 120.0})
    look()
    assert ReplyList.objects.get().due_at >= SYSTEM_CLOCK.now() + timedelta(seconds=100), "until the platform says"
    scene.place.sim.set_faults()
    look()
    assert scene.buyers_words() == ["ok"]
    assert (ReplyList.objects.get().tries, ReplyList.objects.get().failed_with) == (0, "")


def test_of_two_workers_one_reads_a_list_and_a_lost_ones_lease_runs_out(scene: Scene) -> None:
    if scene.place.platform is Platform.LAZADA:
        return
    scene.contact()
    scene.push_in()
    look()
    ReplyList.objects.update(due_at=SYSTEM_CLOCK.now(), leased_until=SYSTEM_CLOCK.now() + timedelta(minutes=1))
    calls = len(scene.place.sim.calls())
    assert read_lists(clock=SYSTEM_CLOCK) == 0
    assert len(scene.place.sim.calls()) == calls
    ReplyList.objects.update(leased_until=SYSTEM_CLOCK.now())
    assert read_lists(clock=SYSTEM_CLOCK) == 1


def test_long_after_the_storm_nobody_is_listened_to_any_more(scene: Scene) -> None:
    scene.contact()
    scene.push_in()
    look()
    later = MovableClock(SYSTEM_CLOCK.now() + timedelta(days=20))
    RollOut.objects.update(state="done", ended_at=SYSTEM_CLOCK.now())
    ReplyList.objects.update(due_at=SYSTEM_CLOCK.now())
    assert read_lists(clock=later) == 0


def test_a_message_the_seller_sent_by_hand_settles_the_row_a_person_named_it_for(scene: Scene) -> None:
    """Nothing came of a send; a person sent the very words in Seller Center and names the message."""
    if scene.place.platform is not Platform.SHOPEE:
        return
    session = scene.sample()
    scene.push_in()
    look()
    row = row_of(scene, session)
    other = Recipient.objects.exclude(pk=row.pk).filter(state="waiting").first()
    assert other is not None
    desk = scene.storm.desk
    conversation = scene.place.sim.set_conversation(scene.place.store, other.order.platform_order_id)
    Recipient.objects.filter(pk=other.pk).update(state="needs_person", session_id=conversation, attempts=1)
    spoiled = scene.place.sim.seller_says(conversation, "other words")
    scene.wait()
    sent = scene.place.sim.seller_says(conversation, other.text.replace(" ", "  "))
    scene.wait()
    assert told_as_sent(other.pk, message_id=sent["message_id"], by=desk.agent, clock=SYSTEM_CLOCK, why="seen") is False
    look()
    other.refresh_from_db()
    assert (other.state, other.platform_message_id) == ("confirmed", sent["message_id"])
    Recipient.objects.filter(pk=other.pk).update(state="needs_person", platform_message_id="", told_message_id="")
    with refused("settle_words_differ"):
        told_as_sent(other.pk, message_id=spoiled["message_id"], by=desk.agent, clock=SYSTEM_CLOCK, why="seen")
