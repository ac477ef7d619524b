"""The platform's side of signatures, written apart from any client's."""

import hashlib
import hmac


def is_signed(key: str, given: str, *parts: str) -> bool:
    """Whether `given` is the lower-case HMAC-SHA256 of the joined parts; the key is the text of the console [D][S].

    Neither the body nor the other query parameters take part [D].
    """
    digest = hmac.new(key.encode(), "".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    return hmac.compare_digest(digest.encode(), given.encode("utf-8", "surrogatepass"))


def push_signature(key: str, url: str, body: bytes) -> str:
    """The `Authorization` of a push: over `url|raw body` [D][S]. The key may be empty for the first ping [M]."""
    return hmac.new(key.encode(), url.encode() + b"|" + body, hashlib.sha256).hexdigest()
