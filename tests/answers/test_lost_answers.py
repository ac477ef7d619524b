"""A buyer's answer whose push is lost is found within the next round of looking, on every platform by its own rules."""

import pytest
from tests.answers.kit import Scene, a_scene, handle_all, is_message, look, row_of
from tests.contracts.places import Place
from tests.kit.lazada_sim import PushSink

from seawall.evidence.api import Capture
from seawall.kernel.markets import Platform

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
