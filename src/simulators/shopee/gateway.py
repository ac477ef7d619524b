"""The gateway: who calls, is it signed, is it allowed, is it too fast; then the business, the envelope and the faults.

The order of the checks is our choice: parameters, app, time stamp, path, method, signature, token, shop, permission,
speed.
"""

import asyncio
import inspect
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulators.core.clock import iso, wall_ms
from simulators.core.faults import Fault
from simulators.core.wire import HUGE_BODY, cut
from simulators.shopee import auth, cancel, chat, chat_reads, health, logistics, orders, push_api, returns, shops
from simulators.shopee.answers import ApiError, encoded, failure, success
from simulators.shopee.call import Call, Endpoint
from simulators.shopee.entities import App, Shop
from simulators.shopee.params import BodyError, Sent, sent_in
from simulators.shopee.permissions import check_permission
from simulators.shopee.signing import is_signed
from simulators.shopee.tokens import refuse_shop, shop_of_token, speaks_for_merchant
from simulators.shopee.world import World

ENDPOINTS: dict[str, Endpoint] = {
    **auth.ENDPOINTS,
    **shops.ENDPOINTS,
    **orders.ENDPOINTS,
    **cancel.ENDPOINTS,
    **logistics.ENDPOINTS,
    **returns.ENDPOINTS,
    **chat.ENDPOINTS,
    **chat_reads.ENDPOINTS,
    **health.ENDPOINTS,
    **push_api.ENDPOINTS,
}
"""What exists, by the path below `/api/v2`. Anything else answers error_not_found [M]."""
TRANSIENT = "System error, please try again later."


@dataclass(kw_only=True)
class Reply:
    """What goes back, and how."""

    body: bytes
    code: str
    status: int = 200
    headers: dict[str, str] | None = None
    is_cut: bool = False
    """The connection is reset instead."""


class Gateway:
    """Serves `/api/v2/...`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        world, path = self._world, "/" + request.match_info["path"]
        sent, shop_id = Sent(), ""
        if world.switches.latency_ms:
            await asyncio.sleep(world.switches.latency_ms / 1000)
        try:
            sent = await sent_in(request)
            call, endpoint = self._admitted(request.method, path, sent)
            shop_id = call.maybe_shop.shop_id if call.maybe_shop else ""
            reply = await self._answered(call, endpoint)
        except BodyError as error:
            reply = self._failed(ApiError("error_param", f"The request body is unreadable: {error}"))
        except ApiError as error:
            reply = self._failed(error)
        world.log.add(
            at=iso(world.clock.now_ms()), api="/api/v2" + path, params=sent.shown(), status=reply.status,
            code=reply.code, seller_id=shop_id, method=request.method,
        )  # fmt: skip
        if reply.is_cut:
            cut(request)
        return web.Response(
            status=reply.status, body=reply.body, headers=reply.headers, content_type="application/json",
            charset="utf-8",
        )  # fmt: skip

    # ---- admission

    def _admitted(self, method: str, path: str, sent: Sent) -> tuple[Call, Endpoint]:
        world, query = self._world, sent.query
        app = self._app(query)
        stamp = query.get("timestamp", "")
        if not stamp.isdecimal() or len(stamp) > 12:
            raise self._refused("error_param", "There is no timestamp in query, or it is not a number.")
        self._check_time(int(stamp))
        endpoint = ENDPOINTS.get(path)
        if endpoint is None or (world.switches.enforce_methods and method not in endpoint.methods):
            raise ApiError("error_not_found", "The requested path does not exist.", status=404)
        whose = "merchant_id" if endpoint.is_merchant else "shop_id"
        token, subject_id = query.get("access_token", ""), query.get(whose, "")
        if not endpoint.is_public and not token:
            raise self._refused("error_param", "There is no access_token in query.")
        if not endpoint.is_public and not subject_id:
            raise self._refused("error_param", f"There is no {whose} in query.")
        subject = () if endpoint.is_public else (token, subject_id)
        parts = (app.partner_id, "/api/v2" + path, stamp, *subject)
        if not query.get("sign"):
            raise self._refused("error_param", "There is no sign in query.")
        if not is_signed(app.partner_key, query["sign"], *parts):
            raise self._refused("error_sign", "Wrong sign.")
        shop = None if endpoint.is_public or endpoint.is_merchant else self._owner(app, token, subject_id)
        if endpoint.is_merchant and not speaks_for_merchant(world, app, token, subject_id):
            raise self._refused(world.switches.bad_token_code, "Invalid access_token.")
        try:
            check_permission(app, path)
        except ApiError as error:
            chat_gate = path.startswith("/sellerchat/")
            status = world.switches.no_chat_status if chat_gate else world.switches.refused_status
            raise ApiError(error.code, error.message, status=status) from error
        world.limiter.check(app.partner_id, path, "" if endpoint.is_public else subject_id, world.day())
        self._check_lists(sent)
        values = sent.query if method == "GET" else sent.body
        merchant_id = subject_id if endpoint.is_merchant else ""
        call = Call(
            world=world, app=app, path=path, values=values, files=sent.files, maybe_shop=shop, merchant_id=merchant_id
        )
        return call, endpoint

    def _app(self, query: dict[str, str]) -> App:
        partner_id = query.get("partner_id", "")
        if not partner_id.isdecimal() or int(partner_id) > 4_294_967_295:
            raise self._refused("error_param", "There is no partner_id in query, or it is not a number.")
        app = self._world.apps.get(partner_id)
        if app is None:
            raise self._refused("error_auth", "Your partner_id is not correct or the app was deleted.")
        refusals = {
            "frozen": ("partner_frozen", "Your partner account is frozen."),
            "key_expired": ("error_partner_key_expired", "Your partner key has expired, reset it in the console."),
            "suspended": ("api_suspended", "This API is suspended."),
            "restricted": ("error_api_call_restricted", "The API calls of your app are restricted."),
        }
        if app.state in refusals:
            raise self._refused(*refusals[app.state])
        return app

    def _check_time(self, stamp: int) -> None:
        # A moved simulator clock must not lock out clients that live by the machine's: either will do.
        switches = self._world.switches
        ages = [now // 1000 - stamp for now in (wall_ms(), self._world.clock.now_ms())]
        if not any(-switches.future_s <= age <= switches.past_s for age in ages):
            raise self._refused("error_param", "Invalid timestamp: it has expired.")

    def _owner(self, app: App, token: str, shop_id: str) -> Shop:
        """The shop of the query, when the token speaks for it."""
        shop, refusal = shop_of_token(self._world, app, token, shop_id)
        if shop is None:
            raise self._refused(*refusal)
        if shop.status == "BANNED":
            raise self._refused("shop_banned", "The shop is banned.")
        return shop

    def _check_lists(self, sent: Sent) -> None:
        """A key given twice: whether the real gateway joins the values is unknown; ours takes the first [I]."""
        if self._world.switches.accept_repeated_lists:
            sent.query.update({name: ",".join(values) for name, values in sent.repeated.items()})

    def _refused(self, code: str, message: str) -> ApiError:
        return ApiError(code, message, status=self._world.switches.refused_status)

    # ---- business and faults

    async def _answered(self, call: Call, endpoint: Endpoint) -> Reply:
        world = self._world
        if not world.faults.faults:
            return await self._done(call, endpoint)
        shop_id = call.maybe_shop.shop_id if call.maybe_shop else ""
        faults = world.faults.on_call("shopee", "/api/v2" + call.path, shop_id, order_sns(call))
        for fault in faults:
            early = await self._before(call, fault)
            if early is not None:
                return early
        try:
            reply = await self._done(call, endpoint)
        except ApiError as error:
            reply = self._failed(error)
        for fault in faults:
            reply = await self._after(reply, fault)
        return reply

    async def _before(self, call: Call, fault: Fault) -> Reply | None:
        """What goes wrong before the platform has done anything."""
        limiter = self._world.limiter
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.seconds)
            case "reset_before":
                return Reply(body=b"", code="reset_before", is_cut=True)
            case "http_429":
                headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
                return Reply(body=b"", code="http_429", status=429, headers=headers)
            case "http_5xx":
                return Reply(body=b"<html>upstream error</html>", code="http_5xx", status=fault.status)
            case "api_call_limit":
                raise ApiError(fault.code, fault.message) if fault.code else limiter.too_fast()
            case "quota":
                raise ApiError(fault.code, fault.message) if fault.code else limiter.quota_used()
            case "token_expired":
                if call.maybe_shop is not None:
                    refuse_shop(self._world, call.app, call.maybe_shop.shop_id)
                raise self._refused(self._world.switches.bad_token_code, "Invalid access_token.")
            case "error" | "second_level_error":
                raise ApiError(fault.code or "system_busy", fault.message or TRANSIENT)
            case "forbidden_session":
                raise ApiError(fault.code or "user_is_forbidden", fault.message or chat.FORBIDDEN)
            case "censored":
                call.forced_censor = True
            case _:
                pass
        return None

    async def _done(self, call: Call, endpoint: Endpoint) -> Reply:
        found = endpoint.handle(call)
        payload: dict[str, Any] = await found if inspect.isawaitable(found) else found
        words = "success" if endpoint.says_success else ""
        mark = self._world.switches.success_marks if endpoint.says_success else ""
        body = success(payload, top_level=endpoint.is_top_level, message=words, mark=mark)
        return Reply(body=encoded(body), code="ok")

    async def _after(self, reply: Reply, fault: Fault) -> Reply:
        """What goes wrong once it is done: only the answer suffers."""
        match fault.kind:
            case "slow_after":
                await asyncio.sleep(fault.seconds)
            case "reset_after":
                return Reply(body=b"", code="reset_after", is_cut=True)
            case "http_5xx_after":
                return Reply(body=b"<html>upstream error</html>", code="http_5xx_after", status=fault.status)
            case "malformed_json":
                return Reply(body=reply.body[: len(reply.body) // 2], code="malformed_json")
            case "empty_body":
                return Reply(body=b"", code="empty_body")
            case "huge_body":
                return Reply(body=HUGE_BODY, code="huge_body")
            case _:
                pass
        return reply

    def _failed(self, error: ApiError) -> Reply:
        body = encoded(failure(error, prefixed=self._world.switches.prefixed_codes))
        return Reply(body=body, code=error.code, status=error.status)


def order_sns(call: Call) -> list[str]:
    """The orders a call is about, for aiming faults: named, or those of its conversation."""
    values, found = call.values, []
    for name in ("order_sn", "order_sn_list"):
        if values.get(name):
            found += str(values[name]).split(",")
    for name in ("content", "source_content"):
        inner = values.get(name)
        if isinstance(inner, dict) and inner.get("order_sn"):
            found.append(str(inner["order_sn"]))
    if not found and call.maybe_shop is not None:
        shop_id = call.maybe_shop.shop_id
        conversation = call.world.conversations.get(str(values.get("conversation_id", ""))) or (
            call.world.conversation_of.get((shop_id, str(values.get("to_id", ""))))
        )
        found = list(conversation.order_sns) if conversation is not None else []
    return found
