"""A seller's consent, from the link to the tokens and their end."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSim, SimStore

from seawall.connectors import registry
from seawall.connectors.contracts import Authoriser
from seawall.connectors.errors import AuthExpired, Rejected
from seawall.connectors.lazada.api import LazadaAuthoriser, LazadaConnector
from seawall.connectors.lazada.mapping import grant_of
from seawall.kernel.markets import Platform

CALLBACK = "https://desk.example.test/lazada/consent"


@pytest.fixture
async def consent(lazada_sim: LazadaSim, shop: SimStore) -> AsyncIterator[Authoriser]:
    async with registry.authoriser(
        Platform.LAZADA,
        app_key=APP_KEY,
        app_secret=APP_SECRET,
        auth_url=f"{lazada_sim.url}/lazada/auth/rest",
        consent_url=f"{lazada_sim.url}/oauth/authorize",
    ) as found:
        yield found


async def say_yes(link: str) -> dict[str, str]:
    async with aiohttp.ClientSession() as browser, browser.get(link, allow_redirects=False) as answer:
        assert answer.status == 302
        target = answer.headers["Location"]
    assert target.startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def test_the_link_is_the_documented_one() -> None:
    link = LazadaAuthoriser(app_key="900001", app_secret="x").consent_link(redirect_uri=CALLBACK, state="abc")
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://auth.lazada.com/oauth/authorize"
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "force_auth": ["true"],
        "redirect_uri": [CALLBACK],
        "client_id": ["900001"],
        "state": ["abc"],
    }


async def test_from_consent_to_a_working_connection(consent: Authoriser, lazada_sim: LazadaSim, shop: SimStore) -> None:
    back = await say_yes(consent.consent_link(redirect_uri=CALLBACK, state="abc"))
    assert back["state"] == "abc"
    assert back["code"].startswith("0_900001_")

    grant = await consent.create_token(back["code"])

    assert (grant.country, grant.expires_in_s, grant.refresh_expires_in_s) == ("th", 30 * 86_400, 180 * 86_400)
    assert grant.stores == (
        {"country": "th", "seller_id": "100000001", "user_id": "100000001", "short_code": "TH100000001"},
    )
    assert grant.access_token not in repr(grant)
    other = SimStore(
        seller_id=shop.seller_id, site="th", access_token=grant.access_token, refresh_token="", base_url=shop.base_url
    )
    async with LazadaConnector(lazada_sim.credentials(other)) as connector:
        assert (await connector.seller()).seller_id == shop.seller_id


async def test_a_code_works_once(consent: Authoriser) -> None:
    code = (await say_yes(consent.consent_link(redirect_uri=CALLBACK, state="")))["code"]
    await consent.create_token(code)
    with pytest.raises(Rejected) as refused:
        await consent.create_token(code)
    assert (refused.value.code, refused.value.platform_code) == ("lazada_code_invalid", "InvalidCode")


async def test_a_code_lives_half_an_hour(consent: Authoriser, lazada_sim: LazadaSim) -> None:
    code = (await say_yes(consent.consent_link(redirect_uri=CALLBACK, state="")))["code"]
    lazada_sim.advance(30 * 60 + 1)
    with pytest.raises(Rejected):
        await consent.create_token(code)


async def test_a_refresh_renews_the_access_token_but_not_the_clock_of_the_refresh_token(
    consent: Authoriser, lazada_sim: LazadaSim, shop: SimStore
) -> None:
    lazada_sim.advance(86_400)
    grant = await consent.refresh_token(shop.refresh_token)
    assert grant.access_token != shop.access_token
    assert grant.expires_in_s == 30 * 86_400
    assert 178 * 86_400 < grant.refresh_expires_in_s <= 179 * 86_400
    assert grant.stores[0]["seller_id"] == shop.seller_id
    lazada_sim.advance(180 * 86_400)
    with pytest.raises(AuthExpired) as ended:
        await consent.refresh_token(grant.refresh_token)
    assert ended.value.platform_code == "IllegalRefreshToken"


async def test_a_subscription_app_cannot_refresh(lazada_sim: LazadaSim) -> None:
    lazada_sim.add_app("900003", "sub", is_subscription=True)
    store = lazada_sim.add_store("th", app_key="900003")
    async with LazadaAuthoriser(
        app_key="900003", app_secret="sub", auth_url=f"{lazada_sim.url}/lazada/auth/rest"
    ) as consent:
        with pytest.raises(AuthExpired) as refused:
            await consent.refresh_token(store.refresh_token)
    assert refused.value.code == "lazada_not_refreshable"


@pytest.mark.parametrize("as_object", [False, True])
async def test_a_cross_border_consent_names_every_store(
    as_object: bool, consent: Authoriser, lazada_sim: LazadaSim, shop: SimStore
) -> None:
    lazada_sim.switches(stores_as_object=as_object, stringify_scalars=as_object)
    malay = lazada_sim.add_store("my")
    link = (
        consent.consent_link(redirect_uri=CALLBACK, state="")
        + f"&seller_id={shop.seller_id}&seller_id={malay.seller_id}"
    )
    grant = await consent.create_token((await say_yes(link))["code"])
    assert grant.country == "cb"
    assert grant.expires_in_s == 30 * 86_400
    assert [(row["country"], row["seller_id"]) for row in grant.stores] == [
        ("th", shop.seller_id),
        ("my", malay.seller_id),
    ]


async def test_a_refusal_comes_back_as_an_error(consent: Authoriser) -> None:
    back = await say_yes(consent.consent_link(redirect_uri=CALLBACK, state="abc") + "&deny=1")
    assert back == {"error": "access_denied", "state": "abc"}


async def test_without_automatic_consent_the_page_lists_the_stores(
    consent: Authoriser, lazada_sim: LazadaSim, shop: SimStore
) -> None:
    lazada_sim.switches(auto_consent=False)
    link = consent.consent_link(redirect_uri=CALLBACK, state="")
    async with aiohttp.ClientSession() as browser, browser.get(link) as page:
        assert page.status == 200
        assert f"seller_id={shop.seller_id}" in await page.text()


@pytest.mark.parametrize(
    "payload",
    [
        {"access_token": "a", "refresh_token": "r", "expires_in": "864000", "refresh_expires_in": "0"},
        {"data": {"access_token": "a", "refresh_token": "r", "expires_in": 864000, "refresh_expires_in": 0}},
        {"access_token": "a", "refresh_token": "r", "expires_in": 864000, "country_user_info": None},
    ],
)
def test_other_shapes_of_the_answer(payload: dict[str, object]) -> None:
    grant = grant_of(payload)
    assert grant is not None
    assert (grant.access_token, grant.refresh_token, grant.expires_in_s, grant.refresh_expires_in_s, grant.stores) == (
        "a",
        "r",
        864_000,
        0,
        (),
    )


def test_an_answer_without_a_token_is_no_grant() -> None:
    assert grant_of({"refresh_token": "r"}) is None
