"""How a seller lets us in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class TokenGrant:
    """What an authorisation or refresh gave. Secrets hidden from `repr`."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_s: int
    refresh_expires_in_s: int
    """0 means that it cannot be refreshed."""
    country: str
    stores: tuple[Mapping[str, str], ...]
    """One row a store: country, seller_id, user_id, short_code, and shop_cipher on TikTok Shop."""


class Authoriser(Protocol):
    """Obtains and renews a seller's consent."""

    @property
    def refresh_is_single_use(self) -> bool:
        """Whether a refresh token is dead once it was used, so that a refresh in doubt must never be repeated blindly.

        Where it is, `refresh_token` says every doubt as OutcomeUnknown: Transient is then certain not to have used it.
        """
        ...

    def consent_link(self, *, redirect_uri: str, state: str) -> str:
        """Where the seller says yes; the platform then calls `redirect_uri` with a code and our `state`."""
        ...

    async def create_token(self, code: str, *, callback: Mapping[str, str] | None = None) -> TokenGrant:
        """Trade a consent code (single use) for tokens; `callback` is the whole query the platform called back with
        (Shopee names the shop only there). Raises Rejected when the code is spent or foreign."""
        ...

    async def refresh_token(self, refresh_token: str, *, seller_id: str = "") -> TokenGrant:
        """New tokens; the old refresh token may be dead from then on, so store before use. An empty refresh token
        in the answer means that the old one stays good. Raises AuthExpired when the seller has to consent again."""
        ...

    async def __aenter__(self) -> "Authoriser": ...

    async def __aexit__(self, *exc: object) -> None: ...
