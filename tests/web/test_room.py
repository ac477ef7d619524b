"""The board and the incident room: counted from the ledger, adding up, live, in both languages."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.kit.buyers import a_storm_of
from tests.kit.storm import (
    Desk,
    Storm,
    a_storm,
    answer,
    block,
    bring,
    confirm,
    deliver,
    hand_to_person,
    reject,
    tend_all,
)
from tests.web.conftest import client_of

from seawall.orders.models import Order
from seawall.outreach.api import Recipient

pytestmark = pytest.mark.django_db

StormAt = Callable[..., Storm]


def counts_on(page: str) -> dict[str, int]:
    import re

    return {key: int(n.replace(",", "")) for key, n in re.findall(r'data-count="(\w+)">([\d,]+)<', page)}


def test_the_bar_adds_up_to_all_orders_and_says_so(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out", orders=40, unconnected=7)
    deliver(storm, 20)
    confirm(storm, 12)
    answer(storm, 3)
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    assert counts_on(page) == {
        "known": 3, "delivered": 10, "accepted": 8, "by_hand": 0, "person": 0, "refused": 0, "unreachable": 7,
        "dropped": 0, "waiting": 19,
    }  # fmt: skip
    assert "sum = 47" in page
    assert '<b class="num t1">7</b> orders have no connection that may send' in page


def test_before_a_plan_every_order_waits(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("opened", orders=5)
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    assert counts_on(page)["waiting"] == 5
    assert "sum = 5" in page
    assert "No facts sheet yet" in page
    assert f'href="/incidents/{storm.incident.code}/facts/"' in page


def test_a_lost_ledger_row_turns_the_sum_red(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out", orders=5)
    row = Recipient.objects.filter(incident=storm.incident, state="waiting").first()
    assert row is not None
    row.delete()
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    assert "sum 4 ≠ 5 orders" in page
    assert "sum = " not in page
    assert "4 ≠ 5" in client_of(desk.lead).get("/").content.decode()


def test_htmx_gets_the_live_parts_only_until_the_state_changes(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    browser = client_of(desk.lead)
    url = f"/incidents/{storm.incident.code}/"
    whole = browser.get(url)
    assert 'hx-trigger="every 3s, refresh"' in whole.content.decode()
    seen = whole.context["signature"]
    part = browser.get(url, {"seen": seen}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert [f'id="{name}"' in part for name in ("sop", "outcomes", "lanes", "timeline", "poller", "facts")] == [
        True, True, True, True, True, False,
    ]  # fmt: skip
    browser.post(f"{url}pause/")
    after = browser.get(url, {"seen": seen}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="facts"' in after
    assert 'id="actions"' in after


def test_nothing_polls_before_there_is_anything_to_watch(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("planned")
    assert "data-poll" not in client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    bring(a_storm(desk, orders=2, markets=("MY",)), "sampling")
    assert "data-poll" in client_of(desk.lead).get("/incidents/S-0002/").content.decode()


def test_an_automatic_pause_explains_itself_in_the_card(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    deliver(storm, 10)
    confirm(storm, 6)
    block(storm, 4)
    tend_all()
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    assert "Paused by itself: the platform filtered 4 of the last 10" in page
    assert f'action="/incidents/{storm.incident.code}/resume/"' in page


def test_each_step_says_who_and_when(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    steps = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").context["steps"]
    assert [step.look for step in steps] == ["done"] * 5 + ["now", "todo", "todo"]
    assert [step.entry.actor_name if step.entry else "" for step in steps] == [
        "north-seller_approver", "north-lead", "north-lead", "Seawall", "north-seller_approver", "north-lead", "", "",
    ]  # fmt: skip


def test_a_step_that_fell_is_a_number_again_with_a_note(desk: Desk, storm_at: StormAt) -> None:
    from tests.kit.storm import the_facts

    from seawall.incidents.commands.write_facts import write_facts
    from seawall.kernel.clock import SYSTEM_CLOCK

    storm = storm_at("approved")
    write_facts(storm.incident, the_facts(remedy="另一种办法。"), by=desk.lead, clock=SYSTEM_CLOCK)
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/")
    steps = page.context["steps"]
    assert steps[0].look == "now"
    assert [step.is_undone for step in steps[1:5]] == [True, True, True, True]
    assert "fell" in page.content.decode()
    assert page.context["standing"] is None


def test_the_script_shows_each_language_with_gloss_and_length(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("planned")
    browser = client_of(desk.lead)
    page = browser.get(f"/incidents/{storm.incident.code}/", {"lang": "vi"})
    script = page.context["script"]
    assert script.chosen.language == "vi"
    assert [text.language for text in script.texts] == ["zh-Hans", "en", "id", "ms", "th", "vi", "fil"]
    assert '<div class="buyer" lang="vi">' in page.content.decode()
    assert all(0 < text.length <= 1000 and text.gloss for text in script.texts)
    thai = next(text for text in script.texts if text.language == "th")
    assert (thai.limit, thai.is_limit_ours, thai.is_used) == (1000, True, True)


def test_the_board_counts_and_names_the_next_step(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("sample_sent", orders=8, unconnected=2)
    context = client_of(desk.lead).get("/").context
    (card,) = context["storms"]
    assert card.tally.adds_up
    assert (card.tally.sum, card.tally.contacted) == (10, 1)
    assert (card.next_step.words, card.next_step.owner) == ("Approve the sample, or send it back", "seller_approver")
    assert context["numbers"]["unreachable"] == 2
    assert storm.incident.title in client_of(desk.approver).get("/").content.decode()


def test_cases_are_filtered_searched_and_cut_into_pages(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out", orders=60, unconnected=4)
    deliver(storm, 5)
    reject(storm, 2)
    hand_to_person(storm, 1)
    browser = client_of(desk.agent)
    url = f"/incidents/{storm.incident.code}/cases/"
    assert len(browser.get(url).context["rows"]) == 50
    assert len(browser.get(url, {"page": 2}).context["rows"]) == 14
    assert {row.state for row in browser.get(url, {"outcome": "refused"}).context["rows"]} == {"rejected"}
    assert len(browser.get(url, {"state": "needs_person"}).context["rows"]) == 1
    assert len(browser.get(url, {"platform": "shopee"}).context["rows"]) == 4
    assert len(browser.get(url, {"lang": "th", "shop": "LTH"}).context["rows"]) == 50
    (one,) = browser.get(url, {"q": "88001122330010"}).context["rows"]
    assert one.case.order.platform_order_id == "88001122330010"
    nothing = browser.get(url, {"q": "12"}).content.decode()
    assert "No order fits" in nothing
    assert "q=12" in nothing
    part = browser.get(url, {"outcome": "refused"}, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<section class="card" id="cases"')
    assert "the buyer has blocked this shop" in part


def test_a_case_names_the_orders_told_in_the_same_message(desk: Desk) -> None:
    storm = bring(a_storm_of(1, 3, desk=desk), "rolling_out")
    deliver(storm, 5)
    client = client_of(desk.auditor)
    rider, *others = Recipient.objects.filter(merged_sha256__gt="").order_by("-rides_with", "rank")
    page = client.get(f"/incidents/{storm.incident.code}/cases/{rider.case_id}/").content.decode()

    assert "In one message with" in page
    for each in others:
        assert f'/cases/{each.case_id}/">{each.order.platform_order_id}</a>' in page
    listed = client.get(f"/incidents/{storm.incident.code}/cases/").content.decode()
    assert listed.count("in one message with 2 other orders") == 3


def test_a_case_shows_words_tries_records_with_both_clocks_answers_and_grade(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("rolling_out")
    deliver(storm, 1)
    confirm(storm, 1)
    answer(storm, 1, "ขอบคุณค่ะ")
    row = Recipient.objects.filter(incident=storm.incident, state="answered").get()
    page = client_of(desk.agent).get(f"/incidents/{storm.incident.code}/cases/{row.case_id}/")
    text = page.content.decode()
    assert page.context["grade"].grade.value == "answered"
    assert 'lang="th">ขอบคุณค่ะ</div>' in text
    assert [each.source for each in page.context["captures"]] == ["answer", "push", "push"]
    assert "Platform’s clock" in text
    assert "Our clock" in text
    assert row.platform_message_id in text


def query_count(browser: object, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(url).status_code == 200  # type: ignore[attr-defined]
    return len(seen)


def test_the_number_of_queries_does_not_grow_with_the_rows(desk: Desk) -> None:
    browser = client_of(desk.lead)
    storm = bring(a_storm(desk, orders=3), "rolling_out")
    urls = {"board": "/", "room": "/incidents/S-0001/", "cases": "/incidents/S-0001/cases/"}
    few = {name: query_count(browser, url) for name, url in urls.items()}
    assert few == {"board": 19, "room": 41, "cases": 17}
    deliver(storm, 2)
    bring(a_storm(desk, orders=60, markets=("MY",)), "rolling_out")
    bring(a_storm(desk, orders=4, markets=("VN",)), "written")
    urls["cases"] = "/incidents/S-0002/cases/"
    assert {name: query_count(browser, url) for name, url in urls.items()} == few


def test_both_languages_show_the_same_room(desk: Desk, storm_at: StormAt) -> None:
    storm = storm_at("paused")
    english = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    chinese = client_of(desk.lead, language="zh-hans").get(f"/incidents/{storm.incident.code}/").content.decode()
    assert "Paused by north-lead." in english
    assert "north-lead 已暂停。" in chinese
    assert "合计 = 30" in chinese
    for words in ("Outcomes", "Timeline", "Facts sheet", "Evidence packs", "Roll-out"):
        assert f">{words}" in english
        assert f">{words}" not in chinese


def test_a_sum_has_its_currencys_own_decimals_and_the_orders_state_is_in_the_readers_words(
    desk: Desk, storm_at: StormAt
) -> None:
    storm = storm_at("planned")
    row = storm.roll_out.recipients.select_related("order").order_by("pk")[0]
    Order.objects.filter(pk=row.order_id).update(total=Decimal("150000.00"), currency="IDR", status="to_ship")
    url = f"/incidents/{storm.incident.code}/cases/{row.case_id}/"
    chinese = client_of(desk.lead, language="zh-hans").get(url).content.decode()
    assert "150,000 IDR" in chinese
    assert "待发货" in chinese
    assert "to_ship" not in chinese
    Order.objects.filter(pk=row.order_id).update(total=Decimal("1234.50"), currency="MYR")
    assert "1,234.50 MYR" in client_of(desk.lead).get(url).content.decode()
