"""Store imported orders in bulk: COPY into staging tables, then set statements.

Measured in bench/orders_import.py beside an ORM loop. Importing files one after the other gives what importing them
together gives (imports.merge): the later state leads, a file that says less (a returns file has no buyer, no items)
never blanks what an earlier file said, and a file given again overturns nothing that a later file said.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from seawall.kernel.markets import Market
from seawall.orders.imports.records import OrderRecord, OrderStatus, ProblemParcelRecord
from seawall.orders.models import ProblemParcel
from seawall.orders.store_sql import COLUMNS, FILL_PARCELS, INSERT, INSERT_PARCELS, MERGE, ONE_PARCEL, STAGING, TIE
from seawall.shops.api import Shop

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INT_MAX = 2**31 - 1
# One encoder for all rows: json.dumps makes a new one each time, which takes longer than the encoding.
_encoded = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@dataclass(frozen=True, kw_only=True)
class StoredOrders:
    """What storing did."""

    new: int
    changed: int
    same: int


def store_orders(
    shop: Shop,
    records: Sequence[OrderRecord],
    *,
    now: datetime,
    before: Collection[str] = (),
    digests: Sequence[str] = (),
) -> StoredOrders:
    """Insert or update the shop's orders. Call inside a transaction that holds the shop; each order at most once in
    `records`. `before` names the files (sha256) that were applied to this shop earlier: they fill gaps, no more.
    `digests` are the records' own, where the caller has them already."""
    currency = shop_currency(shop)
    given: dict[str, Any] = {
        "team": shop.team_id, "shop": shop.pk, "now": now, "life": [status.value for status in OrderStatus],
        "before": list(before),
    }  # fmt: skip
    memo: dict[object, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(STAGING)
        with cursor.copy(f"COPY staged_orders ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for record, digest in zip(records, digests or (each.digest for each in records), strict=True):
                copy.write_row(_row(record, digest, currency, memo))
        with cursor.copy("COPY staged_parcels FROM STDIN") as copy:
            for record in records:
                for parcel in record.parcels:
                    texts = (record.order_id, parcel.tracking[:80], parcel.package_id[:80], parcel.carrier[:120])
                    copy.write_row(tuple(map(storable, texts)))
        cursor.execute(INSERT, given)
        new = cursor.rowcount
        cursor.execute(ONE_PARCEL)
        changed = 0
        if new < len(records):  # of an import into an empty shop nothing is left to merge
            cursor.execute(MERGE, given)
            changed = cursor.rowcount
            cursor.execute(FILL_PARCELS, given)
        cursor.execute(INSERT_PARCELS, given)
        cursor.execute("DROP TABLE staged_orders, staged_parcels")
    return StoredOrders(new=new, changed=changed, same=len(records) - new - changed)


def shop_currency(shop: Shop) -> str:
    """The money of the shop's market, for files that do not name one."""
    return Market(shop.market).currency


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot hold (U+0000, halves of surrogate pairs): a cell with one comes from a
    mutilated file, and the rest of it is good."""
    return text if text.isprintable() else _UNSTORABLE.sub("", text)


def _row(record: OrderRecord, digest: str, currency: str, memo: dict[object, str]) -> tuple[Any, ...]:
    """One row of the staging table. `memo` keeps the JSON of states and places, which repeat from order to order."""
    place = (record.city, record.province, record.country)
    address = memo.get(place)
    if address is None:
        named = {name: value for name, value in zip(("city", "province", "country"), place, strict=True) if value}
        address = memo[place] = _json(named)
    status_raw = memo.get(record.status_raw)
    if status_raw is None:
        status_raw = memo[record.status_raw] = _json(record.status_raw)
    lines = [
        {
            "line_id": line.line_id,
            "title": line.title,
            "variation": line.variation,
            "sku": line.sku,
            "quantity": line.quantity,
            "unit_price": None if line.unit_price is None else format(line.unit_price, "f"),
        }
        for line in record.lines
    ]
    return (
        storable(record.order_id),
        record.status.value if record.status else "",
        status_raw,
        record.created_at, record.paid_at, record.ship_by, record.shipped_at, record.delivered_at, record.cancelled_at,
        storable(record.cancel_reason), storable(record.cancel_by), storable(record.buyer_handle),
        storable(record.buyer_name), storable(record.remark), storable(record.phone),
        record.currency or currency, record.total, record.is_phone_masked, address, _json(lines),
        digest, record.source_sha256, record.source_row,
    )  # fmt: skip


def _json(value: object) -> str:
    text = _encoded(value)
    if "\\u0000" in text or (not text.isascii() and _UNSTORABLE.search(text)):
        # Cleaned before it is written: in the JSON text a backslash and "u0000" may as well be what stood in the cell.
        text = _encoded(_cleaned(value))
    return text


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {key: _cleaned(each) for key, each in value.items()}
    return value


def store_problem_parcels(
    shop: Shop, records: Iterable[ProblemParcelRecord], *, now: datetime, before: Collection[str] = ()
) -> StoredOrders:
    """Insert or update the shop's problem parcels; the newest sheet holds. A sheet that was applied before (`before`)
    adds what is missing and changes nothing else. Tying them to orders is `tie_problem_parcels`."""
    by_tracking = {storable(record.tracking)[:80]: record for record in records}
    known = {
        row.tracking_number: row for row in ProblemParcel.objects.filter(shop=shop, tracking_number__in=by_tracking)
    }
    fresh, changed = list[ProblemParcel](), list[ProblemParcel]()
    for tracking, record in by_tracking.items():
        row = known.get(tracking)
        if row is None:
            row = ProblemParcel(team_id=shop.team_id, shop=shop, tracking_number=tracking)
            fresh.append(row)
        elif row.digest == record.digest or record.source_sha256 in before:
            continue
        else:
            changed.append(row)
        _say(row, record, now)
    ProblemParcel.objects.bulk_create(fresh, batch_size=1000)
    if changed:
        ProblemParcel.objects.bulk_update(changed, _SAID, batch_size=500)
    return StoredOrders(new=len(fresh), changed=len(changed), same=len(by_tracking) - len(fresh) - len(changed))


_SAID = (
    "order", "platform_order_id", "kind", "carrier_text", "reported_at", "deadline_at", "attempts", "note", "digest",
    "last_seen_at",
)  # fmt: skip


def _say(row: ProblemParcel, record: ProblemParcelRecord, now: datetime) -> None:
    order_id = storable(record.order_id)[:64]
    if order_id and order_id != row.platform_order_id:
        row.platform_order_id, row.order = order_id, None
    row.kind = storable(record.kind_raw)[:40]
    row.carrier_text = storable(record.reason_raw)
    row.reported_at = record.problem_at
    row.deadline_at = record.deadline_at
    row.attempts = record.attempts if record.attempts is None or record.attempts <= _INT_MAX else None
    row.note = storable(record.note)
    row.digest = record.digest
    row.last_seen_at = now


def tie_problem_parcels(shop: Shop) -> None:
    """Tie the shop's problem parcels to their orders by order number, else by tracking number: whichever of the two
    files came first."""
    with connection.cursor() as cursor:
        for statement in TIE:
            cursor.execute(statement, {"shop": shop.pk})
