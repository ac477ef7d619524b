"""A seller's consent: the link, the tokens, their renewal, and the shops they are for.

[PY, SDK, 3P] The token calls are GETs with the app secret in the query and without a signature. Nothing of such a
call is recorded, and its errors name no address.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from seawall.connectors.contracts import TokenGrant
from seawall.connectors.errors import AuthExpired, ConnectorError, Rejected
from seawall.connectors.tiktokshop.client import TiktokClient, ask
from seawall.connectors.tiktokshop.endpoints import SHOPS, TOKEN_GET, TOKEN_REFRESH, Api
from seawall.connectors.tiktokshop.errors import CallFacts, doubt, rejected
from seawall.connectors.tiktokshop.judging import judged
from seawall.connectors.tiktokshop.scalars import id_of
from seawall.connectors.tiktokshop.sites import API_BASE_URL, AUTH_BASE_URL, CONSENT_URL
from seawall.connectors.tiktokshop.wire import WireShop, WireTokens
from seawall.connectors.tolerant import parse_object, rows_at
from seawall.connectors.transport import Limits, Transport
from seawall.kernel.clock import SYSTEM_CLOCK, Clock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform

SELLER = "0"
"""`user_type` of a seller; 1 is a creator, 3 a partner [3P]."""

_NO_CODE = frozenset({"", "null"})
_REFRESH_ENDED = frozenset({"36004004", "105002"})


class TiktokAuthoriser:
    """One app at the auth host. Use as an async context manager for the two token calls."""

    refresh_is_single_use = True
    """[U] a refresh gives a new refresh token; whether the old one dies at once nobody says, so it is taken to."""

    def __init__(
        self,
        *,
        app_key: str,
        app_secret: str,
        service_id: str = "",
        auth_url: str = AUTH_BASE_URL,
        consent_url: str = CONSENT_URL,
        api_url: str = API_BASE_URL,
        clock: Clock = SYSTEM_CLOCK,
        limits: Limits | None = None,
    ) -> None:
        self._app_key = app_key
        self._app_secret = app_secret.strip()
        self._service_id = service_id
        self._auth_url = auth_url.rstrip("/")
        self._consent_url = consent_url
        self._api_url = api_url
        self._clock = clock
        self._limits = limits
        self._transport = Transport(limits)

    async def __aenter__(self) -> "TiktokAuthoriser":
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._transport.__aexit__(*exc)

    def consent_link(self, *, redirect_uri: str, state: str) -> str:
        """Where the seller says yes. The link names the app by its service id, which is not the app key; where the
        seller comes back to is registered in Partner Center and cannot be chosen here [3P].

        Raises Refused(tiktok_service_id_missing)."""
        if not self._service_id:
            raise Refused("tiktok_service_id_missing", platform=Platform.TIKTOK.title)
        return f"{self._consent_url}?{urlencode({'service_id': self._service_id, 'state': state})}"

    async def create_token(self, code: str, *, callback: Mapping[str, str] | None = None) -> TokenGrant:
        """Tokens for a consent code, which lives 30 minutes and works once [3P].

        Raises Rejected: tiktok_consent_refused when the seller said no (`code=null&error=auth_denied` [3P]),
        tiktok_code_invalid when the code is spent, tiktok_not_a_seller for a creator or partner.
        """
        error = (callback or {}).get("error", "")
        if error or code.strip() in _NO_CODE:
            raise rejected("tiktok_consent_refused", code=error or "no_code")
        return await self._grant(TOKEN_GET, {"auth_code": code, "grant_type": "authorized_code"})

    async def refresh_token(self, refresh_token: str, *, seller_id: str = "") -> TokenGrant:
        """New tokens, the refresh token too; whether the old ones die at once is not known, so store before use.

        Raises AuthExpired when the seller has to consent again."""
        try:
            return await self._grant(TOKEN_REFRESH, {"refresh_token": refresh_token, "grant_type": "refresh_token"})
        except Rejected as refused:
            words = refused.detail.lower().replace("_", " ")
            if refused.platform_code not in _REFRESH_ENDED and "refresh token" not in words:
                raise
            raise AuthExpired(
                "platform_auth_expired",
                platform=Platform.TIKTOK,
                platform_code=refused.platform_code,
                request_id=refused.request_id,
                detail=refused.detail,
            ) from refused

    async def _grant(self, api: Api, params: Mapping[str, str]) -> TokenGrant:
        data, facts = await self._ask(api, params)
        tokens = WireTokens.model_validate(data)
        if not tokens.access_token:
            raise doubt("no token", facts, code="unreadable")
        if tokens.user_type not in {"", SELLER}:
            raise rejected("tiktok_not_a_seller", code=tokens.user_type)
        return TokenGrant(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_in_s=_left(tokens.access_token_expire_in, facts.answered_at),
            refresh_expires_in_s=_left(tokens.refresh_token_expire_in, facts.answered_at),
            country=tokens.seller_base_region.lower(),
            stores=await self._stores(tokens),
        )

    async def _ask(self, api: Api, params: Mapping[str, str]) -> tuple[Mapping[str, Any], CallFacts]:
        received = await ask(
            self._transport,
            CallFacts(is_effect=False, answered_at=self._clock.now()),
            api.method,
            f"{self._auth_url}{api.path}",
            query={"app_key": self._app_key, "app_secret": self._app_secret, **params},
            headers={},
        )
        payload = parse_object(received.body)
        facts = CallFacts(
            is_effect=False,
            answered_at=self._clock.now(),
            request_id=id_of(payload.get("request_id")) if payload else "",
            retry_after=received.headers.get("Retry-After", ""),
        )
        return judged(received.status, payload, facts), facts

    async def _stores(self, tokens: WireTokens) -> tuple[Mapping[str, str], ...]:
        """The shops the token is for, with their ciphers. Empty when they cannot be read just now: tokens that were
        given once must not be lost over it; `stores` asks again."""
        try:
            return await self.stores(tokens.access_token, user_id=tokens.open_id)
        except ConnectorError:
            return ()

    async def stores(self, access_token: str, *, user_id: str = "") -> tuple[Mapping[str, str], ...]:
        """The shops of an authorisation, a row each: country, seller_id, user_id, short_code, shop_cipher, name."""
        async with TiktokClient(
            base_url=self._api_url,
            app_key=self._app_key,
            app_secret=self._app_secret,
            access_token=access_token,
            clock=self._clock,
            limits=self._limits,
        ) as client:
            answer = await client.call(SHOPS)
        shops = [WireShop.model_validate(row) for row in rows_at(answer.data, "shops")]
        return tuple(
            {
                "country": shop.region.lower(),
                "seller_id": shop.id,
                "user_id": user_id,
                "short_code": shop.code,
                "shop_cipher": shop.cipher,
                "name": shop.name,
            }
            for shop in shops
            if shop.id
        )


def _left(expires_at_s: int, now: datetime) -> int:
    """Seconds left of a life that ends at an absolute second; 0 when it gives none or is over."""
    return max(expires_at_s - int(now.timestamp()), 0)
