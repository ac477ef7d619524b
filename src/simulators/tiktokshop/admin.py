"""The simulator's own side door under /_sim/tiktok-shop: set up, look, meddle. No such thing exists at the platform."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from simulators.core.switches import SwitchError
from simulators.core.wire import bad_request, json_object, rows_in
from simulators.tiktokshop import oauth
from simulators.tiktokshop.admin_views import BASE, message_row
from simulators.tiktokshop.entities import MARKETS, SCOPES, App, Conversation, Store, stable_id
from simulators.tiktokshop.events import Notifier, apply_push_switches
from simulators.tiktokshop.loading import RowError, order_from
from simulators.tiktokshop.parts import Parts
from simulators.tiktokshop.world import World


class Admin:
    """Handlers of the side door that set things up."""

    def __init__(self, world: World, parts: Parts, notifier: Notifier) -> None:
        self._world, self._parts, self._notifier = world, parts, notifier

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post(f"{BASE}/apps", self.add_app),
            web.post(f"{BASE}/stores", self.add_store),
            web.post(f"{BASE}/orders", self.add_orders),
            web.post(f"{BASE}/callback", self.set_callback),
            web.post(f"{BASE}/switches", self.set_switches),
            web.get(f"{BASE}/switches", self.get_switches),
            web.post(f"{BASE}/tokens/expire", self.expire_token),
            web.post(f"{BASE}/buyer-says", self.buyer_says),
            web.post(f"{BASE}/buyer-reads", self.buyer_reads),
        ]

    async def add_app(self, request: web.Request) -> web.Response:
        """Register an app; key and secret are made up when not given."""
        row = await json_object(request)
        app_key = str(row.get("app_key") or f"6demo{self._world.fresh_id()[-8:]}")
        app = App(
            app_key=app_key,
            app_secret=str(row.get("app_secret") or oauth.fresh()),
            service_id=str(row.get("service_id") or stable_id("service", app_key)),
            callback_url=str(row.get("callback_url") or ""),
            redirect_uri=str(row.get("redirect_uri") or ""),
            scopes=[str(scope) for scope in row.get("scopes") or SCOPES],
        )
        return web.json_response(asdict(self._world.add_app(app)))

    async def add_store(self, request: web.Request) -> web.Response:
        """Register a shop; with `app_key` a grant is issued, or widened when `access_token` is known already."""
        row, world = await json_object(request), self._world
        market = str(row.get("market") or "vn").lower()
        if market not in MARKETS:
            return bad_request(f"unknown market {market!r}; known: {', '.join(MARKETS)}")
        seller_id = str(row.get("seller_id") or world.fresh_id())
        store = Store(
            seller_id=seller_id,
            cipher=str(row.get("cipher") or f"ROW_{stable_id('cipher', seller_id)}+/="),
            market=market,
            name=str(row.get("name") or f"Demo shop {seller_id[-4:]}"),
            code=str(row.get("code") or f"{market.upper()}LC{seller_id[-6:]}"),
            seller_type=str(row.get("seller_type") or "LOCAL"),
            status=str(row.get("status") or "ACTIVE"),
            can_accept_chat=bool(row.get("can_accept_chat", True)),
        )
        world.add_store(store)
        answer: dict[str, Any] = asdict(store)
        app_key = str(row.get("app_key") or "")
        if app_key:
            if app_key not in world.apps:
                return bad_request(f"unknown app_key {app_key!r}: POST {BASE}/apps first")
            answer |= self._grant(app_key, seller_id, row)
        return web.json_response(answer)

    def _grant(self, app_key: str, seller_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
        world, token = self._world, str(row.get("access_token") or "")
        app, known = world.apps[app_key], world.by_token.get(token)
        if known is not None and not known.is_revoked:
            if seller_id not in known.seller_ids:
                known.seller_ids.append(seller_id)
            grant = world.add_grant(known)
        else:
            grant = oauth.issue(
                world, app, [seller_id], access_token=token, refresh_token=str(row.get("refresh_token") or "")
            )
        return {
            "app_key": app_key,
            "app_secret": app.app_secret,
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "access_expires_ms": grant.access_expires_ms,
            "base_url": str(row.get("base_url") or "/tiktok-shop"),
        }

    async def add_orders(self, request: web.Request) -> web.Response:
        """Load orders: a JSON array, an object with `orders`, or JSON lines; `?seller_id=` for rows that name none."""
        world, given = self._world, request.query.get("seller_id", "")
        body = await request.content.read()  # past the size bound of calls: this is a bulk door
        now, share = world.clock.now_ms(), world.switches.tokopedia_share
        try:
            orders = [
                order_from(
                    row, self._store_of(str(row.get("seller_id") or given)), now_ms=now, seed=world.seed,
                    tokopedia_share=share,
                )
                for row in rows_in(body)
            ]  # fmt: skip
        except (RowError, ValueError, TypeError, AttributeError, KeyError) as error:
            return bad_request(str(error))
        replaced = world.add_orders(orders)
        for order in orders:
            self._parts.lifecycle.plan(order)
        return web.json_response({"loaded": len(orders), "replaced": replaced})

    def _store_of(self, seller_id: str) -> Store:
        if not seller_id:
            raise RowError("an order needs seller_id")
        if seller_id not in self._world.stores:
            raise RowError(f"unknown seller_id {seller_id!r}: POST {BASE}/stores first")
        return self._world.stores[seller_id]

    async def set_callback(self, request: web.Request) -> web.Response:
        """Where an app wants its pushes (Partner Center's app-wide address); an empty url stops them."""
        row = await json_object(request)
        app = self._world.apps.get(str(row.get("app_key", "")))
        if app is None:
            return bad_request("unknown app_key")
        app.callback_url = str(row.get("url") or "")
        self._world.add_app(app)
        return web.json_response({"app_key": app.app_key, "url": app.callback_url})

    async def set_switches(self, request: web.Request) -> web.Response:
        """Change switches."""
        try:
            self._world.switches.update(await json_object(request))
        except SwitchError as error:
            return bad_request(str(error))
        apply_push_switches(self._world)
        return web.json_response(self._world.switches.as_json())

    async def get_switches(self, request: web.Request) -> web.Response:
        """All switches."""
        return web.json_response(self._world.switches.as_json())

    async def expire_token(self, request: web.Request) -> web.Response:
        """End an access token at once (105002; refreshing works). With `deauthorize` the consent is taken back."""
        row, world = await json_object(request), self._world
        grant = world.by_token.get(str(row.get("access_token", "")))
        if grant is None:
            return bad_request("unknown access_token")
        if row.get("deauthorize"):
            grant.is_revoked = True
            for seller_id in grant.seller_ids:
                self._notifier.deauthorised(world.stores[seller_id], world.apps[grant.app_key])
        grant.is_access_dead = True
        world.add_grant(grant)
        return web.json_response({"expired": True, "deauthorized": grant.is_revoked})

    async def buyer_says(self, request: web.Request) -> web.Response:
        """A buyer writes: `session_id` (the conversation), or `seller_id` and `order_id`, and `text`."""
        row = await json_object(request)
        conversation = self._conversation(row)
        if conversation is None:
            return bad_request("unknown session or order")
        if row.get("order_id"):
            self._parts.threads.enter_from(conversation, str(row["order_id"]))
        message = self._parts.buyers.say(conversation, str(row.get("text", "")))
        return web.json_response(message_row(conversation, message))

    async def buyer_reads(self, request: web.Request) -> web.Response:
        """A buyer reads everything so far. The platform's API never tells [3P]."""
        conversation = self._conversation(await json_object(request))
        if conversation is None:
            return bad_request("unknown session or order")
        self._world.read_by_buyer(conversation, self._world.clock.now_ms())
        return web.json_response(
            {"session_id": conversation.conversation_id, "to_position": conversation.buyer_read_ms}
        )

    def _conversation(self, row: Mapping[str, Any]) -> Conversation | None:
        if row.get("session_id"):
            return self._world.conversations.get(str(row["session_id"]))
        seller_id = str(row.get("seller_id", ""))
        order = self._world.orders.get((seller_id, str(row.get("order_id", ""))))
        return self._parts.threads.open(self._world.stores[seller_id], order.buyer_id) if order else None
