"""Trouble on purpose: what may be tried again, what must be looked up, what stops the shop."""

import dataclasses
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.kit.tiktok_sim import TiktokSim, TiktokStore

from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ShopRestricted,
    Transient,
)
from seawall.connectors.tiktokshop.api import Limits, TiktokConnector
from seawall.kernel.clock import SYSTEM_CLOCK

SEND = "/customer_service/202309/conversations/*/messages"


@pytest.fixture
async def tiktok(tiktok_sim: TiktokSim, shop: TiktokStore) -> AsyncIterator[TiktokConnector]:
    """A connector that waits half a second at most and takes 1 MB at most."""
    limits = Limits(total_s=0.5, connect_s=0.3, answer_bytes=1_000_000)
    async with TiktokConnector(tiktok_sim.credentials(shop), limits=limits) as connector:
        yield connector


@pytest.fixture
async def session_id(tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore) -> str:
    [order_id] = tiktok_sim.add_orders(shop, 1)
    return (await tiktok.open_session(order_id)).session_id


def on_send(fault: dict[str, object]) -> dict[str, object]:
    return {**fault, "path": SEND, "method": "POST", "nth": [1]}


class TestSend:
    """Only what certainly did not happen may be tried again."""

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "reset_after"},
            {"kind": "http_5xx_after", "status": 502},
            {"kind": "malformed_json"},
            {"kind": "empty_body"},
            {"kind": "huge_body"},
            {"kind": "slow_after", "seconds": 0.8},
            {"kind": "error_after", "code": "45101001"},
            {"kind": "error_after", "code": "36009003"},
        ],
    )
    async def test_accepted_but_the_answer_is_lost(
        self, fault: dict[str, object], tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        tiktok_sim.set_faults(on_send(fault))
        began = SYSTEM_CLOCK.now()
        with pytest.raises(OutcomeUnknown):
            await tiktok.send_text(session_id, "did it go?", order_id="1")
        [found] = await tiktok.read_back(session_id, since=began)
        assert found.text == "did it go?"
        assert len(tiktok_sim.messages()) == 1

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "reset_before"},
            {"kind": "http_5xx", "status": 503},
            {"kind": "error", "code": "45101001"},
            {"kind": "error", "code": "36009003"},
            {"kind": "error", "code": "36009007"},
        ],
    )
    async def test_not_accepted_but_who_could_know(
        self, fault: dict[str, object], tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        tiktok_sim.set_faults(on_send(fault))
        with pytest.raises(OutcomeUnknown):
            await tiktok.send_text(session_id, "did it go?")
        assert await tiktok.read_back(session_id, since=SYSTEM_CLOCK.now()) == []
        await tiktok.send_text(session_id, "now it does")
        assert len(tiktok_sim.messages()) == 1

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            ({"kind": "http_429", "retry_after": 7}, RateLimited),
            ({"kind": "http_429"}, RateLimited),
            ({"kind": "quota"}, RateLimited),
            ({"kind": "token_expired"}, AuthExpired),
            ({"kind": "censored"}, Rejected),
            ({"kind": "forbidden_session"}, Rejected),
            ({"kind": "error", "code": "36009043"}, ShopRestricted),
            ({"kind": "error", "code": "45999999"}, Rejected),
        ],
    )
    async def test_refused_before_anything_was_done(
        self,
        fault: dict[str, object],
        expected: type[ConnectorError],
        tiktok: TiktokConnector,
        tiktok_sim: TiktokSim,
        session_id: str,
    ) -> None:
        tiktok_sim.set_faults(on_send(fault))
        with pytest.raises(expected) as refused:
            await tiktok.send_text(session_id, "hello")
        assert type(refused.value) is expected
        assert refused.value.exchange is not None
        assert tiktok_sim.messages() == []

    async def test_a_cut_connection_is_never_repeated_by_the_client_itself(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        await tiktok.send_text(session_id, "warms the connection")
        tiktok_sim.set_faults({"kind": "reset_after", "path": SEND, "method": "POST"})
        with pytest.raises(OutcomeUnknown):
            await tiktok.send_text(session_id, "once")
        assert [m["text"] for m in tiktok_sim.messages()] == ["warms the connection", "once"]

    async def test_nobody_listens_so_nothing_left(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        for address in (f"http://127.0.0.1:{port}", tiktok_sim.url.replace("http://", "https://")):
            credentials = dataclasses.replace(tiktok_sim.credentials(shop), base_url=address)
            async with TiktokConnector(credentials) as connector:
                with pytest.raises(Transient) as failed:
                    await connector.send_text("1", "hello")
            assert failed.value.code == "tiktok_no_connection"

    async def test_the_day_quota_of_chat_calls(
        self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        tiktok_sim.switches(chat_quota=2)
        errors = []
        for n in range(4):
            try:
                await tiktok.send_text(session_id, f"message {n}")
            except RateLimited as limited:
                errors.append(limited)
        assert errors
        assert {(error.code, error.platform_code) for error in errors} == {("tiktok_day_quota", "45101004")}
        assert all((error.until - SYSTEM_CLOCK.now()).total_seconds() > 86_000 for error in errors)


class TestConnection:
    async def test_a_wrong_secret_stops_the_shop_without_asking_the_seller(
        self, tiktok_sim: TiktokSim, shop: TiktokStore
    ) -> None:
        async with TiktokConnector(tiktok_sim.credentials(shop, app_secret="wrong")) as connector:
            with pytest.raises(ShopRestricted) as stopped:
                await connector.seller()
        assert (stopped.value.code, stopped.value.platform_code) == ("tiktok_connection_refused", "106001")

    @pytest.mark.parametrize(
        ("changed", "expected", "code"),
        [
            ({"app_key": "other"}, ShopRestricted, "36009004"),
            ({"access_token": "ROW_nobodys"}, AuthExpired, "36009004"),
            ({"access_token": ""}, AuthExpired, "36009004"),
            ({"shop_cipher": ""}, ShopRestricted, "106013"),
            ({"shop_cipher": "ROW_wrong"}, ShopRestricted, "12000000"),
        ],
    )
    async def test_what_is_wrong_with_a_connection_is_told_by_words_and_codes(
        self,
        changed: dict[str, Any],
        expected: type[ConnectorError],
        code: str,
        tiktok_sim: TiktokSim,
        shop: TiktokStore,
    ) -> None:
        credentials = dataclasses.replace(tiktok_sim.credentials(shop), **changed)
        async with TiktokConnector(credentials) as connector:
            with pytest.raises(expected) as stopped:
                await connector.order("1")
        assert (type(stopped.value), stopped.value.platform_code) == (expected, code)

    async def test_the_token_of_another_shop(self, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        other = tiktok_sim.add_store("th")
        credentials = dataclasses.replace(tiktok_sim.credentials(shop), access_token=other.access_token)
        async with TiktokConnector(credentials) as connector:
            with pytest.raises(ShopRestricted) as stopped:
                await connector.order("1")
            assert stopped.value.platform_code == "101000"
            with pytest.raises(Rejected) as refused:
                await connector.seller()
        assert (refused.value.code, refused.value.detail) == ("tiktok_shop_not_listed", other.seller_id)

    async def test_an_ended_token(self, tiktok: TiktokConnector, tiktok_sim: TiktokSim, shop: TiktokStore) -> None:
        await tiktok.seller()
        tiktok_sim.expire_token(shop)
        with pytest.raises(AuthExpired) as stopped:
            await tiktok.seller()
        assert (stopped.value.code, stopped.value.platform_code) == ("platform_auth_expired", "105002")

    async def test_a_clock_that_drifts_cuts_no_shop_off(self, tiktok: TiktokConnector, tiktok_sim: TiktokSim) -> None:
        tiktok_sim.switches(stamp_past_s=5)  # our stamps are a minute old
        with pytest.raises(Transient) as failed:
            await tiktok.seller()
        assert (failed.value.code, failed.value.platform_code) == ("tiktok_clock", "36009004")

    async def test_an_app_without_the_chat_scope_reads_orders_and_is_not_disconnected(
        self, tiktok_sim: TiktokSim
    ) -> None:
        tiktok_sim.add_app("app-2", "other", scopes=["seller.order.info", "seller.authorization.info"])
        store = tiktok_sim.add_store("th", app_key="app-2")
        [order_id] = tiktok_sim.add_orders(store, 1)
        async with TiktokConnector(tiktok_sim.credentials(store, app_key="app-2", app_secret="other")) as connector:
            assert (await connector.order(order_id)).order_id == order_id
            with pytest.raises(Rejected) as refused:
                await connector.open_session(order_id)
        assert (type(refused.value), refused.value.code) == (Rejected, "tiktok_scope_missing")

    async def test_an_inactive_shop_stops(self, tiktok_sim: TiktokSim) -> None:
        store = tiktok_sim.add_store("th", status="INACTIVE")
        async with TiktokConnector(tiktok_sim.credentials(store)) as connector:
            with pytest.raises(ShopRestricted) as stopped:
                await connector.order("1")
        assert stopped.value.code == "tiktok_shop_inactive"

    @pytest.mark.parametrize("status", [200, 400, 500])
    async def test_a_refusal_counts_whatever_its_http_status(
        self, status: int, tiktok: TiktokConnector, tiktok_sim: TiktokSim, session_id: str
    ) -> None:
        tiktok_sim.switches(business_status=status, failure_data="object")
        with pytest.raises(Rejected) as refused:
            await tiktok.send_text(session_id, "telegram")
        assert refused.value.platform_code == "45101006"
