"""One order out of several files: the later state leads, nothing known is lost."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from seawall.orders.imports.records import LineRecord, OrderRecord, ParcelRecord

_FILLED = (
    "shop_hint", "created_at", "paid_at", "ship_by", "shipped_at", "delivered_at", "completed_at", "cancelled_at",
    "cancel_reason", "cancel_by", "return_id", "currency", "total", "buyer_handle", "buyer_name", "phone", "city",
    "province", "country", "remark", "market", "status",
)  # fmt: skip


def merged(one: OrderRecord, other: OrderRecord) -> OrderRecord:
    """Both files' knowledge of an order. Which file is newer is not written anywhere, but an order does not go back:
    the record with the later state leads; of equal ones, the file named later. Empty fields are filled from the other;
    lines and parcels are united, an unmasked phone is kept over a masked one."""
    lead, rest = (one, other) if _rank(one) > _rank(other) else (other, one)
    changes: dict[str, object] = {
        name: getattr(rest, name)
        for name in _FILLED
        if not _is_set(getattr(lead, name)) and _is_set(getattr(rest, name))
    }
    if lead.is_phone_masked and rest.phone and not rest.is_phone_masked:
        changes["phone"] = rest.phone
    phone = changes.get("phone", lead.phone)
    changes["is_phone_masked"] = lead.is_phone_masked if phone == lead.phone else rest.is_phone_masked
    changes["lines"] = _united_lines(lead.lines, rest.lines)
    changes["parcels"] = _united_parcels(lead.parcels, rest.parcels)
    if not lead.status_raw:
        changes["status_raw"] = rest.status_raw
    return replace(lead, **changes)  # type: ignore[arg-type]  # names are the record's own fields, values of its own kind


def _rank(order: OrderRecord) -> int:
    return order.status.rank if order.status is not None else -1


def _is_set(value: object) -> bool:
    return value is not None and value != "" if not isinstance(value, (datetime, Decimal)) else True


def _united_lines(lead: tuple[LineRecord, ...], rest: tuple[LineRecord, ...]) -> tuple[LineRecord, ...]:
    known = {line.key for line in lead}
    return lead + tuple(line for line in rest if line.key not in known)


def _united_parcels(lead: tuple[ParcelRecord, ...], rest: tuple[ParcelRecord, ...]) -> tuple[ParcelRecord, ...]:
    # A later file may add the tracking number of a parcel first seen by its package id.
    named = {parcel.tracking for parcel in lead if parcel.tracking} | {
        parcel.package_id for parcel in lead if parcel.package_id
    }
    return lead + tuple(
        parcel
        for parcel in rest
        if parcel.tracking not in named and (not parcel.package_id or parcel.package_id not in named)
    )
