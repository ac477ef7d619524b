"""A plan as a person reads it before launch: who can be reached, by which lane, how long it takes."""

from collections import Counter
from typing import Any

from django.db.models import Count

from seawall.connectors.registry import limits_of
from seawall.kernel.markets import Platform
from seawall.outreach.api import ReachSnapshot, RollOut, differences, doors_now, minutes_needed, newest, sentence_of


def plan_view(roll_out: RollOut) -> dict[str, Any]:
    """Counts by platform, shop, language and state; minutes at the lanes' pace; the digest to approve."""
    rows = roll_out.recipients
    by_shop = [
        {
            "platform": platform, "market": market, "shop": shop, "language": language, "state": state,
            "reason": reason or None, "orders": n,
        }
        for platform, market, shop, language, state, reason, n in rows.values_list(
            "order__shop__platform", "order__shop__market", "order__shop__code", "language", "state", "reason_code"
        ).annotate(n=Count("pk")).order_by("order__shop__platform", "order__shop__code", "state")
    ]  # fmt: skip
    # A message that names several orders takes one send.
    messages = rows.filter(rides_with__isnull=True)
    of_shops = roll_out.lanes.select_related("connection__pace")
    lanes = [(messages.filter(lane=lane).count(), lane.sends_per_second) for lane in of_shops]
    return {
        "incident": roll_out.incident.code,
        "planned": rows.count(),
        "can_be_sent": rows.filter(state="waiting").count(),
        "messages": messages.filter(state="waiting").count(),
        "by_worker": rows.filter(state="waiting", lane__mode="api").count(),
        "by_seat": rows.filter(state="waiting", lane__mode="click").count(),
        "by_hand": rows.filter(state="waiting", lane__mode="manual").count(),
        "no_connection": rows.filter(state="no_connection").count(),
        "unreachable": rows.filter(state="unreachable").count(),
        "minutes_at_our_pace": minutes_needed(lanes),
        "deadline_at": roll_out.deadline_at.isoformat(),
        "waves": {str(wave.number): wave.size for wave in roll_out.waves.order_by("number")},
        "binding": roll_out.binding_digest,
        "by_shop": by_shop,
        "limits": _limits(roll_out),
        "golden_until": roll_out.incident.golden_until.isoformat() if roll_out.incident.golden_until else None,
        "reach": reach_view(roll_out),
    }


def reach_view(roll_out: RollOut) -> dict[str, Any]:
    """The newest reachability plan: its sentence, lanes and assumptions; doors counted from the ledger now; what
    changed since the plan before. Empty for a roll-out that was never planned by doors."""
    last = newest(roll_out)
    if last is None:
        return {}
    return {
        "number": last.number,
        "as_of": last.as_of.isoformat(),
        "why": last.why,
        "note": last.note,
        "sentence": sentence_of(last.body),
        "doors_now": doors_by(roll_out),
        **last.body,
        "since_last": [
            {"name": each.name, "before": each.before, "after": each.after}
            for each in differences(_before(last), last.body)
        ],
    }


def doors_by(roll_out: RollOut) -> dict[str, dict[str, dict[str, int]]]:
    """Orders by door, over `all` and by `platform`, `market`, `shop` and `language`, counted now."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for each in doors_now(roll_out):
        for name, key in (
            ("all", "all"), ("platform", each.platform), ("market", each.market), ("shop", each.shop),
            ("language", each.language),
        ):  # fmt: skip
            found.setdefault(name, {}).setdefault(key, Counter())[each.door] += each.orders
    return {name: {key: dict(counted) for key, counted in groups.items()} for name, groups in found.items()}


def _before(last: ReachSnapshot) -> dict[str, Any] | None:
    earlier = ReachSnapshot.objects.filter(roll_out_id=last.roll_out_id, number=last.number - 1).first()
    return earlier.body if earlier else None


def _limits(roll_out: RollOut) -> dict[str, Any]:
    """What each platform of this plan allows, who says so, and how many days its daily limit makes of it."""
    shown = {}
    counted = (
        roll_out.recipients.filter(state="waiting", rides_with__isnull=True)
        .values_list("order__shop__platform")
        .annotate(n=Count("pk"))
    )
    for platform, waiting in counted.order_by():
        limits = limits_of(Platform(platform))
        daily = limits.get("sends_per_day")
        shown[platform] = {
            "days_at_daily_limit": -(-waiting // daily.value) if daily and daily.value else None,
            "limits": [
                {
                    "name": each.name, "value": each.value, "unit": each.unit, "scope": each.scope,
                    "source": each.source, "is_documented": each.is_documented,
                }
                for each in limits.values()
            ],
        }  # fmt: skip
    return shown
