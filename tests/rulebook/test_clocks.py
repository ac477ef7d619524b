"""The clocks of one order on each platform, their golden windows, and what is told between two looks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rulebook.kit import at, clocks, facts, rules, wall

from seawall.kernel.markets import Market, Platform
from seawall.rulebook.clocks import (
    ClockEventKind,
    ClockState,
    applicable,
    clock_events,
    clocks_of,
    gaps_of,
    golden_window,
)
from seawall.rulebook.overriding import Override
from seawall.rulebook.words import Authority, Certainty, ClockKind, StormKind, Trait

SHOPEE, LAZADA, TIKTOK = Platform.SHOPEE, Platform.LAZADA, Platform.TIKTOK
K = ClockKind


def test_the_platforms_own_deadline_beats_every_computed_one() -> None:
    order = facts(SHOPEE, Market.MY, ordered="2026-11-23 09:00", paid="2026-11-23 09:05",
                  columns={K.SHIP_BY: "2026-11-27 23:59"})  # fmt: skip
    clock = clocks(order)[K.SHIP_BY]
    assert (clock.authority, clock.certainty, clock.rule_id) == (Authority.PLATFORM_COLUMN, Certainty.PLATFORM, "")
    assert (wall(clock), clock.must_check) == ("2026-11-27 23:59", False)
    assert {other.rule_id for other in clock.others} == {"SHP-DTS-01", "SHP-DTS-02", "SHP-DTS-03"}


def test_without_a_column_the_strictest_rule_drives_and_the_others_stand_beside_it() -> None:
    order = facts(SHOPEE, Market.MY, paid="2026-11-25 09:05")
    clock = clocks(order)[K.SHIP_BY]
    assert (clock.rule_id, wall(clock), clock.certainty) == ("SHP-DTS-03", "2026-11-26 09:05", Certainty.DOCS)
    assert (clock.others[0].rule_id, f"{clock.others[0].breach_at:%d}") == ("SHP-DTS-01", "27")
    assert not clock.must_check


def test_a_press_rule_that_drives_must_be_checked_with_the_platform() -> None:
    clock = clocks(facts(SHOPEE, Market.TH, paid="2026-11-25 09:05"))[K.SHIP_BY]
    assert (clock.rule_id, clock.certainty, clock.must_check) == ("SHP-DTS-01", Certainty.PRESS, True)
    tiktok = clocks(facts(TIKTOK, Market.SG, ordered="2026-11-25 09:05"))[K.SHIP_BY]
    assert (tiktok.rule_id, tiktok.certainty, tiktok.must_check) == ("TTS-SLA-02", Certainty.INFERRED, True)
    old = clocks(facts(LAZADA, Market.VN, ordered="2026-11-25 09:05"))[K.SHIP_BY]
    assert (old.rule_id, old.certainty, old.must_check) == ("LZD-SLA-04", Certainty.DOCS, True)


def test_what_is_known_of_an_order_leaves_out_what_does_not_concern_it() -> None:
    known = clocks(facts(SHOPEE, Market.MY, Trait.PRE_ORDER, Trait.LOCAL, paid="2026-11-02 09:05"))
    assert (known[K.SHIP_BY].rule_id, wall(known[K.SHIP_BY])) == ("SHP-DTS-03", "2026-11-11 09:05")
    assert known[K.SHIP_BY].others == ()
    mall = clocks(facts(SHOPEE, Market.PH, Trait.MALL, delivered="2026-11-20 10:00"))[K.CONFIRM]
    other = clocks(facts(SHOPEE, Market.PH, Trait.NOT_MALL, delivered="2026-11-20 10:00"))[K.CONFIRM]
    nobody_knows = clocks(facts(SHOPEE, Market.PH, delivered="2026-11-20 10:00"))[K.CONFIRM]
    assert (wall(mall), wall(other), wall(nobody_knows)) == (
        "2026-11-27 10:00", "2026-11-23 10:00", "2026-11-23 10:00",
    )  # fmt: skip


def test_tiktok_dispatch_and_both_cancellations_over_a_weekend() -> None:
    order = facts(TIKTOK, Market.TH, ordered="2026-11-27 15:00")  # Friday, after the cut-off
    found = clocks(order, "2026-11-27 16:00")
    assert wall(found[K.SHIP_BY]) == "2026-11-28 23:59"
    assert (found[K.AUTO_CANCEL].rule_id, wall(found[K.AUTO_CANCEL])) == ("TTS-CXL-01", "2026-11-30 23:59")
    ready = replace(order, events={**order.events, **facts(TIKTOK, Market.TH, ready="2026-11-28 10:00").events})
    later = clocks(ready, "2026-11-28 11:00")
    assert (later[K.AUTO_CANCEL].rule_id, wall(later[K.AUTO_CANCEL])) == ("TTS-CXL-02", "2026-12-01 23:59")
    assert wall(later[K.PICKUP_HELP]) == "2026-11-29 10:00"


def test_the_two_days_after_a_pre_orders_own_deadline_mean_nothing_for_other_orders() -> None:
    order = facts(TIKTOK, Market.TH, ordered="2026-11-20 09:00", columns={K.SHIP_BY: "2026-11-30 23:59"})
    known = replace(order, traits=frozenset({Trait.PRE_ORDER}))
    assert "TTS-CXL-03" not in {o.rule_id for o in clocks(order)[K.AUTO_CANCEL].others}
    cancel = clocks(known)[K.AUTO_CANCEL]
    assert (cancel.rule_id, wall(cancel), cancel.others) == ("TTS-CXL-03", "2026-12-02 23:59", ())


def test_lazada_cancels_two_working_days_after_its_own_deadline() -> None:
    order = facts(LAZADA, Market.PH, ordered="2026-11-25 09:00", columns={K.SHIP_BY: "2026-11-27 18:00"})
    cancel = clocks(order)[K.AUTO_CANCEL]
    assert (cancel.rule_id, wall(cancel)) == ("LZD-SLA-02", "2026-12-01 18:00")  # Saturday, and past Bonifacio Day


def test_a_deadline_that_starts_when_another_runs_out_takes_over_its_doubt() -> None:
    """Shopee PH cancels by its own page, but after a ship-by that here only the press knows."""
    by_press = clocks(facts(SHOPEE, Market.PH, paid="2026-11-20 09:00"))[K.AUTO_CANCEL]
    assert (by_press.rule_id, by_press.certainty, by_press.must_check) == ("SHP-CXL-01", Certainty.PRESS, True)
    column = clocks(facts(SHOPEE, Market.PH, paid="2026-11-25 09:00", columns={K.SHIP_BY: "2026-11-27 09:00"}))
    assert (column[K.AUTO_CANCEL].certainty, column[K.AUTO_CANCEL].must_check) == (Certainty.DOCS, False)
    assert wall(column[K.AUTO_CANCEL]) == "2026-11-27 09:00"


def test_a_buyers_message_is_to_be_answered_by_the_platforms_own_clock() -> None:
    said = {"buyer_wrote": "2026-11-25 18:30"}
    now = "2026-11-25 18:40"
    assert wall(clocks(facts(SHOPEE, Market.PH, **said), now)[K.CHAT]) == "2026-11-26 06:30"
    assert wall(clocks(facts(TIKTOK, Market.PH, **said), now)[K.CHAT]) == "2026-11-26 06:30"
    assert wall(clocks(facts(LAZADA, Market.PH, **said), now)[K.CHAT]) == "2026-11-26 19:00"
    assert wall(clocks(facts(LAZADA, Market.PH, buyer_wrote="2026-11-25 17:59"), now)[K.CHAT]) == "2026-11-25 19:00"
    # Weekends count, public holidays do not: 30 November is Bonifacio Day.
    assert wall(clocks(facts(LAZADA, Market.PH, buyer_wrote="2026-11-28 19:00"), "2026-11-29 01:00")[K.CHAT]) == (
        "2026-11-29 19:00"
    )
    assert wall(clocks(facts(LAZADA, Market.PH, buyer_wrote="2026-11-29 19:00"), "2026-11-30 01:00")[K.CHAT]) == (
        "2026-12-01 19:00"
    )


def test_tiktok_answered_within_24_hours_before_the_twelve_hour_rate() -> None:
    order = facts(TIKTOK, Market.ID, buyer_wrote="2025-07-01 10:00")
    day = at(Market.ID, "2025-07-01 11:00").date()
    assert wall(clocks(order, "2025-07-01 11:00", rules(day))[K.CHAT]) == "2025-07-02 10:00"


def test_an_older_answer_does_not_end_a_newer_question() -> None:
    order = facts(SHOPEE, Market.TH, buyer_wrote="2026-11-25 08:00", answered="2026-11-25 07:00")
    assert clocks(order)[K.CHAT].state is ClockState.RUNNING
    answered = facts(SHOPEE, Market.TH, buyer_wrote="2026-11-25 08:00", answered="2026-11-25 08:30")
    assert clocks(answered)[K.CHAT].state is ClockState.MET


def test_requests_disputes_claims_and_appeals() -> None:
    order = facts(
        TIKTOK, Market.TH, cancel_requested="2026-11-25 08:00", return_requested="2026-11-28 08:00",
        delivered="2026-10-20 08:00", last_update="2026-10-20 08:00", return_failed="2026-11-24 08:00",
        sanctioned="2026-11-20 08:00",
    )  # fmt: skip
    found = clocks(order, "2026-11-28 09:00")
    assert {kind: wall(clock) for kind, clock in found.items()} == {
        K.CANCEL_REQUEST: "2026-11-26 08:00",
        K.RETURN_REQUEST: "2026-11-30 08:00",  # Saturday; Sunday is left out
        K.CLAIM: "2026-11-29 08:00",
        K.RETURN_CLAIM: "2026-12-01 08:00",
        K.RETURN_WINDOW: "2026-10-27 08:00",
        K.APPEAL: "2026-12-20 08:00",
    }
    assert found[K.CLAIM].state is ClockState.WARNING
    assert found[K.RETURN_CLAIM].rule_id == "TTS-FD-03"
    assert found[K.APPEAL].must_check
    dispute = clocks(facts(SHOPEE, Market.MY, return_requested="2026-11-25 08:00"))[K.DISPUTE]
    assert (dispute.rule_id, wall(dispute)) == ("SHP-FPOD-01", "2026-12-02 08:00")
    breach = clocks(facts(LAZADA, Market.MY, data_breach="2026-11-25 08:00"))[K.BREACH_NOTICE]
    assert wall(breach) == "2026-11-28 08:00"


def test_a_problem_parcel_warns_on_day_5_and_is_sent_back_on_day_7_unless_the_team_knows_better() -> None:
    order = facts(LAZADA, Market.VN, problem_reported="2026-11-20 09:30")
    seed = clocks(order)[K.PROBLEM]
    assert (f"{seed.warn_at:%m-%d %H:%M}", f"{seed.breach_at:%m-%d %H:%M}") == ("11-25 09:30", "11-27 09:30")
    assert (seed.rule_id, seed.certainty, seed.must_check) == ("FD-T5-01", Certainty.UNKNOWN, True)
    own = Override(rule_id="FD-T5-01", value="8/9", reason="asked", by="Lin", effective_from=rules().day)
    team = clocks(order, book=rules().with_overrides([own]))[K.PROBLEM]
    assert (team.authority, team.must_check, wall(team)) == (Authority.OVERRIDE, False, "2026-11-29 09:30")
    column = clocks(replace(order, platform_deadlines={K.PROBLEM: at(Market.VN, "2026-11-26 17:00")}),
                    book=rules().with_overrides([own]))[K.PROBLEM]  # fmt: skip
    assert (column.authority, wall(column)) == (Authority.PLATFORM_COLUMN, "2026-11-26 17:00")


def test_a_teams_figure_drives_even_where_a_stricter_rule_stands_beside_it() -> None:
    own = Override(rule_id="SHP-DTS-01", value="4", reason="our contract", by="Lin", effective_from=rules().day)
    order = facts(SHOPEE, Market.MY, paid="2026-11-25 09:05")
    clock = clocks(order, book=rules().with_overrides([own]))[K.SHIP_BY]
    assert (clock.authority, clock.rule_id, wall(clock)) == (Authority.OVERRIDE, "SHP-DTS-01", "2026-11-30 09:05")
    assert "SHP-DTS-03" in {other.rule_id for other in clock.others}


def test_what_nobody_knows_starts_no_clock_and_is_asked_for() -> None:
    order = facts(LAZADA, Market.TH, delivered="2026-11-24 10:00", sanctioned="2026-11-24 10:00")
    assert K.CONFIRM not in clocks(order)
    assert [rule.id for rule in gaps_of(order, rules())] == ["LZD-CFM-01"]
    own = Override(rule_id="LZD-CFM-01", value="7", reason="asked", by="Lin", effective_from=rules().day)
    book = rules().with_overrides([own])
    assert gaps_of(order, book) == ()
    assert wall(clocks(order, book=book)[K.CONFIRM]) == "2026-12-01 10:00"


def test_cash_on_delivery_is_counted_from_the_order() -> None:
    at_the_door = facts(SHOPEE, Market.MY, Trait.READY_STOCK, ordered="2026-11-16 09:00", shipped="2026-11-17 08:00",
                        paid="2026-11-20 12:00")  # fmt: skip
    clock = clocks(at_the_door)[K.SHIP_BY]
    assert (wall(clock), clock.state) == ("2026-11-17 09:00", ClockState.MET)


@pytest.mark.parametrize(
    ("now", "shipped", "state"),
    [
        ("2026-11-25 20:00", "", ClockState.RUNNING),
        ("2026-11-25 21:05", "", ClockState.WARNING),
        ("2026-11-26 09:05", "", ClockState.WARNING),
        ("2026-11-26 09:06", "", ClockState.BREACHED),
        ("2026-11-27 12:00", "2026-11-26 09:05", ClockState.MET),
        ("2026-11-27 12:00", "2026-11-26 09:06", ClockState.MISSED),
        ("2026-11-25 20:00", "2026-11-26 08:00", ClockState.RUNNING),  # what is yet to come has not happened
    ],
)
def test_where_a_clock_stands(now: str, shipped: str, state: ClockState) -> None:
    events = {"paid": "2026-11-25 09:05"} | ({"shipped": shipped} if shipped else {})
    assert clocks(facts(SHOPEE, Market.MY, Trait.READY_STOCK, **events), now)[K.SHIP_BY].state is state


def test_the_golden_window_of_each_storm_closes_with_its_earliest_clock() -> None:
    fake = facts(SHOPEE, Market.PH, delivered="2026-11-24 10:00", last_update="2026-11-24 10:00")
    found = clocks_of(fake, rules(), at(Market.PH, "2026-11-25 09:00"))
    window = golden_window(StormKind.FALSE_DELIVERED, found, rules())
    assert window is not None
    assert (window.kind, wall(window), f"{window.warn_at:%d %H:%M}") == (K.CONFIRM, "2026-11-27 10:00", "25 10:00")
    assert golden_window(StormKind.DELAY, found, rules()) is None

    late = facts(TIKTOK, Market.VN, ordered="2026-11-25 08:00")
    found = clocks_of(late, rules(), at(Market.VN, "2026-11-25 09:00"))
    for storm in (StormKind.DELAY, StormKind.CUSTOMS_RETURN):
        window = golden_window(storm, found, rules())
        assert window is not None
        assert (window.kind, wall(window)) == (K.SHIP_BY, "2026-11-25 23:59")

    # On Shopee PH the next attempt comes long before day 7.
    problem = facts(SHOPEE, Market.PH, problem_reported="2026-11-24 10:00", attempt_failed="2026-11-24 10:00")
    found = clocks_of(problem, rules(), at(Market.PH, "2026-11-25 09:00"))
    window = golden_window(StormKind.PROBLEM_PARCELS, found, rules())
    assert window is not None
    assert (window.kind, window.rule_id, wall(window)) == (K.REDELIVERY, "SHP-FD-01", "2026-11-26 10:00")


def test_a_rule_of_one_carrier_does_not_speak_of_anothers_parcel() -> None:
    order = facts(SHOPEE, Market.VN, ordered="2026-11-25 08:00")
    ids = {c: {r.id for r in applicable(replace(order, carrier=c), rules())} for c in ("", "J&T Express", "SPX")}
    assert ("FD-JT-01" in ids[""], "FD-JT-01" in ids["J&T Express"], "FD-JT-01" in ids["SPX"]) == (True, True, False)


class TestBetweenTwoLooks:
    ORDER = facts(SHOPEE, Market.MY, Trait.READY_STOCK, paid="2026-11-25 09:05")

    def look(self, now: str, **more: str):  # type: ignore[no-untyped-def]
        events = {**self.ORDER.events, **facts(SHOPEE, Market.MY, **more).events}
        return clocks_of(replace(self.ORDER, events=events), rules(), at(Market.MY, now))

    def told(self, before: str | None, now: str, **more: str) -> list[tuple[ClockEventKind, str]]:
        old = self.look(before) if before else []
        return [
            (event.kind, f"{event.at:%d %H:%M}")
            for event in clock_events(old, self.look(now, **more))
            if event.clock.kind is K.SHIP_BY
        ]

    def test_each_mark_is_told_once_with_the_time_it_was_reached(self) -> None:
        warn, breach = (ClockEventKind.WARN, "25 21:05"), (ClockEventKind.BREACH, "26 09:05")
        assert self.told(None, "2026-11-25 10:00") == []
        assert self.told("2026-11-25 10:00", "2026-11-25 22:00") == [warn]
        assert self.told("2026-11-25 22:00", "2026-11-25 23:00") == []
        assert self.told("2026-11-25 23:00", "2026-11-26 09:30") == [breach]
        assert self.told("2026-11-26 09:30", "2026-11-26 09:30") == []

    def test_marks_passed_while_nobody_looked_are_both_told(self) -> None:
        told = [(ClockEventKind.WARN, "25 21:05"), (ClockEventKind.BREACH, "26 09:05")]
        assert self.told("2026-11-25 10:00", "2026-11-27 10:00") == told
        assert self.told(None, "2026-11-27 10:00") == told

    def test_the_end_is_told_and_nothing_after_it(self) -> None:
        shipped = "2026-11-25 20:00"
        assert self.told("2026-11-25 10:00", "2026-11-25 23:00", shipped=shipped) == [
            (ClockEventKind.ENDED, "25 20:00")
        ]
        assert self.told(None, "2026-11-25 23:00", shipped=shipped) == []

    def test_a_deadline_that_moved_is_told_and_starts_over(self) -> None:
        before = self.look("2026-11-26 09:30")
        own = Override(
            rule_id="SHP-DTS-03", value="ready_stock=2", reason="asked", by="Lin", effective_from=rules().day
        )
        book = rules().with_overrides([own])
        moved = clocks_of(self.ORDER, book, at(Market.MY, "2026-11-26 09:40"))
        assert [(e.kind, f"{e.at:%d %H:%M}") for e in clock_events(before, moved) if e.clock.kind is K.SHIP_BY] == [
            (ClockEventKind.MOVED, "27 09:05")
        ]
        later = clocks_of(self.ORDER, book, at(Market.MY, "2026-11-26 21:30"))
        assert [e.kind for e in clock_events(moved, later) if e.clock.kind is K.SHIP_BY] == [ClockEventKind.WARN]

    def test_clocks_of_two_orders_are_not_taken_for_one(self) -> None:
        late = self.look("2026-11-26 09:30")
        other = [replace(clock, ref="ANOTHER") for clock in late]
        assert len(clock_events(late, [*late, *other])) == 2 * len(late)

    def test_a_clock_warns_before_it_breaches(self) -> None:
        for clock in self.look("2026-11-25 10:00"):
            assert clock.warn_at < clock.breach_at
            assert clock.breach_at - clock.warn_at <= timedelta(days=5)
