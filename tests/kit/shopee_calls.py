"""Bare signed calls to a simulated Shopee, for what no client asks."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, ShopeeSimHelper, ShopeeStore

PUBLIC = ("/auth/", "/public/", "/push/", "/shop/auth_partner", "/shop/cancel_auth_partner")


def signed(
    path: str, shop: ShopeeStore | None = None, *, partner_id: str = PARTNER_ID, key: str = PARTNER_KEY, late_s: int = 0
) -> dict[str, str]:
    """The common parameters of a call; public paths are signed without token and shop."""
    stamp = str(int(time.time()) - late_s)
    subject = {} if shop is None or path.startswith(PUBLIC) else {
        "access_token": shop.access_token, "shop_id": shop.seller_id,
    }  # fmt: skip
    base = "".join([partner_id, "/api/v2", path, stamp, *subject.values()])
    sign = hmac.new(key.encode(), base.encode(), hashlib.sha256).hexdigest()
    return {"partner_id": partner_id, "timestamp": stamp, "sign": sign, **subject}


def ask(
    sim: ShopeeSimHelper, path: str, *, query: dict[str, Any], body: bytes | None = None, kind: str = "application/json"
) -> tuple[int, Any]:
    """HTTP status and parsed answer."""
    url = f"{sim.url}/api/v2{path}?{urllib.parse.urlencode(query, doseq=True)}"
    request = urllib.request.Request(url, data=body, headers={"Content-Type": kind} if body is not None else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def get(sim: ShopeeSimHelper, shop: ShopeeStore | None, path: str, **business: object) -> Any:
    """GET as the shop; business parameters stand in the query."""
    return ask(sim, path, query={**signed(path, shop), **business})[1]


def post(sim: ShopeeSimHelper, shop: ShopeeStore | None, path: str, **business: object) -> Any:
    """POST as the shop; business parameters stand in the JSON body."""
    return ask(sim, path, query=signed(path, shop), body=json.dumps(business).encode())[1]


def upload(sim: ShopeeSimHelper, shop: ShopeeStore, path: str, field: str, content: bytes, **values: str) -> Any:
    """POST a file as multipart."""
    edge = "----seawall"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in
             values.items()]  # fmt: skip
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="a.png"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{edge}--\r\n".encode()
    return ask(sim, path, query=signed(path, shop), body=body, kind=f"multipart/form-data; boundary={edge}")[1]


def say(sim: ShopeeSimHelper, shop: ShopeeStore, buyer_id: str | int, text: str, *, order_sn: str = "") -> Any:
    """Send a text to a buyer, with the order it is about when one is named."""
    source = {"source_content": {"order_sn": order_sn}} if order_sn else {}
    return post(
        sim,
        shop,
        "/sellerchat/send_message",
        to_id=int(buyer_id),
        message_type="text",
        content={"text": text},
        **source,
    )
