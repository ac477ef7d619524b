"""How a seller lets us in: a link good once, and what follows when the platform calls back with a code.

The platform is called outside every transaction. What the seller's answer led to is stored with the link, so that
whoever made it sees it wherever the answer came in: at the console, or at a command that waits.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction

from seawall.connectors.contracts import Authoriser, Connector, Credentials, TokenGrant
from seawall.connectors.errors import ConnectorError, OutcomeUnknown, RateLimited, Transient
from seawall.connectors.registry import authoriser, base_url, open_connector
from seawall.kernel.clock import Clock
from seawall.kernel.errors import Refused, SeawallError, Unreachable
from seawall.kernel.markets import Market, Platform
from seawall.settings.env import get_settings
from seawall.shops.commands.connect_shop import ConnectShop, connect_shop
from seawall.shops.grants import life_of
from seawall.shops.models import Connection, ConsentRequest, PlatformApp, Shop
from seawall.shops.policy import refuse_moved_time
from seawall.shops.stores import Store, country_of, fitting_store, listed
from seawall.shops.vault import unseal
from seawall.tenancy.api import Actor, actor_of, get_scoped
from seawall.timeline.api import record

LIFETIME = timedelta(minutes=30)
"""How long a link may be used (ours; Lazada's codes live as long). Shopee's own signed link dies sooner, after five
minutes [D]."""

CALLBACK_PATH = "/shops/callback/"
DENIED = frozenset({"access_denied", "auth_denied"})
"""How platforms call a seller's no: OAuth's own word (Lazada [I]), and TikTok Shop's, which comes beside `code=null`
[3P]. What Shopee calls back with after a no is not documented [U]: no code at all is taken for one."""
CONNECTED, WITHDRAWN = "connected", "withdrawn"
UNREACHABLE = "consent_platform_unreachable"


@dataclass(frozen=True, kw_only=True)
class ConsentLink:
    """A link for the seller. It is shown once: only its hash is kept."""

    link: str
    state: str = field(repr=False)
    """What the platform's call back carries; whoever listens for it knows its own by it."""
    request_id: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsentOutcome:
    """What became of a link."""

    request_id: int
    connection: Connection


def begin_consent(shop_code: str, app_key: str, *, by: Actor, clock: Clock, redirect_uri: str = "") -> ConsentLink:
    """A link by which the shop's seller may say yes to this app, good once and for `LIFETIME`. The platform then calls
    `redirect_uri`, which is the console's own callback where nothing is given.

    Raises NotFound for a shop or app that is not this team's, Refused(app_not_for_shop, no_connection_yet).
    """
    by.require("shops.connect")
    shop = get_scoped(Shop, by, code=shop_code)
    app = get_scoped(PlatformApp, by, platform=shop.platform, app_key=app_key)
    if app.seller_id not in (None, shop.seller_id):
        raise Refused("app_not_for_shop", app=app.label, code=shop.code)
    state = secrets.token_urlsafe(32)
    link = _authoriser(app, Market(shop.market), clock).consent_link(
        redirect_uri=redirect_uri or callback_address(), state=state
    )
    now = clock.now()
    request = ConsentRequest.objects.create(
        team_id=by.team_id, shop=shop, app=app, member_id=by.membership_id, state_sha256=_hash(state),
        created_at=now, expires_at=now + LIFETIME,
    )  # fmt: skip
    return ConsentLink(link=link, state=state, request_id=request.pk, expires_at=request.expires_at)


def callback_address() -> str:
    """Where the platform sends the seller back to: what is registered in its console as the app's redirect address."""
    return get_settings().public_url.rstrip("/") + CALLBACK_PATH


def finish_consent(query: Mapping[str, str], *, clock: Clock) -> ConsentOutcome:
    """What a platform's call back leads to: the shop connected, once. `query` is everything it called back with.

    Nobody has to be signed in: the state in the query is the proof, and it is spent by this call, whatever follows.
    Raises Refused or Unreachable with a sentence for the seller; then no token is stored and the old connection, if
    there was one, stands as it stood.
    """
    request = _spend(query.get("state", ""), clock)
    try:
        grant = _trade(request, query, clock)
        connection = _connect(request, grant, _store_of(request, grant, clock), clock)
    except SeawallError as refusal:
        _note(request, refusal, clock)
        raise
    return ConsentOutcome(request_id=request.pk, connection=connection)


def withdraw_consent(request_id: int, *, by: Actor, clock: Clock) -> bool:
    """Make a link that nobody has used yet worthless. Whether it still was unused."""
    by.require("shops.connect")
    request = get_scoped(ConsentRequest, by, pk=request_id)
    unused = ConsentRequest.objects.filter(pk=request.pk, spent_at__isnull=True)
    return unused.update(spent_at=clock.now(), outcome=WITHDRAWN) == 1


def consent_outcome(request_id: int, *, by: Actor, clock: Clock) -> ConsentOutcome | None:
    """What became of a link: None while it may still be used or is just being used. Raises what `finish_consent`
    raised when the platform called back, and Refused(consent_link_expired) when nobody came in time."""
    request = get_scoped(ConsentRequest, by, pk=request_id)
    if request.outcome == CONNECTED:
        return ConsentOutcome(
            request_id=request.pk, connection=request.shop.connections.select_related("shop").get(is_active=True)
        )
    if request.outcome == WITHDRAWN:
        raise Refused("consent_link_used")
    if request.outcome == UNREACHABLE:
        raise Unreachable("consent_platform_unreachable", platform=Platform(request.shop.platform).title)
    if request.outcome:
        raise Refused(request.outcome, **request.params)
    if clock.now() >= request.expires_at:
        raise Refused("consent_link_expired")
    return None


# ---- one call back, step by step


def _spend(state: str, clock: Clock) -> ConsentRequest:
    """The request of a state, which nobody can use again. Raises Refused(consent_link_*)."""
    now = clock.now()
    rows = ConsentRequest.objects.filter(state_sha256=_hash(state))
    # One conditional UPDATE: of two call backs at once exactly one changes the row.
    if rows.filter(spent_at__isnull=True, expires_at__gt=now).update(spent_at=now) == 1:
        return rows.select_related("shop", "app", "member__user").get()
    found = rows.first()
    if found is None:
        raise Refused("consent_link_unknown")
    if found.spent_at is None:
        raise Refused("consent_link_expired")
    raise Refused("consent_link_used_connected" if found.outcome == CONNECTED else "consent_link_used")


def _trade(request: ConsentRequest, query: Mapping[str, str], clock: Clock) -> TokenGrant:
    """The tokens for the code. Raises Refused, Unreachable. No transaction is open here: the platform may be slow."""
    title = Platform(request.shop.platform).title
    code, said = query.get("code", "").strip(), query.get("error", "").strip()
    if said in DENIED or not (code or said):
        raise Refused("consent_denied", platform=title)
    if said:
        raise Refused("consent_platform_refused", platform=title, why=said[:200])
    doing = _traded(_authoriser(request.app, Market(request.shop.market), clock), code, dict(query))
    try:
        return asyncio.run(doing)
    except (Transient, RateLimited, OutcomeUnknown) as error:
        raise Unreachable("consent_platform_unreachable", platform=title) from error
    except ConnectorError as error:
        raise Refused("consent_platform_refused", platform=title, why=_why(error)) from error


def _why(error: ConnectorError) -> str:
    """The platform's own words, no longer than a line."""
    return " ".join(filter(None, (error.platform_code, error.detail)))[:200]


async def _traded(opened: Authoriser, code: str, callback: Mapping[str, str]) -> TokenGrant:
    async with opened as platform:
        return await platform.create_token(code, callback=callback)


def _store_of(request: ConsentRequest, grant: TokenGrant, clock: Clock) -> Store:
    """The store of the grant that is the shop. Where no country came with it (Shopee's answer names none [D]), the
    platform is asked for the store's own before anything is stored."""
    shop, app, market = request.shop, request.app, Market(request.shop.market)
    known = _before(request)
    store = fitting_store(
        grant.stores, country=grant.country, market=market, known_seller_id=known.platform_seller_id if known else ""
    )
    if country_of(store, grant.country):
        return store
    title = Platform(shop.platform).title
    opened = open_connector(_credentials_with(_credentials(app, market, grant, store, clock), market, app), clock=clock)
    try:
        told = asyncio.run(_market_of(opened))
    except (Transient, RateLimited, OutcomeUnknown) as error:
        raise Unreachable("consent_platform_unreachable", platform=title) from error
    except ConnectorError as error:
        raise Refused("consent_platform_refused", platform=title, why=_why(error)) from error
    named = {**store, "country": told.lower()}
    return fitting_store([named], country="", market=market, known_seller_id="")


async def _market_of(opened: Connector) -> str:
    async with opened as platform:
        return (await platform.seller()).market


def _before(request: ConsentRequest) -> Connection | None:
    """How the shop was connected last, to the same kind of platform: a simulator's store says nothing about the real
    one's id, nor the other way round."""
    alike = request.shop.connections.filter(is_simulator=request.app.is_simulator)
    return alike.order_by("-is_active", "-pk").first()


def _connect(request: ConsentRequest, grant: TokenGrant, store: Store, clock: Clock) -> Connection:
    """Connect the shop, in one transaction with what became of the link."""
    shop, app, by = request.shop, request.app, actor_of(request.member)
    with transaction.atomic():
        Shop.objects.select_for_update(of=("self",)).get(pk=shop.pk)
        before = _before(request)
        if before is not None and before.platform_seller_id != store["seller_id"]:
            # Connected with another store while the platform was asked.
            raise Refused("consent_other_store", stores=listed([store]), known=before.platform_seller_id)
        found = replace(
            _credentials(app, Market(shop.market), grant, store, clock),
            shop_code=shop.code,
            sends_per_second=before.sends_per_second if before else None,
        )
        connection = connect_shop(found, by=by, clock=clock)
        ConsentRequest.objects.filter(pk=request.pk).update(outcome=CONNECTED)
        record(
            team_id=shop.team_id, incident_id=None, verb="shop.consent", clock=clock, by=by, subject=f"shop:{shop.pk}",
            after={"code": shop.code, "store": store["seller_id"], "country": store.get("country", "")},
        )  # fmt: skip
    return connection


def _credentials(app: PlatformApp, market: Market, grant: TokenGrant, store: Store, clock: Clock) -> ConnectShop:
    life = life_of(grant, now=clock.now())
    own = _own_base_url(app, market)
    return ConnectShop(
        shop_code="",
        base_url=own or base_url(Platform(app.platform), market),
        platform_seller_id=store["seller_id"],
        app_key=app.app_key,
        app_secret=unseal(app.app_secret_sealed),
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        shop_cipher=store.get("shop_cipher", ""),
        push_key=unseal(app.push_key_sealed),
        callback_url=app.callback_url,
        auth_url=app.auth_url,
        expires_at=life.expires_at,
        renew_after=life.renew_after,
        consent_until=life.consent_until,
    )


def _credentials_with(cmd: ConnectShop, market: Market, app: PlatformApp) -> Credentials:
    """What a connector signs with, for a store that is not connected yet."""
    return Credentials(
        platform=Platform(app.platform),
        market=market,
        base_url=cmd.base_url,
        app_key=cmd.app_key,
        app_secret=cmd.app_secret,
        access_token=cmd.access_token,
        seller_id=cmd.platform_seller_id,
        shop_cipher=cmd.shop_cipher,
    )


def _own_base_url(app: PlatformApp, market: Market) -> str:
    """The app's own API base for a market; empty where it uses the platform's."""
    return app.base_url.replace("{market}", market.value.lower())


def _note(request: ConsentRequest, refusal: SeawallError, clock: Clock) -> None:
    """Keep what went wrong where the team sees it."""
    is_active = request.member.is_active and request.member.user.is_active
    by = actor_of(request.member) if is_active else None
    with transaction.atomic():
        ConsentRequest.objects.filter(pk=request.pk).update(outcome=refusal.code, params=dict(refusal.params))
        record(
            team_id=request.team_id, incident_id=None, verb="shop.consent_refused", clock=clock, by=by,
            subject=f"shop:{request.shop_id}", after={"code": request.shop.code, "reason": refusal.code},
        )  # fmt: skip


def _authoriser(app: PlatformApp, market: Market, clock: Clock) -> Authoriser:
    refuse_moved_time(is_simulator=app.is_simulator)
    return authoriser(
        Platform(app.platform),
        app_key=app.app_key,
        app_secret=unseal(app.app_secret_sealed),
        auth_url=app.auth_url,
        consent_url=app.consent_url,
        service_id=app.service_id,
        api_url=_own_base_url(app, market),
        clock=clock,
    )


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
