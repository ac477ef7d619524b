"""The report's words: both editions alike, every outcome named, every market's statement counted."""

import string

from seawall.evidence.report.phrases import LANGUAGES, phrases, shown, statements
from seawall.kernel.languages import Language
from seawall.outreach.states import RecipientState
from seawall.web.verbs import VERBS

BOTH = [phrases(language) for language in LANGUAGES.values()]


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_editions_say_the_same_things_with_the_same_figures() -> None:
    english, chinese = BOTH
    assert english.tables.keys() == chinese.tables.keys()
    for table, words in english.tables.items():
        assert words.keys() == chinese.tables[table].keys(), table
        for key, sentence in words.items():
            assert fields(sentence) == fields(chinese.tables[table][key]), key


def test_every_outcome_of_the_ledger_has_words() -> None:
    for edition in BOTH:
        assert set(edition.tables["outcomes"]) == set(RecipientState)


def test_the_verbs_it_knows_are_verbs_there_are() -> None:
    assert set(BOTH[0].tables["verbs"]) <= set(VERBS)


def test_a_verb_without_words_stands_as_itself() -> None:
    entry = {"action": "moon.landed", "before": {}, "after": {"x": 1}}
    assert [say.action(entry) for say in BOTH] == ["moon.landed"] * 2


def test_braces_in_what_an_entry_says_are_only_text() -> None:
    entry = {"action": "papers.add", "before": {}, "after": {"name": "{0.__class__} {name}"}}
    assert BOTH[0].action(entry) == "Paper added: {0.__class__} {name}"


def test_each_language_of_a_market_has_its_statement_with_both_counts() -> None:
    wanted = {Language.ID, Language.MS, Language.TH, Language.VI, Language.FIL, Language.ZH_HANT}
    assert set(statements()) == {language.value for language in wanted}
    for said in statements().values():
        assert fields(said["statement"]) == {"orders", "proven", "market"}
        assert said["title"]


def test_a_heap_of_marks_is_told_by_number() -> None:
    assert shown("a" + "\u0301" * 4) == "a" + "\u0301" * 4
    assert shown("a" + "\u0301" * 50) == [
        {"t": "a" + "\u0301" * 4, "code": False},
        {"t": "U+0301 … +46", "code": True},
    ]
    # Two marks on one letter are Thai as it is written, and three are Vietnamese taken apart.
    assert shown("ที่ ổ") == "ที่ ổ"
