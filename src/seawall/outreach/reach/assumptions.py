"""What a plan rests on, with how sure each is: shown beside it, so that nobody takes a guess for a promise."""

from collections import Counter
from collections.abc import Iterator, Sequence

from seawall.kernel.markets import Platform
from seawall.outreach.reach.rules import ReachRules
from seawall.outreach.reach.values import Assumption, DoorKind, ReachItem, ReachRow, World


def assumptions_of(
    items: Sequence[ReachItem], rows: Sequence[ReachRow], world: World, rules: ReachRules
) -> tuple[Assumption, ...]:
    """In a fixed order: what concerns no buyer of this plan is left out."""
    platforms = sorted({world.shops[item.shop].platform for item in items})
    return (*_of_windows(items, rows, world, rules, platforms), *_of_quotas(world), *_of_pace(rows, world, rules))


def _of_windows(
    items: Sequence[ReachItem], rows: Sequence[ReachRow], world: World, rules: ReachRules, platforms: list[Platform]
) -> Iterator[Assumption]:
    undated, cancelled, unsure = Counter[Platform](), Counter[Platform](), Counter[Platform]()
    for item, row in zip(items, rows, strict=True):
        platform = world.shops[item.shop].platform
        undated[platform] += item.ordered_at is None
        cancelled[platform] += item.is_cancelled
        unsure[platform] += row.door is not None and not row.door.is_sure
    for platform in platforms:
        known = rules.platforms[platform]
        for window in known.window:
            days = window.at_most_days or window.days
            if window.since in ("ordered", "buyer_wrote") and days:
                yield Assumption(
                    code="reach_window_conflict" if window.certainty == "conflict" else f"reach_window_{window.since}",
                    params={"platform": platform.title, "days": window.days or days, "most": days,
                            "count": unsure[platform]},
                    certainty=window.certainty, source=window.source,
                )  # fmt: skip
        if cancelled[platform] and known.cancelled == "unknown":
            yield Assumption(
                code="reach_cancelled_unknown",
                params={"platform": platform.title, "count": cancelled[platform]}, certainty="unknown",
            )  # fmt: skip
        if undated[platform]:
            yield Assumption(
                code="reach_undated", params={"platform": platform.title, "count": undated[platform]},
                certainty="unknown",
            )  # fmt: skip
        if known.api_needs_consent:
            yield Assumption(
                code="reach_api_needs_consent", params={"platform": platform.title},
                certainty=known.api_certainty, source=known.api_source,
            )  # fmt: skip


def _of_quotas(world: World) -> Iterator[Assumption]:
    for quota in world.quotas:
        yield Assumption(
            code="reach_quota_unknown_scope" if quota.scope == "unknown" else "reach_quota",
            params={"platform": quota.platform.title, "per_day": quota.per_day, "used": quota.used_today},
            certainty="docs" if quota.is_documented else "notes", source=quota.source,
        )  # fmt: skip


def _of_pace(rows: Sequence[ReachRow], world: World, rules: ReachRules) -> Iterator[Assumption]:
    doors = {row.door.kind for row in rows if row.door is not None}
    if doors & {DoorKind.API, DoorKind.CLICK}:
        yield Assumption(code="reach_pace_ours")
    spans = {shop.quiet for shop in world.shops.values() if shop.quiet and shop.quiet[0] != shop.quiet[1]}
    for begins, ends in sorted(spans) if world.keeps_quiet_hours else ():
        yield Assumption(code="reach_quiet_ours", params={"from": f"{begins:%H:%M}", "to": f"{ends:%H:%M}"})
    if doors - {DoorKind.API}:
        seconds = rules.seconds
        yield Assumption(
            code="reach_seats",
            params={"seats": max(world.seats, 1), "click": seconds[DoorKind.CLICK],
                    "manual": seconds[DoorKind.MANUAL], "call": seconds[DoorKind.CALL]},
        )  # fmt: skip
    yield Assumption(code="reach_gates_not_counted")
