"""What may be said: texts, pictures and cards, and what the platform refuses in them."""

import json
from typing import Any

from simulators.core.offplatform import OFF_PLATFORM
from simulators.core.wire import is_writable
from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.call import Call
from simulators.tiktokshop.entities import Conversation, Order

SENDABLE = {
    "TEXT": ("content",), "IMAGE": ("url", "width", "height"), "VIDEO": ("vid",), "PRODUCT_CARD": ("product_id",),
    "ORDER_CARD": ("order_id",), "RETURN_REFUND_CARD": ("order_id", "sku_id"), "COUPON_CARD": ("coupon_id",),
    "LOGISTICS_CARD": ("order_id",),
}  # fmt: skip
"""What each type needs in its content [OAS]."""


def checked_content(call: Call, conversation: Conversation, kind: str, content: str) -> tuple[str, list[str]]:
    """The text and the orders of a message. Raises ApiError 45101002, 45101006 or 45111017."""
    if kind not in SENDABLE:
        raise call.bad(f"type {kind!r} cannot be sent")
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise call.bad("content is not a JSON string") from error
    if not isinstance(fields, dict) or not all(_is_given(fields.get(name)) for name in SENDABLE[kind]):
        raise call.bad(f"content of {kind} needs {', '.join(SENDABLE[kind])}")
    if kind == "TEXT":
        return _checked_text(call, conversation, fields["content"])
    if kind == "IMAGE":
        _check_image(call, fields)
    elif kind == "VIDEO":
        raise call.bad("vid is unknown")  # the large-file flow that would make one is not simulated
    elif "order_id" in fields:
        return "", [_checked_order(call, conversation, kind, fields).order_id]
    return "", _orders_of(call, conversation)


def _is_given(value: object) -> bool:
    return isinstance(value, str | int) and value != ""


def _checked_text(call: Call, conversation: Conversation, text: object) -> tuple[str, list[str]]:
    switches = call.world.switches
    if not isinstance(text, str) or not is_writable(text):
        raise call.bad("content of TEXT must be a string")
    if switches.text_max and len(text) > switches.text_max:
        raise call.bad(f"text is longer than {switches.text_max} characters")
    # That there is a filter, and its code, is documented [OAS, 3P]; its list is not. Texts may hold no links [3P].
    if switches.censor and OFF_PLATFORM.search(text):
        raise ApiError(45101006, "The message contains sensitive content")
    known = _orders_of(call, conversation)
    return text, [order_id for order_id in known if order_id in text] or known


def _orders_of(call: Call, conversation: Conversation) -> list[str]:
    return list(call.world.buyer_orders.get((conversation.seller_id, conversation.buyer_id), {}))


def _check_image(call: Call, fields: dict[str, Any]) -> None:
    """Only pictures uploaded before, by this shop: own addresses are not allowed [OAS]."""
    known = call.world.images.get(str(fields["url"]))
    if known is None or known[0] != call.store.seller_id:
        raise call.bad("url must come from the upload of images")


def _checked_order(call: Call, conversation: Conversation, kind: str, fields: dict[str, Any]) -> Order:
    """The card's order must be of this shop, this buyer, and the buyer's platform. Raises ApiError 45111017."""
    order = call.world.orders.get((call.store.seller_id, str(fields["order_id"])))
    if order is None or order.buyer_id != conversation.buyer_id or order.platform != conversation.platform:
        raise ApiError(45111017, "The card was rejected: the order does not fit the conversation")
    package_id = fields.get("package_id")
    if kind == "LOGISTICS_CARD" and (
        not order.package_ids or (package_id is not None and str(package_id) not in order.package_ids)
    ):
        raise ApiError(45111017, "The card was rejected: the order has no such package")
    if kind == "RETURN_REFUND_CARD" and (
        order.status not in {"AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED"}
        or fields["sku_id"] not in {line["sku_id"] for line in order.lines}
    ):
        raise ApiError(45111017, "The card was rejected: the order line is not eligible for after-sale")
    return order
