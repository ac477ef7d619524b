"""A store's standing, its limits, and the semi-managed store that may do little but chat."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore
from tests.kit.pictures import png

from seawall.connectors.contracts import EvidenceImage
from seawall.connectors.errors import AuthExpired, Rejected, ShopRestricted
from seawall.connectors.lazada.api import LazadaConnector
from seawall.kernel.clock import SYSTEM_CLOCK

NO_PICTURES: list[EvidenceImage] = []

CLOSED: dict[str, tuple[str, Callable[[LazadaConnector], Awaitable[object]]]] = {
    "cancel_options": ("cancel_order", lambda c: c.cancel_options("88")),
    "cancel": ("cancel_order", lambda c: c.cancel("88", reason="1")),
    "answer": ("answer_cancel_request", lambda c: c.answer_cancel_request("1", accept=True)),
    "return_case": ("read_returns", lambda c: c.return_case("1")),
    "reasons": ("reject_return", lambda c: c.return_reject_reasons("1")),
    "evidence": ("upload_evidence", lambda c: c.upload_evidence("1", png(), file_name="a.png")),
    "reject": ("reject_return", lambda c: c.reject_return("1", reason="1", comment="x", images=NO_PICTURES)),
    "health": ("read_health", lambda c: c.health()),
}
"""Calls closed to semi-managed stores, each with its flag."""


class TestHealth:
    async def test_indicators_with_their_targets_and_plain_figures(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        indicators = [
            {"type": "POSITIVE_SELLER_RATING", "name": "Positive Seller Rating", "score": 92.0,
             "score_format": "PERCENTAGE", "formatted_target": "≥ 85%", "target": 85.0, "target_respected": True},
            {"type": "RESPONSE_TIME", "name": "Response Time", "score": 44, "score_format": "MINUTES",
             "formatted_target": "< 30 min", "target": 30, "target_respected": False},
            {"type": "PRODUCT_RATING_COVERAGE", "name": "Coverage", "score": None, "score_format": "PERCENTAGE",
             "formatted_score": "-", "formatted_target": "-", "target": None, "target_respected": None},
        ]  # fmt: skip
        metrics = {"response_rate": "0.9512", "response_time": "10.3333", "ship_on_time": "-"}
        lazada_sim.post(
            "/_sim/lazada/standing", {"seller_id": shop.seller_id, "indicators": indicators, "metrics": metrics}
        )
        health = await lazada.health()
        found = {metric.code: metric for metric in health.metrics}
        rating, slow = found["POSITIVE_SELLER_RATING"], found["RESPONSE_TIME"]
        assert (rating.value, rating.unit, rating.target, rating.is_met) == (Decimal("92.0"), "percent", "≥ 85%", True)
        assert (slow.value, slow.unit, slow.is_met) == (Decimal(44), "minutes", False)
        nothing = found["PRODUCT_RATING_COVERAGE"]
        assert (nothing.value, nothing.target, nothing.is_met) == (None, "", None)
        assert (found["response_rate"].value, found["response_rate"].unit) == (Decimal("95.1200"), "percent")
        assert (found["response_time"].value, found["response_time"].unit) == (Decimal("10.3333"), "minutes")
        assert found["ship_on_time"].value is None
        assert (health.penalty_points, health.is_restricted) == (None, None)  # no call tells
        assert [e.path for e in health.exchanges] == ["/seller/performance/get", "/seller/metrics/get"]

    async def test_the_same_seed_has_the_same_standing(self, lazada: LazadaConnector, lazada_sim: LazadaSim) -> None:
        first, second = await lazada.health(), await lazada.health()
        assert first.metrics == second.metrics
        assert len(first.metrics) == 8

    async def test_one_of_the_two_calls_is_not_granted(self, lazada_sim: LazadaSim) -> None:
        lazada_sim.add_app("900002", "other", denied=["/seller/metrics/"])
        store = lazada_sim.add_store("th", app_key="900002")
        credentials = lazada_sim.credentials(store, app_key="900002", app_secret="other")
        async with LazadaConnector(credentials) as connector:
            health = await connector.health()
        assert len(health.metrics) == 4
        assert any("InsufficientPermission" in exchange.body for exchange in health.exchanges)

    async def test_neither_is_granted_and_it_says_so_without_stopping_the_chat(self, lazada_sim: LazadaSim) -> None:
        lazada_sim.add_app("900002", "other", denied=["/seller/metrics/", "/seller/performance/"])
        store = lazada_sim.add_store("th", app_key="900002")
        credentials = lazada_sim.credentials(store, app_key="900002", app_secret="other")
        async with LazadaConnector(credentials) as connector:
            with pytest.raises(Rejected) as stopped:
                await connector.health()
        assert not isinstance(stopped.value, ShopRestricted)
        assert stopped.value.code == "lazada_api_not_granted"

    async def test_an_ended_authorisation_is_no_empty_report(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        lazada_sim.expire_token(shop)
        with pytest.raises(AuthExpired):
            await lazada.health()


class TestSemiManaged:
    @pytest.mark.parametrize("name", CLOSED)
    async def test_a_closed_call_is_refused_before_any_network_once_it_is_known(
        self, name: str, lazada_sim: LazadaSim
    ) -> None:
        store = lazada_sim.add_store("th", is_ease_mode=True)
        flag, ask = CLOSED[name]
        async with LazadaConnector(lazada_sim.credentials(store)) as connector:
            assert (await connector.seller()).is_managed
            before = len(lazada_sim.calls())
            with pytest.raises(Rejected) as stopped:
                await ask(connector)
            assert connector.capabilities[flag].can is False
        assert (stopped.value.code, stopped.value.platform_code) == ("capability_missing", flag)
        assert "semi-managed" in str(stopped.value)
        assert len(lazada_sim.calls()) == before

    async def test_the_platforms_own_refusal_teaches_it_too_and_the_chat_goes_on(self, lazada_sim: LazadaSim) -> None:
        store = lazada_sim.add_store("th", is_ease_mode=True)
        [order_id] = lazada_sim.add_orders(store, 1)
        async with LazadaConnector(lazada_sim.credentials(store)) as connector:
            assert connector.capabilities["cancel_order"].can
            with pytest.raises(Rejected) as stopped:
                await connector.cancel_options(order_id)
            assert not isinstance(stopped.value, ShopRestricted)  # the lane of messages must not stop for this
            assert stopped.value.code == "lazada_semi_managed"
            assert not connector.capabilities["cancel_order"].can
            opened = await connector.open_session(order_id)
            assert (await connector.send_text(opened.session_id, "hello")).message_id

    async def test_known_beforehand_requests_and_returns_are_not_listed(self, lazada_sim: LazadaSim) -> None:
        store = lazada_sim.add_store("th", is_ease_mode=True)
        now = SYSTEM_CLOCK.now()
        async with LazadaConnector(lazada_sim.credentials(store), is_ease_mode=True) as connector:
            for rows in (connector.cancel_requests(now, now), connector.returns_updated(now, now)):
                with pytest.raises(Rejected) as stopped:
                    _ = [row async for row in rows]
                assert stopped.value.code == "capability_missing"
        assert lazada_sim.calls() == []


class TestFlagsAndLimits:
    def test_every_call_of_the_contract_has_a_flag_with_a_source(self, lazada: LazadaConnector) -> None:
        named = {
            "read_orders", "read_trace", "start_chat", "send_text", "send_order_card", "send_image", "read_back",
            "poll_messages", "unread_count", "mark_read", "cancel_order", "answer_cancel_request", "read_returns",
            "reject_return", "upload_evidence", "read_health",
        }  # fmt: skip
        assert named <= set(lazada.capabilities)
        assert all(flag.source for flag in lazada.capabilities.values())
        assert {name for name in named if not lazada.capabilities[name].can} == {"poll_messages", "unread_count"}

    def test_every_limit_says_who_says_so(self, lazada: LazadaConnector) -> None:
        assert {"sends_per_second", "text_max", "unanswered_max", "chat_window_days"} <= set(lazada.limits)
        for name, limit in lazada.limits.items():
            assert limit.name == name
            assert limit.source
            assert limit.unit
        assert not lazada.limits["sends_per_second"].is_documented
        assert lazada.limits["unanswered_max"].value == 5
        assert lazada.limits["chat_window_days"].value == 7

    def test_the_lax_reading_of_the_chat_window_can_be_chosen(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        connector = LazadaConnector(lazada_sim.credentials(shop), chat_order_age_days=30)
        assert connector.limits["chat_window_days"].value == 30
        assert "30 days" in connector.capabilities["start_chat"].note
