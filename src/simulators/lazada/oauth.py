"""Consent and tokens: the page a seller sees, /auth/token/create, /auth/token/refresh."""

import html
import secrets
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from simulators.lazada.answers import ApiError
from simulators.lazada.call import BOTH, Call, Endpoint
from simulators.lazada.entities import Grant, Store
from simulators.lazada.world import World

CODE_LIFE_MS = 30 * 60_000


def create_token(call: Call) -> dict[str, Any]:
    """Trade a code: once, within 30 minutes, with the app it was made for [D]."""
    world, code = call.world, call.need("code")
    app_key, seller_ids, made_ms = world.codes.get(code, ("", [], 0))
    if app_key != call.app.app_key or world.clock.now_ms() - made_ms > CODE_LIFE_MS:
        raise ApiError("InvalidCode", "Invalid authorization code")
    del world.codes[code]
    return grant_json(world, issue(world, call.app.app_key, seller_ids), "country_user_info")


def refresh_token(call: Call) -> dict[str, Any]:
    """Renew the access token; the refresh token's own clock is not reset [D, one page says otherwise]."""
    world = call.world
    grant = world.by_refresh.get(call.need("refresh_token"))
    if call.app.is_subscription:
        raise ApiError("AUTH_TYPE_UNSUPPORTED", "The authorization type does not support refreshing")
    now = world.clock.now_ms()
    if grant is None or grant.app_key != call.app.app_key or grant.is_revoked or now >= grant.refresh_expires_ms:
        raise ApiError("IllegalRefreshToken", "The specified refresh token is invalid or expired")
    renewed = Grant(
        app_key=grant.app_key,
        access_token=fresh("50000"),
        access_expires_ms=now + world.switches.access_expires_s * 1000,
        refresh_token=grant.refresh_token,
        refresh_expires_ms=grant.refresh_expires_ms,
        account=grant.account,
        seller_ids=list(grant.seller_ids),
    )
    world.add_grant(renewed)
    return grant_json(world, renewed, "country_user_info_list")


def issue(
    world: World, app_key: str, seller_ids: list[str], *, access_token: str = "", refresh_token: str = ""
) -> Grant:
    """A new grant for some stores."""
    now = world.clock.now_ms()
    return world.add_grant(
        Grant(
            app_key=app_key,
            access_token=access_token or fresh("50000"),
            access_expires_ms=now + world.switches.access_expires_s * 1000,
            refresh_token=refresh_token or fresh("50001"),
            refresh_expires_ms=now + world.switches.refresh_expires_s * 1000,
            account="owner@example.test",
            seller_ids=seller_ids,
        )
    )


def fresh(prefix: str) -> str:
    """A token of the platform's looks."""
    return prefix + secrets.token_hex(18)


def grant_json(world: World, grant: Grant, stores_name: str) -> dict[str, Any]:
    """The flat answer of both token calls [D]."""
    now = world.clock.now_ms()
    stores = [world.stores[seller_id] for seller_id in grant.seller_ids if seller_id in world.stores]
    rows = [store_json(store) for store in stores]
    is_object = world.switches.stores_as_object
    return {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "expires_in": _seconds_left(grant.access_expires_ms - now),
        "refresh_expires_in": _seconds_left(grant.refresh_expires_ms - now),
        "country": stores[0].site if len(stores) == 1 else "cb",
        "account": grant.account,
        "account_platform": "seller_center",
        "account_id": None,
        stores_name: {row["country"]: row for row in rows} if is_object else rows,
    }


def _seconds_left(ms: int) -> int:
    """Whole seconds, rounded up: a grant of 30 days says 2,592,000 although a millisecond has passed."""
    return max(0, -(-ms // 1000))


def store_json(store: Store) -> dict[str, str]:
    """A row of country_user_info."""
    return {
        "country": store.site,
        "seller_id": store.seller_id,
        "user_id": store.user_id,
        "short_code": store.short_code,
    }


async def consent_page(world: World, request: web.Request) -> web.Response:
    """GET /oauth/authorize: with `auto_consent` the seller says yes at once, else the page lists the stores.

    `seller_id` (repeated for a cross-border consent) names who consents; `deny=1` refuses. Both are ours.
    """
    query = request.query
    app = world.apps.get(query.get("client_id", ""))
    redirect_uri = query.get("redirect_uri", "")
    if app is None or query.get("response_type") != "code" or not redirect_uri.startswith(("http://", "https://")):
        return web.Response(status=400, text="client_id, response_type=code and redirect_uri are needed")
    if app.redirect_uri and redirect_uri != app.redirect_uri:
        return web.Response(status=400, text="redirect_uri does not match the callback of the app")
    chosen = [seller_id for seller_id in query.getall("seller_id", []) if seller_id in world.stores]
    if query.get("deny"):
        return _back(redirect_uri, {"error": "access_denied", "state": query.get("state", "")})
    if not chosen and world.switches.auto_consent and world.stores:
        chosen = [next(iter(world.stores))]
    if not chosen:
        return _choice(world, request)
    code = f"0_{app.app_key}_{secrets.token_urlsafe(18)}"
    world.codes[code] = (app.app_key, chosen, world.clock.now_ms())
    return _back(redirect_uri, {"code": code, "state": query.get("state", "")})


def _back(redirect_uri: str, values: dict[str, str]) -> web.Response:
    joint = "&" if "?" in redirect_uri else "?"
    return web.Response(status=302, headers={"Location": f"{redirect_uri}{joint}{urlencode(values)}"})


def _choice(world: World, request: web.Request) -> web.Response:
    rows = "".join(
        f'<li><a href="{html.escape(str(request.rel_url.extend_query(seller_id=store.seller_id)))}">'
        f"{html.escape(store.name)} ({store.site})</a></li>"
        for store in world.stores.values()
    )
    deny = html.escape(str(request.rel_url.extend_query(deny="1")))
    page = (
        "<!doctype html><html lang=en><title>Simulated Lazada consent</title>"
        f"<h1>Simulated Lazada: choose a store</h1><ul>{rows}</ul><p><a href='{deny}'>Refuse</a></p></html>"
    )
    return web.Response(text=page, content_type="text/html")


ENDPOINTS = {
    "/auth/token/create": Endpoint(methods=BOTH, handle=create_token, needs_token=False),
    "/auth/token/refresh": Endpoint(methods=BOTH, handle=refresh_token, needs_token=False),
}
