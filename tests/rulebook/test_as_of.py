"""The book asked for a day: which version holds, what changed, where sources disagree, whose figure stands."""

from datetime import date

import pytest
from tests.rulebook.kit import TODAY, rules

from seawall.kernel.errors import InvalidInput, NotFound
from seawall.kernel.markets import Market, Platform
from seawall.rulebook.book import ChangeKind, rulebook
from seawall.rulebook.overriding import Override, check_override
from seawall.rulebook.words import Certainty, Subject


@pytest.mark.parametrize(
    ("day", "value"),
    [("2023-06-01", "10"), ("2024-01-14", "10"), ("2024-01-15", "20"), ("2026-11-25", "20")],
)
def test_the_late_shipment_line_moved_from_10_to_20_percent_on_one_day(day: str, value: str) -> None:
    assert rules(date.fromisoformat(day)).rule("SHP-LSR-01").value == value


def test_two_versions_of_one_rule_never_hold_on_the_same_day() -> None:
    old, new = rulebook().versions("SHP-LSR-01")
    assert (old.effective_to, new.effective_from) == (date(2024, 1, 14), date(2024, 1, 15))
    assert sum(rule.id == "SHP-LSR-01" for rule in rules().rules) == 1


def test_a_rule_that_ended_is_no_longer_found_and_one_to_come_not_yet() -> None:
    assert rules(date(2023, 12, 1)).rule("SHP-CXL-02").value == "7"
    for day, rule in ((TODAY, "SHP-CXL-02"), (date(2026, 1, 26), "CRIT-05"), (TODAY, "NO-SUCH-01")):
        with pytest.raises(NotFound) as refused:
            rules(day).rule(rule)
        assert (refused.value.code, refused.value.params["rule"]) == ("rule_not_found", rule)
    assert rules(date(2026, 1, 27)).rule("CRIT-05")


def test_one_rule_may_say_something_else_in_each_market() -> None:
    assert rules().rule("TTS-RET-01", Market.VN).value == "15"
    assert rules().rule("TTS-RET-01", Market.TH).value == "7"


def test_changes_tell_what_was_replaced_the_newest_first() -> None:
    found = rulebook().changes(since=date(2024, 1, 1), until=date(2025, 12, 31))
    assert [each.on for each in found] == sorted((each.on for each in found), reverse=True)
    moved = {each.rule.id: each for each in found if each.kind is ChangeKind.REPLACED}
    before = moved["SHP-LSR-01"].before
    assert before is not None
    assert (before.value, moved["SHP-LSR-01"].rule.value) == ("10", "20")
    assert set(moved) == {"SHP-LSR-01", "TTS-CRR-01"}
    assert ("SHP-CXL-02", ChangeKind.ENDED) in {(each.rule.id, each.kind) for each in found}


def test_rules_are_found_by_platform_market_and_subject_the_surest_first() -> None:
    found = rules().find(platform=Platform.SHOPEE, market=Market.PH, subject=Subject.SHIP_BY)
    assert [rule.id for rule in found] == ["SHP-DTS-04", "SHP-DTS-01", "SHP-DTS-02"]
    ranks = [rule.certainty.rank for rule in rules().find()]
    assert ranks == sorted(ranks)
    assert list(Certainty)[2:4] == [Certainty.DOCS, Certainty.CODE]


def test_sources_that_disagree_are_both_shown_and_the_stricter_drives() -> None:
    found = {(c.topic.id, c.platform, c.market): c for c in rules().conflicts()}
    dts = found["ready_stock_days", Platform.SHOPEE, Market.MY]
    assert [(rule.id, rule.value) for rule in dts.rules] == [("SHP-DTS-03", "1"), ("SHP-DTS-01", "2")]
    assert dts.drives.id == "SHP-DTS-03"
    # The higher line is the stricter one where points are given below it.
    chat = found["chat_rate_penalty", Platform.SHOPEE, Market.TH]
    assert (chat.drives.id, [rule.value for rule in chat.rules]) == ("SHP-CRR-06", ["60", "20"])
    # Answers in words have an order too: a screenshot that may be refused is not relied upon.
    assert found["chat_screenshot", Platform.TIKTOK, Market.TH].drives.id == "CRIT-03"
    # Equal figures are no conflict.
    assert ("ready_stock_days", Platform.SHOPEE, Market.PH) not in found
    assert {c.market for c in rules().conflicts(platform=Platform.SHOPEE, market=Market.MY)} == {Market.MY}


def own(value: str, *, rule: str = "FD-T5-01", shop: str | None = None, since: str = "2026-11-01") -> Override:
    return Override(
        rule_id=rule, value=value, reason="the carrier said so", by="Lin", effective_from=date.fromisoformat(since),
        effective_to=date(2026, 12, 31), shop=shop,
    )  # fmt: skip


def test_a_teams_own_figure_stands_in_the_rule_and_in_its_clock() -> None:
    rule = rules().with_overrides([own("4/6")]).rule("FD-T5-01")
    (spec,) = rule.clocks
    assert (spec.warn_after, spec.amount) == (4, 6)
    assert (rule.certainty, rule.must_check, rule.overridden_by) == (Certainty.OPERATOR, False, "Lin")
    assert rule.certainty_note == "the carrier said so"
    assert rules().rule("FD-T5-01").clocks[0].amount == 7, "the book itself is untouched"


def test_a_shops_figure_beats_the_teams_and_neither_holds_outside_its_days() -> None:
    both = [own("3", shop="S017"), own("6", since="2026-11-20")]
    assert rules().with_overrides(both).rule("FD-T5-01").clocks[0].amount == 3
    assert rules().with_overrides(both).rule("FD-T5-01").clocks[0].warn_after == 3, "never later than the breach"
    for day in (date(2026, 10, 31), date(2027, 1, 1)):
        assert rules(day).with_overrides(both).rule("FD-T5-01").clocks[0].amount == 7


def test_a_figure_fills_what_nobody_knows() -> None:
    before, after = rules(), rules().with_overrides([own("8", rule="SHP-CFM-05")])
    assert before.rule("SHP-CFM-05").clocks[0].amount is None
    assert after.rule("SHP-CFM-05").clocks[0].amount == 8


def test_a_rule_of_several_figures_hears_which_is_meant() -> None:
    rule = rules().rule("SHP-CFM-01")
    for bare in ("4", "4, 8", "redelivery=4", "confirm:hours=4"):
        with pytest.raises(InvalidInput) as refused:
            check_override(rule, bare)
        assert refused.value.code == "rule_value_needs_which"
        assert "confirm:days:delivered:not_mall" in str(refused.value)
    value = "confirm:not_mall=4, return_window=1/9"
    own_words = Override(rule_id=rule.id, value=value, reason="asked", by="Lin", effective_from=TODAY)
    amounts = [
        (spec.kind.value, spec.when.value if spec.when else "", spec.warn_after, spec.amount)
        for spec in rules().with_overrides([own_words]).rule(rule.id).clocks
    ]
    assert amounts == [
        ("confirm", "not_mall", 1, 4), ("confirm", "mall", 1, 7),
        ("return_window", "not_mall", 1, 9), ("return_window", "mall", 1, 9),
    ]  # fmt: skip


def test_hours_and_working_days_of_one_rule_are_never_set_by_one_bare_number() -> None:
    for rule_id in ("CRIT-06", "LZD-SLA-05", "TTS-APL-09", "SHP-DTS-03"):
        with pytest.raises(InvalidInput, match="several figures"):
            check_override(rules().rule(rule_id), "12")
    check_override(rules().rule("LZD-SLA-04"), "12")  # 24 and 24 hours: one figure


def test_a_figure_that_a_newer_book_has_no_place_for_is_left_aside_and_the_rule_is_to_be_checked() -> None:
    stale = Override(rule_id="SHP-CFM-02", value="chat=4", reason="asked", by="Lin", effective_from=TODAY)
    rule = rules().with_overrides([stale]).rule("SHP-CFM-02")
    assert (rule.certainty, rule.must_check, rule.clocks[0].amount) == (Certainty.DOCS, True, 3)
    assert "several figures" in rule.certainty_note


@pytest.mark.parametrize("value", ["", "  ", "seven", "7 days", "-1", "3651", "8/7", "7/", "1.5"])
def test_a_value_that_no_clock_can_count_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_override(rules().rule("FD-T5-01"), value)
    assert refused.value.code in ("rule_value_missing", "rule_value_not_a_figure")


def test_a_rule_without_a_clock_takes_any_words() -> None:
    check_override(rules().rule("CMP-02"), "5 % of the price, at least 2 SGD")
