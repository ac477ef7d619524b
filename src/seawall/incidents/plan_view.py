"""A plan as a person reads it before launch: who can be reached, by which lane, how long it takes."""

from typing import Any

from django.db.models import Count

from seawall.connectors.registry import limits_of
from seawall.kernel.markets import Platform
from seawall.outreach.api import RollOut, minutes_needed


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
    lanes = [
        (lane.recipients.count(), lane.sends_per_second) for lane in roll_out.lanes.select_related("connection__pace")
    ]
    return {
        "incident": roll_out.incident.code,
        "planned": rows.count(),
        "can_be_sent": rows.filter(state="waiting").count(),
        "by_worker": rows.filter(state="waiting", lane__mode="api").count(),
        "by_seat": rows.filter(state="waiting", lane__mode="click").count(),
        "no_connection": rows.filter(state="no_connection").count(),
        "minutes_at_our_pace": minutes_needed(lanes),
        "deadline_at": roll_out.deadline_at.isoformat(),
        "waves": {str(wave.number): wave.size for wave in roll_out.waves.order_by("number")},
        "binding": roll_out.binding_digest,
        "by_shop": by_shop,
        "limits": _limits(roll_out),
    }


def _limits(roll_out: RollOut) -> dict[str, Any]:
    """What each platform of this plan allows, who says so, and how many days its daily limit makes of it."""
    shown = {}
    counted = roll_out.recipients.filter(state="waiting").values_list("order__shop__platform").annotate(n=Count("pk"))
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
