"""A team's own figures: who may set them, for which shops, what the timeline says, and that no other team sees them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.kit.rollout import Desk

from seawall.kernel.clock import MovableClock
from seawall.kernel.errors import InvalidInput, NotAllowed, NotFound
from seawall.rulebook.api import RuleOverride, SetFigure, drop_figure, own_figures, rules_for, rules_of_team, set_figure
from seawall.shops.api import Shop
from seawall.tenancy.api import Actor
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

CLOCK = MovableClock(datetime(2026, 11, 25, 9, tzinfo=UTC))
DAY = date(2026, 11, 25)
T5 = "FD-T5-01"


def put(
    by: Actor, value: str = "4/6", *, rule: str = T5, shop: str = "", why: str = "J&T said so", **more: date
) -> None:
    set_figure(SetFigure(rule_id=rule, value=value, reason=why, shop_code=shop, **more), by=by, clock=CLOCK)


def amount(by: Actor, shop: str = "", day: date = DAY) -> int | None:
    found = Shop.objects.get(team_id=by.team_id, code=shop).pk if shop else None
    return rules_for(by, day=day, shop_id=found).rule(T5).clocks[0].amount


def test_a_lead_sets_a_figure_for_all_shops_and_another_for_one(desk: Desk) -> None:
    put(desk.lead, "4/6")
    put(desk.lead, "3", shop="LTH", why="Flash in Thailand")
    assert (amount(desk.lead), amount(desk.lead, "LTH"), amount(desk.lead, "LMY")) == (6, 3, 6)
    rule = rules_for(desk.agent, day=DAY).rule(T5)
    assert (rule.overridden_by, rule.certainty_note) == ("north-lead", "J&T said so")
    assert rules_of_team(desk.lead.team_id, day=DAY).rule(T5).clocks[0].amount == 6


def test_every_change_stands_on_the_timeline_with_its_reason(desk: Desk) -> None:
    put(desk.lead, "4/6")
    put(desk.admin, "5/8", why="asked again")
    drop_figure(T5, why="carrier changed", by=desk.lead, clock=CLOCK)
    first, second, last = Entry.objects.filter(subject=f"rule:{T5}").order_by("pk")
    assert [(e.verb, e.actor_name, e.why) for e in (first, second, last)] == [
        ("rule.override", "north-lead", "J&T said so"),
        ("rule.override", "north-admin", "asked again"),
        ("rule.restore", "north-lead", "carrier changed"),
    ]
    assert (first.before, second.before["value"], second.after["value"]) == ({}, "4/6", "5/8")
    assert amount(desk.lead) == 7
    assert own_figures(desk.lead) == []


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    put(desk.lead)
    put(desk.lead)
    assert (RuleOverride.objects.count(), Entry.objects.filter(verb="rule.override").count()) == (1, 1)


def test_a_figure_holds_only_on_its_days(desk: Desk) -> None:
    put(desk.lead, effective_from=date(2026, 12, 1), effective_to=date(2026, 12, 31))
    days = (DAY, date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [amount(desk.lead, day=day) for day in days] == [7, 6, 6, 7]


def test_a_past_day_is_seen_with_the_figures_that_stood_then(desk: Desk) -> None:
    clock = MovableClock(datetime(2026, 11, 20, 9, tzinfo=UTC))
    set_figure(SetFigure(rule_id=T5, value="4", reason="first"), by=desk.lead, clock=clock)
    clock.move(timedelta(days=3))
    set_figure(SetFigure(rule_id=T5, value="5", reason="second"), by=desk.lead, clock=clock)
    clock.move(timedelta(days=1))
    drop_figure(T5, why="gone", by=desk.lead, clock=clock)
    days = [date(2026, 11, number) for number in (19, 20, 22, 23, 24, 25)]
    assert [amount(desk.lead, day=day) for day in days] == [7, 4, 4, 5, 7, 7]
    assert own_figures(desk.lead) == []


@pytest.mark.parametrize("role", ["agent", "auditor", "approver"])
def test_only_administrators_and_leads_set_figures(desk: Desk, role: str) -> None:
    with pytest.raises(NotAllowed):
        put(getattr(desk, role))
    with pytest.raises(NotAllowed):
        drop_figure(T5, why="x", by=getattr(desk, role), clock=CLOCK)
    assert RuleOverride.objects.count() == 0


def test_what_cannot_be_used_is_refused_and_nothing_is_stored(desk: Desk) -> None:
    for argv, code in (
        ({"value": "soon"}, "rule_value_not_a_figure"),
        ({"value": " "}, "rule_value_missing"),
        ({"why": " "}, "rule_reason_missing"),
        ({"rule": "CMP-02", "value": "x" * 121}, "rule_value_too_long"),
        ({"effective_from": DAY, "effective_to": date(2026, 11, 24)}, "rule_dates_reversed"),
    ):
        with pytest.raises(InvalidInput) as refused:
            put(desk.lead, **argv)  # type: ignore[arg-type]
        assert refused.value.code == code
    for argv, code in (({"rule": "NO-SUCH-01"}, "rule_not_found"), ({"shop": "nobody"}, "not_found")):
        with pytest.raises(NotFound) as missing:
            put(desk.lead, **argv)
        assert missing.value.code == code
    with pytest.raises(NotFound, match="no own figure"):
        drop_figure(T5, why="x", by=desk.lead, clock=CLOCK)
    assert (RuleOverride.objects.count(), Entry.objects.filter(verb__startswith="rule.").count()) == (0, 0)


def test_a_rival_neither_sees_nor_feels_nor_takes_back_our_figures(desk: Desk, rival: Desk) -> None:
    put(desk.lead, "4/6")
    put(desk.lead, "3", shop="LTH")
    assert own_figures(rival.lead) == []
    assert (amount(rival.lead), amount(rival.lead, "LTH")) == (7, 7)
    for shop in ("", "LTH"):
        with pytest.raises(NotFound):
            drop_figure(T5, shop_code=shop, why="x", by=rival.lead, clock=CLOCK)
    with pytest.raises(NotFound):
        put(rival.lead, shop="LMY")
    assert len(own_figures(desk.lead)) == 2


def test_the_table_itself_holds_one_live_figure_for_a_rule_and_shop(desk: Desk) -> None:
    put(desk.lead)
    row = RuleOverride.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError, match="one_live_override_per_rule"), transaction.atomic():
        row.save()
    row.withdrawn_at, row.reason = CLOCK.now(), ""
    with pytest.raises(IntegrityError, match="override_says_what_and_why"), transaction.atomic():
        row.save()
