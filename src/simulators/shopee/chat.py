"""Chat, the half that changes what a buyer sees (sections 4.4 to 4.7 of the platform's pages)."""

from typing import Any

from simulators.core.clock import draw
from simulators.core.offplatform import OFF_PLATFORM
from simulators.core.switches import DAY_S
from simulators.shopee import tokens
from simulators.shopee.answers import ApiError
from simulators.shopee.call import POST, Call, Endpoint
from simulators.shopee.entities import CHAT_CLOSED, Conversation, Message
from simulators.shopee.moves import has_open_return

FORBIDDEN = (
    "The user is forbidden: the buyer neither wrote within 7 days nor ordered within 30 days nor has an open return."
)
NEEDS: dict[str, tuple[tuple[str, type], ...]] = {
    "text": (("text", str),),
    "image": (("image_url", str),),
    "sticker": (("sticker_id", str), ("sticker_package_id", str)),
    "item": (("item_id", int),),
    "order": (("order_sn", str),),
}
"""What each kind of message needs [S]. Vouchers and videos exist, but their fields are unknown: refused."""
RECALL_S = {"TH": 180, "SG": 600, "ID": 600, "PH": 600, "BR": 600}
"""How long a message can be deleted; off elsewhere [P]."""
DAY_MS = DAY_S * 1000
IMAGE_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif"}


def send_message(call: Call) -> dict[str, Any]:
    """Accept a message, or refuse it in the measured order [M]."""
    return _send(call, is_auto=False)


def send_autoreply(call: Call) -> dict[str, Any]:
    """Text only; reads back as `auto_reply` [S]. Whether the limits spare it is unknown; ours do not."""
    return _send(call, is_auto=True)


def upload_image(call: Call) -> dict[str, Any]:
    """Multipart `file`. 2 MB in one SDK, 10 MB elsewhere: ours takes the smaller [S, P]."""
    content, most = call.files.get("file"), call.world.switches.image_max_mb
    if not content:
        raise ApiError("param_error", "file is required")
    kind = next((kind for head, kind in IMAGE_KINDS.items() if content.startswith(head)), "")
    if not kind:
        raise ApiError("param_error", "only jpg, jpeg, png and gif are allowed")
    if len(content) > most * 1024 * 1024:
        raise ApiError("param_error", f"the image is larger than {most} MB")
    name = f"{call.shop.region.lower()}-sim{call.world.fresh_number():012d}"
    url = f"https://img.example.test/chat/{name}.{kind}"
    call.world.add_image(url, "chat")
    return {
        "url": url, "thumbnail": url + "?small", "file_server_id": call.world.fresh_number(), "thumb_width": 330,
        "thumb_height": 330, "url_hash": name,
    }  # fmt: skip


def delete_message(call: Call) -> dict[str, Any]:
    """Take an own message back while the region still lets one [P]."""
    found = call.world.messages.get(str(call.values.get("message_id", "")))
    if found is None or found[1].shop_id != call.shop.shop_id or found[1].from_buyer or found[1].deleted:
        raise ApiError("resource_not_found", "The message does not exist.")
    message = found[1]
    limit_s = RECALL_S.get(call.shop.region, 0)
    if call.world.clock.now_ms() - message.created_ms > limit_s * 1000:
        raise ApiError("error_business", "The message can no longer be deleted.")
    message.deleted = True
    call.world.message_changed(message)
    return {}


def _send(call: Call, *, is_auto: bool) -> dict[str, Any]:
    world = call.world
    buyer_id = _to_id(call)
    content = call.values.get("content")
    if not isinstance(content, dict):
        raise ApiError("param_error", "content must be an object")
    conversation = world.conversation_of.get((call.shop.shop_id, buyer_id))
    _check_window(call, buyer_id, conversation)
    kind, content = _checked_content(call, content, buyer_id, is_auto=is_auto)
    order_sn = _order_of(call, kind, content, buyer_id)
    if conversation is None and not order_sn:
        raise ApiError("first_chat_without_order_info", "The first message to this buyer must carry the order.")
    exempt = is_auto and world.switches.autoreply_exempt
    said = world.fingerprint(kind, content)
    _check_row(call, conversation, exempt=exempt)
    text = str(content.get("text", "")) if kind == "text" else ""
    _check_text(call, conversation, text, said, exempt=exempt)
    _check_conversation(call, conversation)
    _check_quota(call)
    conversation = conversation or world.converse(call.shop.shop_id, buyer_id)
    message = world.new_message(
        conversation, from_buyer=False, type=kind, content=content, text=text, order_sn=order_sn,
        status="auto_reply" if is_auto else "normal", censored_ms=_censored_ms(call, text),
    )  # fmt: skip
    return _sent_json(call, conversation, message)


def _to_id(call: Call) -> str:
    value = call.values.get("to_id")
    if isinstance(value, str) and value.isdecimal() and call.world.switches.accept_text_to_id:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ApiError("invalid_to_id", "to_id is invalid")
    return str(value)


def _check_window(call: Call, buyer_id: str, conversation: Conversation | None) -> None:
    """Region, frozen accounts, and the contact window in force since 2025-07-30 [M]."""
    world, shop = call.world, call.shop
    if shop.region in CHAT_CLOSED:
        raise ApiError("not_open_market", "The region is not open for this API.")
    if shop.status == "FROZEN" or (conversation is not None and conversation.flags.get("frozen_buyer")):
        raise ApiError(world.switches.frozen_code, "The account is frozen.")
    now, switches = world.clock.now_ms(), world.switches
    wrote_ms = conversation.buyer_wrote_ms if conversation is not None else 0
    if wrote_ms and now - wrote_ms <= switches.buyer_window_days * DAY_MS:
        return
    oldest_ms = now - switches.order_window_days * DAY_MS
    orders = world.orders_of_buyer.get((shop.shop_id, buyer_id), {})
    if any(order.created_ms >= oldest_ms for order in orders.values()):
        return
    if not has_open_return(world, shop.shop_id, buyer_id):
        raise ApiError("user_is_forbidden", FORBIDDEN)


def _checked_content(
    call: Call, content: dict[str, Any], buyer_id: str, *, is_auto: bool
) -> tuple[str, dict[str, Any]]:
    """Kind and content of a message, its known fields alone."""
    kind = "text" if is_auto else str(call.values.get("message_type", ""))
    needs = NEEDS.get(kind)
    if needs is None:
        raise ApiError("param_error", "message_type is invalid")
    for name, type_ in needs:
        value = content.get(name)
        if not isinstance(value, type_) or isinstance(value, bool) or not value:
            raise ApiError("param_error", f"content.{name} is invalid")
    if kind == "image" and call.world.images.get(content["image_url"]) != "chat":
        raise ApiError("param_error", "content.image_url must come from upload_image")
    if kind == "order" and not _is_order_of(call, content["order_sn"], buyer_id):
        raise ApiError("param_error", "content.order_sn is not an order of this buyer")
    if call.values.get("business_type") and not call.values.get("conversation_id"):
        raise ApiError("param_error", "conversation_id is required for this business_type")
    return kind, {name: content[name] for name, _ in needs}


def _order_of(call: Call, kind: str, content: dict[str, Any], buyer_id: str) -> str:
    """The order a message carries: as its card, or in `source_content` [M]; empty when it is not the buyer's."""
    if kind == "order":
        return str(content["order_sn"])
    source = call.values.get("source_content")
    order_sn = str(source.get("order_sn") or "") if isinstance(source, dict) else ""
    return order_sn if _is_order_of(call, order_sn, buyer_id) else ""


def _is_order_of(call: Call, order_sn: str, buyer_id: str) -> bool:
    return order_sn in call.world.orders_of_buyer.get((call.shop.shop_id, buyer_id), {})


def _check_row(call: Call, conversation: Conversation | None, *, exempt: bool) -> None:
    most = call.world.switches.in_a_row
    if most and not exempt and conversation is not None and conversation.in_a_row >= most:
        raise ApiError("reach_5_message_limit", f"You can send at most {most} messages before the buyer replies.")


def _check_text(call: Call, conversation: Conversation | None, text: str, said: str, *, exempt: bool) -> None:
    """Length in code points, the same message again within 24 hours, forbidden words [P]."""
    world, switches, shop_id = call.world, call.world.switches, call.shop.shop_id
    if switches.text_max and len(text) > switches.text_max:
        raise ApiError("message_too_long", f"The message is longer than {switches.text_max} characters.")
    if switches.repeat_scope != "off" and not exempt:
        scope = shop_id if switches.repeat_scope == "shop" else conversation.conversation_id if conversation else ""
        last_ms = world.said.get((scope, said))
        if last_ms is not None and world.clock.now_ms() - last_ms < switches.repeat_h * 3_600_000:
            raise ApiError(switches.repeat_code, "The same message was sent within 24 hours.")
    if switches.censor == "refuse" and OFF_PLATFORM.search(text):
        raise ApiError("message_is_censored", "The message holds content that is not allowed.")


def _check_conversation(call: Call, conversation: Conversation | None) -> None:
    """Blocks, and sub-accounts who own the conversation [P]."""
    flags = conversation.flags if conversation is not None else {}
    if flags.get("blocked_by_buyer"):
        raise ApiError("error_blocked", "You are blocked by the buyer.")
    if flags.get("blocked_by_shop"):
        raise ApiError("error_sender_block_receiver", "You have blocked the buyer.")
    if flags.get("sub_account_id"):
        raise ApiError("assigned_to_subaccount", "The conversation is assigned to a sub-account.")
    if call.shop.chat_distribution:
        raise ApiError("shop_bound_subaccount", "Chat distribution is on: switch it off to send by API.")


def _check_quota(call: Call) -> None:
    """Messages a second and a day. That caps exist is known, their codes and sizes are not, but for Brazil [P]."""
    world, switches, shop_id = call.world, call.world.switches, call.shop.shop_id
    over = ApiError(switches.over_quota_code, "You have sent too many messages, please try again later.")
    if world.limiter.is_too_fast("send", shop_id, switches.sends_per_second):
        raise over
    if switches.sends_per_day:
        day = world.day()
        shops = tokens.links_of(world, call.app.partner_id) if switches.sends_per_day_scope == "app" else (shop_id,)
        if sum(world.sent_today[each, day] for each in shops) >= switches.sends_per_day:
            raise over


def _censored_ms(call: Call, text: str) -> int:
    """When an accepted message turns `censored_blacklist` [M]; 0 for never."""
    world, switches = call.world, call.world.switches
    caught = call.forced_censor or (switches.censor == "late" and OFF_PLATFORM.search(text) is not None)
    if not caught and switches.late_censor_share:
        caught = draw(world.seed, "censor", call.shop.shop_id, len(world.messages)) < switches.late_censor_share
    return world.clock.now_ms() + int(switches.late_censor_s * 1000) + 1 if caught else 0


def _sent_json(call: Call, conversation: Conversation, message: Message) -> dict[str, Any]:
    """`conversation_id` is a bare number here, and a text everywhere else [S]."""
    is_number = call.world.switches.conversation_id_in_sends == "number"
    shown: int | str = int(message.conversation_id) if is_number else message.conversation_id
    return {
        "message_id": message.message_id, "to_id": int(conversation.buyer_id), "message_type": message.type,
        "content": message.content, "conversation_id": shown, "created_timestamp": message.created_ms // 1000,
        "message_option": 0, "region": call.shop.region,
    }  # fmt: skip


ENDPOINTS = {
    "/sellerchat/send_message": Endpoint(methods=POST, handle=send_message),
    "/sellerchat/send_autoreply_message": Endpoint(methods=POST, handle=send_autoreply),
    "/sellerchat/upload_image": Endpoint(methods=POST, handle=upload_image),
    "/sellerchat/delete_message": Endpoint(methods=POST, handle=delete_message),
}
