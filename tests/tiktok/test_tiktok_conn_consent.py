"""A seller's consent from the link to the tokens and their end; pushes from the platform's door to ours."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from tests.kit.tiktok_sim import APP_KEY, APP_SECRET, SERVICE_ID, TiktokSim, TiktokSink, TiktokStore

from seawall.connectors.contracts import EventKind, PushEvent, PushKeys, Speaker
from seawall.connectors.errors import AuthExpired, Rejected, ShopRestricted
from seawall.connectors.tiktokshop.api import TiktokAuthoriser, TiktokConnector, TiktokPushReader
from seawall.kernel.errors import Refused

CALLBACK = "https://desk.example.test/tiktok-shop/consent"
KEYS = PushKeys(app_key=APP_KEY, app_secret=APP_SECRET)


@pytest.fixture
async def consent(tiktok_sim: TiktokSim) -> AsyncIterator[TiktokAuthoriser]:
    tiktok_sim.add_app(redirect_uri=CALLBACK)
    async with TiktokAuthoriser(
        app_key=APP_KEY,
        app_secret=APP_SECRET,
        service_id=SERVICE_ID,
        auth_url=tiktok_sim.url,
        consent_url=f"{tiktok_sim.url}/open/authorize",
        api_url=tiktok_sim.url,
    ) as found:
        yield found


async def visit(link: str) -> dict[str, str]:
    """What the platform calls back with."""
    async with aiohttp.ClientSession() as browser, browser.get(link, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        target = answer.headers["Location"]
    assert target.startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


async def say_yes(consent: TiktokAuthoriser, *stores: TiktokStore) -> dict[str, str]:
    chosen = "".join(f"&seller_id={store.seller_id}" for store in stores)
    return await visit(consent.consent_link(redirect_uri=CALLBACK, state="abc") + chosen)


class TestConsent:
    def test_the_link_is_the_documented_one(self) -> None:
        link = TiktokAuthoriser(app_key="key", app_secret="x", service_id="74").consent_link(
            redirect_uri=CALLBACK, state="a&b"
        )
        parts = urlsplit(link)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://services.tiktokshop.com/open/authorize"
        assert parse_qs(parts.query) == {"service_id": ["74"], "state": ["a&b"]}

    def test_without_a_service_id_there_is_no_link(self) -> None:
        with pytest.raises(Refused) as refused:
            TiktokAuthoriser(app_key="key", app_secret="x").consent_link(redirect_uri=CALLBACK, state="")
        assert refused.value.code == "tiktok_service_id_missing"

    async def test_from_consent_to_a_working_connection(
        self, consent: TiktokAuthoriser, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        back = await say_yes(consent, shop)
        assert back["state"] == "abc"
        grant = await consent.create_token(back["code"], callback=back)
        assert grant.country == "vn"
        assert abs(grant.expires_in_s - 7 * 86_400) <= 5
        assert abs(grant.refresh_expires_in_s - 365 * 86_400) <= 5
        [row] = grant.stores
        assert (row["seller_id"], row["country"], row["shop_cipher"]) == (shop.seller_id, "vn", shop.shop_cipher)
        assert grant.access_token not in repr(grant)
        credentials = tiktok_sim.credentials(shop)
        renewed = type(credentials)(
            platform=credentials.platform, market=credentials.market, base_url=credentials.base_url,
            app_key=APP_KEY, app_secret=APP_SECRET, access_token=grant.access_token,
            seller_id=row["seller_id"], shop_cipher=row["shop_cipher"],
        )  # fmt: skip
        async with TiktokConnector(renewed) as connector:
            assert (await connector.seller()).seller_id == shop.seller_id

    async def test_one_consent_may_open_several_shops(
        self, consent: TiktokAuthoriser, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        other = tiktok_sim.add_store("th")
        grant = await consent.create_token((await say_yes(consent, shop, other))["code"])
        assert {row["seller_id"]: row["shop_cipher"] for row in grant.stores} == {
            shop.seller_id: shop.shop_cipher,
            other.seller_id: other.shop_cipher,
        }

    async def test_a_refusal_comes_back_as_an_error(
        self, consent: TiktokAuthoriser, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        back = await visit(consent.consent_link(redirect_uri=CALLBACK, state="abc") + "&deny=1")
        assert back == {"code": "null", "error": "auth_denied", "state": "abc"}
        for callback in (back, None):
            with pytest.raises(Rejected) as refused:
                await consent.create_token(back["code"], callback=callback)
            assert refused.value.code == "tiktok_consent_refused"
        assert tiktok_sim.calls("/api/v2/token/get") == []

    async def test_a_code_works_once_and_half_an_hour(
        self, consent: TiktokAuthoriser, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        code = (await say_yes(consent, shop))["code"]
        await consent.create_token(code)
        late = (await say_yes(consent, shop))["code"]
        tiktok_sim.advance(1_801)
        for spent in (code, late):
            with pytest.raises(Rejected) as refused:
                await consent.create_token(spent)
            assert (refused.value.code, refused.value.platform_code) == ("tiktok_code_invalid", "36004004")

    async def test_a_refresh_gives_two_new_tokens_and_ends_with_the_consent(
        self, consent: TiktokAuthoriser, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        grant = await consent.refresh_token(shop.refresh_token)
        assert grant.access_token != shop.access_token
        assert grant.refresh_token != shop.refresh_token
        assert [row["seller_id"] for row in grant.stores] == [shop.seller_id]
        with pytest.raises(AuthExpired) as ended:
            await consent.refresh_token(shop.refresh_token)
        assert ended.value.code == "platform_auth_expired"

    async def test_a_wrong_app_secret_is_no_matter_of_the_sellers(
        self, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        async with TiktokAuthoriser(app_key=APP_KEY, app_secret="wrong", auth_url=tiktok_sim.url) as consent:
            with pytest.raises(ShopRestricted) as refused:
                await consent.refresh_token(shop.refresh_token)
        assert refused.value.code == "tiktok_connection_refused"


class TestPushes:
    def pushed(self, sim: TiktokSim, sink: TiktokSink, kind: int, count: int = 1) -> list[PushEvent]:
        """The events of a type as our reader verifies and reads them, once so many came."""
        sim.until(lambda: len(sink.of_type(kind)) >= count)
        reader = TiktokPushReader()
        events = [reader.read(body, headers, keys=KEYS) for headers, body in list(sink.received)]
        return [event for event in events if event.platform_type == str(kind)]

    async def test_a_buyers_answer_and_our_own_words_come_by_push(
        self, tiktok_sim: TiktokSim, tiktok_sink: TiktokSink, shop: TiktokStore
    ) -> None:
        tiktok_sim.set_callback(tiktok_sink.url)
        [order_id] = tiktok_sim.add_orders(shop, 1)
        async with TiktokConnector(tiktok_sim.credentials(shop)) as connector:
            session_id = (await connector.open_session(order_id)).session_id
            sent = await connector.send_text(session_id, "Chào bạn")
        tiktok_sim.buyer_says(session_id, "Alo shop")
        events = self.pushed(tiktok_sim, tiktok_sink, 14, 2)
        assert {event.kind for event in events} == {EventKind.MESSAGE}
        assert {event.seller_id for event in events} == {shop.seller_id}
        messages = {message.speaker: message for message in map(TiktokPushReader().message_of, events)}
        assert messages[Speaker.SELLER].message_id == sent.message_id
        assert (messages[Speaker.BUYER].text, messages[Speaker.BUYER].session_id) == ("Alo shop", session_id)

    @pytest.mark.parametrize("word", ["CANCEL", "CANCELLED"])
    async def test_a_cancelled_order_is_told_in_one_spelling(
        self, word: str, tiktok_sim: TiktokSim, tiktok_sink: TiktokSink, shop: TiktokStore
    ) -> None:
        tiktok_sim.switches(push_cancel_word=word)
        tiktok_sim.set_callback(tiktok_sink.url)
        [order_id] = tiktok_sim.add_orders(shop, 1)
        tiktok_sim.set_status(shop, order_id, "CANCELLED", reason="package_lost")
        [event] = self.pushed(tiktok_sim, tiktok_sink, 1)
        assert (event.kind, event.data["order_id"], event.data["order_status"]) == (
            EventKind.ORDER,
            order_id,
            "CANCELLED",
        )

    @pytest.mark.parametrize("has_id", [True, False])
    async def test_two_deliveries_of_one_event_have_one_name(
        self, has_id: bool, tiktok_sim: TiktokSim, tiktok_sink: TiktokSink, shop: TiktokStore
    ) -> None:
        tiktok_sim.switches(push_notification_id=has_id)
        tiktok_sim.set_callback(tiktok_sink.url)
        tiktok_sim.set_faults({"kind": "duplicate_webhook"})
        [order_id] = tiktok_sim.add_orders(shop, [{"order_id": "1", "status": "AWAITING_SHIPMENT"}])
        tiktok_sim.buyer_cancels(shop, order_id)
        events = self.pushed(tiktok_sim, tiktok_sink, 11, 2)
        assert {event.kind for event in events} == {EventKind.REVERSE}
        assert len({event.external_id for event in events}) == 1
