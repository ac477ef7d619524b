"""The gateway: who calls, is it signed, is it allowed, is it too fast; then the business, the envelope and the faults.

The order of the checks is our choice: app, time stamp, signature, path, token, scope, shop, speed, quota.
"""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from simulators.core.clock import iso, wall_ms
from simulators.core.faults import Fault
from simulators.core.wire import HUGE_BODY, cut
from simulators.tiktokshop.answers import ApiError, app_gate, failure, success
from simulators.tiktokshop.call import Call, Endpoint
from simulators.tiktokshop.cases import Cases
from simulators.tiktokshop.entities import App, Grant, Store
from simulators.tiktokshop.oauth import TOKEN_PATHS, token_data
from simulators.tiktokshop.params import Sent, sent_in
from simulators.tiktokshop.routes import found_endpoint
from simulators.tiktokshop.signing import is_signed
from simulators.tiktokshop.threads import Threads
from simulators.tiktokshop.world import World

PREFIX = "/tiktok-shop"
"""A base address of its own beside other platforms; signatures may be made over the path with or without it."""
NO_CIPHER = ("/authorization/", "/seller/")


@dataclass(kw_only=True)
class Reply:
    """What goes back, and how."""

    body: bytes
    code: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    """The connection is reset instead."""


def _code_of(fault: Fault, otherwise: int) -> int:
    """The fault's code. One aimed at all platforms may name a code of another, which are words: ours are numbers."""
    return int(fault.code) if fault.code.isascii() and fault.code.isdecimal() else otherwise


class Gateway:
    """Serves the business APIs and the two token calls."""

    def __init__(self, world: World, threads: Threads, cases: Cases) -> None:
        self._world, self._threads, self._cases = world, threads, cases

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        raw_path = request.rel_url.raw_path
        path = raw_path.removeprefix(PREFIX)
        api, seller_id, params = path, "", {}
        if self._world.switches.latency_ms:
            await asyncio.sleep(self._world.switches.latency_ms / 1000)
        try:
            sent = await sent_in(request)
            params = {name: ",".join(values) for name, values in sent.query.items()}
            if path in TOKEN_PATHS:
                reply = await self._token(request, path, params)
            else:
                call = self._admitted(request, raw_path, path, sent)
                api = call.endpoint.path.replace("{version}", call.version)
                seller_id = call.maybe_store.seller_id if call.maybe_store else ""
                if order_id := str(call.body.get("order_id") or ""):
                    params["order_id"] = order_id
                reply = await self._answered(call, request.method)
        except ApiError as error:
            reply = self._failed(error)
        self._world.log.add(
            at=iso(self._world.clock.now_ms()), api=api, params=params, status=reply.status, code=reply.code,
            seller_id=seller_id, method=request.method, path=path,
        )  # fmt: skip
        if reply.is_cut:
            cut(request)
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers=reply.headers,
            content_type="application/json",
            charset="utf-8",
        )

    async def _token(self, request: web.Request, path: str, params: dict[str, str]) -> Reply:
        if request.method != "GET":
            raise ApiError(36009010, "The HTTP method is not supported", status=405)
        faults = self._world.faults.on_call("tiktok-shop", path, "", (), method="GET")
        for fault in faults:
            early = await self._before(None, fault)
            if early is not None:
                return early
        reply = Reply(body=success(token_data(self._world, path, params), self._world.clock.now_ms()), code="0")
        for fault in faults:
            reply = await self._after(reply, fault)
        return reply

    # ---- admission

    def _admitted(self, request: web.Request, raw_path: str, path: str, sent: Sent) -> Call:
        world = self._world
        app = world.apps.get(sent.one("app_key"))
        if app is None:
            raise app_gate("Invalid app_key")
        self._check_time(sent.one("timestamp"))
        self._check_sign(app, (path,) if path == raw_path else (path, raw_path), sent)
        endpoint, version, ids = found_endpoint(request.method, path)
        grant = self._grant(app, request.headers.get("x-tts-access-token", ""))
        if endpoint.scope not in grant.scopes or endpoint.scope not in app.scopes:
            raise ApiError(105005, "Access denied: the scope of this API has not been granted", status=401)
        store = self._store(grant, endpoint, path, sent)
        seller_id = store.seller_id if store else ""
        now = world.clock.now_ms()
        world.limiter.check_speed(app.app_key, seller_id, endpoint.path, is_write=endpoint.is_write)
        world.limiter.check_sandbox(app.app_key, seller_id, now)
        kind = "send" if endpoint.is_write and endpoint.path.endswith("/messages") else "read"
        if endpoint.is_write and kind == "read":
            kind = "write"
        world.limiter.check_chat(app.app_key, seller_id, now, scope=endpoint.scope, kind=kind)
        return Call(
            world=world, threads=self._threads, cases=self._cases, endpoint=endpoint, version=version, path=path,
            ids=ids, query=sent.query, body=sent.body(), files=sent.files, app=app, grant=grant, maybe_store=store,
        )  # fmt: skip

    def _check_time(self, stamp: str) -> None:
        if len(stamp) != 10 or not stamp.isdecimal():
            raise app_gate("Invalid timestamp: it must be Unix seconds")
        at_ms, switches = int(stamp) * 1000, self._world.switches
        # A moved simulator clock must not lock out clients that live by the machine's: either will do.
        for now in (wall_ms(), self._world.clock.now_ms()):
            if now - switches.stamp_past_s * 1000 <= at_ms <= now + switches.stamp_future_s * 1000:
                return
        raise app_gate("Invalid timestamp: it lies outside the accepted window")

    def _check_sign(self, app: App, paths: tuple[str, ...], sent: Sent) -> None:
        if not sent.one("sign"):
            raise app_gate("The sign parameter is missing")
        switches = self._world.switches
        readings = (sent.raw, b"") if switches.braces_may_be_unsigned and sent.raw == b"{}" else (sent.raw,)
        if not any(
            is_signed(app.app_secret, paths, sent.pairs, body, repeated_keys=switches.repeated_keys)
            for body in readings
        ):
            raise ApiError(switches.bad_sign_code, "Invalid credentials. The signature is invalid", status=401)

    def _grant(self, app: App, token: str) -> Grant:
        if not token:
            raise app_gate("The x-tts-access-token header is missing")
        grant = self._world.by_token.get(token)
        if grant is None or grant.app_key != app.app_key or grant.is_revoked:
            raise app_gate("Invalid access token")
        if grant.is_access_dead or self._world.clock.now_ms() >= grant.access_expires_ms:
            raise ApiError(105002, "The access token has expired", status=401)
        return grant

    def _store(self, grant: Grant, endpoint: Endpoint, path: str, sent: Sent) -> Store | None:
        cipher = sent.one("shop_cipher")
        if not endpoint.needs_cipher:
            if cipher and self._world.switches.refuse_unwanted_cipher and path.startswith(NO_CIPHER):
                raise app_gate("shop_cipher is not accepted by this API")
            return None
        if not cipher:
            raise ApiError(106013, "shop_cipher is missing", status=401)
        store = self._world.by_cipher.get(cipher)
        if store is None:
            raise ApiError(12000000, "The shop_cipher is wrong")
        if store.seller_id not in grant.seller_ids:
            raise ApiError(101000, "The access token does not match the shop", status=401)
        if store.status != "ACTIVE":
            raise ApiError(36009043, "The shop is inactive", status=401)
        return store

    # ---- business and faults

    async def _answered(self, call: Call, method: str) -> Reply:
        if not self._world.faults.faults:
            return self._done(call)
        store_id = call.maybe_store.seller_id if call.maybe_store else ""
        faults = self._world.faults.on_call("tiktok-shop", call.path, store_id, self._about(call), method=method)
        for fault in faults:
            early = await self._before(call, fault)
            if early is not None:
                return early
        reply = self._done(call)
        for fault in faults:
            reply = await self._after(reply, fault)
        return reply

    def _done(self, call: Call) -> Reply:
        data = call.endpoint.handle(call)
        if self._world.switches.unknown_fields:
            data = {**data, "field_of_next_year": {"value": 1}}
        return Reply(body=success(data, self._world.clock.now_ms()), code="0")

    async def _before(self, call: Call | None, fault: Fault) -> Reply | None:
        """What goes wrong before the platform has done anything."""
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.seconds)
            case "reset_before":
                return Reply(body=b"", code="reset_before", is_cut=True)
            case "http_429" | "api_call_limit":
                reply = self._failed(ApiError(36009002, "Too many requests, please try again later", status=429))
                if fault.retry_after is not None:
                    reply.headers["Retry-After"] = f"{fault.retry_after:g}"
                return reply
            case "http_5xx":
                return Reply(body=b"<html>upstream error</html>", code="http_5xx", status=fault.status)
            case "token_expired" if call is not None:
                call.grant.access_expires_ms = self._world.clock.now_ms()
                self._world.add_grant(call.grant)
                raise ApiError(105002, "The access token has expired", status=401)
            case "quota":
                raise ApiError(45101004, "The daily request quota of customer service is reached")
            case "error" | "second_level_error":
                raise ApiError(_code_of(fault, 36009003), fault.message or "Internal error")
            case "censored" | "forbidden_session" if call is not None:
                call.forced_code = _code_of(fault, 45101006 if fault.kind == "censored" else 45109001)
            case _:
                pass
        return None

    async def _after(self, reply: Reply, fault: Fault) -> Reply:
        """What goes wrong once it is done: only the answer suffers."""
        match fault.kind:
            case "slow_after":
                await asyncio.sleep(fault.seconds)
            case "reset_after":
                return Reply(body=b"", code="reset_after", is_cut=True)
            case "http_5xx_after":
                return Reply(body=b"<html>upstream error</html>", code="http_5xx_after", status=fault.status)
            case "error_after":
                return self._failed(ApiError(_code_of(fault, 45101001), fault.message or "Internal error"))
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
        world = self._world
        body = failure(error, world.clock.now_ms(), world.switches.failure_data)
        reply = Reply(body=body, code=str(error.code), status=error.status or world.switches.business_status)
        if error.status == 429 and world.switches.retry_after_s:
            reply.headers["Retry-After"] = str(world.switches.retry_after_s)
        return reply

    def _about(self, call: Call) -> list[str]:
        """The orders a call is about, for aiming faults: named, or those of its conversation's buyer."""
        named = [*call.ids, *call.asked_list("ids"), str(call.body.get("order_id") or "")]
        conversation = self._world.conversations.get(call.ids[0]) if call.ids else None
        buyer_id = conversation.buyer_id if conversation else str(call.body.get("buyer_user_id") or "")
        if buyer_id and call.maybe_store:
            named += self._world.buyer_orders.get((call.maybe_store.seller_id, buyer_id), {})
        case = self._world.cases.get(call.ids[0]) if call.ids else None
        return [*named, case.order_id] if case else named
