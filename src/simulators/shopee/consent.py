"""The pages a seller sees: authorise, and take it back. Signed form [D][S] and unsigned form [S]."""

import html
import secrets
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from simulators.core.clock import wall_ms
from simulators.shopee import tokens
from simulators.shopee.entities import App, Shop
from simulators.shopee.signing import is_signed
from simulators.shopee.world import World

SIGNED_PATHS = {"/api/v2/shop/auth_partner": False, "/api/v2/shop/cancel_auth_partner": True}
UNSIGNED_PATHS = {"/auth": False, "/cancel_auth": True}
"""Path -> whether it takes the authorisation back."""


class Consent:
    """The four pages. `shop_id` or `main_account_id` names who consents, `deny=1` refuses; both are ours."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def signed(self, request: web.Request) -> web.Response:
        """The link dies after five minutes [D]."""
        query, world = request.query, self._world
        app = world.apps.get(query.get("partner_id", ""))
        stamp, path = query.get("timestamp", ""), "/api/v2/shop/" + request.path.rsplit("/", 1)[-1]
        if app is None or not stamp.isdecimal():
            return _refused("error_param", "partner_id and timestamp are needed")
        life, now_s = world.switches.link_life_s, (wall_ms() // 1000, world.clock.now_ms() // 1000)
        if not any(-world.switches.future_s <= now - int(stamp) <= life for now in now_s):
            return _refused("error_param", "the link has expired: make a new one")
        if not is_signed(app.partner_key, query.get("sign", ""), app.partner_id, path, stamp):
            return _refused("error_sign", "Wrong sign")
        return self._page(request, app, query.get("redirect", ""), cancels=SIGNED_PATHS[path])

    async def unsigned(self, request: web.Request) -> web.Response:
        """`redirect_uri` and `state` instead of `redirect`."""
        query = request.query
        app = self._world.apps.get(query.get("partner_id", ""))
        if app is None or query.get("auth_type") != "seller" or query.get("response_type", "code") != "code":
            return _refused("error_param", "auth_type=seller, partner_id and response_type=code are needed")
        cancels = UNSIGNED_PATHS["/" + request.path.rsplit("/", 1)[-1]]
        return self._page(request, app, query.get("redirect_uri", ""), cancels=cancels)

    def _page(self, request: web.Request, app: App, redirect: str, *, cancels: bool) -> web.Response:
        world, query = self._world, request.query
        if not redirect.startswith(("http://", "https://")):
            return _refused("error_param", "a redirect address is needed")
        if app.redirect_url and urlsplit(redirect).netloc != urlsplit(app.redirect_url).netloc:
            return _refused("error_param", "the redirect address is not the one of the app")
        values = {"state": query["state"]} if query.get("state") else {}
        if query.get("deny"):
            return _back(redirect, {**values, "error": "access_denied"})
        main = query.get("main_account_id", "")
        shops = [shop for shop in world.shops.values() if tokens.may_authorise(world, app, shop)]
        if main:
            chosen = [shop for shop in shops if shop.main_account_id == main]
        elif query.get("shop_id"):
            chosen = [shop for shop in world.shops.values() if shop.shop_id == query["shop_id"]]
            if chosen and chosen[0] not in shops:
                return _refused("error_auth", "an in-house app can be authorised by its own seller's shops alone")
        else:
            chosen = shops[:1] if world.switches.auto_consent else []
        if not chosen:
            return _choice(request, shops)
        named = {"main_account_id": main} if main else {"shop_id": chosen[0].shop_id}
        if cancels:
            for shop in chosen:
                tokens.unlink(world, app.partner_id, shop.shop_id)
            return _back(redirect, {**values, **named})
        return _back(redirect, {**values, "code": self._code(app, chosen, main), **named})

    def _code(self, app: App, shops: list[Shop], main: str) -> str:
        code = secrets.token_hex(16)
        self._world.add_code(code, {
            "partner_id": app.partner_id,
            "shop_ids": [shop.shop_id for shop in shops],
            "merchant_ids": sorted({shop.merchant_id for shop in shops if shop.merchant_id}) if main else [],
            "main_account_id": main,
            "made_ms": self._world.clock.now_ms(),
        })  # fmt: skip
        return code


def _back(redirect: str, values: dict[str, str]) -> web.Response:
    joint = "&" if "?" in redirect else "?"
    return web.Response(status=302, headers={"Location": f"{redirect}{joint}{urlencode(values)}"})


def _refused(code: str, words: str) -> web.Response:
    return web.json_response({"request_id": "", "error": code, "message": words}, status=403)


def _choice(request: web.Request, shops: list[Shop]) -> web.Response:
    def link(words: str, **more: str) -> str:
        address = html.escape(str(request.rel_url.extend_query(more)))
        return f'<li><a href="{address}">{html.escape(words)}</a></li>'

    mains = sorted({shop.main_account_id for shop in shops if shop.main_account_id})
    rows = [link(f"{shop.name} ({shop.region})", shop_id=shop.shop_id) for shop in shops]
    rows += [link(f"Main account {main}: all its shops", main_account_id=main) for main in mains]
    page = (
        "<!doctype html><html lang=en><title>Simulated Shopee consent</title>"
        f"<h1>Simulated Shopee: choose who authorises</h1><ul>{''.join(rows)}{link('Refuse', deny='1')}</ul></html>"
    )
    return web.Response(text=page, content_type="text/html")
