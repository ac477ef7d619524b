"""Who can be reached, by which door, until when, and how long it takes. Pure: values in, values out, no Django.

plan = plan_reach(items, world)
"""

from seawall.outreach.reach.doors import REFUSED_BEFORE
from seawall.outreach.reach.planner import plan_reach
from seawall.outreach.reach.rules import ReachRules, reach_rules
from seawall.outreach.reach.totals import DOORS
from seawall.outreach.reach.values import (
    Assumption,
    Door,
    DoorKind,
    LanePlan,
    Quota,
    ReachItem,
    ReachPlan,
    ReachRow,
    ShopDoors,
    World,
)

__all__ = [
    "DOORS", "REFUSED_BEFORE", "Assumption", "Door", "DoorKind", "LanePlan", "Quota", "ReachItem", "ReachPlan",
    "ReachRow", "ReachRules", "ShopDoors", "World", "plan_reach", "reach_rules",
]  # fmt: skip
