"""The plan in the ledger: doors with their ends, who cannot be reached, and what happens when the world moves."""

import io
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.db import connections
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.refusals import refused
from tests.kit.rollout import (
    Storm,
    a_desk,
    a_shop,
    a_storm,
    approved,
    connect,
    fill_buckets,
    planned,
    rows_in,
    some_orders,
    started,
    work_until,
)  # fmt: skip
from tests.kit.storm import bring

from seawall.inbox.api import Conversation, Message
from seawall.incidents.api import export, pause, plan, plan_view, replan
from seawall.incidents.commands.cases import add_cases
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.errors import InvalidInput, NotAllowed
from seawall.kernel.markets import Platform
from seawall.orders.api import Order
from seawall.outreach.api import (
    Lane,
    ReachSnapshot,
    Recipient,
    RollOut,
    close_windows,
    differences,
    reach_lines,
    replan_moved,
    sentence_of,
)  # fmt: skip
from seawall.outreach.models import Pace
from seawall.outreach.reach_lines import ReachLine
from seawall.outreach.sender.claim import claim
from seawall.shops.api import Connection
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db(transaction=True)
CLOCK = SYSTEM_CLOCK


def aged(storm: Storm, number: str, **changes: object) -> Order:
    order = Order.objects.get(cases__incident=storm.incident, platform_order_id=number)
    Order.objects.filter(pk=order.pk).update(**changes)
    return order


def numbers(storm: Storm) -> list[str]:
    orders = Order.objects.filter(cases__incident=storm.incident).order_by("platform_order_id")
    return list(orders.values_list("platform_order_id", flat=True))


def row_of(storm: Storm, number: str) -> Recipient:
    return Recipient.objects.get(incident=storm.incident, order__platform_order_id=number)


def days_ago(days: float) -> datetime:
    return CLOCK.now() - timedelta(days=days)


def with_ages(storm: Storm) -> list[str]:
    """Six orders: fresh, closing tomorrow, past the strict figure, closed, closed with a phone, cancelled."""
    found = numbers(storm)
    for number, days in zip(found[1:4], (6.5, 20, 31), strict=True):
        aged(storm, number, ordered_at=days_ago(days))
    aged(storm, found[4], ordered_at=days_ago(31), phone="+66 81 555 0100")
    aged(storm, found[5], status="cancelled", cancelled_at=CLOCK.now())
    return found


def test_every_row_says_by_which_door_until_when_and_what_comes_next() -> None:
    storm = a_storm(a_desk(), orders=6)
    fresh, closing, late, closed, by_phone, cancelled = with_ages(storm)
    planned(storm)

    row = row_of(storm, fresh)
    assert (row.state, row.door, [kind for kind, _ in row.next_doors]) == ("waiting", "api", ["click", "manual"])
    assert row.door_until == row.order.ordered_at + timedelta(days=30)
    assert row_of(storm, late).door == row_of(storm, cancelled).door == "api"
    gone = row_of(storm, closed)
    assert (gone.state, gone.door, gone.lane, gone.reason_code) == ("unreachable", "", None, "door_window_closed")
    phoned = row_of(storm, by_phone)
    assert (phoned.state, phoned.door, phoned.reason_code) == ("unreachable", "call", "only_by_call")
    # The window that closes first goes first; what cannot be sent goes last.
    assert Recipient.objects.order_by("rank")[0].order.platform_order_id == closing
    assert {row_of(storm, closed).rank, row_of(storm, by_phone).rank} == {4, 5}
    assert sum(storm.counts().values()) == 6
    assert storm.counts() == {"waiting": 4, "unreachable": 2}


def test_the_plan_is_kept_with_its_sentence_and_what_it_rests_on() -> None:
    storm = a_storm(a_desk(), orders=6, unconnected=2, training=False)
    with_ages(storm)
    planned(storm)

    view = plan_view(storm.roll_out)
    reach = view["reach"]
    assert (reach["number"], reach["why"], reach["since_last"]) == (1, "planned", [])
    assert reach["totals"]["orders"] == view["planned"] == 8
    assert reach["doors_now"]["all"]["all"] == {"api": 4, "manual": 2, "call": 1, "unreachable": 1}
    assert sum(reach["doors_now"]["platform"]["lazada"].values()) == 6
    assert reach["totals"]["unreachable"] == {"door_window_closed": 1}
    assert {each["code"] for each in reach["assumptions"]} >= {
        "reach_window_conflict", "reach_cancelled_unknown", "reach_pace_ours", "reach_quiet_ours", "reach_seats",
        "reach_api_needs_consent",
    }  # fmt: skip
    body = ReachSnapshot.objects.get(roll_out=storm.roll_out).body
    assert sentence_of(body).startswith("4 by API, 2 by hand in Seller Center, 1 by phone, 1 unreachable; ")


def test_nobody_to_reach_is_refused_in_words_of_its_own() -> None:
    storm = a_storm(a_desk(), orders=2)
    Order.objects.update(ordered_at=days_ago(40))
    with refused("nobody_can_be_reached"):
        planned(storm)


def test_a_window_that_closes_while_rows_wait_lets_nothing_leave(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=4))
    late = rows_in(storm, "waiting")[0]
    Recipient.objects.filter(pk=late.pk).update(door_until=CLOCK.now() - timedelta(seconds=1))

    work_until(lambda: len(lazada_sim.messages()) == 3)
    assert len(rows_in(storm, "waiting")) == 1
    assert claim(worker=1, size=10, now=CLOCK.now()) == []
    assert close_windows(clock=CLOCK) == 1
    late.refresh_from_db()
    assert (late.state, late.reason_code) == ("too_late", "window_closed")
    assert len(lazada_sim.messages()) == 3
    work_until(lambda: storm.refresh().state == "follow_up")
    assert sum(storm.counts().values()) == 4
    assert close_windows(clock=CLOCK) == 0


def test_before_the_seller_approves_a_closed_window_may_be_planned_again() -> None:
    storm = planned(a_storm(a_desk(), orders=3))
    late = rows_in(storm, "waiting")[1]
    Recipient.objects.filter(pk=late.pk).update(door_until=CLOCK.now())
    assert close_windows(clock=CLOCK) == 1
    late.refresh_from_db()
    assert (late.state, late.reason_code) == ("unreachable", "window_closed")
    plan(storm.refresh(), by=storm.desk.lead, clock=CLOCK)
    assert storm.counts() == {"waiting": 3}


def test_a_shop_connected_before_the_approval_gets_its_lane_and_the_digest_stays() -> None:
    desk = a_desk()
    storm = a_storm(desk, orders=3)
    other = a_shop(desk, "PH")
    some_orders(other, 4, first=77001122330000)
    add_cases(storm.refresh(), None, by=desk.lead, clock=CLOCK)
    planned(storm)
    binding = storm.roll_out.binding_digest
    assert storm.counts() == {"waiting": 3, "no_connection": 4}

    connect(desk, other, None)
    replan(storm.refresh(), by=desk.lead, clock=CLOCK, note="PH is connected")

    assert storm.counts() == {"waiting": 7}
    assert storm.roll_out.binding_digest == binding
    assert Lane.objects.filter(roll_out=storm.roll_out, connection__shop=other).count() == 1
    waves = {wave.number: wave.size for wave in storm.roll_out.waves.all()}
    assert waves == {0: 1, 1: 6}
    opened = Recipient.objects.filter(order__shop=other)
    assert {(row.door, row.wave, row.reason_code) for row in opened} == {("api", 1, "")}
    last = ReachSnapshot.objects.get(number=2)
    assert (last.why, last.note, last.body["changes"]) == ("by_person", "PH is connected", {"door_opened": 4})
    first = ReachSnapshot.objects.get(number=1)
    changed = {each.name: (each.before, each.after) for each in differences(first.body, last.body)}
    assert changed["door:api"] == (3, 7)
    assert changed["door:manual"] == (4, 0)
    assert Entry.objects.filter(verb="outreach.replan", incident_id=storm.incident.pk).count() == 1


def test_after_the_approval_a_door_that_opens_needs_a_plan_of_its_own(lazada_sim: LazadaSimHelper) -> None:
    desk = a_desk()
    storm = a_storm(desk, lazada_sim, orders=3, unconnected=0)
    other = a_shop(desk, "PH")
    some_orders(other, 2, first=77001122330000)
    add_cases(storm.refresh(), None, by=desk.lead, clock=CLOCK)
    approved(storm)
    connect(desk, other, lazada_sim)
    replan(storm.refresh(), by=desk.lead, clock=CLOCK)
    assert {row.state for row in Recipient.objects.filter(order__shop=other)} == {"no_connection"}
    # The approval still stands for these very rows.
    started_storm = storm.refresh()
    from seawall.incidents.commands import roll_out as commands

    commands.start(started_storm, by=desk.lead, clock=CLOCK)


def test_after_the_approval_a_window_found_closed_is_too_late(lazada_sim: LazadaSimHelper) -> None:
    storm = approved(a_storm(a_desk(), lazada_sim, orders=4))
    late = rows_in(storm, "waiting")[-1]
    aged(storm, late.order.platform_order_id, ordered_at=days_ago(45))
    replan(storm.refresh(), by=storm.desk.lead, clock=CLOCK)
    late.refresh_from_db()
    assert (late.state, late.reason_code) == ("too_late", "window_closed")
    assert len(rows_in(storm, "waiting")) == 2


def test_a_connection_that_stands_still_keeps_its_rows_waiting() -> None:
    storm = bring(a_storm(a_desk(), orders=4), "rolling_out")
    Connection.objects.update(stopped_reason="lane_auth_expired")
    replan(storm.refresh(), by=storm.desk.lead, clock=CLOCK)
    rows = rows_in(storm, "waiting")
    assert [(row.door, row.lane is not None) for row in rows] == [("manual", True)] * 3
    Connection.objects.update(stopped_reason="")
    replan(storm.refresh(), by=storm.desk.lead, clock=CLOCK)
    assert {row.door for row in rows_in(storm, "waiting")} == {"api"}


def test_a_mode_is_followed_when_a_person_asks_and_never_by_itself() -> None:
    storm = bring(a_storm(a_desk(), orders=3), "rolling_out")
    Connection.objects.update(mode="click")
    later = MovableClock(CLOCK.now() + timedelta(minutes=2))
    assert replan_moved(clock=later) == 1
    assert storm.roll_out.lanes.get().mode == "api"
    replan(storm.refresh(), by=storm.desk.lead, clock=CLOCK)
    assert storm.roll_out.lanes.get().mode == "click"
    assert {row.door for row in rows_in(storm, "waiting")} == {"click"}


def test_it_plans_anew_by_itself_only_when_something_differs_and_once_a_minute() -> None:
    storm = bring(a_storm(a_desk(), orders=3), "rolling_out")
    clock = MovableClock(CLOCK.now() + timedelta(minutes=2))
    assert replan_moved(clock=clock) == 0
    Pace.objects.update(sends_per_second=1)
    assert replan_moved(clock=clock) == 1
    assert replan_moved(clock=clock) == 0
    Lane.objects.update(is_stopped=True, stopped_code="lane_restricted")
    clock.move(timedelta(seconds=50))
    assert replan_moved(clock=clock) == 0
    clock.move(timedelta(seconds=20))
    assert replan_moved(clock=clock) == 1
    assert list(ReachSnapshot.objects.order_by("number").values_list("number", "why")) == [
        (1, "planned"), (2, "world_moved"), (3, "world_moved"),
    ]  # fmt: skip
    # A learned pace that creeps back is no news every minute.
    Lane.objects.update(is_stopped=False)
    clock.move(timedelta(minutes=2))
    assert replan_moved(clock=clock) == 1
    Pace.objects.update(sends_per_second="1.05")
    clock.move(timedelta(minutes=2))
    assert replan_moved(clock=clock) == 0
    assert storm.roll_out.reach_snapshots.count() == 4


def test_planning_anew_changes_no_row_in_a_workers_hand() -> None:
    storm = bring(a_storm(a_desk(), orders=4), "rolling_out")
    fill_buckets(storm, CLOCK.now())
    held = claim(worker=9, size=1, now=CLOCK.now())[0]
    Order.objects.update(ordered_at=days_ago(45))
    replan(storm.refresh(), by=storm.desk.lead, clock=CLOCK)
    assert Recipient.objects.get(pk=held.id).state == "claimed"
    assert storm.counts() == {"confirmed": 1, "claimed": 1, "too_late": 2}


def test_when_there_is_nothing_to_plan_anew_it_says_so() -> None:
    storm = bring(a_storm(a_desk(), orders=2), "follow_up")
    with refused("replan_not_now"):
        replan(storm.refresh(), by=storm.desk.lead, clock=CLOCK)
    with pytest.raises(NotAllowed):
        replan(storm.refresh(), by=storm.desk.agent, clock=CLOCK)


def test_a_buyer_who_answered_no_message_five_times_is_left_in_peace() -> None:
    storm = bring(a_storm(a_desk(), orders=2), "follow_up")
    row = Recipient.objects.exclude(platform_message_id="").order_by("pk").first()
    assert row is not None
    chat = Conversation.objects.get(messages__recipient=row)
    for number in range(4):
        Message.objects.create(
            team_id=chat.team_id, conversation=chat, message_id=f"x{number}", speaker="seller", text="…", kind="1",
            sent_at=CLOCK.now(), received_at=CLOCK.now(),
        )  # fmt: skip
    second = a_storm_of_the_same_orders(storm)
    again = Recipient.objects.get(incident=second.incident, order=row.order)
    assert (again.state, again.reason_code) == ("unreachable", "door_unanswered_limit")
    assert second.counts() == {"waiting": 1, "unreachable": 1}


def a_storm_of_the_same_orders(storm: Storm) -> Storm:
    from seawall.incidents.commands.open_incident import OpenIncident, open_incident

    incident = open_incident(
        OpenIncident(seller_code="s017", kind="customs_return", title="Again", is_training=True),
        by=storm.desk.lead, clock=CLOCK,
    )  # fmt: skip
    again = Storm(storm.desk, incident)
    add_cases(incident, None, by=storm.desk.lead, clock=CLOCK)
    return planned(again)


def test_the_export_names_every_order_with_its_turn_or_its_reason() -> None:
    storm = a_storm(a_desk(), orders=6)
    found = with_ages(storm)
    planned(storm)
    lines = list(reach_lines(storm.roll_out, by=storm.desk.lead, clock=CLOCK))
    assert sorted(line.order for line in lines) == found
    assert all((line.send_at is not None) == (line.state == "waiting") for line in lines)

    sheet = openpyxl.load_workbook(io.BytesIO(export(lines, "xlsx"))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 7
    assert {row[0] for row in rows[1:]} == set(found)
    text = export(lines, "csv").decode("utf-8-sig")
    assert len(text.splitlines()) == 7
    assert "chat window for this buyer closed" in text
    with pytest.raises(InvalidInput):
        export(lines, "pdf")


def test_no_cell_of_the_export_is_a_formula() -> None:
    line = ReachLine(
        order='=HYPERLINK("http://x")', platform="lazada", market="TH", shop="@SUM(A1)", language="th", state="waiting",
        door="api", until=None, next_doors=(), send_at=None, reason=None,
    )  # fmt: skip
    sheet = openpyxl.load_workbook(io.BytesIO(export([line], "xlsx"))).active
    row = next(sheet.iter_rows(min_row=2))
    assert {cell.data_type for cell in row if cell.value} == {"s"}
    for cell in ("'=HYPERLINK", "'@SUM"):
        assert cell in export([line], "csv").decode()


def test_the_golden_window_is_that_of_the_rulebook() -> None:
    storm = a_storm(a_desk(), orders=3)
    assert storm.refresh().golden_until is None  # they have left the warehouse: no ship-by clock runs
    first, second, _ = numbers(storm)
    ends = CLOCK.now() + timedelta(hours=30)
    aged(storm, first, status="to_ship", ship_by=ends)
    aged(storm, second, status="to_ship", ship_by=ends + timedelta(hours=30))
    planned(storm)
    until = storm.refresh().golden_until
    assert until is not None
    assert ends - timedelta(hours=1) <= until <= ends


def test_the_rows_of_a_platform_whose_consent_is_missing_wait_for_a_key_press() -> None:
    desk = a_desk()
    storm = a_storm(desk, orders=1)
    shop = a_shop(desk, "MY", platform=Platform.SHOPEE)
    some_orders(shop, 2, first=55001122330000)
    connect(desk, shop, None)
    add_cases(storm.refresh(), None, by=desk.lead, clock=CLOCK)
    planned(storm)
    assert {row.door for row in Recipient.objects.filter(order__shop=shop)} == {"click"}
    assert RollOut.objects.get().recipients.filter(state="waiting").count() == 3


@dataclass
class _PausingClock:
    """Asked for the time in mid-planning, it lets somebody else pause the roll-out first."""

    storm: Storm
    has_paused: bool = False

    def now(self) -> datetime:
        if not self.has_paused:
            pausing = threading.Thread(target=self._pause)
            pausing.start()
            pausing.join(20)
        return CLOCK.now()

    def _pause(self) -> None:
        pause(self.storm.incident, by=self.storm.desk.lead, clock=CLOCK)
        self.has_paused = True
        connections.close_all()


def test_a_pause_never_waits_for_a_plan_in_the_making() -> None:
    storm = bring(a_storm(a_desk(), orders=4), "rolling_out")
    clock = _PausingClock(storm)
    replan(storm.refresh(), by=storm.desk.lead, clock=clock)
    assert clock.has_paused
    assert storm.roll_out.state == "paused"
    assert storm.roll_out.reach_snapshots.count() == 2
