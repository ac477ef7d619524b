"""Orders and tracks of Shopee as our records. Pure: no clock, no network, never raises on any JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from seawall.connectors.contracts import PlatformOrder, PlatformOrderLine, TraceEvent
from seawall.connectors.shopee.wire import WireItem, WireOrder, WireTrack
from seawall.connectors.tolerant import rows
from seawall.kernel.clock import from_epoch_ms

_SECONDS_BELOW = 10**11
_MILLIS_BELOW = 10**14
_MICROS_BELOW = 10**17

REVERSED = "REVERSED"
"""Our kind for events of a failed cross-border parcel on its way back, which carry no status of their own [D]."""


def instant(stamp: int) -> datetime | None:
    """A stamp by its magnitude: seconds everywhere but in conversation lists, which count nanoseconds [P, M]. None for
    none or nonsense."""
    if stamp <= 0:
        return None
    if stamp < _SECONDS_BELOW:
        millis = stamp * 1000
    elif stamp < _MILLIS_BELOW:
        millis = stamp
    else:
        millis = stamp // 1000 if stamp < _MICROS_BELOW else stamp // 1_000_000
    try:
        return from_epoch_ms(millis)
    except (ValueError, OverflowError, OSError):
        return None


def order_of(raw: Mapping[str, Any], currency: str) -> PlatformOrder:
    """An order as its detail or its list row tells; the latter knows number and status alone. Money is the buyer's
    total, prices of lines are a piece's. Masked text stays masked."""
    order = WireOrder.model_validate(raw)
    money = order.currency or currency
    return PlatformOrder(
        order_id=order.order_sn,
        statuses=(order.order_status,) if order.order_status else (),
        created_at=instant(order.create_time),
        updated_at=instant(order.update_time),
        total=order.total_amount,
        currency=money,
        buyer_id=order.buyer_user_id,
        lines=tuple(_line_of(item, order.order_status, money) for item in order.item_list),
        raw=raw,
    )


def _line_of(item: WireItem, status: str, currency: str) -> PlatformOrderLine:
    # The same model may stand in an order twice, once as part of a promotion: the group tells them apart.
    line_id = ":".join(filter(None, (item.item_id, item.model_id or "0", item.promotion_group_id)))
    return PlatformOrderLine(
        line_id=line_id,
        status=status,
        title=" ".join(filter(None, (item.item_name, item.model_name))),
        sku=item.model_sku or item.item_sku,
        quantity=max(item.model_quantity_purchased, 0),
        paid_price=item.model_discounted_price,
        currency=currency,
        tracking_code="",  # not part of an order's detail [D]
    )


def trace_of(tracks: Sequence[tuple[Mapping[str, Any], str, str]]) -> list[TraceEvent]:
    """All events of `(answer, package number, tracking number)`, oldest first whatever the order they came in: newest
    first according to one tool [M], oldest first in the documentation's sample [D]."""
    events = [
        event
        for answer, package_id, tracking_number in tracks
        for event in _events_of(answer, package_id, tracking_number)
    ]
    return sorted(events, key=lambda event: event.at)


def _events_of(answer: Mapping[str, Any], package_id: str, tracking_number: str) -> list[TraceEvent]:
    track = WireTrack.model_validate(answer)
    found: list[TraceEvent] = []
    for listed, name, number in (
        (track.tracking_info, "tracking_info", tracking_number),
        (track.reversed_tracking_info, "reversed_tracking_info", track.reversed_tracking_number),
    ):
        is_reversed = name == "reversed_tracking_info"
        events: list[TraceEvent] = []
        # Both lists were made from the same rows in the same order, so each event keeps its own raw line.
        for event, raw in zip(listed, rows(answer.get(name)), strict=True):
            at = instant(event.update_time)
            if at is None:
                continue
            code = event.logistics_status or (REVERSED if is_reversed else "")
            events.append(
                TraceEvent(
                    code=code,
                    kind=REVERSED if is_reversed else code,
                    title=event.description,
                    at=at,
                    package_id=track.package_number or package_id,
                    tracking_number=number,
                    raw=raw,
                )
            )
        # Events of the same second keep their order in time, so a list that runs backwards is turned round first.
        is_backwards = bool(events) and events[0].at > events[-1].at
        found += reversed(events) if is_backwards else events
    return found
