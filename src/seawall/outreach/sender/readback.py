"""A message read back from a platform as the record that is kept of it."""

import json
from datetime import datetime

from seawall.connectors.contracts import ChatMessage
from seawall.evidence.api import CaptureSource, NewCapture


def capture_of(
    message: ChatMessage,
    *,
    source: CaptureSource,
    team_id: int,
    shop_id: int,
    incident_id: int,
    order_id: int,
    recipient_id: int,
    at: datetime,
) -> NewCapture:
    """The record of one message of ours, in the platform's own words."""
    return NewCapture(
        team_id=team_id,
        shop_id=shop_id,
        incident_id=incident_id,
        order_id=order_id,
        recipient_id=recipient_id,
        source=source,
        path="message/list",
        body=json.dumps(message.raw, ensure_ascii=False, separators=(",", ":")),
        our_time=at,
        session_id=message.session_id,
        message_id=message.message_id,
        speaker=message.speaker.value,
        text=message.text,
        blocked_note=message.blocked_note,
        is_auto_reply=message.is_auto_reply,
        is_recalled=message.is_recalled,
        platform_time=message.sent_at,
    )
