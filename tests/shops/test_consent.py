"""A seller lets Seawall in: one link, one answer, one connection. What goes wrong is a sentence and stores nothing."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as session
from tests.kit.lazada_sim import APP_KEY, LazadaSim
from tests.kit.rollout import Desk, a_desk, a_shop
from tests.shops.kit import CREATE, a_link, an_app, says, tokens_of

from seawall.connectors.contracts import Authoriser, Credentials
from seawall.connectors.registry import authoriser, open_connector
from seawall.kernel.clock import SYSTEM_CLOCK, MovableClock
from seawall.kernel.errors import NotAllowed, NotFound, Refused, SeawallError, Unreachable
from seawall.shops.api import (
    Connection,
    Shop,
    begin_consent,
    consent_outcome,
    credentials_of,
    finish_consent,
    withdraw_consent,
)
from seawall.shops.commands import consent
from seawall.shops.models import ConsentRequest
from seawall.tenancy.api import Membership, add_seller
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db


def nothing_stored(shop: Shop) -> bool:
    return not Connection.objects.filter(shop=shop).exists()


def refused(query: dict[str, str]) -> SeawallError:
    with pytest.raises(SeawallError) as error:
        finish_consent(query, clock=SYSTEM_CLOCK)
    assert error.value.code in str(ConsentRequest.objects.values_list("outcome", flat=True)) or (
        error.value.code.startswith("consent_link_")
    )
    return error.value


async def whose_store(credentials: Credentials) -> str:
    async with open_connector(credentials) as platform:
        return (await platform.seller()).seller_id


def test_a_seller_agrees_and_the_shop_is_connected(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    before = SYSTEM_CLOCK.now()
    found = finish_consent(says(a_link(desk, shop)), clock=SYSTEM_CLOCK).connection

    assert (found.shop_id, found.platform_seller_id, found.is_simulator) == (shop.pk, "7001", True)
    assert found.base_url == f"{lazada_sim.url}/lazada/th/rest"
    assert found.auth_url == f"{lazada_sim.url}/lazada/auth/rest"
    assert found.expires_at is not None
    assert found.renew_after is not None
    assert found.consent_until is not None
    assert timedelta(days=30) <= found.expires_at - before < timedelta(days=30, seconds=30)
    assert timedelta(days=21) <= found.renew_after - before < timedelta(days=21, seconds=30)
    assert timedelta(days=180) <= found.consent_until - before < timedelta(days=180, seconds=30)
    entry = Entry.objects.get(verb="shop.consent")
    assert (entry.user_id, entry.after) == (desk.admin.user_id, {"code": "LTH", "store": "7001", "country": "th"})
    access, refresh = tokens_of(found)
    assert access not in str(list(Entry.objects.values()))
    assert refresh.startswith("50001")
    assert ConsentRequest.objects.get().outcome == "connected"


@pytest.mark.django_db(transaction=True)
def test_the_tokens_open_the_store_and_the_platform_is_asked_outside_every_transaction(
    let_tables_be_emptied: None, desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def watched(*args: Any, **kwargs: Any) -> Authoriser:
        found = authoriser(*args, **kwargs)
        ask = found.create_token

        async def create_token(code: str, **rest: Any) -> Any:
            seen.append(session.in_atomic_block)
            return await ask(code, **rest)

        monkeypatch.setattr(found, "create_token", create_token, raising=False)
        return found

    monkeypatch.setattr(consent, "authoriser", watched)
    found = finish_consent(says(a_link(desk, shop)), clock=SYSTEM_CLOCK).connection
    assert seen == [False]
    assert asyncio.run(whose_store(credentials_of(found))) == "7001"


def test_a_double_call_back_connects_once(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    query = says(a_link(desk, shop))
    first = finish_consent(query, clock=SYSTEM_CLOCK).connection
    kept = tokens_of(first)
    assert refused(query).code == "consent_link_used_connected"
    assert Connection.objects.get().pk == first.pk
    assert tokens_of(first) == kept
    assert len(lazada_sim.calls(CREATE)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_call_backs_at_once_connect_once(
    let_tables_be_emptied: None, desk: Desk, shop: Shop, lazada_sim: LazadaSim
) -> None:
    query = says(a_link(desk, shop))
    barrier, heard = threading.Barrier(4), []

    def call_back() -> None:
        barrier.wait()
        try:
            finish_consent(query, clock=SYSTEM_CLOCK)
            heard.append("connected")
        except SeawallError as error:
            heard.append(error.code)
        finally:
            session.close()

    threads = [threading.Thread(target=call_back) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert heard.count("connected") == 1
    assert set(heard) <= {"connected", "consent_link_used", "consent_link_used_connected"}
    assert len(lazada_sim.calls(CREATE)) == 1
    assert Connection.objects.count() == 1


def test_the_seller_says_no(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    query = says(a_link(desk, shop), deny=True)
    assert refused(query).code == "consent_denied"
    assert nothing_stored(shop)
    assert lazada_sim.calls(CREATE) == []
    entry = Entry.objects.get(verb="shop.consent_refused")
    assert entry.after == {"code": "LTH", "reason": "consent_denied"}
    assert refused({**query, "code": "0_1_x"}).code == "consent_link_used"


def test_a_made_up_state_and_none_at_all(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    query = says(a_link(desk, shop))
    for state in ("x" * 43, "", "\udcff"):
        assert refused({**query, "state": state}).code == "consent_link_unknown"
    assert refused({"code": query["code"]}).code == "consent_link_unknown"
    assert lazada_sim.calls(CREATE) == []
    # The true one was not touched by that.
    finish_consent(query, clock=SYSTEM_CLOCK)


def test_a_link_dies_after_half_an_hour(desk: Desk, shop: Shop) -> None:
    query = says(a_link(desk, shop))
    late = MovableClock(SYSTEM_CLOCK.now() + timedelta(minutes=30))
    with pytest.raises(Refused) as error:
        finish_consent(query, clock=late)
    assert error.value.code == "consent_link_expired"
    assert nothing_stored(shop)


def test_the_platform_does_not_know_the_code(desk: Desk, shop: Shop) -> None:
    error = refused({**says(a_link(desk, shop)), "code": "0_900001_spent"})
    assert error.code == "consent_platform_refused"
    assert "InvalidCode" in str(error)
    assert nothing_stored(shop)


@pytest.mark.parametrize("fault", [{"kind": "http_5xx"}, {"kind": "reset_after"}, {"kind": "api_call_limit"}])
def test_the_platform_is_in_trouble(desk: Desk, shop: Shop, lazada_sim: LazadaSim, fault: dict[str, Any]) -> None:
    link = begin_consent(shop.code, APP_KEY, by=desk.admin, clock=SYSTEM_CLOCK)
    query = says(link.link)
    lazada_sim.set_faults({**fault, "path": CREATE})
    error = refused(query)
    assert isinstance(error, Unreachable)
    assert error.code == "consent_platform_unreachable"
    assert nothing_stored(shop)
    with pytest.raises(Unreachable):
        consent_outcome(link.request_id, by=desk.admin, clock=SYSTEM_CLOCK)


def test_a_store_of_another_country(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    lazada_sim.add_store("my", seller_id="8001")
    error = refused(says(a_link(desk, shop), stores=("8001",)))
    assert error.code == "consent_other_country"
    assert "MY 8001" in str(error)
    assert nothing_stored(shop)


def test_of_a_cross_border_consent_the_store_of_the_shops_country_is_taken(
    desk: Desk, shop: Shop, lazada_sim: LazadaSim
) -> None:
    lazada_sim.add_store("my", seller_id="8001")
    found = finish_consent(says(a_link(desk, shop), stores=("8001", "7001")), clock=SYSTEM_CLOCK).connection
    assert found.platform_seller_id == "7001"


def test_two_stores_of_the_country_are_not_guessed_between(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    lazada_sim.add_store("th", seller_id="7002")
    error = refused(says(a_link(desk, shop), stores=("7001", "7002")))
    assert (error.code, error.params["stores"]) == ("consent_several_stores", "TH 7001, TH 7002")
    assert nothing_stored(shop)


def test_a_connected_shop_stays_with_its_store(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    first = finish_consent(says(a_link(desk, shop)), clock=SYSTEM_CLOCK).connection
    kept = tokens_of(first)
    lazada_sim.add_store("th", seller_id="7002")
    assert refused(says(a_link(desk, shop), stores=("7002",))).code == "consent_other_store"
    assert tokens_of(first) == kept
    # Its own store among others is found, in place, and what was set for it stays.
    Connection.objects.update(sends_per_second=3, stopped_reason="auth_expired")
    again = finish_consent(says(a_link(desk, shop), stores=("7002", "7001")), clock=SYSTEM_CLOCK).connection
    assert (again.pk, again.platform_seller_id, again.sends_per_second) == (first.pk, "7001", 3)
    assert again.stopped_reason == ""
    assert tokens_of(first) != kept


def test_a_member_who_was_switched_off_meanwhile_connects_nothing(desk: Desk, shop: Shop) -> None:
    query = says(a_link(desk, shop))
    Membership.objects.filter(pk=desk.admin.membership_id).update(is_active=False)
    assert isinstance(refused(query), NotAllowed)
    assert nothing_stored(shop)


def test_a_withdrawn_link_connects_nothing(desk: Desk, shop: Shop) -> None:
    link = begin_consent(shop.code, APP_KEY, by=desk.admin, clock=SYSTEM_CLOCK)
    query = says(link.link)
    assert consent_outcome(link.request_id, by=desk.admin, clock=SYSTEM_CLOCK) is None
    assert withdraw_consent(link.request_id, by=desk.admin, clock=SYSTEM_CLOCK)
    assert refused(query).code == "consent_link_used"
    assert nothing_stored(shop)


def test_an_app_of_one_seller_lets_in_no_others_shop(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    add_seller("s018", "Seller 018", by=desk.admin)
    an_app(desk, lazada_sim, seller="s018")
    with pytest.raises(Refused) as error:
        begin_consent(shop.code, APP_KEY, by=desk.admin, clock=SYSTEM_CLOCK)
    assert error.value.code == "app_not_for_shop"


def test_a_rival_and_other_roles_begin_nothing(desk: Desk, shop: Shop, lazada_sim: LazadaSim) -> None:
    rival = a_desk("south")
    link = begin_consent(shop.code, APP_KEY, by=desk.admin, clock=SYSTEM_CLOCK)
    tries: list[Callable[[], object]] = [
        lambda: begin_consent("LTH", APP_KEY, by=rival.admin, clock=SYSTEM_CLOCK),
        lambda: consent_outcome(link.request_id, by=rival.admin, clock=SYSTEM_CLOCK),
        lambda: withdraw_consent(link.request_id, by=rival.admin, clock=SYSTEM_CLOCK),
    ]
    for act in tries:
        with pytest.raises(NotFound):
            act()
    # A shop of the rival's own does not open our app to it either.
    a_shop(rival, "MY")
    with pytest.raises(NotFound):
        begin_consent("LMY", APP_KEY, by=rival.admin, clock=SYSTEM_CLOCK)
    for member in (desk.lead, desk.agent, desk.approver, desk.auditor):
        with pytest.raises(NotAllowed):
            begin_consent(shop.code, APP_KEY, by=member, clock=SYSTEM_CLOCK)
    assert ConsentRequest.objects.count() == 1


def test_neither_state_nor_secret_is_kept_in_the_clear(desk: Desk, shop: Shop) -> None:
    link = begin_consent(shop.code, APP_KEY, by=desk.admin, clock=SYSTEM_CLOCK)
    assert link.state not in str(list(ConsentRequest.objects.values()))
    assert link.state not in repr(link).replace(link.link, "")
