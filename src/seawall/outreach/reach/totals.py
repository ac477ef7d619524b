"""Totals of a plan, as plain JSON. Each of the groupings adds up to the same number of messages and of orders."""

from collections import Counter
from collections.abc import Mapping, Sequence

from seawall.outreach.reach.values import DoorKind, ReachItem, ReachRow, World

UNREACHABLE = "unreachable"
DOORS = (*(kind.value for kind in DoorKind), UNREACHABLE)
"""The columns of every grouping, in order of preference."""


def totals_of(items: Sequence[ReachItem], rows: Sequence[ReachRow], world: World) -> Mapping[str, object]:
    """Orders by door, over all and by platform, shop, market and language; reasons; messages beside orders."""
    groups: dict[str, dict[str, Counter[str]]] = {
        name: {} for name in ("by_platform", "by_shop", "by_market", "by_language")
    }
    doors: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    expiring = unsure = 0
    for item, row in zip(items, rows, strict=True):
        shop, count = world.shops[item.shop], len(item.orders)
        door = row.door.kind.value if row.door else UNREACHABLE
        doors[door] += count
        for name, key in (
            ("by_platform", shop.platform.value), ("by_shop", shop.code), ("by_market", shop.market.value),
            ("by_language", item.language),
        ):  # fmt: skip
            groups[name].setdefault(key, Counter())[door] += count
        if row.unreachable is not None:
            reasons[row.unreachable.code] += count
        expiring += count if row.expires is not None else 0
        unsure += count if row.door is not None and not row.door.is_sure else 0
    return {
        "messages": len(items),
        "orders": sum(len(item.orders) for item in items),
        "doors": _whole(doors),
        **{name: {key: _whole(found[key]) for key in sorted(found)} for name, found in groups.items()},
        "unreachable": dict(sorted(reasons.items())),
        "expiring": expiring,
        "unsure": unsure,
    }


def _whole(counted: Counter[str]) -> dict[str, int]:
    return {door: counted[door] for door in DOORS}
