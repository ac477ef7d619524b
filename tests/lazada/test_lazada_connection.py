"""What a connection keeps, what stops it, and where connectors come from."""

import asyncio
import json
from datetime import timedelta

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore

from seawall.connectors import registry
from seawall.connectors.contracts import Exchange, SellerProfile
from seawall.connectors.errors import AuthExpired, RateLimited, Rejected
from seawall.connectors.lazada.api import LazadaConnector
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Market, Platform

THAI = "สวัสดีค่ะ คำสั่งซื้อของคุณล่าช้า 🙏"


class TestConnection:
    async def test_exchanges_hold_what_was_said_and_no_secret(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        kept: list[Exchange] = []
        lazada_sim.add_orders(shop, [{"order_id": "88"}])
        credentials = lazada_sim.credentials(shop)
        async with LazadaConnector(credentials, record=kept.append) as connector:
            opened = await connector.open_session("88")
            sent = await connector.send_text(opened.session_id, THAI)
            with pytest.raises(Rejected):
                await connector.order("404")
        assert [e.path for e in kept] == ["/im/session/open", "/im/message/send", "/order/get"]
        assert kept[1] == sent.exchange
        assert sent.exchange.request == {"session_id": opened.session_id, "template_id": "1", "txt": THAI}
        assert json.loads(sent.exchange.body)["data"]["message_id"] == sent.message_id
        assert json.loads(kept[2].body)["code"] == "16"
        assert kept[2].request_id == json.loads(kept[2].body)["request_id"]
        everything = repr(kept)
        for secret in (credentials.app_secret, credentials.access_token):
            assert secret not in everything
        assert credentials.app_secret not in repr(credentials)

    async def test_the_host_selects_the_store_of_a_cross_border_token(self, lazada_sim: LazadaSim) -> None:
        thai = lazada_sim.add_store("th", is_cross_border=True)
        malay = lazada_sim.add_store("my", access_token=thai.access_token, is_ease_mode=True)
        async with LazadaConnector(lazada_sim.credentials(malay)) as connector:
            profile = await connector.seller()
        assert (profile.seller_id, profile.is_managed) == (malay.seller_id, True)
        async with LazadaConnector(lazada_sim.credentials(thai)) as connector:
            assert (await connector.seller()).seller_id == thai.seller_id

    async def test_a_wrong_secret_stops_the_shop(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        async with LazadaConnector(lazada_sim.credentials(shop, app_secret="wrong")) as connector:
            with pytest.raises(AuthExpired) as stopped:
                await connector.seller()
        assert (stopped.value.code, stopped.value.platform_code) == (
            "lazada_connection_refused",
            "IncompleteSignature",
        )

    async def test_a_blank_after_a_pasted_secret_does_not_matter(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        credentials = lazada_sim.credentials(shop, app_secret="s3cret-demo \n")
        async with LazadaConnector(credentials) as connector:
            assert (await connector.seller()).seller_id == shop.seller_id

    async def test_a_revoked_and_an_expired_token_stop_the_shop(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        await lazada.seller()
        lazada_sim.expire_token(shop)
        with pytest.raises(AuthExpired) as stopped:
            await lazada.seller()
        assert (stopped.value.code, stopped.value.platform_code) == ("platform_auth_expired", "IllegalAccessToken")

        other = lazada_sim.add_store("vn")
        lazada_sim.advance(31 * 86_400)
        async with LazadaConnector(lazada_sim.credentials(other)) as connector:
            with pytest.raises(AuthExpired):
                await connector.seller()

    async def test_too_many_calls_a_second_tell_when_to_go_on(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.switches(qps=1, ban_s=1)
        before = SYSTEM_CLOCK.now()
        outcomes = await asyncio.gather(*(lazada.seller() for _ in range(10)), return_exceptions=True)
        limited = [outcome for outcome in outcomes if isinstance(outcome, RateLimited)]
        assert limited
        assert len(limited) + sum(isinstance(outcome, SellerProfile) for outcome in outcomes) == 10
        for error in limited:
            assert error.platform_code == "ApiCallLimit"
            # the announced 1 s and one more
            assert before + timedelta(seconds=2) <= error.until <= SYSTEM_CLOCK.now() + timedelta(seconds=2)

    async def test_the_day_quota_is_counted(self, lazada: LazadaConnector, lazada_sim: LazadaSim) -> None:
        lazada_sim.switches(daily_quota=1)
        await lazada.seller()
        with pytest.raises(RateLimited) as limited:
            await lazada.seller()
        assert limited.value.platform_code == "AppCallLimit"
        tomorrow = (SYSTEM_CLOCK.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        assert abs(limited.value.until - tomorrow) < timedelta(seconds=5)

    async def test_a_permission_that_was_not_granted(self, lazada_sim: LazadaSim) -> None:
        lazada_sim.add_app("900002", "other", denied=["/im/"])
        store = lazada_sim.add_store("th", app_key="900002")
        credentials = lazada_sim.credentials(store, app_key="900002", app_secret="other")
        async with LazadaConnector(credentials) as connector:
            assert (await connector.seller()).seller_id == store.seller_id
            with pytest.raises(Rejected) as refused:
                await connector.open_session("1")
        assert refused.value.code == "lazada_api_not_granted"


class TestRegistry:
    def test_every_platform_is_connected(self) -> None:
        for platform in Platform:
            assert registry.can_connect(platform)
            assert registry.limits_of(platform)
            assert registry.base_url(platform, Market.TH).startswith("https://")

    async def test_a_connector_from_the_registry_speaks(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        async with registry.open_connector(lazada_sim.credentials(shop)) as connector:
            assert (await connector.order(order_id)).order_id == order_id
        assert connector.capabilities["poll_messages"].can is False
        assert connector.capabilities["bulk_send"].can is False
        assert all(flag.source for flag in connector.capabilities.values())

    def test_hosts(self) -> None:
        assert registry.base_url(Platform.LAZADA, Market.TH) == "https://api.lazada.co.th/rest"
        with pytest.raises(Refused):
            registry.base_url(Platform.LAZADA, Market.TW)
