"""The answers inbox: who waits, who answers, what may be said; and that two people never answer the same buyer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.kit.storm import Desk, Storm, a_storm, answer, bring, confirm, deliver
from tests.web.conftest import client_of

from seawall.connectors.contracts import ChatMessage, Speaker
from seawall.inbox.api import HELD_FOR, Conversation, Message, Note, TakeNext, store_message, take_next
from seawall.incidents.models import Compensation, FactsSheet
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.api import Recipient, correct_answer
from seawall.tenancy.api import Membership
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

ANGRY = "ร้านแย่มาก โกรธมาก หลอกลวงลูกค้า"
STOP = "อย่าส่งข้อความมาอีก ไม่ต้องติดต่อมาแล้ว"


@pytest.fixture
def storm(desk: Desk) -> Storm:
    """A storm that runs, with three buyers who ask for their money and one who is angry."""
    made = bring(a_storm(desk, orders=12), "rolling_out")
    deliver(made, 8)
    confirm(made, 8)
    answer(made, 3)
    answer(made, 1, ANGRY)
    return made


def of(storm: Storm, *, intent: str = "") -> Conversation:
    rows = Conversation.objects.filter(asked__recipient__incident=storm.incident)
    found = (rows.filter(asked__intent=intent) if intent else rows).order_by("pk").first()
    assert found is not None
    return found


def test_the_list_counts_and_narrows_on_the_server(desk: Desk, storm: Storm) -> None:
    browser = client_of(desk.agent)
    page = browser.get("/inbox/")
    assert page.context["counts"] == {
        "waiting": 4, "mine": 0, "unassigned": 4, "overdue": 0, "person": 1, "all": 4,
    }  # fmt: skip
    assert len(page.context["lines"]) == 4
    assert all(line.left for line in page.context["lines"]), "each knows until when"
    for query, number in (
        ("intent=angry_complaint", 1), ("lang=th", 4), ("lang=vi", 0), ("show=mine", 0), ("show=person", 1),
        (f"storm={storm.incident.code}", 4), ("storm=S-9999", 0), ("intent=nonsense", 4), ("show=nonsense", 4),
        (f"q={of(storm).asked.recipient.order.platform_order_id}", 1), ("page=999", 4), ("page=-1", 4),
    ):  # fmt: skip
        assert len(browser.get(f"/inbox/?{query}").context["lines"]) == number, query


def test_the_stricter_clock_drives_and_doubt_is_shown(desk: Desk, storm: Storm) -> None:
    conversation = of(storm)
    assert conversation.reply_by is not None
    assert conversation.waits_since is not None
    assert conversation.reply_rule
    assert timedelta(0) < conversation.reply_by - conversation.waits_since < timedelta(hours=50)
    page = client_of(desk.agent).get(f"/inbox/{conversation.pk}/").content.decode()
    assert conversation.reply_rule in page
    Conversation.objects.filter(pk=conversation.pk).update(
        reply_by=SYSTEM_CLOCK.now() - timedelta(minutes=5), reply_must_check=True
    )
    page = client_of(desk.agent).get("/inbox/?show=overdue")
    assert page.context["counts"]["overdue"] == 1
    assert "check with the platform" in page.content.decode()


def test_two_agents_never_hold_the_same_buyer(desk: Desk, storm: Storm) -> None:
    conversation = of(storm)
    assert client_of(desk.agent).post(f"/inbox/{conversation.pk}/take/").status_code == 302
    assert client_of(desk.agent).post(f"/inbox/{conversation.pk}/take/").status_code == 302, "twice takes once"
    assert Entry.objects.filter(verb="inbox.take").count() == 1
    second = client_of(desk.lead).post(f"/inbox/{conversation.pk}/take/")
    assert second.status_code == 409
    assert f"{desk.agent.name} has this buyer" in second.content.decode()
    seen = client_of(desk.lead).get(f"/inbox/{conversation.pk}/").content.decode()
    assert f"{desk.agent.name} has this buyer" in seen
    conversation.refresh_from_db()
    assert conversation.holder_id == desk.agent.membership_id
    assert client_of(desk.agent).post(f"/inbox/{conversation.pk}/hand-back/").status_code == 302
    assert client_of(desk.lead).post(f"/inbox/{conversation.pk}/take/").status_code == 302
    assert client_of(desk.agent).post(f"/inbox/{conversation.pk}/hand-back/").status_code == 409, "not theirs to give"


def test_a_silent_holder_may_be_relieved(desk: Desk, storm: Storm) -> None:
    conversation = of(storm)
    client_of(desk.lead).post(f"/inbox/{conversation.pk}/take/")
    Conversation.objects.filter(pk=conversation.pk).update(held_at=SYSTEM_CLOCK.now() - HELD_FOR)
    assert "may be taken over" in client_of(desk.agent).get(f"/inbox/{conversation.pk}/").content.decode()
    assert client_of(desk.agent).post(f"/inbox/{conversation.pk}/take/").status_code == 302
    conversation.refresh_from_db()
    assert conversation.holder_id == desk.agent.membership_id


def test_the_next_buyer_is_one_whose_language_i_speak(desk: Desk, storm: Storm) -> None:
    member = Membership.objects.get(pk=desk.agent.membership_id)
    member.languages = ["vi"]
    member.save()
    assert take_next(TakeNext(), by=desk.agent, clock=SYSTEM_CLOCK) is None
    member.languages = ["vi", "th"]
    member.save()
    got = [take_next(TakeNext(), by=each, clock=SYSTEM_CLOCK) for each in (desk.agent, desk.lead) * 2]
    assert len({each.pk for each in got if each}) == 4, "each of four calls gets another"
    assert take_next(TakeNext(), by=desk.lead, clock=SYSTEM_CLOCK) is None
    assert "Nobody waits" in client_of(desk.agent).post("/inbox/next/", follow=True).content.decode()


def test_the_next_asked_for_twice_by_one_form_is_one(desk: Desk, storm: Storm) -> None:
    browser = client_of(desk.agent)
    shown = {"holds": browser.get("/inbox/").context["holds"]}
    first, again = (browser.post("/inbox/next/", shown)["Location"] for _ in range(2))
    assert first == again
    assert Conversation.objects.filter(holder_id=desk.agent.membership_id).count() == 1
    shown = {"holds": browser.get(first).context["holds"]}
    assert browser.post("/inbox/next/", shown)["Location"] != first


def test_the_lead_gives_a_buyer_to_somebody_unless_another_was_quicker(desk: Desk, storm: Storm) -> None:
    conversation, lead = of(storm), client_of(desk.lead)
    path, agent = f"/inbox/{conversation.pk}/assign/", desk.agent.membership_id
    assert client_of(desk.agent).post(path, {"member": agent}).status_code == 403
    assert lead.post(path, {"member": desk.auditor.membership_id}).status_code == 409
    assert lead.post(path, {"member": "x"}).status_code == 404
    client_of(desk.admin).post(f"/inbox/{conversation.pk}/take/")
    assert lead.post(path, {"member": agent, "seen": ""}).status_code == 409, "the lead saw it free"
    assert lead.post(path, {"member": agent, "seen": desk.admin.membership_id}).status_code == 302
    conversation.refresh_from_db()
    assert conversation.holder_id == agent


def test_a_note_stays_inside(desk: Desk, storm: Storm) -> None:
    conversation, browser = of(storm), client_of(desk.agent)
    before = Recipient.objects.count(), Message.objects.count()
    for _ in range(2):
        assert browser.post(f"/inbox/{conversation.pk}/note/", {"text": "she calls at six"}).status_code == 302
    assert Note.objects.filter(conversation=conversation).count() == 1, "a form sent twice"
    assert (Recipient.objects.count(), Message.objects.count()) == before
    assert "she calls at six" in browser.get(f"/inbox/{conversation.pk}/").content.decode()
    for text in (" ", "x" * 1001):
        assert browser.post(f"/inbox/{conversation.pk}/note/", {"text": text}).status_code == 422
    assert client_of(desk.auditor).post(f"/inbox/{conversation.pk}/note/", {"text": "x"}).status_code == 403


def test_prepared_answers_are_in_the_buyers_language_and_name_the_order(desk: Desk, storm: Storm) -> None:
    conversation = of(storm, intent="wants_refund_now")
    page = client_of(desk.agent).get(f"/inbox/{conversation.pk}/")
    prepared = page.context["prepared"]
    assert prepared[0].is_for_intent
    number = page.context["row"].order.platform_order_id
    assert all(number in each.text and "{" not in each.text for each in prepared)
    assert "คำสั่งซื้อ" in prepared[0].text
    assert number in prepared[0].gloss
    words = page.content.decode()
    assert "Seawall does not send replies yet" in words


def test_no_words_are_offered_for_a_buyer_who_wants_none(desk: Desk, storm: Storm) -> None:
    answer(storm, 1, STOP)
    conversation = of(storm, intent="opt_out")
    page = client_of(desk.agent).get(f"/inbox/{conversation.pk}/")
    assert "do not write" in page.content.decode()
    assert "prepared" not in page.context


def test_an_unchanged_inbox_answers_with_nothing_and_a_new_word_comes(desk: Desk, storm: Storm) -> None:
    conversation, browser = of(storm), client_of(desk.agent)
    path = f"/inbox/{conversation.pk}/"
    seen = browser.get(path).context["signature"]
    asked = {"HX-Request": "true"}
    assert browser.get(path, {"seen": seen}, headers=asked).status_code == 204
    answer(storm, 4, "แล้วคูปองล่ะคะ")
    fresh = browser.get(path, {"seen": seen}, headers=asked)
    assert fresh.status_code == 200
    assert 'id="inbox-list" hx-swap-oob="true"' in fresh.content.decode()
    assert fresh.context["counts"]["waiting"] == 8


def test_a_reply_of_the_shop_ends_the_waiting_whatever_comes_first(desk: Desk, storm: Storm) -> None:
    conversation = of(storm)
    assert conversation.waits_since is not None

    def said(number: int, speaker: Speaker, seconds: int, *, is_auto_reply: bool = False) -> None:
        message = ChatMessage(
            session_id=conversation.session_id, message_id=f"r{number}", buyer_id="", speaker=speaker, text="…",
            kind="text", sent_at=waited + timedelta(seconds=seconds), is_recalled=False, blocked_note="", raw={},
            is_auto_reply=is_auto_reply,
        )  # fmt: skip
        store_message(
            message, team_id=conversation.team_id, shop_id=conversation.shop_id, recipient_id=None,
            received_at=SYSTEM_CLOCK.now(),
        )  # fmt: skip
        conversation.refresh_from_db()

    waited = conversation.waits_since
    said(1, Speaker.SELLER, 5, is_auto_reply=True)
    assert conversation.waits_since == waited, "a machine answers nobody"
    said(2, Speaker.BUYER, 20)
    assert conversation.waits_since == waited
    said(3, Speaker.SELLER, 10)
    assert conversation.waits_since == waited + timedelta(seconds=20)
    said(4, Speaker.SELLER, 30)
    assert (conversation.waits_since, conversation.reply_by) == (None, None)
    said(5, Speaker.BUYER, 25)
    assert conversation.waits_since is None, "an older word that comes late was answered"


def the_seller_allows(storm: Storm, **offers: str) -> None:
    """As if the attested sheet had offered so much per order."""
    FactsSheet.objects.filter(incident=storm.incident).update(compensation=offers)


def test_compensation_stays_within_what_the_seller_allows(desk: Desk, storm: Storm) -> None:
    the_seller_allows(storm, THB="60.00")
    conversation, browser = of(storm), client_of(desk.agent)
    path = f"/inbox/{conversation.pk}/"

    def give(amount: str, reference: str, key: str) -> int:
        said = {"amount": amount, "reference": reference, "key": key}
        return browser.post(f"{path}give/", said).status_code

    assert [give("40", "V-1", "k1"), give("40", "V-1", "k1")] == [302, 302], "a form sent twice gives once"
    assert Compensation.objects.count() == 1
    page = browser.get(path)
    assert page.context["allowance"].left == 20
    assert "40.00 of 60.00 given" in page.content.decode()
    refused = browser.post(f"{path}give/", {"amount": "20.01", "reference": "V-2", "key": "k2"})
    assert refused.status_code == 409
    assert "20.00 THB is left" in refused.content.decode()
    for amount in ("", "0", "-5", "1,000", "5.555", "NaN", "1e3", "٥", "9" * 30):
        assert give(amount, "V-3", f"a{amount}") == 422, amount
    assert give("5", " ", "k4") == 422
    assert give("5", "V-1", "k5") == 409, "one voucher is given once"
    assert give("20", "V-6", "k6") == 302
    assert Entry.objects.filter(verb="compensation.give").count() == 2
    assert "inbox-give" not in browser.get(path).content.decode(), "nothing is left"


def test_nothing_is_given_where_the_facts_offer_nothing(desk: Desk, storm: Storm) -> None:
    the_seller_allows(storm, VND="50000.00")
    path = f"/inbox/{of(storm).pk}/give/"
    assert client_of(desk.agent).post(path, {"amount": "1", "reference": "V", "key": "k"}).status_code == 409
    assert not Compensation.objects.exists()


def test_the_storms_ceiling_holds_over_all_orders(desk: Desk, storm: Storm) -> None:
    the_seller_allows(storm, THB="60.00")
    FactsSheet.objects.filter(incident=storm.incident).update(ceiling_amount=70, ceiling_currency="THB")
    browser = client_of(desk.agent)
    first, second = Conversation.objects.order_by("pk")[:2]
    said = {"amount": "60", "reference": "V", "key": "k"}
    assert browser.post(f"/inbox/{first.pk}/give/", said).status_code == 302
    assert browser.post(f"/inbox/{second.pk}/give/", said).status_code == 409
    assert browser.get(f"/inbox/{second.pk}/").context["allowance"].left == 10


def test_a_corrected_reading_moves_the_buyer_in_the_list(desk: Desk, storm: Storm) -> None:
    conversation, browser = of(storm, intent="angry_complaint"), client_of(desk.agent)
    assert conversation.needs_person
    correct_answer(conversation.asked_id or 0, "asks_status", by=desk.agent, clock=SYSTEM_CLOCK)
    conversation.refresh_from_db()
    assert (conversation.asked_intent, conversation.needs_person) == ("asks_status", False)
    assert browser.get("/inbox/").context["counts"]["person"] == 0
    assert len(browser.get("/inbox/?intent=asks_status").context["lines"]) == 1


ACTS = ("take", "hand-back", "assign", "note", "give")


def test_a_rival_finds_nobody_and_who_only_reads_changes_nothing(desk: Desk, rival: Desk, storm: Storm) -> None:
    conversation = of(storm)
    given = {"text": "x", "amount": "1", "reference": "V", "key": "k", "member": str(rival.agent.membership_id)}
    for member in (rival.admin, rival.lead):
        browser = client_of(member)
        assert browser.get(f"/inbox/{conversation.pk}/").status_code == 404
        assert {browser.post(f"/inbox/{conversation.pk}/{act}/", given).status_code for act in ACTS} == {404}
        assert browser.get("/inbox/").context["counts"]["all"] == 0
        assert browser.get(f"/inbox/?storm={storm.incident.code}").context["lines"] == []
        assert take_next(TakeNext(), by=member, clock=SYSTEM_CLOCK) is None
    assert client_of(desk.lead).post(f"/inbox/{conversation.pk}/assign/", given).status_code == 404
    reader = client_of(desk.auditor)
    assert reader.get(f"/inbox/{conversation.pk}/").status_code == 200
    assert {reader.post(f"/inbox/{conversation.pk}/{act}/", given).status_code for act in ACTS} == {403}
    for path in ("/inbox/", f"/inbox/{conversation.pk}/"):
        assert client_of(desk.approver).get(path).status_code == 403
    conversation.refresh_from_db()
    assert (conversation.holder_id, Note.objects.count()) == (None, 0)


def test_the_number_of_queries_does_not_grow_with_the_list(desk: Desk, storm: Storm) -> None:
    browser, path = client_of(desk.agent), f"/inbox/{of(storm).pk}/"
    browser.get(path)

    def queries(where: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            browser.get(where)
        return len(caught)

    few = queries("/inbox/"), queries(path)
    answer(storm, 4)
    assert (queries("/inbox/"), queries(path)) == few
    assert few[0] <= 7
    assert few[1] <= 19
