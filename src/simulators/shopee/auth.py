"""Tokens for codes, new tokens for old ones, and who authorises an app (sections 2.2 to 2.4)."""

from typing import Any

from simulators.shopee import tokens
from simulators.shopee.answers import ApiError
from simulators.shopee.call import GET, POST, Call, Endpoint
from simulators.shopee.entities import Grant


def get_token(call: Call) -> dict[str, Any]:
    """Trade a code: once, within ten minutes, by the app and for the account it was made for [D]."""
    world, code = call.world, call.text("code")
    _check_partner(call)
    row = world.codes.get(code)
    is_old = row is not None and world.clock.now_ms() - row["made_ms"] > world.switches.code_life_s * 1000
    if row is None or row["partner_id"] != call.app.partner_id or is_old:
        raise ApiError("invalid_code", "Invalid code, please check if the code has been used or has expired.")
    main = call.values.get("main_account_id")
    if row["main_account_id"]:
        if str(main) != row["main_account_id"]:
            raise ApiError("invalid_main_acount_id", "Invalid main_account_id.")
    elif str(call.values.get("shop_id")) != row["shop_ids"][0]:
        raise ApiError("invalid_shop_id", "Invalid shop_id.")
    world.add_code(code, {})
    grant = tokens.issue(world, call.app, row["shop_ids"], row["merchant_ids"])
    answer = _pair(call, grant)
    if row["main_account_id"]:
        answer["shop_id_list"] = [_number(shop_id) for shop_id in grant.shop_ids]
        answer["merchant_id_list"] = [_number(merchant_id) for merchant_id in grant.merchant_ids]
    return answer


def refresh(call: Call) -> dict[str, Any]:
    """A new pair for one shop or merchant; the refresh token is spent by it [D]."""
    world = call.world
    _check_partner(call)
    grant = world.by_refresh.get(call.text("refresh_token"))
    shop_id, merchant_id = str(call.values.get("shop_id") or ""), str(call.values.get("merchant_id") or "")
    if not shop_id and not merchant_id:
        raise ApiError("error_param", "There is neither shop_id nor merchant_id.")
    kind, subject = ("shop", shop_id) if shop_id else ("merchant", merchant_id)
    linked = grant.shop_ids + grant.merchant_ids if grant is not None else []
    invalid = ApiError(f"error_{kind}_refresh_token", "Invalid refresh_token.")
    if grant is None or grant.is_revoked or grant.partner_id != call.app.partner_id:
        raise invalid
    if subject not in linked:
        raise ApiError(f"{kind}_no_linked", f"Your app is not linked with this {kind}.")
    if shop_id and shop_id in world.shops and world.shops[shop_id].status == "BANNED":
        raise ApiError("shop_banned", "The shop is banned.")
    if subject in grant.refreshed:
        raise invalid  # spent, or the seller authorised anew
    now = world.clock.now_ms()
    if now >= grant.auth_expires_ms:
        raise ApiError(f"{kind}_access_expired", f"The authorisation of this {kind} has expired.")
    if now >= grant.refresh_expires_ms:
        raise ApiError("refresh_token_expired", "Your refresh_token has expired.")
    answer = _pair(call, tokens.refreshed(world, grant, subject, is_shop=bool(shop_id)))
    return {**answer, "partner_id": _number(call.app.partner_id), f"{kind}_id": _number(subject)}


def shops_by_partner(call: Call) -> dict[str, Any]:
    """The shops that authorise the app, a page of them."""
    size, page = call.whole("page_size", 100), call.whole("page_no", 1)
    if not 1 <= size <= 100 or page < 1:
        raise ApiError("error_param", "page_size must be 1 to 100 and page_no at least 1.")
    links = sorted(tokens.links_of(call.world, call.app.partner_id).items())
    rows: list[dict[str, Any]] = [
        {
            "shop_id": _number(shop_id), "region": call.world.shops[shop_id].region,
            "auth_time": grant.auth_ms // 1000, "expire_time": grant.auth_expires_ms // 1000,
            "sip_affi_shop_list": [],
        }
        for shop_id, grant in links[(page - 1) * size : page * size]
    ]  # fmt: skip
    return {"authed_shop_list": rows, "more": page * size < len(links)}


def ip_ranges(call: Call) -> dict[str, Any]:
    """Where pushes come from."""
    return {"ip_list": ["127.0.0.1/32"]}


def _pair(call: Call, grant: Grant) -> dict[str, Any]:
    # Rounded up: a pair of four hours says 14,400 although a millisecond has passed.
    left_ms = grant.access_expires_ms - call.world.clock.now_ms()
    return {
        "access_token": grant.access_token, "refresh_token": grant.refresh_token,
        "expire_in": max(0, -(-left_ms // 1000)),
    }  # fmt: skip


def _check_partner(call: Call) -> None:
    if str(call.values.get("partner_id")) != call.app.partner_id:
        raise ApiError("invalid_partner_id", "The partner_id of the body is not the one of the query.")


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


ENDPOINTS = {
    "/auth/token/get": Endpoint(methods=POST, handle=get_token, is_public=True, is_top_level=True),
    "/auth/access_token/get": Endpoint(methods=POST, handle=refresh, is_public=True, is_top_level=True),
    "/public/get_shops_by_partner": Endpoint(methods=GET, handle=shops_by_partner, is_public=True, is_top_level=True),
    "/public/get_shopee_ip_ranges": Endpoint(methods=GET, handle=ip_ranges, is_public=True, is_top_level=True),
}
