"""TikTok Shop's limits as data. Tags as in errors.py; what the platform answers later overrules all of it."""

from collections.abc import Mapping

from seawall.connectors.contracts import Limit

TEXT_MAX = 2_000
"""[OAS, 3P] characters. Whether code points or UTF-16 units is not said: we count units, of which there are never
fewer, so a text we pass is short enough by either count."""

IMAGE_BYTES = 10 * 1024 * 1024
"""[OAS] of a chat image; taken for evidence as well, where nobody says."""

MESSAGES_PAGE, CONVERSATIONS_PAGE = 10, 20
ORDERS_PAGE, CASES_PAGE = 100, 50
KEY_MAX = 255


def text_units(text: str) -> int:
    """Length of a text in UTF-16 units, half pairs included."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _limit(name: str, value: int | None, unit: str, scope: str, source: str, *, is_documented: bool = True) -> Limit:
    return Limit(name=name, value=value, unit=unit, scope=scope, source=source, is_documented=is_documented)


def limits() -> Mapping[str, Limit]:
    """What a lane starts from."""
    found = (
        _limit(
            "sends_per_second",
            None,
            "messages",
            "shop",
            'no figure is published; by app and shop, grows with the shops authorised: "Rate limits" [DOC]',
        ),
        _limit(
            "chat_calls_per_day",
            10_000,
            "calls",
            "unknown",
            "error 45101004 [3P x2]; by shop, app or call, whether reading counts, and the zone of the day: unknown",
        ),
        _limit(
            "sends_per_day",
            10_000,
            "messages",
            "unknown",
            "the quota of chat calls; opening and reading back may count against it too",
            is_documented=False,
        ),
        _limit("text_max", TEXT_MAX, "characters", "message", "Send Message [OAS]"),
        _limit("image_max", IMAGE_BYTES, "bytes", "message", "Upload Buyer Messages Image [OAS]"),
        _limit("chat_window_days", 30, "days", "buyer", "can_send_message: last talk [OAS]"),
        _limit("order_window_days", 60, "days", "buyer", "can_send_message: last order [OAS]"),
        _limit("session_closes_buyer_h", 6, "hours", "conversation", "closes without a buyer's answer [3P x3]"),
        _limit("session_closes_seller_days", 7, "days", "conversation", "closes without a seller's answer [3P x3]"),
        _limit("messages_page", MESSAGES_PAGE, "messages", "call", "Get Conversation Messages [OAS]"),
        _limit("conversations_page", CONVERSATIONS_PAGE, "conversations", "call", "Get Conversations [OAS]"),
        _limit("orders_page", ORDERS_PAGE, "orders", "call", "Get Order List [OAS]"),
        _limit("cases_page", CASES_PAGE, "cases", "call", "Search Cancellations, Search Returns [OAS]"),
        _limit("cancel_answer_h", 48, "hours", "order", "Return, refund, and cancel API overview [DOC]"),
        _limit("idempotency_key_max", KEY_MAX, "characters", "call", "Reject Return [OAS]"),
    )
    return {each.name: each for each in found}
