"""Customer service: conversations and messages as Get Conversations and its sisters answer them [OAS]."""

from itertools import islice
from typing import Any

from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.call import Call, Endpoint, paged
from simulators.tiktokshop.cards import checked_content
from simulators.tiktokshop.entities import (
    BUYER,
    CHAT,
    ROBOT,
    SERVICE,
    SHOP,
    SYSTEM,
    Conversation,
    Message,
    Store,
    chat_id_of,
)
from simulators.tiktokshop.snapshots import plaintext, snapshot

LOCALES = ("en", "id-ID", "ms-MY", "th-TH", "vi-VN", "zh-CN", "de-DE", "en-GB", "en-US", "es-ES", "es-MX", "fr-FR",
           "it-IT", "ja-JP", "pt-BR")  # fmt: skip
"""The six of our markets are documented; no Filipino among them."""
SENDER_ROLES = {"": SERVICE, SERVICE: SERVICE, SYSTEM: SYSTEM, ROBOT: ROBOT}
AVATAR = "https://img.example.test/avatar.png"


def list_conversations(call: Call) -> dict[str, Any]:
    """Threads of the shop; the sort order is unknown: the last spoken in first (switch)."""
    offset, size = call.page(smallest=1, largest=20)
    _check_locale(call)
    known = call.world.recent[call.store.seller_id].values()
    rows = known if call.world.switches.conversations_oldest_first else reversed(known)
    page = list(islice(rows, offset, offset + size))
    token = f"p{offset + size}" if offset + size < len(known) else ""
    return {"conversations": [_listed(call, c) for c in page], "next_page_token": token}


def _listed(call: Call, conversation: Conversation) -> dict[str, Any]:
    body = _conversation_json(call.store, conversation, "buyer_platform")
    body["can_send_message"] = call.threads.may_message(conversation.seller_id, conversation.buyer_id)
    if conversation.messages:
        body["latest_message"] = message_json(call.store, conversation, conversation.messages[-1])
    needs_info = call.asked("need_session_info") == "true"
    if conversation.session_id and (needs_info or call.asked("need_session_id") == "true"):
        body["cur_session_id"] = conversation.session_id
    if conversation.session_id and needs_info:
        phase = "ASSIGNED" if conversation.is_joined else "QUEUED"
        body["cur_session"] = {"id": conversation.session_id, "phase": phase}
    return body


def get_conversation(call: Call) -> dict[str, Any]:
    """One thread, without `can_send_message` and `latest_message`; the platform field has another name here [OAS]."""
    return {"conversation": _conversation_json(call.store, conversation_of(call), "platform")}


def create_conversation(call: Call) -> dict[str, Any]:
    """The thread with an order's buyer: a new one, the known one, or the closed one reopened under its id [OAS]."""
    buyer_id = call.need("buyer_user_id")
    if call.forced_code:
        raise _refused(call.forced_code)
    if not call.threads.may_message(call.store.seller_id, buyer_id):
        raise ApiError(45109003, "The criteria for creating a conversation are not met")
    return {"conversation_id": call.threads.open(call.store, buyer_id).conversation_id}


def list_messages(call: Call) -> dict[str, Any]:
    """A thread's messages, ten a page at most; marks nothing read [OAS]."""
    conversation = conversation_of(call)
    offset, size = call.page(smallest=1, largest=10)
    _check_locale(call)
    call.choice("sort_field", ("create_time", "index"))  # both orders are the same: the index grows with time
    is_newest_first = call.choice("sort_order", ("DESC", "ASC")) == "DESC"
    rows = conversation.messages[::-1] if is_newest_first else conversation.messages
    page, token = paged(rows, offset, size)
    needs_data, needs_text = call.asked("need_data") == "true", call.asked("need_plaintext") == "true"
    found = []
    for message in page:
        row = message_json(call.store, conversation, message)
        if needs_data:
            row["data"] = snapshot(call.world, call.store, message)
        if needs_text:
            row["plaintext"] = plaintext(message)
        found.append(row)
    return {"messages": found, "next_page_token": token, "unsupported_msg_tips": "[Unsupported message]"}


def send(call: Call) -> dict[str, Any]:
    """Take a message once and give it an id. There is no idempotency key: a repeat is a second message [3P]."""
    conversation = conversation_of(call)
    kind, content = call.need("type"), call.need("content")
    role = SERVICE
    if call.version != "202309":
        role = SENDER_ROLES.get(str(call.body.get("sender_role") or ""), "")
        if not role:
            raise call.bad("sender_role must be CUSTOMER_SERVICE, SYSTEM or ROBOT")
    text, order_ids = checked_content(call, conversation, kind, content)
    if call.forced_code:
        raise _refused(call.forced_code)
    if not call.threads.may_message(conversation.seller_id, conversation.buyer_id) or (
        call.world.switches.closed_refuses_send and call.threads.is_closed(conversation)
    ):
        raise ApiError(45109001, "Conversation rules do not allow sending messages now")
    call.threads.ready(conversation, joins=True)
    message = call.world.new_message(
        conversation, type=kind, content=content, role=role, text=text, order_ids=order_ids
    )
    call.threads.plan_closing(conversation)
    return {"message_id": message.message_id}


def _refused(code: int) -> ApiError:
    words = {
        45101006: "The message contains sensitive content",
        45109001: "Conversation rules do not allow sending messages now",
        45101004: "The daily request quota of customer service is reached",
    }
    return ApiError(code, words.get(code, "The request was refused"))


def mark_read(call: Call) -> dict[str, Any]:
    """The buyer's messages count as read by the shop."""
    call.world.read_by_shop(conversation_of(call))
    return {}


def conversation_of(call: Call) -> Conversation:
    """The thread in the path, of this shop."""
    conversation = call.world.conversations.get(call.ids[0])
    if conversation is None or conversation.seller_id != call.store.seller_id:
        raise ApiError(45101003, "The conversation does not exist")
    return conversation


def message_json(store: Store, conversation: Conversation, message: Message) -> dict[str, Any]:
    """A message as the list carries it."""
    return {
        "id": message.message_id,
        "index": str(message.index),
        "type": message.type,
        "content": message.content,
        "create_time": message.send_ms // 1000,
        "is_visible": message.is_visible,
        "sender": sender_json(store, conversation, message.role),
    }


def sender_json(store: Store, conversation: Conversation, role: str) -> dict[str, str]:
    """Who wrote. SYSTEM and ROBOT carry the shop's ids and name: the author never follows from the id [OAS]."""
    if role == BUYER:
        return {
            "role": role,
            "im_user_id": chat_id_of(conversation.buyer_id),
            "nickname": conversation.buyer_name,
            "avatar": AVATAR,
        }
    chat_id, _, name = store.person(SERVICE if role == SERVICE else SHOP)
    return {"role": role, "im_user_id": chat_id, "nickname": name, "avatar": ""}


def _conversation_json(store: Store, conversation: Conversation, platform_name: str) -> dict[str, Any]:
    buyer = {
        "role": BUYER,
        "im_user_id": chat_id_of(conversation.buyer_id),
        "user_id": conversation.buyer_id,
        "nickname": conversation.buyer_name,
        "avatar": AVATAR,
    }
    if store.market == "id":
        buyer[platform_name] = conversation.platform
    roles = (SHOP, SERVICE) if conversation.is_joined else (SHOP,)
    people = [buyer, *(_participant(store, role) for role in roles)]
    return {
        "id": conversation.conversation_id,
        "create_time": conversation.created_ms // 1000,
        "participant_count": len(people),
        "unread_count": conversation.unread,
        "participants": people,
    }


def _participant(store: Store, role: str) -> dict[str, str]:
    chat_id, user_id, name = store.person(role)
    return {"role": role, "im_user_id": chat_id, "user_id": user_id, "nickname": name, "avatar": ""}


def _check_locale(call: Call) -> None:
    if call.asked("locale") and call.asked("locale") not in LOCALES:
        raise call.bad("locale is not supported")


_THREAD = "/customer_service/{version}/conversations"
ENDPOINTS = (
    Endpoint(method="GET", path=_THREAD, versions=("202309",), handle=list_conversations, scope=CHAT),
    Endpoint(
        method="POST", path=_THREAD, versions=("202309",), handle=create_conversation, scope=CHAT, is_write=True
    ),
    Endpoint(method="GET", path=_THREAD + "/{}", versions=("202601",), handle=get_conversation, scope=CHAT),
    Endpoint(method="GET", path=_THREAD + "/{}/messages", versions=("202309",), handle=list_messages, scope=CHAT),
    Endpoint(
        method="POST", path=_THREAD + "/{}/messages", versions=("202309", "202606"), handle=send, scope=CHAT,
        is_write=True,
    ),
    Endpoint(
        method="POST", path=_THREAD + "/{}/messages/read", versions=("202309",), handle=mark_read, scope=CHAT,
        is_write=True,
    ),
)  # fmt: skip
