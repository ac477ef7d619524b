"""The platform's side of signatures, written apart from any client's."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from urllib.parse import unquote


def is_signed(secret: str, path: str, params: Mapping[str, str]) -> bool:
    """Whether `sign` fits the union of all parameters.

    Empty values may or may not take part: clients differ and the gateway's view is unknown. Values of the official cURL
    samples are URL-encoded inside JSON, so the decoded reading counts as well.
    """
    given = params.get("sign", "").upper().encode()
    return any(hmac.compare_digest(_digest(secret, path, reading).encode(), given) for reading in _readings(params))


def push_signature(app_key: str, app_secret: str, body: bytes) -> str:
    """The `Authorization` of a push."""
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


def _readings(params: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    whole = {name: value for name, value in params.items() if name != "sign"}
    yield whole
    if "" in whole.values():
        yield {name: value for name, value in whole.items() if value != ""}
    if any("%" in value for value in whole.values()):
        yield {name: unquote(value) for name, value in whole.items()}


def _digest(secret: str, path: str, params: Mapping[str, str]) -> str:
    text = path + "".join(name + params[name] for name in sorted(params))
    return hmac.new(secret.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest().upper()
