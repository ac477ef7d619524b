"""Signatures of calls and pushes. The partner key is used as the text it is, although it looks like hex [S, M]."""

import hashlib
import hmac


def sign_public(partner_id: str, partner_key: str, path: str, timestamp: int) -> str:
    """Lower-case hex HMAC-SHA256 of a public call (consent, tokens, push settings) [D]."""
    return _hmac(partner_key, f"{partner_id}{path}{timestamp}")


def sign_subject(
    partner_id: str, partner_key: str, path: str, timestamp: int, *, access_token: str, subject_id: str
) -> str:
    """The same for a call that speaks for a shop or a merchant: token and its id are signed too [D]. Neither the body
    nor the other query parameters are signed."""
    return _hmac(partner_key, f"{partner_id}{path}{timestamp}{access_token}{subject_id}")


def sign_push(key: str, callback_url: str, body: bytes) -> str:
    """The `Authorization` header of a push: over the address as registered, a bar, and the raw body bytes [D, S]."""
    return hmac.new(key.encode(), callback_url.encode() + b"|" + body, hashlib.sha256).hexdigest()


def is_push_genuine(key: str, callback_url: str, body: bytes, authorization: str) -> bool:
    """Whether the header fits the body, compared in constant time."""
    # Bytes, since compare_digest raises on non-ASCII text and a hostile header may hold any.
    given = authorization.strip().lower().encode("utf-8", "replace")
    return hmac.compare_digest(sign_push(key, callback_url, body).encode(), given)


def _hmac(key: str, base: str) -> str:
    return hmac.new(key.encode(), base.encode(), hashlib.sha256).hexdigest()
