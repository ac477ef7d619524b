"""What Shopee can and cannot do, and its limits as data, each with who says so."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from seawall.connectors.contracts import Capability, Limit
from seawall.kernel.markets import Market

TEXT_MAX = 600
"""[P] code points of one text message."""
UNANSWERED_MAX = 5
"""[P] messages of the shop in a row until the buyer answers."""
IMAGE_MAX_BYTES = 2 * 1024 * 1024
"""CONFLICT: 2 MB in one SDK of 2022 [S], 10 MB in later notes [P]. The smaller always works."""
EVIDENCE_MAX_BYTES = 10 * 1024 * 1024
"""[D] of convert_image."""
EVIDENCE_PER_MODULE = 3
"""[D] of dispute."""

_CHAT = "seller chat pages are gated; SDKs and measurements of 2026"
_RULES = "Platform Partner Rules"
_CANCEL = "v2.order.cancel_order"


def capabilities(market: Market) -> Mapping[str, Capability]:
    """The flags of a Shopee connection. Taiwan offers no chat to apps [P]."""
    has_chat = market is not Market.TW
    no_chat = "" if has_chat else "Taiwan does not open the Chat API to developers"
    chat = Capability(can=has_chat, source=_CHAT, note=no_chat or "Seller In-house apps only, after approval")
    return {
        "read_orders": Capability(can=True, source="v2.order.get_order_list, get_order_detail"),
        "read_trace": Capability(can=True, source="v2.logistics.get_tracking_info"),
        "start_chat": Capability(
            can=has_chat, source=_CHAT,
            note=no_chat or "buyer wrote within 7 days, ordered within 30, or has an open return; the first message "
            "must carry the order",
        ),
        "send_text": chat,
        "send_order_card": chat,
        "send_image": chat,
        "message_many_unanswered": Capability(
            can=False, source=_CHAT, note=f"at most {UNANSWERED_MAX} messages until the buyer answers"
        ),
        "bulk_send": Capability(
            can=False, source=_RULES, note="proactive order updates by API are listed as abuse: a person presses send"
        ),
        "read_back": chat,
        "poll_messages": Capability(can=has_chat, source=_CHAT, note=no_chat or "`older` lists newest first"),
        "push_messages": Capability(
            can=has_chat, source="webchat_push",
            note=no_chat or "buyers' messages only: the shop's own are not pushed, read them back",
        ),
        "push_own_messages": Capability(
            can=False, source="webchat_push", note="the shop's own messages have not been pushed since 2024-09"
        ),
        "read_receipts": Capability(
            can=has_chat, source=_CHAT, note=no_chat or "opposite_last_read_msg_id of the conversation list, measured"
        ),
        "recall_message": Capability(can=False, source=_CHAT, note="window by region, off in MY, TW and VN"),
        "idempotent_send": Capability(can=False, source=_CHAT, note="no idempotency key"),
        "unread_count": chat,
        "mark_read": chat,
        "see_phone": Capability(can=False, source="sensitive data rules", note="masked by default"),
        "cancel_order": Capability(can=True, source=_CANCEL, note="before shipment, one order a call"),
        "cancel_lines": Capability(can=False, source=_CANCEL, note="whole orders only"),
        "bulk_cancel": Capability(can=False, source=_CANCEL, note="one order a call"),
        "answer_cancel_request": Capability(can=True, source="v2.order.handle_buyer_cancellation"),
        "read_returns": Capability(can=True, source="v2.returns.get_return_list"),
        "reject_return": Capability(can=True, source="v2.returns.dispute", note="needs an e-mail address"),
        "upload_evidence": Capability(can=True, source="v2.returns.convert_image"),
        "read_health": Capability(can=True, source="v2.account_health.get_shop_performance"),
    }  # fmt: skip


def limits() -> Mapping[str, Limit]:
    """Shopee's limits. Only what stands on an official page counts as documented."""
    return {limit.name: limit for limit in _limits()}


def _limits() -> Iterable[Limit]:
    notes, ours = "notes of gated pages [P]", "ours: Shopee publishes no figure"
    yield _limit("text_max", TEXT_MAX, "code points", "message", notes)
    yield _limit("unanswered_max", UNANSWERED_MAX, "messages", "conversation", notes)
    yield _limit("identical_text_h", 24, "hours", "unknown", "announcement 1268, by notes [P]; scope [U]")
    yield _limit("chat_window_buyer_wrote_days", 7, "days", "buyer", "measured [M], in force since 2025-07-30")
    yield _limit("chat_window_days", 30, "days", "buyer", "measured [M]: since the buyer's order")
    yield _limit("sends_per_day", None, "messages", "unknown", "6,000 or 2,000,000 in Brazil [P]; elsewhere [U]")
    yield _limit("sends_per_second", 1, "messages", "shop", ours)
    yield _limit("calls_per_second", 5, "calls", "shop", ours)
    yield _documented("calls_per_day", None, "calls", "app", "error_limit on every page; resets 00:00 UTC+8")
    yield _documented("api_success_percent", 90, "percent", "app", _RULES)
    yield _limit("image_max_bytes", IMAGE_MAX_BYTES, "bytes", "message", "SDK of 2022 [S]; notes say 10 MB [P]")
    yield _documented("evidence_max_bytes", EVIDENCE_MAX_BYTES, "bytes", "image", "v2.returns.convert_image")
    yield _documented("evidence_images_per_module", EVIDENCE_PER_MODULE, "images", "module", "v2.returns.dispute")
    yield _documented("order_list_page", 100, "orders", "call", "v2.order.get_order_list")
    yield _documented("order_window_days", 15, "days", "call", "v2.order.get_order_list")
    yield _documented("order_detail_batch", 50, "orders", "call", "v2.order.get_order_detail")
    yield _documented("return_list_page", 100, "returns", "call", "v2.returns.get_return_list")
    yield _documented("return_window_days", 15, "days", "call", "v2.returns.get_return_list")
    yield _limit("conversation_page", 25, "conversations", "call", "above it empty lists were measured [M]")
    yield _limit("message_page", 25, "messages", "call", "default of one SDK [S]")


def _limit(name: str, value: int | None, unit: str, scope: str, source: str) -> Limit:
    return Limit(name=name, value=value, unit=unit, scope=scope, source=source, is_documented=False)


def _documented(name: str, value: int | None, unit: str, scope: str, source: str) -> Limit:
    """A limit that stands on an official page."""
    return replace(_limit(name, value, unit, scope, source), is_documented=True)
