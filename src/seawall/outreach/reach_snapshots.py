"""Reachability plans as kept: numbered, with what each foresaw, and what changed from one to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from seawall.kernel.digest import digest_of
from seawall.outreach.models import ReachSnapshot, RollOut
from seawall.outreach.reach import ReachPlan, ShopDoors, World
from seawall.tenancy.api import Actor

PACE_STEP = 1.25
"""A lane's pace has moved when it differs by a quarter: what is learned every minute is no news each time (ours)."""


def world_mark(shops: Mapping[int, ShopDoors]) -> str:
    """Digest of what, once it changes, changes the doors: modes, stops, learned paces in steps."""
    return digest_of(
        [
            [pk, shop.mode, shop.stopped, _step(shop.pace)]
            for pk, shop in sorted(shops.items())
        ]
    )  # fmt: skip


def _step(pace: float) -> int:
    step, bound = 0, 0.01
    while bound < pace:
        bound *= PACE_STEP
        step += 1
    return step


def keep_snapshot(
    roll_out: RollOut, plan: ReachPlan, world: World, *, by: Actor | None, why: str, note: str = "",
    changes: Mapping[str, int] | None = None,
) -> ReachSnapshot:  # fmt: skip
    """Store a plan under the roll-out's next number. Call with the roll-out locked."""
    top = ReachSnapshot.objects.filter(roll_out=roll_out).aggregate(top=Max("number"))["top"]
    return ReachSnapshot.objects.create(
        team_id=roll_out.team_id,
        roll_out=roll_out,
        number=(top or 0) + 1,
        as_of=plan.as_of,
        why=why,
        note=note,
        made_by_id=by.user_id if by else None,
        body=body_of(plan, world, changes or {}),
        world_mark=world_mark(world.shops),
    )


def body_of(plan: ReachPlan, world: World, changes: Mapping[str, int]) -> dict[str, Any]:
    """The plan as plain JSON: totals of the rows it was made for, lanes, assumptions, duration, what it changed."""
    return {
        "totals": dict(plan.totals),
        "seconds": round(plan.seconds),
        "ends_at": plan.ends_at.isoformat() if plan.ends_at else None,
        "expiring_messages": plan.expiring,
        "seats": world.seats,
        "people_seconds": sum(lane.people_seconds for lane in plan.lanes),
        "lanes": [
            {
                "shop": world.shops[lane.shop].code, "platform": world.shops[lane.shop].platform.value,
                "market": world.shops[lane.shop].market.value, "door": lane.door.value, "messages": lane.count,
                "in_time": lane.sent, "expiring": lane.expiring, "pace": round(lane.pace, 3), "per_day": lane.per_day,
                "people_seconds": lane.people_seconds,
                "starts_at": lane.starts_at.isoformat() if lane.starts_at else None,
                "ends_at": lane.ends_at.isoformat() if lane.ends_at else None, "seconds": round(lane.seconds),
                "waits_for": lane.waits_for,
            }
            for lane in plan.lanes
        ],
        "assumptions": [
            {"code": each.code, "params": dict(each.params), "certainty": each.certainty, "source": each.source}
            for each in plan.assumptions
        ],
        "changes": dict(changes),
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What one figure was in the plan before, and is in this one."""

    name: str
    """`door:<kind>`, `expiring`, `hours`, or `shop:<code>:<kind>`."""
    before: int
    after: int


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Difference]:
    """The figures that changed between two bodies; none for the first plan."""
    if before is None:
        return []
    old, new = _figures(before), _figures(after)
    return [
        Difference(name=name, before=old.get(name, 0), after=new.get(name, 0))
        for name in dict.fromkeys((*new, *old))
        if old.get(name, 0) != new.get(name, 0)
    ]


def _figures(body: Mapping[str, Any]) -> dict[str, int]:
    totals = body["totals"]
    found = {f"door:{door}": int(count) for door, count in totals["doors"].items()}
    found["expiring"] = int(totals["expiring"])
    found["hours"] = round(body["seconds"] / 3600)
    for code, doors in totals["by_shop"].items():
        found |= {f"shop:{code}:{door}": int(count) for door, count in doors.items()}
    return found


def newest(roll_out: RollOut) -> ReachSnapshot | None:
    """The plan made last."""
    return ReachSnapshot.objects.filter(roll_out=roll_out).order_by("-number").first()
