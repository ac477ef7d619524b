"""The data files: every row of the notes is kept or left out with a reason, and a faulty file names its fault."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from seawall.incidents.models import IncidentKind
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.kernel.texts import catalogue
from seawall.rulebook.book import DATA, ChangeKind, load, rulebook
from seawall.rulebook.clocks import ClockState
from seawall.rulebook.schema import Rule
from seawall.rulebook.words import (
    ENDS,
    Authority,
    Certainty,
    ClockKind,
    Sellers,
    StormKind,
    Subject,
    Trait,
)

ROWS = [
    line
    for line in (Path(__file__).parent / "rows.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


OURS = {"MSG-QUIET-01", "SHP-DAY-01", "LZD-DAY-01", "TTS-DAY-01"}
"""Rows that stand for figures a sender goes by, so that a team can put its own in their place."""


def test_every_row_of_the_notes_is_a_rule_or_left_out_with_a_reason() -> None:
    book = rulebook()
    kept, left = {rule.id for rule in book.rules}, {row.id for row in book.left_out}
    assert len(ROWS) == len(set(ROWS)) == 194
    assert set(ROWS) - kept - left == set(), "neither kept nor left out"
    assert (kept | left) - set(ROWS) == OURS, "in the data, but no row of the notes"
    assert kept & left == set()
    assert len(kept) == 160 + len(OURS)


def test_every_rule_says_whence_it_comes_in_both_languages() -> None:
    for rule in rulebook().rules:
        assert rule.source, rule.id
        assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.zh_hans), rule.id
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in rule.en), rule.id
        assert rule.dated != "same", rule.id


def test_what_is_no_current_official_page_must_be_checked_wherever_it_drives_a_clock() -> None:
    driving = [rule for rule in rulebook().rules if rule.clocks]
    assert len(driving) > 40
    assert {rule.certainty for rule in driving if not rule.must_check} == {Certainty.DOCS}
    assert {rule.id for rule in driving if rule.is_weak} >= {
        "LZD-SLA-04",
        "LZD-APL-02",
        "LZD-CRR-01",
        "SHP-CFM-04",
        "TTS-CXL-01",
    }


def test_what_nobody_knows_counts_nothing_unless_it_is_marked_as_a_figure_to_start_with() -> None:
    known = {
        rule.id
        for rule in rulebook().rules
        if rule.certainty is Certainty.UNKNOWN and any(spec.amount is not None for spec in rule.clocks)
    }
    assert known == {"FD-T5-01"}


def test_the_words_of_the_book_stand_in_both_languages() -> None:
    wanted = {
        *(f"rules_clock_{kind.value}" for kind in ClockKind),
        *(f"rules_subject_{each.value}" for each in Subject),
        *(f"rules_certainty_{each.value}" for each in Certainty),
        *(f"rules_authority_{each.value}" for each in Authority),
        *(f"rules_sellers_{each.value}" for each in Sellers),
        *(f"rules_storm_{each.value}" for each in StormKind),
        *(f"rules_trait_{each.value}" for each in Trait),
        *(f"rules_change_{each.value}" for each in ChangeKind),
        *(f"rules_state_{each.value}" for each in ClockState),
        *(f"rules_unit_{rule.unit}" for rule in rulebook().rules if rule.unit),
    }
    for language in (Language.EN, Language.ZH_HANS):
        assert wanted <= set(catalogue(language))


def test_tables_of_the_vocabulary_are_whole() -> None:
    assert set(ENDS) == set(ClockKind)
    assert set(IncidentKind.values) <= {kind.value for kind in StormKind}
    assert {trait.opposite.opposite for trait in Trait} == set(Trait)
    assert all(trait.opposite is not trait for trait in Trait)


GOOD = """[[rule]]
id = "SHP-LSR-01"
platform = "shopee"
market = "all"
subject = "penalty"
value = "20"
unit = "percent"
dated = "undated"
source = "a page"
certainty = "press"
en = "Points are given from 20 %."
zh-Hans = "达到百分之二十即罚分。"
"""
CLOCK = '[[rule.clock]]\nkind = "chat"\nanchor = "buyer_wrote"\namount = 12\nunit = "hours"\n'


def a_book(folder: Path, content: str) -> Path:
    """A folder of data with one file of rules."""
    for name in ("topics.toml", "defaults.toml", "zones.toml"):
        shutil.copy(DATA / name, folder / name)
    (folder / "left_out.toml").write_text('[[row]]\nid = "X-1"\nwhy = "it is no rule at all"\n', encoding="utf-8")
    (folder / "shopee").mkdir()
    (folder / "shopee" / "penalties.toml").write_text(content, encoding="utf-8")
    return folder


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    (rule,) = load(a_book(tmp_path, GOOD + CLOCK)).rules
    assert (rule.id, rule.clocks[0].amount) == ("SHP-LSR-01", 12)
    assert rule.text(Language.ZH_HANS).startswith("达到")


@pytest.mark.parametrize(
    ("content", "place", "why"),
    [
        (GOOD.replace('"penalty"', '"penalties"'), "subject", "penalty"),
        (GOOD.replace('"press"', '"gossip"'), "certainty", "press"),
        (GOOD.replace('"press"', '"operator"'), "certainty", "a file cannot hold"),
        (GOOD.replace('"shopee"', '"shoppe"'), "platform.0", "shopee"),
        (GOOD.replace('"all"', '["PH", "XX"]'), "market.1", "PH"),
        (GOOD.replace('source = "a page"\n', ""), "source", "required"),
        (GOOD.replace('zh-Hans = "达到百分之二十即罚分。"\n', ""), "zh-Hans", "required"),
        (GOOD + 'colour = "red"\n', "colour", "not permitted"),
        (GOOD + 'topic = "no_such_topic"\n', "topic", "no_such_topic"),
        (GOOD.replace("20", "many", 1) + 'topic = "chat_rate_goal"\n', "value", "many"),
        (GOOD + 'see = ["SHP-NONE-01"]\n', "see", "SHP-NONE-01"),
        (GOOD + "effective_from = 2026-02-01\neffective_to = 2026-01-01\n", "-", "effective_to is before"),
        (GOOD + CLOCK.replace('"hours"', '"weeks"'), "clock.0.unit", "hours"),
        (GOOD + CLOCK.replace("12", "-1"), "clock.0.amount", "greater than or equal to 0"),
        (GOOD + CLOCK + "warn_after = 20\n", "clock.0", "warn_after is later"),
        (GOOD + CLOCK + "cut_off = 14:00:00\n", "clock.0", "cut_off needs working_days"),
        (GOOD + GOOD, "effective_from", "another version"),
        (GOOD.replace("SHP-LSR-01", "X-1"), "id", "the row is a rule as well"),
    ],
)
def test_a_faulty_rule_is_refused_by_file_row_and_field(tmp_path: Path, content: str, place: str, why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load(a_book(tmp_path, content))
    params = refused.value.params
    assert refused.value.code == "rulebook_invalid"
    assert params["file"] in ("shopee/penalties.toml", "left_out.toml", tmp_path.name)
    assert params["row"] in ("SHP-LSR-01", "X-1")
    assert (params["field"], why in str(params["why"])) == (place, True), params
    assert str(params["row"]) in str(refused.value)


@pytest.mark.parametrize("content", ["[[rule]\n", "[[rules]]\n", "rule = 1\n", GOOD + '[[other]]\nid = "x"\n'])
def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path, content: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load(a_book(tmp_path, content))
    assert refused.value.params["file"] == "shopee/penalties.toml"


def test_two_versions_side_by_side_in_different_markets_are_no_overlap(tmp_path: Path) -> None:
    other = GOOD.replace('"all"', '"TH"')
    assert len(load(a_book(tmp_path, GOOD.replace('"all"', '"VN"') + other)).rules) == 2


def test_a_figure_reads_well_in_both_languages() -> None:
    book = rulebook().as_of(date(2026, 11, 25))
    said = {
        r: (book.rule(r).figure(Language.EN), book.rule(r).figure(Language.ZH_HANS))
        for r in ("SHP-DTS-01", "SHP-LSR-01")
    }
    assert said == {"SHP-DTS-01": ("2 working days", "2 个工作日"), "SHP-LSR-01": ("20%", "20%")}
    assert book.rule("SHP-CFM-05").figure() == ""


def test_a_rule_is_frozen() -> None:
    rule: Rule = rulebook().rules[0]
    with pytest.raises(ValueError, match="frozen"):
        rule.value = "1"  # type: ignore[misc]
    assert rule.is_in_effect(date(2026, 1, 1)) in (True, False)
