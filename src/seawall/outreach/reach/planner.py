"""The reachability plan: doors for every buyer, order of sending, lanes laid out in time, totals that add up."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from seawall.kernel.reasons import Reason
from seawall.outreach.reach.assumptions import assumptions_of
from seawall.outreach.reach.doors import doors_of
from seawall.outreach.reach.rules import ReachRules, reach_rules
from seawall.outreach.reach.schedule import NEVER, LaneLoad, LaneTimes, Queued, lay_out
from seawall.outreach.reach.totals import totals_of
from seawall.outreach.reach.values import (
    Door,
    DoorKind,
    LanePlan,
    ReachItem,
    ReachPlan,
    ReachRow,
    ShopDoors,
    World,
)

URGENT_STEP = timedelta(hours=6)
URGENT_SPAN = timedelta(days=7)
"""Windows are ranked in steps of six hours, and those that close later than a week from now are alike (ours): else no
two windows would be equal, and neither late dispatch nor value would ever count."""

_NO_MESSAGE = 1 << 30
"""Past every step that a message can have."""


def plan_reach(items: Sequence[ReachItem], world: World, rules: ReachRules | None = None) -> ReachPlan:
    """The plan for these items: one door or one reason each, ranks 0..n-1, every lane laid out in time.

    The same input gives the same plan. Raises KeyError for an item of a shop the world does not hold.
    """
    rules = rules or reach_rules()
    chosen = [_choose(item, world, rules) for item in _told_apart(items, world, rules)]
    ranked = sorted(zip(items, chosen, strict=True), key=lambda pair: rank_key(pair[0], pair[1].door, world.now))
    rows = [replace(row, rank=rank) for rank, (_, row) in enumerate(ranked)]
    ordered = [item for item, _ in ranked]
    loads = _loads(ordered, rows, world, rules)
    deadline = world.deadline_at.timestamp() if world.deadline_at else NEVER
    times = lay_out(loads, world.quotas, now=world.now.timestamp(), deadline=deadline)
    rows = _timed(rows, loads, times, world)
    lanes = tuple(_lane_plan(load, times[load.key], world, rules) for load in loads)
    return ReachPlan(
        as_of=world.now,
        rows=tuple(rows),
        lanes=lanes,
        assumptions=assumptions_of(ordered, rows, world, rules),
        totals=totals_of(ordered, rows, world),
        ends_at=max((lane.ends_at for lane in lanes if lane.ends_at), default=None),
    )


def rank_key(item: ReachItem, door: Door | None, now: datetime) -> tuple[int, bool, Decimal, str, int]:
    """Closing window first, then late-dispatched, then value, then the order's number; who gets no message, last."""
    if door is None or door.kind is DoorKind.CALL:
        step = _NO_MESSAGE + (door is None)
    else:
        ends = door.urgent_at
        left = URGENT_SPAN if ends is None else min(max(ends - now, timedelta()), URGENT_SPAN)
        step = left // URGENT_STEP
    return step, not item.is_late, -(item.value or Decimal()), item.orders[0], item.key


def _told_apart(items: Sequence[ReachItem], world: World, rules: ReachRules) -> Iterable[ReachItem]:
    """Where a platform refuses the same words again, only the first message with them may go now: over a whole shop,
    since over what the platform counts nobody says."""
    seen: set[tuple[int, str]] = set()
    for item in items:
        mark = (item.shop, item.text)
        if item.text and rules.platforms[world.shops[item.shop].platform].identical_text_h:
            if mark in seen:
                yield replace(item, same_words_at=world.now)
                continue
            seen.add(mark)
        yield item


def _choose(item: ReachItem, world: World, rules: ReachRules) -> ReachRow:
    doors = doors_of(item, world.shops[item.shop], rules, world.now)
    opened = [door for door in doors if door.is_open]
    closed = tuple(door for door in doors if not door.is_open)
    return ReachRow(
        key=item.key,
        door=opened[0] if opened else None,
        others=tuple(opened[1:]),
        closed=closed,
        unreachable=None if opened else _why_none(closed, world.shops[item.shop].mode),
        rank=0,
        send_at=None,
        expires=None,
    )


def _why_none(closed: Sequence[Door], mode: str) -> Reason:
    """The reason that says most: that of the door which the connection is for, else of Seller Center."""
    by_kind = {door.kind: door.why_closed for door in closed}
    for kind in (mode, DoorKind.MANUAL.value):
        why = by_kind.get(DoorKind(kind)) if kind in list(DoorKind) else None
        if why is not None and why.code != "door_connection_stopped":
            return why
    return Reason("door_no_window")


def _loads(items: Sequence[ReachItem], rows: Sequence[ReachRow], world: World, rules: ReachRules) -> list[LaneLoad]:
    queues: dict[tuple[int, str], list[Queued]] = defaultdict(list)
    for item, row in zip(items, rows, strict=True):
        if row.door is not None:
            closes = row.door.closes_at.timestamp() if row.door.closes_at else NEVER
            queues[(item.shop, row.door.kind.value)].append(Queued(row.rank, closes))
    work = sum(len(queue) * rules.seconds[DoorKind(door)] for (_, door), queue in queues.items())
    # People share their time over all that they press, write and phone, so that they end with all of it together.
    seats = max(world.seats, 1)
    loads = []
    for (shop_id, door), queue in sorted(queues.items()):
        shop, kind = world.shops[shop_id], DoorKind(door)
        waits = shop.blocked_until if kind in (DoorKind.API, DoorKind.CLICK) else None
        loads.append(
            LaneLoad(
                key=(shop_id, door),
                shop=shop_id,
                pace=_pace(shop, kind, rules.seconds[kind], len(queue) * seats / work if work else 0.0),
                starts_at=max(world.now, waits or world.now).timestamp(),
                zone=shop.market.zone,
                queue=queue,
                quiet=shop.quiet if world.keeps_quiet_hours else None,
                counts_in_quota=kind is not DoorKind.CALL,
            )
        )
    return loads


def _pace(shop: ShopDoors, kind: DoorKind, people_s: int, by_people: float) -> float:
    """A lane's own pace, and no faster than its people. `people_s`: a person's seconds for one message."""
    if not people_s:
        return shop.pace
    return min(shop.pace, by_people) if kind is DoorKind.CLICK else by_people


def _timed(
    rows: Sequence[ReachRow], loads: Sequence[LaneLoad], times: Mapping[tuple[int, str], LaneTimes], world: World
) -> list[ReachRow]:
    timed = list(rows)
    for load in loads:
        for queued, at in zip(load.queue, times[load.key].at, strict=True):
            row = timed[queued.rank]
            if at is not None:
                timed[queued.rank] = replace(row, send_at=datetime.fromtimestamp(at, UTC))
            else:
                timed[queued.rank] = replace(row, expires=_why_late(queued, world))
    return timed


def _why_late(queued: Queued, world: World) -> Reason:
    deadline = world.deadline_at.timestamp() if world.deadline_at else NEVER
    return Reason(
        "plan_window_first" if queued.closes_at <= deadline and queued.closes_at != NEVER else "plan_too_slow"
    )


def _lane_plan(load: LaneLoad, times: LaneTimes, world: World, rules: ReachRules) -> LanePlan:
    ends = times.ends_at
    now = world.now.timestamp()
    quotas = [quota.per_day for quota in world.quotas if load.shop in quota.shops and load.counts_in_quota]
    sent = [at for at in times.at if at is not None]
    waits = Counter({"pace": max(len(sent) - 1, 0) / load.pace, "blocked": load.starts_at - now, **times.waited})
    return LanePlan(
        shop=load.shop,
        door=DoorKind(load.key[1]),
        count=len(load.queue),
        sent=len(sent),
        expiring=len(load.queue) - len(sent),
        pace=load.pace,
        people_seconds=len(load.queue) * rules.seconds[DoorKind(load.key[1])],
        per_day=min(quotas, default=None),
        starts_at=datetime.fromtimestamp(min(sent), UTC) if sent else None,
        ends_at=datetime.fromtimestamp(ends, UTC) if ends is not None else None,
        seconds=max(ends - now, 0.0) if ends is not None else 0.0,
        waits_for=max(sorted(waits), key=lambda name: (waits[name], name == "pace")),
    )
