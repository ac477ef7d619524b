"""Every code of the product that a screen shows has words, in both languages; the catalogue is complete."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.utils import translation

from seawall.casework.states import (
    CANCELLATION,
    CANCELLING,
    REQUEST,
    CancellationState,
    CancellingState,
    RequestState,
)
from seawall.connectors.standing import Party
from seawall.evidence.models import CaptureSource
from seawall.evidence.records import Grade
from seawall.incidents.models import IncidentKind
from seawall.incidents.states import CASE, INCIDENT, SOP_STEPS, CaseState, IncidentState
from seawall.kernel.languages import Language
from seawall.kernel.machine import Machine
from seawall.kernel.markets import Market
from seawall.kernel.texts import catalogue
from seawall.orders.imports.api import OrderStatus
from seawall.outreach.states import RECIPIENT, ROLL_OUT, RecipientState, RollOutState
from seawall.shops.api import SendMode
from seawall.tenancy.api import PERMISSIONS, Role
from seawall.web import after_words, translations, verbs, wording
from seawall.web.outcomes import SEGMENT_OF
from seawall.web.steps import STEP_VERBS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "seawall"
MACHINES = [INCIDENT, CASE, ROLL_OUT, RECIPIENT, CANCELLING, CANCELLATION, REQUEST]
DOTTED = re.compile(r"[a-z_]+\.[a-z_]+")


def verbs_in_code() -> Iterator[str]:
    """Every dotted name given as `verb=`, also through the tuples of a loop: constants of the modules that write the
    timeline, less permissions and jobs."""
    for path in SOURCE.rglob("*.py"):
        if {"web", "cli", "simulators", "embedded", "settings", "demo"} & set(path.parts):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg == "verb" and isinstance(keyword.value, ast.Constant):
                        yield keyword.value.value
                    elif keyword.arg == "verb" and path.name == "roll_out.py":
                        yield from (
                            each.value
                            for each in ast.walk(tree)
                            if isinstance(each, ast.Constant)
                            and isinstance(each.value, str)
                            and re.fullmatch(r"incident\.[a-z_]+", each.value)
                            and each.value not in PERMISSIONS
                        )


def test_the_search_finds_the_verbs() -> None:
    found = set(verbs_in_code())
    assert {"incident.open", "incident.sample_sent", "incident.follow_up", "outreach.pause_by_itself"} <= found
    assert len(found) >= 33


def test_every_verb_of_the_timeline_has_a_sentence() -> None:
    assert set(verbs_in_code()) <= set(verbs.VERBS), set(verbs_in_code()) - set(verbs.VERBS)


def test_no_sentence_is_for_a_verb_that_nothing_writes() -> None:
    assert set(verbs.VERBS) <= set(verbs_in_code())


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (wording.INCIDENT_STATES, IncidentState),
        (wording.CASE_STATES, CaseState),
        (wording.ORDERS, ["", *OrderStatus]),
        (wording.ROLL_OUT_STATES, RollOutState),
        (after_words.CANCELLING_STATES, CancellingState),
        (after_words.CANCELLATION_STATES, CancellationState),
        (after_words.REQUEST_STATES, RequestState),
        (after_words.PARTIES, Party),
        (wording.GRADES, Grade),
        (wording.SOURCES, CaptureSource.values),
        (wording.KINDS, IncidentKind.values),
        (wording.PERMISSIONS, PERMISSIONS),
        (wording.LANGUAGES, Language),
    ],
)
def test_tables_of_words_are_whole(table: dict[str, object], codes: object) -> None:
    assert set(table) == {str(code) for code in codes}  # type: ignore[attr-defined]


def test_states_of_the_ledger_have_words_and_one_segment_each() -> None:
    states = {state.value for state in RecipientState}
    assert set(wording.RECIPIENT_STATES) == set(SEGMENT_OF) == states | {"unplanned"}


def test_roles_modes_and_markets_have_words() -> None:
    assert set(wording.ROLES) == {role.value for role in Role} | {"system"}
    assert set(wording.MODES) == set(SendMode.values) | {"none"}
    assert {market.value for market in Market} <= set(wording.MARKETS)


def test_steps_have_words_and_verbs() -> None:
    names = [name for name, _ in SOP_STEPS]
    assert names == list(wording.SOP) == list(STEP_VERBS)
    assert {verb for verbs_ in STEP_VERBS.values() for verb in verbs_} <= set(verbs.VERBS)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: each.name)
def test_every_move_can_be_named_in_a_refusal(machine: Machine) -> None:  # type: ignore[type-arg]
    assert machine.name in wording.MACHINES
    assert machine.events() <= set(wording.EVENTS)


def test_reasons_stand_in_both_desk_languages() -> None:
    assert set(catalogue(Language.EN)) == set(catalogue(Language.ZH_HANS))


def test_the_chinese_catalogue_is_complete_and_holds_nothing_stale() -> None:
    assert list(translations.problems()) == []


def test_the_check_finds_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    held = translations.catalogue()
    del held["Board"]
    held.add("No source has this", "没有")
    monkeypatch.setattr(translations, "catalogue", lambda: held)
    assert list(translations.problems()) == [
        "not in the catalogue: 'Board'",
        "stale, no source has it: 'No source has this'",
    ]


def test_the_check_finds_a_lost_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    held: Catalog = translations.catalogue()
    held["Wave %(wave)s opened: %(size)s buyers"].string = "第几批次"
    monkeypatch.setattr(translations, "catalogue", lambda: held)
    (found,) = translations.problems()
    assert found.startswith("other placeholders in the Chinese")


def test_words_come_out_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert str(wording.INCIDENT_STATES["rolling_out"].words) == "铺开中"
        assert [str(words) for words in wording.SOP.values()] == [
            "事实", "话术", "风险", "样本", "卖家批准", "铺开", "跟进", "证据包",
        ]  # fmt: skip
    with translation.override("en"):
        assert str(wording.INCIDENT_STATES["rolling_out"].words) == "Rolling out"


def test_no_chinese_stands_in_python_or_templates() -> None:
    allowed = {"base.html", "bare.html", "entrance.html", "seller_base.html", "settings"}
    for path in (SOURCE / "web").rglob("*"):
        if path.suffix == ".html" and path.name not in allowed:
            assert not re.search(r"[\u4e00-\u9fff]", path.read_text(encoding="utf-8")), path
