"""Make the reachability plan anew when the world has moved: doors, windows and order of what still waits.

Neither words nor audience change, so an approval stands. Nothing is sent.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.outreach.commands.plan_roll_out import open_lanes
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Lane, ReachSnapshot, Recipient, RollOut, Wave
from seawall.outreach.reach import REFUSED_BEFORE, ReachPlan, World, plan_reach
from seawall.outreach.reach_ledger import (
    COMES_BACK,
    UNTIL_A_PERSON_LOOKS,
    Standing,
    doors_kept,
    standing_of,
    window_is_over,
    write_doors,
)
from seawall.outreach.reach_snapshots import keep_snapshot, newest, world_mark
from seawall.outreach.reach_world import Wanted, items_of, shop_doors, world_of
from seawall.outreach.states import RecipientState, RollOutState
from seawall.shops.api import SendMode, Shop, mode_for
from seawall.tenancy.api import Actor
from seawall.timeline.api import record

log = structlog.get_logger()

BEFORE_APPROVAL = frozenset({RollOutState.PLANNED, RollOutState.SAMPLE_SENT})
CAN_BE_REPLANNED = BEFORE_APPROVAL | {RollOutState.APPROVED, RollOutState.RUNNING, RollOutState.PAUSED}
REPLAN_AT_MOST_EVERY = timedelta(minutes=1)
"""A roll-out is planned anew by itself no more often (ours)."""

_WITHOUT_DOOR = (RecipientState.NO_CONNECTION.value, RecipientState.UNREACHABLE.value)
_WAITING = RecipientState.WAITING.value


def replan(
    roll_out: RollOut,
    *,
    by: Actor | None,
    clock: Clock,
    note: str = "",
    after: int | None = None,
    consented: Collection[int] = (),
) -> ReachSnapshot:
    """Look at every row that nothing was sent for again, and keep the new plan as the roll-out's next snapshot.

    Before the seller approves, doors may open and close: a shop that was connected since gets a lane, a row without a
    door leaves its lane. Afterwards doors only close: a row whose window is over becomes `too_late`, a row whose
    connection stands still keeps waiting, and an order that had no door then needs a plan of its own. A connection
    whose mode changed is followed when a person asks (`by`), never by itself.

    The roll-out is locked only to begin and to apply: a pause never waits for the planning between, so call this
    outside a transaction of your own. `after` names the plan that is to be replaced, where it must be that one;
    `consented` the shops whose platform has consented in writing to what it lists as abuse.
    Raises Refused(replan_not_now) in any other state, Refused(replan_moved_on) when roll-out or plan moved on
    meanwhile, Refused(mode_not_lawful), Refused(training_needs_simulator).
    """
    if by:
        by.require("outreach.plan")
    with transaction.atomic():
        may_open = _locked(roll_out).state in BEFORE_APPROVAL
        if by:
            _follow_modes(roll_out, consented)
        rows = _rows(roll_out, may_open=may_open)
        if may_open:
            without = {row.shop_id for row in rows.values()} - set(lanes_by_shop(roll_out))
            open_lanes(roll_out, without, clock, consented=consented)
    lanes = lanes_by_shop(roll_out)
    plan, world = _planned(roll_out, rows, lanes, clock)
    kept = COMES_BACK if by else UNTIL_A_PERSON_LOOKS
    moves = _moves(rows, plan, lanes, comes_back=kept if may_open else None)
    _write_what_differs(rows, plan)
    with transaction.atomic():
        is_as_before = (_locked(roll_out).state in BEFORE_APPROVAL) == may_open
        last = newest(roll_out)
        if not is_as_before or (after is not None and (last is None or last.number != after)):
            raise Refused("replan_moved_on")
        changes = _move(roll_out, moves, lanes, clock)
        if may_open:
            _change_lanes(rows, lanes)
            _count_waves(roll_out)
        why = "by_person" if by else "world_moved"
        snapshot = keep_snapshot(roll_out, plan, world, by=by, why=why, note=note, changes=changes)
        record(
            team_id=roll_out.team_id, incident_id=roll_out.incident_id, verb="outreach.replan", clock=clock, by=by,
            subject=f"roll_out:{roll_out.pk}", why=note, after={"number": snapshot.number, **changes},
        )  # fmt: skip
    return snapshot


def _locked(roll_out: RollOut) -> RollOut:
    locked = RollOut.objects.select_for_update().get(pk=roll_out.pk)
    if locked.state not in CAN_BE_REPLANNED:
        raise Refused("replan_not_now", state=locked.state)
    return locked


def replan_moved(*, clock: Clock) -> int:
    """Plan those roll-outs anew whose lanes or connections are not what their newest plan was made for, each at most
    once in `REPLAN_AT_MOST_EVERY`. Returns how many. Of workers that do it at the same time one keeps its plan."""
    done = 0
    for roll_out in RollOut.objects.filter(state__in=[s.value for s in CAN_BE_REPLANNED]).order_by("pk"):
        last = newest(roll_out)
        if last is None or clock.now() - last.as_of < REPLAN_AT_MOST_EVERY or not has_moved(roll_out, last):
            continue
        try:
            replan(roll_out, by=None, clock=clock, after=last.number)
        except Refused as refusal:
            # Stopped, finished or approved since it was listed; a mode that is not lawful waits for a person.
            log.info("not planned anew", action="outreach.replan", roll_out=roll_out.pk, code=refusal.code)
            continue
        done += 1
    return done


def has_moved(roll_out: RollOut, last: ReachSnapshot) -> bool:
    """Whether lanes or connections differ from those a plan was made for."""
    # By the plan's own list of shops: counting the ledger for it every second would cost more than all the rest.
    codes = list(last.body["totals"]["by_shop"])
    shop_ids = set(Shop.objects.filter(team_id=roll_out.team_id, code__in=codes).values_list("pk", flat=True))
    return world_mark(shop_doors(shop_ids, lanes_by_shop(roll_out).values())) != last.world_mark


def close_windows(*, clock: Clock) -> int:
    """Settle waiting rows whose window is over: `too_late` once approved, before that `unreachable`, so that a later
    plan may hold them again. Returns how many. A row in a worker's hand is not waiting, and is left to its outcome."""
    closed = 0
    over = Recipient.objects.filter(state=_WAITING, door_until__lte=clock.now())
    for states, event in (
        (CAN_BE_REPLANNED - BEFORE_APPROVAL, "too_late"),
        (BEFORE_APPROVAL | {RollOutState.SAMPLING}, "unreachable"),
    ):
        rows = over.filter(roll_out__state__in=[state.value for state in states])
        closed += move_rows(rows, event, clock=clock, reason="window_closed")
    return closed


def lanes_by_shop(roll_out: RollOut) -> dict[int, Lane]:
    """The lane of each shop whose connection is still the one in use."""
    lanes = roll_out.lanes.filter(connection__is_active=True).select_related("connection").order_by("pk")
    return {lane.connection.shop_id: lane for lane in lanes}


def _follow_modes(roll_out: RollOut, consented: Collection[int]) -> None:
    """Let lanes take over the modes their connections were given since. Raises Refused for one that is not lawful."""
    for lane in roll_out.lanes.filter(connection__is_active=True).select_related("connection__shop").order_by("pk"):
        connection = lane.connection
        if connection.mode != lane.mode and connection.mode in SendMode.values:
            has_consent = connection.shop_id in consented
            mode_for(Platform(connection.shop.platform), connection.mode, has_consent=has_consent)
            Lane.objects.filter(pk=lane.pk).update(mode=connection.mode)


@dataclass(frozen=True, slots=True)
class _Row:
    """A message's ledger row as it stood: its carrier's, where it names several orders."""

    order_ids: tuple[int, ...]
    shop_id: int
    language: str
    text_sha256: str
    state: str
    lane_id: int | None
    rank: int
    door: str
    door_until: datetime | None
    next_doors: list[list[str | None]]
    reason_code: str
    reason_params: dict[str, Any]

    @property
    def not_by(self) -> frozenset[str]:
        """Modes that refused this buyer before."""
        return frozenset({self.reason_params["mode"]}) if self.reason_code == REFUSED_BEFORE else frozenset()


def _rows(roll_out: RollOut, *, may_open: bool) -> dict[int, _Row]:
    wanted = Q(state=_WAITING)
    if may_open:
        wanted |= Q(state__in=_WITHOUT_DOOR, attempts=0)
    rows = Recipient.objects.filter(wanted, roll_out=roll_out, rides_with__isnull=True).order_by("rank", "pk")
    values = rows.values_list(
        "pk", "order_id", "order__shop_id", "language", "text_sha256", "state", "lane_id", "rank", "door", "door_until",
        "next_doors", "reason_code", "reason_params",
    )  # fmt: skip
    riders: dict[int | None, list[int]] = defaultdict(list)
    riding = Recipient.objects.filter(roll_out=roll_out, rides_with__isnull=False).order_by("rank", "pk")
    for carrier, order_id in riding.values_list("rides_with_id", "order_id"):
        riders[carrier].append(order_id)
    return {pk: _Row((order_id, *riders.get(pk, ())), *rest) for pk, order_id, *rest in values}


def _planned(
    roll_out: RollOut, rows: Mapping[int, _Row], lanes: Mapping[int, Lane], clock: Clock
) -> tuple[ReachPlan, World]:
    wanted = [
        Wanted(
            key=pk, order_ids=row.order_ids, shop_id=row.shop_id, language=row.language, text_sha256=row.text_sha256,
            not_by=row.not_by,
        )
        for pk, row in rows.items()
    ]  # fmt: skip
    now = clock.now()
    world = world_of(roll_out, {each.shop_id for each in wanted}, lanes.values(), now=now)
    return plan_reach(items_of(wanted, roll_out.team_id, now), world), world


def _write_what_differs(rows: Mapping[int, _Row], plan: ReachPlan) -> None:
    """The rows keep their set of ranks; who has which changes."""
    ranks = sorted(row.rank for row in rows.values())
    fresh = [(each.key, rows[each.key], doors_kept(each), rank) for each, rank in zip(plan.rows, ranks, strict=True)]
    changed = [
        (pk, doors, rank)
        for pk, row, doors, rank in fresh
        if (row.door, row.door_until, row.next_doors, row.rank) != (doors.door, doors.until, doors.following, rank)
    ]
    write_doors([pk for pk, _, _ in changed], [doors for _, doors, _ in changed], [rank for _, _, rank in changed])


@dataclass(frozen=True, slots=True)
class _Move:
    key: int
    event: str
    shop_id: int
    reason_code: str
    params: tuple[tuple[str, str | int], ...]


def _moves(
    rows: Mapping[int, _Row], plan: ReachPlan, lanes: Mapping[int, Lane], *, comes_back: Collection[str] | None
) -> list[_Move]:  # fmt: skip
    """What becomes of the rows. `comes_back` is None once the seller has approved: then only closed windows count."""
    found = []
    for each in plan.rows:
        row = rows[each.key]
        lane = lanes.get(row.shop_id)
        if comes_back is not None:
            standing = standing_of(each, lane, comes_back=comes_back)
            if standing.state != row.state:
                found.append(_Move(each.key, _EVENTS[standing.state], row.shop_id, *_why(standing)))
        elif lane is not None and window_is_over(each, lane):
            found.append(_Move(each.key, "too_late", row.shop_id, "window_closed", ()))
    return found


_EVENTS = {
    RecipientState.WAITING: "door_opened",
    RecipientState.UNREACHABLE: "unreachable",
    RecipientState.NO_CONNECTION: "no_connection",
}


def _why(standing: Standing) -> tuple[str, tuple[tuple[str, str | int], ...]]:
    return standing.reason_code, tuple(sorted(standing.reason_params.items()))


def _move(
    roll_out: RollOut, moves: Sequence[_Move], lanes: Mapping[int, Lane], clock: Clock
) -> dict[str, int]:  # fmt: skip
    """Apply the moves, many at once. Rows that got a door join the last wave; rows that lost theirs leave the lane."""
    groups: dict[tuple[str, int, str, tuple[tuple[str, str | int], ...]], list[int]] = defaultdict(list)
    for each in moves:
        groups[(each.event, each.shop_id, each.reason_code, each.params)].append(each.key)
    last = roll_out.waves.order_by("-number").first()
    counted: Counter[str] = Counter()
    for (event, shop_id, reason, params), keys in sorted(groups.items()):
        rows = _with_riders(keys)
        if event == "door_opened":
            rows.filter(state__in=_WITHOUT_DOOR).update(lane=lanes[shop_id], wave=max(last.number if last else 1, 1))
        counted[event] += move_rows(rows, event, clock=clock, reason=reason, params=dict(params))
        if event in ("unreachable", "no_connection"):
            rows.filter(state__in=_WITHOUT_DOOR).update(lane=None, wave=0)
    return dict(counted)


def _change_lanes(rows: Mapping[int, _Row], lanes: Mapping[int, Lane]) -> None:
    """Rows of a shop that was connected to something else since go by its new lane."""
    for shop_id, lane in lanes.items():
        moved = [pk for pk, row in rows.items() if row.shop_id == shop_id and row.lane_id not in (None, lane.pk)]
        if moved:
            _with_riders(moved).filter(state=_WAITING, copied_at__isnull=True).update(lane=lane)


def _with_riders(keys: Collection[int]) -> QuerySet[Recipient]:
    """The rows of all orders that these messages name."""
    return Recipient.objects.filter(Q(pk__in=keys) | Q(rides_with__in=keys))


def _count_waves(roll_out: RollOut) -> None:
    """Sizes of the waves as the rows stand now; the sample's place goes to the next in line if it fell free."""
    in_lanes = Recipient.objects.filter(roll_out=roll_out, lane__isnull=False)
    if roll_out.state == RollOutState.PLANNED and not in_lanes.filter(wave=0).exists():
        heir = in_lanes.filter(state=_WAITING, rides_with__isnull=True).order_by("wave", "rank", "pk").first()
        if heir is not None:
            _with_riders([heir.pk]).update(wave=0)
    for number in {0, *in_lanes.values_list("wave", flat=True).distinct()}:
        Wave.objects.update_or_create(
            team_id=roll_out.team_id, roll_out=roll_out, number=number,
            defaults={"size": in_lanes.filter(wave=number).count()},
        )  # fmt: skip
    for wave in roll_out.waves.filter(number__gt=0):
        if not in_lanes.filter(wave=wave.number).exists():
            wave.delete()
