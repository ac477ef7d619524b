"""The gateway: who calls, is it signed, is it allowed, is it too fast; then the business, the envelope and the faults.

The order of the checks is our choice: parameters, app, time stamp, signature, path, method, token, permission, speed.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulators.core.clock import iso, parse_instant, wall_ms
from simulators.core.faults import Fault
from simulators.core.wire import HUGE_BODY, cut
from simulators.lazada import cancel, im, logistics, oauth, orders, pictures, reverse, seller
from simulators.lazada.answers import (
    ApiError,
    SecondLevelError,
    encoded,
    failure,
    im_failed,
    stringified,
    success,
)
from simulators.lazada.call import Call, Endpoint
from simulators.lazada.entities import App, Grant, Store
from simulators.lazada.params import BodyError, Sent, sent_in
from simulators.lazada.signing import is_signed
from simulators.lazada.world import World

ENDPOINTS: dict[str, Endpoint] = {
    **oauth.ENDPOINTS,
    **orders.ENDPOINTS,
    **logistics.ENDPOINTS,
    **im.ENDPOINTS,
    **cancel.ENDPOINTS,
    **reverse.ENDPOINTS,
    **pictures.ENDPOINTS,
    **seller.ENDPOINTS,
}
"""What exists. Retired calls (/order/cancel, /order/failure_reason/get) answer InvalidApi like any unknown path."""


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
    """Serves `/rest/...` of all sites."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        path = "/" + request.match_info["path"]
        sent, reply, seller_id = Sent(), None, ""
        if self._world.switches.latency_ms:
            await asyncio.sleep(self._world.switches.latency_ms / 1000)
        try:
            sent = await sent_in(request)
            call, endpoint = self._admitted(request, path, sent)
            seller_id = call.maybe_store.seller_id if call.maybe_store else ""
            reply = await self._answered(call, endpoint)
        except BodyError as error:
            reply = self._failed(ApiError("MissingParameter", f"The request body is unreadable: {error}"))
        except ApiError as error:
            reply = self._failed(error)
        self._world.log.add(
            at=iso(self._world.clock.now_ms()),
            api=path,
            params=sent.values,
            status=reply.status,
            code=reply.code,
            seller_id=seller_id,
            method=request.method,
        )
        if reply.is_cut:
            cut(request)
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers=reply.headers,
            content_type="application/json",
            charset="utf-8",
        )

    # ---- admission

    def _admitted(self, request: web.Request, path: str, sent: Sent) -> tuple[Call, Endpoint]:
        values, world = sent.values, self._world
        for name in ("app_key", "timestamp", "sign", "sign_method"):
            if not values.get(name):
                raise ApiError(
                    "MissingParameter",
                    f"The input parameter '{name}' that is mandatory for this request is not supplied",
                )
        app = world.apps.get(values["app_key"])
        if app is None:
            raise ApiError("InvalidAppKey", "The specified App Key is invalid", kind="ISV")
        self._check_time(values["timestamp"])
        if values["sign_method"] != "sha256" or not is_signed(app.app_secret, path, values):
            raise ApiError("IncompleteSignature", "The request signature does not conform to platform standards")
        endpoint = ENDPOINTS.get(path)
        if endpoint is None:
            raise ApiError("InvalidApi", "The specified API path is invalid")
        if world.switches.enforce_methods and request.method not in endpoint.methods:
            raise ApiError("UnsupportedHTTPMethod", "The HTTP method is not supported for this API")
        if any(path.startswith(prefix) for prefix in app.denied):
            raise ApiError("InsufficientPermission", "The app has no permission to call this API")
        site = request.match_info.get("site", "")
        grant, store = self._owner(app, values, site) if endpoint.needs_token else (None, None)
        if store is not None and endpoint.needs_full_seller and store.is_ease_mode:
            raise ApiError("Mp3SellerApiLimit", "This API is not open to Marketplace Ease Mode sellers", kind="ISP")
        world.limiter.check(app.app_key, path, store.seller_id if store else "", world.clock.now_ms())
        call = Call(
            world=world, app=app, path=path, params=values, files=sent.files, site=site,
            maybe_grant=grant, maybe_store=store,
        )  # fmt: skip
        return call, endpoint

    def _check_time(self, stamp: str) -> None:
        try:
            at = parse_instant(stamp)
        except ValueError as error:
            raise ApiError("IllegalTimestamp", "The timestamp is not valid") from error
        # A moved simulator clock must not lock out clients that live by the machine's: either will do.
        drift = min(abs(at - wall_ms()), abs(at - self._world.clock.now_ms()))
        if drift > self._world.switches.drift_s * 1000:
            raise ApiError("IllegalTimestamp", "The timestamp is too far from the current time")

    def _owner(self, app: App, values: dict[str, str], site: str) -> tuple[Grant, Store]:
        """The grant of the token and the store on the site that was called; `/rest` takes the grant's first store."""
        if not values.get("access_token"):
            raise ApiError("MissingParameter", "The input parameter 'access_token' that is mandatory is not supplied")
        grant = self._world.by_token.get(values["access_token"])
        illegal = ApiError("IllegalAccessToken", "The specified access token is invalid or expired")
        if grant is None or grant.app_key != app.app_key or grant.is_revoked:
            raise illegal
        if self._world.clock.now_ms() >= grant.access_expires_ms:
            raise illegal
        stores = [self._world.stores[seller_id] for seller_id in grant.seller_ids if seller_id in self._world.stores]
        store = next((s for s in stores if site in {"", s.site}), None)
        if store is None:
            raise illegal  # a host of another country: the real answer is unknown
        if store.status != "ACTIVE":
            raise ApiError("SellerNotActive", "The seller is not active", kind="ISP")
        return grant, store

    # ---- business and faults

    async def _answered(self, call: Call, endpoint: Endpoint) -> Reply:
        faults = self._world.faults.on_call(
            "lazada", call.path, call.maybe_store.seller_id if call.maybe_store else "", self._order_ids(call)
        )
        for fault in faults:
            early = await self._before(call, fault)
            if early is not None:
                return early
        reply = self._done(call, endpoint)
        for fault in faults:
            reply = await self._after(reply, fault)
        return reply

    async def _before(self, call: Call, fault: Fault) -> Reply | None:
        """What goes wrong before the platform has done anything."""
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
                words = f"Api access frequency exceeds the limit. this ban will last {fault.seconds:g} seconds"
                raise ApiError(fault.code or "ApiCallLimit", words)
            case "token_expired":
                if call.maybe_grant is not None:
                    call.maybe_grant.is_revoked = True
                    self._world.add_grant(call.maybe_grant)
                raise ApiError("IllegalAccessToken", "The specified access token is invalid or expired")
            case "error":
                raise ApiError(fault.code or "SYSTEM_ERROR", fault.message or "system error", kind="ISP")
            case "second_level_error" | "forbidden_session":
                code = fault.code or "IM_SESSION_FORBIDDEN"
                return self._ok(
                    im_failed(SecondLevelError(code, fault.message or "the session does not accept messages"))
                )
            case "censored":
                call.forced_process_msg = fault.process_msg
            case _:
                pass
        return None

    def _done(self, call: Call, endpoint: Endpoint) -> Reply:
        try:
            return self._ok(endpoint.handle(call))
        except SecondLevelError as error:
            return self._ok(im_failed(error))

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

    def _ok(self, payload: dict[str, Any]) -> Reply:
        switches = self._world.switches
        body = success(payload, self._world.clock.now_ms(), numeric_code=switches.numeric_code)
        if switches.stringify_scalars:
            body = stringified(body)
        return Reply(body=encoded(body), code=str(payload.get("err_code") or "0"))

    def _failed(self, error: ApiError) -> Reply:
        return Reply(body=encoded(failure(error, self._world.clock.now_ms())), code=error.code)

    def _order_ids(self, call: Call) -> list[str]:
        """The orders a call is about, for aiming faults: named, or those of its conversation."""
        order_id = call.params.get("order_id", "")
        session = self._world.sessions.get(call.params.get("session_id", ""))
        return [order_id] if order_id else list(session.order_ids) if session else []
