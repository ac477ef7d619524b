"""The script studio as a lead, an agent and a seller meet it, by plain requests: shows, checks, saves, refuses."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.kit.rollout import CAUSES
from tests.kit.storm import Desk, Storm, a_storm, bring, with_facts
from tests.web.conftest import client_of

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import Language
from seawall.orders.models import Order, Parcel
from seawall.outreach.api import Approval, RollOut
from seawall.scripts.models import ScriptVersion
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

StormAt = Callable[..., Storm]
ASKS = "Please cancel your order {order_id}."


def url(storm: Storm, rest: str = "") -> str:
    return f"/incidents/{storm.incident.code}/script/{rest}"


def fields_of(browser: Client, storm: Storm, **changes: str) -> dict[str, str]:
    """What a browser would send from the page as it stands."""
    context = browser.get(url(storm)).context
    fields = {"seen": str(context["draft"].seen), "from": context["draft"].begun_from}
    for view in context["views"]:
        fields |= {f"text-{view.language.value}": view.text, f"gloss-{view.language.value}": view.gloss}
    return fields | {name.replace("_", "-"): words for name, words in changes.items()}


def versions(storm: Storm) -> list[int]:
    return list(
        ScriptVersion.objects.filter(incident=storm.incident).order_by("number").values_list("number", flat=True)
    )


def test_a_storm_without_a_script_begins_with_the_library_in_its_own_languages(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=3, markets=("TH", "VN")), "facts")
    page = client_of(desk.lead).get(url(storm))
    assert [each.language.value for each in page.context["needed"]] == ["th", "vi"]
    assert [each.language.value for each in page.context["others"]] == ["en", "id", "ms", "fil"]
    assert [each.orders for each in page.context["needed"]] == [3, 3]
    assert page.context["draft"].begun_from == "library:standard"
    assert page.context["blocked"] == 0
    text = page.content.decode()
    assert "Save as v1" in text
    assert "No version is saved yet." in text
    assert "When do I get my money back?" in text


def test_another_tone_of_the_library_is_taken_and_an_unknown_one_refused(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("facts")
    browser = client_of(desk.lead)
    short = browser.get(url(storm), {"from": "library:short"})
    longest = browser.get(url(storm)).context["needed"][0]
    assert len(short.context["needed"][0].text) < len(longest.text)
    assert browser.get(url(storm), {"from": "library:songs"}).status_code == 404
    for odd in ("v9", "v99999999999999999999"):
        assert browser.get(url(storm), {"from": odd}).status_code == 404
    for odd in ("x", "library", "library:a:b:c", "vx", "library:refused:short"):
        assert browser.get(url(storm), {"from": odd}).status_code in (404, 422), odd


def test_a_saved_text_is_a_new_version_and_the_old_one_stays_as_it_was(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("facts")
    browser = client_of(desk.lead)
    first = browser.post(url(storm), fields_of(browser, storm) | {"act": "save"})
    assert first["Location"] == url(storm, "versions/1/")
    old = ScriptVersion.objects.get(incident=storm.incident).texts.get(language="th").text
    changed = old.replace("ขอบคุณที่เข้าใจค่ะ", "ขอบพระคุณค่ะ")
    assert changed != old
    second = browser.post(url(storm), fields_of(browser, storm, text_th=changed) | {"act": "save"}, follow=True)
    assert versions(storm) == [1, 2]
    page = second.content.decode()
    assert "Saved and frozen as v2." in page
    assert "<del>" in page
    assert "<ins>" in page
    assert "1 text changed" in page
    assert ScriptVersion.objects.get(incident=storm.incident, number=1).texts.get(language="th").text == old
    entries = Entry.objects.filter(incident_id=storm.incident.pk, verb="script.submit")
    assert entries.count() == 2
    assert storm.refresh().state == "script_ready"


def test_a_second_press_saves_nothing_twice(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("facts")
    browser = client_of(desk.lead)
    fields = fields_of(browser, storm) | {"act": "save"}
    assert browser.post(url(storm), fields)["Location"] == browser.post(url(storm), fields)["Location"]
    assert versions(storm) == [1]
    assert Entry.objects.filter(incident_id=storm.incident.pk, verb="incident.script_ready").count() == 1


def test_saving_the_words_that_stand_takes_no_approval_back(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("approved")
    browser = client_of(desk.lead)
    answer = browser.post(url(storm), fields_of(browser, storm) | {"act": "save", "voids": "yes"}, follow=True)
    assert "Nothing changed: v1 stands." in answer.content.decode()
    assert storm.refresh().state == "approved"
    assert Approval.objects.get(roll_out__incident=storm.incident).voided_at is None


def test_an_edit_after_the_approval_says_what_falls_and_needs_the_box(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("approved")
    browser = client_of(desk.lead)
    page = browser.get(url(storm)).content.decode()
    assert "takes back the plan and the approval given by north-seller_approver" in page
    fields = fields_of(browser, storm)
    fields["text-en"] += " Thank you again."
    refused = browser.post(url(storm), fields | {"act": "save"})
    assert refused.status_code == 422
    assert "Thank you again." in refused.content.decode()
    assert storm.refresh().state == "approved"
    saved = browser.post(url(storm), fields | {"act": "save", "voids": "yes"})
    assert saved.status_code == 302
    assert storm.refresh().state == "script_ready"
    assert Approval.objects.get(roll_out__incident=storm.incident).voided_at is not None
    assert set(RollOut.objects.filter(incident=storm.incident).values_list("state", flat=True)) == {"void"}


def test_a_changed_gloss_is_a_change_the_seller_must_see(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("approved")
    browser = client_of(desk.lead)
    fields = fields_of(browser, storm, gloss_th="完全不同的说明") | {"act": "save", "voids": "yes"}
    page = browser.post(url(storm), fields, follow=True)
    assert versions(storm) == [1, 2]
    assert "gloss changed" in page.content.decode()
    assert storm.refresh().state == "script_ready"


def test_a_text_that_asks_to_cancel_is_refused_and_kept_with_its_finding(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("facts")
    browser = client_of(desk.lead)
    fields = fields_of(browser, storm, text_en=ASKS)
    answer = browser.post(url(storm), fields | {"act": "save"})
    assert answer.status_code == 409
    assert versions(storm) == []
    page = answer.content.decode()
    assert "Not saved." in page
    assert ASKS in page
    assert '<mark class="lint">Please cancel</mark>' in page
    assert "CRIT-01" in page
    mend = re.findall(r'name="act" value="(mend:en:[^"]+)"', page)[0]
    mended = browser.post(url(storm), fields | {"act": mend}).context
    (english,) = [each for each in mended["views"] if each.language.value == "en"]
    assert english.text == (
        "Order {order_id} will be closed through the platform; there is nothing you need to do. Any questions, just "
        "reply here."
    )
    assert english.found == []
    stale = browser.post(url(storm), fields | {"act": mend, "text-en": "Dear buyer of {order_id}, hello."})
    assert "That finding is gone" in stale.content.decode()
    assert mended["draft"].is_unsaved


def test_whoever_was_overtaken_is_told_and_loses_nothing(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("facts")
    one, other = client_of(desk.lead), client_of(desk.admin)
    mine = fields_of(one, storm)
    mine["text-en"] += " We mean it."
    other.post(url(storm), fields_of(other, storm) | {"act": "save"})
    answer = one.post(url(storm), mine | {"act": "save"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "north-admin saved v1 while you were writing from v0" in page
    assert "We mean it." in page
    assert versions(storm) == [1]
    again = mine | {"act": "save", "seen": str(answer.context["draft"].seen)}
    assert one.post(url(storm), again)["Location"] == url(storm, "versions/2/")


@pytest.mark.parametrize("stage", ["opened", "written"])
def test_before_the_facts_are_attested_one_writes_and_checks_but_does_not_save(
    stage: str, desk: Desk, storm_at: StormAt
) -> None:
    storm = storm_at(stage)
    browser = client_of(desk.lead)
    page = browser.get(url(storm))
    assert "saving waits for the seller" in page.content.decode()
    assert re.search(r'value="save" data-save disabled', page.content.decode())
    answer = browser.post(url(storm), fields_of(browser, storm) | {"act": "save"})
    assert answer.status_code == 409
    assert versions(storm) == []


def test_once_the_roll_out_runs_words_are_read_only(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    browser = client_of(desk.lead)
    page = browser.get(url(storm)).content.decode()
    assert "its words can no longer be changed" in page
    assert "<textarea" not in page
    assert 'lang="th"' in page
    fields = {"seen": "1"} | {
        f"text-{row.language}": f"{row.text} ."
        for row in ScriptVersion.objects.get(incident=storm.incident).texts.all()
    }
    assert browser.post(url(storm), fields | {"act": "save"}).status_code == 409
    assert versions(storm) == [1]


@pytest.mark.parametrize("role", ["agent", "approver", "auditor"])
def test_who_may_not_write_reads(role: str, desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("planned")
    browser = client_of(getattr(desk, role))
    page = browser.get(url(storm))
    assert page.status_code == 200
    assert "<textarea" not in page.content.decode()
    assert "Save as" not in page.content.decode()
    assert browser.get(url(storm, "versions/1/")).status_code == 200
    for act in ("save", "check", "mend:en:asks_to_cancel:0:1"):
        assert browser.post(url(storm), {"act": act}).status_code == 403
    assert browser.post(url(storm, "lint/"), {"lang": "th", "text-th": "x"}).status_code == 403
    assert versions(storm) == [1]


def test_the_live_check_finds_measures_and_compares_one_language(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("planned")
    browser = client_of(desk.lead)
    before = Entry.objects.count()
    part = browser.post(url(storm, "lint/"), {"lang": "th", "text-th": "กรุณายกเลิกคำสั่งซื้อ {order_id} ด้วยค่ะ"})
    page = part.content.decode()
    assert "<html" not in page
    view = part.context["view"]
    assert (view.blocked, view.orders) == (1, 30)
    assert 'data-start="0"' in page
    assert "changed since v1" in page
    assert Entry.objects.count() == before


def test_lengths_are_counted_with_the_longest_values_of_the_orders(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=4, markets=("MY",)), "facts")
    browser = client_of(desk.lead)

    def meter(text: str, lang: str = "ms") -> tuple[int | None, int, int]:
        part = browser.post(url(storm, "lint/"), {"lang": lang, f"text-{lang}": text})
        (found,) = part.context["view"].meters
        return found.length, found.possible, found.limit

    assert meter("No. {order_id}.") == (len("No. 88001122330000."), len("No. .") + 20, 1000)
    order = Order.objects.filter(shop=storm.shops[0]).first()
    assert order is not None
    order.lines = [{"title": "Kotak makanan kaca", "quantity": 1}]
    order.ordered_at = SYSTEM_CLOCK.now() - timedelta(days=1)
    order.save()
    assert meter("{item}") == (len("Kotak makanan kaca"), 30, 1000)
    order.lines = [{"title": "Kotak makanan kaca besar sekali untuk seisi keluarga", "quantity": 1}]
    order.save()
    length, possible, _limit = meter("{item}")
    assert length is not None
    assert len("Kotak makanan kaca") < length <= possible == 30
    assert meter("{tracking_number}")[0] is None
    Parcel.objects.create(team_id=order.team_id, order=order, tracking_number="MY260503114477S")
    assert meter("{tracking_number}")[0] == len("MY260503114477S")
    part = browser.post(url(storm, "lint/"), {"lang": "ms", "text-ms": "{tracking_number}"})
    assert part.context["view"].lacks == [("tracking_number", 3)]
    assert meter("{compensation}")[0] is None
    part = browser.post(url(storm, "lint/"), {"lang": "ms", "text-ms": "{order_id} {compensation}"})
    assert part.context["view"].lacks == [("compensation", 4)], "no offer stands on the sheet"
    assert "4 orders have no value for “compensation”" in part.content.decode()
    assert "to look at" in part.content.decode()


def test_a_cause_too_long_for_its_place_is_told_before_the_plan_refuses_it(desk: Desk) -> None:
    storm = a_storm(desk, orders=2, markets=("MY",))
    with_facts(storm, cause_by_language={**CAUSES, Language.MS: "kontena " * 12})
    part = client_of(desk.lead).post(url(storm, "lint/"), {"lang": "ms", "text-ms": "{order_id}: {cause}."})
    assert "at most 80 fit" in part.content.decode()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"lang": "xx"}, 422),
        ({}, 422),
        ({"lang": "th", "text-th": "ก" * 4001}, 422),
        ({"lang": "th", "text-th": "{order_id} \ud83d"}, 200),
        ({"lang": "th", "text-th": "\x00 {order_id}"}, 400),
        ({"lang": "th", "text-th": "{" * 3000}, 200),
        ({"lang": "th"}, 200),
    ],
)
def test_odd_texts_are_refused_in_words_or_checked(
    fields: dict[str, str], status: int, desk: Desk, storm_at: StormAt
) -> None:
    storm = storm_at("planned")
    safe = {name: words.encode("utf-8", "replace").decode() for name, words in fields.items()}
    assert client_of(desk.lead).post(url(storm, "lint/"), safe).status_code == status


@pytest.mark.parametrize("act", ["", "burn", "mend:", "mend:xx:1", "mend:zh-Hant:a:1:2", "mend:en", "mend:en:a:b:c:d"])
def test_odd_acts_change_nothing(act: str, desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("planned")
    assert client_of(desk.lead).post(url(storm), {"act": act}).status_code in (200, 422)
    assert versions(storm) == [1]


def test_two_versions_are_compared_as_asked(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("facts")
    browser = client_of(desk.lead)
    for words in ("", " One.", " Two."):
        fields = fields_of(browser, storm)
        fields["text-en"] = fields["text-en"].replace(" One.", "") + words
        assert browser.post(url(storm), fields | {"act": "save"}).status_code == 302
    shown = browser.get(url(storm, "versions/3/"))
    assert shown.context["against"].number == 2
    assert browser.get(url(storm, "versions/3/"), {"with": "1"}).context["against"].number == 1
    assert browser.get(url(storm, "versions/1/")).context["against"] is None
    for odd in ("versions/4/", "versions/3/?with=9", "versions/99999999999/"):
        assert browser.get(url(storm, odd)).status_code == 404


def test_it_is_reached_from_the_room_and_the_board(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("facts")
    browser = client_of(desk.lead)
    assert f'href="{url(storm)}"' in browser.get(f"/incidents/{storm.incident.code}/").content.decode()
    assert f'href="{url(storm)}">Write</a>' in browser.get("/").content.decode()


def test_in_chinese_nothing_is_left_in_english(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("sample_sent")
    page = client_of(desk.lead, language="zh-hans").get(url(storm)).content.decode()
    for words in ("检查结果", "版本与批准", "买家会问什么", "中文原文", "订单号"):
        assert words in page, words
    for words in ("Check results", "Save as", "Gloss for", "Places", "to look at", "Begin from"):
        assert words not in page, words


def test_the_number_of_queries_does_not_grow_with_orders_or_versions(desk: Desk) -> None:
    def cost(storm: Storm, path: str = "") -> int:
        browser = client_of(desk.lead)
        browser.get(url(storm, path))
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url(storm, path)).status_code == 200
        return len(seen)

    small = bring(a_storm(desk, orders=2, markets=("TH",)), "planned")
    assert cost(small) <= 16
    assert cost(small, "versions/1/") <= 12
    browser = client_of(desk.lead)
    for words in (" 1.", " 2.", " 3."):
        fields = fields_of(browser, small)
        fields["text-en"] += words
        browser.post(url(small), fields | {"act": "save", "voids": "yes"})
    assert versions(small) == [1, 2, 3, 4]
    large = bring(a_storm(desk, orders=60, markets=("VN", "MY", "PH")), "planned")
    assert cost(small) == cost(large)
    with CaptureQueriesContext(connection) as seen:
        browser.post(url(large, "lint/"), {"lang": "vi", "text-vi": "{order_id}"})
    assert len(seen) <= 10
