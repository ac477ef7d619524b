"""Orders, parcels and the shop's standing through the connector, against the simulator over real HTTP."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.kit.refusals import refused
from tests.kit.shopee_sim import ShopeeSim, ShopeeStore

from seawall.connectors.contracts import Connector, Exchange, PlatformOrder
from seawall.connectors.errors import AuthExpired, ConnectorError, ShopRestricted, Transient
from seawall.connectors.shopee.api import API_BASE_URLS, ShopeeConnector, limits
from seawall.connectors.unsupported import Unsupported
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.markets import Market

LIST, DETAIL = "/api/v2/order/get_order_list", "/api/v2/order/get_order_detail"
TRACK = "/api/v2/logistics/get_tracking_info"


def ago(**span: float) -> datetime:
    return SYSTEM_CLOCK.now() - timedelta(**span)


def as_connector(connector: ShopeeConnector) -> Connector:
    """A type checker's word that the whole contract is met."""
    return connector


@pytest.fixture
async def shopee(shopee_sim: ShopeeSim, shop: ShopeeStore) -> AsyncIterator[ShopeeConnector]:
    """A connector for the Malaysian shop."""
    async with ShopeeConnector(shopee_sim.credentials(shop)) as connector:
        yield connector


async def updated(shopee: ShopeeConnector, after: datetime) -> list[PlatformOrder]:
    return [order async for order in shopee.orders_updated(after, SYSTEM_CLOCK.now())]


class TestOrders:
    async def test_an_order_comes_with_buyer_lines_and_times(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        row = {
            "order_id": "260101ABCDE123", "buyer_id": "700200300", "status": "PROCESSED", "total": 71.0,
            "items": [{"name": "Mug", "sku": "MUG-R", "price": 35.5, "quantity": 2}],
            "created_at": "2026-06-01T10:00:00+08:00", "updated_at": "2026-06-03T08:00:00+08:00",
        }  # fmt: skip
        shopee_sim.add_orders(shop, [row])

        order = await shopee.order("260101ABCDE123")

        assert (order.order_id, order.statuses, order.buyer_id) == ("260101ABCDE123", ("PROCESSED",), "700200300")
        assert order.created_at == datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
        assert order.updated_at == datetime(2026, 6, 3, 0, 0, tzinfo=UTC)
        assert (order.total, order.currency) == (Decimal("71.0"), "MYR")
        assert [(line.title, line.sku, line.quantity, line.paid_price) for line in order.lines] == [
            ("Mug", "MUG-R", 2, Decimal("35.5"))
        ]

    async def test_neither_address_nor_phone_is_asked_for(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        [order_id] = shopee_sim.add_orders(shop, 1)
        assert "recipient_address" not in (await shopee.order(order_id)).raw

    async def test_an_order_of_another_shop_is_refused(self, shopee: ShopeeConnector, shopee_sim: ShopeeSim) -> None:
        other = shopee_sim.add_store("MY")
        [order_id] = shopee_sim.add_orders(other, 1)
        with refused("shopee_order_not_in_shop"):
            await shopee.order(order_id)
        with refused("shopee_order_not_in_shop"):
            await shopee.trace(order_id)

    async def test_changed_orders_are_paged_each_once_with_their_details(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        base = int(ago(hours=5).timestamp())
        rows = [
            {"order_id": f"260101{n:08d}", "buyer_id": str(700200000 + n), "created_at": (base - 9000) * 1000,
             "updated_at": (base + n) * 1000}
            for n in range(250)
        ]  # fmt: skip
        shopee_sim.add_orders(shop, [*rows, {"order_id": "OLD", "created_at": (base - 90_000) * 1000}])

        found = await updated(shopee, datetime.fromtimestamp(base, UTC))

        assert sorted(order.order_id for order in found) == [f"260101{n:08d}" for n in range(250)]
        assert all(order.buyer_id and order.updated_at and order.lines for order in found)
        assert (len(shopee_sim.calls(LIST)), len(shopee_sim.calls(DETAIL))) == (3, 5)

    async def test_a_long_span_is_cut_into_windows_and_nothing_comes_twice(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        start = ago(days=40).replace(microsecond=0)
        edges = [start + timedelta(days=days) for days in (0, 15, 30)]  # where two windows meet
        rows = [
            {"order_id": f"EDGE{n}", "created_at": start.isoformat(), "updated_at": edge.isoformat()}
            for n, edge in enumerate(edges)
        ]
        shopee_sim.add_orders(shop, rows)
        found = await updated(shopee, start)
        assert [order.order_id for order in found] == ["EDGE0", "EDGE1", "EDGE2"]
        assert len(shopee_sim.calls(LIST)) == 3

    async def test_every_exchange_is_recorded_without_a_secret(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        kept: list[Exchange] = []
        [order_id] = shopee_sim.add_orders(shop, 1)
        async with ShopeeConnector(shopee_sim.credentials(shop), record=kept.append) as connector:
            await connector.order(order_id)
            with refused("shopee_order_not_in_shop"):
                await connector.order("404")
        assert [exchange.request["order_sn_list"] for exchange in kept] == [order_id, "404"]
        assert all(exchange.request_id and exchange.asked_at <= exchange.answered_at for exchange in kept)
        assert shop.access_token not in repr(kept)


class TestTrace:
    EVENTS = (
        {"description": "parcel handed over", "logistics_status": "PICKED_UP", "at": "2026-06-01T10:00:00+08:00"},
        {"description": "buyer not at home", "logistics_status": "FAILED_DELIVERED", "at": "2026-06-02T10:00:00+08:00"},
    )

    @pytest.mark.parametrize("newest_first", [True, False])
    async def test_events_come_oldest_first_whatever_the_order(
        self, newest_first: bool, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.switches(track_newest_first=newest_first)
        row = {"order_id": "A1", "tracking_number": "MY123", "trace": list(self.EVENTS)}
        shopee_sim.add_orders(shop, [row])
        events = await shopee.trace("A1")
        assert [(event.kind, event.title) for event in events] == [
            ("PICKED_UP", "parcel handed over"), ("FAILED_DELIVERED", "buyer not at home"),
        ]  # fmt: skip
        assert {event.tracking_number for event in events} == {"MY123"}

    async def test_a_split_order_is_asked_for_parcel_by_parcel(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        row = {"order_id": "A1", "split": True, "items": [{}, {}], "trace": list(self.EVENTS)}
        shopee_sim.add_orders(shop, [row])
        events = await shopee.trace("A1")
        assert len(events) == 4
        assert len({event.package_id for event in events}) == 2

    async def test_an_order_that_is_not_shipped_has_no_events(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.add_orders(shop, [{"order_id": "A1", "status": "READY_TO_SHIP"}])
        assert await shopee.trace("A1") == []
        shopee_sim.set_faults(
            {"kind": "error", "path": TRACK, "code": "logistics.error_param", "message": "allocating"}
        )
        assert await shopee.trace("A1") == []
        shopee_sim.set_faults({"kind": "error", "path": TRACK, "code": "error_param", "message": "Wrong parameters"})
        with refused("platform_rejected"):
            await shopee.trace("A1")


class TestStanding:
    async def test_the_shop_proves_key_and_token(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        seller = await shopee.seller()
        assert (seller.seller_id, seller.market, seller.status) == (shop.seller_id, "MY", "NORMAL")
        assert seller.name
        assert (seller.is_cross_border, seller.is_managed) == (False, False)

    async def test_a_banned_shop_is_restricted(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.set_health(shop, status="BANNED")
        with pytest.raises(ShopRestricted) as stopped:
            await shopee.seller()
        assert stopped.value.platform_code == "shop_banned"

    async def test_figures_targets_and_points(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        points = [{"points": 1, "violation_type": 21}] * 3
        shopee_sim.set_health(shop, metrics={"1": 12.5, "11": None}, points=points)
        health = await shopee.health()
        by_code = {metric.code: metric for metric in health.metrics}
        late, response, chats = by_code["1"], by_code["11"], by_code["23"]
        assert (late.value, late.unit, late.target, late.is_met) == (Decimal("12.5"), "percent", "< 10", False)
        assert (response.value, response.is_met) == (None, None)
        assert (chats.unit, chats.target, chats.is_met) == ("count", "", None)
        assert (health.penalty_points, health.is_restricted) == (3, False)
        assert len(health.exchanges) == 3

    async def test_a_sum_of_points_is_a_sum_of_all_pages(
        self, shopee: ShopeeConnector, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.set_health(shop, points=[{"points": 1}] * 101)
        assert (await shopee.health()).penalty_points == 101


class TestGateway:
    """What stops a connection, each as the simulated gateway says it."""

    @pytest.mark.parametrize("prefixed", [True, False])
    async def test_a_wrong_key_is_a_connection_to_check(
        self, prefixed: bool, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        shopee_sim.switches(prefixed_codes=prefixed)
        async with ShopeeConnector(shopee_sim.credentials(shop, app_secret="not-the-key")) as connector:
            with pytest.raises(AuthExpired) as stopped:
                await connector.seller()
        assert stopped.value.code == "shopee_connection_refused"
        assert stopped.value.platform_code == ("common.error_sign" if prefixed else "error_sign")

    async def test_a_clock_that_is_off_was_certainly_not_carried_out(
        self, shopee_sim: ShopeeSim, shop: ShopeeStore
    ) -> None:
        clock = MovableClock(ago(minutes=6))
        async with ShopeeConnector(shopee_sim.credentials(shop), clock=clock) as connector:
            with pytest.raises(Transient) as stale:
                await connector.send_text("to:700200300:A1", "hello")
            assert stale.value.code == "shopee_clock_off"
            clock.move(timedelta(minutes=6))
            await connector.seller()

    async def test_a_token_lives_four_hours(self, shopee: ShopeeConnector, shopee_sim: ShopeeSim) -> None:
        shopee_sim.advance(3 * 3600)
        await shopee.seller()
        shopee_sim.advance(3601)
        with pytest.raises(AuthExpired) as ended:
            await shopee.seller()
        assert ended.value.platform_code == "invalid_acceess_token"

    @pytest.mark.parametrize(
        ("app", "expected", "code"),
        [
            ({"app_type": "accounting"}, ShopRestricted, "shopee_app_type"),
            ({"state": "restricted"}, ShopRestricted, "shopee_api_not_granted"),
            ({"state": "suspended"}, ShopRestricted, "shopee_api_not_granted"),
            ({"state": "frozen"}, ShopRestricted, "shopee_shop_restricted"),
            ({"state": "key_expired"}, AuthExpired, "shopee_connection_refused"),
        ],
    )
    async def test_an_app_that_may_not(
        self, app: dict[str, str], expected: type[ConnectorError], code: str, shopee_sim: ShopeeSim
    ) -> None:
        shopee_sim.add_app("1008888", "another-key")
        store = shopee_sim.add_store("MY", app_key="1008888")
        shopee_sim.add_app("1008888", "another-key", **app)
        credentials = shopee_sim.credentials(store, app_key="1008888", app_secret="another-key")
        async with ShopeeConnector(credentials) as connector:
            with pytest.raises(expected) as stopped:
                await connector.unread_count()
        assert (type(stopped.value), stopped.value.code) == (expected, code)

    async def test_a_shop_that_the_token_is_not_for(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        other = shopee_sim.add_store("MY")
        mixed = dataclasses.replace(shopee_sim.credentials(shop), seller_id=other.seller_id)
        async with ShopeeConnector(mixed) as connector:
            with pytest.raises(AuthExpired):
                await connector.seller()


class TestContract:
    def test_every_call_of_the_contract_is_met_and_flagged(self, shopee_sim: ShopeeSim, shop: ShopeeStore) -> None:
        connector = as_connector(ShopeeConnector(shopee_sim.credentials(shop)))
        optional = [name for name in vars(Unsupported) if not name.startswith("_") and name != "missing"]
        assert [name for name in optional if getattr(type(connector), name, None) is vars(Unsupported)[name]] == []
        assert all(flag.source for flag in connector.capabilities.values())

    def test_limits_say_what_is_documented(self) -> None:
        found = limits()
        assert {name: found[name].value for name in ("text_max", "unanswered_max", "identical_text_h")} == {
            "text_max": 600, "unanswered_max": 5, "identical_text_h": 24,
        }  # fmt: skip
        assert (found["sends_per_day"].value, found["identical_text_h"].scope) == (None, "unknown")
        assert found["sends_per_second"].is_documented is False
        assert found["order_window_days"].is_documented is True
        assert all(limit.source and limit.unit and limit.scope for limit in found.values())

    def test_every_market_has_an_address(self) -> None:
        assert set(API_BASE_URLS) == set(Market)
