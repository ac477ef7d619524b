"""The rest of customer service: pictures, agent settings, performance, sessions."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.call import Call, Endpoint, paged
from simulators.tiktokshop.chat import conversation_of
from simulators.tiktokshop.entities import CHAT, PRODUCTS, Conversation
from simulators.tiktokshop.pictures import size_of
from simulators.tiktokshop.switches import DAY_S

IMAGE_MAX = 10 * 1024 * 1024


def upload_chat_image(call: Call) -> dict[str, Any]:
    """A picture for chat: jpg, gif, webp, png up to 10 MB in the part `data` [OAS]."""
    digest, width, height = _picture(call, 45101002)
    url = f"https://img.example.test/o/{digest}~origin.image"
    call.world.add_image(url, call.store.seller_id, width, height)
    return {"url": url, "width": width, "height": height}


def upload_product_image(call: Call) -> dict[str, Any]:
    """A picture of the product API, whose URI counts as evidence in cancellations and returns [OAS]."""
    digest, width, height = _picture(call, 36009022)
    uri = f"tos-demo/{digest}"
    for seller_id in call.grant.seller_ids:  # no cipher here: any shop of the token may use it
        call.world.add_image(f"{seller_id}:{uri}", seller_id, width, height)
    use_case = call.files.get("use_case", b"MAIN_IMAGE").decode("utf-8", "replace")
    return {
        "uri": uri,
        "url": f"https://img.example.test/{uri}",
        "width": width,
        "height": height,
        "use_case": use_case,
    }


def _picture(call: Call, wrong_code: int) -> tuple[str, int, int]:
    image = call.files.get("data")
    if not image:
        raise ApiError(wrong_code, "data is required as a file of a multipart body")
    if len(image) > IMAGE_MAX:
        raise ApiError(36009021, "The file is too large")
    size = size_of(image)
    if size is None:
        raise ApiError(wrong_code, "Only JPG, GIF, WEBP and PNG are supported")
    return hashlib.sha256(image).hexdigest()[:32], *size


def get_settings(call: Call) -> dict[str, Any]:
    """Whether the shop's service account takes chats."""
    return {"can_accept_chat": call.store.can_accept_chat}


def set_settings(call: Call) -> dict[str, Any]:
    """Take chats or not."""
    wanted = call.body.get("can_accept_chat")
    if not isinstance(wanted, bool):
        raise call.bad("can_accept_chat must be a boolean")
    call.store.can_accept_chat = wanted
    call.world.add_store(call.store)
    return {}


def performance(call: Call) -> dict[str, Any]:
    """Figures of the shop's chats: first answers within 24 hours, their speed, stars. Numbers as text [OAS]."""
    since, until = _day_ms(call, "support_date_ge"), _day_ms(call, "support_date_lt")
    waits, unanswered, sessions = [], 0, 0
    for conversation in call.world.recent[call.store.seller_id].values():
        asked_ms = 0
        for message in conversation.messages:
            if message.is_buyers and not asked_ms:
                asked_ms = message.send_ms
                sessions += since <= asked_ms < until
            elif message.is_sellers and asked_ms:
                if since <= asked_ms < until:
                    waits.append(message.send_ms - asked_ms)
                asked_ms = 0
        unanswered += bool(asked_ms) and since <= asked_ms < until
    prompt = sum(1 for wait in waits if wait <= DAY_S * 1000)
    total = len(waits) + unanswered
    body: dict[str, Any] = {
        "support_session_count": sessions,
        "response_percentage": f"{100 * prompt / total:.1f}" if total else "0.0",
        "response_time_mins": f"{sum(waits) / len(waits) / 60_000:.1f}" if waits else "0.0",
        "satisfaction_percentage": "0.0",
    }
    return {"performance": body}


def _day_ms(call: Call, name: str) -> int:
    try:
        return int(datetime.strptime(call.asked(name), "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError as error:
        raise call.bad(f"{name} must be a date like 2026-01-31") from error


def search_sessions(call: Call) -> dict[str, Any]:
    """Sessions that began in a window of the last 90 days [PY]."""
    since, until = call.whole("begin_time_ge"), call.whole("begin_time_lt")
    if since is None or until is None:
        raise call.bad("begin_time_ge and begin_time_lt are required")
    if since < call.world.clock.now_ms() // 1000 - 90 * DAY_S:
        raise call.bad("begin_time_ge lies more than 90 days back")
    wanted = str(call.body.get("buyer_nickname") or "")
    rows = [
        _session_json(conversation, session)
        for conversation in call.world.recent[call.store.seller_id].values()
        if wanted in {"", conversation.buyer_name}
        for session in conversation.sessions
        if since <= session["begin_ms"] // 1000 < until
    ]
    offset, size = call.page(smallest=1, largest=50, default=20)
    page, token = paged(sorted(rows, key=lambda row: int(row["begin_time"]), reverse=True), offset, size)
    return {"sessions": page, "next_page_token": token}


def _session_json(conversation: Conversation, session: dict[str, Any]) -> dict[str, Any]:
    ends_ms = session["end_ms"] or 1 << 62
    within = [m for m in conversation.messages if session["begin_ms"] <= m.send_ms <= ends_ms]
    asked = next((m.send_ms for m in within if m.is_buyers), 0)
    answered = next((m.send_ms for m in within if asked and m.is_sellers and m.send_ms >= asked), 0)
    body: dict[str, Any] = {
        "id": session["id"],
        "conversation_id": conversation.conversation_id,
        "begin_time": session["begin_ms"] // 1000,
        "buyer_nickname": conversation.buyer_name,
        "chat_tags": [],
        "first_response_late": bool(answered) and answered - asked > DAY_S * 1000,
    }
    if session["end_ms"]:
        body["end_time"] = session["end_ms"] // 1000
    if answered:
        body["first_response_time"] = (answered - asked) // 1000
    return body


def end_session(call: Call) -> dict[str, Any]:
    """End the running session; the agent leaves."""
    conversation = conversation_of(call)
    if not conversation.session_id or conversation.session_id != call.ids[1]:
        raise ApiError(45101003, "The session does not exist or has ended")
    call.threads.close(conversation)
    return {}


_BASE = "/customer_service/{version}"
ENDPOINTS = (
    Endpoint(
        method="POST", path=_BASE + "/images/upload", versions=("202309",), handle=upload_chat_image, scope=CHAT,
        is_write=True,
    ),
    Endpoint(
        method="POST", path="/product/{version}/images/upload", versions=("202309",), handle=upload_product_image,
        scope=PRODUCTS, needs_cipher=False, is_write=True,
    ),
    Endpoint(method="GET", path=_BASE + "/agents/settings", versions=("202309",), handle=get_settings, scope=CHAT),
    Endpoint(
        method="PUT", path=_BASE + "/agents/settings", versions=("202309",), handle=set_settings, scope=CHAT,
        is_write=True,
    ),
    Endpoint(method="GET", path=_BASE + "/performance", versions=("202407",), handle=performance, scope=CHAT),
    Endpoint(method="POST", path=_BASE + "/sessions/search", versions=("202602",), handle=search_sessions, scope=CHAT),
    Endpoint(
        method="POST", path=_BASE + "/conversations/{}/sessions/{}/end", versions=("202605",), handle=end_session,
        scope=CHAT, is_write=True,
    ),
)  # fmt: skip
