"""The platform's side of signatures, written apart from any client's."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

UNSIGNED = frozenset({"sign", "access_token"})


def is_signed(
    secret: str, paths: Iterable[str], pairs: Sequence[tuple[str, str]], body: bytes, *, repeated_keys: str
) -> bool:
    """Whether `sign` fits one of the readings of the path. `body` is empty for multipart.

    `repeated_keys`: `all` signs every pair, `first` only the first of a key; samples and clients differ.
    """
    given = next((value for name, value in pairs if name == "sign"), "").encode("utf-8", "replace")
    signed = sorted((pair for pair in pairs if pair[0] not in UNSIGNED), key=lambda pair: pair[0].encode())
    if repeated_keys == "first":
        once = dict(reversed(signed))
        signed = sorted(once.items(), key=lambda pair: pair[0].encode())
    text = "".join(name + value for name, value in signed).encode("utf-8", "surrogatepass")
    key = secret.encode()
    return any(
        hmac.compare_digest(
            hmac.digest(key, key + path.encode() + text + body + key, hashlib.sha256).hex().encode(), given
        )
        for path in paths
    )


def push_signature(app_key: str, app_secret: str, body: bytes) -> str:
    """The `Authorization` of a push: over the app key and the raw body [DOC]."""
    return hmac.digest(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hex()
