"""What a pack sealed after an erasure says of it: which records are gone, by their hashes, and what that unproves."""

import json
from collections.abc import Collection, Mapping

from seawall.evidence.api import ErasedItem, Grade
from seawall.incidents.models import Incident

MEMBER = "records/erased.jsonl"
RECORDS_ERASED = "records_erased"
"""Outcome in a pack of an order whose ledger state is a grade, and whose records are gone: nothing in this pack proves
that grade any more. An earlier pack does."""
_GRADES = frozenset(grade.value for grade in Grade)


def erased_orders(incident: Incident) -> frozenset[int]:
    """Orders of the storm that lost records of it."""
    rows = ErasedItem.objects.filter(incident=incident, what="capture", order__isnull=False)
    return frozenset(rows.values_list("order_id", flat=True).distinct())


def outcome_of(state: str, order_id: int, erased: Collection[int]) -> str:
    """The outcome a pack may claim for an order in this ledger state."""
    return RECORDS_ERASED if state in _GRADES and order_id in erased else state


def erased_member(incident: Incident) -> Mapping[str, bytes]:
    """The list of what was erased of the storm as a further member of its pack; nothing when nothing was."""
    rows = ErasedItem.objects.filter(incident=incident).select_related("erasure", "order").order_by("pk")
    lines = [_line(row) for row in rows.iterator(chunk_size=2000)]
    return {MEMBER: b"".join(lines)} if lines else {}


def _line(row: ErasedItem) -> bytes:
    erasure = row.erasure
    said = {
        "digest": row.digest, "erased_at": erasure.erased_at.isoformat(), "erasure": erasure.digest,
        "months": erasure.months, "order_id": row.order.platform_order_id if row.order else "",
        "ref": f"c{row.ref}" if row.what == "capture" else str(row.ref), "what": row.what, "why": erasure.reason,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
