"""The reference page and the sentences are as new as the code; the labelled set is judged well."""

from pathlib import Path

import pytest
from bench.lint.score import PARTS, load, score

from seawall.kernel.languages import DESK_LANGUAGES, Language
from seawall.kernel.texts import catalogue
from seawall.scripts.lint import Rule, suggestion
from seawall.scripts.lint.reference import codes, lint_rules_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "lint-rules.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == lint_rules_page()


@pytest.mark.parametrize("language", DESK_LANGUAGES)
def test_every_reason_has_a_sentence(language: Language) -> None:
    assert set(codes()) <= catalogue(language).keys()


@pytest.mark.parametrize("language", list(Language))
def test_every_rule_has_a_suggestion(language: Language) -> None:
    assert all(suggestion(rule, language) for rule in Rule)


@pytest.mark.parametrize("part", PARTS)
def test_the_labelled_set_is_judged_well(part: str) -> None:
    rows = dict(score(part).rows())
    assert rows["all"].precision >= 0.95
    assert rows["all"].recall >= 0.95


def test_the_labelled_set_covers_every_rule_and_language() -> None:
    cases = [case for part in PARTS for case in load(part)]
    assert {case.message.lang for case in cases} == set(Language)
    assert {rule for case in cases for rule in case.rules} == {rule.value for rule in Rule}
    assert len({case.id for case in cases}) == len(cases)
