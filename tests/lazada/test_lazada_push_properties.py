"""Whatever order, however often and in whatever envelope Lazada's pushes come: what is stored is the same."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.kit.lazada_calls import call, signed
from tests.kit.lazada_sim import LazadaSim, PushSink, SimStore
from tests.pushes.kit import (
    Play,
    Push,
    a_play,
    approve_and_start,
    handle_all,
    left_over,
    states,
    undone,
    written,
)
from tests.pushes.kit import signed as signed_push

from seawall.connectors.contracts import EventKind
from seawall.connectors.lazada.api import parse
from seawall.connectors.models import ReceivedEvent
from seawall.inbox.models import Conversation, Message
from seawall.shops.api import credentials_of

RARE = settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
"""An example is fifty pushes stored and handled: few of them, and none spent on shrinking."""

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
bodies = st.dictionaries(st.text(min_size=1, max_size=8).filter(lambda n: n not in {"message", "message_id"}), values,
                         max_size=6)  # fmt: skip


def envelope(kind: int, data: object, *, stamp: int = 1_750_000_001, site: str = "lazada_th") -> dict[str, Any]:
    return {"seller_id": "100000001", "message_type": kind, "data": data, "timestamp": stamp, "site": site}


def packed(body: object, *, is_sorted: bool = False, is_ascii: bool = True) -> bytes:
    text = json.dumps(body, sort_keys=is_sorted, ensure_ascii=is_ascii, indent=2 if is_sorted else None)
    return text.encode("utf-8", "surrogatepass" if is_ascii else "replace")


class TestNames:
    """What the unique index is on."""

    @given(data=bodies, kind=st.sampled_from([0, 1, 8, 10, 13, 14, 19, 21, 46]), stamp=st.integers(1, 2**40))
    def test_a_redelivery_has_the_same_name_whatever_became_of_its_envelope(
        self, data: dict[str, Any], kind: int, stamp: int
    ) -> None:
        first = parse(packed(envelope(kind, data)))
        again = parse(
            packed(envelope(kind, dict(reversed(data.items())), stamp=stamp, site="LAZADA-TH"), is_sorted=True)
        )
        assert again.external_id == first.external_id
        as_text = parse(packed(envelope(kind, json.dumps(data)))) if data else first
        assert as_text.external_id == first.external_id

    @given(data=bodies, name=st.text(min_size=1, max_size=8), kind=st.sampled_from([0, 10, 14, 19]))
    def test_another_content_or_kind_has_another_name(self, data: dict[str, Any], name: str, kind: int) -> None:
        first = parse(packed(envelope(kind, data)))
        changed = {**data, f"{name}_new": "something else"}
        assert parse(packed(envelope(kind, changed))).external_id != first.external_id
        assert parse(packed(envelope(21, data))).external_id != first.external_id
        other_shop = {**envelope(kind, data), "seller_id": "100000002"}
        assert parse(packed(other_shop)).external_id != first.external_id

    @given(status=st.sampled_from(["0", "1"]), note=st.text(max_size=10), extra=st.text(max_size=10))
    def test_a_message_is_named_by_its_state_not_by_what_else_stands_in_it(
        self, status: str, note: str, extra: str
    ) -> None:
        data = {"session_id": "1_2_3_1_103", "message_id": "m1", "status": status, "process_msg": note}
        first = parse(packed(envelope(2, data)))
        assert parse(packed(envelope(2, {"message": {**data, "content": extra}}))).external_id == first.external_id
        recalled = {**data, "status": "1" if status == "0" else "0"}
        assert parse(packed(envelope(2, recalled))).external_id != first.external_id


class Story:
    """Two orders of one buyer: told of, answered, read; one message taken back; a courier fails; the goods come back;
    the buyer asks to cancel. All that Lazada pushed of it."""

    def __init__(self, sim: LazadaSim, sink: PushSink) -> None:
        self.play = play = a_play(sim, sink)
        (first,) = play.send(play.claim())
        written([first])()
        approve_and_start(play)
        play.wait()
        sim.buyer_says(play.session, "ok ka")
        play.wait()
        (second,) = play.send(play.claim())
        written([second])()
        play.wait()
        sim.buyer_reads(play.session)
        shop = self._shop()
        recall = signed(shop, "/im/message/recall", session_id=play.session, message_id=first.message_id)
        assert call(sim, "/im/message/recall", query=recall)["success"] is True
        order_id = states(play).popitem()[0]
        sim.send_couriers(shop, "failed", order_ids=[order_id])
        sim.ask_to_return(shop, order_id)
        sim.ask_to_cancel(shop, order_id)
        sim.advance(8 * 86_400)
        sim.until(lambda: sim.summary()["plans_pending"] == 0)
        self.pushes = play.pushes()
        with undone():
            self.expected = self.after(self.pushes)

    def _shop(self) -> SimStore:
        connection = self.play.storm.shops[0].connections.get(is_active=True)
        token = credentials_of(connection).access_token
        seller_id = connection.platform_seller_id
        return SimStore(seller_id=seller_id, site="th", access_token=token, refresh_token="", base_url="")

    def after(self, pushes: Sequence[Push]) -> dict[str, Any]:
        """Everything stored once these pushes have arrived and were handled, in this order."""
        for push in pushes:
            push.arrive()
        handle_all()
        assert left_over() == []
        return stored(self.play)


def stored(play: Play) -> dict[str, Any]:
    events = ReceivedEvent.objects.values_list("kind", "external_id", "seller_id", "failed_with")
    messages = Message.objects.values_list(
        "conversation__session_id", "message_id", "speaker", "text", "kind", "sent_at", "is_recalled", "blocked_note",
        "is_auto_reply", "recipient__order__platform_order_id",
    )  # fmt: skip
    # The buyer's account too: a conversation first seen by a read position gets it from the first message.
    conversations = Conversation.objects.values_list(
        "session_id", "buyer_id", "buyer_read_up_to", "last_message_at", "last_buyer_message_at"
    )
    return {
        "events": sorted(events),
        "messages": sorted(messages, key=repr),
        "conversations": sorted(conversations, key=repr),
        "ledger": states(play),
    }


def redelivered(push: Push, stamp: int) -> Push:
    """The same event again, as Lazada may send it: a later time stamp, keys in another order, another spelling."""
    body = json.loads(push.body)
    data = dict(reversed(body.pop("data").items()))
    return signed_push({**dict(reversed(body.items())), "timestamp": stamp, "data": data})


@pytest.fixture
def story(db: None, lazada_sim: LazadaSim, push_sink: PushSink) -> Story:
    return Story(lazada_sim, push_sink)


@pytest.mark.django_db
class TestStored:
    def test_the_story_holds_pushes_of_every_kind(self, story: Story) -> None:
        kinds = {push.event.kind for push in story.pushes}
        wanted = {EventKind.MESSAGE, EventKind.SESSION, EventKind.ORDER, EventKind.PARCEL, EventKind.REVERSE}
        assert kinds == wanted

    @RARE
    @given(data=st.data())
    def test_any_order_any_repeats_and_any_envelope_leave_the_same(self, story: Story, data: st.DataObject) -> None:
        repeats = data.draw(st.lists(st.sampled_from(story.pushes), max_size=15), label="repeats")
        stamps = st.integers(1_750_000_000, 1_990_000_000)
        again = [redelivered(push, data.draw(stamps)) for push in repeats]
        arrivals = data.draw(st.permutations([*story.pushes, *again]), label="arrivals")
        with undone():
            assert story.after(arrivals) == story.expected

    @RARE
    @given(data=st.data())
    def test_handled_between_arrivals_or_all_at_once_makes_no_difference(
        self, story: Story, data: st.DataObject
    ) -> None:
        arrivals = data.draw(st.permutations(story.pushes))
        with undone():
            for push in arrivals:
                push.arrive()
                if data.draw(st.booleans()):
                    handle_all()
            assert story.after(story.pushes) == story.expected
