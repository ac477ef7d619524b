"""The risk sheet: what its sums promise, that a figure changed comes out at once, and what is kept of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.refusals import refused
from tests.kit.storm import Desk, Storm, a_desk, a_storm, bring, planned, with_facts
from tests.web.conftest import client_of

from seawall.incidents.api import keep_risk, risk_of
from seawall.incidents.risk.assumptions import assumptions_for
from seawall.incidents.risk.questions import NEEDED, all_questions, foreseen
from seawall.incidents.risk.sheet import HORIZON_H, RiskFacts, ShopFacts, Threshold, work_out
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.orders.api import Order
from seawall.scripts.lint import Message, lint
from seawall.timeline.api import Entry

LIMIT = Threshold(rule_id="SHP-NFR-01", percent=Decimal(10), source="x", certainty="press", must_check=True, words="x")


def facts(**changes: Any) -> RiskFacts:
    values: dict[str, Any] = {
        "kind": "customs_return", "orders": 24000, "sends_per_hour": 7200, "response_hours": 12,
        "response_rule": "SHP-CRR-01", "ceiling": Decimal(60000), "currency": "CNY",
    }  # fmt: skip
    return RiskFacts(**(values | changes))


def a_shop_with(**changes: Any) -> ShopFacts:
    values: dict[str, Any] = {
        "code": "S1", "platform": "shopee", "market": "MY", "on_hand": 1000, "window_days": 7, "cancelled": 10,
        "late": 50, "concerned": 200, "concerned_late": 20, "cancel_limits": (LIMIT,),
    }  # fmt: skip
    return ShopFacts(**(values | changes))


def test_a_container_of_24000_orders() -> None:
    sheet = work_out(facts(), assumptions_for("customs_return", {"reply_share": "0.2", "seats": "6"}))
    assert sheet.replies.likely == 4800
    # What has not come within the 48 hours shown is the tail; nothing is invented and nothing lost.
    assert 4600 < sum(hour.likely for hour in sheet.hours) <= 4800
    assert sheet.peak == max(hour.likely for hour in sheet.hours)
    assert (sheet.exposure.low, sheet.exposure.likely, sheet.exposure.high) == (24000, 144000, 432000)
    assert (sheet.over_ceiling, sheet.ceiling_share) == ("likely", Decimal("240.0"))


@given(
    orders=st.integers(0, 60000), pace=st.integers(0, 20000), seats=st.integers(0, 60),
    share=st.decimals(0, 1, places=2), speed=st.integers(1, 120), limit=st.integers(1, 24),
)  # fmt: skip
def test_whatever_the_figures_the_least_seats_keep_the_clock_and_one_less_does_not(
    orders: int, pace: int, seats: int, share: Decimal, speed: int, limit: int
) -> None:
    said = {"reply_share": str(share), "seats": str(seats), "answers_per_seat_hour": str(speed)}
    case = facts(orders=orders, sends_per_hour=pace, response_hours=limit)
    sheet = work_out(case, assumptions_for("customs_return", said))
    assert len(sheet.hours) == HORIZON_H
    assert all(0 <= hour.low <= hour.likely <= hour.high for hour in sheet.hours)
    assert sum(hour.likely for hour in sheet.hours) <= sheet.replies.likely + HORIZON_H
    least = sheet.seats_for_clock
    assert least is not None
    enough = work_out(case, assumptions_for("customs_return", said | {"seats": str(least)}))
    assert enough.keeps_clock
    if least:
        fewer = work_out(case, assumptions_for("customs_return", said | {"seats": str(least - 1)}))
        assert not fewer.keeps_clock
        assert fewer.longest_wait_h > limit
    assert sheet.keeps_clock == (seats >= least)


@pytest.mark.parametrize(("shop", "verdict"), [
    ({}, "crosses"), ({"concerned": 50}, "stays"), ({"cancelled": 120}, "already"),
    ({"cancel_limits": (LIMIT.__class__(rule_id="TTS-SFCR-02", percent=None, source="", certainty="unknown",
                                        must_check=True, words=""),)}, "unknown"),
])  # fmt: skip
def test_what_the_cancellations_do_to_a_shop(shop: dict[str, Any], verdict: str) -> None:
    sheet = work_out(facts(shops=(a_shop_with(**shop),)), assumptions_for("customs_return"))
    effect = sheet.shops[0].cancellation
    assert [said for _, said in effect.limits] == [verdict]
    assert effect.before is not None
    assert effect.after is not None
    assert effect.exempt == effect.before
    assert effect.before <= effect.after.low <= effect.after.likely <= effect.after.high <= 100


def test_a_shop_without_orders_on_hand_has_no_rate() -> None:
    sheet = work_out(facts(shops=(a_shop_with(on_hand=0),)), assumptions_for("customs_return"))
    assert sheet.shops[0].cancellation.before is None


@pytest.mark.parametrize(("said", "found"), [
    ("0.25", ("0.25", "0.25", "0.25")), ("10-30%", ("0.1", "0.2", "0.3")), ("0.1 – 0.3", ("0.1", "0.2", "0.3")),
    ("0.1-0.15-0.3", ("0.1", "0.15", "0.3")),
])  # fmt: skip
def test_a_figure_is_read_as_people_write_it(said: str, found: tuple[str, ...]) -> None:
    given_ = assumptions_for("delay", {"reply_share": said})["reply_share"]
    assert (given_.low, given_.likely, given_.high) == tuple(map(Decimal, found))
    assert (given_.is_own, given_.certainty.value) == (True, "operator")


@pytest.mark.parametrize("said", ["x", "2", "30-10%", "-1", "nan", "inf", "0.1-0.2-0.3-0.4", "1e999", "?", "--"])
def test_a_figure_that_makes_no_sense_is_refused(said: str) -> None:
    with refused("risk_figure_unreadable"):
        assumptions_for("delay", {"reply_share": said})


def test_every_assumption_says_where_it_comes_from_and_has_words() -> None:
    from seawall.kernel.texts import catalogue

    for name, row in assumptions_for("customs_return").items():
        assert row.source
        for language in (Language.EN, Language.ZH_HANS):
            assert f"risk_assume_{name}" in catalogue(language)
    with refused("risk_assumption_unknown"):
        assumptions_for("delay", {"luck": "1"})


@pytest.mark.parametrize("name", all_questions())
def test_every_prepared_answer_passes_the_lint_everywhere(name: str) -> None:
    question = all_questions()[name]
    assert set(question.answers) == NEEDED
    for language, text in question.answers.items():
        for platform in Platform:
            for market in Market:
                if language in market.facts.languages:
                    message = Message(lang=language, platform=platform, market=market, text=text, template=True)
                    assert lint(message) == [], (language, platform, text)


def test_each_kind_of_storm_has_questions_and_their_intents_are_known() -> None:
    from seawall.inbox.intents import Label

    for kind in ("customs_return", "false_delivered", "delay", "stock_out", "problem_parcels"):
        assert len(foreseen(kind)) >= 3
        assert sum(each.share for each in foreseen(kind).values()) <= 1
    assert {each.intent for each in all_questions().values()} <= {label.value for label in Label}


@pytest.fixture
def desk(db: None) -> Desk:
    return a_desk("north")


@pytest.fixture
def storm(desk: Desk) -> Storm:
    return planned(a_storm(desk, orders=30, markets=("TH", "PH")))


def test_the_sheet_counts_what_is_on_hand(storm: Storm, desk: Desk) -> None:
    now = SYSTEM_CLOCK.now()
    late = Order.objects.filter(shop__code="LTH").order_by("pk")[:3].values("pk")
    Order.objects.filter(pk__in=late).update(ship_by=now - timedelta(hours=30), shipped_at=now - timedelta(hours=20))
    sheet = risk_of(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK).sheet
    assert (sheet.facts.orders, sheet.facts.ceiling, sheet.facts.currency) == (60, 60000, "CNY")
    thai = next(each for each in sheet.shops if each.shop.code == "LTH")
    assert (thai.shop.on_hand, thai.shop.concerned, thai.shop.late, thai.shop.concerned_late) == (30, 30, 3, 3)
    assert (thai.late.before, thai.late.exempt) == (Decimal("10.0"), Decimal("0.0"))
    assert [(limit.rule_id, said) for limit, said in thai.cancellation.limits] == []  # no rule of Thailand is known
    other = next(each for each in sheet.shops if each.shop.code == "LPH")
    assert [(limit.rule_id, said) for limit, said in other.cancellation.limits] == [("LZD-OVL-01", "crosses")]


def test_the_most_exposed_orders_come_first(storm: Storm, desk: Desk) -> None:
    from seawall.incidents.queries import most_exposed

    now = SYSTEM_CLOCK.now()
    orders = list(Order.objects.order_by("-pk")[:2])
    Order.objects.filter(pk=orders[0].pk).update(ship_by=now - timedelta(hours=1), status="to_ship")
    Order.objects.filter(pk=orders[1].pk).update(ship_by=now + timedelta(hours=1))
    found = most_exposed(desk.lead, storm.incident, now)
    assert [row["order"] for row in found[:2]] == [each.platform_order_id for each in orders]
    assert [row["is_late"] for row in found[:3]] == [True, False, False]


def test_a_changed_figure_comes_out_at_once_and_is_kept_with_its_reason(storm: Storm, desk: Desk) -> None:
    browser, page = client_of(desk.lead), f"/incidents/{storm.incident.code}/risk/"
    plain = browser.get(page)
    assert plain.status_code == 200
    assert plain.context["sheet"].replies.likely == 12
    changed = browser.get(page, {"a-reply_share": "50%", "a-amount": "5"})
    assert changed.context["sheet"].replies.likely == 30
    assert changed.context["sheet"].exposure.likely == 90
    assert 'name="a-reply_share" value="50%"' in changed.content.decode()
    assert "<svg" in changed.content.decode()
    assert browser.get(page, {"a-reply_share": "many"}).status_code == 422
    assert browser.post(page, {"a-reply_share": "50%"}).status_code == 422
    kept = browser.post(page, {"a-reply_share": "50%", "why": "last storm: half wrote"})
    assert kept.status_code == 302
    snapshot = storm.incident.risk_sheets.get()
    assert (snapshot.version, snapshot.changes) == (1, {"reply_share": "50%"})
    assert json.loads(json.dumps(snapshot.result))["replies"]["likely"] == "30.0"
    entry = Entry.objects.get(verb="risk.keep")
    assert (entry.actor_name, entry.why) == ("north-lead", "last storm: half wrote")
    assert "last storm: half wrote" in browser.get(page).content.decode()
    room = browser.get(f"/incidents/{storm.incident.code}/").content.decode()
    assert page in room


def test_who_may_see_and_who_may_keep(storm: Storm, desk: Desk) -> None:
    page = f"/incidents/{storm.incident.code}/risk/"
    expected = ((desk.admin, 200, 302), (desk.agent, 200, 403), (desk.auditor, 200, 403), (desk.approver, 403, 403))
    for who, sees, keeps in expected:
        assert client_of(who).get(page).status_code == sees
        assert client_of(who).post(page).status_code == keeps
    with refused("not_allowed"):
        keep_risk(storm.incident, by=desk.agent, clock=SYSTEM_CLOCK)


def test_before_there_are_facts_or_orders_the_page_still_opens(desk: Desk) -> None:
    storm = a_storm(desk, orders=2)
    assert client_of(desk.lead).get(f"/incidents/{storm.incident.code}/risk/").status_code == 200
    with_facts(storm)
    assert client_of(desk.lead, language="zh-hans").get(f"/incidents/{storm.incident.code}/risk/").status_code == 200


def test_it_stands_in_the_pack(storm: Storm, desk: Desk) -> None:
    from tests.kit.links import sealed

    keep_risk(storm.incident, by=desk.lead, clock=SYSTEM_CLOCK)
    assert "risk.keep" in sealed(storm, "timeline")


def test_the_command_line_gives_the_same(storm: Storm, desk: Desk, say: Callable[..., Any]) -> None:
    said = say("--json", "--as", "north-lead", "incident", "risk", storm.incident.code, "--set", "reply_share=0.5")
    assert said.code == 0, said
    assert said.json["replies"]["likely"] == "30.0"
    assert said.json["assumptions"]["reply_share"]["is_own"] is True
    people = say("--as", "north-lead", "incident", "risk", storm.incident.code, "--keep")
    assert people.code == 0, people
    assert storm.incident.risk_sheets.count() == 1
    bad = say("--json", "--as", "north-lead", "incident", "risk", storm.incident.code, "--set", "reply_share")
    assert bad.json["error"] == "risk_figure_unreadable"


def test_the_board_the_room_and_the_order_show_their_clocks(desk: Desk) -> None:
    from seawall.incidents.api import tend_clocks
    from seawall.incidents.models import Case

    storm = bring(a_storm(desk, orders=4), "opened")
    Order.objects.update(
        status="to_ship", shipped_at=None, ship_by=SYSTEM_CLOCK.now() + timedelta(hours=5),
        last_seen_at=SYSTEM_CLOCK.now(),
    )  # fmt: skip
    browser = client_of(desk.lead)
    assert "4 still to be worked out" in browser.get(f"/incidents/{storm.incident.code}/").content.decode()
    while tend_clocks(clock=SYSTEM_CLOCK):
        pass
    assert "4 orders within 24 h" in browser.get("/").content.decode()
    room = browser.get(f"/incidents/{storm.incident.code}/").content.decode()
    assert "4 within 24 h" in room
    assert "4 orders are near" in room
    case = Case.objects.filter(incident=storm.incident).first()
    assert case is not None
    assert "close" in browser.get(f"/incidents/{storm.incident.code}/cases/{case.pk}/").content.decode()
