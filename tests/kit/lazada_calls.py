"""Bare signed calls to a simulated Lazada, for what the connector does not ask."""

import json
import time
import urllib.parse
import urllib.request
from typing import Any

from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSim, SimStore

from seawall.connectors.lazada.signing import sign_request


def signed(shop: SimStore, path: str, **business: str) -> dict[str, str]:
    params = {
        "app_key": APP_KEY,
        "access_token": shop.access_token,
        "timestamp": str(int(time.time() * 1000)),
        "sign_method": "sha256",
        **business,
    }
    return params | {"sign": sign_request(APP_SECRET, path, params)}


def call(
    sim: LazadaSim, path: str, *, query: dict[str, str] | None = None, body: bytes | None = None, kind: str = ""
) -> Any:
    url = f"{sim.url}/rest{path}?{urllib.parse.urlencode(query or {})}"
    request = urllib.request.Request(url, data=body, headers={"Content-Type": kind} if kind else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def form(values: dict[str, str]) -> bytes:
    return urllib.parse.urlencode(values).encode()
