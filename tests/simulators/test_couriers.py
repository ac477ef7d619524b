"""Couriers lose, delay and mis-scan; the connector's track shows what can be seen, no more."""

from datetime import timedelta

import pytest
from tests.kit.lazada_sim import LazadaSim, LazadaSimProcess, PushSink, SimStore

from seawall.connectors.contracts import EventKind, PushKeys
from seawall.connectors.lazada.api import LazadaConnector, LazadaPushReader
from simulators.core.couriers import SCRIPTS, Fate, Step, fate_of, scans_of

DAY_S = 86_400


class TestDrawing:
    @pytest.mark.parametrize("fate", Fate)
    def test_the_same_seed_carries_a_parcel_the_same_way(self, fate: Fate) -> None:
        scans = scans_of(7, "LZ1", fate, 1_000)
        assert scans == scans_of(7, "LZ1", fate, 1_000)
        assert [scan.step for scan in scans] == [Step.PACKED, Step.SHIPPED, *(step for step, _ in SCRIPTS[fate])]
        assert [scan.at_ms for scan in scans] == sorted(scan.at_ms for scan in scans)
        assert scans[0].at_ms == 1_000

    def test_other_parcels_and_seeds_differ(self) -> None:
        assert len({tuple(s.at_ms for s in scans_of(7, f"LZ{n}", Fate.NORMAL, 0)) for n in range(50)}) == 50
        assert scans_of(7, "LZ1", Fate.NORMAL, 0) != scans_of(8, "LZ1", Fate.NORMAL, 0)

    def test_shares_are_kept_and_the_rest_is_normal(self) -> None:
        shares = {"lost": 0.1, "false_delivered": 0.2}
        fates = [fate_of(7, f"LZ{n}", shares) for n in range(2_000)]
        assert 150 < fates.count(Fate.LOST) < 250
        assert 320 < fates.count(Fate.FALSE_DELIVERED) < 480
        assert set(fates) == {Fate.LOST, Fate.FALSE_DELIVERED, Fate.NORMAL}

    def test_only_a_true_hand_over_is_proved(self) -> None:
        proved = {fate for fate in Fate if any(scan.is_proved for scan in scans_of(1, "LZ1", fate, 0))}
        assert proved == {Fate.NORMAL, Fate.DELAYED, Fate.MISSCANNED}


async def seen(sim: LazadaSim, shop: SimStore, order_id: str) -> tuple[str, list[str]]:
    """Status and kinds of tracking events, as the connector reads them."""
    async with LazadaConnector(sim.credentials(shop)) as connector:
        order, events = await connector.order(order_id), await connector.trace(order_id)
    return order.statuses[0], [event.kind for event in events]


class TestAtLazada:
    async def test_events_show_up_when_their_time_has_come(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, [{"order_id": "88", "status": "packed"}])
        assert lazada_sim.send_couriers(shop, "normal") == {"88": {"FP88": "normal"}}
        assert await seen(lazada_sim, shop, order_id) == ("ready_to_ship", ["ready_to"])
        lazada_sim.advance(10 * 3600)
        lazada_sim.until(lambda: lazada_sim.summary()["plans_pending"] == 3)
        assert await seen(lazada_sim, shop, order_id) == ("shipped", ["ready_to", "shipped"])
        lazada_sim.advance(3 * DAY_S)
        lazada_sim.until(lambda: lazada_sim.summary()["plans_pending"] == 0)
        status, kinds = await seen(lazada_sim, shop, order_id)
        assert (status, kinds[-2:]) == ("delivered", ["out_for_delivery", "delivered"])

    @pytest.mark.parametrize(
        ("fate", "status", "has_run", "has_delivered"),
        [
            ("normal", "delivered", True, True),
            ("delayed", "delivered", True, True),
            ("misscanned", "delivered", True, True),
            ("false_delivered", "delivered", False, True),
            ("lost", "lost_by_3pl", False, False),
            ("failed", "shipped_back", True, False),
            ("customs_stop", "shipped", False, False),
        ],
    )
    async def test_what_each_fate_leaves_behind(
        self, fate: str, status: str, has_run: bool, has_delivered: bool, lazada_sim: LazadaSim, shop: SimStore
    ) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        lazada_sim.send_couriers(shop, fate)
        lazada_sim.advance(40 * DAY_S)
        lazada_sim.until(lambda: lazada_sim.summary()["plans_pending"] == 0)
        lazada_sim.post("/_sim/clock", {"advance_s": -40 * DAY_S + 3600})  # the token is young again
        lazada_sim.advance(29 * DAY_S)
        found, kinds = await seen(lazada_sim, shop, order_id)
        assert found == status
        assert ("out_for_delivery" in kinds, "delivered" in kinds) == (has_run, has_delivered)

    async def test_a_double_scan_is_two_events_of_one_instant(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        [order_id] = lazada_sim.add_orders(shop, 1)
        lazada_sim.send_couriers(shop, "misscanned")
        lazada_sim.advance(10 * DAY_S)
        async with LazadaConnector(lazada_sim.credentials(shop)) as connector:
            events = await connector.trace(order_id)
        wrong = [event for event in events if event.code == "100014"]
        assert len(wrong) == 2
        assert wrong[0].at == wrong[1].at

    async def test_two_parcels_of_an_order_go_their_own_ways(self, lazada_sim: LazadaSim, shop: SimStore) -> None:
        items = [{"package_id": "A", "tracking_code": "LZA"}, {"package_id": "B", "tracking_code": "LZB"}]
        lazada_sim.add_orders(shop, [{"order_id": "88", "items": items}])
        lazada_sim.switches(share_lost=0.5)
        fates = {lazada_sim.send_couriers(shop)["88"][package] for package in "AB"}
        assert fates <= {"lost", "normal"}
        lazada_sim.advance(10 * 3600)
        async with LazadaConnector(lazada_sim.credentials(shop)) as connector:
            events = await connector.trace("88")
        assert {(event.package_id, event.tracking_number) for event in events} == {("A", "LZA"), ("B", "LZB")}

    def test_pushes_tell_the_package_in_the_platforms_words(
        self, lazada_sim: LazadaSim, shop: SimStore, push_sink: PushSink
    ) -> None:
        lazada_sim.add_orders(shop, 1)
        lazada_sim.set_callback(push_sink.url)
        lazada_sim.send_couriers(shop, "failed")
        lazada_sim.advance(20 * DAY_S)
        lazada_sim.until(lambda: lazada_sim.summary()["plans_pending"] == 0)
        lazada_sim.until(lambda: lazada_sim.summary()["pushes_pending"] == 0)
        reader, keys = LazadaPushReader(), PushKeys(app_key="900001", app_secret="s3cret-demo")
        events = [reader.read(body, headers, keys=keys) for headers, body in push_sink.received]
        states = {str(event.data["status"]) for event in events if event.kind is EventKind.PARCEL}
        assert {"READY_TO_SHIP", "INFO_ST_DOMESTIC_1ST_ATTEMPT_FAILED", "ON_THE_WAY_BACK_TO_SHIPPER"} <= states

    @pytest.mark.slow
    async def test_a_killed_simulator_still_knows_what_its_couriers_will_do(
        self, lazada_sim_process: LazadaSimProcess
    ) -> None:
        sim = lazada_sim_process
        shop = sim.add_store("th")
        [order_id] = sim.add_orders(shop, 1)
        sim.send_couriers(shop, "normal")
        return_id = sim.ask_to_return(shop, order_id)
        sim.kill()
        sim.start()
        assert sim.summary()["plans_pending"] == 4
        sim.advance(5 * DAY_S)
        sim.until(lambda: sim.summary()["plans_pending"] == 0)
        async with LazadaConnector(sim.credentials(shop)) as connector:
            assert (await connector.order(order_id)).statuses == ("delivered",)
            assert (await connector.trace(order_id))[-1].kind == "delivered"
            assert (await connector.return_case(return_id)).created_at is not None

    @pytest.mark.parametrize("row", [{"fate": "eaten"}, {"order_ids": ["404"]}, {"packed_at": "soon"}])
    def test_nonsense_is_named(self, row: dict[str, object], lazada_sim: LazadaSim, shop: SimStore) -> None:
        with pytest.raises(AssertionError, match="400"):
            lazada_sim.send_couriers(shop, **row)


def test_a_span_is_never_longer_than_half_as_long_again() -> None:
    for fate in Fate:
        scans = scans_of(3, "LZ9", fate, 0)
        whole = timedelta(hours=6 + sum(hours for _, hours in SCRIPTS[fate]))
        assert whole <= timedelta(milliseconds=scans[-1].at_ms) <= whole * 1.5
