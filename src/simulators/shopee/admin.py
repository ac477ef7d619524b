"""The simulator's own side door under /_sim/shopee: set up and meddle. No such thing exists at the platform.

It speaks of `seller_id` (shop id) and `session_id` (conversation id) as the side doors of the other platforms do.
"""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulators.core.clock import parse_instant
from simulators.core.switches import SwitchError
from simulators.core.wire import bad_request, json_object, rows_in
from simulators.shopee import tokens
from simulators.shopee.admin_views import message_row, order_row
from simulators.shopee.buyers import Buyers
from simulators.shopee.entities import APP_TYPES, CURRENCIES, App, Conversation, Order, Shop
from simulators.shopee.loading import RowError, order_from, status_in
from simulators.shopee.moves import Moves
from simulators.shopee.notify import Notifier
from simulators.shopee.world import World

BASE = "/_sim/shopee"


class Admin:
    """Handlers of the side door."""

    def __init__(self, world: World, buyers: Buyers, notifier: Notifier) -> None:
        self._world, self._buyers, self._notifier = world, buyers, notifier
        self._moves = Moves(world)

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        posts = {
            "apps": self.add_app, "stores": self.add_store, "orders": self.add_orders,
            "order-status": self.set_status, "callback": self.set_callback, "switches": self.set_switches,
            "tokens/expire": self.expire_token, "unlink": self.unlink, "buyer-says": self.buyer_says,
            "buyer-reads": self.buyer_reads, "seller-says": self.seller_says, "conversation": self.set_conversation,
            "health": self.set_health, "returns": self.open_return,
        }  # fmt: skip
        routes = [web.post(f"{BASE}/{name}", handler) for name, handler in posts.items()]
        return [*routes, web.get(f"{BASE}/switches", self.get_switches)]

    # ---- setting up

    async def add_app(self, request: web.Request) -> web.Response:
        """Register an app; ids and keys are made up when not given. `app_key` and `app_secret` are other names for
        `partner_id` and `partner_key`."""
        row, world = await json_object(request), self._world
        partner_id = str(row.get("partner_id") or row.get("app_key") or 1_000_000 + world.fresh_number())
        app_type = str(row.get("app_type") or "seller_in_house")
        if not partner_id.isdecimal() or app_type not in APP_TYPES:
            return bad_request(f"partner_id is a number; app_type one of {', '.join(sorted(APP_TYPES))}")
        known = world.apps.get(partner_id)
        app = App(
            partner_id=partner_id,
            partner_key=str(row.get("partner_key") or row.get("app_secret") or f"shpk{tokens.fresh()}"),
            push_key=str(row.get("push_key", f"shpk{tokens.fresh()}")),
            app_type=app_type,
            has_chat=bool(row.get("has_chat", True)),
            own_shop_ids=[str(each) for each in row.get("own_shop_ids") or (known.own_shop_ids if known else [])],
            redirect_url=str(row.get("redirect_url") or row.get("redirect_uri") or ""),
            callback_url=str(row.get("callback_url") or (known.callback_url if known else "")),
            push_off=[int(code) for code in row.get("push_off") or []],
            state=str(row.get("state") or "live"),
            denied=[str(prefix).removeprefix("/api/v2") for prefix in row.get("denied") or []],
        )
        return web.json_response(world.add_app(app).record())

    async def add_store(self, request: web.Request) -> web.Response:
        """Register a shop; with `app_key` the app is authorised, and an in-house app counts it as its own."""
        row, world = await json_object(request), self._world
        region = str(row.get("market") or row.get("region") or row.get("site") or "MY").upper()
        if region not in CURRENCIES:
            return bad_request(f"unknown market {region!r}; known: {', '.join(CURRENCIES)}")
        shop_id = str(row.get("seller_id") or row.get("shop_id") or self._free_shop_id())
        if not shop_id.isdecimal():
            return bad_request(f"seller_id {shop_id!r} is not a number")
        app = world.apps.get(str(row.get("app_key") or row.get("partner_id") or ""))
        if app is None and (row.get("app_key") or row.get("partner_id")):
            return bad_request(f"unknown app_key: POST {BASE}/apps first")
        shop = Shop(
            shop_id=shop_id,
            user_id=str(row.get("user_id") or int(shop_id) + 300),
            region=region,
            name=str(row.get("name") or f"Demo shop {shop_id}"),
            status=str(row.get("status") or "NORMAL"),
            is_cb=bool(row.get("is_cb", row.get("is_cross_border", False))),
            main_account_id=str(row.get("main_account_id") or ""),
            merchant_id=str(row.get("merchant_id") or ""),
            chat_distribution=bool(row.get("chat_distribution", False)),
        )
        world.add_shop(shop)
        answer: dict[str, Any] = {**shop.record(), "seller_id": shop_id, "market": region, "base_url": ""}
        if app is not None:
            answer |= self._grant(app, shop, row)
        return web.json_response(answer)

    def _free_shop_id(self) -> int:
        while str(found := 600_000 + self._world.fresh_number()) in self._world.shops:
            pass
        return found

    def _grant(self, app: App, shop: Shop, row: Mapping[str, Any]) -> dict[str, Any]:
        if shop.shop_id not in app.own_shop_ids and row.get("is_own", True):
            app.own_shop_ids.append(shop.shop_id)
            self._world.add_app(app)
        grant = tokens.issue(
            self._world, app, [shop.shop_id], access_token=str(row.get("access_token") or ""),
            refresh_token=str(row.get("refresh_token") or ""),
        )  # fmt: skip
        return {
            "app_key": app.partner_id, "app_secret": app.partner_key, "push_key": app.push_key,
            "access_token": grant.access_token, "refresh_token": grant.refresh_token,
            "access_expires_ms": grant.access_expires_ms,
        }  # fmt: skip

    async def add_orders(self, request: web.Request) -> web.Response:
        """Load orders: a JSON array, an object with `orders`, or JSON lines; `?seller_id=` for rows that name none."""
        world = self._world
        seller_id, now = request.query.get("seller_id", ""), world.clock.now_ms()
        body = await request.content.read()  # past the size bound of calls: this is a bulk door
        try:
            orders = [
                order_from(row, seller_id=seller_id, now_ms=now, seed=world.seed, switches=world.switches)
                for row in rows_in(body)
            ]
        except (RowError, ValueError, TypeError, AttributeError) as error:
            return bad_request(str(error))
        unknown = {order.shop_id for order in orders} - set(world.shops)
        if unknown:
            return bad_request(f"unknown seller_id {sorted(unknown)[0]!r}: POST {BASE}/stores first")
        replaced = world.add_orders(orders)
        for order in orders:
            self._moves.plan(order)
        return web.json_response({"loaded": len(orders), "replaced": replaced})

    async def set_callback(self, request: web.Request) -> web.Response:
        """Where an app wants its pushes; an empty url stops them. `ping` sends the test push first."""
        row = await json_object(request)
        app = self._world.apps.get(str(row.get("app_key") or row.get("partner_id") or ""))
        if app is None:
            return bad_request("unknown app_key")
        url = str(row.get("url") or "")
        taken = await self._notifier.ping(app, url) if row.get("ping") else None
        app.callback_url = url
        self._notifier.forgive(app)
        self._world.add_app(app)
        return web.json_response({"app_key": app.partner_id, "url": url, "ping_taken": taken})

    async def set_switches(self, request: web.Request) -> web.Response:
        """Change switches."""
        try:
            self._world.switches.update(await json_object(request))
        except SwitchError as error:
            return bad_request(str(error))
        return web.json_response(self._world.switches.as_json())

    async def get_switches(self, request: web.Request) -> web.Response:
        """All switches."""
        return web.json_response(self._world.switches.as_json())

    # ---- meddling

    async def set_status(self, request: web.Request) -> web.Response:
        """Move an order: `seller_id`, `order_id`, `status`; also `event` (description, logistics_status),
        `logistics_status`, `tracking_number`, `cancel_by`, `cancel_reason`, `buyer_cancel_reason`, `ship_by`."""
        row = await json_object(request)
        order = self._order(row)
        if order is None:
            return bad_request("unknown order")
        order.by_hand = True
        texts = ("cancel_by", "cancel_reason", "buyer_cancel_reason")
        try:
            status = status_in(str(row.get("status") or order.status))
            order.ship_by_ms = parse_instant(row.get("ship_by", order.ship_by_ms))
        except (RowError, ValueError) as error:
            return bad_request(str(error))
        if isinstance(row.get("event"), dict):
            self._moves.scan(order, {"at_ms": self._world.clock.now_ms(), "description": "",
                                     "logistics_status": "UPDATE", **row["event"]})  # fmt: skip
        for package in order.packages:
            package["tracking_number"] = str(row.get("tracking_number", package["tracking_number"]))
        values = {name: str(row[name]) for name in texts if name in row}
        if status == "IN_CANCEL":
            values.setdefault("cancel_by", "buyer")
        self._moves.set_status(order, status, package_state=str(row.get("logistics_status") or ""), **values)
        return web.json_response(order_row(order))

    async def open_return(self, request: web.Request) -> web.Response:
        """A buyer asks for a return: `seller_id`, `order_id`, any fields of a return; or `return_id` changes one."""
        row = await json_object(request)
        known = self._world.returns.get(str(row.get("return_id", "")))
        order = self._order(row)
        fields = {name: row[name] for name in RETURN_FIELDS if name in row}
        if known is not None:
            for name, value in fields.items():
                setattr(known, name, value)
            known.updated_ms = self._world.clock.now_ms()
            return web.json_response(self._world.add_return(known).record())
        if order is None:
            return bad_request("unknown order or return")
        return web.json_response(self._moves.open_return(order, **fields).record())

    async def expire_token(self, request: web.Request) -> web.Response:
        """An access token ends now; its refresh token lives. `refresh` ends that one too."""
        row = await json_object(request)
        grant = self._world.by_access.get(str(row.get("access_token", "")))
        if grant is None:
            return bad_request("unknown access_token")
        grant.access_expires_ms = self._world.clock.now_ms()
        if row.get("refresh"):
            grant.refresh_expires_ms = grant.access_expires_ms
        self._world.add_grant(grant)
        return web.json_response({"revoked": True})

    async def unlink(self, request: web.Request) -> web.Response:
        """The seller takes an app's authorisation back: `app_key`, `seller_id`; pushed as 2."""
        row = await json_object(request)
        done = tokens.unlink(self._world, str(row.get("app_key", "")), str(row.get("seller_id", "")))
        return web.json_response({"unlinked": done})

    async def buyer_says(self, request: web.Request) -> web.Response:
        """A buyer writes: `session_id`, or `seller_id` with `order_id` or `buyer_id`; and `text`, or `kind` and
        `content` for pictures, stickers, cards and what nobody knows yet."""
        row = await json_object(request)
        conversation = self._conversation(row)
        if conversation is None:
            return bad_request("unknown session or order")
        content = row.get("content")
        said = self._buyers.say(
            conversation, str(row.get("text", "")), kind=str(row.get("kind") or "text"),
            content=content if isinstance(content, dict) else None,
        )  # fmt: skip
        return web.json_response(message_row(self._world, said))

    async def buyer_reads(self, request: web.Request) -> web.Response:
        """A buyer reads everything so far."""
        conversation = self._conversation(await json_object(request))
        if conversation is None or not conversation.messages:
            return bad_request("unknown session or order")
        self._buyers.read(conversation, conversation.messages[-1])
        return web.json_response({"session_id": conversation.conversation_id, "read": str(conversation.buyer_read)})

    async def seller_says(self, request: web.Request) -> web.Response:
        """The shop's own people answer in the app, past the API: `mark_as_replied` is all that is pushed [M]."""
        row = await json_object(request)
        conversation = self._conversation(row)
        if conversation is None:
            return bad_request("unknown session or order")
        text = str(row.get("text", ""))
        message = self._world.new_message(
            conversation, from_buyer=False, type="text", content={"text": text}, text=text, source="new_webchat"
        )
        return web.json_response(message_row(self._world, message))

    async def set_conversation(self, request: web.Request) -> web.Response:
        """Flags: blocked_by_buyer, blocked_by_shop, frozen_buyer, sub_account_id, pinned, mute."""
        row = await json_object(request)
        conversation = self._conversation(row)
        if conversation is None:
            return bad_request("unknown session or order")
        conversation.flags.update({name: row[name] for name in CONVERSATION_FLAGS if name in row})
        self._world.conversation_changed(conversation)
        return web.json_response({"session_id": conversation.conversation_id, "flags": conversation.flags})

    async def set_health(self, request: web.Request) -> web.Response:
        """A shop's standing: `seller_id`, `metrics` (id -> value or null), `rating`, `status`, `chat_distribution`,
        `points` (each `points`, `violation_type`), which are pushed as 28."""
        row, world = await json_object(request), self._world
        shop = world.shops.get(str(row.get("seller_id", "")))
        if shop is None:
            return bad_request("unknown seller_id")
        metrics, points = row.get("metrics") or {}, row.get("points") or []
        if (
            not isinstance(metrics, dict)
            or not isinstance(points, list)
            or not all(isinstance(p, dict) for p in points)
        ):
            return bad_request("metrics is an object of figures by id, points a list of objects")
        shop.metrics.update({str(key): value for key, value in metrics.items()})
        for name in ("rating", "status", "chat_distribution"):
            setattr(shop, name, row.get(name, getattr(shop, name)))
        issued = [self._penalty(point) for point in points]
        shop.penalties += issued
        world.add_shop(shop)
        for each in issued:
            world.hooks.on_penalty(shop, {
                "action_type": 1, "update_time": each["issue_time"],
                "points_issued_data": {"issued_points": each["original_point_num"],
                                       "violation_type": each["violation_type"]},
            })  # fmt: skip
        return web.json_response(json.loads(json.dumps(shop.record())))

    def _penalty(self, point: Mapping[str, Any]) -> dict[str, Any]:
        number = int(point.get("points", 1))
        return {
            "issue_time": self._world.clock.now_ms() // 1000, "latest_point_num": number,
            "original_point_num": number, "reference_id": 9 * 10**17 + self._world.fresh_number(),
            "violation_type": int(point.get("violation_type", 21)),
        }  # fmt: skip

    # ---- finding

    def _order(self, row: Mapping[str, Any]) -> Order | None:
        return self._world.orders.get((str(row.get("seller_id", "")), str(row.get("order_id", ""))))

    def _conversation(self, row: Mapping[str, Any]) -> Conversation | None:
        world, shop_id = self._world, str(row.get("seller_id", ""))
        if row.get("session_id"):
            return world.conversations.get(str(row["session_id"]))
        order = self._order(row)
        buyer_id = order.buyer_id if order is not None else str(row.get("buyer_id", ""))
        return world.converse(shop_id, buyer_id) if shop_id in world.shops and buyer_id.isdecimal() else None


RETURN_FIELDS = (
    "status", "reason", "text_reason", "refund_amount", "due_ms", "request_type", "validation_type",
    "negotiation_status", "proof_status", "compensation_status", "images",
)  # fmt: skip
CONVERSATION_FLAGS = ("blocked_by_buyer", "blocked_by_shop", "frozen_buyer", "sub_account_id", "pinned", "mute")
