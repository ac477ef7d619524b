"""A seller's consent: the link, the tokens, their renewal. [D] tokens live 4 hours, refresh tokens 30 days and once."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from seawall.connectors.contracts import TokenGrant
from seawall.connectors.shopee.client import Api, ShopeeClient
from seawall.connectors.shopee.errors import rejected
from seawall.connectors.shopee.sites import CONSENT_PATH, PRODUCTION
from seawall.connectors.tolerant import identifier, scalar, whole
from seawall.connectors.transport import Limits
from seawall.kernel.clock import SYSTEM_CLOCK, Clock

CONSENT = Api(path=CONSENT_PATH, is_public=True)
CREATE = Api(path="/api/v2/auth/token/get", method="POST", is_public=True, keeps_answer=False)
# An effect: it spends the refresh token, so a doubt must never be told as "certainly not done".
REFRESH = Api(
    path="/api/v2/auth/access_token/get", method="POST", is_public=True, keeps_answer=False, is_effect=True
)  # fmt: skip

REFRESH_LIVES_S = 30 * 24 * 3600
"""[D] not part of the answer."""


class ShopeeAuthoriser:
    """One app at the API host. Use as an async context manager for the two token calls.

    `consent_url` names another address for the consent page (a proxy or a simulator); the signed path stays.
    """

    refresh_is_single_use = True
    """[D] each refresh gives a new refresh token, and the old one works once."""

    def __init__(
        self,
        *,
        app_key: str,
        app_secret: str,
        auth_url: str = PRODUCTION,
        consent_url: str = "",
        clock: Clock = SYSTEM_CLOCK,
        limits: Limits | None = None,
    ) -> None:
        self._partner_id = app_key.strip()
        self._consent_url = consent_url or auth_url.rstrip("/") + CONSENT_PATH
        self._client = ShopeeClient(
            base_url=auth_url, partner_id=app_key, partner_key=app_secret, clock=clock, limits=limits
        )

    async def __aenter__(self) -> "ShopeeAuthoriser":
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.__aexit__(*exc)

    def consent_link(self, *, redirect_uri: str, state: str) -> str:
        """Where the seller says yes; the link dies after 5 minutes, the code that comes back lives 10 and works once
        [D]. The signed form knows no `state`, so it travels inside the redirect address; that Shopee keeps what stands
        there is not documented [I]."""
        parts = urlsplit(redirect_uri)
        query = "&".join(filter(None, (parts.query, urlencode({"state": state}) if state else "")))
        redirect = urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))
        return f"{self._consent_url}?{urlencode(self._client.signed_query(CONSENT) | {'redirect': redirect})}"

    async def create_token(self, code: str, *, callback: Mapping[str, str] | None = None) -> TokenGrant:
        """Tokens for a consent code. Shopee names the shop, or the main account of several, only in the callback's
        query. The pair of a main account is shared until each shop's first refresh [D].

        Raises Rejected(shopee_callback_without_shop), and Rejected(shopee_code_invalid) for a code that is spent, old
        or another app's.
        """
        given = callback or {}
        subject: dict[str, Any] = {}
        for name in ("shop_id", "main_account_id"):
            if not subject and _is_id(given.get(name, "")):
                subject = {name: int(given[name])}
        if not subject:
            raise rejected("shopee_callback_without_shop", code="shop_id")
        return await self._grant(CREATE, {"code": code, **subject})

    async def refresh_token(self, refresh_token: str, *, seller_id: str = "") -> TokenGrant:
        """New tokens of one shop. The refresh token given is spent by this and a new one comes back, so store before
        use and never run two refreshes of a shop at once; the old access token works 5 minutes more [D].

        Raises AuthExpired when the seller must consent again, Rejected(shopee_callback_without_shop) without a shop.
        """
        if not _is_id(seller_id):
            raise rejected("shopee_callback_without_shop", code="shop_id")
        return await self._grant(REFRESH, {"refresh_token": refresh_token, "shop_id": int(seller_id)})

    async def _grant(self, api: Api, body: dict[str, Any]) -> TokenGrant:
        if not _is_id(self._partner_id):
            raise rejected("shopee_connection_refused", code="partner_id")
        answer = await self._client.call(api, {**body, "partner_id": int(self._partner_id)})
        found = answer.payload
        access_token, refresh_token = scalar(found.get("access_token")), scalar(found.get("refresh_token"))
        if not access_token:
            raise rejected("platform_unreadable", code="no_token", facts=self._client.facts(api, answer))
        return TokenGrant(
            access_token=access_token,
            refresh_token=refresh_token,
            expires_in_s=max(whole(found.get("expire_in")), 0),
            refresh_expires_in_s=REFRESH_LIVES_S if refresh_token else 0,
            country="",  # not told [D]; get_shop_info names the region
            stores=_stores_of(found, scalar(body.get("shop_id"))),
        )


def _stores_of(found: Mapping[str, Any], asked_for: str) -> tuple[Mapping[str, str], ...]:
    """The shops the tokens are for: the list of a consent, the one of a refresh, else the one that was asked for."""
    listed = found.get("shop_id_list")
    ids = [identifier(each) for each in listed] if isinstance(listed, list) else []
    ids = [each for each in ids if each] or [identifier(found.get("shop_id")) or asked_for]
    return tuple(
        {"country": "", "seller_id": each, "user_id": "", "short_code": ""} for each in dict.fromkeys(ids) if each
    )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 20
