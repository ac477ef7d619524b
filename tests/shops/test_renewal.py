"""Tokens stay alive while nobody looks: renewed once however many workers there are, and never on a guess."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as session
from tests.kit.lazada_sim import LazadaSim, SimStore
from tests.kit.rollout import Desk, a_shop
from tests.shops.kit import REFRESH, due, tokens_of

from seawall.connectors.contracts import TokenGrant
from seawall.connectors.errors import OutcomeUnknown, Transient
from seawall.connectors.lazada.api import LazadaAuthoriser
from seawall.connectors.registry import open_connector
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.languages import DESK_LANGUAGES
from seawall.kernel.markets import Platform
from seawall.kernel.texts import catalogue
from seawall.shops import renewal
from seawall.shops.api import CONNECT_AGAIN, Connection, ask_renewal, credentials_of, renew_due
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(lazada_sim: LazadaSim) -> SimStore:
    return lazada_sim.add_store("th", seller_id="7001")


@pytest.fixture
def connection(desk: Desk, lazada_sim: LazadaSim, store: SimStore) -> Connection:
    """A connected Thai shop whose token is due."""
    return due(desk, a_shop(desk, "TH"), store, lazada_sim)


class SingleUse(LazadaAuthoriser):
    """Speaks to the simulated Lazada, and says of its refresh tokens what Shopee documents of its own: good for one
    use, so that every doubt is unknown."""

    refresh_is_single_use = True

    async def refresh_token(self, refresh_token: str, *, seller_id: str = "") -> TokenGrant:
        try:
            return await super().refresh_token(refresh_token, seller_id=seller_id)
        except Transient as error:
            if error.code == "lazada_no_connection":
                raise
            raise OutcomeUnknown("platform_outcome_unknown", platform=Platform.LAZADA) from error


def made_as(kind: type[LazadaAuthoriser]) -> Callable[..., LazadaAuthoriser]:
    """What stands in the registry's place: the same connector, watched or with another promise."""

    def made(_platform: Platform, *, app_key: str, app_secret: str, auth_url: str, **_rest: Any) -> LazadaAuthoriser:
        return kind(app_key=app_key, app_secret=app_secret, auth_url=auth_url)

    return made


@pytest.fixture
def single_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "authoriser", made_as(SingleUse))


def refreshes(sim: LazadaSim) -> int:
    return len(sim.calls(REFRESH))


def test_a_due_token_is_renewed_and_the_next_send_uses_it(
    connection: Connection, lazada_sim: LazadaSim, store: SimStore
) -> None:
    seen = connection.changed_at
    assert renew_due(SYSTEM_CLOCK)
    access, refresh = tokens_of(connection)
    assert access != store.access_token
    assert refresh == store.refresh_token
    assert connection.changed_at > seen, "workers open a new connector for a new value"
    assert connection.renewing_until is None
    assert connection.renewed_at == connection.changed_at
    assert connection.renew_after is not None
    assert connection.renew_after - connection.changed_at == timedelta(days=21)
    # The old token is dead now; what is read for the next send is the new one.
    lazada_sim.expire_token(store)
    lazada_sim.add_orders(store, 1)
    credentials = credentials_of(connection)

    async def opened() -> str:
        async with open_connector(credentials) as platform:
            return await platform.open_session("88001122330000")

    assert asyncio.run(opened())
    assert not renew_due(SYSTEM_CLOCK), "nothing more is due"


def test_a_token_that_is_not_due_is_left_alone(connection: Connection, lazada_sim: LazadaSim) -> None:
    for change in (
        {"renew_after": SYSTEM_CLOCK.now() + timedelta(hours=1)},
        {"renew_after": None},
        {"renew_after": SYSTEM_CLOCK.now(), "stopped_reason": "auth_expired"},
        {"stopped_reason": "", "is_active": False},
        {"is_active": True, "renewing_until": SYSTEM_CLOCK.now() + timedelta(seconds=59)},
    ):
        Connection.objects.update(**change)
        assert not renew_due(SYSTEM_CLOCK), change
    assert refreshes(lazada_sim) == 0


@pytest.mark.django_db(transaction=True)
def test_five_workers_at_once_refresh_once(
    let_tables_be_emptied: None, connection: Connection, lazada_sim: LazadaSim, store: SimStore
) -> None:
    lazada_sim.switches(latency_ms=150)
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
    assert refreshes(lazada_sim) == 1
    assert tokens_of(connection)[0] != store.access_token


@pytest.mark.django_db(transaction=True)
def test_the_platform_is_asked_outside_every_transaction(
    let_tables_be_emptied: None, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    class Watched(LazadaAuthoriser):
        async def refresh_token(self, refresh_token: str, *, seller_id: str = "") -> TokenGrant:
            seen.append(session.in_atomic_block)
            return await super().refresh_token(refresh_token, seller_id=seller_id)

    monkeypatch.setattr(renewal, "authoriser", made_as(Watched))
    assert renew_due(SYSTEM_CLOCK)
    assert seen == [False]


def test_when_the_consent_has_ended_the_shop_is_stopped_for_a_person(
    connection: Connection, lazada_sim: LazadaSim
) -> None:
    lazada_sim.advance(181 * 86_400)
    assert renew_due(SYSTEM_CLOCK)
    connection.refresh_from_db()
    assert (connection.stopped_reason, connection.is_active) == ("auth_expired", True)
    assert "IllegalRefreshToken" in connection.renewal_error
    entry = Entry.objects.get(verb="shop.stop")
    assert (entry.after, entry.actor_role) == ({"code": "LTH", "reason": "auth_expired"}, "system")
    assert not renew_due(SYSTEM_CLOCK)
    assert not ask_renewal(connection.pk, clock=SYSTEM_CLOCK)
    assert refreshes(lazada_sim) == 1


def test_a_platform_in_trouble_is_asked_again_later_and_later(connection: Connection, lazada_sim: LazadaSim) -> None:
    kept, seen = tokens_of(connection), connection.changed_at
    lazada_sim.set_faults({"kind": "http_5xx", "path": REFRESH})
    clock = MovableClock(SYSTEM_CLOCK.now())
    pauses = []
    for _ in range(7):
        assert renew_due(clock)
        connection.refresh_from_db()
        assert connection.renew_after is not None
        pauses.append((connection.renew_after - clock.now()).total_seconds())
        assert not renew_due(clock)
        clock.instant = connection.renew_after
    assert pauses == [30, 60, 120, 240, 480, 900, 900]
    assert (tokens_of(connection), connection.changed_at, connection.stopped_reason) == (kept, seen, "")
    assert connection.renewal_tries == 7
    lazada_sim.set_faults()
    assert renew_due(clock)
    assert tokens_of(connection)[0] != kept[0]
    assert (connection.renewal_tries, connection.renewal_error) == (0, "")


def test_a_rate_limit_says_how_long(connection: Connection, lazada_sim: LazadaSim) -> None:
    lazada_sim.set_faults({"kind": "api_call_limit", "path": REFRESH, "seconds": 300})
    clock = MovableClock(SYSTEM_CLOCK.now())
    assert renew_due(clock)
    connection.refresh_from_db()
    assert connection.renew_after is not None
    assert connection.renew_after >= clock.now() + timedelta(seconds=300)


def test_a_lost_answer_is_asked_for_again_where_the_refresh_token_serves_again(
    connection: Connection, lazada_sim: LazadaSim, store: SimStore
) -> None:
    lazada_sim.set_faults({"kind": "reset_after", "path": REFRESH, "times": 1})
    assert renew_due(SYSTEM_CLOCK)
    connection.refresh_from_db()
    assert (connection.stopped_reason, connection.renewal_tries) == ("", 1)
    assert connection.renew_after is not None
    assert renew_due(MovableClock(connection.renew_after))
    assert tokens_of(connection)[0] != store.access_token


def test_a_lost_answer_is_never_asked_for_again_where_the_refresh_token_is_single_use(
    connection: Connection, lazada_sim: LazadaSim, single_use: None
) -> None:
    lazada_sim.set_faults({"kind": "reset_after", "path": REFRESH})
    assert renew_due(SYSTEM_CLOCK)
    connection.refresh_from_db()
    assert connection.stopped_reason == "renewal_unclear"
    assert Entry.objects.get(verb="shop.stop").after["reason"] == "renewal_unclear"
    assert not renew_due(MovableClock(SYSTEM_CLOCK.now() + timedelta(days=1)))
    assert refreshes(lazada_sim) == 1


def test_a_platform_that_was_never_reached_used_no_refresh_token(
    connection: Connection, single_use: None, lazada_sim: LazadaSim
) -> None:
    Connection.objects.update(auth_url="http://127.0.0.1:9/rest")
    assert renew_due(SYSTEM_CLOCK)
    connection.refresh_from_db()
    assert (connection.stopped_reason, connection.renewal_tries) == ("", 1)


class Killed(BaseException):
    """What ends a worker between the platform's answer and the table."""


def kill_before_storing(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_args: object) -> None:
        raise Killed

    monkeypatch.setattr(renewal, "_keep", dies)
    with pytest.raises(Killed):
        renew_due(SYSTEM_CLOCK)
    monkeypatch.undo()


def test_a_worker_killed_between_answer_and_table_is_followed_by_another(
    connection: Connection, lazada_sim: LazadaSim, store: SimStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_before_storing(monkeypatch)
    assert not renew_due(SYSTEM_CLOCK), "the lease still runs"
    assert renew_due(MovableClock(SYSTEM_CLOCK.now() + renewal.LEASE))
    assert refreshes(lazada_sim) == 2
    access, _ = tokens_of(connection)
    assert access != store.access_token
    assert (connection.stopped_reason, connection.renewing_until) == ("", None)


def test_a_worker_killed_with_a_single_use_token_leaves_a_shop_that_a_person_connects_again(
    desk: Desk, connection: Connection, lazada_sim: LazadaSim, store: SimStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_before_storing(monkeypatch)
    assert refreshes(lazada_sim) == 1
    monkeypatch.setattr(renewal, "authoriser", made_as(SingleUse))
    later = MovableClock(SYSTEM_CLOCK.now() + renewal.LEASE)
    assert renew_due(later)
    connection.refresh_from_db()
    assert (connection.stopped_reason, connection.renewing_until) == ("renewal_unclear", None)
    assert refreshes(lazada_sim) == 1, "the token may be used up: it is not tried"
    # The way out: connecting anew, in place.
    mended = due(desk, connection.shop, store, lazada_sim)
    assert (mended.pk, mended.stopped_reason) == (connection.pk, "")
    assert renew_due(later)
    assert tokens_of(connection)[0] != store.access_token


def test_a_shop_connected_anew_while_its_token_was_renewed_keeps_the_new_consent(
    desk: Desk, connection: Connection, lazada_sim: LazadaSim, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = lazada_sim.add_store("th", seller_id="7002")
    keep = renewal._keep

    def connected_meanwhile(*args: Any) -> None:
        due(desk, connection.shop, other, lazada_sim)
        keep(*args)

    monkeypatch.setattr(renewal, "_keep", connected_meanwhile)
    assert renew_due(SYSTEM_CLOCK)
    assert tokens_of(connection) == (other.access_token, other.refresh_token)


def test_a_late_answer_is_kept_although_the_lease_has_run_out(
    connection: Connection, store: SimStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new pair may be the only one that still works."""
    keep = renewal._keep

    def taken_over_meanwhile(*args: Any) -> None:
        Connection.objects.update(renewing_until=SYSTEM_CLOCK.now() + timedelta(minutes=5))
        keep(*args)

    monkeypatch.setattr(renewal, "_keep", taken_over_meanwhile)
    assert renew_due(SYSTEM_CLOCK)
    assert tokens_of(connection)[0] != store.access_token


def test_a_sender_asks_once_for_a_token_the_platform_refused(connection: Connection, lazada_sim: LazadaSim) -> None:
    Connection.objects.update(renew_after=SYSTEM_CLOCK.now() + timedelta(days=20))
    connection.refresh_from_db()
    seen = connection.changed_at
    assert not renew_due(SYSTEM_CLOCK)
    for _ in range(3):
        assert ask_renewal(connection.pk, seen=seen, clock=SYSTEM_CLOCK)
    assert renew_due(SYSTEM_CLOCK)
    # Sends that still came back with the old token ask for nothing; one with the new token waits a little.
    assert ask_renewal(connection.pk, seen=seen, clock=SYSTEM_CLOCK)
    assert not renew_due(SYSTEM_CLOCK)
    connection.refresh_from_db()
    assert ask_renewal(connection.pk, seen=connection.changed_at, clock=SYSTEM_CLOCK)
    assert not renew_due(SYSTEM_CLOCK)
    assert renew_due(MovableClock(connection.changed_at + renewal.ASKED_AGAIN))
    assert refreshes(lazada_sim) == 2


def test_asking_does_not_hurry_a_platform_that_is_in_trouble(connection: Connection, lazada_sim: LazadaSim) -> None:
    lazada_sim.set_faults({"kind": "http_5xx", "path": REFRESH})
    renew_due(SYSTEM_CLOCK)
    assert ask_renewal(connection.pk, clock=SYSTEM_CLOCK)
    assert not renew_due(SYSTEM_CLOCK)


def test_without_a_refresh_token_the_seller_has_to_consent_again(
    desk: Desk, lazada_sim: LazadaSim, store: SimStore
) -> None:
    from dataclasses import replace

    connection = due(desk, a_shop(desk, "TH"), replace(store, refresh_token=""), lazada_sim)
    assert not ask_renewal(connection.pk, clock=SYSTEM_CLOCK)
    connection.refresh_from_db()
    assert connection.stopped_reason == "auth_expired"
    assert not renew_due(SYSTEM_CLOCK)


def test_a_token_sealed_with_a_lost_key_stops_the_shop_and_not_the_worker(
    connection: Connection, lazada_sim: LazadaSim
) -> None:
    Connection.objects.update(refresh_token_sealed=b"gAAAA-not-ours")
    assert renew_due(SYSTEM_CLOCK)
    connection.refresh_from_db()
    assert connection.stopped_reason == "encryption_key_changed"
    assert refreshes(lazada_sim) == 0


def test_of_two_due_shops_both_are_renewed(desk: Desk, connection: Connection, lazada_sim: LazadaSim) -> None:
    other = due(desk, a_shop(desk, "MY"), lazada_sim.add_store("my", seller_id="8001"), lazada_sim)
    assert renew_due(SYSTEM_CLOCK)
    assert renew_due(SYSTEM_CLOCK)
    assert not renew_due(SYSTEM_CLOCK)
    for each in (connection, other):
        each.refresh_from_db()
        assert each.renewed_at is not None
    assert refreshes(lazada_sim) == 2


def test_every_reason_to_connect_again_has_its_sentence() -> None:
    look: Callable[[Any], set[str]] = lambda language: CONNECT_AGAIN - set(catalogue(language))  # noqa: E731
    assert [look(language) for language in DESK_LANGUAGES] == [set(), set()]
