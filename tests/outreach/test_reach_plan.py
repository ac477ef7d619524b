"""The pure plan: every buyer has a door or a reason, all adds up, and no lane is laid out faster than it may go."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kernel.markets import Market, Platform
from seawall.outreach.reach import DoorKind, Quota, ReachItem, ReachPlan, ShopDoors, World, plan_reach, reach_rules
from seawall.outreach.reach.planner import rank_key
from seawall.outreach.reach.schedule import OpenHours

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
"""Eleven in Bangkok, noon in Kuala Lumpur."""
NIGHT = (time(21), time(8))


def an_item(key: int, shop: int = 1, **known: Any) -> ReachItem:
    values = {"ordered_at": NOON - timedelta(days=2), "language": "th", "text": f"words {key}", **known}
    return ReachItem(key=key, orders=(f"{key:04d}",), shop=shop, **values)


def a_shop(platform: Platform = Platform.TIKTOK, market: Market = Market.TH, **known: Any) -> ShopDoors:
    return ShopDoors(
        **{
            "code": f"{platform.letter}{market}",
            "platform": platform,
            "market": market,
            "mode": "api",
            "quiet": NIGHT,
            **known,
        }
    )


def a_quota(per_day: int, *shops: int, used: int = 0) -> Quota:
    return Quota(
        name="q", platform=Platform.TIKTOK, shops=frozenset(shops), per_day=per_day, zone=Market.SG.zone,
        used_today=used,
    )  # fmt: skip


def test_twenty_four_thousand_under_a_daily_quota_take_two_days_and_a_bit() -> None:
    midnight = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    world = World(now=midnight, shops={1: a_shop(pace=10)}, quotas=(a_quota(10_000, 1),), keeps_quiet_hours=False)
    plan = plan_reach([an_item(key) for key in range(24_000)], world)
    assert plan.totals["doors"] == {"api": 24_000, "click": 0, "manual": 0, "call": 0, "unreachable": 0}
    assert plan.lanes[0].waits_for == "quota"
    assert round(plan.seconds / 86_400, 1) == 2.0
    counted = Counter(row.send_at.astimezone(Market.SG.zone).date() for row in plan.rows if row.send_at)
    assert sorted(counted.values()) == [4_000, 10_000, 10_000]


def test_what_was_sent_today_already_is_taken_off_the_quota() -> None:
    world = World(now=NOON, shops={1: a_shop(pace=10)}, quotas=(a_quota(100, 1, used=95),), keeps_quiet_hours=False)
    plan = plan_reach([an_item(key) for key in range(10)], world)
    today = [row for row in plan.rows if row.send_at and row.send_at.astimezone(Market.SG.zone).day == 25]
    assert len(today) == 5


def test_a_quota_of_nothing_lets_nothing_leave() -> None:
    world = World(now=NOON, shops={1: a_shop()}, quotas=(a_quota(0, 1),), deadline_at=NOON + timedelta(days=9))
    plan = plan_reach([an_item(key) for key in range(3)], world)
    assert [row.send_at for row in plan.rows] == [None] * 3
    assert plan.expiring == 3


def test_nobody_is_written_to_at_night() -> None:
    evening = datetime(2026, 11, 25, 13, 59, 30, tzinfo=UTC)  # half a minute before nine in Bangkok
    plan = plan_reach([an_item(key) for key in range(60)], World(now=evening, shops={1: a_shop(pace=1)}))
    times = sorted(row.send_at.astimezone(Market.TH.zone) for row in plan.rows if row.send_at)
    assert sum(at.day == 25 for at in times) == 30
    assert times[30].time() == time(8, 0)
    assert plan.lanes[0].waits_for == "quiet_hours"


def test_what_closes_before_its_turn_is_told_and_who() -> None:
    soon = an_item(7, ordered_at=NOON - timedelta(days=60) + timedelta(hours=1))
    world = World(now=NOON, shops={1: a_shop(pace=1, blocked_until=NOON + timedelta(hours=2))})
    plan = plan_reach([an_item(1), soon], world)
    assert [(row.key, row.expires.code) for row in plan.rows if row.expires] == [(7, "plan_window_first")]
    assert (plan.expiring, plan.totals["expiring"]) == (1, 1)


def test_what_does_not_fit_before_the_deadline_is_told() -> None:
    world = World(now=NOON, shops={1: a_shop(pace=1)}, deadline_at=NOON + timedelta(seconds=10))
    plan = plan_reach([an_item(key) for key in range(25)], world)
    assert plan.expiring == 15
    assert {row.expires.code for row in plan.rows if row.expires} == {"plan_too_slow"}


def test_the_closing_window_goes_first_then_the_late_then_the_dear_then_the_number() -> None:
    closing = NOON - timedelta(days=60) + timedelta(hours=3)
    items = [
        an_item(1), an_item(2, value=Decimal(900)), an_item(3, is_late=True), an_item(4, ordered_at=closing),
        an_item(0),
        an_item(5, ordered_at=NOON - timedelta(days=99)),
    ]  # fmt: skip
    plan = plan_reach(items, World(now=NOON, shops={1: a_shop()}))
    assert [row.key for row in plan.rows] == [4, 3, 2, 0, 1, 5]
    assert [row.rank for row in plan.rows] == list(range(6))
    assert plan.rows[-1].unreachable is not None


def test_people_press_and_phone_as_fast_as_there_are_seats() -> None:
    shops = {1: a_shop(Platform.SHOPEE, Market.MY, mode="click", pace=1), 2: a_shop(mode="", pace=1)}
    items = [an_item(key, 1) for key in range(100)] + [an_item(key, 2) for key in range(100, 110)]
    one, four = (plan_reach(items, World(now=NOON, shops=shops, seats=seats)) for seats in (1, 4))
    seconds = reach_rules().seconds
    assert (
        sum(lane.people_seconds for lane in one.lanes) == 100 * seconds[DoorKind.CLICK] + 10 * seconds[DoorKind.MANUAL]
    )
    alone = 100 * seconds[DoorKind.CLICK] + 10 * seconds[DoorKind.MANUAL]
    assert 0.9 * alone <= one.seconds <= alone
    assert 0.9 * alone / 4 <= four.seconds <= alone / 4


def test_the_same_words_twice_in_one_shopee_shop_go_once() -> None:
    world = World(now=NOON, shops={1: a_shop(Platform.SHOPEE, Market.MY, mode="click")})
    plan = plan_reach([an_item(1, text="same"), an_item(2, text="same")], world)
    assert [row.unreachable.code if row.unreachable else "" for row in plan.rows] == ["", "door_identical_text"]


def test_a_message_that_names_three_orders_counts_as_three() -> None:
    item = ReachItem(key=1, orders=("1", "2", "3"), shop=1, language="th", ordered_at=NOON)
    plan = plan_reach([item], World(now=NOON, shops={1: a_shop()}))
    assert (plan.totals["messages"], plan.totals["orders"]) == (1, 3)
    assert plan.lanes[0].waits_for == "pace"
    assert plan.totals["by_language"] == {"th": {"api": 3, "click": 0, "manual": 0, "call": 0, "unreachable": 0}}


def test_a_plan_without_buyers_is_empty() -> None:
    plan = plan_reach([], World(now=NOON, shops={}))
    assert (plan.rows, plan.lanes, plan.seconds, plan.ends_at) == ((), (), 0.0, None)


ages = st.none() | st.floats(min_value=0, max_value=70).map(lambda days: NOON - timedelta(days=days))
shops = st.dictionaries(
    st.integers(1, 4),
    st.builds(
        ShopDoors,
        code=st.uuids().map(str), platform=st.sampled_from(Platform), market=st.sampled_from(Market),
        mode=st.sampled_from(["", "api", "click", "manual"]), stopped=st.sampled_from(["", "", "connection_refused"]),
        pace=st.sampled_from([0.05, 0.5, 1, 8]),
        quiet=st.sampled_from([None, NIGHT, (time(12), time(14)), (time(0), time(0))]),
        blocked_until=st.none() | st.integers(0, 48).map(lambda hours: NOON + timedelta(hours=hours)),
    ),
    min_size=1,
)  # fmt: skip


@st.composite
def storms(draw: st.DrawFn) -> tuple[list[ReachItem], World]:
    known = draw(shops)
    items = [
        ReachItem(
            key=key, orders=tuple(f"{key}-{n}" for n in range(draw(st.integers(1, 3)))),
            shop=draw(st.sampled_from(sorted(known))), language=draw(st.sampled_from(["th", "en"])),
            text=draw(st.sampled_from(["", "same", f"own {key}"])), ordered_at=draw(ages), talked_at=draw(ages),
            buyer_wrote_at=draw(ages), is_cancelled=draw(st.booleans()), is_late=draw(st.booleans()),
            is_returning=draw(st.booleans()), value=draw(st.none() | st.decimals(0, 999, places=2)),
            unanswered=draw(st.integers(0, 6)), phone=draw(st.sampled_from(["", "open", "masked"])),
            has_opted_out=draw(st.sampled_from([False, False, False, True])),
        )
        for key in range(draw(st.integers(0, 25)))
    ]  # fmt: skip
    quotas = tuple(
        Quota(
            name=str(number), platform=Platform.TIKTOK, shops=draw(st.frozensets(st.sampled_from(sorted(known)))),
            per_day=draw(st.integers(0, 8)), zone=draw(st.sampled_from([Market.ID.zone, Market.SG.zone])),
            used_today=draw(st.integers(0, 9)),
        )
        for number in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    world = World(
        now=NOON + timedelta(hours=draw(st.integers(0, 23))), shops=known, quotas=quotas, seats=draw(st.integers(0, 5)),
        deadline_at=draw(st.none() | st.integers(1, 90).map(lambda hours: NOON + timedelta(hours=hours))),
        keeps_quiet_hours=draw(st.booleans()),
    )  # fmt: skip
    return items, world


@settings(max_examples=120, deadline=None)
@given(storms())
def test_every_buyer_has_exactly_one_door_or_a_reason_and_all_adds_up(storm: tuple[list[ReachItem], World]) -> None:
    items, world = storm
    plan = plan_reach(items, world)
    assert sorted(row.key for row in plan.rows) == [item.key for item in items]
    assert [row.rank for row in plan.rows] == list(range(len(items)))
    by_key = {item.key: item for item in items}
    keys = [rank_key(by_key[row.key], row.door, world.now) for row in plan.rows]
    assert keys == sorted(keys)
    for row in plan.rows:
        assert (row.door is None) == (row.unreachable is not None)
        kinds = [door.kind for door in (*([row.door] if row.door else []), *row.others, *row.closed)]
        assert sorted(kinds) == sorted(DoorKind)
        assert all(not door.is_open and door.why_closed for door in row.closed)
        assert (row.send_at is not None) + (row.expires is not None) == (row.door is not None)
    orders = sum(len(item.orders) for item in items)
    totals: Any = plan.totals
    assert totals["orders"] == sum(totals["doors"].values()) == orders
    for name in ("by_platform", "by_shop", "by_market", "by_language"):
        assert sum(sum(each.values()) for each in totals[name].values()) == orders
    assert sum(totals["unreachable"].values()) == totals["doors"]["unreachable"]
    assert sum(lane.count for lane in plan.lanes) == sum(row.door is not None for row in plan.rows)
    assert plan == plan_reach(items, world)


@settings(max_examples=120, deadline=None)
@given(storms())
def test_no_lane_is_laid_out_faster_than_it_may_go(storm: tuple[list[ReachItem], World]) -> None:
    items, world = storm
    plan = plan_reach(items, world)
    by_key = {item.key: item for item in items}
    _paces_hold(plan, by_key)
    for row in plan.rows:
        if row.send_at is None or row.door is None:
            continue
        shop = world.shops[by_key[row.key].shop]
        assert row.send_at >= world.now
        if shop.blocked_until and row.door.kind in (DoorKind.API, DoorKind.CLICK):
            assert row.send_at >= shop.blocked_until
        assert row.door.closes_at is None or row.send_at < row.door.closes_at
        assert world.deadline_at is None or row.send_at < world.deadline_at
        assert not (world.keeps_quiet_hours and _is_quiet(row.send_at.astimezone(shop.market.zone).time(), shop.quiet))
    for quota in world.quotas:
        days = Counter(
            row.send_at.astimezone(quota.zone).date()
            for row in plan.rows
            if row.send_at and row.door and row.door.kind is not DoorKind.CALL and by_key[row.key].shop in quota.shops
        )
        today = world.now.astimezone(quota.zone).date()
        for day, count in days.items():
            assert count <= max(quota.per_day - (quota.used_today if day == today else 0), 0)


def _is_quiet(wall: time, span: tuple[time, time] | None) -> bool:
    if span is None or span[0] == span[1]:
        return False
    begins, ends = span
    return begins <= wall < ends if begins < ends else wall >= begins or wall < ends


def _paces_hold(plan: ReachPlan, by_key: dict[int, ReachItem]) -> None:
    for lane in plan.lanes:
        times = [
            row.send_at.timestamp()
            for row in plan.rows
            if row.send_at and row.door and (by_key[row.key].shop, row.door.kind) == (lane.shop, lane.door)
        ]
        assert len(times) == lane.sent
        # In order of rank, and never closer than the pace allows.
        for before, after in pairwise(times):
            assert after - before >= 1 / lane.pace - 1e-3


@given(st.integers(0, 86_400 * 4), st.sampled_from(Market))
def test_the_next_open_hour_is_the_nearest_one(after: int, market: Market) -> None:
    hours = OpenHours(market.zone, (time(21), time(8)))
    at = NOON.timestamp() + after
    opens = hours.next_open(at)
    wall = datetime.fromtimestamp(at, UTC).astimezone(market.zone).time()
    if time(8) <= wall < time(21):
        assert opens == at
    else:
        assert at < opens <= at + 11 * 3600
        assert datetime.fromtimestamp(opens, UTC).astimezone(market.zone).time() == time(8)
