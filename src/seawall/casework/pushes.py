"""A push about an order or a request is a hint to read: what it says counts only once the platform's record says it."""

from seawall.casework.watching import look_soon
from seawall.casework.worker.polls import poll_soon
from seawall.connectors.contracts import EventKind, PushEvent
from seawall.connectors.standing import order_hint
from seawall.kernel.clock import Clock

KINDS = frozenset({EventKind.ORDER, EventKind.REVERSE, EventKind.PARCEL})


def hint(event: PushEvent, shop_id: int, *, clock: Clock) -> None:
    """Read the order a push speaks of soon; list the shop's changes where it may be a buyer's request."""
    if event.kind not in KINDS:
        return
    number = order_hint(event.data)
    found = look_soon(shop_id, [number], clock=clock) if number else 0
    if event.kind is not EventKind.PARCEL and (found or not number):
        poll_soon(shop_id, clock=clock)
