"""Chat, the half that reads and marks (sections 4.1 to 4.3 of the platform's pages)."""

import json
from typing import Any

from simulators.shopee.answers import ApiError
from simulators.shopee.call import GET, POST, Call, Endpoint
from simulators.shopee.entities import CHAT_CLOSED, Conversation, Message, Shop
from simulators.shopee.world import World


def list_conversations(call: Call) -> dict[str, Any]:
    """The direction trap [M]: `older` without a cursor is the newest page, `latest` without one the oldest."""
    switches = call.world.switches
    direction, which = call.values.get("direction"), call.values.get("type")
    if direction not in {"latest", "older"} or which not in {"all", "pinned", "unread"}:
        raise ApiError("param_error", "direction and type are required")
    size, cursor = _whole(call, "page_size", 25), _whole(call, "next_timestamp_nano", 0)
    if not 1 <= size <= switches.list_max:
        raise ApiError("param_error", f"page_size must be 1 to {switches.list_max}")
    rows = [] if _is_affiliate(call) else _kept(call, str(which))
    if switches.empty_list_above and size > switches.empty_list_above:
        rows = []  # measured in several shops
    older = direction == "older"
    rows.sort(key=lambda each: each.last_ns, reverse=older)
    if older and not cursor:
        rows.sort(key=lambda each: not each.flags.get("pinned"))
    found = _after(rows, cursor, older=older, overlap=min(switches.page_overlap, size - 1))
    page, more = found[:size], len(found) > size
    last = page[-1].last_ns if page else 0
    return {
        "page_result": {
            "page_size": len(page), "more": more,
            "next_cursor": {"next_message_time_nano": str(last), "conversation_id": "0"},
        },
        "conversations": [conversation_json(call.world, call.shop, each) for each in page],
    }  # fmt: skip


def one_conversation(call: Call) -> dict[str, Any]:
    """One conversation."""
    return conversation_json(call.world, call.shop, _conversation(call))


def unread_count(call: Call) -> dict[str, Any]:
    """Conversations with something unread, not messages [S]."""
    return {"total_unread_count": len(_kept(call, "unread"))}


def get_message(call: Call) -> dict[str, Any]:
    """Newest first, walking back by `offset` [M]; or exact ids."""
    if call.shop.region in CHAT_CLOSED:
        raise ApiError("not_open_market", "The region is not open for this API.")
    conversation, size = _conversation(call), _whole(call, "page_size", 25)
    if not 1 <= size <= 60:
        raise ApiError("param_error", "page_size must be 1 to 60")
    messages = [message for message in reversed(conversation.messages) if not message.deleted]
    wanted = _ids(call)
    if wanted:
        page = [message for message in messages if message.message_id in wanted]
        return _page(call, conversation, page, "0", size)
    offset = str(call.values.get("offset") or "")
    if offset and offset != "0":
        if not offset.isdecimal() or len(offset) > 20:
            raise ApiError("param_error", "offset is invalid")
        messages = [message for message in messages if int(message.message_id) <= int(offset)]
    page = messages[:size]
    following = messages[size].message_id if len(messages) > size else "0"
    return _page(call, conversation, page, following, size)


def read_conversation(call: Call) -> dict[str, Any]:
    """Mark read up to a message: the shop's own people lose the unread mark too."""
    conversation = _conversation(call)
    last = str(call.values.get("last_read_message_id") or "")
    known = call.world.messages.get(last)
    if known is None or known[0] is not conversation:
        raise ApiError("param_error", "last_read_message_id is invalid")
    conversation.shop_read = max(conversation.shop_read, int(last))
    conversation.flags.pop("marked_unread", None)
    call.world.conversation_changed(conversation)
    return {}


def _mark(name: str, *, on: bool) -> Endpoint:
    def handle(call: Call) -> dict[str, Any]:
        conversation = _conversation(call)
        conversation.flags[name] = on
        call.world.conversation_changed(conversation)
        return {}

    return Endpoint(methods=POST, handle=handle)


def conversation_json(world: World, shop: Shop, conversation: Conversation) -> dict[str, Any]:
    """A conversation as lists carry it: its id a text, its last time in nanoseconds [P][M]."""
    last = conversation.messages[-1] if conversation.messages else None
    return {
        "conversation_id": conversation.conversation_id, "to_id": int(conversation.buyer_id),
        "to_name": f"buyer_{conversation.buyer_id[-4:]}", "to_avatar": "", "shop_id": _number(shop.shop_id),
        "unread_count": conversation.unread or int(bool(conversation.flags.get("marked_unread"))),
        "pinned": bool(conversation.flags.get("pinned")), "mute": bool(conversation.flags.get("mute")),
        "last_read_message_id": str(conversation.shop_read), "latest_message_id": last.message_id if last else "0",
        "latest_message_type": last.type if last else "", "latest_message_content": last.content if last else {},
        "latest_message_from_id": _sender(shop, conversation, last) if last else 0,
        "last_message_timestamp": conversation.last_ns if last else 0, "last_message_option": 0,
        "max_general_option_hide_time": "0", "opposite_last_read_msg_id": str(conversation.buyer_read),
        "opposite_last_deliver_msg_id": _delivered(world, conversation),
    }  # fmt: skip


def message_json(world: World, shop: Shop, conversation: Conversation, message: Message) -> dict[str, Any]:
    """A message as read back. The buyer has a shop id too [M]."""
    return {
        "message_id": message.message_id, "message_type": message.type,
        "from_id": _sender(shop, conversation, message), "from_shop_id": _sender_shop(shop, conversation, message),
        "to_id": _number(shop.user_id) if message.from_buyer else int(conversation.buyer_id),
        "to_shop_id": _number(shop.shop_id) if message.from_buyer else buyer_shop(conversation.buyer_id),
        "conversation_id": conversation.conversation_id, "created_timestamp": message.created_ms // 1000,
        "region": shop.region, "status": message.status_at(world.clock.now_ms()), "message_option": 0,
        "source": message.source, "content": _content_back(shop, message),
        "source_content": {"order_sn": message.order_sn} if message.order_sn else {}, "quoted_msg": None,
    }  # fmt: skip


def buyer_shop(buyer_id: str) -> int:
    """Every account has a shop id, the buyers' are not zero [M]."""
    return int(buyer_id) - 100


def _content_back(shop: Shop, message: Message) -> dict[str, Any]:
    """What was sent, in the shape of reading [S]."""
    content = message.content
    match message.type:
        case "image" if "image_url" in content:
            url = content["image_url"]
            return {"url": url, "thumb_url": url + "?small", "thumb_width": 330, "thumb_height": 330,
                    "file_server_id": 1}  # fmt: skip
        case "order" | "item":
            return {**content, "shop_id": _number(shop.shop_id)}  # the server adds it [M]
        case "sticker":
            return {**content, "image_url": "https://img.example.test/sticker.png"}
        case _:
            return content


def _page(call: Call, conversation: Conversation, page: list[Message], following: str, size: int) -> dict[str, Any]:
    rows = [message_json(call.world, call.shop, conversation, message) for message in page]
    return {"messages": rows, "page_result": {"next_offset": following, "page_size": size}}


def _after(rows: list[Conversation], cursor: int, *, older: bool, overlap: int) -> list[Conversation]:
    """Rows beyond the cursor. Pages overlap at the edge [M]: the last ones of the page before come again."""
    if not cursor:
        return rows
    first = next(
        (n for n, row in enumerate(rows) if (row.last_ns < cursor if older else row.last_ns > cursor)), len(rows)
    )
    return rows[max(0, first - overlap) :] if first < len(rows) else []


def _kept(call: Call, which: str) -> list[Conversation]:
    found = [each for each in call.world.conversations_of[call.shop.shop_id] if each.messages]
    found = [each for each in found if not each.flags.get("deleted")]
    if which == "pinned":
        return [each for each in found if each.flags.get("pinned")]
    if which == "unread":
        return [each for each in found if each.unread or each.flags.get("marked_unread")]
    return found


def _conversation(call: Call) -> Conversation:
    value = call.values.get("conversation_id")
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        raise ApiError("param_error", "conversation_id is required")
    found = call.world.conversations.get(str(value))  # text and bare number are both taken [S]
    if found is None or found.shop_id != call.shop.shop_id or not found.messages:
        raise ApiError("resource_not_found", "The conversation does not exist.")
    return found


def _ids(call: Call) -> set[str]:
    """`message_id_list`: how it is written is not settled [S]; a JSON array and a comma-joined list are both taken."""
    text = str(call.values.get("message_id_list") or "")
    if not text:
        return set()
    try:
        found = json.loads(text) if text.startswith("[") else text.split(",")
    except ValueError as error:
        raise ApiError("param_error", "message_id_list is invalid") from error
    return {str(each) for each in found}


def _whole(call: Call, name: str, default: int) -> int:
    text = str(call.values.get(name) or default)
    if not text.isdecimal() or len(text) > 19:
        raise ApiError("param_error", f"{name} is invalid")
    return int(text)


def _is_affiliate(call: Call) -> bool:
    return str(call.values.get("business_type") or "0") != "0"


def _sender(shop: Shop, conversation: Conversation, message: Message) -> int | str:
    return int(conversation.buyer_id) if message.from_buyer else _number(shop.user_id)


def _sender_shop(shop: Shop, conversation: Conversation, message: Message) -> int | str:
    return buyer_shop(conversation.buyer_id) if message.from_buyer else _number(shop.shop_id)


def _delivered(world: World, conversation: Conversation) -> str:
    now = world.clock.now_ms()
    for message in reversed(conversation.messages):
        if message.status_at(now) != "censored_blacklist":
            return message.message_id
    return "0"


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


ENDPOINTS = {
    "/sellerchat/get_conversation_list": Endpoint(methods=GET, handle=list_conversations),
    "/sellerchat/get_one_conversation": Endpoint(methods=GET, handle=one_conversation),
    "/sellerchat/get_unread_conversation_count": Endpoint(methods=GET, handle=unread_count),
    "/sellerchat/get_message": Endpoint(methods=GET, handle=get_message),
    "/sellerchat/read_conversation": Endpoint(methods=POST, handle=read_conversation),
    "/sellerchat/unread_conversation": _mark("marked_unread", on=True),
    "/sellerchat/pin_conversation": _mark("pinned", on=True),
    "/sellerchat/unpin_conversation": _mark("pinned", on=False),
    "/sellerchat/mute_conversation": _mark("mute", on=True),
    "/sellerchat/unmute_conversation": _mark("mute", on=False),
    "/sellerchat/delete_conversation": _mark("deleted", on=True),
}
