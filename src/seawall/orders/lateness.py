"""When an order is late: the one rule, as values and as a condition of a query.

Late-dispatched orders are the exposed group (rules: CRIT-05): ranked first in messages, cancellations and risk sheets,
and counted against a shop's late-shipment rate.
"""

from datetime import datetime

from django.db.models import F, Q

WAITS = frozenset({"on_hold", "to_ship", "ready"})
"""Order states in which the seller still has to hand the parcel over."""


def is_late(*, status: str, ship_by: datetime | None, shipped_at: datetime | None, now: datetime) -> bool:
    """Dispatched after its ship-by time, or past it and still not dispatched. Nobody is late without a ship-by time."""
    if ship_by is None:
        return False
    if shipped_at is not None:
        return shipped_at > ship_by
    return status in WAITS and now > ship_by


def late_orders(now: datetime, path: str = "") -> Q:
    """`is_late` as a condition on orders; `path` leads to them from the model asked, such as `order__`."""
    after = Q(**{f"{path}shipped_at__gt": F(f"{path}ship_by")})
    waiting = {
        f"{path}shipped_at__isnull": True, f"{path}ship_by__lt": now, f"{path}status__in": sorted(WAITS),
    }  # fmt: skip
    return after | Q(**waiting)
