"""Shopee lists proactive automation as abuse: its API sends for us only with its own word on paper, and not after."""

from datetime import timedelta

import pytest
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, a_desk, a_storm, connect, with_facts

from seawall.incidents.api import add_paper, choose_mode, consented_shops, withdraw_consent_paper
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.roll_out import replan
from seawall.incidents.models import Paper
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.outreach.sender.claim import claim
from seawall.shops.api import Connection
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)

CONSENT = b"%PDF-1.4\n% Shopee Open Platform: we consent\n%%EOF\n"


def shopee_storm() -> Storm:
    """A storm with one Shopee shop that is connected, as the platform's default has it."""
    storm = a_storm(a_desk(), markets=(), unconnected=3)
    connect(storm.desk, storm.shops[0], None)
    return storm


def consent(storm: Storm) -> Paper:
    return add_paper(
        storm.refresh(), name="shopee-consent.pdf", content=CONSENT, by=storm.desk.lead, clock=SYSTEM_CLOCK,
        consent_for="SID",
    )  # fmt: skip


def to_api(storm: Storm) -> Connection:
    return choose_mode("SID", "api", why="Shopee agreed in writing", by=storm.desk.admin, clock=SYSTEM_CLOCK)


def plan_again(storm: Storm) -> str:
    with_facts(storm)
    submit_incident_script(storm.refresh(), library_wording("customs_return"), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    plan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    return storm.roll_out.lanes.get().mode


def test_without_the_paper_it_is_refused_and_an_unattested_paper_is_none() -> None:
    storm = shopee_storm()
    with refused("mode_not_lawful"):
        to_api(storm)
    with_facts(storm)
    consent(storm)
    assert consented_shops(storm.desk.admin.team_id) == frozenset()
    with refused("mode_not_lawful"):
        to_api(storm)
    with_facts(storm)
    assert to_api(storm).mode_reason == "platform_consented_in_writing"
    entry = Entry.objects.get(verb="shop.mode")
    assert (entry.before["mode"], entry.after["mode"], entry.why) == ("click", "api", "Shopee agreed in writing")


def test_the_plan_goes_by_api_while_the_consent_stands_and_by_key_press_after_it() -> None:
    storm = shopee_storm()
    paper = consent(storm)
    with_facts(storm)
    to_api(storm)
    assert plan_again(storm) == "api"

    withdraw_consent_paper(
        storm.refresh(), paper.sha256, why="Shopee wrote again", by=storm.desk.lead, clock=SYSTEM_CLOCK
    )
    assert Connection.objects.get(shop=storm.shops[0]).mode == "click"
    assert plan_again(storm) == "click"


def test_lanes_planned_for_the_api_send_nothing_once_the_consent_is_gone() -> None:
    storm = shopee_storm()
    paper = consent(storm)
    with_facts(storm)
    to_api(storm)
    plan_again(storm)
    from seawall.incidents.commands import roll_out as storm_commands

    storm_commands.send_sample(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    type(storm.incident).objects.filter(pk=storm.incident.pk).update(state="rolling_out")
    withdraw_consent_paper(storm.refresh(), paper.sha256, why="gone", by=storm.desk.lead, clock=SYSTEM_CLOCK)
    assert claim(worker=1, size=10, now=SYSTEM_CLOCK.now() + timedelta(minutes=1)) == []


def test_a_connection_given_the_api_in_some_other_way_is_refused_when_planned() -> None:
    storm = shopee_storm()
    Connection.objects.update(mode="api", mode_reason="")
    with refused("mode_not_lawful"):
        plan_again(storm)


def test_a_consent_names_a_shop_of_the_storms_seller_and_a_rival_touches_nothing() -> None:
    storm, rival = shopee_storm(), a_desk("south")
    with refused("not_found"):
        add_paper(
            storm.incident, name="x.pdf", content=CONSENT, by=storm.desk.lead, clock=SYSTEM_CLOCK, consent_for="NOPE"
        )
    paper = consent(storm)
    with refused("not_found"):
        withdraw_consent_paper(storm.incident, paper.sha256, why="x", by=rival.lead, clock=SYSTEM_CLOCK)
    with refused("not_found"):
        choose_mode("SID", "manual", why="x", by=rival.admin, clock=SYSTEM_CLOCK)
    with refused("paper_is_another_kind"):
        add_paper(storm.refresh(), name="x.pdf", content=CONSENT, by=storm.desk.lead, clock=SYSTEM_CLOCK)


def test_a_replan_follows_a_consent_and_a_mode_without_one_waits_for_a_person() -> None:
    storm = shopee_storm()
    consent(storm)
    assert plan_again(storm) == "click"
    to_api(storm)
    replan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    assert storm.roll_out.lanes.get().mode == "api"
    storm.roll_out.lanes.update(mode="click")
    Paper.objects.update(withdrawn_at=SYSTEM_CLOCK.now())
    with refused("mode_not_lawful"):
        replan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    assert storm.roll_out.lanes.get().mode == "click"
