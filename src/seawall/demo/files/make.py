"""Writes the synthetic files and, beside them, expected.json: what an import must find in each."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from seawall.demo.files.expecting import Expected
from seawall.demo.files.sound import (
    Pick,
    csv_files,
    order_files,
    overlap_files,
    problem_files,
    tool_files,
    variant_files,
)
from seawall.demo.files.spoiled import row_faults, whole_faults
from seawall.demo.files.storm import DEMO_SHOPS, NEWEST, StormOrder, StormShop, storm_orders
from seawall.kernel.markets import Market, Platform

Maker = Callable[[Path, Pick], list[Expected]]
GROUPS: Mapping[str, Maker] = {
    "orders": order_files,
    "variants": variant_files,
    "csv": csv_files,
    "tools": tool_files,
    "problems": problem_files,
    "overlaps": overlap_files,
    "row-faults": row_faults,
    "file-faults": whole_faults,
}
"""Groups of files; "orders" and "overlaps" hold the whole storm, the others a few orders a shop."""
_FEW = 6
"""Orders a shop in files that only show a format or a fault."""
_WHOLE = frozenset({"orders", "overlaps"})


def make_files(
    out_dir: Path,
    *,
    seed: int,
    orders: int,
    groups: Collection[str] | None = None,
    shops: Sequence[StormShop] = DEMO_SHOPS,
    newest: datetime = NEWEST,
    told: Callable[[str], None] | None = None,
) -> list[Expected]:
    """Write the files of the named groups (all by default) into `out_dir` and say what each holds.

    The files of the group "orders" together hold exactly `storm_orders(seed, orders, shops, newest=newest)`. The same
    arguments give the same bytes, but for the encrypted file (its salt is random). `told` hears each group's name as it
    begins. Raises ValueError for an unknown group or fewer than one order.
    """
    chosen = list(GROUPS) if groups is None else list(groups)
    if unknown := sorted(set(chosen) - set(GROUPS)):
        raise ValueError(f"unknown groups: {', '.join(unknown)}")
    if orders < 1:
        raise ValueError("at least one order")
    out_dir.mkdir(parents=True, exist_ok=True)
    whole = _by_shop(storm_orders(seed, orders, shops, newest=newest))
    few = _by_shop(storm_orders(seed, _FEW * len(DEMO_SHOPS), DEMO_SHOPS, newest=newest))
    found: list[Expected] = []
    for name in chosen:
        if told is not None:
            told(name)
        source = whole if name in _WHOLE else few
        if name == "overlaps" and not whole.get((Platform.TIKTOK, Market.MY)):
            source = few
        found.extend(GROUPS[name](out_dir, _picker(source)))
    sidecar = {"seed": seed, "orders": orders, "files": [one.as_json() for one in found]}
    (out_dir / "expected.json").write_text(json.dumps(sidecar, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return found


def _by_shop(orders: Sequence[StormOrder]) -> dict[tuple[Platform, Market], list[StormOrder]]:
    found: dict[tuple[Platform, Market], list[StormOrder]] = {}
    for order in orders:
        found.setdefault((order.platform, order.market), []).append(order)
    return found


def _picker(source: Mapping[tuple[Platform, Market], list[StormOrder]]) -> Pick:
    def pick(platform: Platform, market: Market) -> list[StormOrder]:
        return list(source.get((platform, market), ()))

    return pick
