"""Instant messaging: the seven calls of the IM reference and the rules of the IM guide (120971)."""

import json
from typing import Any

from simulators.core.clock import wall_ms
from simulators.core.offplatform import OFF_PLATFORM
from simulators.lazada.answers import ApiError, SecondLevelError, im_ok
from simulators.lazada.call import BOTH, GET, POST, Call, Endpoint
from simulators.lazada.entities import BUYER, SELLER, SYSTEM_MESSAGE, USER_MESSAGE, Message, Session
from simulators.lazada.switches import DAY_S

PAGE_MAX = 20
RECALL_MS = 120_000
NEEDS = {
    1: ("txt",), 3: ("img_url", "width", "height"), 4: ("txt",), 6: ("video_id", "width", "height"),
    10006: ("item_id",), 10007: ("order_id",), 10008: ("promotion_id",), 10010: (),
}  # fmt: skip
"""What each template that a seller may send needs [D]."""
FILTERED = "Your message contains sensitive content and cannot be seen by the buyer"


def open_session(call: Call) -> dict[str, Any]:
    """The conversation of an order, by its age."""
    world, store = call.world, call.store
    order = world.orders.get((store.seller_id, call.need("order_id")))
    if order is None:
        raise ApiError("16", "Order not found", kind="ISP")  # the real code is unknown: our choice
    days = world.switches.order_age_days
    if days and world.clock.now_ms() - order.created_ms > days * DAY_S * 1000:
        raise ApiError("-22", f"order out of day limit: {days}", kind="ISP")
    return {"session_id": world.session_for(store, order).session_id}


def send(call: Call) -> dict[str, Any]:
    """Take a message and give it an id, also when the filter hides it from the buyer [D]."""
    world = call.world
    session = _session(call)
    template = call.whole("template_id")
    if template not in NEEDS:
        raise ApiError("InvalidParameter", "The specified value of 'template_id' is not valid")
    fields = {name: call.need(name) for name in NEEDS[template]}
    text = fields.get("txt", "")
    _check_send(call, session, text)
    process_msg = call.forced_process_msg
    if not process_msg and world.switches.censor and OFF_PLATFORM.search(text):
        process_msg = FILTERED
    message = world.new_message(
        session,
        template_id=template,
        content=json.dumps(_content(fields), ensure_ascii=False),
        from_type=SELLER,
        process_msg=process_msg,
        order_hint=_order_hint(session, text),
        text=text,
    )
    return im_ok({"message_id": message.message_id, "template_id": template, "current_time": message.send_ms})


def _check_send(call: Call, session: Session, text: str) -> None:
    switches, now = call.world.switches, call.world.clock.now_ms()
    if switches.text_max and len(text) > switches.text_max:
        raise SecondLevelError("IM_TEXT_TOO_LONG", f"text is longer than {switches.text_max}")
    window_ms = switches.unanswered_window_h * 3_600_000
    since = now - window_ms if window_ms else 0
    if switches.unanswered_limit and session.unanswered_since(since) >= switches.unanswered_limit:
        raise SecondLevelError(
            switches.unanswered_code,
            f"You can send at most {switches.unanswered_limit} messages before the buyer replies",
        )


def list_messages(call: Call) -> dict[str, Any]:
    """Messages of a conversation, newest first, walking back [I]."""
    session = _session(call)
    _count_idle_poll(call, session)
    start, size = _start_and_size(call)
    newest_first = [m for m in reversed(session.messages) if m.send_ms <= start]
    newest_first = _after(newest_first, call.params.get("last_message_id", ""), "message_id")
    page = newest_first[:size]
    return im_ok({
        "message_list": [message_json(session, m) for m in page],
        "has_more": len(newest_first) > size,
        "next_start_time": page[-1].send_ms if page else start,
        "last_message_id": page[-1].message_id if page else "",
    })  # fmt: skip


def list_sessions(call: Call) -> dict[str, Any]:
    """Conversations of the store, the latest first."""
    start, size = _start_and_size(call)
    mine = [s for s in call.world.sessions.values() if s.seller_id == call.store.seller_id and s.messages]
    mine.sort(key=lambda s: (s.messages[-1].send_ms, s.messages[-1].message_id), reverse=True)
    mine = _after(
        [s for s in mine if s.messages[-1].send_ms <= start], call.params.get("last_session_id", ""), "session_id"
    )
    page = mine[:size]
    return im_ok({
        "session_list": [session_json(s) for s in page],
        "has_more": len(mine) > size,
        "next_start_time": page[-1].messages[-1].send_ms if page else start,
        "last_session_id": page[-1].session_id if page else "",
    })  # fmt: skip


def get_session(call: Call) -> dict[str, Any]:
    """One conversation."""
    return im_ok(session_json(_session(call)))


def recall(call: Call) -> dict[str, Any]:
    """Take back an own message within two minutes: two pushes follow [D]."""
    session, world = _session(call), call.world
    message = _message(call, session, "message_id")
    if message.from_type != SELLER or message.type != USER_MESSAGE:
        raise SecondLevelError("IM_RECALL_NOT_ALLOWED", "only own user messages can be recalled")
    if world.clock.now_ms() - message.send_ms > RECALL_MS:
        raise SecondLevelError("IM_RECALL_TIMEOUT", "the message can no longer be recalled")
    if message.status == 0:
        message.status = 1
        world.message_changed(session, message)
        world.new_message(
            session,
            template_id=2,
            content=json.dumps({"txt": "You recalled a message", "recallContent": message.text}, ensure_ascii=False),
            from_type=SELLER,
            type=SYSTEM_MESSAGE,
        )
    return _bare_ok(call)


def read(call: Call) -> dict[str, Any]:
    """Mark read up to a message."""
    session = _session(call)
    message = _message(call, session, "last_read_message_id")
    call.world.read(session, by=SELLER, up_to_ms=message.send_ms)
    return _bare_ok(call)


def _bare_ok(call: Call) -> dict[str, Any]:
    """The reference puts the second level at the top, the guide under `data` [D, conflict]."""
    return {"data": im_ok()} if call.world.switches.answer_under_data else im_ok()


def message_json(session: Session, message: Message) -> dict[str, Any]:
    """A message as list and push carry it."""
    from_buyer = message.from_type == BUYER
    return {
        "message_id": message.message_id,
        "session_id": session.session_id,
        "template_id": message.template_id,
        "content": message.content,
        "from_account_id": session.buyer_id if from_buyer else session.user_id,
        "from_account_type": message.from_type,
        "to_account_id": session.user_id if from_buyer else session.buyer_id,
        "to_account_type": SELLER if from_buyer else BUYER,
        "send_time": message.send_ms,
        "type": message.type,
        "status": message.status,
        "auto_reply": message.auto_reply,
        "process_msg": message.process_msg,
        "site_id": session.site.upper(),
    }


def session_json(session: Session) -> dict[str, Any]:
    """A conversation as list and get carry it; the buyer's name is masked [D]."""
    last = session.messages[-1] if session.messages else None
    return {
        "session_id": session.session_id,
        "title": f"b***{session.buyer_id[-1]}",
        "buyer_id": int(session.buyer_id) if session.buyer_id.isdecimal() else session.buyer_id,
        "head_url": "https://img.example.test/head.png",
        "summary": last.text if last else "",
        "unread_count": session.unread,
        "last_message_id": last.message_id if last else "",
        "last_message_time": last.send_ms if last else 0,
        "self_position": session.self_position,
        "to_position": session.to_position,
        "tags": [],
        "site_id": session.site.upper(),
    }


def _content(fields: dict[str, str]) -> dict[str, str]:
    camel = {"img_url": "imgUrl", "video_id": "videoId", "item_id": "itemId", "order_id": "orderId",
             "promotion_id": "voucherId"}  # fmt: skip
    return {camel.get(name, name): value for name, value in fields.items()}


def _order_hint(session: Session, text: str) -> str:
    """The order a message is about: named in the text, else the one opened last."""
    named = next((order_id for order_id in session.order_ids if order_id in text), "")
    return named or (session.order_ids[-1] if session.order_ids else "")


def _session(call: Call) -> Session:
    session = call.world.sessions.get(call.need("session_id"))
    if session is None or session.seller_id != call.store.seller_id:
        raise SecondLevelError("IM_SESSION_NOT_FOUND", "the session does not exist")  # the real code is unknown
    return session


def _message(call: Call, session: Session, name: str) -> Message:
    found = call.world.messages.get(call.need(name))
    if found is None or found[0] is not session:
        raise SecondLevelError("IM_MESSAGE_NOT_FOUND", "the message does not exist")
    return found[1]


def _start_and_size(call: Call) -> tuple[int, int]:
    start, size = call.whole("start_time"), call.whole("page_size")
    if not 1 <= size <= PAGE_MAX:
        raise ApiError("InvalidParameter", f"page_size must be between 1 and {PAGE_MAX}")
    latest = max(call.world.clock.now_ms(), wall_ms()) + 1000
    if call.world.switches.refuse_future_start_time and start > latest:
        raise ApiError("InvalidParameter", "start_time lies in the future")
    return start, size


def _after(rows: list[Any], last_id: str, name: str) -> list[Any]:
    if not last_id:
        return rows
    for position, row in enumerate(rows):
        if getattr(row, name) == last_id:
            return rows[position + 1 :]
    return rows


def _count_idle_poll(call: Call, session: Session) -> None:
    """Polling is forbidden [D]; how the platform notices is unknown. Ours counts lists that show nothing new."""
    world, seller_id = call.world, call.store.seller_id
    limit = world.switches.idle_poll_limit
    if limit and world.idle_polls[seller_id] >= limit:
        raise ApiError("InsufficientPermission", "The permission was withdrawn: polling is not allowed")
    if not call.params.get("last_message_id"):
        if session.listed_length == len(session.messages):
            world.idle_polls[seller_id] += 1
        session.listed_length = len(session.messages)


ENDPOINTS = {
    "/im/session/open": Endpoint(methods=BOTH, handle=open_session),
    "/im/session/list": Endpoint(methods=GET, handle=list_sessions),
    "/im/session/get": Endpoint(methods=GET, handle=get_session),
    "/im/message/list": Endpoint(methods=GET, handle=list_messages),
    "/im/message/send": Endpoint(methods=POST, handle=send),
    "/im/message/recall": Endpoint(methods=BOTH, handle=recall),
    "/im/session/read": Endpoint(methods=POST, handle=read),
}
