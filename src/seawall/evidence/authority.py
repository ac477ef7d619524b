"""Ask the time-stamp authority that the administrator configured. Nothing else decides where a request goes."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from seawall.evidence.seal import tokens
from seawall.evidence.seal.stamps import LARGEST, Certificates, Token
from seawall.kernel.errors import InvalidInput, Unreachable
from seawall.settings.env import get_settings


class NoToken(Unreachable):
    """The authority gave no token that holds: `tsa_away` (ask again later) or `tsa_token_wrong`."""


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: only the configured address is asked."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class Authority:
    """An authority and the certificates that its tokens must lead to."""

    url: str
    trusted: "Certificates"
    timeout_s: float

    def token(self, message: bytes) -> Token:
        """A token over the SHA-256 of `message`, checked. Raises NoToken(tsa_away, tsa_token_wrong)."""
        asked = tokens.request(message)
        answer = self._ask(asked.as_bytes())
        try:
            token = tokens.read(answer)
            tokens.check(token, message, self.trusted, nonce=asked.nonce)
        except ValueError as broken:
            raise NoToken("tsa_token_wrong", why=str(broken)[:200]) from None
        return token

    def _ask(self, query: bytes) -> bytes:
        # The address comes from a setting of the administrator, never from a user.
        request = urllib.request.Request(  # noqa: S310 - the settings let only http and https through
            self.url, query, {"Content-Type": "application/timestamp-query"}, method="POST"
        )
        try:
            with urllib.request.build_opener(_NoDetour).open(request, timeout=self.timeout_s) as answer:
                found: bytes = answer.read(LARGEST + 1)
                return found
        except urllib.error.HTTPError as error:
            error.close()
            raise NoToken("tsa_away", why=f"HTTP {error.code}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise NoToken("tsa_away", why=type(error).__name__) from None


def configured_authority() -> Authority | None:
    """The authority of the settings; None when there is none.

    Raises InvalidInput(tsa_certificate_unreadable) when its certificate cannot be read.
    """
    settings = get_settings()
    if not settings.tsa_url or settings.tsa_cert_file is None:
        return None
    try:
        pem = settings.tsa_cert_file.read_bytes()
    except OSError:
        raise InvalidInput("tsa_certificate_unreadable") from None
    return Authority(url=settings.tsa_url, trusted=tokens.certificates(pem), timeout_s=float(settings.tsa_timeout_s))
