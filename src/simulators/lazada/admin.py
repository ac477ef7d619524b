"""The simulator's own side door under /_sim/lazada: set up, look, meddle. No such thing exists at the platform."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from simulators.core.switches import SwitchError
from simulators.core.wire import bad_request, json_object, rows_in
from simulators.lazada import oauth
from simulators.lazada.admin_views import message_row
from simulators.lazada.buyers import Buyers
from simulators.lazada.entities import BUYER, SELLER, SITES, App, Order, Session, Store
from simulators.lazada.loading import RowError, order_from
from simulators.lazada.world import World


class Admin:
    """Handlers of the side door."""

    def __init__(self, world: World, buyers: Buyers) -> None:
        self._world = world
        self._buyers = buyers

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        base = "/_sim/lazada"
        return [
            web.post(f"{base}/apps", self.add_app),
            web.post(f"{base}/stores", self.add_store),
            web.post(f"{base}/orders", self.add_orders),
            web.post(f"{base}/order-status", self.set_status),
            web.post(f"{base}/callback", self.set_callback),
            web.post(f"{base}/switches", self.set_switches),
            web.get(f"{base}/switches", self.get_switches),
            web.post(f"{base}/tokens/expire", self.expire_token),
            web.post(f"{base}/buyer-says", self.buyer_says),
            web.post(f"{base}/buyer-reads", self.buyer_reads),
            web.post(f"{base}/seller-says", self.seller_says),
        ]

    # ---- setting up

    async def add_app(self, request: web.Request) -> web.Response:
        """Register an app; key and secret are made up when not given."""
        row = await json_object(request)
        app = App(
            app_key=str(row.get("app_key") or 900_000 + self._world.fresh_number()),
            app_secret=str(row.get("app_secret") or oauth.fresh("s")),
            callback_url=str(row.get("callback_url") or ""),
            redirect_uri=str(row.get("redirect_uri") or ""),
            is_subscription=bool(row.get("is_subscription", False)),
            denied=[str(prefix) for prefix in row.get("denied") or []],
        )
        return web.json_response(asdict(self._world.add_app(app)))

    async def add_store(self, request: web.Request) -> web.Response:
        """Register a store; with `app_key` a grant is issued, or widened when `access_token` is known already."""
        row, world = await json_object(request), self._world
        site = str(row.get("site") or "th").lower()
        if site not in SITES:
            return bad_request(f"unknown site {site!r}; known: {', '.join(SITES)}")
        seller_id = str(row.get("seller_id") or self._free_seller_id())
        store = Store(
            seller_id=seller_id,
            user_id=str(row.get("user_id") or seller_id),
            site=site,
            name=str(row.get("name") or f"Demo store {seller_id}"),
            short_code=str(row.get("short_code") or f"{site.upper()}{seller_id}"),
            is_ease_mode=bool(row.get("is_ease_mode", False)),
            is_cross_border=bool(row.get("is_cross_border", False)),
            status=str(row.get("status") or "ACTIVE"),
        )
        world.add_store(store)
        answer: dict[str, Any] = asdict(store)
        app_key = str(row.get("app_key") or "")
        if app_key:
            if app_key not in world.apps:
                return bad_request(f"unknown app_key {app_key!r}: POST /_sim/lazada/apps first")
            answer |= self._grant(app_key, seller_id, row)
        return web.json_response(answer)

    def _free_seller_id(self) -> int:
        while str(found := 100_000_000 + self._world.fresh_number()) in self._world.stores:
            pass
        return found

    def _grant(self, app_key: str, seller_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
        world, token = self._world, str(row.get("access_token") or "")
        known = world.by_token.get(token)
        if known is not None and not known.is_revoked:
            if seller_id not in known.seller_ids:
                known.seller_ids.append(seller_id)
            grant = world.add_grant(known)
        else:
            grant = oauth.issue(
                world, app_key, [seller_id], access_token=token, refresh_token=str(row.get("refresh_token") or "")
            )
        return {
            "app_key": app_key,
            "app_secret": world.apps[app_key].app_secret,
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "access_expires_ms": grant.access_expires_ms,
            "base_url": str(row.get("base_url") or f"/lazada/{world.stores[seller_id].site}/rest"),
        }

    async def add_orders(self, request: web.Request) -> web.Response:
        """Load orders: a JSON array, an object with `orders`, or JSON lines; `?seller_id=` for rows that name none."""
        world = self._world
        seller_id, now = request.query.get("seller_id", ""), world.clock.now_ms()
        body = await request.content.read()  # past the size bound of calls: this is a bulk door
        try:
            orders = [order_from(row, seller_id=seller_id, now_ms=now) for row in rows_in(body)]
        except (RowError, ValueError, TypeError, AttributeError) as error:
            return bad_request(str(error))
        unknown = {order.seller_id for order in orders} - set(world.stores)
        if unknown:
            return bad_request(f"unknown seller_id {sorted(unknown)[0]!r}: POST /_sim/lazada/stores first")
        replaced = world.add_orders(orders)
        return web.json_response({"loaded": len(orders), "replaced": replaced})

    async def set_callback(self, request: web.Request) -> web.Response:
        """Where an app wants its pushes; an empty url stops them."""
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

    # ---- meddling

    async def set_status(self, request: web.Request) -> web.Response:
        """Move an order: `seller_id`, `order_id`, `status`, optional `order_item_id`, `event` (a tracking event),
        `cancel_return_initiator` and `reason` (of a cancellation)."""
        row = await json_object(request)
        order = self._world.orders.get((str(row.get("seller_id", "")), str(row.get("order_id", ""))))
        if order is None:
            return bad_request("unknown order")
        if isinstance(row.get("event"), dict):
            order.events.append({"event_time": self._world.clock.now_ms(), **row["event"]})
        wanted = str(row.get("order_item_id") or "")
        items = [item for item in order.items if not wanted or item["order_item_id"] == wanted]
        names = ("status", "need_cancel_confirm", "tracking_code", "cancel_return_initiator", "reason")
        changes = {name: row[name] for name in names if name in row}
        if row.get("reverse_order_id"):
            order.reverse_order_id = str(row["reverse_order_id"])
        self._world.change_items(order, items, **changes)
        return web.json_response(_order_row(order))

    async def expire_token(self, request: web.Request) -> web.Response:
        """Revoke the grant of an access token at once."""
        grant = self._world.by_token.get(str((await json_object(request)).get("access_token", "")))
        if grant is None:
            return bad_request("unknown access_token")
        grant.is_revoked = True
        self._world.add_grant(grant)
        return web.json_response({"revoked": True})

    async def buyer_says(self, request: web.Request) -> web.Response:
        """A buyer writes: `session_id`, or `seller_id` and `order_id`, and `text`."""
        row = await json_object(request)
        session = self._session(row)
        if session is None:
            return bad_request("unknown session or order")
        message = self._buyers.say(session, str(row.get("text", "")))
        return web.json_response(message_row(session, message))

    async def seller_says(self, request: web.Request) -> web.Response:
        """The shop's own people write in Seller Center, past the API: `seller_id`, `order_id`, `text`.

        Whether the platform pushes such a message is not documented: switch `seller_center_pushed`.
        """
        row, world = await json_object(request), self._world
        order = world.orders.get((str(row.get("seller_id", "")), str(row.get("order_id", ""))))
        if order is None:
            return bad_request("unknown order")
        session = world.session_for(world.stores[order.seller_id], order)
        text = str(row.get("text", ""))
        message = world.new_message(
            session, is_pushed=world.switches.seller_center_pushed, template_id=1,
            content=json.dumps({"txt": text}, ensure_ascii=False), from_type=SELLER, order_hint=order.order_id,
            text=text,
        )  # fmt: skip
        return web.json_response(message_row(session, message))

    async def buyer_reads(self, request: web.Request) -> web.Response:
        """A buyer reads everything so far."""
        session = self._session(await json_object(request))
        if session is None:
            return bad_request("unknown session or order")
        self._world.read(session, by=BUYER, up_to_ms=self._world.clock.now_ms())
        return web.json_response({"session_id": session.session_id, "to_position": session.to_position})

    def _session(self, row: Mapping[str, Any]) -> Session | None:
        if row.get("session_id"):
            return self._world.sessions.get(str(row["session_id"]))
        seller_id = str(row.get("seller_id", ""))
        order = self._world.orders.get((seller_id, str(row.get("order_id", ""))))
        return self._world.session_for(self._world.stores[seller_id], order) if order else None


def apply_push_switches(world: World) -> None:
    """Take the delivery spans over from the switches."""
    settings, switches = world.pushes.settings, world.switches
    settings.ack_s, settings.retry_span_s = switches.push_ack_s, switches.push_retry_s
    settings.max_tries = switches.push_max_tries


def _order_row(order: Order) -> dict[str, Any]:
    return {"seller_id": order.seller_id, "order_id": order.order_id, "statuses": order.statuses}
