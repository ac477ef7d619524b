"""The same way in and the same care for tokens on Shopee and TikTok Shop, whose refresh tokens are good for one use."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection as session
from tests.kit.rollout import Desk, a_shop
from tests.kit.shopee_sim import PARTNER_ID, PARTNER_KEY, ShopeeSim, shopee_sim
from tests.kit.sim import SimDoor
from tests.kit.tiktok_sim import APP_KEY, APP_SECRET, SERVICE_ID, TiktokSim, tiktok_sim
from tests.shops.kit import says, tokens_of

from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.errors import Refused
from seawall.kernel.markets import Platform
from seawall.shops.api import (
    AddApp,
    Connection,
    Shop,
    add_app,
    begin_consent,
    callback_address,
    finish_consent,
    renew_due,
)
from seawall.shops.vault import unseal

__all__ = ["shopee_sim", "tiktok_sim"]

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Place:
    """A shop that is not connected, at a simulated platform whose seller says yes at once."""

    sim: SimDoor
    shop: Shop
    app_key: str
    store: str
    other: Callable[[], str]
    """Registers a store of another country; gives its id."""
    refresh: str
    """The path of the token call."""
    naming: str
    """What the seller's answer names a store by."""


def at_shopee(desk: Desk, sim: ShopeeSim) -> Place:
    store = sim.add_store("MY")
    add_app(
        AddApp(
            platform=Platform.SHOPEE, app_key=PARTNER_ID, app_secret=PARTNER_KEY, seller_code="s017", push_key="p",
            base_url=store.base_url, auth_url=store.base_url, consent_url=f"{store.base_url}/api/v2/shop/auth_partner",
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    shop = a_shop(desk, "MY", platform=Platform.SHOPEE)
    other: Callable[[], str] = lambda: sim.add_store("TH").seller_id  # noqa: E731
    return Place(sim, shop, PARTNER_ID, store.seller_id, other, "/api/v2/auth/access_token/get", "shop_id")


def at_tiktok(desk: Desk, sim: TiktokSim) -> Place:
    sim.add_app(redirect_uri=callback_address())
    sim.switches(auto_consent=True)
    store = sim.add_store("vn")
    add_app(
        AddApp(
            platform=Platform.TIKTOK, app_key=APP_KEY, app_secret=APP_SECRET, service_id=SERVICE_ID,
            base_url=store.base_url, auth_url=store.base_url, consent_url=f"{store.base_url}/open/authorize",
        ),
        by=desk.admin, clock=SYSTEM_CLOCK,
    )  # fmt: skip
    shop = a_shop(desk, "VN", platform=Platform.TIKTOK)
    other: Callable[[], str] = lambda: sim.add_store("th").seller_id  # noqa: E731
    return Place(sim, shop, APP_KEY, store.seller_id, other, "/api/v2/token/refresh", "seller_id")


@pytest.fixture(params=["shopee", "tiktok-shop"])
def place(request: pytest.FixtureRequest, desk: Desk) -> Place:
    if request.param == "shopee":
        return at_shopee(desk, request.getfixturevalue("shopee_sim"))
    return at_tiktok(desk, request.getfixturevalue("tiktok_sim"))


def link_for(desk: Desk, place: Place) -> str:
    return begin_consent(place.shop.code, place.app_key, by=desk.admin, clock=SYSTEM_CLOCK).link


@pytest.fixture
def connected(desk: Desk, place: Place) -> Connection:
    return finish_consent(says(link_for(desk, place)), clock=SYSTEM_CLOCK).connection


def test_a_seller_agrees_and_the_shop_is_connected(place: Place, connected: Connection) -> None:
    assert (connected.shop_id, connected.platform_seller_id) == (place.shop.pk, place.store)
    assert connected.is_simulator
    assert connected.expires_at is not None
    assert connected.renew_after is not None
    assert connected.renew_after < connected.expires_at
    if place.shop.platform == Platform.TIKTOK:
        assert unseal(connected.shop_cipher_sealed)
    else:
        assert unseal(connected.push_key_sealed) == "p"


def test_a_seller_says_no(desk: Desk, place: Place) -> None:
    with pytest.raises(Refused) as refused:
        finish_consent(says(link_for(desk, place), deny=True), clock=SYSTEM_CLOCK)
    assert refused.value.code == "consent_denied"
    assert not Connection.objects.exists()


def test_a_store_of_another_country_is_refused_also_where_the_tokens_name_no_country(desk: Desk, place: Place) -> None:
    other = place.other()
    with pytest.raises(Refused) as refused:
        finish_consent(says(f"{link_for(desk, place)}&{place.naming}={other}"), clock=SYSTEM_CLOCK)
    assert refused.value.code == "consent_other_country"
    assert f"TH {other}" in str(refused.value)
    assert not Connection.objects.exists()


def test_a_renewal_brings_a_new_pair(place: Place, connected: Connection) -> None:
    before = tokens_of(connected)
    cipher = bytes(connected.shop_cipher_sealed)
    first = connected.renew_after
    assert first is not None
    place.sim.advance((first - SYSTEM_CLOCK.now()).total_seconds())
    assert renew_due(MovableClock(first))
    after = tokens_of(connected)
    assert (connected.stopped_reason, connected.renewal_error) == ("", "")
    assert set(before).isdisjoint(after)
    assert bytes(connected.shop_cipher_sealed) == cipher
    # And the new pair can be renewed in its turn.
    assert connected.renew_after is not None
    place.sim.advance((connected.renew_after - first).total_seconds())
    assert renew_due(MovableClock(connected.renew_after))
    assert tokens_of(connected)[1] not in {before[1], after[1]}


@pytest.mark.parametrize("kind", ["reset_after", "http_5xx_after"])
def test_a_renewal_whose_answer_is_lost_is_never_asked_for_again(
    place: Place, connected: Connection, kind: str
) -> None:
    place.sim.set_faults({"kind": kind, "path": place.refresh})
    Connection.objects.update(renew_after=SYSTEM_CLOCK.now())
    assert renew_due(SYSTEM_CLOCK)
    connected.refresh_from_db()
    assert connected.stopped_reason == "renewal_unclear"
    assert not renew_due(MovableClock(SYSTEM_CLOCK.now() + timedelta(days=1)))
    assert len(place.sim.calls(place.refresh)) == 1


def test_a_consent_that_was_taken_back_stops_the_shop(desk: Desk, place: Place, connected: Connection) -> None:
    Connection.objects.update(renew_after=SYSTEM_CLOCK.now())
    place.sim.advance(400 * 86_400)
    assert renew_due(SYSTEM_CLOCK)
    connected.refresh_from_db()
    assert connected.stopped_reason == "auth_expired"


@pytest.mark.django_db(transaction=True)
def test_five_workers_at_once_refresh_once(let_tables_be_emptied: None, place: Place, connected: Connection) -> None:
    """With a refresh token that is good for one use, a second try at the same time would cost the shop its consent."""
    before = tokens_of(connected)
    Connection.objects.update(renew_after=SYSTEM_CLOCK.now())
    place.sim.set_faults({"kind": "slow", "path": place.refresh, "seconds": 0.15})
    barrier, did = threading.Barrier(5), []

    def work() -> None:
        barrier.wait()
        try:
            did.append(renew_due(SYSTEM_CLOCK))
        finally:
            session.close()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(did) == [False, False, False, False, True]
    assert len(place.sim.calls(place.refresh)) == 1
    assert set(before).isdisjoint(tokens_of(connected))
    connected.refresh_from_db()
    assert (connected.stopped_reason, connected.renewing_until) == ("", None)
