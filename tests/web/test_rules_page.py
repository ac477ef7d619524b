"""The page of the rules: who reads it, in which language, filtered, with the team's own figures and no one else's."""

from datetime import date

import pytest
from tests.kit.storm import Desk, a_shop
from tests.web.conftest import client_of

from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.rulebook.api import RuleOverride, SetFigure, set_figure
from seawall.tenancy.api import Actor

pytestmark = pytest.mark.django_db


def page(who: Actor, query: str = "", language: str = "en") -> str:
    answer = client_of(who, language=language).get(f"/rules/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_lead_finds_rules_with_source_and_certainty(desk: Desk) -> None:
    found = page(desk.lead, "?platform=shopee&market=PH&subject=ship_by&day=2026-11-25")
    for each in ("SHP-DTS-04", "Shopee PH help, article 104737", "official page", "3 rules", "Ship by"):
        assert each in found
    assert "TTS-SLA-01" not in found.partition('id="h-changes"')[0]


def test_a_rule_of_the_press_that_drives_a_clock_says_so(desk: Desk) -> None:
    query = "?platform=shopee&market=TH&subject=ship_by&day=2026-11-25"
    assert page(desk.lead, query).count("check with the platform") == 2
    assert page(desk.lead, query, "zh-hans").count("须向平台核实") == 2


def test_the_page_is_whole_in_chinese(desk: Desk) -> None:
    found = page(desk.agent, "?market=MY&platform=shopee&day=2026-11-25", "zh-hans")
    for each in ("规则", "现货须在 2 个工作日内发货", "来源不一致", "现货备货天数", "近两年的变化", "媒体报道"):
        assert each in found


def test_the_day_decides_which_version_is_shown(desk: Desk) -> None:
    query = "?platform=shopee&subject=penalty&day="
    assert "reaches 10 %.</td>" in page(desk.lead, query + "2024-01-14").replace("late shipment rate ", "")
    later = page(desk.lead, query + "2024-01-15")
    assert "late shipment rate reaches 20 %" in later
    assert "10 → 20%" in later
    refused = client_of(desk.lead).get("/rules/?day=yesterday")
    assert (refused.status_code, "yesterday" in refused.content.decode()) == (422, True)


def test_own_figures_are_shown_with_who_and_why_and_no_rival_sees_them(desk: Desk, rival: Desk) -> None:
    a_shop(desk, "TH", platform=Platform.SHOPEE)
    figure = SetFigure(rule_id="FD-T5-01", value="4/6", reason="Flash said so", shop_code="STH",
                       effective_from=date(2026, 11, 1))  # fmt: skip
    set_figure(figure, by=desk.lead, clock=SYSTEM_CLOCK)
    mine = page(desk.agent, "?shop=STH&subject=problem_parcel&day=2026-11-25")
    for each in ("4/6", "Flash said so", "north-lead: 4/6", "your team"):
        assert each in mine
    theirs = page(rival.lead, "?subject=problem_parcel&day=2026-11-25")
    assert "Flash said so" not in theirs
    assert client_of(rival.lead).get("/rules/?shop=STH").status_code == 404


def test_who_may_read_it_and_that_it_changes_nothing(desk: Desk) -> None:
    for who, status in ((desk.admin, 200), (desk.auditor, 200), (desk.agent, 200), (desk.approver, 403)):
        assert client_of(who).get("/rules/").status_code == status
    assert client_of(desk.admin).post("/rules/").status_code == 405
    assert RuleOverride.objects.count() == 0
    assert 'href="/rules/"' in client_of(desk.agent).get("/").content.decode()
    assert 'href="/rules/"' not in client_of(desk.approver).get("/").content.decode()


@pytest.mark.parametrize("query", ["?platform=amazon", "?market=XX", "?subject=x", "?certainty=x", "?market=TW"])
def test_a_filter_that_does_not_exist_is_no_fault(desk: Desk, query: str) -> None:
    page(desk.lead, query)
