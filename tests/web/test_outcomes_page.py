"""The list of what did not simply arrive, and the acts on it: by a click, twice, by the wrong person, out of turn."""

from collections.abc import Callable

import pytest
from tests.kit.storm import Desk, Storm, answer, block, confirm, deliver, hand_to_person, lose_sight, reject
from tests.web.conftest import client_of

from seawall.inbox.api import Conversation
from seawall.incidents.commands import roll_out as commands
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def storm(storm_at: Callable[..., Storm]) -> Storm:
    """In full swing: three refused, one filtered, two with a person, one unknown."""
    storm = storm_at("rolling_out")
    reject(storm, 3)
    deliver(storm, 1)
    block(storm, 1)
    hand_to_person(storm, 2)
    lose_sight(storm, 1)
    return storm


def page(storm: Storm, query: str = "", *, language: str = "en") -> str:
    found = client_of(storm.desk.lead, language=language).get(f"/incidents/{storm.incident.code}/outcomes/{query}")
    assert found.status_code == 200
    return found.content.decode()


def act(storm: Storm, row: Recipient, who: object = None, **form: str) -> int:
    browser = client_of(who or storm.desk.agent)  # type: ignore[arg-type]  # an actor of the desk
    return browser.post(f"/incidents/{storm.incident.code}/outcomes/{row.pk}/", form).status_code


def with_person(storm: Storm) -> Recipient:
    found = Recipient.objects.filter(incident=storm.incident, state="needs_person").first()
    assert found is not None
    return found


def test_what_needs_somebody_stands_first_with_the_reason_in_words(storm: Storm) -> None:
    shown = page(storm)
    assert 'data-tab="to_settle">3<' in shown
    assert 'data-tab="rejected">3<' in shown
    assert 'data-tab="all">7<' in shown
    assert "Tried 1 times without a clear answer; a person must look." in shown
    refused = page(storm, "?show=rejected")
    assert "BUYER_BLOCKED" in refused
    assert "the buyer has blocked this shop" in refused
    number = with_person(storm).order.platform_order_id
    assert number not in refused
    assert number in page(storm, f"?show=all&q={number}")
    assert "No order fits" in page(storm, "?show=all&q=zzz")
    assert "次仍无明确结果" in page(storm, language="zh-hans") or "需要人工" in page(storm, language="zh-hans")


def test_an_agent_leaves_an_order_out_and_says_why(storm: Storm) -> None:
    row = with_person(storm)
    assert act(storm, row, act="leave_out", why="the buyer cancelled by phone") == 302
    row.refresh_from_db()
    assert (row.state, row.reason_params) == ("left_out", {"why": "the buyer cancelled by phone"})
    entry = Entry.objects.get(verb="outreach.settle")
    assert (entry.why, entry.actor_role) == ("the buyer cancelled by phone", "agent")
    assert act(storm, row, act="leave_out", why="the buyer cancelled by phone") == 409, "sent twice, done once"
    assert Entry.objects.filter(verb="outreach.settle").count() == 1
    assert "A person decided: the buyer cancelled by phone" in page(storm, "?show=left_out")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"act": "leave_out", "why": "  "}, 409), ({"act": "not_at_platform", "why": ""}, 409),
        ({"act": "told", "message_id": "", "why": "x"}, 422), ({"act": "told", "message_id": "m1", "why": ""}, 409),
        ({"act": "told", "message_id": "m" * 121, "why": "x"}, 422), ({"act": "acknowledged", "why": "x"}, 400),
        ({}, 400),
    ],
)  # fmt: skip
def test_forms_that_say_too_little_or_something_unknown_change_nothing(
    storm: Storm, form: dict[str, str], status: int
) -> None:
    row, before = with_person(storm), Entry.objects.count()
    assert act(storm, row, **form) == status
    row.refresh_from_db()
    assert (row.state, row.told_message_id, Entry.objects.count()) == ("needs_person", "", before)


def test_who_may_not_settle_is_refused(storm: Storm, rival: Desk) -> None:
    row = with_person(storm)
    for who, status in ((storm.desk.auditor, 403), (storm.desk.approver, 403), (rival.lead, 404)):
        for form in ({"act": "leave_out", "why": "x"}, {"act": "look"}, {"act": "told", "message_id": "m", "why": "x"}):
            assert act(storm, row, who, **form) == status
    row.refresh_from_db()
    assert row.state == "needs_person"


def test_sending_again_is_refused_where_nothing_goes_out_any_more(storm: Storm) -> None:
    row = with_person(storm)
    commands.pause(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    assert act(storm, row, act="not_at_platform", why="looked in Seller Center") == 302
    row.refresh_from_db()
    assert row.state == "waiting", "a paused roll-out goes on"
    other = with_person(storm)
    commands.stop(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, why="enough")
    assert act(storm, other, act="not_at_platform", why="looked in Seller Center") == 409
    other.refresh_from_db()
    assert other.state == "needs_person"


def test_an_unknown_one_is_looked_up_at_once_when_asked(storm: Storm) -> None:
    row = Recipient.objects.get(incident=storm.incident, state="unknown")
    Recipient.objects.filter(pk=row.pk).update(look_up_after=None)
    assert act(storm, row, act="look") == 302
    row.refresh_from_db()
    assert row.look_up_after is not None
    assert row.state == "unknown"


def test_one_given_up_is_looked_up_once_more_and_never_sent_by_that(storm: Storm) -> None:
    row = with_person(storm)
    assert act(storm, row, act="look") == 302
    row.refresh_from_db()
    assert (row.state, row.looked_up) == ("unknown", 0)


def test_a_named_message_settles_nothing_until_the_platforms_record_shows_those_words(storm: Storm) -> None:
    row = with_person(storm)
    Recipient.objects.filter(pk=row.pk).update(session_id="1_2_777_1_103")
    assert act(storm, row, act="told", message_id="m-hand-1", why="seen in Seller Center") == 302
    row.refresh_from_db()
    assert (row.state, row.told_message_id, row.platform_message_id) == ("needs_person", "m-hand-1", "")
    assert Conversation.objects.filter(session_id="1_2_777_1_103", look_after__isnull=False).count() <= 1


def test_rows_of_answers_and_of_the_ledger_are_counted_not_kept(storm: Storm) -> None:
    deliver(storm, 2)
    confirm(storm, 2)
    answer(storm, 1)
    assert 'data-tab="to_settle">3<' in page(storm)
