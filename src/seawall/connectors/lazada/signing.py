"""Request and push signatures of the Lazada gateway. Pure.

[D] "Signature algorithm" (docId 108068), checked against the official Python SDK and the documentation's own vector.
"""

import hashlib
import hmac
from collections.abc import Mapping


def sign_request(secret: str, api_path: str, params: Mapping[str, str]) -> str:
    """The `sign` of a call: upper-case hex HMAC-SHA256 over path, then name and value pairs sorted by name.

    Every parameter takes part wherever it travels (query or body), un-encoded, except `sign` itself and file parts.
    `api_path` is without the `/rest` base. Python sorts text by code point, which is the ordinal order Lazada asks for.
    """
    pairs = "".join(f"{name}{params[name]}" for name in sorted(params) if name != "sign")
    return hmac.new(secret.encode(), f"{api_path}{pairs}".encode(), hashlib.sha256).hexdigest().upper()


def sign_push(app_key: str, app_secret: str, body: bytes) -> str:
    """The `Authorization` header of a push: lower-case hex HMAC-SHA256 over app key and the raw body bytes."""
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


def is_push_genuine(app_key: str, app_secret: str, body: bytes, authorization: str) -> bool:
    """Whether the header fits the body, compared in constant time. An empty secret is never genuine."""
    if not app_key or not app_secret:
        return False
    # Bytes, since compare_digest raises on non-ASCII text and a hostile header may hold any.
    given = authorization.strip().lower().encode("utf-8", "replace")
    return hmac.compare_digest(sign_push(app_key, app_secret, body).encode(), given)
