"""Versions of a storm's words: what a new one takes back, what saving again leaves alone, and what the pack holds."""

import json
import zipfile

import pytest
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, a_desk, a_storm, with_facts
from tests.kit.storm import bring

from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.api import library_wording, pack_path, plan, seal_pack, submit_incident_script
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import Language
from seawall.scripts.api import ScriptVersion, Wording
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db


def submit(storm: Storm, variant: str = "standard", *, seen: int | None = None, **glosses: str) -> ScriptVersion:
    wording = library_wording("customs_return", variant=variant)
    for language, gloss in glosses.items():
        wording[Language(language)] = Wording(text=wording[Language(language)].text, gloss_zh=gloss)
    return submit_incident_script(storm.refresh(), wording, by=storm.desk.lead, clock=SYSTEM_CLOCK, seen=seen)


def test_the_words_that_stand_take_nothing_back_when_submitted_again() -> None:
    storm = bring(a_storm(a_desk(), orders=3), "sample_sent")
    entries = Entry.objects.count()
    assert submit(storm).number == 1
    assert storm.refresh().state == "sample_sent"
    assert Entry.objects.count() == entries


def test_another_gloss_is_another_version_and_takes_the_plan_back() -> None:
    storm = bring(a_storm(a_desk(), orders=3), "planned")
    assert submit(storm, th="另一种说明").number == 2
    assert storm.refresh().state == "script_ready"
    assert submit(storm, th="另一种说明").number == 2


def test_new_facts_ask_for_the_same_words_to_be_submitted_again() -> None:
    storm = bring(a_storm(a_desk(), orders=3), "planned")
    with_facts(storm, remedy="订单通过平台关闭。")
    assert storm.refresh().state == "facts_attested"
    assert submit(storm).number == 1
    assert storm.refresh().state == "script_ready"


def test_whoever_began_from_an_older_version_does_not_write_over_the_newer() -> None:
    storm = with_facts(a_storm(a_desk(), orders=3))
    assert submit(storm, seen=0).number == 1
    with refused("script_changed_meanwhile"):
        submit(storm, "short", seen=0)
    assert submit(storm, seen=0).number == 1, "the same words: nobody is written over"
    assert submit(storm, "short", seen=1).number == 2


def test_going_back_to_earlier_words_makes_a_version_and_a_pack_that_verifies() -> None:
    storm = with_facts(a_storm(a_desk(), orders=3))
    assert [submit(storm, variant).number for variant in ("standard", "short", "standard")] == [1, 2, 3]
    plan(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK)
    path = pack_path(seal_pack(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK))
    assert verify_pack(path).ok
    with zipfile.ZipFile(path) as pack:
        scripts = json.loads(pack.read("script/script.json"))["scripts"]
    assert [each["version"] for each in scripts] == ["first_contact v1, first_contact v3", "first_contact v2"]
