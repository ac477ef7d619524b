"""What TikTok Shop can and cannot do, each with who says so. Tags as in errors.py."""

from collections.abc import Mapping

from seawall.connectors.contracts import Capability

_CHAT = "Customer Service API [OAS]"
_AUDIT = "capability audit of the chat documents by a third party [3P]"
_CASES = "Return, refund, and cancel API overview [DOC]"


def capabilities() -> Mapping[str, Capability]:
    """The flags of a TikTok Shop connection."""
    return {**_reading(), **_chat(), **_casework()}


def _reading() -> dict[str, Capability]:
    return {
        "read_orders": Capability(can=True, source="Get Order List, Get Order Detail [OAS]"),
        "read_trace": Capability(
            can=True,
            source="Get Tracking [OAS]",
            note="by order, no parcel named; the table of action codes is not known to us",
        ),
        "see_phone": Capability(can=False, source="Order API overview [DOC]", note="masked where the platform ships"),
        "read_health": Capability(
            can=True,
            source="Customer Service Performance 202407 [OAS]",
            note="customer service figures only; violations and penalties have no call",
        ),
        "read_shop_score": Capability(
            can=False,
            source="Shop Performance Score 202606 [PY]",
            note="United States only; no call for shops in Southeast Asia was found",
        ),
    }


def _chat() -> dict[str, Capability]:
    return {
        "start_chat": Capability(
            can=True,
            source="Create Conversation [OAS]",
            note="talked in the last 30 days, or ordered in the last 60, or had a return; whether a cancelled order "
            "counts is unknown: message first, cancel after",
        ),
        "send_text": Capability(
            can=True,
            source="Send Message [OAS]",
            note="needs the gated scope seller.customer_service; at most 2,000 characters, no links",
        ),
        "message_many_unanswered": Capability(
            can=True, source=_CHAT, note="no bound is documented; what identical texts to thousands do is unknown"
        ),
        "bulk_send": Capability(
            can=False, source=_CHAT, note="one message a call; Customer Engagement is for the United States only"
        ),
        "send_order_card": Capability(can=True, source="Send Message, ORDER_CARD [OAS]"),
        "send_image": Capability(can=True, source="Upload Buyer Messages Image [OAS]", note="up to 10 MB"),
        "read_back": Capability(can=True, source="Get Conversation Messages [OAS]", note="10 a page"),
        "poll_messages": Capability(
            can=True,
            source="Get Conversations [OAS]",
            note="20 a page in an order nobody documents; pushes first, since chat calls have a day's quota",
        ),
        "push_messages": Capability(
            can=True, source="webhook 14 NEW_MESSAGE [OAS]", note="does not name the buyer; fires for our own as well"
        ),
        "read_receipts": Capability(can=False, source=_AUDIT, note="no read or delivered receipts, no push of reading"),
        "push_own_messages": Capability(
            can=True, source=_AUDIT, note="push 14 fires for the shop's own messages too; told apart by message id"
        ),
        "recall_message": Capability(can=False, source=_AUDIT, note="no recall and no edit"),
        "idempotent_send": Capability(can=False, source="Send Message [OAS]", note="no idempotency key"),
        "unread_count": Capability(
            can=False,
            source=_CHAT,
            note="no such call; each conversation of the list has its own count, and summing them costs the whole list",
        ),
        "mark_read": Capability(can=True, source="Read Message [OAS]", note="marks the whole conversation"),
    }


def _casework() -> dict[str, Capability]:
    return {
        "cancel_order": Capability(
            can=True,
            source=_CASES,
            note="whole orders that are on hold or await shipment, where the platform says so; never in transit",
        ),
        "bulk_cancel": Capability(can=False, source="Cancel Order [OAS]", note="one order a call, no idempotency key"),
        "answer_cancel_request": Capability(
            can=True, source="Approve and Reject Cancellation [OAS]", note="48 hours, then approved by itself [DOC]"
        ),
        "read_returns": Capability(can=True, source="Search Returns [OAS]"),
        "reject_return": Capability(can=True, source="Reject Return [OAS]", note="with an idempotency key"),
        "upload_evidence": Capability(
            can=True,
            source="Upload Product Image, as Reject Return asks [OAS]",
            note="how many and how large is documented for no decision we use",
        ),
    }
