"""Pushes come in any order, twice and late: the ledger ends the same, and claims what the records prove, no more."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kit.lazada_calls import call, signed
from tests.kit.lazada_sim import LazadaSim, PushSink, SimStore
from tests.pushes.kit import (
    Push,
    a_play,
    approve_and_start,
    arrives,
    grades,
    left_over,
    of_kind,
    own,
    sealed_grades,
    states,
    undone,
    written,
)

from seawall.connectors.contracts import EventKind
from seawall.evidence.api import Capture
from seawall.inbox.models import Conversation, Message
from seawall.outreach.api import Recipient
from seawall.shops.api import credentials_of

pytestmark = pytest.mark.django_db

Act = Callable[[], None]


class Talk:
    """Two messages to one buyer, who answered the first, then read the second; nothing is handled yet but that the
    first message's answer is known (it was the sample, and the seller approved it)."""

    def __init__(self, sim: LazadaSim, sink: PushSink) -> None:
        self.play = play = a_play(sim, sink)
        (first,) = play.send(play.claim())
        written([first])()
        approve_and_start(play)
        play.wait()
        sim.buyer_says(play.session, "ok ka")
        play.wait()
        (second,) = play.send(play.claim())
        play.wait()
        sim.buyer_reads(play.session)
        pushes = play.pushes()
        self.first, self.second = first, second
        self.own_first, self.own_second = own(pushes, first.message_id), own(pushes, second.message_id)
        (self.answer,) = [p for p in of_kind(pushes, EventKind.MESSAGE) if p not in (self.own_first, self.own_second)]
        self.reading = of_kind(pushes, EventKind.SESSION)[-1]
        self.acts: dict[str, Act] = {
            "own 1": arrives(self.own_first), "answer": arrives(self.answer), "sent 2": written([second]),
            "own 2": arrives(self.own_second), "read": arrives(self.reading),
        }  # fmt: skip
        self.orders = list(states(play))
        # Rows leave by rank; which order number went first is the plan's affair.
        one = Recipient.objects.get(platform_message_id=first.message_id)
        self.one = one.order.platform_order_id
        (self.two,) = [number for number in self.orders if number != self.one]

    def ends(self) -> tuple[str, str]:
        """How the two orders stand in the ledger; the records must say the same."""
        found = states(self.play)
        assert {number: state for number, state in found.items() if state != "blocked"} == {
            number: grade for number, grade in grades(self.play).items() if grade != "none"
        }
        assert left_over() == []
        return found[self.one], found[self.two]


@pytest.fixture
def talk(db: None, lazada_sim: LazadaSim, push_sink: PushSink) -> Talk:
    return Talk(lazada_sim, push_sink)


def test_every_order_of_arrival_ends_the_same_and_the_pack_can_be_sealed(talk: Talk) -> None:
    for count, order in enumerate(permutations(talk.acts)):
        with undone():
            for name in order:
                talk.acts[name]()
            assert talk.ends() == ("answered", "read"), order
            if count % 6 == 0:
                assert sealed_grades(talk.play) == {"answered": 1, "read": 1}, order


def test_at_no_moment_of_any_order_does_the_ledger_claim_more_than_is_proved(talk: Talk) -> None:
    ranks = {"none": 0, "acknowledged": 1, "confirmed": 2, "read": 3, "answered": 4}
    for order in list(permutations(talk.acts))[::5]:
        with undone():
            for name in order:
                talk.acts[name]()
                proved = grades(talk.play)
                for number, state in states(talk.play).items():
                    assert ranks.get(state, 0) <= ranks[proved[number]], (order, name)


def test_a_pack_can_be_sealed_after_every_single_step(talk: Talk) -> None:
    for order in (tuple(talk.acts), tuple(reversed(talk.acts))):
        with undone():
            for name in order:
                talk.acts[name]()
                sealed_grades(talk.play)


def late_filter(push: Push) -> Push:
    """The platform's filter takes a message it had shown: the same message, now with a note."""
    return push.changed(process_msg="Sensitive words")


def recalled(push: Push) -> Push:
    """The message was taken back in Seller Center."""
    return push.changed(status="1")


@pytest.mark.parametrize("change", [late_filter, recalled], ids=["filtered", "recalled"])
def test_a_message_taken_away_is_no_proof_whenever_the_news_of_it_comes(
    talk: Talk, change: Callable[[Push], Push]
) -> None:
    talk.acts["taken away 1"] = arrives(change(talk.own_first))
    talk.acts["taken away 2"] = arrives(change(talk.own_second))
    reasons: dict[object, str] = {late_filter: "filtered_by_platform", recalled: "recalled_at_platform"}
    for count, order in enumerate(list(permutations(talk.acts))[::211]):
        with undone():
            for name in order:
                talk.acts[name]()
            assert talk.ends() == ("blocked", "blocked"), order
            assert set(Recipient.objects.values_list("reason_code", flat=True)) == {reasons[change]}
            if count % 10 == 0:
                assert sealed_grades(talk.play) == {"none": 2}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_repeats_and_words_that_prove_nothing_change_nothing(talk: Talk, data: st.DataObject) -> None:
    """Beside the five: each push again, an auto-reply and a recalled word of the buyer, an older read position."""
    extra: dict[str, Act] = {
        "own 1 again": talk.acts["own 1"], "own 2 again": talk.acts["own 2"], "answer again": talk.acts["answer"],
        "read again": talk.acts["read"],
        "auto-reply": arrives(later(talk, "auto", auto_reply="true")),
        "recalled word": arrives(later(talk, "gone", status="1")),
        "older position": arrives(talk.reading.changed(to_position=1)),
    }  # fmt: skip
    acts = talk.acts | extra
    order = data.draw(st.permutations(list(acts)))
    with undone():
        for name in order:
            acts[name]()
        assert talk.ends() == ("answered", "read"), order
        assert Message.objects.filter(speaker="buyer").count() == 3
        assert Message.objects.filter(speaker="seller").count() == 2
        assert Conversation.objects.count() == 1


def later(talk: Talk, message_id: str, **changes: Any) -> Push:
    """A further push of the buyer, after everything else."""
    at = int(talk.reading.event.data["to_position"]) + 5000
    return talk.answer.changed(message_id=message_id, send_time=at, **changes)


def test_the_buyers_word_in_the_same_instant_as_ours_is_no_answer(talk: Talk) -> None:
    sent_at = talk.own_second.event.data["send_time"]
    same = talk.answer.changed(message_id="b1", send_time=sent_at)
    for order in permutations(["own 2", "sent 2", "same"]):
        with undone():
            for name in order:
                (talk.acts | {"same": arrives(same)})[name]()
            assert states(talk.play)[talk.two] in ("confirmed", "read")
            assert talk.ends()[1] == "confirmed"
            sealed_grades(talk.play)


def test_a_read_position_is_kept_as_the_push_said_it(talk: Talk) -> None:
    """A push with an older position, coming late, is no record of the newer one."""
    older = talk.reading.changed(to_position=talk.own_first.event.data["send_time"])
    for act in (talk.acts["read"], arrives(older), talk.acts["own 1"]):
        act()
    for capture in Capture.objects.filter(is_read=True):
        assert str(round(capture.platform_time.timestamp() * 1000)) in capture.body  # type: ignore[union-attr]


def test_a_real_recall_at_the_simulator_takes_the_proof_away(talk: Talk, lazada_sim: LazadaSim) -> None:
    for act in talk.acts.values():
        act()
    connection = talk.play.storm.shops[0].connections.get(is_active=True)
    shop = SimStore(
        seller_id=connection.platform_seller_id, site="th", refresh_token="", base_url="",
        access_token=credentials_of(connection).access_token,
    )  # fmt: skip
    query = signed(shop, "/im/message/recall", session_id=talk.play.session, message_id=talk.first.message_id)
    assert call(lazada_sim, "/im/message/recall", query=query)["success"] is True
    for push in talk.play.pushes():
        arrives(push)()
    assert talk.ends() == ("blocked", "read")
    assert Message.objects.get(message_id=talk.first.message_id).is_recalled
    assert sealed_grades(talk.play) == {"none": 1, "read": 1}


def test_what_each_push_does_by_itself(talk: Talk, lazada_sim: LazadaSim) -> None:
    assert states(talk.play) == {talk.one: "acknowledged", talk.two: "claimed"}
    talk.acts["sent 2"]()
    assert talk.ends() == ("acknowledged", "acknowledged")
    talk.acts["own 1"]()
    assert talk.ends() == ("confirmed", "acknowledged")
    talk.acts["answer"]()
    assert talk.ends() == ("answered", "acknowledged")
    stored = Message.objects.get(speaker="buyer")
    assert (stored.text, stored.conversation.session_id) == ("ok ka", talk.play.session)
    assert stored.recipient == Recipient.objects.get(platform_message_id=talk.first.message_id)
    talk.acts["read"]()
    assert talk.ends() == ("answered", "acknowledged")
    talk.acts["own 2"]()
    assert talk.ends() == ("answered", "read")
    conversation = Conversation.objects.get()
    assert conversation.buyer_read_up_to is not None
    assert lazada_sim.summary()["duplicates"] == 0
