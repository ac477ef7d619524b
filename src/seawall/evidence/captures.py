"""Store what the platform said, as received. Nothing here edits; the table refuses updates and deletes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db import connection

from seawall.evidence.models import Capture, CaptureSource


@dataclass(frozen=True, kw_only=True)
class NewCapture:
    """One record to keep."""

    team_id: int
    shop_id: int
    source: CaptureSource
    path: str
    body: str
    our_time: datetime
    incident_id: int | None = None
    order_id: int | None = None
    recipient_id: int | None = None
    request: dict[str, Any] = field(default_factory=dict)
    request_id: str = ""
    session_id: str = ""
    message_id: str = ""
    speaker: str = ""
    text: str = ""
    blocked_note: str = ""
    is_auto_reply: bool = False
    is_recalled: bool = False
    is_read: bool = False
    platform_time: datetime | None = None


MANY = 10
"""From here on records are copied in: thousands a second cost little that way."""


def keep(captures: Iterable[NewCapture]) -> int:
    """Append captures in the caller's transaction. Returns how many."""
    rows = list(captures)
    if len(rows) < MANY:
        Capture.objects.bulk_create(Capture(**vars(row)) for row in rows)
        return len(rows)
    names = [each.name for each in fields(NewCapture)]
    with connection.cursor() as cursor, cursor.copy(f"COPY evidence_capture ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            values = {**vars(row), "request": json.dumps(row.request, ensure_ascii=False), "source": row.source.value}
            copy.write_row([values[name] for name in names])
    return len(rows)


def again(capture: Capture, *, incident_id: int, order_id: int, recipient_id: int) -> NewCapture:
    """The same record, tied to a further order of the same conversation."""
    return NewCapture(
        team_id=capture.team_id, shop_id=capture.shop_id, source=CaptureSource(capture.source), path=capture.path,
        body=capture.body, our_time=capture.our_time, incident_id=incident_id, order_id=order_id,
        recipient_id=recipient_id, request=capture.request, request_id=capture.request_id,
        session_id=capture.session_id, message_id=capture.message_id, speaker=capture.speaker, text=capture.text,
        blocked_note=capture.blocked_note, is_auto_reply=capture.is_auto_reply, is_recalled=capture.is_recalled,
        is_read=capture.is_read, platform_time=capture.platform_time,
    )  # fmt: skip
