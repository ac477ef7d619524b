"""The push subscription and the lost pushes, as public APIs (sections 7.1 and 7.5)."""

from typing import Any

from simulators.shopee.answers import ApiError, wrong
from simulators.shopee.call import BOTH, GET, POST, Call, Endpoint
from simulators.shopee.notify import lost_json

LOST_MAX, BLOCKED_MAX = 100, 500
CODES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 23, 24, 25, 28, 29, 30, 37, 47)


async def set_config(call: Call) -> dict[str, Any]:
    """Save address and codes; a test push must be taken first [D]. What the real refusal is called is unknown [U]."""
    app, values = call.app, call.values
    url = call.text("callback_url", app.callback_url)
    blocked = values.get("blocked_shop_id_list", [])
    if not isinstance(blocked, list) or len(blocked) > BLOCKED_MAX:
        raise wrong(f"blocked_shop_id_list must hold at most {BLOCKED_MAX} shops")
    if not url.startswith(("http://", "https://")):
        raise wrong("callback_url is not valid")
    desk = call.world.push_desk
    if call.world.switches.ping_on_save and not await desk.ping(app, url):
        raise ApiError("error_param", "The callback_url did not answer 2xx with an empty body within 3 seconds.")
    on, off = _codes(values.get("set_push_config_on")), _codes(values.get("set_push_config_off"))
    app.callback_url = url
    app.push_off = sorted((set(app.push_off) | off) - on)
    app.blocked_shop_ids = [str(each) for each in blocked]
    desk.forgive(app)
    call.world.add_app(app)
    return {"result": "success"}


def get_config(call: Call) -> dict[str, Any]:
    """What is set, and whether pushing is Normal, Warning or Suspended."""
    app = call.app
    return {
        "callback_url": app.callback_url, "live_push_status": app.push_status, "suspended_time": 0,
        "blocked_shop_id": [int(each) for each in app.blocked_shop_ids if each.isdecimal()],
        "push_config_on_list": [code for code in CODES if code not in app.push_off],
        "push_config_off_list": app.push_off,
    }  # fmt: skip


def lost(call: Call) -> dict[str, Any]:
    """The earliest 100 that were not confirmed, of the last three days [D]."""
    rows = call.world.push_desk.lost(call.app.partner_id)
    page = rows[:LOST_MAX]
    return {
        "push_message_list": [lost_json(row, lambda push: push.get("shop_id", 0)) for row in page],
        "has_next_page": len(rows) > LOST_MAX, "last_message_id": page[-1]["id"] if page else 0,
    }  # fmt: skip


def confirm(call: Call) -> dict[str, Any]:
    """Move the watermark past a whole batch [D]: what was not stored before is gone."""
    call.world.consume(call.app.partner_id, call.whole("last_message_id"))
    return {}


def _codes(value: object) -> set[int]:
    if value is None:
        return set()
    if not isinstance(value, list) or not all(isinstance(each, int) for each in value):
        raise wrong("push config lists hold numbers")
    return set(value)


def _public(methods: frozenset[str], handle: Any) -> Endpoint:
    return Endpoint(methods=methods, handle=handle, is_public=True)


ENDPOINTS = {
    "/push/set_app_push_config": _public(POST, set_config),
    "/push/get_app_push_config": _public(GET, get_config),
    "/push/get_lost_push_message": _public(BOTH, lost),
    "/push/confirm_consumed_lost_push_message": _public(POST, confirm),
}
