"""Lazada's limits as data. Tags as in errors.py; a value is the strictest that any source gives."""

from collections.abc import Mapping

from seawall.connectors.contracts import Limit
from seawall.connectors.lazada.capabilities import ORDER_AGE_DAYS_STRICT, RECALL_WITHIN_S, UNANSWERED_MAX

IMAGE_BYTES_MAX = 1_048_576
"""CONFLICT: 1 MB in the reference, 3,145,728 bytes in the guide [D]. The smaller always works."""
IMAGE_SIDE_MIN, IMAGE_SIDE_MAX = 330, 5_000
"""[D] pixels of each side, by the guide."""

_IM = "Lazada IM Open API guide (120971)"
_IMAGE = "/image/upload reference and guide"


def limits(*, chat_order_age_days: int = ORDER_AGE_DAYS_STRICT) -> Mapping[str, Limit]:
    """The limits of a connection, by name."""
    found = (
        Limit(
            name="sends_per_second", value=8, unit="messages a second", scope="shop",
            source="unpublished; clients hold 8 to 10 calls a second for each API and seller [C]", is_documented=False,
        ),
        Limit(
            name="calls_per_day", value=10_000, unit="calls a day", scope="app",
            source="test app 10,000, online app 10,000,000 [D]", is_documented=True,
        ),
        Limit(
            name="unanswered_max", value=UNANSWERED_MAX, unit="messages", scope="conversation",
            source=f"{_IM}; its exact window is unknown [U]", is_documented=True,
        ),
        Limit(
            name="text_max", value=4_000, unit="characters", scope="message",
            source="unpublished; clients cut at 4,000 to 5,000 by their own choice [C]", is_documented=False,
        ),
        Limit(
            name="chat_window_days", value=chat_order_age_days, unit="days since the order", scope="buyer",
            source=f"{_IM} says 7, the error text of /im/session/open 30 [D, conflict]", is_documented=True,
        ),
        Limit(
            name="recall_within_s", value=RECALL_WITHIN_S, unit="seconds", scope="message", source=_IM,
            is_documented=True,
        ),
        Limit(
            name="image_bytes", value=IMAGE_BYTES_MAX, unit="bytes", scope="message",
            source=f"{_IMAGE}: 1 MB or 3,145,728 bytes [D, conflict]", is_documented=True,
        ),
        Limit(
            name="image_side_min", value=IMAGE_SIDE_MIN, unit="pixels", scope="message", source=_IMAGE,
            is_documented=True,
        ),
        Limit(
            name="image_side_max", value=IMAGE_SIDE_MAX, unit="pixels", scope="message", source=_IMAGE,
            is_documented=True,
        ),
    )  # fmt: skip
    return {limit.name: limit for limit in found}
