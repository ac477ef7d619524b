"""Pairs of tokens: issued, refreshed once, overlapping for five minutes, ended (section 2 of the platform's pages)."""

import secrets
from collections.abc import Sequence

from simulators.core.switches import DAY_S
from simulators.shopee.entities import IN_HOUSE, App, Grant, Shop
from simulators.shopee.world import World

AUTHORISED, CANCELLED, EXPIRING = 1, 2, 12
WARNING_MS = 7 * DAY_S * 1000


def fresh() -> str:
    """A token of the platform's looks: 32 characters."""
    return secrets.token_hex(16)


def issue(
    world: World,
    app: App,
    shop_ids: Sequence[str],
    merchant_ids: Sequence[str] = (),
    *,
    access_token: str = "",
    refresh_token: str = "",
) -> Grant:
    """A new pair by a new authorisation; it ends the older pairs of the same shops [D]."""
    for shop_id in shop_ids:
        others = [] if world.switches.one_app_per_shop else [app.partner_id]
        for older in _living(world, shop_id, only=others):
            if older.partner_id != app.partner_id:
                world.hooks.on_authorisation(older.partner_id, shop_id, CANCELLED, {"authorized": False})
            end_for(world, older, shop_id, world.clock.now_ms())
    now = world.clock.now_ms()
    grant = Grant(
        partner_id=app.partner_id,
        access_token=access_token or fresh(),
        access_expires_ms=now + world.switches.access_life_s * 1000,
        refresh_token=refresh_token or fresh(),
        refresh_expires_ms=now + world.switches.refresh_life_s * 1000,
        shop_ids=list(shop_ids),
        merchant_ids=list(merchant_ids),
        auth_ms=now,
        auth_expires_ms=now + world.switches.authorisation_days * DAY_S * 1000,
    )
    world.add_grant(grant)
    plan_end(world, grant)
    for shop_id in shop_ids:
        world.hooks.on_authorisation(app.partner_id, shop_id, AUTHORISED, {"authorized": True})
    return grant


def refreshed(world: World, grant: Grant, subject: str, *, is_shop: bool) -> Grant:
    """The next pair of one shop or merchant; the old access token lives on for five minutes [D]."""
    now = world.clock.now_ms()
    end_for(world, grant, subject, now + world.switches.overlap_s * 1000)
    return world.add_grant(
        Grant(
            partner_id=grant.partner_id,
            access_token=fresh(),
            access_expires_ms=now + world.switches.access_life_s * 1000,
            refresh_token=fresh(),
            refresh_expires_ms=now + world.switches.refresh_life_s * 1000,
            shop_ids=[subject] if is_shop else [],
            merchant_ids=[] if is_shop else [subject],
            auth_ms=grant.auth_ms,
            auth_expires_ms=grant.auth_expires_ms,
        )
    )


def end_for(world: World, grant: Grant, subject: str, at_ms: int) -> None:
    """This pair speaks for the shop or merchant no longer than until `at_ms`, and cannot be refreshed for it."""
    grant.refreshed[subject] = min(at_ms, grant.refreshed.get(subject, at_ms))
    world.add_grant(grant)


def refuse_shop(world: World, app: App, shop_id: str) -> None:
    """All access of an app to a shop ends at once."""
    for grant in _living(world, shop_id, only=[app.partner_id]):
        end_for(world, grant, shop_id, world.clock.now_ms())


def unlink(world: World, partner_id: str, shop_id: str) -> bool:
    """The seller (or the end of the year) takes the authorisation back; pushed as 2. False when there was none."""
    living = _living(world, shop_id, only=[partner_id])
    if not living:
        return False
    world.hooks.on_authorisation(partner_id, shop_id, CANCELLED, {"authorized": False})
    for grant in living:
        end_for(world, grant, shop_id, world.clock.now_ms())
    return True


def plan_end(world: World, grant: Grant) -> None:
    """A week before an authorisation ends it is pushed as 12, at its end as 2 [D]."""
    warn_ms = grant.auth_expires_ms - WARNING_MS
    if warn_ms > world.clock.now_ms():
        world.calendar.at(warn_ms, lambda: _warn(world, grant))
    world.calendar.at(grant.auth_expires_ms, lambda: _end(world, grant))


def shop_of_token(world: World, app: App, token: str, shop_id: str) -> tuple[Shop | None, tuple[str, str]]:
    """The shop, when the token speaks for it now; else the refusal's code and words."""
    switches, now = world.switches, world.clock.now_ms()
    grant, shop = world.by_access.get(token), world.shops.get(shop_id)
    if grant is None or grant.is_revoked or grant.partner_id != app.partner_id or now >= grant.access_expires_ms:
        return None, (switches.bad_token_code, "Invalid access_token.")
    if shop is None or shop_id not in grant.shop_ids:
        return None, ("error_auth", "Your partner_id and shop_id are not linked: invalid partner/shop pair.")
    if now >= grant.refreshed.get(shop_id, now + 1) or now >= grant.auth_expires_ms:
        return None, (switches.bad_token_code, "Invalid access_token.")
    return shop, ("", "")


def speaks_for_merchant(world: World, app: App, token: str, merchant_id: str) -> bool:
    """Whether the token speaks for the merchant now."""
    now, grant = world.clock.now_ms(), world.by_access.get(token)
    return (
        grant is not None
        and not grant.is_revoked
        and grant.partner_id == app.partner_id
        and merchant_id in grant.merchant_ids
        and now < min(grant.access_expires_ms, grant.auth_expires_ms, grant.refreshed.get(merchant_id, now + 1))
    )


def is_linked(world: World, partner_id: str, shop_id: str) -> bool:
    """Whether the shop's authorisation of the app holds: access tokens may have run out, the consent has not."""
    return bool(_living(world, shop_id, only=[partner_id]))


def links_of(world: World, partner_id: str) -> dict[str, Grant]:
    """The shops that authorise an app, each with its newest pair."""
    now, found = world.clock.now_ms(), {}
    for grant in world.grants:
        if grant.partner_id == partner_id and not grant.is_revoked and now < grant.auth_expires_ms:
            found.update({shop_id: grant for shop_id in grant.shop_ids if shop_id not in grant.refreshed})
    return found


def may_authorise(world: World, app: App, shop: Shop) -> bool:
    """An in-house app is authorised by its own seller's shops alone [D]."""
    return app.app_type != IN_HOUSE or shop.shop_id in app.own_shop_ids


def _living(world: World, shop_id: str, *, only: Sequence[str]) -> list[Grant]:
    now = world.clock.now_ms()
    return [
        grant
        for grant in world.grants
        if shop_id in grant.shop_ids
        and shop_id not in grant.refreshed
        and not grant.is_revoked
        and now < grant.auth_expires_ms
        and (not only or grant.partner_id in only)
    ]


def _warn(world: World, grant: Grant) -> None:
    for shop_id in grant.shop_ids:
        if is_linked(world, grant.partner_id, shop_id):
            data = {"expire_before": grant.auth_expires_ms // 1000, "page_no": 1, "total_page": 1}
            world.hooks.on_authorisation(grant.partner_id, shop_id, EXPIRING, data)


def _end(world: World, grant: Grant) -> None:
    for shop_id in grant.shop_ids:
        if not is_linked(world, grant.partner_id, shop_id):
            world.hooks.on_authorisation(grant.partner_id, shop_id, CANCELLED, {"authorized": False})
