"""What Lazada can and cannot do, each with who says so. Tags as in errors.py."""

from collections.abc import Mapping

from seawall.connectors.contracts import Capability

ORDER_AGE_DAYS_STRICT = 7
"""CONFLICT: the IM guide says 7 days, the API's own error text says 30 [D]. The stricter is the default."""
ORDER_AGE_DAYS_LAX = 30
UNANSWERED_MAX = 5
"""[D] seller messages in a row before the buyer has to answer; the exact window is unknown."""
RECALL_WITHIN_S = 120
"""[D] own user messages only."""

_GUIDE = "Lazada IM Open API guide (120971)"
_REVERSE = "Return and refund (121370, 121372), Marketplace Ease Mode (121541)"
_CANCEL = "Order Cancellation (121329), Marketplace Ease Mode (121541)"


def capabilities(
    *, chat_order_age_days: int = ORDER_AGE_DAYS_STRICT, is_ease_mode: bool = False
) -> Mapping[str, Capability]:
    """The flags of a Lazada connection. `is_ease_mode` for semi-managed sellers, as /seller/get tells."""
    return {
        "read_orders": Capability(can=True, source="/orders/get reference"),
        "read_trace": Capability(can=True, source="/logistic/order/trace reference", note="from ready_to_ship on"),
        "start_chat": Capability(
            can=True,
            source=_GUIDE,
            note=f"needs an order of at most {chat_order_age_days} days; sources disagree between 7 and 30",
        ),
        "send_text": Capability(can=True, source="/im/message/send reference"),
        "send_order_card": Capability(can=True, source="/im/message/send reference", note="template 10007"),
        "send_image": Capability(
            can=True,
            source="/im/message/send, /image/upload reference",
            note="PNG or JPEG up to 1 MB, uploaded first",
        ),
        "mark_read": Capability(can=True, source="/im/session/read reference", note='the buyer sees "read"'),
        "unread_count": Capability(
            can=False, source=_GUIDE, note="only by listing conversations, which is polling; push 19 brings the count"
        ),
        "message_many_unanswered": Capability(
            can=False, source=_GUIDE, note=f"at most {UNANSWERED_MAX} messages until the buyer answers"
        ),
        "bulk_send": Capability(can=False, source=_GUIDE, note="one session, one send"),
        "read_back": Capability(can=True, source="/im/message/list reference", note="for look-ups, not for polling"),
        "poll_messages": Capability(
            can=False, source=_GUIDE, note="polling is forbidden and costs the permission; use push 2 and 19"
        ),
        "push_messages": Capability(can=True, source="Lazada Push Mechanism (120168)"),
        "push_own_messages": Capability(can=True, source=_GUIDE, note="push 2 brings the shop's own messages too"),
        "read_receipts": Capability(can=True, source=_GUIDE, note="to_position, by push 19"),
        "recall_message": Capability(can=True, source=_GUIDE, note=f"within {RECALL_WITHIN_S} s"),
        "idempotent_send": Capability(can=False, source="/im/message/send reference", note="no idempotency key"),
        "see_phone": Capability(can=False, source="Access to Sensitive Data (108231)", note="masked by default"),
        "cancel_order": _unless_managed(
            is_ease_mode, _CANCEL, "only pending, packed, ready_to_ship; one by one; a packed parcel as a whole"
        ),
        "answer_cancel_request": _unless_managed(is_ease_mode, _CANCEL, "unanswered it is cancelled by the platform"),
        "read_returns": _unless_managed(is_ease_mode, _REVERSE, "pages end at 100: windows are halved"),
        "reject_return": _unless_managed(is_ease_mode, _REVERSE, "line by line; not where the warehouse decides"),
        "upload_evidence": _unless_managed(is_ease_mode, _REVERSE, "evidence is the address of an uploaded picture"),
        "idempotent_decision": Capability(can=False, source=_REVERSE, note="no key for decisions"),
        "read_health": _unless_managed(
            is_ease_mode, "/seller/metrics/get, /seller/performance/get reference", "no penalty points, no restriction"
        ),
        "bulk_cancel": Capability(can=False, source=_CANCEL, note="one order per call"),
    }


def _unless_managed(is_ease_mode: bool, source: str, note: str) -> Capability:
    """What every store may but a semi-managed one [D 121541]."""
    return Capability(
        can=not is_ease_mode, source=source, note="semi-managed sellers may not" if is_ease_mode else note
    )
