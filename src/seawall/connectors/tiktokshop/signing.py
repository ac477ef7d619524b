"""Request and push signatures of TikTok Shop. Pure.

[DOC] "Sign your API request" and "Webhooks overview"; checked against the page's own vectors and those of two clients.
"""

import hashlib
import hmac
from collections.abc import Mapping

UNSIGNED = frozenset({"sign", "access_token"})
MULTIPART = "multipart/form-data"


def is_multipart(content_type: str) -> bool:
    """Whether a header names a multipart form; the boundary beside the media type does not matter [DOC, Go sample]."""
    return content_type.partition(";")[0].strip().lower() == MULTIPART


def sign_request(
    secret: str, path: str, query: Mapping[str, str], *, body: bytes = b"", content_type: str = "application/json"
) -> str:
    """The `sign` of a call: lower-case hex HMAC-SHA256 over path, sorted query and the very bytes of the body.

    `query` holds decoded values. A multipart body takes no part [DOC]. Python sorts text by code point, which for
    names is the byte order of their UTF-8.
    """
    pairs = "".join(f"{name}{query[name]}" for name in sorted(query) if name not in UNSIGNED)
    signed = b"" if is_multipart(content_type) else body
    key = secret.encode()
    return hmac.new(key, key + f"{path}{pairs}".encode() + signed + key, hashlib.sha256).hexdigest()


def sign_push(app_key: str, app_secret: str, body: bytes) -> str:
    """The `Authorization` header of a push: lower-case hex HMAC-SHA256 over app key and the raw body bytes [DOC, SDK].

    Nothing in it dates the push: a repeated one is told by its notification id alone.
    """
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


def is_push_genuine(app_key: str, app_secret: str, body: bytes, authorization: str) -> bool:
    """Whether the header fits the body, compared in constant time. An empty key or secret is never genuine."""
    if not app_key or not app_secret:
        return False
    # Bytes, since compare_digest raises on non-ASCII text and a hostile header may hold any.
    given = authorization.strip().lower().encode("utf-8", "replace")
    return hmac.compare_digest(sign_push(app_key, app_secret, body).encode(), given)
