"""Consent and tokens: the page a seller sees, /api/v2/token/get, /api/v2/token/refresh."""

import html
import secrets
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from simulators.tiktokshop.answers import ApiError, app_gate
from simulators.tiktokshop.entities import App, Grant
from simulators.tiktokshop.world import World

TOKEN_PATHS = ("/api/v2/token/get", "/api/v2/token/refresh")


def token_data(world: World, path: str, query: dict[str, str]) -> dict[str, Any]:
    """The answer of a token call: a GET with the secret in the query and no signature [SDK]."""
    app = world.apps.get(query.get("app_key", ""))
    if app is None:
        raise app_gate("Invalid app_key")
    if not secrets.compare_digest(query.get("app_secret", "").encode(), app.app_secret.encode()):
        raise app_gate("Invalid app_secret")
    return _get(world, app, query) if path.endswith("/get") else _refresh(world, app, query)


def _get(world: World, app: App, query: dict[str, str]) -> dict[str, Any]:
    """Trade a code: once, within 30 minutes, with the app it was made for [3P]."""
    if query.get("grant_type") != "authorized_code":
        raise app_gate("Invalid grant_type")
    app_key, seller_ids, made_ms = world.codes.get(query.get("auth_code", ""), ("", [], 0))
    if app_key != app.app_key or world.clock.now_ms() - made_ms > world.switches.code_life_s * 1000:
        raise ApiError(36004004, "The authorization code is invalid, expired or has been used")
    del world.codes[query["auth_code"]]
    return grant_json(world, issue(world, app, seller_ids))


def _refresh(world: World, app: App, query: dict[str, str]) -> dict[str, Any]:
    """New tokens, the refresh token too; it lives as long as the seller's consent [3P].

    Whether the old ones die at once is unknown: switches, strict by default.
    """
    if query.get("grant_type") != "refresh_token":
        raise app_gate("Invalid grant_type")
    grant = world.by_refresh.get(query.get("refresh_token", ""))
    now = world.clock.now_ms()
    if (
        grant is None
        or grant.app_key != app.app_key
        or grant.is_revoked
        or grant.is_refresh_dead
        or now >= grant.refresh_expires_ms
    ):
        raise ApiError(36004004, "The refresh token is invalid or expired")
    grant.is_refresh_dead = world.switches.refresh_kills_refresh
    grant.is_access_dead = world.switches.refresh_kills_access
    world.add_grant(grant)
    renewed = issue(world, app, list(grant.seller_ids), refresh_expires_ms=grant.refresh_expires_ms)
    return grant_json(world, renewed)


def issue(
    world: World,
    app: App,
    seller_ids: list[str],
    *,
    access_token: str = "",
    refresh_token: str = "",
    refresh_expires_ms: int = 0,
) -> Grant:
    """A new grant for some shops."""
    now = world.clock.now_ms()
    return world.add_grant(
        Grant(
            app_key=app.app_key,
            access_token=access_token or fresh(),
            access_expires_ms=now + world.switches.access_expires_s * 1000,
            refresh_token=refresh_token or fresh(),
            refresh_expires_ms=refresh_expires_ms or now + world.switches.refresh_expires_s * 1000,
            seller_ids=seller_ids,
            scopes=list(app.scopes),
        )
    )


def fresh() -> str:
    """A token of the platform's looks."""
    return "ROW_" + secrets.token_urlsafe(36)


def grant_json(world: World, grant: Grant) -> dict[str, Any]:
    """`..._expire_in` are instants in Unix seconds, whatever their name says [PY, 3P]."""
    first = world.stores[grant.seller_ids[0]]
    return {
        "access_token": grant.access_token,
        "access_token_expire_in": grant.access_expires_ms // 1000,
        "refresh_token": grant.refresh_token,
        "refresh_token_expire_in": grant.refresh_expires_ms // 1000,
        "open_id": f"demo-{first.seller_id}",
        "seller_name": first.name,
        "seller_base_region": first.market.upper() if first.seller_type == "LOCAL" else "CN",
        "user_type": 0,
        "granted_scopes": grant.scopes,
    }


async def consent_page(world: World, request: web.Request) -> web.Response:
    """GET /open/authorize: the seller ticks shops and agrees, or refuses.

    `seller_id` (repeated for several shops) names who agrees and `deny=1` refuses: what the page's own buttons send.
    With the switch `auto_consent` the first shop agrees at once. The app's own redirect address is used [DOC].
    """
    query = request.query
    app = next((a for a in world.apps.values() if a.service_id == query.get("service_id", "")), None)
    if app is None:
        return web.Response(status=400, text="unknown service_id")
    if not app.redirect_uri:
        return web.Response(status=400, text="the app has no redirect address: set redirect_uri of the app")
    state = query.get("state", "")
    if query.get("deny"):
        return _back(app, {"code": "null", "error": "auth_denied", "state": state})
    chosen = [seller_id for seller_id in query.getall("seller_id", []) if seller_id in world.stores]
    if not chosen and world.switches.auto_consent and world.stores:
        chosen = [next(iter(world.stores))]
    if not chosen:
        return _choice(world, app, state)
    code = f"ROW_{secrets.token_urlsafe(30)}"
    world.codes[code] = (app.app_key, chosen, world.clock.now_ms())
    region = world.stores[chosen[0]].market.upper()
    return _back(app, {"app_key": app.app_key, "code": code, "locale": "en", "shop_region": region, "state": state})


def _back(app: App, values: dict[str, str]) -> web.Response:
    joint = "&" if "?" in app.redirect_uri else "?"
    return web.Response(status=302, headers={"Location": f"{app.redirect_uri}{joint}{urlencode(values)}"})


def _choice(world: World, app: App, state: str) -> web.Response:
    rows = "".join(
        f'<p><label><input type="checkbox" name="seller_id" value="{html.escape(store.seller_id)}"> '
        f"{html.escape(store.name)} ({store.market.upper()})</label></p>"
        for store in world.stores.values()
    )
    scopes = "".join(f"<li>{html.escape(scope)}</li>" for scope in app.scopes)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>Simulated TikTok Shop consent</title>"
        f"<h1>Simulated TikTok Shop: choose shops</h1><form method='get'>{rows}"
        f"<input type='hidden' name='service_id' value='{html.escape(app.service_id)}'>"
        f"<input type='hidden' name='state' value='{html.escape(state)}'>"
        f"<p>The app asks for:</p><ul>{scopes}</ul>"
        "<button>Authorize</button> <button name='deny' value='1'>Refuse</button></form></html>"
    )
    return web.Response(text=page, content_type="text/html")
