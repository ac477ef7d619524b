"""Who a token speaks for: get_shop_info, get_merchant_info."""

from typing import Any

from simulators.shopee.call import GET, Call, Endpoint
from simulators.shopee.tokens import links_of


def shop_info(call: Call) -> dict[str, Any]:
    """Fields stand at the top level [D]."""
    shop = call.shop
    grant = links_of(call.world, call.app.partner_id).get(shop.shop_id)
    return {
        "shop_name": shop.name, "region": shop.region, "status": shop.status, "is_cb": shop.is_cb,
        "auth_time": grant.auth_ms // 1000 if grant else 0,
        "expire_time": grant.auth_expires_ms // 1000 if grant else 0,
        "merchant_id": int(shop.merchant_id) if shop.merchant_id.isdecimal() else None,
        "is_sip": False, "is_main_shop": False, "is_direct_shop": False, "sip_affi_shops": [],
        "is_upgraded_cbsc": False, "shop_fulfillment_flag": "Others", "linked_direct_shop_list": [],
    }  # fmt: skip


def merchant_info(call: Call) -> dict[str, Any]:
    """A merchant owns several shops; the only merchant call there is here."""
    return {
        "merchant_name": f"Demo merchant {call.merchant_id}", "is_cnsc": False, "auth_time": 0, "expire_time": 0,
        "merchant_currency": "CNY", "merchant_region": "CN", "is_upgraded_cbsc": False,
    }  # fmt: skip


ENDPOINTS = {
    "/shop/get_shop_info": Endpoint(methods=GET, handle=shop_info, is_top_level=True),
    "/merchant/get_merchant_info": Endpoint(methods=GET, handle=merchant_info, is_merchant=True, is_top_level=True),
}
