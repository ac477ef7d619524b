"""What needs the member who looks: on the board, from every storm, by role; and comments that name people."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.kit.storm import Desk, Storm, a_storm, answer, bring, confirm, deliver, hand_to_person
from tests.web.conftest import client_of

from seawall.inbox.api import Message
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient
from seawall.tenancy.api import Actor
from seawall.timeline.api import COMMENT, Entry, Mention

pytestmark = pytest.mark.django_db

StormAt = Callable[..., Storm]


def needs(who: Actor) -> list[tuple[str, str, str]]:
    return [(each.kind, each.code, each.words) for each in client_of(who).get("/").context["needs"]]


def test_a_paused_roll_out_and_a_person_needed_stand_first(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=12), "rolling_out")
    assert [kind for kind, _, _ in needs(desk.lead)] == []
    hand_to_person(storm, 2)
    client_of(desk.lead).post("/incidents/S-0001/pause/")
    assert needs(desk.lead) == [
        ("paused", "S-0001", "Roll-out is paused"), ("person", "S-0001", "2 messages need a person"),
    ]  # fmt: skip
    assert [kind for kind, _, _ in needs(desk.agent)] == ["person"]
    assert [kind for kind, _, _ in needs(desk.approver)] == ["paused"]
    assert needs(desk.auditor) == []


def test_a_decision_waits_with_the_seller_and_reminds_the_desk(storm_at: StormAt, desk: Desk) -> None:
    storm_at("sample_sent")
    assert [kind for kind, _, _ in needs(desk.approver)] == ["decide"]
    assert needs(desk.lead) == [("remind", "S-0001", "Waits for the seller: Approve the sample, or send it back")]
    assert needs(desk.agent) == []


def test_the_next_step_of_the_lead_stands_among_the_needs(storm_at: StormAt, desk: Desk) -> None:
    storm_at("opened")
    assert needs(desk.lead) == [("step", "S-0001", "Write the facts sheet")]


def test_a_question_from_a_seat_is_told_to_who_may_settle_it(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=6), "rolling_out")
    hand_to_person(storm, 1)
    Recipient.objects.filter(state="needs_person").update(reason_code="seat_asked_lead", reason_params={"why": "?"})
    assert ("seat", "S-0001", "1 question from a seat") in needs(desk.lead)


def test_a_comment_names_a_member_until_it_is_seen_or_answered(desk: Desk) -> None:
    bring(a_storm(desk, orders=2), "opened")
    lead, agent = client_of(desk.lead), client_of(desk.agent)
    words = "@north-agent please look at the Thai replies"
    for _ in range(2):
        assert lead.post("/incidents/S-0001/comments/", {"words": words})["Location"] == "/incidents/S-0001/"
    assert Entry.objects.filter(verb=COMMENT).count() == 1
    assert needs(desk.agent) == [("mention", "S-0001", "north-lead names you")]
    assert "Thai replies" in agent.get("/").content.decode()
    assert "Thai replies" in agent.get("/incidents/S-0001/").content.decode()
    assert agent.post("/incidents/S-0001/comments/seen/")["Location"] == "/"
    assert needs(desk.agent) == []
    lead.post("/incidents/S-0001/comments/", {"words": "@north-agent and now?"})
    agent.post("/incidents/S-0001/comments/", {"words": "done, @north-lead"})
    assert needs(desk.agent) == []
    assert ("mention", "S-0001", "north-agent names you") in needs(desk.lead)


def test_a_name_inside_a_longer_one_names_nobody(desk: Desk) -> None:
    bring(a_storm(desk, orders=2), "opened")
    client_of(desk.lead).post("/incidents/S-0001/comments/", {"words": "@north-agents @north-lead 看一下"})
    assert not Mention.objects.exists()
    client_of(desk.lead).post("/incidents/S-0001/comments/", {"words": "@north-agent看一下"})
    assert Mention.objects.get().membership_id == desk.agent.membership_id


@pytest.mark.parametrize("words", ["", "   ", "x" * 1001])
def test_an_empty_or_endless_comment_is_refused(desk: Desk, words: str) -> None:
    bring(a_storm(desk, orders=2), "opened")
    assert client_of(desk.lead).post("/incidents/S-0001/comments/", {"words": words}).status_code == 422
    assert not Entry.objects.filter(verb=COMMENT).exists()


def test_a_seller_sees_no_comment_and_cannot_be_named(desk: Desk) -> None:
    bring(a_storm(desk, orders=2), "opened")
    client_of(desk.lead).post("/incidents/S-0001/comments/", {"words": "@north-seller_approver is slow"})
    assert not Mention.objects.exists()
    seller = client_of(desk.approver)
    for page in ("/incidents/S-0001/", "/incidents/S-0001/timeline/"):
        assert "is slow" not in seller.get(page).content.decode()
    assert "is slow" in client_of(desk.lead).get("/incidents/S-0001/timeline/").content.decode()
    assert seller.post("/incidents/S-0001/comments/", {"words": "x"}).status_code == 403


def test_a_rival_is_not_named_and_sees_nothing(desk: Desk, rival: Desk) -> None:
    bring(a_storm(desk, orders=2), "opened")
    client_of(desk.lead).post("/incidents/S-0001/comments/", {"words": "@south-lead @south-agent"})
    assert not Mention.objects.exists()
    assert needs(rival.lead) == []


def test_the_wave_counts_what_buyers_wrote_and_who_sits_at_a_seat(desk: Desk, rival: Desk) -> None:
    storm = bring(a_storm(desk, orders=12), "rolling_out")
    deliver(storm, 3)
    confirm(storm, 3)
    answer(storm, 3)
    now = SYSTEM_CLOCK.now()
    for number, hours in enumerate((0.5, 2.5, 13.0)):
        row = Message.objects.filter(speaker="buyer").order_by("pk")[number]
        Message.objects.filter(pk=row.pk).update(sent_at=now - timedelta(hours=hours))
    Recipient.objects.filter(state="answered").update(
        pressed_by=desk.agent.membership_id, pressed_at=now - timedelta(minutes=5)
    )
    wave = client_of(desk.lead).get("/").context["reply_wave"]
    assert [bar.count for bar in wave.bars] == [0] * 9 + [1, 0, 1]
    assert (wave.seats, wave.capacity, wave.missing) == (1, 30, 0)
    theirs = client_of(rival.lead).get("/").context["reply_wave"]
    assert (theirs.total, theirs.seats) == (0, 0)
    assert client_of(desk.approver).get("/").context["reply_wave"] is None
