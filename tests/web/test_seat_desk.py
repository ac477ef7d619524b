"""The seat desk as a browser without scripts gets it: forms sent twice, by the wrong person, with anything in them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.kit.by_hand import a_shot, batch, rolling_by_hand
from tests.kit.storm import Desk, Storm, a_storm, bring
from tests.web.conftest import client_of

from seawall.evidence.api import Screenshot
from seawall.evidence.screenshot_files import MAX_BYTES
from seawall.inbox.api import Conversation, Message
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient, copy_words, settle_by_person
from seawall.shops.api import Connection
from seawall.tenancy.api import Actor

pytestmark = pytest.mark.django_db


def a_file(content: bytes, name: str = "shot.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=kind)


@pytest.fixture
def storm(desk: Desk) -> Storm:
    """A storm by hand that runs; its agent has nothing in hand."""
    return rolling_by_hand(desk, orders=5)


def click_storm(desk: Desk) -> Storm:
    made = a_storm(desk, orders=4)
    Connection.objects.update(mode="click")
    return bring(made, "sampling")


def test_one_buyer_after_another_without_any_script(desk: Desk, storm: Storm) -> None:
    browser = client_of(desk.agent)
    assert "4 messages wait for a seat." in browser.get("/seats/").content.decode()
    assert browser.post("/seats/take/").status_code == 302
    page = browser.get("/seats/")
    row = page.context["row"]
    assert row.text in page.content.decode().replace('<mark class="seat-value">', "").replace("</mark>", "")
    assert "{" not in page.context["gloss"]
    assert row.order.platform_order_id in page.context["gloss"]

    assert browser.post(f"/seats/{row.pk}/copy/")["Location"] == f"/seats/?at={row.pk}"
    answer = browser.post(f"/seats/{row.pk}/sent/", {"seen": row.text_sha256, "picture": a_file(a_shot())})
    assert answer.status_code == 302
    assert browser.get(answer["Location"]).context["row"].pk != row.pk
    row.refresh_from_db()
    assert (row.state, row.pressed_by_id) == ("sent_by_hand", desk.agent.membership_id)
    case = browser.get(f"/incidents/{storm.incident.code}/cases/{row.case_id}/").content.decode()
    assert "Real screenshot" in case
    shot = Screenshot.objects.get(recipient=row)
    kept = browser.get(f"/incidents/{storm.incident.code}/screenshots/{shot.sha256}/")
    assert kept["Content-Disposition"].startswith("attachment")
    assert b"".join(kept.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    kept.close()


def test_a_form_sent_twice_counts_once(desk: Desk, storm: Storm) -> None:
    browser, row, shot = client_of(desk.agent), batch(storm, desk.agent)[0], a_shot()
    for _ in range(2):
        browser.post(f"/seats/{row.pk}/copy/")
    answers = [
        browser.post(f"/seats/{row.pk}/sent/", {"seen": row.text_sha256, "picture": a_file(shot)}).status_code
        for _ in range(2)
    ]
    assert answers == [302, 302]
    assert Screenshot.objects.filter(recipient=row).count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><script>alert(1)</script></html>", "its content does"),
        (b"x" * (MAX_BYTES + 1), "larger than 10 MB"),
        (b"", "no file|empty"),
    ],
    ids=["html named png", "too large", "empty"],
)
def test_what_is_no_screenshot_is_refused_in_words(desk: Desk, storm: Storm, content: bytes, words: str) -> None:
    browser, row = client_of(desk.agent), batch(storm, desk.agent)[0]
    answer = browser.post(f"/seats/{row.pk}/sent/", {"seen": row.text_sha256, "picture": a_file(content)})
    assert answer.status_code == 422
    assert any(each in answer.content.decode() for each in words.split("|"))
    assert client_of(desk.agent).post(f"/seats/{row.pk}/sent/", {"seen": row.text_sha256}).status_code == 422
    row.refresh_from_db()
    assert row.state == "waiting"


def test_other_words_say_that_the_message_left_the_seat(desk: Desk, storm: Storm) -> None:
    browser, row = client_of(desk.agent), batch(storm, desk.agent)[0]
    answer = browser.post(f"/seats/{row.pk}/sent/", {"seen": "0" * 64, "picture": a_file(a_shot())})
    assert answer.status_code == 409
    assert "left your seat" in answer.content.decode()
    assert "Nothing was changed" not in answer.content.decode()


def test_a_key_press_of_a_click_storm(desk: Desk) -> None:
    storm = click_storm(desk)
    browser = client_of(desk.agent)
    browser.post("/seats/take/")
    row = browser.get("/seats/").context["row"]
    assert "Your key press sends it" in browser.get("/seats/").content.decode()
    assert browser.post(f"/seats/{row.pk}/press/", {"seen": row.text_sha256}).status_code == 302
    row.refresh_from_db()
    assert row.pressed_by_id == desk.agent.membership_id
    assert storm.incident.pk == row.incident_id


def test_giving_back_says_what_a_person_must_look_for(desk: Desk, storm: Storm) -> None:
    browser, rows = client_of(desk.agent), batch(storm, desk.agent)
    copy_words(rows[0].pk, by=desk.agent, clock=SYSTEM_CLOCK)
    page = browser.post("/seats/give-back/", follow=True).content.decode()
    assert "3 messages given back." in page
    assert "1 was copied" in page


def test_out_of_reach_needs_its_reason(desk: Desk, storm: Storm) -> None:
    browser, row = client_of(desk.agent), batch(storm, desk.agent)[0]
    assert browser.post(f"/seats/{row.pk}/unreachable/", {"why": " "}).status_code == 409
    assert browser.post(f"/seats/{row.pk}/unreachable/", {"why": "chat is closed"}).status_code == 302
    row.refresh_from_db()
    assert row.reason_params == {"why": "chat is closed"}


def test_a_question_to_the_lead_takes_the_message_out_of_the_seat(desk: Desk, storm: Storm) -> None:
    browser, row = client_of(desk.agent), batch(storm, desk.agent)[0]
    assert browser.post(f"/seats/{row.pk}/ask-lead/", {"why": " "}).status_code == 409
    assert browser.post(f"/seats/{row.pk}/ask-lead/", {"why": "he asks for two coupons"}).status_code == 302
    assert browser.post(f"/seats/{row.pk}/ask-lead/", {"why": "once more"}).status_code == 409
    row.refresh_from_db()
    assert (row.state, row.reason_code, row.reason_params) == (
        "needs_person", "seat_asked_lead", {"why": "he asks for two coupons"},
    )  # fmt: skip
    assert row.pk not in {each.pk for each in browser.get("/seats/").context["seat"].rows}
    settle_by_person(row.pk, "not_at_platform", by=desk.lead, clock=SYSTEM_CLOCK, why="no coupons; write as approved")
    browser.post("/seats/take/")
    assert row.pk in {each.pk for each in browser.get("/seats/").context["seat"].rows}


def test_a_pressed_message_is_past_asking(desk: Desk) -> None:
    storm = click_storm(desk)
    row = batch(storm, desk.agent)[0]
    browser = client_of(desk.agent)
    browser.post(f"/seats/{row.pk}/press/", {"seen": row.text_sha256})
    assert browser.post(f"/seats/{row.pk}/ask-lead/", {"why": "wait"}).status_code == 409
    page = browser.get("/seats/")
    assert "pressed, about to leave" in page.content.decode()
    assert (page.context["seat"].done, page.context["seat"].an_hour) == (1, 0), "one is no pace"


def test_the_card_shows_what_was_said_before_and_marks_what_was_filled_in(desk: Desk, storm: Storm) -> None:
    row = batch(storm, desk.agent)[0]
    now = SYSTEM_CLOCK.now()
    chat = Conversation.objects.create(team_id=row.team_id, shop_id=row.order.shop_id, session_id="early")
    Message.objects.create(
        team_id=row.team_id, conversation=chat, message_id="m", speaker="buyer", text="Where is my lamp?", kind="text",
        sent_at=now, received_at=now, recipient=row,
    )  # fmt: skip
    page = client_of(desk.agent).get(f"/seats/?at={row.pk}")
    assert "Where is my lamp?" in page.content.decode()
    marked = f'<mark class="seat-value">{row.order.platform_order_id}</mark>'
    assert marked in page.content.decode()
    assert "".join(piece for piece, _ in page.context["words"]) == row.text


ACTS = ("press", "copy", "not-sent", "sent", "unreachable", "ask-lead")


def tried(by: Actor, row: Recipient) -> set[int]:
    browser = client_of(by)
    return {
        browser.post(
            f"/seats/{row.pk}/{act}/", {"seen": row.text_sha256, "why": "x", "picture": a_file(a_shot())}
        ).status_code
        for act in ACTS
    }


def test_a_rival_finds_nobody_and_another_seat_may_not(desk: Desk, rival: Desk, storm: Storm) -> None:
    row = batch(storm, desk.agent)[0]
    assert tried(rival.agent, row) == {404}
    assert tried(desk.lead, row) == {409}
    assert tried(desk.auditor, row) == {403}
    assert client_of(rival.agent).get("/seats/").context["row"] is None
    assert client_of(rival.agent).get(f"/seats/?at={row.pk}").context["row"] is None
    for nobody in (desk.auditor, desk.approver):
        assert client_of(nobody).get("/seats/").status_code == 403
    row.refresh_from_db()
    assert (row.state, row.copied_at) == ("waiting", None)
