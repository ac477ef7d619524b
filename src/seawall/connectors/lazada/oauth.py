"""A seller's consent: the link, the tokens, their renewal. [D] pages 108260, 121098; lifetimes come from the answer."""

from collections.abc import Mapping
from urllib.parse import urlencode

from seawall.connectors.contracts import TokenGrant
from seawall.connectors.errors import Rejected
from seawall.connectors.lazada.client import Api, LazadaClient, Limits
from seawall.connectors.lazada.mapping import grant_of
from seawall.connectors.lazada.sites import AUTH_BASE_URL, CONSENT_URL
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.kernel.markets import Platform

CREATE = Api(path="/auth/token/create", keeps_answer=False)
REFRESH = Api(path="/auth/token/refresh", keeps_answer=False)


class LazadaAuthoriser:
    """One app at the auth host. Use as an async context manager for the two token calls."""

    refresh_is_single_use = False
    """[I] from [D]: a refresh does not reset the refresh token's own clock, so it serves again (lazada.md 2)."""

    def __init__(
        self,
        *,
        app_key: str,
        app_secret: str,
        auth_url: str = AUTH_BASE_URL,
        consent_url: str = CONSENT_URL,
        clock: Clock = SYSTEM_CLOCK,
        limits: Limits | None = None,
    ) -> None:
        self._app_key = app_key
        self._consent_url = consent_url
        self._client = LazadaClient(
            base_url=auth_url, app_key=app_key, app_secret=app_secret, clock=clock, limits=limits
        )

    async def __aenter__(self) -> "LazadaAuthoriser":
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.__aexit__(*exc)

    def consent_link(self, *, redirect_uri: str, state: str) -> str:
        """Where the seller says yes; the code that comes back lives 30 minutes and works once [D]."""
        query = {
            "response_type": "code",
            "force_auth": "true",
            "redirect_uri": redirect_uri,
            "client_id": self._app_key,
            "state": state,
        }
        return f"{self._consent_url}?{urlencode(query)}"

    async def create_token(self, code: str, *, callback: Mapping[str, str] | None = None) -> TokenGrant:
        """Tokens for a consent code. Raises Rejected(lazada_code_invalid) when it is spent, old or another app's."""
        return await self._grant(CREATE, {"code": code})

    async def refresh_token(self, refresh_token: str, *, seller_id: str = "") -> TokenGrant:
        """New tokens; store whatever refresh token comes back. AuthExpired when the seller must consent again."""
        return await self._grant(REFRESH, {"refresh_token": refresh_token})

    async def _grant(self, api: Api, params: dict[str, str]) -> TokenGrant:
        answer = await self._client.call(api, params)
        grant = grant_of(answer.payload)
        if grant is None:
            raise Rejected(
                "platform_unreadable",
                platform=Platform.LAZADA,
                platform_code="no_token",
                request_id=answer.exchange.request_id,
            )
        return grant
