"""A buyer who wants no more messages gets none: not of orders that wait, not in later plans, not from a seat."""

import pytest
from tests.answers.kit import STOP, Scene, a_scene, is_message, look, row_of
from tests.contracts.places import Place
from tests.kit.lazada_sim import PushSink
from tests.kit.refusals import refused

from seawall.inbox.api import ContactStop, Message
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, NotAllowed
from seawall.kernel.markets import Platform
from seawall.orders.api import Order
from seawall.outreach.api import Recipient, lift_stop
from seawall.outreach.contact import spare_waiting, stopped_orders
from seawall.outreach.sender.outcome import Outcome
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(place: Place, push_sink: PushSink) -> Scene:
    return a_scene(place, push_sink, orders=5)


def same_buyer(scene: Scene, *numbers: str) -> None:
    """These orders are one buyer's by what the export says."""
    Order.objects.filter(shop=scene.shop, platform_order_id__in=numbers).update(
        buyer_handle="lan.demo", phone="0812***34" if scene.place.platform is Platform.LAZADA else ""
    )


def sample_then_stop(scene: Scene, *, lost: bool = False) -> str:
    """The sample's buyer, who has two more orders, wants no more messages; gives the conversation."""
    session = scene.sample()
    scene.push_in()
    look()
    first = row_of(scene, session).order.platform_order_id
    others = [number for number in scene.orders if number != first][:2]
    same_buyer(scene, first, *others)
    scene.run()
    scene.says(session, STOP[scene.place.platform])
    if lost:
        scene.push_in(but=is_message)
        look()
    else:
        scene.push_in()
    return session


@pytest.mark.parametrize("lost", [False, True], ids=["pushed", "found by looking"])
def test_a_stop_ends_contact_for_every_order_of_that_buyer_at_once(scene: Scene, lost: bool) -> None:
    sample_then_stop(scene, lost=lost)
    message = Message.objects.get(speaker="buyer")
    assert (message.intent, message.intent_source) == ("opt_out", "rules")
    rows = Recipient.objects.filter(state="left_out")
    assert [row.reason_code for row in rows] == ["buyer_opted_out"] * 2
    entry = Entry.objects.get(verb="contact.stop")
    assert (entry.after["count"], entry.actor_role) == (2, "system")

    scene.deliver()
    assert len(scene.place.sim.messages(from_="seller")) == 3, "the sample and the two other buyers"
    assert scene.states().get("left_out") == 2


def test_the_same_word_handled_twice_stops_once_and_a_lifted_stop_stays_lifted(scene: Scene) -> None:
    sample_then_stop(scene)
    desk, stop = scene.storm.desk, ContactStop.objects.get()
    with pytest.raises(InvalidInput):
        lift_stop(stop.pk, by=desk.lead, clock=SYSTEM_CLOCK, why=" ")
    with pytest.raises(NotAllowed):
        lift_stop(stop.pk, by=desk.agent, clock=SYSTEM_CLOCK, why="they called us")
    lift_stop(stop.pk, by=desk.lead, clock=SYSTEM_CLOCK, why="the buyer called and asked to be told")
    with refused("stop_lifted_already"):
        lift_stop(stop.pk, by=desk.lead, clock=SYSTEM_CLOCK, why="again")

    look()
    scene.push_in()
    assert ContactStop.objects.filter(lifted_at__isnull=True).count() == 0
    assert ContactStop.objects.get().lifted_why == "the buyer called and asked to be told"


def test_what_is_in_flight_is_told_truthfully_and_what_comes_back_stays(place: Place, push_sink: PushSink) -> None:
    scene = a_scene(place, push_sink, orders=4, same_buyer=True)
    session = scene.sample()
    scene.push_in()
    look()
    scene.run()
    flying = scene.claimed()
    assert len(flying) == 3
    sent = scene.send(flying[:1])
    scene.says(session, STOP[place.platform])
    scene.push_in()
    # One had left before the stop was known: the ledger says so. The worker gives the others back.
    scene.write_down(sent)
    scene.write_down([Outcome(claim=row, event="release", at=SYSTEM_CLOCK.now()) for row in flying[1:]])
    scene.deliver()
    assert len(place.sim.messages(from_="seller")) == 2
    counts = scene.states()
    assert counts.pop("left_out") == 2
    assert sum(counts.values()) == 2
    assert set(Recipient.objects.filter(state="left_out").values_list("reason_code", flat=True)) == {"buyer_opted_out"}


def test_a_row_that_comes_back_to_waiting_after_the_stop_is_left_out(scene: Scene) -> None:
    session = sample_then_stop(scene)
    row = Recipient.objects.filter(state="waiting").first()
    assert row is not None
    Recipient.objects.filter(pk=row.pk).update(session_id=session)
    assert spare_waiting(clock=SYSTEM_CLOCK) == 1
    row.refresh_from_db()
    assert (row.state, row.reason_code) == ("left_out", "buyer_opted_out")


def test_a_later_plan_leaves_the_buyer_out_until_the_stop_is_lifted(scene: Scene) -> None:
    sample_then_stop(scene)
    stop = ContactStop.objects.get()
    orders = set(Order.objects.filter(shop=scene.shop).values_list("pk", flat=True))
    team = scene.shop.team_id
    assert len(stopped_orders(team, orders, {scene.shop.pk})) == 3
    lift_stop(stop.pk, by=scene.storm.desk.lead, clock=SYSTEM_CLOCK, why="called us")
    assert stopped_orders(team, orders, {scene.shop.pk}) == frozenset()
