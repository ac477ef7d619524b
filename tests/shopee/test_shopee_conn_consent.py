"""A seller's consent, from the link to the tokens and their end, over real HTTP."""

import dataclasses
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from tests.kit.refusals import refused
from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, ShopeeSim, ShopeeStore

from seawall.connectors.contracts import Authoriser
from seawall.connectors.errors import AuthExpired, Rejected, ShopRestricted
from seawall.connectors.shopee.api import ShopeeAuthoriser, ShopeeConnector

CALLBACK = "https://desk.example.test/shopee/consent"


@pytest.fixture
async def consent(shopee_sim: ShopeeSim, shop: ShopeeStore) -> AsyncIterator[Authoriser]:
    """The in-house app of the Malaysian shop."""
    async with ShopeeAuthoriser(app_key=PARTNER_ID, app_secret=PARTNER_KEY, auth_url=shop.base_url) as found:
        yield found


async def say_yes(link: str) -> dict[str, str]:
    async with aiohttp.ClientSession() as browser, browser.get(link, allow_redirects=False) as answer:
        assert answer.status == 302
        target = answer.headers["Location"]
    assert target.startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


async def works(sim: ShopeeSim, shop: ShopeeStore, access_token: str) -> bool:
    credentials = dataclasses.replace(sim.credentials(shop), access_token=access_token)
    async with ShopeeConnector(credentials) as connector:
        try:
            await connector.seller()
        except AuthExpired:
            return False
    return True


async def test_from_consent_to_a_working_connection(
    consent: Authoriser, shopee_sim: ShopeeSim, shop: ShopeeStore
) -> None:
    back = await say_yes(consent.consent_link(redirect_uri=CALLBACK, state="abc"))
    assert (back["state"], back["shop_id"]) == ("abc", shop.seller_id)

    grant = await consent.create_token(back["code"], callback=back)

    assert (grant.expires_in_s, grant.refresh_expires_in_s) == (4 * 3600, 30 * 86_400)
    assert [store["seller_id"] for store in grant.stores] == [shop.seller_id]
    assert grant.access_token not in repr(grant)
    assert await works(shopee_sim, shop, grant.access_token)


async def test_a_code_works_once_within_ten_minutes(
    consent: Authoriser, shopee_sim: ShopeeSim, shop: ShopeeStore
) -> None:
    back = await say_yes(consent.consent_link(redirect_uri=CALLBACK, state=""))
    await consent.create_token(back["code"], callback=back)
    with pytest.raises(Rejected) as spent:
        await consent.create_token(back["code"], callback=back)
    assert (spent.value.code, spent.value.platform_code) == ("shopee_code_invalid", "invalid_code")
    late = await say_yes(consent.consent_link(redirect_uri=CALLBACK, state=""))
    shopee_sim.advance(601)
    with refused("shopee_code_invalid"):
        await consent.create_token(late["code"], callback=late)


async def test_a_code_for_another_shop_is_refused(consent: Authoriser, shopee_sim: ShopeeSim) -> None:
    back = await say_yes(consent.consent_link(redirect_uri=CALLBACK, state=""))
    with refused("shopee_code_invalid"):
        await consent.create_token(back["code"], callback={"shop_id": "600999"})


async def test_a_main_account_names_all_its_shops_and_each_is_refreshed_for_itself(
    consent: Authoriser, shopee_sim: ShopeeSim
) -> None:
    stores = [shopee_sim.add_store("TH", main_account_id="5001") for _ in range(2)]
    link = consent.consent_link(redirect_uri=CALLBACK, state="abc") + "&main_account_id=5001"
    back = await say_yes(link)
    assert "shop_id" not in back

    grant = await consent.create_token(back["code"], callback=back)

    assert sorted(row["seller_id"] for row in grant.stores) == sorted(store.seller_id for store in stores)
    renewed = [await consent.refresh_token(grant.refresh_token, seller_id=store.seller_id) for store in stores]
    assert renewed[0].access_token != renewed[1].access_token
    for store, pair in zip(stores, renewed, strict=True):
        assert [row["seller_id"] for row in pair.stores] == [store.seller_id]
        assert await works(shopee_sim, store, pair.access_token)


async def test_a_refresh_token_works_once_and_the_old_access_token_five_minutes_more(
    consent: Authoriser, shopee_sim: ShopeeSim, shop: ShopeeStore
) -> None:
    renewed = await consent.refresh_token(shop.refresh_token, seller_id=shop.seller_id)
    assert renewed.refresh_token not in {"", shop.refresh_token}
    assert await works(shopee_sim, shop, shop.access_token)
    assert await works(shopee_sim, shop, renewed.access_token)
    with pytest.raises(AuthExpired):
        await consent.refresh_token(shop.refresh_token, seller_id=shop.seller_id)
    shopee_sim.advance(301)
    assert not await works(shopee_sim, shop, shop.access_token)
    assert await works(shopee_sim, shop, renewed.access_token)


async def test_after_thirty_days_the_seller_must_consent_again(
    consent: Authoriser, shopee_sim: ShopeeSim, shop: ShopeeStore
) -> None:
    shopee_sim.advance(30 * 86_400 + 1)
    with pytest.raises(AuthExpired) as ended:
        await consent.refresh_token(shop.refresh_token, seller_id=shop.seller_id)
    assert ended.value.platform_code == "refresh_token_expired"


async def test_a_banned_shop_gets_no_tokens(consent: Authoriser, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
    shopee_sim.set_health(shop, status="BANNED")
    with pytest.raises(ShopRestricted):
        await consent.refresh_token(shop.refresh_token, seller_id=shop.seller_id)


async def test_a_key_that_is_not_the_apps_is_a_connection_to_check(shop: ShopeeStore) -> None:
    async with ShopeeAuthoriser(app_key=PARTNER_ID, app_secret="other", auth_url=shop.base_url) as authoriser:
        with refused("shopee_connection_refused"):
            await authoriser.refresh_token(shop.refresh_token, seller_id=shop.seller_id)
    async with ShopeeAuthoriser(app_key="no number", app_secret="other", auth_url=shop.base_url) as authoriser:
        with refused("shopee_connection_refused"):
            await authoriser.refresh_token(shop.refresh_token, seller_id=shop.seller_id)
