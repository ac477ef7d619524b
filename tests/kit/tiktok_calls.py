"""Raw calls to the simulated TikTok Shop, signed by a few lines of their own: no connector takes part."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tests.kit.tiktok_sim import APP_KEY, APP_SECRET, TiktokSim, TiktokStore

NO_CIPHER = ("/authorization/", "/seller/", "/product/")


def sign(secret: str, path: str, pairs: Sequence[tuple[str, str]], body: bytes = b"") -> str:
    """As "Sign your API request" says it; `body` empty for multipart."""
    text = "".join(name + value for name, value in sorted(pairs) if name not in {"sign", "access_token"})
    whole = secret.encode() + path.encode() + text.encode() + body + secret.encode()
    return hmac.new(secret.encode(), whole, hashlib.sha256).hexdigest()


class Caller:
    """Calls a shop's API. Every keyword of `call` replaces what a proper client would send."""

    def __init__(self, sim: TiktokSim, store: TiktokStore) -> None:
        self.sim, self.store = sim, store
        self.status = 0
        self.headers: dict[str, str] = {}

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """GET."""
        return self.call("GET", path, query=query)

    def post(self, path: str, body: object = None, **query: object) -> dict[str, Any]:
        """POST JSON; no body at all when None."""
        return self.call("POST", path, body=body, query=query)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: dict[str, Any] | None = None,
        pairs: Sequence[tuple[str, str]] = (),
        token: str | None = None,
        secret: str = APP_SECRET,
        signed_body: bytes | None = None,
        kind: str = "application/json",
    ) -> dict[str, Any]:
        """One call; the answer's JSON whatever the HTTP status, which stands in `status`."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        values = {"app_key": APP_KEY, "timestamp": str(int(time.time()))}
        if not path.startswith(NO_CIPHER):
            values["shop_cipher"] = self.store.shop_cipher
        values |= {name: str(value) for name, value in (query or {}).items()}
        sent = [*(pair for pair in values.items() if pair[1] != "None"), *pairs]
        signed = (b"" if kind.startswith("multipart/") else raw) if signed_body is None else signed_body
        if "sign" not in dict(sent):
            sent.append(("sign", sign(secret, path, sent, signed)))
        url = f"{self.store.base_url}{path}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in sent)
        access_token = self.store.access_token if token is None else token
        request = urllib.request.Request(url, data=raw or None, method=method, headers={"Content-Type": kind})
        if access_token:
            request.add_header("x-tts-access-token", access_token)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.status, self.headers, text = answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                self.status, self.headers, text = error.code, dict(error.headers), error.read()
        found: dict[str, Any] = json.loads(text)
        return found

    # ---- shorthands of many stories

    def open(self, order_id: str) -> str:
        """The conversation with an order's buyer."""
        [order] = self.get("/order/202507/orders", ids=order_id)["data"]["orders"]
        made = self.post("/customer_service/202309/conversations", {"buyer_user_id": order["user_id"]})
        assert made["code"] == 0, made
        return str(made["data"]["conversation_id"])

    def send(self, conversation_id: str, text: str, *, version: str = "202309", **more: object) -> dict[str, Any]:
        """A text."""
        body = {"type": "TEXT", "content": json.dumps({"content": text}, ensure_ascii=False), **more}
        return self.post(f"/customer_service/{version}/conversations/{conversation_id}/messages", body)

    def send_type(self, conversation_id: str, kind: str, **content: object) -> dict[str, Any]:
        """Anything else."""
        body = {"type": kind, "content": json.dumps(content)}
        return self.post(f"/customer_service/202309/conversations/{conversation_id}/messages", body)

    def messages(self, conversation_id: str, **query: object) -> list[dict[str, Any]]:
        """The last ten messages, newest first."""
        path = f"/customer_service/202309/conversations/{conversation_id}/messages"
        found: list[dict[str, Any]] = self.get(path, page_size=10, **query)["data"]["messages"]
        return found

    def upload(self, path: str, image: bytes) -> dict[str, Any]:
        """A picture."""
        edge = b"edge-of-demo"
        head = b'Content-Disposition: form-data; name="data"; filename="proof.png"\r\nContent-Type: image/png\r\n\r\n'
        body = b"--" + edge + b"\r\n" + head + image + b"\r\n--" + edge + b"--\r\n"
        return self.call("POST", path, body=body, kind=f"multipart/form-data; boundary={edge.decode()}")
